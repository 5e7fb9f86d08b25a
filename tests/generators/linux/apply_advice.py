#!/usr/bin/env python3
"""What to start `remedy` with so that the first advice of a report is followed.

    apply_advice.py [--info] REPORT.json

Prints one option of remedy.c, or one assignment for its environment. With --info prints lines for truth.info: remedy, edits,
applied. An advice that remedy.c has no option for ends in a sentence and exit code 1.
"""
import json
import sys

UNITS = {"K": 10, "M": 20, "G": 30}


def size(text):
    return int(text[:-1]) << UNITS[text[-1]] if text[-1] in UNITS else int(text)


def module_at(report, address):
    inside = [m for m in report["modules"] if int(m["start"], 16) <= address < int(m["end"], 16)]
    return inside[0]["name"].rsplit("/", 1)[-1] if inside else None


def applied(report, edit):
    """The option for one edit; None if the edit is no change of the process, but says what a restart places where."""
    name, _, value = edit.partition("=")
    if name == "stack-size":
        return f"stack={size(value.partition(':')[0])}"
    if name == "arena-max":
        return f"MALLOC_ARENA_MAX={int(value)}"
    if edit == "without=module:plugin.so":
        return "plugin="
    if edit.startswith("without=region:") and module_at(report, int(value.partition(":")[2], 16)) == "plugin.so":
        return "plugin="
    # What lived in the arenas that go is in main's then.
    return None if edit == "repack" or name == "add" else sys.exit(f"apply_advice.py: remedy.c has no option for {edit}")


def main():
    with open(sys.argv[-1]) as file:
        report = json.load(file)
    if not report["advice"]:
        sys.exit("apply_advice.py: the report advises nothing")
    first = report["advice"][0]
    options = [option for option in (applied(report, edit) for edit in first["edits"]) if option]
    if len(options) != 1:
        sys.exit(f"apply_advice.py: {first['edits']} is not one change")
    if "--info" in sys.argv:
        print(f"remedy={first['remedy']}\nedits={' '.join(first['edits'])}\napplied={options[0]}")
    else:
        print(options[0])


main()
