#include "shapes.h"
#include <stdio.h>

int main(void)
{
	struct event e;

	if (fread(&e, sizeof(e), 1, stdin) != 1 || getchar() != EOF)
		return 1;
	printf("%d %d %d %d %d %d %d %d %d %d %d %d %s %d %d %d %d\n", (int)e.at, e.type, e.flag, e.level, e.place.x,
	       e.place.y, e.places[1].x, e.places[1].y, e.wire.tag, (int)e.wire.length, e.wire.rest[2],
	       e.either.bytes[11], (char *)e.name, e.last, e.small.high, e.kind == UDP, e.verdict == REFUSED);
	return 0;
}
