#!/bin/sh
# Proves advice: a fragmented 32-bit process fails a malloc; fragscope reads its core; the same process is started again
# with the first advice of the report applied, and gets its memory.
#
#   remedies.sh OUTDIR [stacks|arenas|library ...]
#
# OUTDIR/SCENARIO/before/ holds core (by the kernel), report.json, truth.maps, truth.threads.csv, truth.info;
# OUTDIR/SCENARIO/after/ the same truth of the second run, its maps as they were just before the malloc, and in truth.info
# also remedy=, edits= (the advice) and applied= (what was done about it). FRAGSCOPE names the program to ask; without it
# this tree's is built. Exit code 77: this machine cannot do it (no gcc -m32, no setarch -R, cores handed to a program).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-gcc}

say() { echo "remedies.sh: $*" >&2; }

need_core_files() {
    [ "$(cat /proc/sys/kernel/core_pattern)" = core ] || {
        say "kernel.core_pattern is not 'core', so no core is left in the working folder"
        exit 77
    }
}

build() {
    mkdir -p "$out/.build"
    flags='-m32 -std=gnu11 -O1 -Wall -Wextra -pthread'
    "$cc" $flags -no-pie -o "$out/.build/remedy" "$here/remedy.c" &&
        "$cc" $flags -shared -fPIC -DPLUGIN -o "$out/.build/plugin.so" "$here/remedy.c" || {
        say "$cc -m32 cannot build remedy.c here"
        exit 77
    }
}

# The kernel maps the program's 3 GiB of tables when it starts; one that refuses kills it.
need_room() {
    status=0
    setarch -R "$out/.build/remedy" 2>/dev/null || status=$?
    [ "$status" = 2 ] || { say "remedy cannot be started without ASLR here (exit code $status)"; exit 77; }
}

ask() { # report.json request core
    if [ -n "${FRAGSCOPE:-}" ]; then
        "$FRAGSCOPE" report "$3" --need "$2" --format json >"$1"
    else
        cargo run -q --manifest-path "$here/../../../Cargo.toml" -- report "$3" --need "$2" --format json >"$1"
    fi
}

# With ASLR off, an empty environment but for what is given, and pthread's usual 8 MiB of stack, so that addresses come out
# the same again. 0x33: private and shared memory, and ELF headers.
run() { # folder scenario assignments... -- options...
    rm -rf "$1"
    mkdir -p "$1"
    cp "$out/.build/remedy" "$1"
    ln "$out/.build/plugin.so" "$1" # large
    ( enter "$@" ) >/dev/null 2>"$1/run.log" || true
    rm -f "$1/remedy" "$1/plugin.so"
    [ -s "$1/truth.info" ] || { say "$1: no truth was written: $(cat "$1/run.log")"; exit 1; }
    rm "$1/run.log"
}

enter() { # as run
    cd "$1"
    scenario=$2
    shift 2
    environment=
    while [ "$1" != -- ]; do environment="$environment $1"; shift; done
    shift
    ulimit -s 8192
    ulimit -c unlimited
    echo 0x33 >/proc/self/coredump_filter
    exec env -i $environment /usr/bin/env setarch -R ./remedy "$scenario" "$@"
}

value() { # key folder
    sed -n "s/^$1=//p" "$2/truth.info"
}

prove() { # scenario
    before=$out/$1/before after=$out/$1/after
    run "$before" "$1" --
    [ "$(value errno "$before")" = 12 ] || { say "$1: malloc did not fail for want of memory"; exit 1; }
    [ -s "$before/core" ] || find "$before" -name 'core.*' -exec mv {} "$before/core" \; # kernel.core_uses_pid
    request=$(value request "$before")
    ask "$before/report.json" "$request" "$before/core"
    applied=$(python3 "$here/apply_advice.py" "$before/report.json")
    case $applied in
        *_MAX=*) run "$after" "$1" "$applied" -- ;;
        *) run "$after" "$1" -- "$applied" ;;
    esac
    python3 "$here/apply_advice.py" --info "$before/report.json" >>"$after/truth.info"
    say "$1: $request bytes failed; with $applied malloc gave errno $(value errno "$after"), address $(value address "$after")"
    [ "$(value errno "$after")" = 0 ]
}

[ $# -ge 1 ] || { say "usage: remedies.sh OUTDIR [stacks|arenas|library ...]"; exit 2; }
need_core_files
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
build
need_room
[ $# -gt 0 ] || set -- stacks arenas library
for scenario in "$@"; do prove "$scenario"; done
