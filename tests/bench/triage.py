#!/usr/bin/env python3
"""How many dumps triage reads in a second, in worker processes and in one, and how much memory it takes.

    cargo build --release
    tests/bench/triage.py [--dumps N] [--rows N] [--rounds N]

The dumps are links to samples, and so in the page cache. Rounds of both ways take turns; the fastest of each
counts. The last lines say which targets are met: 2,000 dumps a second in processes (small ones), at most twice the time of a plain loop in
one process (`--jobs 0`), and memory that is the same for 1,000 rows and for 100,000. The exit code is 1 if one is missed.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRAGSCOPE = ROOT / "target/release/fragscope"
SMALL = ["linux-x86_64.dmp", "windows-x64.dmp.zst", "windows-no-map.dmp.zst", "i386-truncated.core", "i386-legacy.maps",
         "arm-qemu.maps"]
# Unpacked some megabytes, or fragmented so that remedies are tried: shown, and held to nothing.
LARGER = ["linux-i386.dmp.zst", "windows-2gb.dmp.zst", "windows-laa.dmp.zst"]
RATE = 2000
RATIO = 2.0
# 16 bytes for where each row lies, nine for the median of its group.
GROWTH_KIB = 100_000 * 25 // 1024 + 2048


def seconds(arguments, folder):
    """Wall time, and CPU time of the parent with all workers: on a busy machine, the first tells who else is there."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    subprocess.run([FRAGSCOPE, "triage", *arguments, "-o", "out.jsonl"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    wall = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rates(folder, samples, asked):
    """The best of all rounds of both ways, which take turns."""
    dumps = Path(tempfile.mkdtemp(dir=folder))
    for n in range(asked.dumps):
        (dumps / f"{n:06}").symlink_to(ROOT / "sample-dumps" / samples[n % len(samples)])
    ways = {"in processes": ["--jobs", asked.jobs], "in one": ["--jobs", "0"]}
    best = dict.fromkeys(ways, (float("inf"), float("inf")))
    for _ in range(asked.rounds):
        for way, arguments in ways.items():
            best[way] = tuple(map(min, zip(best[way], seconds([dumps, *arguments], folder))))
    for way, (wall, cpu) in best.items():
        print(f"  {way:13} {asked.dumps / wall:7.0f} dumps/s, {1000 * cpu / asked.dumps:.2f} ms of CPU each")
    return best["in processes"], best["in one"]


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
        print("small dumps")
        (wall, cpu), (alone, _) = rates(folder, SMALL, asked)
        print("larger ones")
        rates(folder, LARGER, asked)
        few, many = peak_kib(folder, 1000), peak_kib(folder, asked.rows)
        print(f"memory        {few} KiB for 1,000 rows, {many} KiB for {asked.rows:,}")
    rate, ratio, cores = asked.dumps / wall, wall / alone, int(asked.jobs)
    print(f"              {cores * asked.dumps / cpu:.0f} small dumps/s, if {cores} CPUs had nothing else to do")
    results = [
        verdict(rate >= RATE, f"{rate:.0f} dumps a second in {asked.jobs} processes (at least {RATE})"),
        verdict(ratio <= RATIO, f"{ratio:.2f} times the time of one process without protection (at most {RATIO})"),
        verdict(many - few <= GROWTH_KIB, f"{many - few} KiB more for {asked.rows:,} rows (at most {GROWTH_KIB})"),
    ]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
