#!/usr/bin/env python3
"""Writes a large, sparse, valid x86-64 Windows minidump for benchmarks.

    big_minidump.py OUT [--regions 20000] [--size 4G] [--threads 100] [--modules 100]

SystemInfo, MiscInfo, ModuleList, ThreadList with AMD64 contexts, MemoryInfoList, and a Memory64List that covers the
committed regions, with --size bytes of memory behind it. That memory is a hole of the file: it takes no room on disk
and reads as zeros. The same arguments always give the same bytes.

It shares no code with fragscope. Layouts are those of minidumpapiset.h.
"""
import argparse
import random
import struct

COMMIT, RESERVE, FREE = 0x1000, 0x2000, 0x10000
PRIVATE, IMAGE = 0x20000, 0x1000000
NOACCESS, READWRITE, EXECUTE_READ = 0x01, 0x04, 0x20
GRANULE, PAGE, MIB = 0x10000, 0x1000, 1 << 20
END_OF_USER_SPACE = 0x7FFFFFFF0000
CONTEXT_SIZE, CONTEXT_RSP, CONTEXT_RIP = 1232, 0x98, 0xF8
THREAD_LIST, MODULE_LIST, SYSTEM_INFO, MEMORY64_LIST, MISC_INFO, MEMORY_INFO_LIST = 3, 4, 7, 9, 15, 16
DATE = 1700000000


class Region:
    def __init__(self, base, size, state, protect, kind, allocation):
        self.base, self.size, self.state = base, size, state
        self.protect, self.kind, self.allocation = protect, kind, allocation

    def pack(self):
        return struct.pack("<QQIIQIIII", self.base, self.allocation, self.protect, 0, self.size, self.state,
                           self.protect, self.kind, 0)


class Space:
    """An address space that is filled from below, without a hole in the list of its regions."""

    def __init__(self):
        self.regions, self.cursor = [], 0
        self.add(GRANULE, FREE)

    def add(self, size, state, protect=NOACCESS, kind=0, allocation=None):
        base = self.cursor
        if allocation is None:
            allocation = 0 if state == FREE else base
        self.regions.append(Region(base, size, state, protect, kind, allocation))
        self.cursor += size
        return base

    def align(self):
        """The rest of a granule is free: no allocation starts inside one."""
        rest = -self.cursor % GRANULE
        if rest:
            self.add(rest, FREE)

    def finish(self):
        self.align()
        self.add(END_OF_USER_SPACE - self.cursor, FREE)


def add_module(space, size):
    base = space.add(PAGE, COMMIT, 0x02, IMAGE)
    space.add(size - PAGE, COMMIT, EXECUTE_READ, IMAGE, base)
    space.align()
    return base, size


def add_stack(space):
    """1 MiB reserved, a guard page, and 64 KiB committed at its upper end. Returns (SP, start and size of what is used)."""
    base = space.add(MIB - GRANULE - PAGE, RESERVE, 0, PRIVATE)
    space.add(PAGE, COMMIT, READWRITE | 0x100, PRIVATE, base)
    used = space.add(GRANULE, COMMIT, READWRITE, PRIVATE, base)
    return used + GRANULE - 0x400, used, GRANULE


