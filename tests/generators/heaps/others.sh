#!/bin/bash
# Dumps of programs whose malloc is not glibc's, or that have a runtime with a heap of its own, one file for each that is
# installed (Debian: libjemalloc2, libtcmalloc-minimal4, libmimalloc2.0, musl-tools, default-jre-headless, golang-go, gdb).
# Says for each what fragscope recognises, and fails if that is not what runs.
#
#   others.sh FOLDER [FRAGSCOPE]
set -euo pipefail
out=${1:?folder for the dumps}
fragscope=${2:-fragscope}
mkdir -p "$out"
status=0

# dump NAME EXPECTED COMMAND...: runs the command until it has started up, dumps it, and ends it.
dump() {
    local name=$1 expected=$2
    shift 2
    "$@" > /dev/null 2>&1 &
    local pid=$!
    sleep "${WAIT:-1}"
    gcore -o "$out/$name" "$pid" > /dev/null 2>&1 || true
    kill "$pid"
    wait "$pid" 2> /dev/null || true
    mv "$out/$name.$pid" "$out/$name.core"
    local found
    found=$("$fragscope" heap "$out/$name.core" --format json | jq -r '[.heaps[] | select(.evidence == "not-walked") | .allocator] | join(" ")')
    echo "$name: ${found:-nothing} (expected $expected)"
    [ "$found" = "$expected" ] || status=1
}

preload() {
    local library
    library=$(find /usr/lib -name "$2" | sort | head -n 1)
    [ -z "$library" ] || dump "$1" "$1" env LD_PRELOAD="$library" sleep 60
}

preload jemalloc 'libjemalloc.so.?'
preload tcmalloc 'libtcmalloc_minimal.so.?'
preload mimalloc 'libmimalloc.so.?.?'

if command -v musl-gcc > /dev/null; then
    printf '#include <stdlib.h>\n#include <unistd.h>\nint main(void) { for (int i = 0; i < 1000; i++) malloc(100 + i); pause(); }\n' > "$out/musl.c"
    musl-gcc -o "$out/musl" "$out/musl.c"
    dump musl musl "$out/musl"
fi
if command -v java > /dev/null; then
    printf 'public class Sleeper { public static void main(String[] a) throws Exception { Thread.sleep(60000); } }\n' > "$out/Sleeper.java"
    WAIT=6 dump java java java -XX:+UseSerialGC -Xmx64m "$out/Sleeper.java"
fi
if command -v go > /dev/null; then
    printf 'package main\nimport "time"\nfunc main() { time.Sleep(time.Minute) }\n' > "$out/sleeper.go"
    (cd "$out" && go build -o sleeper sleeper.go)
    dump go go "$out/sleeper"
fi
exit "$status"
