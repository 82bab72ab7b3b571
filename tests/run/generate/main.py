import sys

from shapes import event, kind, verdict

e = event.from_buffer_copy(sys.stdin.buffer.read())
print(e.at, e.type, e.flag, e.level, e.place.x, e.place.y, e.places[1].x, e.places[1].y, e.wire.tag,
      e.wire.length, e.wire.rest[2], e.either.bytes[11], bytes(e.name).rstrip(b"\0").decode(), e.last, e.small.high,
      int(e.kind == kind.UDP), int(e.verdict == verdict.REFUSED))
