#!/usr/bin/env bash
# Instructions of examples beside those of the same program in C, compiled by clang with its best:
# slots of eight bytes in all executable sections, and the ratio.
set -euo pipefail
cd "$(dirname "$0")"
bpfl=${BPFL:-../target/debug/bpfl}
command -v clang >/dev/null || { echo "clang is wanted for this" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Executable sections have an X among their flags.
slots() {
    local size total=0
    while read -r size; do
        total=$((total + 16#$size / 8))
    done < <(readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] //p' | awk '$7 ~ /X/ { print $5 }')
    echo "$total"
}

printf '%-16s %6s %6s %6s\n' program bpfl clang ratio
for source in programs/*.c; do
    name=$(basename "$source" .c)
    clang -O2 -g -target bpf -mcpu=v3 -I"/usr/include/$(uname -m)-linux-gnu" -c "$source" -o "$folder/c.o"
    "$bpfl" build "../examples/$name.lisp" -o "$folder/lisp.o"
    ours=$(slots "$folder/lisp.o") theirs=$(slots "$folder/c.o")
    awk -v n="$name" -v a="$ours" -v b="$theirs" 'BEGIN { printf "%-16s %6d %6d %6.2f\n", n, a, b, a / b }'
done
