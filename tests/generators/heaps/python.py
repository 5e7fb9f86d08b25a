#!/usr/bin/env python3
"""A process whose obmalloc arenas are known: it makes objects, frees most of them, writes what
sys._debugmallocstats() says, and sleeps until it is dumped.

    python.py STATS [MODE] [MIB]

STATS  file that gets the statistics of the interpreter. Nothing allocates between them and the sleep, so that a dump
       taken then has exactly those blocks. STATS is complete once it is there and the process sleeps.
MODE   sparse (the default): few objects keep arenas that are otherwise free
       dense: nearly everything is in use
       two: as sparse, with a second interpreter that has an obmalloc of its own (3.12 and newer); STATS has the second
       interpreter's statistics first
MIB    about how much is allocated at the peak; 24 without it
"""
import gc
import os
import random
import sys
import time

# One piece of code for both interpreters of `two`.
MAKE = """
def make(mode, mib, draw):
    sizes = [draw(1, 480) for _ in range(4096)]
    kept, peak, index = [], mib << 20, 0
    while peak > 0:
        size = sizes[index & 4095]
        kept.append((index, b"x" * size, [size]))
        peak -= size + 160
        index += 1
    if mode == "dense":
        del kept[1::97]
        return kept
    # Whole stretches go, a few objects in some of them stay: arenas of every occupancy, freed pools, and freed arenas.
    part = [i * 16 // len(kept) for i in range(len(kept))]
    return [kept[i] for i in range(len(kept)) if part[i] in (0, 3, 9) and i % 3 == 0 or part[i] < 11 and i % 1501 == 7]
"""


def second_interpreter(mib, stats):
    """Starts it in a thread, where it sleeps behind its statistics: it must run nothing more."""
    import threading
    try:
        import _interpreters as interpreters
        number, run = interpreters.create("isolated"), interpreters.exec
    except ImportError:
        import _xxsubinterpreters as interpreters
        number, run = interpreters.create(isolated=True), interpreters.run_string
    code = "import random, sys, time\n" + MAKE + "kept = make('sparse', %d, random.Random(3).randint)\n" % mib
    code += "def end(tell, sleep, hours):\n    tell()\n    sleep(hours)\n"
    code += "end(sys._debugmallocstats, time.sleep, 100000)\n"
    threading.Thread(target=run, args=(number, code), daemon=True).start()
    size = -1
    while size < 1000 or size != os.stat(stats).st_size:
        size = os.stat(stats).st_size
        time.sleep(0.5)


def main():
    mode = sys.argv[2] if len(sys.argv) > 2 else "sparse"
    mib = int(sys.argv[3]) if len(sys.argv) > 3 else 24
    names = {}
    exec(MAKE, names)
    gc.disable()
    part = sys.argv[1] + ".part"
    os.dup2(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 2)
    if mode == "two":
        second_interpreter(mib // 4, part)
    kept = names["make"](mode, mib, random.Random(7).randint)
    tell, sleep, hours = sys._debugmallocstats, time.sleep, 100000
    os.rename(part, sys.argv[1])
    tell()
    sleep(hours)
    return kept


main()
