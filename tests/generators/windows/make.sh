#!/bin/sh
# Makes the Windows dumps: builds winfrag and wdump with mingw-w64 and runs them under Wine 10.
#
#   tests/generators/windows/make.sh OUTDIR [SAMPLEDIR]
#
# OUTDIR     gets every dump raw, and the truth beside it
# SAMPLEDIR  gets the small ones compressed, under the names that sample-dumps/ has
#
# Wine comes from a Debian chroot, because Debian 12's Wine 8 reports free memory as reserved. CHROOT says where it is
# (default /tmp/chroots/sid, made if absent), WINE_SUITE from which Debian (default sid: its amd64 package of Wine runs
# 32-bit programs by itself, trixie's does not; testing has had none at times).
#
# Needs: root, gcc, mingw-w64, debootstrap, zstd, python3.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
chroot=${CHROOT:-/tmp/chroots/sid}
suite=${WINE_SUITE:-sid}

main() {
    [ $# -ge 1 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
    mkdir -p "$1" ${2:+"$2"}
    out=$(cd "$1" && pwd)
    sh "$here/../chroot.sh" "$suite" "$chroot" wine wine64

    build i686   2gb -Wl,--stack,0x100000
    build i686   laa -Wl,--stack,0x100000 -Wl,--large-address-aware
    build x86_64 x64 -Wl,--stack,0x100000

    # A dumper that sees further than its target can map: 2 GiB that are not there come out as free.
    mkdir -p "$out/bin/mixed"
    cp "$out/bin/2gb/winfrag.exe" "$out/bin/laa/wdump.exe" "$out/bin/mixed"
    build_hide_kernel

    run 2gb  windows-2gb  threads=30 blocks=600 need=100663296 dumps=info,normal
    run laa  windows-laa  threads=40 blocks=800 need=157286400 dumps=info
    run x64  windows-x64  threads=12 blocks=60  need=0 dumps=info
    run 2gb  windows-full threads=4  blocks=40  need=0 dumps=full
    run mixed windows-mixed threads=8 blocks=100 need=100663296 dumps=info

    check windows-2gb.info windows-2gb
    check windows-2gb.normal
    check windows-laa.info windows-laa
    check windows-x64.info windows-x64
    check windows-full.full windows-full
    check windows-mixed.info windows-mixed
    [ $# -lt 2 ] || save_samples "$2"
}

# build CPU FLAVOUR FLAG... : both programs with the same flags, because a dumper sees no further than it may map itself.
build() {
    cpu=$1 flavour=$2
    shift 2
    mkdir -p "$out/bin/$flavour"
    for program in winfrag wdump; do
        "$cpu-w64-mingw32-gcc" -std=gnu11 -O1 -Wall -Wextra -s -o "$out/bin/$flavour/$program.exe" \
            "$here/$program.c" -ldbghelp "$@"
    done
}

# Wine puts uname's answer into the dump's SystemInfo. Which kernel build this machine runs is nobody's business.
build_hide_kernel() {
    mkdir -p "$chroot/frag"
    gcc -O1 -shared -fPIC -nostdlib -o "$chroot/frag/hide_kernel.so" "$here/hide_kernel.c"
}

# run FLAVOUR NAME OPTION... : in C:\frag of a Wine prefix of its own.
run() {
    flavour=$1 name=$2
    shift 2
    frag=$chroot/frag/prefix/drive_c/frag
    mkdir -p "$frag"
    rm -f "$frag"/*
    cp "$out/bin/$flavour"/*.exe "$frag"
    in_wine winfrag.exe "$name" "$@" >"$out/$name.log" || { cat "$out/$name.log" >&2; exit 1; }
    cat "$out/$name.log"
    mv "$frag/$name".* "$out"
}

# Nothing of this machine may get into a dump: own host name, process ids that start at 1, no environment, /proc of its
# own. When the shell in there ends, the kernel ends whatever Wine has left running.
in_wine() {
    timeout -k 10 300 unshare --mount --uts --ipc --pid --fork --kill-child \
        chroot "$chroot" env -i PATH=/usr/bin:/bin HOME=/frag WINEPREFIX=/frag/prefix WINEDEBUG=-all LC_ALL=C.UTF-8 \
        LD_PRELOAD=/frag/hide_kernel.so XDG_RUNTIME_DIR=/frag WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe=' \
        /bin/sh -c '
            hostname frag && mount -t proc proc /proc && mkdir -p /frag
            [ -e /frag/prefix/system.reg ] || { wineboot -i && wineserver -w; } >/dev/null 2>&1
            mkdir -p /frag/prefix/drive_c/frag && cd /frag/prefix/drive_c/frag
            wine "$@"' sh "$@" </dev/null
}

# check DUMP [TRUTH]
check() {
    dump=$1
    shift
    status=0
    python3 "$here/check_minidump.py" "$out/$dump.dmp" ${1:+"$out/$1"} >"$out/$dump.figures" || status=$?
    cat "$out/$dump.figures"
    return "$status"
}

save_samples() {
    save "$1" windows-2gb.info    windows-2gb.dmp
    save "$1" windows-2gb.normal  windows-no-map.dmp
    save "$1" windows-laa.info    windows-laa.dmp
    save "$1" windows-x64.info    windows-x64.dmp
    for name in windows-2gb windows-laa windows-x64; do
        for what in virtualquery threads modules; do
            save_truth "$out/$name.$what.csv" "$1"
        done
    done
}

save() {
    zstd -q -19 -f "$out/$2.dmp" -o "$1/$3.zst"
}

# Truth stays readable in a diff unless it is large.
save_truth() {
    rm -f "$2/$(basename "$1")" "$2/$(basename "$1").zst"
    if [ "$(wc -c <"$1")" -gt 150000 ]; then
        zstd -q -19 -f "$1" -o "$2/$(basename "$1").zst"
    else
        cp "$1" "$2"
    fi
}

main "$@"
