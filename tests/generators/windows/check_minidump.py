#!/usr/bin/env python3
"""Checks a minidump of wdump.c against the truth written beside it, and prints the figures of its address space.

    check_minidump.py DUMP [TRUTH]      TRUTH is the prefix of .virtualquery.csv, .threads.csv and .modules.csv

A reader of its own: it shares no code with fragscope, and knows only the streams that it checks.
Exit code 1 if anything differs from the truth.
"""
import csv
import os
import struct
import subprocess
import sys

MEM_COMMIT, MEM_RESERVE, MEM_FREE = 0x1000, 0x2000, 0x10000
STATE = {MEM_COMMIT: "committed", MEM_RESERVE: "reserved", MEM_FREE: "free"}


class Minidump:
    def __init__(self, path):
        self.data = open(path, "rb").read()
        magic, _, count, directory, _, _, self.flags = self.unpack("<4sIIIIIQ", 0)
        assert magic == b"MDMP", path
        entries = [self.unpack("<III", directory + 12 * i) for i in range(count)]
        self.streams = {kind: (rva, size) for kind, size, rva in entries if kind}
        self.cpu = self.unpack("<H", self.streams[7][0])[0]
        self.pointer = 8 if self.cpu == 9 else 4

    def unpack(self, layout, offset):
        return struct.unpack_from(layout, self.data, offset)

    def string(self, rva):
        size = self.unpack("<I", rva)[0]
        return self.data[rva + 4:rva + 4 + size].decode("utf-16-le")

    def regions(self):
        """(base, size, state, protect, type, allocation base, allocation protect) of stream 16"""
        if 16 not in self.streams:
            return None
        rva, _ = self.streams[16]
        head, entry, count = self.unpack("<IIQ", rva)
        rows = []
        for i in range(count):
            base, alloc, alloc_protect, _, size, state, protect, kind = self.unpack("<QQIIQIII", rva + head + entry * i)
            rows.append((base, size, state, protect, kind, alloc, alloc_protect))
        return rows

    def threads(self):
        """tid -> (teb, start of the stack's memory, its size, SP)"""
        rva, _ = self.streams[3]
        result = {}
        for i in range(self.unpack("<I", rva)[0]):
            tid, _, _, _, teb, start, size, _, _, context = self.unpack("<IIIIQQIIII", rva + 4 + 48 * i)
            sp = self.unpack("<Q", context + 0x98)[0] if self.pointer == 8 else self.unpack("<I", context + 0xC4)[0]
            result[tid] = (teb, start, size, sp)
        return result

    def thread_names(self):
        if 24 not in self.streams:
            return {}
        rva, _ = self.streams[24]
        rows = [self.unpack("<IQ", rva + 4 + 12 * i) for i in range(self.unpack("<I", rva)[0])]
        return {tid: self.string(name) for tid, name in rows}

    def thread_info_ids(self):
        if 17 not in self.streams:
            return None
        rva, _ = self.streams[17]
        head, entry, count = self.unpack("<III", rva)
        return {self.unpack("<I", rva + head + entry * i)[0] for i in range(count)}

    def modules(self):
        rva, _ = self.streams[4]
        rows = []
        for i in range(self.unpack("<I", rva)[0]):
            base, size, _, _, name = self.unpack("<QIIII", rva + 4 + 108 * i)
            rows.append((base, size, self.string(name)))
        return rows

    def exception(self):
        """(tid, code, parameters)"""
        if 6 not in self.streams:
            return None
        rva, _ = self.streams[6]
        tid, _, code, _, _, _, count, _ = self.unpack("<IIIIQQII", rva)
        return tid, code, list(self.unpack("<%dQ" % count, rva + 40))

    def memory64(self):
        if 9 not in self.streams:
            return None
        rva, _ = self.streams[9]
        count, _ = self.unpack("<QQ", rva)
        return [self.unpack("<QQ", rva + 16 + 16 * i) for i in range(count)]


def truth(prefix, what):
    path = "%s.%s.csv" % (prefix, what)
    if os.path.exists(path):
        return list(csv.DictReader(open(path)))
    unpacked = subprocess.run(["zstd", "-dc", path + ".zst"], stdout=subprocess.PIPE, check=True).stdout
    return list(csv.DictReader(unpacked.decode().splitlines()))


