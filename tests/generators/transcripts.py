#!/usr/bin/env python3
"""Makes sample-dumps/transcripts/: logs of debuggers about the processes of other samples.

The gdb log is real (gdb 13.1 on i386-fragmented.core). WinDbg runs on Windows only, so its logs are written here, in the
shape of WinDbg's own, from what VirtualQuery, Toolhelp and the TEBs of windows-2gb said: windows-2gb.*.csv.

    python3 tests/generators/transcripts.py            # needs gdb and zstd
"""

import csv
import pathlib
import subprocess
import tempfile

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "sample-dumps"
OUT = SAMPLES / "transcripts"
STATES = {0x1000: "MEM_COMMIT", 0x2000: "MEM_RESERVE", 0x10000: "MEM_FREE"}
TYPES = {0x1000000: "MEM_IMAGE", 0x40000: "MEM_MAPPED", 0x20000: "MEM_PRIVATE"}
RIGHTS = {
    0x01: "PAGE_NOACCESS", 0x02: "PAGE_READONLY", 0x04: "PAGE_READWRITE", 0x08: "PAGE_WRITECOPY",
    0x10: "PAGE_EXECUTE", 0x20: "PAGE_EXECUTE_READ", 0x40: "PAGE_EXECUTE_READWRITE",
    0x80: "PAGE_EXECUTE_WRITECOPY",
}
FREE, RESERVE = 0x10000, 0x2000
PID = 84


