#!/bin/bash
# Makes one result of 16 parts, in the folder that they were written to: merge.sh OUT. Exit codes are those of fragscope.
set -euo pipefail
cd "$1"

shopt -s nullglob
parts=(dumps-[0-9]*-of-00016.jsonl)
if [ ${#parts[@]} -ne 16 ]; then
    echo "merge.sh: there are ${#parts[@]} of 16 parts" >&2
    exit 2
fi
fragscope triage --from-rows "${parts[@]}" -o all.jsonl -o all.html -o all.md -o junit.xml \
    --fail-if 'verdict == fragmented'
