#!/bin/sh
# Makes full dumps of programs with heaps whose contents are known: builds winheap with mingw-w64, runs it under Wine.
#
#   tests/generators/heaps/windows.sh OUTDIR [SAMPLEDIR]
#
# OUTDIR     gets windows-heaps-x86.dmp, -x64.dmp (dumped from outside), -self.dmp (32 bit, dumped by the process itself):
#            full dumps without the memory of images and files; and beside each the truth: .heaps.csv (HeapWalk of each
#            heap), .ledger.csv (each block), and of the first two wdump's tables
# SAMPLEDIR  gets the first two compressed, with their truth
#
# Wine comes from a Debian chroot, as in tests/generators/windows/make.sh: CHROOT and WINE_SUITE are the same.
#
# Needs: root, gcc, mingw-w64, debootstrap, python3, zstd.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
chroot=${CHROOT:-/tmp/chroots/sid}
suite=${WINE_SUITE:-sid}
# A prefix of its own: other generators may be running in theirs.
prefix=/frag/heaps
blocks=${BLOCKS:-4000}

main() {
    [ $# -ge 1 ] || { sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2; }
    mkdir -p "$1" ${2:+"$2"}
    out=$(cd "$1" && pwd)
    [ -e "$chroot/.bootstrapped" ] && chroot "$chroot" sh -c 'command -v wine' >/dev/null ||
        sh "$here/../chroot.sh" "$suite" "$chroot" wine wine64
    build i686
    build x86_64
    mkdir -p "$chroot/frag"
    gcc -O1 -shared -fPIC -nostdlib -o "$chroot/frag/hide_kernel.so" "$here/../windows/hide_kernel.c"
    run i686   windows-heaps-x86  "blocks=$blocks"
    run x86_64 windows-heaps-x64  "blocks=$blocks"
    run i686   windows-heaps-self "blocks=$blocks" dump=self
    [ $# -lt 2 ] || for name in windows-heaps-x86 windows-heaps-x64; do
        zstd -q -19 -f "$out/$name.dmp" -o "$2/$name.dmp.zst"
        for what in heaps virtualquery threads modules; do
            cp "$out/$name.$what.csv" "$2"
        done
        # A table of all blocks is long, and no sample.
        zstd -q -19 -f "$out/$name.ledger.csv" -o "$here/../../heaps_windows/data/$name.ledger.csv.zst"
    done
}

# build CPU: both programs with the same flags, because a dumper sees no further than it may map itself.
build() {
    mkdir -p "$out/bin/$1"
    for source in "$here/winheap.c" "$here/../windows/wdump.c"; do
        "$1-w64-mingw32-gcc" -std=gnu11 -O1 -Wall -Wextra -Wno-format-truncation -s -Wl,--stack,0x100000 \
            -o "$out/bin/$1/$(basename "$source" .c).exe" "$source" -ldbghelp
    done
}

# run CPU NAME OPTION...
run() {
    cpu=$1 name=$2
    shift 2
    folder=$chroot$prefix/drive_c/frag
    mkdir -p "$folder"
    rm -f "$folder"/*
    cp "$out/bin/$cpu"/*.exe "$folder"
    in_wine winheap.exe "$name" "$@" >"$out/$name.log" 2>&1 || { cat "$out/$name.log" >&2; exit 1; }
    mv "$folder/$name".*.csv "$out"
    python3 "$here/private_memory.py" "$folder/$name.full.dmp" "$out/$name.dmp"
}

# As in ../windows/make.sh: nothing of this machine gets into a dump.
in_wine() {
    timeout -k 10 300 unshare --mount --uts --ipc --pid --fork --kill-child \
        chroot "$chroot" env -i PATH=/usr/bin:/bin HOME=/frag WINEPREFIX="$prefix" WINEDEBUG=-all LC_ALL=C.UTF-8 \
        LD_PRELOAD=/frag/hide_kernel.so XDG_RUNTIME_DIR=/frag WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe=' \
        /bin/sh -c '
            hostname frag && mount -t proc proc /proc && mkdir -p "$WINEPREFIX"
            [ -e "$WINEPREFIX/system.reg" ] || { wineboot -i && wineserver -w; } >/dev/null 2>&1
            mkdir -p "$WINEPREFIX/drive_c/frag" && cd "$WINEPREFIX/drive_c/frag"
            wine "$@"' sh "$@" </dev/null
}

main "$@"
