#!/usr/bin/env bash
# Compares the whole-process time of `bpfl build` with that of clang on the same program, and the
# numbers of instructions. Fails when bpfl takes more than a fifth of clang's time.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly runs=40
clang=${CLANG:-clang}
bpfl=${CARGO_TARGET_DIR:-target}/release/bpfl
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

ours=("$bpfl" build examples/count-egress.lisp -o "$out/lisp.o")
theirs=("$clang" -O2 -g -target bpf -mcpu=v3 -c benches/count-egress.c -o "$out/c.o")

# The median time of a command in microseconds.
median() {
    if command -v hyperfine >/dev/null; then
        hyperfine --shell=none --warmup 3 --runs "$runs" --export-json "$out/times.json" "$*" >/dev/null 2>&1
        sed -n 's/.*"median": *\([0-9.e-]*\).*/\1/p' "$out/times.json" | awk '{ printf "%d\n", $1 * 1e6 }'
    else
        local start end
        for _ in $(seq "$runs"); do
            start=$(date +%s%N)
            "$@" >/dev/null
            end=$(date +%s%N)
            echo $(((end - start) / 1000))
        done | sort -n | sed -n "$((runs / 2))p"
    fi
}

# Instruction slots of the program in an object.
slots() {
    llvm-objdump -h "$1" | awk '$2 == "cgroup_skb/egress" { print $3 }' | { read -r size; echo $((16#$size / 8)); }
}

if ! command -v "$clang" >/dev/null; then
    echo "skipped: there is no $clang to compare with" >&2
    exit 0
fi
cargo build --release --quiet
ours_us=$(median "${ours[@]}")
theirs_us=$(median "${theirs[@]}")
printf 'bpfl   %8d us\n' "$ours_us"
printf 'clang  %8d us\n' "$theirs_us"
awk -v a="$ours_us" -v b="$theirs_us" 'BEGIN { printf "bpfl takes %.3f of the time, 1/%.0f\n", a / b, b / a }'
if command -v llvm-objdump >/dev/null; then
    echo "instruction slots: $(slots "$out/lisp.o") and $(slots "$out/c.o")"
fi
if [ $((ours_us * 5)) -gt "$theirs_us" ]; then
    echo "that is more than a fifth" >&2
    exit 1
fi
