#!/bin/bash
# Fuzzes every target for a while: tests/fuzz/run.sh [SECONDS]. Needs cargo-fuzz and a C++ compiler.
#
# The stable toolchain will do: coverage is a code generation option, and only the sanitizers ask for nightly. They look
# for memory errors in unsafe code, of which this project has none of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-20}
tests/fuzz/corpus.sh
for target in $(sed -n 's/^name = "\(.*\)"$/\1/p' tests/fuzz/Cargo.toml | grep -v '^fragscope-fuzz$'); do
    echo "== $target for $seconds s"
    RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none "$target" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=512 -print_final_stats=1 -verbosity=0
done
