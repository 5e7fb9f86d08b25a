#!/usr/bin/env python3
"""CPU time of fragscope side by side with eu-readelf and gdb on the same dumps, in one run: A B A B.

    cargo build --release
    tests/bench/peers.py [--dumps FOLDER] [--rounds N]

Needs eu-readelf (elfutils), gdb, strace, zstd, and the big dumps: `tests/generators/linux/make.sh` and
`tests/generators/big_minidump.py` make them where they are absent. The last lines say which targets are met; the exit
code is 1 if one is missed.

CPU time is user and system time of the child as wait4 tells it; wall time would measure the disk. The files are in the
page cache after the first round, which does not count.
"""

import argparse
import os
import re
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRAGSCOPE = ROOT / "target/release/fragscope"
MIB = 1 << 20
GDB = ["gdb", "-nx", "-batch", "-ex", "info threads", "-ex", "maint info sections", "-ex", "thread apply all print $sp"]
# After that much CPU time gdb is stopped: the ratio is then a lower bound.
GDB_SECONDS = 300


class Run:
    """What one run of a program cost."""

    def __init__(self, command, cpu_limit=None, data_limit=None):
        def limit():
            if cpu_limit:
                resource.setrlimit(resource.RLIMIT_CPU, (cpu_limit, cpu_limit))
            if data_limit:
                resource.setrlimit(resource.RLIMIT_DATA, (data_limit, data_limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        with open(os.devnull, "r+b") as null:
            child = subprocess.Popen(command, stdin=null, stdout=null, stderr=null, preexec_fn=limit)
            _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.ok = child.returncode == 0
        self.cpu = usage.ru_utime + usage.ru_stime
        self.rss = usage.ru_maxrss * 1024


def report(dump, *more):
    return [str(FRAGSCOPE), "report", str(dump), *more]


def medians(commands, rounds):
    """Median CPU seconds of each command, run in turns."""
    seconds = [[] for _ in commands]
    for number in range(rounds + 1):
        for times, command in zip(seconds, commands):
            run = Run(command)
            if not run.ok:
                sys.exit(f"failed: {' '.join(command)}")
            if number > 0:
                times.append(run.cpu)
    return [statistics.median(times) for times in seconds]


def anonymous_memory(command):
    """Smallest RLIMIT_DATA (private writable memory, touched or not) in MiB under which the command still succeeds."""
    low, high = 0, 512
    while high - low > 1:
        middle = (low + high) // 2
        if Run(command, data_limit=middle * MIB).ok:
            high = middle
        else:
            low = middle
    return high


def bytes_read(dump):
    """Bytes that the program read from the dump, as the system saw it."""
    with tempfile.NamedTemporaryFile("r") as log:
        calls = "trace=read,pread64,readv,preadv,preadv2,mmap"
        strace = ["strace", "-f", "-y", "-e", calls, "-o", log.name]
        subprocess.run(strace + report(dump), check=True, stdout=subprocess.DEVNULL)
        lines = [line for line in log if f"<{dump}>" in line]
    if any("mmap(" in line for line in lines):
        sys.exit("the dump is mapped into memory: counting reads says nothing")
    return sum(int(re.search(r"= (\d+)", line).group(1)) for line in lines)


def headers_and_notes(core):
    """Bytes of an ELF core that a reader of its map and threads needs: all headers and PT_NOTEs."""
    with open(core, "rb") as file:
        head = file.read(64)
        wide = head[4] == 2
        phoff, shoff = struct.unpack_from("<QQ" if wide else "<II", head, 32 if wide else 28)
        phentsize, phnum, shentsize, shnum = struct.unpack_from("<HHHH", head, 54 if wide else 42)
        if phnum == 0xFFFF:
            file.seek(shoff)
            phnum = struct.unpack_from("<I", file.read(64), 44 if wide else 28)[0]
        file.seek(phoff)
        table = file.read(phnum * phentsize)
    kinds = ("<I28xQ" if wide else "<I12xI")
    rows = (struct.unpack_from(kinds, table, at * phentsize) for at in range(phnum))
    notes = sum(size for kind, size in rows if kind == 4)
    return len(head) + len(table) + notes + (shentsize if shnum else 0)


class Targets:
    """What was promised, and whether it is so."""

    def __init__(self):
        self.missed = False
        self.lines = []

    def check(self, name, value, limit, unit="", at_least=False):
        met = value >= limit if at_least else value <= limit
        self.missed |= not met
        relation = "at least" if at_least else "at most"
        self.lines.append(f"{'met   ' if met else 'MISSED'}  {name}: {value:.3g}{unit}, {relation} {limit:g}{unit}")


def compare_core(name, core, rounds, readelf_factor, gdb_factor, targets):
    # Without the executable, whose symbols would cost gdb more time. A run that takes minutes is made once.
    debugger = [*GDB, "-c", str(core)]
    first = Run(debugger, cpu_limit=GDB_SECONDS)
    commands = [report(core), report(core, "--format", "json"), ["eu-readelf", "-ln", str(core)]]
    if first.cpu < 1:
        ours, json, theirs, gdb = medians([*commands, debugger], rounds)
    else:
        (ours, json, theirs), gdb = medians(commands, rounds), first.cpu
    memory = anonymous_memory(report(core))
    read, needed = bytes_read(core), headers_and_notes(core)
    more = "" if first.ok else "more than "
    print(f"{name}: {core.stat().st_size / MIB:.0f} MiB")
    print(f"  CPU ms      fragscope {ours * 1e3:.1f} (JSON {json * 1e3:.1f})   eu-readelf {theirs * 1e3:.1f}"
          f"   gdb {more}{gdb * 1e3:.0f}")
    print(f"  ratios      {ours / theirs:.2f} of eu-readelf's   {more}{gdb / ours:.0f} times less than gdb's")
    print(f"  memory      {memory} MiB private and writable, {Run(report(core)).rss / MIB:.1f} MiB resident in all")
    print(f"  bytes read  {read} of {needed} in headers and notes: {read / needed:.2f}")
    targets.check(f"{name}, CPU of eu-readelf's", ours / theirs, readelf_factor)
    targets.check(f"{name}, gdb's CPU of ours", gdb / ours, gdb_factor, at_least=True)
    targets.check(f"{name}, memory", memory, 16, " MiB")
    targets.check(f"{name}, bytes read of headers and notes", read / needed, 1.2)


def measure_alone(name, dump, rounds, limit_ms, targets):
    ours = medians([report(dump)], rounds)[0]
    memory = anonymous_memory(report(dump))
    print(f"{name}: {dump.stat().st_size / MIB:.0f} MiB")
    print(f"  CPU ms      fragscope {ours * 1e3:.1f}")
    print(f"  memory      {memory} MiB private and writable")
    targets.check(f"{name}, CPU", ours * 1e3, limit_ms, " ms")


def made(path, command):
    """The file, made by the command if it is absent."""
    if not path.exists():
        print(f"making {path}: {' '.join(map(str, command))}", flush=True)
        subprocess.run(command, check=True)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dumps", type=Path, default=Path("/tmp/dumps"), help="where the big dumps are, or are made")
    parser.add_argument("--rounds", type=int, default=11, help="runs of each program")
    args = parser.parse_args()
    if not FRAGSCOPE.exists():
        sys.exit("target/release/fragscope is absent; cargo build --release makes it")
    make = ROOT / "tests/generators/linux/make.sh"
    cores = {
        name: made(args.dumps / name / "core", [make, args.dumps, name]).resolve() for name in ("bench-4g", "bench-60k")
    }
    generator = ROOT / "tests/generators/big_minidump.py"
    minidump = made(args.dumps / "big-20000.dmp", [sys.executable, generator, args.dumps / "big-20000.dmp"])
    packed = made(args.dumps / "bench-4g/core.zst", ["zstd", "-q", "-T0", cores["bench-4g"], "-o", args.dumps / "bench-4g/core.zst"])

    targets = Targets()
    compare_core("4 GB core", cores["bench-4g"], args.rounds, 1.5, 50, targets)
    compare_core("core with 60,000 mappings", cores["bench-60k"], args.rounds, 1.0, 200, targets)
    measure_alone("4 GB minidump with 20,000 regions", minidump.resolve(), args.rounds, 10, targets)
    measure_alone("4 GB core in zstd, without --deep", packed.resolve(), args.rounds, 50, targets)
    print("\n".join(targets.lines))
    sys.exit(targets.missed)


if __name__ == "__main__":
    main()
