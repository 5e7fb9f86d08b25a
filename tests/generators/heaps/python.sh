#!/bin/sh
# Makes cores of Python processes, each with what its allocator says of itself.
#
#   python.sh OUTDIR PYTHON [MODE [MIB]]   one: OUTDIR/core by gdb, OUTDIR/stats as sys._debugmallocstats() prints them
#   python.sh --all OUTDIR                 all of pyenv's, Debian's, other modes and allocators, and those of chroots
#
# MODE and MIB are those of python.py. CHROOT names the folder of another system in which PYTHON is run (needs root). For
# --all, CHROOTS names such folders with a python3 of their own; one with 32 bits is made by
#   debootstrap --arch=i386 --variant=minbase --include=python3-minimal bookworm DIR
# Exit code 77: gdb is missing, or may not look at the process.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

say() { echo "python.sh: $*" >&2; }

state() { sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null || true; }

# Until the process sleeps and its statistics have stopped growing.
wait_for_sleep() { # pid stats
    before=-1
    while :; do
        sleep 0.2
        now=$(stat -c %s "$2" 2>/dev/null || echo 0)
        case $(state "$1") in
            S) [ "$now" -gt 0 ] && [ "$now" = "$before" ] && return 0 ;;
            '' | Z | X) return 1 ;;
        esac
        before=$now
    done
}

one() { # outdir python mode mib
    command -v gdb >/dev/null || { say "no gdb"; exit 77; }
    mkdir -p "$1"
    out=$(cd "$1" && pwd)
    rm -f "$out/core" "$out/stats"
    root=${CHROOT:-}
    if [ -n "$root" ]; then
        mkdir -p "$root/tmp/stats.d"
        cp "$here/python.py" "$root/tmp/stats.d/"
        chroot "$root" "$2" /tmp/stats.d/python.py /tmp/stats.d/stats "$3" "$4" </dev/null >/dev/null 2>"$out/errors" &
        stats=$root/tmp/stats.d/stats
    else
        "$2" "$here/python.py" "$out/stats" "$3" "$4" </dev/null >/dev/null 2>"$out/errors" &
        stats=$out/stats
    fi
    pid=$!
    trap 'kill -9 $pid 2>/dev/null || true' EXIT
    wait_for_sleep "$pid" "$stats" || { cat "$out/errors" "$stats" >&2 || true; say "$2 ended"; exit 1; }
    gdb -nx -batch -p "$pid" -ex "gcore $out/core" >"$out/gdb.log" 2>&1 || true
    [ -s "$out/core" ] || { tail -n 3 "$out/gdb.log" >&2; exit 77; }
    [ "$stats" = "$out/stats" ] || mv "$stats" "$out/stats"
    kill -9 "$pid"
    wait "$pid" 2>/dev/null || true
    trap - EXIT
}

all() { # outdir
    for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3*/bin/python3; do
        [ ! -x "$python" ] || one "$1/$(basename "${python%/bin/python3}")" "$python" sparse 24
    done
    [ -x /usr/bin/python3 ] || return 0
    one "$1/system" /usr/bin/python3 sparse 24
    one "$1/system-dense" /usr/bin/python3 dense 24
    one "$1/system-large" /usr/bin/python3 sparse 300
    (PYTHONMALLOC=debug; export PYTHONMALLOC; one "$1/system-debug" /usr/bin/python3 sparse 24)
    (PYTHONMALLOC=malloc; export PYTHONMALLOC; one "$1/malloc" /usr/bin/python3 sparse 24)
    for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3; do
        [ ! -x "$python" ] || one "$1/$(basename "${python%/bin/python3}")-two" "$python" two 24
    done
    for root in ${CHROOTS:-}; do
        (CHROOT=$root; one "$1/chroot-$(basename "$root")" /usr/bin/python3 sparse 24)
    done
}

case ${1:-} in
    --all) all "$2" ;;
    '' | -*) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) one "$1" "$2" "${3:-sparse}" "${4:-24}" ;;
esac