def check_regions(dump, prefix):
    rows = truth(prefix, "virtualquery")
    names = ("base", "size", "state", "protect", "type", "alloc_base", "alloc_protect")
    expected = [tuple(int(row[name], 16) for name in names) for row in rows]
    return compare("MemoryInfoList", dump.regions(), expected)


def check_threads(dump, prefix):
    rows = truth(prefix, "threads")
    found, names = dump.threads(), dump.thread_names()
    ok = compare("thread ids", sorted(found), sorted(int(row["tid"]) for row in rows))
    ok &= compare("ThreadInfoList ids", dump.thread_info_ids() or set(), set(found))
    for row in rows:
        tid, sp, base = int(row["tid"]), int(row["sp"], 16), int(row["stack_base"], 16)
        teb, start, size, dumped_sp = found[tid]
        ok &= compare("TEB of %d" % tid, teb, int(row["teb"], 16), quiet=True)
        ok &= compare("end of the stack's memory of %d" % tid, start + size, base, quiet=True)
        ok &= compare("name of %d" % tid, names.get(tid, ""), row["name"], quiet=True)
        if dump.exception() is None or tid != dump.exception()[0]:  # the crashed one has the exception's context
            ok &= compare("SP of %d" % tid, dumped_sp, sp, quiet=True)
    return ok


def check_modules(dump, prefix):
    expected = {(int(row["base"], 16), int(row["size"]), row["path"]) for row in truth(prefix, "modules")}
    return compare("ModuleList", set(dump.modules()), expected)


def compare(what, found, expected, quiet=False):
    same = found == expected
    if not same:
        print("DIFFERS from the truth: %s: %.200r, should be %.200r" % (what, found, expected))
    elif not quiet:
        print("equals the truth: %s (%d)" % (what, len(expected)))
    return same


def print_regions(regions):
    """Free areas that touch are one gap, whoever lists them."""
    gaps, totals, counts = [], {}, {}
    for base, size, state, *_ in regions:
        totals[state] = totals.get(state, 0) + size
        counts[state] = counts.get(state, 0) + 1
        if state != MEM_FREE:
            continue
        if gaps and sum(gaps[-1]) == base:
            gaps[-1][1] += size
        else:
            gaps.append([base, size])
    for state in sorted(totals):
        print("%s: %d bytes in %d regions" % (STATE.get(state, hex(state)), totals[state], counts[state]))
    largest = max(gaps, key=lambda gap: gap[1])
    end = regions[-1][0] + regions[-1][1]
    print("regions: %d from %#x to %#x, gapless: %s" % (len(regions), regions[0][0], end, is_gapless(regions)))
    print("gaps: %d, largest %d bytes (%.1f MiB) at %#x" % (len(gaps), largest[1], largest[1] / 2**20, largest[0]))
    print("external fragmentation: %.2f %%" % (100 * (1 - largest[1] / totals[MEM_FREE])))


def is_gapless(regions):
    return all(a[0] + a[1] == b[0] for a, b in zip(regions, regions[1:]))


def print_figures(dump):
    print("streams: %s" % sorted(dump.streams))
    print("threads: %d, named %d; modules: %d" % (len(dump.threads()), len(dump.thread_names()), len(dump.modules())))
    if dump.exception():
        tid, code, parameters = dump.exception()
        print("exception: %#x in thread %d, parameters %s" % (code, tid, parameters))
    if dump.memory64() is not None:
        ranges = dump.memory64()
        print("Memory64List: %d ranges, %d bytes" % (len(ranges), sum(size for _, size in ranges)))
    if dump.regions() is not None:
        print_regions(dump.regions())


def main():
    dump = Minidump(sys.argv[1])
    print("== " + os.path.basename(sys.argv[1]))
    print_figures(dump)
    if len(sys.argv) < 3:
        return 0
    checks = [check(dump, sys.argv[2]) for check in (check_regions, check_threads, check_modules)]
    return 0 if all(checks) else 1


if __name__ == "__main__":
    sys.exit(main())
