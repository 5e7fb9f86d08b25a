#!/usr/bin/env python3
"""How many dumps triage reads in a second, in worker processes and in one, and how much memory it takes.

    cargo build --release
    tests/bench/triage.py [--dumps N] [--rows N] [--rounds N]

The dumps are links to the small samples, and so in the page cache. Rounds of both ways take turns; the fastest of each
counts. The last lines say which targets are met: 2,000 dumps a second in processes, at most twice the time of a plain loop in
one process (`--jobs 0`), and memory that is the same for 1,000 rows and for 100,000. The exit code is 1 if one is missed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRAGSCOPE = ROOT / "target/release/fragscope"
SAMPLES = ["linux-x86_64.dmp", "linux-i386.dmp.zst", "windows-2gb.dmp.zst", "windows-x64.dmp.zst", "windows-laa.dmp.zst",
           "windows-no-map.dmp.zst", "i386-truncated.core", "i386-legacy.maps", "arm-qemu.maps"]
RATE = 2000
RATIO = 2.0
# 16 bytes for where each row lies, nine for the median of its group.
GROWTH_KIB = 100_000 * 25 // 1024 + 2048


def seconds(arguments, folder):
    begun = time.monotonic()
    subprocess.run([FRAGSCOPE, "triage", *arguments, "-o", "out.jsonl"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    taken = time.monotonic() - begun
    return taken


def peak_kib(folder, count):
    """Peak memory of the parent: its own, as wait4 tells it, not its children's."""
    names = "".join(f"nowhere/{n:09}\n" for n in range(count))
    (folder / "list").write_text(names)
    with open(os.devnull, "w") as null:
        arguments = [FRAGSCOPE, "triage", "--files-from", "list", "-o", "rows.jsonl"]
        child = subprocess.Popen(arguments, cwd=folder, stdout=null)
        peak = 0
        while child.poll() is None:
            try:
                status = Path(f"/proc/{child.pid}/status").read_text()
                peak = max([peak] + [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")])
            except (OSError, ProcessLookupError):
                pass
            time.sleep(0.005)
    assert child.returncode == 0
    return peak


def verdict(met, words):
    print(("met:    " if met else "MISSED: ") + words)
    return met


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dumps", type=int, default=4000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", default=str(os.cpu_count()))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "in").mkdir()
        for n in range(asked.dumps):
            (folder / f"in/{n:06}").symlink_to(ROOT / "sample-dumps" / SAMPLES[n % len(SAMPLES)])
        ways = {"in processes": ["--jobs", asked.jobs], "in one": ["--jobs", "0"]}
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(asked.rounds):
            for way, arguments in ways.items():
                best[way] = min(best[way], seconds(["in", *arguments], folder))
        for way, taken in best.items():
            print(f"{way:13} {asked.dumps / taken:7.0f} dumps/s")
        few, many = peak_kib(folder, 1000), peak_kib(folder, asked.rows)
        print(f"memory        {few} KiB for 1,000 rows, {many} KiB for {asked.rows:,}")
    rate, ratio = asked.dumps / best["in processes"], best["in processes"] / best["in one"]
    results = [
        verdict(rate >= RATE, f"{rate:.0f} dumps a second in {asked.jobs} processes (at least {RATE})"),
        verdict(ratio <= RATIO, f"{ratio:.2f} times the time of one process without protection (at most {RATIO})"),
        verdict(many - few <= GROWTH_KIB, f"{many - few} KiB more for {asked.rows:,} rows (at most {GROWTH_KIB})"),
    ]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
