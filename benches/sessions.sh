#!/usr/bin/env bash
# Compares the runtime with a consumer of ring buffers and a loader that use libbpf, in alternation, as
# ratios of medians; and the loader with its system calls alone, of which the time is the kernel's. As root; needs cc and libbpf-dev. Attaches to a cgroup that it makes.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly rounds=9
target=${CARGO_TARGET_DIR:-target}
out=$(mktemp -d)
mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
cgroup=$mount/bpfl-bench-$$
trap 'rm -rf "$out"; rmdir "$cgroup" 2>/dev/null || true' EXIT

if [ "$(id -u)" -ne 0 ] || ! cc benches/libbpf.c -O2 -o "$out/libbpf" -lbpf 2>"$out/cc"; then
    echo "skipped: this needs root, cc and libbpf-dev" >&2
    exit 0
fi
mkdir "$cgroup"
cargo build --release --quiet -p bpfl-runtime --example bench
ours=$target/release/examples/bench
for name in benches/ring examples/count-egress; do
    cargo run --quiet -- build "$name.lisp" -o "$out/$(basename "$name").o"
done

# The ratio of the medians of what both say, run in turn.
compare() {
    local what=$1
    shift
    : >"$out/ours" >"$out/theirs"
    for _ in $(seq "$rounds"); do
        "$ours" "$@" >>"$out/ours"
        "$out/libbpf" "$@" >>"$out/theirs"
    done
    a=$(sort -n "$out/ours" | sed -n "$((rounds / 2 + 1))p")
    b=$(sort -n "$out/theirs" | sed -n "$((rounds / 2 + 1))p")
    awk -v what="$what" -v a="$a" -v b="$b" 'BEGIN { printf "%s: %.2f of libbpf'"'"'s time\n", what, a / b }'
}

compare "an event of a ring buffer" ring "$out/ring.o"

for run in 1 2 3; do
    for what in firsts sessions; do
        echo "open, load, attach, close ($what, $run): $("$ours" "$what" "$out/count-egress.o" "$cgroup" "$out/libbpf")"
    done
done
