#!/bin/sh
# Makes cores of processes whose heaps are known: each of tests/generators/heaps/heapstate.c, with its truth beside it.
#
#   make.sh OUTDIR [NAME|PATTERN ...]     all flavours, or those whose name matches (shell patterns, e.g. '*-32')
#   make.sh --list
#
# OUTDIR/NAME/ holds core, heapstate (the program), and truth.* (see heapstate.c). CHROOT=DIR builds and runs in there, with the
# glibc that is there (chroots.sh makes some). HEAPSTATE='KEY=VALUE...' are more arguments for the program.
# Exit code 77: something that is needed is not here; one sentence says what.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
chroot=${CHROOT:-}

say() { echo "make.sh: $*" >&2; }

missing() { say "$*"; exit 77; }

# Starts a command in the chroot, if there is one, with a /proc that goes when it ends.
within() { # command...
    if [ -z "$chroot" ]; then "$@"; return; fi
    # shellcheck disable=SC2016  # what is expanded by the inner shell
    unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$chroot" "$@"
}

build() { # bits flags...
    bits=$1
    shift
    # shellcheck disable=SC2086  # flags
    within gcc "-m$bits" -std=gnu11 -O1 -Wall -Wextra -pthread "$@" -o "$inner/heapstate" "$inner/heapstate.c" >"$work/gcc.log" 2>&1 ||
        missing "gcc -m$bits $* cannot build heapstate.c here"
}

# By the kernel where it leaves a core in the working folder, by gdb elsewhere.
run() { # VARIABLE=VALUE... -- arguments...
    case $(cat /proc/sys/kernel/core_pattern) in
    '|'* | */*) under_gdb "$@" ;;
    *) by_kernel "$@" ;;
    esac
    [ -s "$work/core" ] || find "$work" -maxdepth 1 -name 'core.*' -exec mv {} "$work/core" \;
    [ -s "$work/core" ] || missing "no core was written: $(cat "$work/run.log")"
    [ -s "$work/truth.xml" ] || { say "no truth was written: $(cat "$work/run.log")"; exit 1; }
}

by_kernel() {
    # shellcheck disable=SC2016  # what is expanded by the inner shell
    within /usr/bin/env -i PATH=/usr/bin:/bin /bin/sh -c 'cd "$0"; ulimit -c unlimited; echo 0x33 >/proc/self/coredump_filter; exec env -i "$@"' \
        "$inner" "$@" >"$work/run.log" 2>&1 || true
}

under_gdb() {
    command -v gdb >/dev/null || missing 'no cores in the working folder, and no gdb'
    [ -z "$chroot" ] || missing 'no cores in the working folder, and gdb is not in the chroot'
    (cd "$work" && env -i PATH="$PATH" gdb -nx -batch -ex 'set startup-with-shell off' -ex 'unset environment' \
        -ex run -ex 'gcore core' --args /usr/bin/env "$@") >"$work/run.log" 2>&1 || true
}

flavour() { # name bits flags -- VARIABLE=VALUE... -- arguments...
    wanted "$1" || return 0
    if [ -n "$listing" ]; then echo "$1"; return; fi
    (make_flavour "$@")
}

make_flavour() {
    name=$1 bits=$2 flags=
    shift 2
    while [ "$1" != -- ]; do flags="$flags $1"; shift; done
    shift
    settings=
    while [ "$1" != -- ]; do settings="$settings $1"; shift; done
    shift
    inner=/tmp/heapstate-$$
    work=$chroot$inner
    mkdir "$work"
    trap 'rm -rf "$work"' EXIT
    cp "$here/heapstate.c" "$work/"
    # shellcheck disable=SC2086  # flags, settings and arguments are words
    build "$bits" $flags
    # shellcheck disable=SC2086
    run $settings ./heapstate ${HEAPSTATE:-} "$@"
    rm -rf "${out:?}/$name"
    mkdir -p "$out/$name"
    (set +f; mv "$work/core" "$work/heapstate" "$work"/truth.* "$out/$name/")
}

wanted() { # name
    [ -n "$patterns" ] || return 0
    for pattern in $patterns; do
        # shellcheck disable=SC2254  # patterns match as such
        case $1 in $pattern) return 0 ;; esac
    done
    return 1
}

all_flavours() {
    for bits in 32 64; do
        flavour plain-$bits $bits -- -- seed=1
        flavour blocked-$bits $bits -- -- state=blocked seed=2
        flavour foreign-$bits $bits -- -- state=foreign seed=3
        flavour reopened-$bits $bits -- -- state=reopened seed=18
        flavour static-$bits $bits -static -- -- seed=4
        flavour single-$bits $bits -- -- threads=0 seed=5
        flavour stripped-$bits $bits -s -- -- seed=6
        flavour arena-max-1-$bits $bits -- MALLOC_ARENA_MAX=1 -- seed=7
        flavour no-mmap-$bits $bits -- MALLOC_MMAP_MAX_=0 -- seed=8
        flavour no-tcache-$bits $bits -- GLIBC_TUNABLES=glibc.malloc.tcache_count=0 -- seed=9
        flavour long-tcache-$bits $bits -- GLIBC_TUNABLES=glibc.malloc.tcache_count=100 -- seed=10
        flavour large-tcache-$bits $bits -- GLIBC_TUNABLES=glibc.malloc.tcache_max=1048576 -- seed=11
        flavour perturbed-$bits $bits -- MALLOC_PERTURB_=165 -- seed=12
        flavour many-arenas-$bits $bits -- MALLOC_ARENA_TEST=40 -- threads=9 slots=300 steps=900 seed=13
        flavour trim-$bits $bits -- -- trim=1 seed=15
        flavour trim-blocked-$bits $bits -- -- trim=1 state=blocked seed=16
        flavour trim-single-$bits $bits -- -- trim=1 threads=0 seed=17
        flavour large-pages-$bits $bits -- GLIBC_TUNABLES=glibc.malloc.hugetlb=1 -- seed=14
    done
}

main() {
    [ $# -ge 1 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
    listing=
    if [ "$1" = --list ]; then listing=yes patterns=; all_flavours; exit; fi
    within gcc --version >/dev/null 2>&1 || missing 'gcc does not start'
    mkdir -p "$1"
    out=$(cd "$1" && pwd)
    shift
    set -f
    patterns=$*
    all_flavours
}

main "$@"
