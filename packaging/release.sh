#!/bin/bash
# Makes a release archive: packaging/release.sh [--target TRIPLE] [--binary FILE] OUT_DIR
#
# OUT_DIR/fragscope-VERSION-TRIPLE.tar.gz holds the program with all features, its manual pages, completions for five shells,
# README, LICENSE and CHANGELOG; OUT_DIR/SHA256SUMS the sums of all archives there. The same sources, compiler and
# SOURCE_DATE_EPOCH (by default the time of the last commit) give the same bytes. With --binary that program is packed instead
# of a new one. The program must run on this machine, as it writes its own pages.
set -euo pipefail
source_dir=$(cd "$(dirname "$0")/.." && pwd)

fail() {
    echo "release.sh: $1" >&2
    exit 2
}

target='' binary='' out=''
while [ $# -gt 0 ]; do
    case $1 in
    --target) target=${2:-} && shift 2 ;;
    --binary) binary=${2:-} && shift 2 ;;
    -*) fail "there is no option $1" ;;
    *) out=$1 && shift ;;
    esac
done
[ -n "$out" ] || fail 'name the folder to write to'
target=${target:-$(rustc -vV | sed -n 's/^host: //p')}
mkdir -p "$out"
out=$(cd "$out" && pwd)

cd "$source_dir"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export LC_ALL=C TZ=UTC

# Paths of this machine would end up in messages of panics.
build() {
    local remap="--remap-path-prefix=$source_dir=/fragscope --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    RUSTFLAGS="${RUSTFLAGS:-} $remap -C strip=symbols" \
        cargo build --locked --release --all-features --bin fragscope --target "$target" >&2
    echo "${CARGO_TARGET_DIR:-target}/$target/release/fragscope"
}

binary=${binary:-$(build)}
name=fragscope-$version-$target
staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
folder=$staged/$name
program=$folder/fragscope
case $target in *windows*) program=$program.exe ;; esac

mkdir -p "$folder/completions"
install -m 755 "$binary" "$program"
install -m 644 README.md LICENSE docs/CHANGELOG.md "$folder"
"$program" man --dir "$folder/man/man1"
"$program" completions bash >"$folder/completions/fragscope.bash"
"$program" completions zsh >"$folder/completions/_fragscope"
"$program" completions fish >"$folder/completions/fragscope.fish"
"$program" completions powershell >"$folder/completions/_fragscope.ps1"
"$program" completions elvish >"$folder/completions/fragscope.elv"

tar --sort=name --format=ustar --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --mode='u+rwX,go+rX,go-w' -C "$staged" -cf - "$name" | gzip -n -6 >"$out/$name.tar.gz"
(cd "$out" && sha256sum fragscope-*.tar.gz >SHA256SUMS)
echo "$out/$name.tar.gz"
