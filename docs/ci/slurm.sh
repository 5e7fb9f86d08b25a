#!/bin/bash
#SBATCH --job-name=fragscope
#SBATCH --array=0-15
#SBATCH --cpus-per-task=2
#SBATCH --mem=3G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --signal=B:TERM@60
# One of 16 parts: sbatch slurm.sh. A part that was requeued goes on where it was.
DUMPS=${DUMPS:-$PWD/dumps}
OUT=${OUT:-$PWD/out}
mkdir -p "$OUT"

# exec: the signal of Slurm reaches fragscope itself, which keeps what is done.
exec fragscope triage "$DUMPS" --shard "$SLURM_ARRAY_TASK_ID/16" --resume \
    --jobs "${SLURM_CPUS_PER_TASK:-2}" --memory-limit 1G -o "$OUT/dumps.jsonl"
