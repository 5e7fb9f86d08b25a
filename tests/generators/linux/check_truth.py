#!/usr/bin/env python3
"""Compares dumps with the truth that `fragment` wrote beside them, by a parser that shares nothing with fragscope.

    check_truth.py PATH...

PATH is a folder of make.sh (core and gcore beside truth.maps, truth.threads.csv) or a sample (NAME.core.zst, NAME.gcore.zst or
NAME.dmp beside NAME.maps and NAME.threads.csv, each perhaps with .zst). One line per dump; exit code 1 when a kernel
core or a minidump differs from its truth. A gcore and a qemu core may differ: what is missing is printed.
"""
import csv, os, re, struct, subprocess, sys, tempfile

PT_LOAD, PT_NOTE, PN_XNUM = 1, 4, 0xFFFF
NT_PRSTATUS, NT_FILE = 1, 0x46494C45
SP_INDEX = {  # of the stack pointer in prstatus.pr_reg, by (e_machine, bits)
    (3, 32): 15, (62, 64): 19, (40, 32): 13, (183, 64): 31, (8, 32): 6 + 29, (8, 64): 29, (20, 32): 1, (21, 64): 1, (22, 64): 2 + 15,
    (243, 64): 2, (258, 64): 3,
}
FLOOR, GATE = 0x10000, 0xFFFFFFFFFF600000


# ---- truth ----------------------------------------------------------------------------------------------------------

def read_text(path):
    if os.path.exists(path):
        return open(path).read()
    if os.path.exists(path + ".zst"):
        return subprocess.run(["zstd", "-dcq", path + ".zst"], check=True, stdout=subprocess.PIPE).stdout.decode()
    return None


def parse_maps(text):
    rows = []
    for line in text.splitlines():
        found = re.match(r"([0-9a-f]+)-([0-9a-f]+) (....) ([0-9a-f]+) \S+ (\d+) *(.*)", line)
        start, end, flags, offset, _, name = found.groups()
        rows.append((int(start, 16), int(end, 16), flags, int(offset, 16), name))
    return rows


def ceiling_of(rows, bits):
    if bits == 64:
        return 0x7FFFFFFFF000
    return 0xC0000000 if rows[-1][1] <= 0xC0000000 else 0xFFFFE000


def figures(rows, bits):
    """Mapping count, free total and largest gap, with [floor, ceiling) of terms.md. The vsyscall page is no user mapping."""
    user = [row for row in rows if row[0] < GATE]
    gaps, at = [], FLOOR
    for start, end, *_ in user:
        if start > at:
            gaps.append((start - at, at, start))
        at = max(at, end)
    if ceiling_of(user, bits) > at:
        gaps.append((ceiling_of(user, bits) - at, at, ceiling_of(user, bits)))
    size, start, end = max(gaps)
    return (f"{len(user)} mappings, {len(gaps)} gaps, free {sum(g[0] for g in gaps)} ({sum(g[0] for g in gaps) / 2**20:.1f} MiB), "
            f"largest {size} ({size / 2**20:.1f} MiB) {start:#x}-{end:#x}")


# ---- ELF cores ------------------------------------------------------------------------------------------------------

