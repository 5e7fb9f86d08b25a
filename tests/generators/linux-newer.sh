#!/bin/sh
# Makes Linux cores with the newest glibc, gcc and gdb: those of Debian sid, in a chroot.
#
#   tests/generators/linux-newer.sh OUTDIR [SAMPLEDIR]
#
# OUTDIR/sid-NAME/ gets core (kernel), gcore (gdb) of the same process and its truth.{maps,threads.csv,info}.
# SAMPLEDIR        gets x86_64-shared-stack-vma.core.zst and its truth.
#
# What is new there: glibc 2.42 and later make a thread's guard with MADV_GUARD_INSTALL where the kernel has it (6.13 and
# later). Such a guard is no mapping of its own. The stacks of many threads then sit in one mapping, and only struct
# pthread (or the truth) tells where one ends and the next begins.
#
# CHROOT says where the chroot is (default /tmp/chroots/sid, made if absent). Needs root, debootstrap, zstd, python3, and
# /proc/sys/kernel/core_pattern without a pipe or a folder; exit code 77 where it has one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
chroot=${CHROOT:-/tmp/chroots/sid}
bench=/frag/linux

main() {
    [ $# -ge 1 ] || { sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; }
    case $(cat /proc/sys/kernel/core_pattern) in
    '|'* | */*) echo "$0: core_pattern leads elsewhere: no core is left in the working folder" >&2; exit 77 ;;
    esac
    mkdir -p "$1" ${2:+"$2"}
    sh "$here/chroot.sh" sid "$chroot" gcc gcc-multilib libc6-dev gdb

    rm -rf "$chroot$bench"
    mkdir -p "$chroot$bench"
    cp "$here/linux/fragment.c" "$here/$(basename "$0")" "$chroot$bench"
    in_chroot
    collect "$1"
    [ $# -lt 2 ] || save_sample "$1/sid-x86_64-shared-stack-vma" "$2/x86_64-shared-stack-vma"
}

# Own host name, process ids and environment: nothing of this machine gets into a core. What is left running in there
# ends with the first process.
in_chroot() {
    timeout -k 10 300 unshare --mount --uts --ipc --pid --fork --kill-child chroot "$chroot" \
        env -i PATH=/usr/bin:/bin HOME=$bench INSIDE=1 /bin/sh "$bench/$(basename "$0")" </dev/null
}

# A core is full of holes; they stay holes.
collect() {
    for made in "$chroot$bench"/sid-*; do
        rm -rf "$1/$(basename "$made")"
        cp -R --sparse=always "$made" "$1"
    done
    rm -rf "$chroot$bench"
}

save_sample() {
    python3 "$here/blank_kernel.py" "$1/core"
    zstd -q -19 -f "$1/core" -o "$2.core.zst"
    chmod 644 "$2.core.zst"
    for part in maps threads.csv info; do
        cp "$1/truth.$part" "$2.$part"
    done
}

# ---- from here on: inside ------------------------------------------------------------------------------------------

inside() {
    hostname frag
    mount -t proc proc /proc
    cd "$bench"
    # gcc 16 leaves a malloc out whose result is only compared with NULL, and takes it for a success.
    for bits in 64 32; do
        gcc -m$bits -std=gnu11 -O1 -fno-builtin-malloc -pthread -o fragment$bits fragment.c -ldl
    done
    versions >versions
    quiet='arenas=0 libs=0 files=0'
    make_dumps sid-x86_64-shared-stack-vma 64 workers=40 guardless=4 small=2 $quiet request=100T
    make_dumps sid-x86_64 64 workers=40 small=8 guardless=4 pool=4 fibers=2 exited=4 blocks=200 request=100T
    make_dumps sid-i386 32 workers=36 small=8 guardless=4 pool=4 fibers=2 exited=4 blocks=200 carve=1
}

versions() {
    for program in gcc gdb ldd; do
        $program --version | head -n 1
    done
    uname -sr
}

# make_dumps NAME BITS OPTION... : gcore while the process waits, then it aborts and the kernel writes its core.
make_dumps() {
    mkdir "$1"
    cp "fragment$2" "$1/fragment"
    cp versions "$1"
    cd "$1"
    shift 2
    mkfifo hold
    (launch "$@" <hold) >log 2>&1 &
    pid=$!
    exec 9>hold # the program waits for the end of this
    wait_for_truth "$pid"
    gdb -nx -batch -p "$pid" -ex 'gcore gcore' >gdb.log 2>&1 9>&- || cat gdb.log >&2
    exec 9>&-
    wait "$pid" 2>/dev/null || true
    [ -s core ] || { cat log >&2; exit 1; }
    ! grep -qx errno=0 truth.info || { echo "$PWD: the malloc did not fail" >&2; exit 1; }
    rm -f hold log gdb.log fragment cache.bin
    cd "$bench"
}

# Without ASLR, so that the addresses come out the same each time (with the same packages and kernel).
launch() {
    ulimit -c unlimited
    echo 0x33 >/proc/self/coredump_filter
    exec 9>&-
    exec env -i /usr/bin/setarch -R ./fragment hold=1 "$@"
}

wait_for_truth() {
    for _ in $(seq 200); do
        kill -0 "$1" 2>/dev/null || { cat log >&2; exit 1; }
        [ ! -s truth.maps ] || break
        sleep 0.1
    done
    sleep 0.5 # the file that has its first line has the rest by now
}

if [ -n "${INSIDE:-}" ]; then inside; else main "$@"; fi
