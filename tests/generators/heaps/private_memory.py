#!/usr/bin/env python3
"""Takes the memory of images and mapped files out of a full minidump: what is left holds heaps, stacks, TEBs, the PEB, and the
headers of images.

    private_memory.py FULL.dmp OUT.dmp

A dump of a small program under Wine is 115 MB, most of it Wine's DLLs and locale tables. Which memory is of what kind is taken
from MemoryInfoList (Type). Of memory that it calls free (dbghelp's own, when a process dumps itself) the first two pages of each
range stay: they have the heads of heaps. All other streams stay as they are. Layouts: minidumpapiset.h.
"""
import struct
import sys

MEMORY64_LIST, MEMORY_INFO_LIST, MEM_MAPPED, MEM_IMAGE = 9, 16, 0x40000, 0x1000000
MEM_FREE, TWO_PAGES = 0x10000, 0x2000


def directory(dump):
    count, at = struct.unpack_from("<II", dump, 8)
    return [(at + 12 * i, *struct.unpack_from("<III", dump, at + 12 * i)) for i in range(count)]


def regions(dump, streams):
    rva = next(rva for _, kind, _, rva in streams if kind == MEMORY_INFO_LIST)
    header, entry, count = struct.unpack_from("<IIQ", dump, rva)
    for i in range(count):
        base, allocation, _, _, size, state, _, kind, _ = struct.unpack_from("<QQIIQIIII", dump, rva + header + entry * i)
        yield base, base + size, allocation, state, kind


def dropped(dump, streams):
    """Ranges of mapped files and of images, without the latter's headers."""
    for base, end, allocation, _, kind in regions(dump, streams):
        if kind == MEM_MAPPED or (kind == MEM_IMAGE and base != allocation):
            yield base, end


def kept(dump, rva, holes, free):
    count, at = struct.unpack_from("<QQ", dump, rva)
    for i in range(count):
        start, size = struct.unpack_from("<QQ", dump, rva + 16 + 16 * i)
        end = start + size
        if any(a <= start < b for a, b in free):
            end = min(end, start + TWO_PAGES)
        low = start
        for hole, hole_end in [h for h in holes if h[1] > start and h[0] < end] + [(end, end)]:
            if low < hole:
                yield low, dump[at + low - start : at + hole - start]
            low = max(low, hole_end)
        at += size


def main():
    with open(sys.argv[1], "rb") as file:
        dump = file.read()
    streams = directory(dump)
    entry, _, size, rva = next(s for s in streams if s[1] == MEMORY64_LIST)
    (memory_at,) = struct.unpack_from("<Q", dump, rva + 8)
    free = [(base, end) for base, end, _, state, _ in regions(dump, streams) if state == MEM_FREE]
    pieces = sorted(kept(dump, rva, sorted(dropped(dump, streams)), free))
    # Real writers put memory last: everything before it stays where it is, and the new list goes behind that.
    head = bytearray(dump[:memory_at])
    listed = 16 + 16 * len(pieces)
    struct.pack_into("<III", head, entry, MEMORY64_LIST, listed, len(head))
    table = struct.pack("<QQ", len(pieces), len(head) + listed)
    table += b"".join(struct.pack("<QQ", start, len(data)) for start, data in pieces)
    with open(sys.argv[2], "wb") as file:
        file.write(head + table + b"".join(data for _, data in pieces))


main()
