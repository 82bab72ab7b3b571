#!/usr/bin/env bash
# Compares reading 100,000 entries of a map and writing them as text with `bpftool map dump`, in
# alternation, as the ratio of medians. As root. Fails when we are not five times as fast.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

if [ "$(id -u)" -ne 0 ] || ! command -v bpftool >/dev/null; then
    echo "skipped: this needs root and bpftool" >&2
    exit 0
fi
cargo build --release --quiet -p bpfl-runtime --example bench
cargo run --quiet -- build benches/map-dump.lisp -o "$out/map-dump.o"
"${CARGO_TARGET_DIR:-target}/release/examples/bench" dump "$out/map-dump.o" | {
    read -r ours theirs
    awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "a dump takes %.3f of the time, 1/%.0f\n", a / b, b / a }'
    if [ $((ours * 5)) -gt "$theirs" ]; then
        echo "that is more than a fifth" >&2
        exit 1
    fi
}
