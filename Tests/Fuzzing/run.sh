#!/usr/bin/env bash
# run.sh WORK SECONDS COUNT SHAPED [DRIVER...]: libFuzzer over each driver for SECONDS, with the captures as corpus,
# two at a time; then COUNT random and SHAPED nearly right frames a protocol. Prints a line for each and ends with 1
# where a driver broke a promise. WORK keeps the build, corpora (a longer run goes on from them) and figures.tsv.
# One executable has all drivers and the frames; more than a million frames get one of their own without sanitizers.
set -euo pipefail
[ $# -ge 4 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/../.."
mkdir -p "$1"
work=$(cd "$1" && pwd) seconds=$2 count=$3 shaped=$4
shift 4
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0

fail() { # LOG
    cat "$1" >&2
    exit 1
}

# Our modules alone are compiled here, with optimisation and what is asked for; swift-crypto comes from the debug build,
# which whoever runs this has made: no other part of the service is linked, and BoringSSL is not built again.
swift build --target DeviceDrivers >"$work/build.log" 2>&1 || fail "$work/build.log"
debug=$(swift build --show-bin-path)
crypto=(Crypto CryptoExtras CryptoBoringWrapper SwiftASN1 CCryptoBoringSSL CCryptoBoringSSLShims CXKCP CXKCPShims)
features=(-swift-version 6 -package-name main -enable-upcoming-feature ExistentialAny
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature InternalImportsByDefault)
clang=(-Xcc "-fmodule-map-file=$debug/CLinuxClock.build/module.modulemap" -Xcc -ISources/CLinuxClock/include)
for name in CCryptoBoringSSL CCryptoBoringSSLShims CXKCP CXKCPShims; do
    include=".build/checkouts/swift-crypto/Sources/$name/include"
    map="$include/module.modulemap"
    [ -e "$map" ] || map="$debug/$name.build/module.modulemap"
    clang+=(-Xcc "-fmodule-map-file=$map" -Xcc "-I$include")
done

compile() { # FOLDER MODULE FLAG... -- SOURCE...
    swiftc -O -wmo -enable-testing -parse-as-library "${features[@]}" "${clang[@]}" -I "$1" -I "$debug/Modules" \
        -module-name "$2" -emit-module -emit-module-path "$1/$2.swiftmodule" -emit-object -o "$1/$2.o" "${@:3}"
}

build() { # FOLDER PRODUCT FLAG...
    local began=$SECONDS out="$work/$1" objects=() name module folder link runtime
    mkdir -p "$out"
    for name in "${crypto[@]}"; do
        while read -r object; do objects+=("$object"); done < <(find "$debug/$name.build" -name '*.o')
    done
    objects+=("$debug"/CLinuxClock.build/*.o)
    for module in SiteModel BlockCipher DeviceDrivers "$2"; do
        folder="Sources/$module"
        [ -d "$folder" ] || folder="Tests/Fuzzing/$module"
        mapfile -t sources < <(find "$folder" -name '*.swift' | sort)
        compile "$out" "$module" "${@:3}" "${sources[@]}" >"$work/$2.log" 2>&1 || fail "$work/$2.log"
    done
    # gold dies of an internal error on the sanitizer's sections; lld does not. libFuzzer without its own main.
    link=()
    if [ $# -gt 2 ]; then
        runtime=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
        link=(-sanitize=address "$runtime/clang/lib/linux/libclang_rt.fuzzer_no_main-$(uname -m).a")
    fi
    swiftc -use-ld=lld "${link[@]}" -o "$out/$2" "$out"/*.o "${objects[@]}" -lstdc++ >"$work/$2.log" 2>&1 ||
        fail "$work/$2.log"
    echo "$2 built in $((SECONDS - began)) s"
}
build fuzz FuzzDriver -sanitize=fuzzer,address
fuzz="$work/fuzz/FuzzDriver" captures="$PWD/hardware/captures"
frames=("$fuzz" frames)
if [ "$count" -gt 1000000 ] || [ "$shaped" -gt 1000000 ]; then
    build plain RandomFrames
    frames=("$work/plain/RandomFrames")
fi

rm -rf "$work/seeds"
"$fuzz" seeds "$captures" "$work/seeds"
[ $# -gt 0 ] || set -- $("$fuzz" drivers)

one() { # DRIVER
    mkdir -p "$work/corpus/$1" "$work/found/$1"
    cd "$work/found/$1"
    status=ok
    timeout -k 5 $((seconds + 60)) "$fuzz" "$1" "$captures" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
        -print_final_stats=1 "$work/corpus/$1" "$work/seeds/$1" >"$work/found/$1.log" 2>&1 || status=FAILED
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/found/$1.log")
    coverage=$(grep -o 'cov: [0-9]*' "$work/found/$1.log" | tail -n 1 || true)
    # A fuzzer that tried nothing, or saw no branch, has proved nothing.
    [ "${runs:-0}" -gt 0 ] && [ -n "$coverage" ] || status=FAILED
    printf '%-8s%-18s%4s s  %10s inputs  %s\n' "$status" "$1" "$seconds" "${runs:-0}" "$coverage"
    printf '%s\t%s\t%s\n' "$1" "$seconds" "${runs:-0}" >"$work/found/$1.tsv"
    [ "$status" = ok ] || { tail -n 20 "$work/found/$1.log"; return 1; }
}
export -f one
export fuzz captures seconds work
result=0
printf '%s\n' "$@" | xargs -P 2 -I{} bash -c 'one {}' || result=1
cat "$work"/found/*.tsv >"$work/figures.tsv"
"${frames[@]}" "$count" "$shaped" || result=1
exit $result