def table(suffix):
    with open(SAMPLES / f"windows-2gb.{suffix}.csv", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return int(text, 0)


REGIONS = [{k: number(v) for k, v in row.items()} for row in table("virtualquery")]
THREADS = table("threads")
MODULES = table("modules")


def protect(region):
    if region["state"] == RESERVE:
        return ""
    guard = "|PAGE_GUARD" if region["protect"] & 0x100 else ""
    return RIGHTS.get(region["protect"] & 0xFF, "") + guard


def usage(region):
    """What WinDbg knows of a region: stacks and TEBs by the threads, images by the modules."""
    if region["state"] == FREE:
        return "Free"
    for index, thread in enumerate(THREADS):
        tag = f"[~{index}; {PID:x}.{number(thread['tid']):x}]"
        if number(thread["dealloc_stack"]) <= region["base"] < number(thread["stack_base"]):
            return f"Stack      {tag}"
        if number(thread["teb"]) == region["base"]:
            return f"TEB        {tag}"
    for module in MODULES:
        start = number(module["base"])
        if start <= region["base"] < start + number(module["size"]):
            name = module["path"].rsplit("\\", 1)[-1].rsplit(".", 1)[0]
            return f'Image      [{name}; "{module["path"]}"]'
    return "<unknown>"


def address():
    lines = ["0:000> !address", "", "                                     ",
             "Mapping file section regions...", "Mapping module regions...", "",
             "  BaseAddr EndAddr+1 RgnSize     Type       State                 Protect             Usage",
             "-" * 95]
    for r in REGIONS:
        begins = r["state"] == FREE or r["alloc_base"] == r["base"]
        lines.append(
            f"{'+' if begins else ' '} {r['base']:>8x} {r['base'] + r['size']:>8x} {r['size']:>8x} "
            f"{TYPES.get(r['type'], ''):<11} {STATES[r['state']]:<11} {protect(r):<34} {usage(r)}")
    return "\n".join(lines) + "\n0:000> .logclose\n"


def lm():
    lines = ["0:000> lm", "start    end        module name"]
    for module in sorted(MODULES, key=lambda m: number(m["base"])):
        start = number(module["base"])
        name = module["path"].rsplit("\\", 1)[-1].rsplit(".", 1)[0]
        lines.append(f"{start:08x} {start + number(module['size']):08x}   {name:<10} (deferred)")
    return "\n".join(lines) + "\n0:000> .logclose\n"


def threads():
    """`~` lists the threads; `~*k` has stacks, of which the frames do not matter here."""
    lines = ["0:000> ~"]
    for index, thread in enumerate(THREADS):
        name = f' "{thread["name"]}"' if thread["name"] else ""
        mark = "#" if index == 0 else " "
        lines.append(f"{mark} {index:>2}  Id: {PID:x}.{number(thread['tid']):x} Suspend: 1 "
                     f"Teb: {number(thread['teb']):08x} Unfrozen{name}")
    for index, thread in enumerate(THREADS):
        lines += [f"0:{index:03}> ~{index}s",
                  "eax=00000000 ebx=00000000 ecx=00000000 edx=00000000 esi=00000000 edi=00000000",
                  f"eip=7bd4a6b8 esp={number(thread['sp']):08x} ebp=00000000 iopl=0         nv up ei pl nz na po nc"]
    return "\n".join(lines) + "\n0:000> .logclose\n"


def size_words(size):
    for unit, shift in (("GB", 30), ("MB", 20), ("kB", 10)):
        if size >> shift:
            return f"({size / (1 << shift):>8.3f} {unit})"
    return f"({size:>8.3f}  B)"


def summary():
    total = sum(r["size"] for r in REGIONS)
    busy = sum(r["size"] for r in REGIONS if r["state"] != FREE)
    kinds, largest = {}, {}
    for r in REGIONS:
        kind = usage(r).split()[0]
        # WinDbg counts areas that touch as one where they are free.
        kinds.setdefault(kind, []).append(r["size"])
        if r["size"] > largest.get(kind, (0, 0))[1]:
            largest[kind] = (r["base"], r["size"])
    lines = ["0:000> !address -summary", "",
             "--- Usage Summary ---------------- RgnCount ----------- Total Size -------- %ofBusy %ofTotal"]

    def row(name, sizes, is_busy):
        size = sum(sizes)
        of_busy = f"{100 * size / busy:>6.2f}%" if is_busy else " " * 7
        return f"{name:<35}{len(sizes):>8}          {size:>8x} {size_words(size)} {of_busy}  {100 * size / total:>6.2f}%"

    lines += [row(k, v, k != "Free") for k, v in sorted(kinds.items(), key=lambda kv: -sum(kv[1]))]
    lines += ["", "--- State Summary ---------------- RgnCount ----------- Total Size -------- %ofBusy %ofTotal"]
    for state, name in STATES.items():
        lines.append(row(name, [r["size"] for r in REGIONS if r["state"] == state], state != FREE))
    lines += ["", "--- Largest Region by Usage ----------- Base Address -------- Region Size ----------"]
    lines += [f"{k:<35}        {b:>9x}          {s:>8x} {size_words(s)}" for k, (b, s) in largest.items()]
    return "\n".join(lines) + "\n"


def gdb():
    commands = ["info files", "info sharedlibrary", "info threads", "thread apply all print $esp"]
    with tempfile.TemporaryDirectory() as folder:
        core = pathlib.Path(folder) / "core"
        subprocess.run(["zstd", "-dq", SAMPLES / "i386-fragmented.core.zst", "-o", core], check=True)
        text = ""
        for command in commands:
            done = subprocess.run(["gdb", "-nx", "-batch", "-c", core, "-ex", command], capture_output=True, text=True)
            said = done.stdout.replace(str(core), "core")
            if command == commands[0]:
                text += said.split("Local core dump file:")[0]
            start = {"info files": "Local core dump file:", "info threads": "  Id ", "info sharedlibrary": "From "}
            start = start.get(command, "\nThread ")
            rest = said.split(start, 1)[1] if start in said else said
            text += f"(gdb) {command}\n" + (start + rest if start in said else "No shared libraries loaded at this time.\n")
        return text


def main():
    OUT.mkdir(exist_ok=True)
    packed = OUT / "windbg-address.txt"
    packed.write_text(address())
    subprocess.run(["zstd", "-q", "-19", "-f", "--rm", packed], check=True)
    for name, text in {"windbg-lm": lm(), "windbg-threads": threads(), "windbg-summary": summary(),
                       "gdb13-core": gdb()}.items():
        (OUT / f"{name}.txt").write_text(text)


if __name__ == "__main__":
    main()
