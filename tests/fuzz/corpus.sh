#!/bin/bash
# Makes the seed corpus of the fuzz targets from the bundled samples: tests/fuzz/corpus/TARGET/*, which is not committed.
set -euo pipefail
cd "$(dirname "$0")"

samples=../../sample-dumps
# libFuzzer changes a few bytes at a time, thousands of times a second: of a large file it would never hit a header, and
# the report of a long map takes it too long. What is cut off is a hostile input like others.
declare -A longest=([elf_core]=16384 [minidump]=65536 [maps]=4096)

mkdir -p corpus/{elf_core,minidump,compressed,maps,transcript,archive,heap}

unpacked() {
    case $1 in
    *.zst) zstd -dcq "$1" ;;
    *.xz) xz -dc "$1" ;;
    *.gz) gzip -dc "$1" ;;
    *) cat "$1" ;;
    esac
}

target_of() {
    case $1 in
    *.maps*) echo maps ;;
    *core*) echo elf_core ;;
    *.dmp*) echo minidump ;;
    esac
}

for sample in "$samples"/*.{zst,xz,gz}; do
    [ -e "$sample" ] || continue
    name=$(basename "$sample")
    target=$(target_of "$name")
    [ -n "$target" ] || continue
    seed=corpus/$target/${name%.*}
    # Reading on after head has what it wants is no use: the packer may be told so by a closed pipe.
    (unpacked "$sample" || true) 2>/dev/null | head -c "${longest[$target]}" >"$seed"
    zstd -q -f "$seed" -o "corpus/compressed/$name.zst"
    gzip -c "$seed" >"corpus/compressed/$name.gz"
    xz -c "$seed" >"corpus/compressed/$name.xz"
done
for sample in "$samples"/transcripts/*.txt*; do
    name=$(basename "$sample")
    # Two pieces: how the output begins, and how it goes on.
    (unpacked "$sample" || true) 2>/dev/null | head -c 4096 >"corpus/transcript/${name%.zst}"
    (unpacked "$sample" || true) 2>/dev/null | tail -c 2048 >"corpus/transcript/${name%.zst}.end"
done
# Archives of two short files, and of one of them inside.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'MDMP of a dump' >"$folder/a.dmp"
printf '{}' >"$folder/a.extra"
archive() {
    command -v "$1" >/dev/null || return 0
    (cd "$folder" && "$@" >/dev/null)
}
archive tar -cf a.tar a.dmp a.extra
archive tar --format=posix -czf p.tar.gz a.dmp
archive truncate -s 100000 hole
archive tar --sparse -cf s.tar hole
archive tar --sparse --format=posix -cf t.tar hole
archive zip -q a.zip a.dmp a.extra a.tar
archive 7z a -tzip -mm=Deflate64 d.zip a.dmp
archive gcab -c -z a.cab a.dmp a.tar
cp "$folder"/*.{tar,gz,zip,cab} corpus/archive/ 2>/dev/null || true
# One line of each kind of output, as the hostile tests have them.
sed -n '/^const WORDS/,/^];/s/^    "\(.*\)",$/\1/p' ../hostile/transcripts.rs | sed 's/\\"/"/g; s/\\t/\t/g' >corpus/transcript/words
# The heap that words of are overwritten, and one edit of it.
unpacked "$samples/i386-remedy-library.core.zst" >corpus/heap.core
head -c 8 /dev/zero >corpus/heap/zero
printf '%s\n' "$(find corpus -type f | wc -l) seeds in $(pwd)/corpus"
