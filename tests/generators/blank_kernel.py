#!/usr/bin/env python3
"""Overwrites this machine's kernel release, and whatever word it stands in, by NULs in dumps that are to be published.

    blank_kernel.py FILE...

The vdso is in every core. Its DT_RUNPATH can hold the path where the kernel was built, and minidumps hold uname's answer.
The file keeps its size and its holes; nothing but those words is changed. Prints how many there were.
"""
import mmap
import os
import re
import sys


def words_with(release, memory):
    """(start, end) of each run of printable, non-blank bytes around the release."""
    for found in re.finditer(re.escape(release), memory):
        start, end = found.span()
        while start > 0 and 0x20 < memory[start - 1] < 0x7F:
            start -= 1
        while end < len(memory) and 0x20 < memory[end] < 0x7F:
            end += 1
        yield start, end


def blank(path):
    release = os.uname().release.encode()
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        words = list(words_with(release, memory))
        for start, end in words:
            memory[start:end] = bytes(end - start)
    print("%s: %d blanked" % (path, len(words)))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        blank(name)
