#!/usr/bin/env bash
# run.sh WORK SECONDS COUNT SHAPED [DRIVER...]: libFuzzer over each driver for SECONDS, with the captures as corpus,
# two at a time; then COUNT random and SHAPED nearly right frames a protocol. Prints a line for each and ends with 1
# where a driver broke a promise. WORK keeps builds, corpora (a longer run goes on from them) and figures.tsv.
set -euo pipefail
[ $# -ge 4 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/../.."
mkdir -p "$1"
work=$(cd "$1" && pwd) seconds=$2 count=$3 shaped=$4
shift 4
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0

build() { # FOLDER PRODUCT FLAG...
    swift build -c release --package-path Tests/Fuzzing --scratch-path "$work/$1" --product "$2" \
        -Xswiftc -enable-testing "${@:3}" >"$work/$2.log" 2>&1 || { cat "$work/$2.log" >&2; exit 1; }
}
# gold and the sanitizer's sections do not go together: Tests/Fuzzing/Package.swift links with lld.
build fuzz FuzzDriver -Xswiftc -sanitize=fuzzer,address
build plain RandomFrames

fuzz="$work/fuzz/release/FuzzDriver" captures="$PWD/hardware/captures"
"$fuzz" seeds "$captures" "$work/seeds"
[ $# -gt 0 ] || set -- $("$fuzz" drivers)

one() { # DRIVER
    mkdir -p "$work/corpus/$1" "$work/found/$1"
    cd "$work/found/$1"
    status=ok
    timeout -k 5 $((seconds + 60)) "$fuzz" "$1" "$captures" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
        -print_final_stats=1 "$work/corpus/$1" "$work/seeds/$1" >"$work/found/$1.log" 2>&1 || status=FAILED
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/found/$1.log")
    coverage=$(grep -o 'cov: [0-9]*' "$work/found/$1.log" | tail -1)
    printf '%-8s%-18s%4s s  %10s inputs  %s\n' "$status" "$1" "$seconds" "${runs:-0}" "$coverage"
    printf '%s\t%s\t%s\n' "$1" "$seconds" "${runs:-0}" >"$work/found/$1.tsv"
    [ "$status" = ok ] || { tail -20 "$work/found/$1.log"; return 1; }
}
export -f one
export fuzz captures seconds work
result=0
printf '%s\n' "$@" | xargs -P 2 -I{} bash -c 'one {}' || result=1
cat "$work"/found/*.tsv >"$work/figures.tsv"
"$work/plain/release/RandomFrames" "$count" "$shaped" || result=1
exit $result
