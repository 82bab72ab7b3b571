#!/usr/bin/env bash
# Compares reading 100,000 entries of a map and writing them as text, by the library and by
# `bpfl map dump`, with `bpftool map dump`, in alternation, as the ratio of medians. As root. Fails when the library
# is not five times as fast.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

if [ "$(id -u)" -ne 0 ] || ! command -v bpftool >/dev/null; then
    echo "skipped: this needs root and bpftool" >&2
    exit 0
fi
cargo build --release --quiet
cargo build --release --quiet -p bpfl-runtime --example bench
release=${CARGO_TARGET_DIR:-target}/release
"$release/bpfl" build benches/map-dump.lisp -o "$out/map-dump.o"
ratio() {
    awk -v what="$1" -v a="$2" -v b="$3" \
        'BEGIN { printf "%s takes %.3f of bpftool'"'"'s time, 1/%.1f\n", what, a / b, b / a }'
}
"$release/examples/bench" dump "$out/map-dump.o" "$release/bpfl" | {
    read -r ours command theirs
    ratio "a dump by the library" "$ours" "$theirs"
    ratio "bpfl map dump" "$command" "$theirs"
    if [ $((ours * 5)) -gt "$theirs" ]; then
        echo "that is more than a fifth" >&2
        exit 1
    fi
}