class Core:
    def __init__(self, path):
        self.file = open(path, "rb")
        self.size = os.path.getsize(path)
        ident = self.file.read(16)
        if ident[:4] != b"\x7fELF":
            raise ValueError("not an ELF file")
        self.bits = 64 if ident[4] == 2 else 32
        self.order = "<" if ident[5] == 1 else ">"
        self.read_header()
        self.read_segments()
        self.read_notes()

    def at(self, offset, count):
        self.file.seek(offset)
        return self.file.read(count)

    def unpack(self, form, data):
        return struct.unpack(self.order + form, data)

    def read_header(self):
        form = "HHIQQQIHHHHHH" if self.bits == 64 else "HHIIIIIHHHHHH"
        head = self.unpack(form, self.at(16, struct.calcsize("<" + form)))
        self.machine, self.phoff, self.shoff, self.phentsize, self.phnum = head[1], head[4], head[5], head[8], head[9]
        self.xnum = self.phnum == PN_XNUM
        if self.xnum:  # the real count is sh_info of section header 0
            self.phnum, = self.unpack("I", self.at(self.shoff + (44 if self.bits == 64 else 28), 4))

    def read_segments(self):
        """(type, flags, offset, vaddr, filesz, memsz) of each"""
        self.segments = []
        table = self.at(self.phoff, self.phnum * self.phentsize)
        for index in range(self.phnum):
            entry = table[index * self.phentsize:(index + 1) * self.phentsize]
            if self.bits == 64:
                kind, flags, offset, vaddr, _, filesz, memsz, _ = self.unpack("IIQQQQQQ", entry)
            else:
                kind, offset, vaddr, _, filesz, memsz, flags, _ = self.unpack("IIIIIIII", entry)
            self.segments.append((kind, flags, offset, vaddr, filesz, memsz))
        self.loads = [(s[3], s[3] + s[5], s[1] & 7, s[4]) for s in self.segments if s[0] == PT_LOAD]

    def read_notes(self):
        self.sps, self.files = {}, []
        for kind, _, offset, _, filesz, _ in self.segments:
            if kind != PT_NOTE:
                continue
            data, at = self.at(offset, filesz), 0
            while at + 12 <= len(data):
                namesz, descsz, note = self.unpack("III", data[at:at + 12])
                desc_at = at + 12 + (namesz + 3 & ~3)
                self.read_note(note, data[desc_at:desc_at + descsz])
                at = desc_at + (descsz + 3 & ~3)

    def read_note(self, note, desc):
        word = "Q" if self.bits == 64 else "I"
        width = self.bits // 8
        if note == NT_PRSTATUS and (self.machine, self.bits) in SP_INDEX:
            tid, = self.unpack("I", desc[32 if self.bits == 64 else 24:][:4])
            registers = desc[112 if self.bits == 64 else 72:]
            self.sps[tid], = self.unpack(word, registers[SP_INDEX[self.machine, self.bits] * width:][:width])
        if note == NT_FILE:
            count, _ = self.unpack(word * 2, desc[:2 * width])
            for index in range(count):
                start, end, _ = self.unpack(word * 3, desc[(2 + 3 * index) * width:][:3 * width])
                self.files.append((start, end))


def flags_of(text):
    return (4 if text[0] == "r" else 0) | (2 if text[1] == "w" else 0) | (1 if text[2] == "x" else 0)


def wrong_sps(sps, threads):
    """Every thread of the truth is in the core, with the same SP; within 64 KiB where the truth is a local's address."""
    wrong = []
    for row in threads:
        sp, expected = sps.get(int(row["tid"])), int(row["sp"], 16)
        slack = 0x10000 if row["sp_source"] == "local" else 0
        if sp is None or abs(expected - sp) > slack:
            wrong.append(f"{row['name']} {sp and hex(sp)} not {row['sp']}")
    return wrong


def describe(row):
    return f"{row[0]:x}-{row[1]:x} {row[2]} {row[4]}".rstrip()


def check_core(path, rows, threads, exact):
    core = Core(path)
    truth = [(start, end, flags_of(flags)) for start, end, flags, *_ in rows]
    loads = [load[:3] for load in core.loads]
    dumped = sum(s[4] for s in core.segments)
    tail = "" if max(s[2] + s[4] for s in core.segments) <= core.size else ", truncated"
    print(f"  {len(loads)} PT_LOAD{' (PN_XNUM)' if core.xnum else ''}, {len(core.files)} NT_FILE, {len(core.sps)} PRSTATUS, "
          f"file {core.size}, on disk {os.stat(path).st_blocks * 512}, filesz {dumped}{tail}")
    wrong = wrong_sps(core.sps, threads)
    if loads == truth and not wrong:
        print(f"  = truth: all {len(truth)} rows and permissions, {len(threads)} threads with their SP")
        return True
    report_difference(core, rows, loads, wrong, len(threads))
    return not exact and not wrong


def report_difference(core, rows, loads, wrong, thread_count):
    covered = {load[:2] for load in loads}
    absent = [row for row in rows if (row[0], row[1]) not in covered]
    united = [row for row in absent if (row[0], row[1]) not in set(core.files)]
    extra = [load for load in loads if load[:2] not in {row[:2] for row in rows}]
    flags = {(load[0], load[1]): load[2] for load in loads}
    modes = [row for row in rows if (row[0], row[1]) in flags and flags[row[0], row[1]] != flags_of(row[2])]
    print(f"  ≠ truth: {len(absent)} of {len(rows)} rows are no PT_LOAD, {len(united)} are no NT_FILE row either, "
          f"{len(extra)} PT_LOADs are no row, {len(modes)} have other permissions, {len(wrong)} of {thread_count} SPs differ")
    for row in united:
        print(f"      missing {describe(row)} ({row[1] - row[0]} bytes)")
    for load in extra[:20]:
        print(f"      extra {load[0]:x}-{load[1]:x} {load[2]}")
    for text in wrong[:20]:
        print(f"      {text}")