def fill(space, regions, committed_total, rng):
    """Free, reserved and committed memory by turns until the list is `regions` long; the committed parts add up to the total."""
    room = (regions - 1 - len(space.regions)) // 4
    already = sum(region.size for region in space.regions if region.state == COMMIT)
    each = max((committed_total - already) // max(room, 1) // GRANULE, 1) * GRANULE
    for _ in range(room):
        space.add(rng.randrange(1, 200) * GRANULE, FREE)
        base = space.add(each, COMMIT, READWRITE, PRIVATE)
        space.add(rng.randrange(1, 16) * GRANULE, RESERVE, 0, PRIVATE, base)
        space.add(GRANULE, COMMIT, EXECUTE_READ, PRIVATE)
    while len(space.regions) < regions - 1:
        space.add(GRANULE, RESERVE, 0, PRIVATE)
    space.finish()


def build_space(options):
    rng = random.Random(1)
    space = Space()
    modules = [add_module(space, rng.randrange(2, 60) * GRANULE) for _ in range(options.modules)]
    stacks = [add_stack(space) for _ in range(options.threads)]
    fill(space, options.regions, options.size, rng)
    return space.regions, modules, stacks


class Writer:
    """Appends blobs, remembers where they are, and writes head and directory in front in the end."""

    def __init__(self, streams):
        self.start = 32 + 12 * streams
        self.blobs, self.directory, self.offset = [], [], self.start

    def put(self, blob):
        offset = self.offset
        self.blobs.append(blob)
        self.offset += len(blob)
        return offset

    def string(self, text):
        data = text.encode("utf-16-le")
        return self.put(struct.pack("<I", len(data)) + data + b"\0\0")

    def stream(self, kind, blob):
        self.directory.append((kind, len(blob), self.put(blob)))

    def bytes(self):
        head = struct.pack("<4sIIIIIQ", b"MDMP", 0xA793, len(self.directory), 32, 0, DATE, 0x1802)
        return head + b"".join(struct.pack("<III", *entry) for entry in self.directory) + b"".join(self.blobs)


def write_system_info(out):
    service_pack = out.string("")
    out.stream(SYSTEM_INFO, struct.pack("<HHHBBIIIIIHH", 9, 6, 0, 4, 1, 10, 0, 19045, 2, service_pack, 0, 0) + bytes(24))
    out.stream(MISC_INFO, struct.pack("<IIIIII", 24, 3, 4242, DATE - 3600, 60, 5))


def write_modules(out, modules):
    rows = []
    for i, (base, size) in enumerate(modules):
        name = out.string("C:\\app\\module%03d.dll" % i)
        version = struct.pack("<13I", 0xFEEF04BD, 0x10000, 0x10000, i, 0x10000, i, 0x3F, 0, 0x40004, 2, 0, 0, 0)
        rows.append(struct.pack("<QIIII", base, size, 0, DATE, name) + version + bytes(32))
    out.stream(MODULE_LIST, struct.pack("<I", len(rows)) + b"".join(rows))


def context(sp, pc):
    blob = bytearray(CONTEXT_SIZE)
    struct.pack_into("<I", blob, 0x30, 0x10001F)  # all of an AMD64 context
    struct.pack_into("<Q", blob, CONTEXT_RSP, sp)
    struct.pack_into("<Q", blob, CONTEXT_RIP, pc)
    return bytes(blob)


def write_threads(out, stacks, pc):
    rows = []
    for i, (sp, start, size) in enumerate(stacks):
        where = out.put(context(sp, pc))
        # The stack's bytes are in Memory64List, beyond the reach of a 32-bit RVA: the descriptor has none, only the range.
        rows.append(struct.pack("<IIIIQQIIII", 1000 + 4 * i, 1, 32, 0, 0, start, size, 0, CONTEXT_SIZE, where))
    out.stream(THREAD_LIST, struct.pack("<I", len(rows)) + b"".join(rows))


def write_memory_info(out, regions):
    out.stream(MEMORY_INFO_LIST, struct.pack("<IIQ", 16, 48, len(regions)) + b"".join(r.pack() for r in regions))


def write_memory64(out, regions):
    """Where the memory begins is only known once this stream is laid out: it is the last one."""
    committed = [(r.base, r.size) for r in regions if r.state == COMMIT]
    size = 16 + 16 * len(committed)
    memory = (out.offset + size + PAGE - 1) // PAGE * PAGE
    out.stream(MEMORY64_LIST, struct.pack("<QQ", len(committed), memory) + b"".join(struct.pack("<QQ", *c) for c in committed))
    return memory, sum(length for _, length in committed)


def write(options):
    regions, modules, stacks = build_space(options)
    out = Writer(streams=6)
    write_system_info(out)
    write_modules(out, modules)
    write_threads(out, stacks, modules[0][0] + 0x1234)
    write_memory_info(out, regions)
    memory, length = write_memory64(out, regions)
    with open(options.out, "wb") as file:
        file.write(out.bytes())
        file.truncate(memory + length)
    print_figures(options.out, regions, memory, length)


def print_figures(path, regions, memory, length):
    free = [r.size for r in merged_gaps(regions)]
    print("%s: %d bytes, %d of them before the memory" % (path, memory + length, memory))
    print("regions %d, committed %d, gaps %d, free %d, largest gap %d" % (
        len(regions), length, len(free), sum(free), max(free)))


def merged_gaps(regions):
    gaps = []
    for r in regions:
        if r.state != FREE:
            continue
        if gaps and gaps[-1].base + gaps[-1].size == r.base:
            gaps[-1] = Region(gaps[-1].base, gaps[-1].size + r.size, FREE, NOACCESS, 0, 0)
        else:
            gaps.append(r)
    return gaps


def size(text):
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    return int(text[:-1]) * units[text[-1]] if text[-1] in units else int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--regions", type=int, default=20000)
    parser.add_argument("--size", type=size, default=4 << 30)
    parser.add_argument("--threads", type=int, default=100)
    parser.add_argument("--modules", type=int, default=100)
    write(parser.parse_args())


if __name__ == "__main__":
    main()
