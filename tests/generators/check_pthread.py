#!/usr/bin/env python3
"""Finds each thread's stack in a core by struct pthread alone, and compares it with pthread_getattr_np's answer.

    check_pthread.py CORE THREADS_CSV [CORE THREADS_CSV ...]

x86 and x86-64 cores with the TLS base in their notes (gdb 13's i386 gcores have none). CORE and THREADS_CSV may be .zst.
Shares no code with fragscope. One line per core; exit code 1 if a stack that was found differs from the truth.

The rule: the thread control block (where the TLS base points) is itself the upper end of the thread's stack block. In its
first 0x900 bytes there are words (block, size, guard) with size and guard whole pages and guard < size, such that the
block ends less than 8 KiB above the TCB. `block <= SP < block + size` alone is not enough: a thread function's
address followed by a page-aligned argument and a null result looks like a huge block (seen: glibc 2.43, start_routine
0x562b96470908, arg 0x562b96475000), and a thread that runs on a fiber has its SP elsewhere.
"""
import csv
import io
import struct
import subprocess
import sys

PT_LOAD, PT_NOTE, NT_PRSTATUS, NT_386_TLS = 1, 4, 1, 0x200
PAGE, TCB_SCAN, TCB_TO_END = 0x1000, 0x900, 0x2000


def opened(path):
    if not path.endswith(".zst"):
        return open(path, "rb")
    return io.BytesIO(subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout)


class Core:
    def __init__(self, path):
        self.file = opened(path)
        head = self.read_file(0, 64)
        self.wide = head[4] == 2
        self.word = 8 if self.wide else 4
        offset, count = self.program_headers_at(head)
        segments = [self.program_header(offset, i) for i in range(count)]
        self.loads = [s[1:] for s in segments if s[0] == PT_LOAD]
        self.threads = []
        for note in (s for s in segments if s[0] == PT_NOTE):
            self.read_notes(self.read_file(note[2], note[3]))

    def read_file(self, offset, size):
        self.file.seek(offset)
        return self.file.read(size)

    def program_headers_at(self, head):
        if self.wide:
            return struct.unpack_from("<Q", head, 32)[0], struct.unpack_from("<H", head, 56)[0]
        return struct.unpack_from("<I", head, 28)[0], struct.unpack_from("<H", head, 44)[0]

    def program_header(self, table, i):
        """(type, address, file offset, file size)"""
        if self.wide:
            kind, _, offset, address, _, filesz = struct.unpack("<IIQQQQ", self.read_file(table + 56 * i, 40))
        else:
            kind, offset, address, _, filesz = struct.unpack("<IIIII", self.read_file(table + 32 * i, 20))
        return kind, address, offset, filesz

    def read_notes(self, data):
        at = 0
        while at + 12 <= len(data):
            name_size, size, kind = struct.unpack_from("<III", data, at)
            start = at + 12 + (name_size + 3 & ~3)
            self.read_note(kind, data[start:start + size])
            at = start + (size + 3 & ~3)

    def read_note(self, kind, body):
        if kind == NT_PRSTATUS and self.wide:
            registers = struct.unpack_from("<27Q", body, 112)
            self.threads.append({"tid": struct.unpack_from("<I", body, 32)[0], "sp": registers[19], "tls": registers[21]})
        elif kind == NT_PRSTATUS:
            registers = struct.unpack_from("<17I", body, 72)
            self.threads.append({"tid": struct.unpack_from("<I", body, 24)[0], "sp": registers[15], "tls": 0,
                                 "gs": registers[10]})
        elif kind == NT_386_TLS:
            for entry, base, _, _ in struct.iter_unpack("<IIII", body):
                if entry == self.threads[-1]["gs"] >> 3:
                    self.threads[-1]["tls"] = base

    def memory(self, address, size):
        for start, offset, filesz in self.loads:
            if start <= address < start + filesz:
                return self.read_file(offset + address - start, min(size, start + filesz - address))
        return b""


def stacks_by_pthread(core, tcb):
    """Every (start, end, guard) of a usable stack that the TCB's words could mean; None when its memory is not in the core."""
    data = core.memory(tcb, TCB_SCAN) if tcb else b""
    if not data:
        return None
    words = struct.unpack("<%d%s" % (len(data) // core.word, "Q" if core.wide else "I"),
                          data[:len(data) // core.word * core.word])
    return [(block + guard, block + size, guard) for block, size, guard in zip(words, words[1:], words[2:])
            if size % PAGE == 0 and guard % PAGE == 0 and guard < size
            and block < tcb and 0 < block + size - tcb <= TCB_TO_END]


def check(path, truth_path):
    core = Core(path)
    rows = csv.DictReader(io.TextIOWrapper(opened(truth_path)))
    truth = {int(row["tid"]): row for row in rows}
    exact, without_memory, wrong = 0, 0, []
    for thread in core.threads:
        row = truth[thread["tid"]]
        found = stacks_by_pthread(core, thread["tls"])
        if found is None:
            without_memory += 1
        elif is_right(found, row):
            exact += 1
        else:
            wrong.append("  %s %s: found %s, truth %s" % (row["tid"], row["name"], found, row))
    print("%s: %d threads, %d as the truth says, %d without memory of the TCB, %d wrong" % (
        path, len(core.threads), exact, without_memory, len(wrong)))
    print("\n".join(wrong), end="\n" if wrong else "")
    return not wrong


def is_right(found, row):
    """The main thread has no block of its own: nothing may be found for it."""
    if row["kind"] == "main":
        return not found
    bounds = int(row["stack_start"], 16), int(row["stack_end"], 16)
    return len(found) == 1 and found[0][:2] == bounds


if __name__ == "__main__":
    arguments = sys.argv[1:]
    results = [check(*pair) for pair in zip(arguments[::2], arguments[1::2])]
    sys.exit(0 if all(results) else 1)
