#!/usr/bin/env python3
"""CPU time and memory of `fragscope heap` side by side with a plain sum over the same file, in one run: A B A B.

    cargo build --release
    tests/bench/heap.py [--folder FOLDER] [--rounds N] [--chunks N]

Makes what is absent in FOLDER: a 1 GB heap of 10 million chunks, a gigabyte without any heap (which is scanned to the end), a
small heap; and the 4 GB core of `tests/generators/linux/make.sh`. Needs gcc, and a kernel that leaves cores in the working folder.
The last lines say which targets are met; the exit code is 1 if one is missed.
"""

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

from peers import FRAGSCOPE, MIB, ROOT, Run, Targets, made, medians

HEAPS = ROOT / "tests/generators/heaps"


def compiled(program, source, *flags):
    if not program.exists():
        subprocess.run(["gcc", "-std=gnu11", *flags, "-o", program, source], check=True)
    return program


def core_of(folder, name, source, flags, arguments):
    """The core of a program that aborts, made if it is absent."""
    place = folder / name
    core = place / "core"
    if core.exists():
        return core
    place.mkdir(parents=True, exist_ok=True)
    program = compiled(place / "program", source, *flags)
    print(f"making {core}", flush=True)

    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    with open(place / "said", "w") as said:
        subprocess.run([program, *arguments], cwd=place, stdout=said, preexec_fn=limit, check=False)
    for other in place.glob("core.*"):
        other.rename(core)
    if not core.exists():
        sys.exit("no core in the working folder: see /proc/sys/kernel/core_pattern")
    return core


def heap(core, *more):
    return [str(FRAGSCOPE), "heap", str(core), *more]


def compare(name, core, rounds, sum_program, targets):
    """Prints one case; returns median CPU seconds and peak memory of ours."""
    ours, plain = medians([heap(core), [str(sum_program), str(core)]], rounds)
    size, rss = core.stat().st_size, Run(heap(core)).rss
    print(f"{name}: {size / MIB:.0f} MiB")
    print(f"  CPU s       fragscope heap {ours:.3f}   plain sum {plain:.3f}   ratio {ours / plain:.2f}")
    print(f"  rate        {size / ours / 1e9:.2f} GB/s   plain sum {size / plain / 1e9:.2f} GB/s")
    print(f"  memory      {rss / MIB:.0f} MiB resident at most")
    return ours, rss


def live_chunks(core):
    text = subprocess.run(heap(core, "--format", "json"), check=True, capture_output=True).stdout
    (glibc,) = [heap for heap in json.loads(text)["heaps"] if heap["allocator"] == "glibc"]
    return sum(arena["live"]["count"] + arena["cached"]["count"] for arena in glibc["arenas"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("/tmp/dumps"), help="where the cores are, or are made")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program")
    parser.add_argument("--chunks", type=int, default=10_000_000, help="of the large heap")
    args = parser.parse_args()
    if not FRAGSCOPE.exists():
        sys.exit("target/release/fragscope is absent; cargo build --release makes it")
    args.folder.mkdir(parents=True, exist_ok=True)
    folder = args.folder.resolve()
    large = core_of(folder, f"heap-{args.chunks}", HEAPS / "large.c", ["-O1"], [str(args.chunks)])
    nothing = ["-O1", "-DNO_LIBC", "-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector"]
    scanned = core_of(folder, "heap-none", HEAPS / "large.c", nothing, [])
    small = core_of(folder, "heap-1000", HEAPS / "large.c", ["-O1"], ["1000"])
    make = ROOT / "tests/generators/linux/make.sh"
    four = made(folder / "bench-4g/core", [make, folder, "bench-4g"]).resolve()
    sum_program = compiled(folder / "sum", ROOT / "tests/bench/sum.c", "-O2")

    targets = Targets()
    seconds, rss = compare(f"heap of {args.chunks} chunks", large, args.rounds, sum_program, targets)
    held, told = live_chunks(large), int((large.parent / "said").read_text())
    print(f"  chunks      {held} held, {told} in truth")
    targets.check("large heap, chunks besides the program's", held - told, 1000)
    targets.check("large heap, CPU", seconds, 3, " s")
    targets.check("large heap, memory", rss / MIB, 200, " MiB")
    seconds, _ = compare("memory without a heap", scanned, args.rounds, sum_program, targets)
    targets.check("full scan", scanned.stat().st_size / seconds / 1e9, 1, " GB/s", at_least=True)
    seconds, _ = compare("4 GB core", four, args.rounds, sum_program, targets)
    targets.check("4 GB core, CPU", seconds, 4, " s")
    seconds, _ = compare("small heap", small, args.rounds, sum_program, targets)
    targets.check("small heap, all of the program", seconds * 1e3, 10, " ms")
    print("\n".join(targets.lines))
    sys.exit(targets.missed)


if __name__ == "__main__":
    main()
