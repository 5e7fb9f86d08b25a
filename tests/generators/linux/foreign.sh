#!/bin/sh
# Makes cores of other CPUs with qemu-user: foreign.sh OUTDIR [CPU ...]
#
# Needs qemu-user, and zig as a cross compiler: `pip install ziglang`, then ZIG="python3 -m ziglang" (the default) works.
# qemu 7.2 writes no guest core for riscv64 and loongarch64.
# OUTDIR/qemu-CPU/ holds core, truth.threads.csv, truth.maps (as qemu shows it to the guest: no truth about the core's layout).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
zig=${ZIG:-python3 -m ziglang}

target_of() { # cpu, as in qemu-CPU
    case $1 in
        arm) echo arm-linux-musleabihf ;;
        armeb) echo armeb-linux-musleabihf ;;
        mips | mipsel) echo "$1-linux-musleabi" ;;
        mips64 | mips64el) echo "$1-linux-muslabi64" ;;
        ppc) echo powerpc-linux-musleabi ;;
        ppc64) echo powerpc64-linux-musl ;;
        ppc64le) echo powerpc64le-linux-musl ;;
        i386) echo x86-linux-musl ;;
        *) echo "$1-linux-musl" ;;
    esac
}

run_guest() { # cpu
    ( ulimit -c unlimited; exec timeout 20 env -i "$(command -v "qemu-$1")" -s 1048576 ./foreign >run.log 2>&1 ) || true
}

make_core() { # cpu
    folder=$out/qemu-$1
    rm -rf "$folder"
    mkdir -p "$folder"
    cd "$folder"
    $zig cc -target "$(target_of "$1")" -static -s -O1 -o foreign "$here/foreign.c" || { echo "foreign.sh: $1: zig cannot build it" >&2; return 0; }
    run_guest "$1" 2>/dev/null # the shell's "Aborted"
    rm -f core # qemu's own, by the host's kernel: what riscv64 and loongarch64 give with qemu 7.2
    find . -maxdepth 1 -name 'qemu_foreign_*.core' -exec mv {} core \;
    if [ -s core ]; then
        rm -f run.log foreign
        echo "$1: $(stat -c %s core) bytes"
    else
        echo "foreign.sh: $1: no core: $(tail -n 3 run.log)" >&2
    fi
}

[ $# -ge 1 ] || { echo "usage: foreign.sh OUTDIR [CPU ...]" >&2; exit 2; }
command -v qemu-arm >/dev/null || { echo "foreign.sh: qemu-user is not installed" >&2; exit 77; }
$zig version >/dev/null 2>&1 || { echo "foreign.sh: no zig: pip install ziglang, or set ZIG" >&2; exit 77; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- arm mips aarch64 ppc64le s390x mipsel mips64 ppc ppc64 armeb
for cpu; do
    ( make_core "$cpu" )
done
