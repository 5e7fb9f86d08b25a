#!/bin/sh
# Re-creates the Linux part of sample-dumps/ (addresses come out the same, with the same kernel and libraries; thread ids do not).
#
#   samples.sh [SAMPLE-DUMPS [remedies]]      the default is the sample-dumps folder of this tree
#
# With `remedies` only the processes that follow an advice (remedies.sh). Works in /tmp/fragscope-samples, a neutral place: its
# paths are in the dumps. Needs what make.sh needs, gdb, zstd, cargo.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here/../../../sample-dumps}
work=/tmp/fragscope-samples

# minidump-writer, with a neutral answer for uname, whose release names this machine.
build_writer() {
    (cd "$here/../minidump-writer" && CARGO_TARGET_DIR="$work/.cargo" cargo build --release --quiet)
    gcc -shared -fPIC -O1 -o "$work/.cargo/hide_kernel.so" "$here/../windows/hide_kernel.c"
    WRITE_MINIDUMP=$work/.cargo/write-minidump
    export WRITE_MINIDUMP
    cat >"$WRITE_MINIDUMP" <<END
#!/bin/sh
LD_PRELOAD=$work/.cargo/hide_kernel.so exec $work/.cargo/release/write-minidump "\$@"
END
    chmod +x "$WRITE_MINIDUMP"
}

pack() { # from to
    zstd -19 -qf "$1" -o "$2"
    chmod 644 "$2"
}

keep_truth() { # flavour sample
    for part in maps threads.csv info; do
        rm -f "$target/$2.$part" "$target/$2.$part.zst"
        if [ "$(stat -c %s "$work/$1/truth.$part")" -lt 100000 ]; then
            cp "$work/$1/truth.$part" "$target/$2.$part"
        else
            pack "$work/$1/truth.$part" "$target/$2.$part.zst"
        fi
    done
}

keep_core() { # sample
    pack "$work/sample-$1/core" "$target/$1.core.zst"
    keep_truth "sample-$1" "$1"
}

# Headers, notes and a little memory: what is left when the disk is full. Not packed, so that its end can be seen
# without unpacking anything.
keep_truncated() { # sample of
    head -c 98304 "$work/sample-$2/core" >"$target/$1.core"
    keep_truth "sample-$2" "$1"
}

keep_all() {
    keep_core i386-fragmented
    pack "$work/sample-i386-fragmented/gcore" "$target/i386-fragmented.gcore.zst"
    keep_truncated i386-truncated i386-fragmented
    keep_core i386-legacy
    keep_core i386-stack-unlimited
    keep_core x86_64-mapping-limit
    cp "$work/sample-linux-x86_64/dmp" "$target/linux-x86_64.dmp"
    keep_truth sample-linux-x86_64 linux-x86_64
    pack "$work/sample-linux-i386/dmp" "$target/linux-i386.dmp.zst"
    keep_truth sample-linux-i386 linux-i386
}

# Only where zig is (see foreign.sh); the old sample stays otherwise.
keep_foreign() { # cpu
    "$here/foreign.sh" "$work" "$1" || return 0
    python3 "$here/../blank_kernel.py" "$work/qemu-$1/core"
    pack "$work/qemu-$1/core" "$target/$1-qemu.core.zst"
    cp "$work/qemu-$1/truth.maps" "$target/$1-qemu.maps"
    cp "$work/qemu-$1/truth.threads.csv" "$target/$1-qemu.threads.csv"
}

# Nothing of the machine that made them: its paths, its name, what its shells had in their environment.
check_private() { # folder/...
    words="$here|$HOME/|\\.cargo|registry|(^|[^a-z])$(hostname)\\.|$(uname -r)|PATH=|HOME=|PWD="
    for flavour in "$@"; do
        for file in "$flavour"*; do
            [ "${file##*/}" != gcore-excluded ] || continue # not kept
            for encoding in s l; do
                ! strings -a -e "$encoding" "$file" | grep -nE "$words" || { echo "samples.sh: found in $file" >&2; exit 1; }
            done
        done
    done
}

make_usual() {
    build_writer
    "$here/make.sh" "$work" 'sample-*'
    python3 "$here/../blank_kernel.py" "$work"/sample-*/core "$work"/sample-*/gcore
    check_private "$work"/sample-*/
    "$here/check_truth.py" "$work"/sample-*/
    keep_all
    keep_foreign arm
}

# Each scenario before and after the advice; only the maps and the story are kept of the second.
make_remedies() {
    "$here/remedies.sh" "$work/remedies"
    python3 "$here/../blank_kernel.py" "$work"/remedies/*/before/core
    check_private "$work"/remedies/*/*/
    "$here/check_truth.py" "$work"/remedies/*/before/
    for scenario in stacks arenas library; do
        pack "$work/remedies/$scenario/before/core" "$target/i386-remedy-$scenario.core.zst"
        keep_truth "remedies/$scenario/before" "i386-remedy-$scenario"
        cp "$work/remedies/$scenario/after/truth.maps" "$target/i386-remedy-$scenario.after.maps"
        cp "$work/remedies/$scenario/after/truth.info" "$target/i386-remedy-$scenario.after.info"
    done
}

mkdir -p "$work" "$target"
target=$(cd "$target" && pwd)
cd "$work"
case ${2:-all} in
    all) make_usual; make_remedies ;;
    remedies) make_remedies ;;
    *) echo "samples.sh: no part is called $2" >&2; exit 2 ;;
esac