# ---- minidumps ------------------------------------------------------------------------------------------------------

AMD64_RSP = 0x98  # in CONTEXT; minidump-writer writes AMD64 contexts for i386 processes too


def minidump_sps(data, threads):
    count, = struct.unpack("<I", threads[:4])
    sps = {}
    for index in range(count):
        tid, *_, context = struct.unpack("<IIIIQQIIII", threads[4 + 48 * index:][:48])
        sps[tid], = struct.unpack("<Q", data[context + AMD64_RSP:][:8])
    return sps


def check_minidump(path, rows, threads):
    data = open(path, "rb").read()
    count, directory = struct.unpack("<II", data[8:16])
    streams = {}
    for index in range(count):
        kind, size, rva = struct.unpack("<III", data[directory + 12 * index:][:12])
        streams[kind] = data[rva:rva + size]
    maps = parse_maps(streams.get(0x47670009, b"").decode())
    same = [row[:3] for row in maps] == [row[:3] for row in rows]
    wrong = wrong_sps(minidump_sps(data, streams[3]), threads)
    print(f"  minidump of {len(data)} bytes, streams {' '.join(f'{kind:#x}' for kind in sorted(streams))}")
    print(f"  LinuxMaps: {len(maps)} rows, {'= truth' if same else '≠ truth'}; {memory_info_summary(streams.get(16), maps)}")
    print(f"  ThreadList: {len(threads) - len(wrong)} of {len(threads)} threads with the SP of the truth {'; '.join(wrong)}")
    return same and not wrong


def memory_info_summary(stream, maps):
    if stream is None:
        return "no MemoryInfoList"
    head, entry, count = struct.unpack("<IIQ", stream[:16])
    ranges = []
    for index in range(count):
        base, _, _, _, size = struct.unpack("<QQIIQ", stream[head + entry * index:][:32])
        ranges.append((base, base + size))
    return f"MemoryInfoList: {count} rows, {'the same ranges' if ranges == [row[:2] for row in maps] else 'other ranges'}"


# ---- what to check --------------------------------------------------------------------------------------------------

def unpacked(path):
    """The path of the plain file, and the temporary file to delete afterwards, if there is one."""
    if not path.endswith(".zst"):
        return path, None
    temporary = tempfile.NamedTemporaryFile(delete=False, dir=os.environ.get("TMPDIR", "/tmp")).name
    subprocess.run(["zstd", "-dqf", path, "-o", temporary], check=True)
    return temporary, temporary


def check(path, truth):
    rows = parse_maps(read_text(truth + ".maps"))
    threads = list(csv.DictReader((read_text(truth + ".threads.csv") or "").splitlines()))
    plain, temporary = unpacked(path)
    try:
        if open(plain, "rb").read(4) == b"MDMP":
            print(path)
            return check_minidump(plain, rows, threads)
        bits = 64 if open(plain, "rb").read(5)[4] == 2 else 32
        print(f"{path}\n  truth: {figures(rows, bits)}")
        return check_core(plain, rows, threads, not re.search(r"gcore|qemu", path))
    finally:
        if temporary:
            os.unlink(temporary)


def dumps_of(path):
    """(dump, prefix of its truth) of a folder or a file"""
    if os.path.isdir(path):
        return [(os.path.join(path, name), os.path.join(path, "truth")) for name in sorted(os.listdir(path))
                if name in ("core", "dmp") or name.startswith("gcore")]
    return [(path, re.sub(r"(\.core|\.gcore|\.dmp)(\.zst)?$", "", path))]


def main():
    good = True
    for argument in sys.argv[1:]:
        for path, truth in dumps_of(argument):
            if read_text(truth + ".maps") is None:
                print(f"{path}\n  no truth beside it")
                continue
            good = check(path, truth) and good
    sys.exit(0 if good else 1)


main()
