#!/bin/sh
# Makes Linux cores of fragmented processes, each with its truth beside it.
#
#   make.sh OUTDIR [NAME|PATTERN ...]     all flavours, or those whose name matches (shell patterns, e.g. 'i386-*')
#   make.sh --list
#
# OUTDIR/NAME/ holds core (by the kernel), gcore* (by gdb, of the same process just before), truth.maps, truth.threads.csv,
# truth.info. The minidump flavours need WRITE_MINIDUMP=PROGRAM (../minidump-writer, built). Exit code 77: this machine hands its cores to a program, so none can be made here.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-gcc}

# What a busy server looks like: every kind of thread, libraries, files, arenas, holes.
busy='workers=8 small=8 guardless=4 pool=4 fibers=2 exited=4 blocks=400'

say() { echo "make.sh: $*" >&2; }

need_core_files() {
    pattern=$(cat /proc/sys/kernel/core_pattern)
    case $pattern in
        '|'*) say "/proc/sys/kernel/core_pattern is a pipe ($pattern): no core is left in the working folder"; exit 77 ;;
        */*) say "/proc/sys/kernel/core_pattern ($pattern) leads out of the working folder"; exit 77 ;;
    esac
}

build() { # bits
    mkdir -p "$out/.build"
    program=$out/.build/fragment$1
    [ "$program" -nt "$here/fragment.c" ] ||
        "$cc" -m"$1" -std=gnu11 -O1 -Wall -Wextra -pthread -o "$program" "$here/fragment.c" -ldl
}

set_layout() { # layout: limits are set here, $personality is left for setarch
    personality=
    case $1 in
        aslr) ;;
        noaslr) personality='setarch -R' ;;
        legacy) personality='setarch -R -L' ;;
        3gb) personality='setarch -R -3' ;;
        stack) ulimit -s unlimited; personality='setarch -R' ;;
        vlimit) ulimit -v "$address_space_limit"; personality='setarch -R' ;;
        *) say "no layout $1"; exit 2 ;;
    esac
}

# Starts the program with an empty environment and a name of its own, so that nothing of this machine is in the core.
launch() { # filter layout arguments...
    filter=$1 layout=$2
    shift 2
    set_layout "$layout"
    ulimit -c unlimited
    echo "$filter" >/proc/self/coredump_filter
    exec env -i /usr/bin/env $personality ./fragment "$@"
}

wait_for_truth() { # pid
    while kill -0 "$1" 2>/dev/null; do
        [ ! -s truth.maps ] || [ "$(stat -c %s truth.maps)" != "$(sleep 0.2; stat -c %s truth.maps)" ] || return 0
        sleep 0.1
    done
    say "the process ended before it wrote its truth"
    return 1
}

gcore_twice() { # pid: as gdb does it by itself, and with what MADV_DONTDUMP hides
    gdb -nx -batch -p "$1" -ex 'gcore gcore' >gdb.log 2>&1
    gdb -nx -batch -p "$1" -ex 'set dump-excluded-mappings on' -ex 'gcore gcore-excluded' >>gdb.log 2>&1
}

minidump() { # pid
    "$WRITE_MINIDUMP" "$1" dmp
}

run_to_the_core() { # filter layout arguments...
    ( launch "$@" ) >/dev/null || true
}

# Has the process dumped while it waits, once its truth is written; then it goes on to abort, so its kernel core is there too.
run_and_dump() { # dumper filter layout arguments...
    dumper=$1
    shift
    mkfifo hold
    ( launch "$@" hold=1 <hold >/dev/null ) &
    pid=$!
    exec 9>hold # the program waits for the end of this
    if wait_for_truth "$pid"; then "$dumper" "$pid" || say "$dumper failed"; fi
    exec 9>&-
    wait "$pid" || true
    rm -f hold gdb.log
}

collect_core() {
    [ -s core ] || find . -maxdepth 1 -name 'core.*' -exec mv {} core \; # kernel.core_uses_pid
    [ -s core ] || { say "$PWD: no core was written: $(cat run.log)"; exit 1; }
}

run_flavour() { # how filter layout arguments...: in a subshell
    exec 2>run.log
    how=$1
    shift
    case $how in
        plain) run_to_the_core "$@" ;;
        gcore) run_and_dump gcore_twice "$@" ;;
        minidump) run_and_dump minidump "$@" ;;
    esac
}

# The whole of a flavour, in a folder of its own. `how` is plain, gcore or minidump.
make_flavour() { # name how bits filter layout arguments...
    folder=$out/$1 how=$2 bits=$3
    shift 3
    address_space_limit=$((bits == 32 ? 1 << 20 : 4 << 20)) # KiB; 64-bit arenas reserve 128 MiB each
    build "$bits"
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$program" "$folder/fragment"
    cd "$folder"
    ( run_flavour "$how" "$@" )
    collect_core
    rm -f fragment cache.bin run.log
    cd "$out"
}

raise_map_limit() { # count
    old_limit=$(cat /proc/sys/vm/max_map_count)
    [ "$old_limit" -lt "$1" ] || return 0
    trap 'echo "$old_limit" >/proc/sys/vm/max_map_count' EXIT
    trap 'exit 1' HUP INT TERM
    echo "$1" >/proc/sys/vm/max_map_count
}

make_pn_xnum() { # name how bits filter layout arguments...: more segments than e_phnum can count
    ( raise_map_limit 70000; make_flavour "$@" )
}

flavour() { # name how bits filter layout arguments...
    wanted "$1" || return 0
    if [ -n "$listing" ]; then echo "$1"; return; fi
    if [ "$2" = minidump ] && [ -z "${WRITE_MINIDUMP:-}" ]; then say "$1 skipped: WRITE_MINIDUMP is not set"; return; fi
    say "$1"
    case $1 in
        pn-xnum*) make_pn_xnum "$@" ;;
        *) make_flavour "$@" ;;
    esac
}

wanted() { # name
    [ -n "$patterns" ] || return 0
    for pattern in $patterns; do
        case $1 in $pattern) return 0 ;; esac
    done
    return 1
}

# Smaller than the rest; samples.sh makes sample-dumps/ of them.
sample_flavours() {
    few='workers=5 small=5 guardless=3 pool=3 fibers=1 exited=3 blocks=250'
    flavour sample-i386-fragmented gcore 32 0x33 noaslr $few carve=1 request=192M
    flavour sample-i386-legacy plain 32 0x00 legacy $few carve=1 request=200M
    flavour sample-i386-stack-unlimited plain 32 0x00 stack $few carve=1 request=200M
    flavour sample-x86_64-mapping-limit plain 64 0x00 noaslr $few maps=-1 request=200M
    flavour sample-linux-x86_64 minidump 64 0x00 noaslr $few request=100T
    flavour sample-linux-i386 minidump 32 0x00 noaslr $few carve=1 request=192M
}

all_flavours() {
    for filter in 0x00 0x33; do
        for layout in aslr noaslr legacy 3gb stack vlimit; do
            flavour "i386-$layout-$filter" plain 32 $filter $layout $busy carve=1
        done
        for layout in aslr noaslr legacy stack vlimit; do
            flavour "x86_64-$layout-$filter" plain 64 $filter $layout $busy request=100T
        done
    done
    for filter in 0x3f 0x7f; do # these dump file pages too: no file windows, which would fill the disk
        flavour "i386-aslr-$filter" plain 32 $filter aslr $busy carve=1 filefill=0
        flavour "x86_64-aslr-$filter" plain 64 $filter aslr $busy request=100T
    done
    for layout in noaslr legacy stack 3gb; do
        flavour "i386-gcore-$layout" gcore 32 0x33 $layout $busy carve=1
    done
    flavour x86_64-gcore-noaslr gcore 64 0x33 noaslr $busy request=100T
    flavour i386-gcore-0x7f gcore 32 0x7f noaslr $busy carve=1 filefill=0
    flavour i386-same-vma plain 32 0x33 noaslr workers=2 guardless=40 pool=20 exited=3 blocks=40 carve=1
    flavour x86_64-mapping-limit plain 64 0x00 noaslr $busy maps=-1 request=200M
    flavour i386-mapping-limit plain 32 0x00 noaslr $busy maps=-1 request=200M
    flavour bench-4g plain 64 0x33 noaslr workers=8 small=16 blocks=640 block=6700K touch=8 guard_pages=1 request=100T
    flavour bench-60k plain 64 0x33 noaslr small=1000 stack=64K arenas=0 blocks=200 maps=60000 request=100T
    flavour pn-xnum plain 64 0x00 noaslr $busy maps=68000 request=100T
    flavour pn-xnum-i386 plain 32 0x00 noaslr $busy maps=-1 request=200M
    flavour i386-minidump minidump 32 0x00 noaslr $busy carve=1
    flavour x86_64-minidump minidump 64 0x00 noaslr $busy request=100T
    sample_flavours
}

main() {
    [ $# -ge 1 ] || { say "usage: make.sh OUTDIR [NAME|PATTERN ...] | --list"; exit 2; }
    listing=
    if [ "$1" = --list ]; then listing=yes patterns=; all_flavours; exit; fi
    need_core_files
    mkdir -p "$1"
    out=$(cd "$1" && pwd)
    shift
    set -f
    patterns=$*
    all_flavours
}

main "$@"
