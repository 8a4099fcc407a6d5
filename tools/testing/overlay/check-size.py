#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Size budgets: a file of ours has at most 700 lines, a function at most 60.

usage: check-size.py FILE...

A function's length is the lines between the braces of its body; in the
kernel's style both stand in the first column. Python functions count from
`def` to the next line that is indented no deeper. Generated files and tables
of vectors (marked near the head as generated) have no budget.
"""
import re
import sys

MAX_FILE, MAX_FUNCTION = 700, 60
GENERATED = re.compile(r"YNL-GEN|do not edit|generated (by|from|with)|auto-generated", re.I)


def c_functions(lines):
    """(name, first line, length) of each function of a C file."""
    start = name = None
    for n, line in enumerate(lines, 1):
        if line.startswith("{"):
            start, head = n, " ".join(lines[max(0, n - 4):n - 1])
            found = re.findall(r"(\w+)\s*\(", head)
            name = found[0] if found else "?"
            is_function = ")" in head.split(";")[-1]
        elif line.startswith("}") and start:
            if is_function:
                yield name, start, n - start - 1
            start = None


def py_functions(lines):
    """The same for Python."""
    for n, line in enumerate(lines, 1):
        m = re.match(r"( *)def (\w+)", line)
        if not m:
            continue
        end = n
        for k in range(n, len(lines)):
            text = lines[k]
            if text.strip() and len(text) - len(text.lstrip()) <= len(m[1]) \
               and not text.strip().startswith(")"):
                break
            if text.strip():
                end = k + 1
        yield m[2], n, end - n


def main():
    bad, files, longest = 0, 0, (0, "")
    for path in sys.argv[1:]:
        with open(path, errors="replace") as f:
            lines = f.read().split("\n")
        if lines and not lines[-1]:
            lines.pop()
        if GENERATED.search("\n".join(lines[:6])):
            continue
        files += 1
        if len(lines) > MAX_FILE:
            print(f"{path}:1: {len(lines)} lines, budget {MAX_FILE}")
            bad += 1
        if path.endswith((".c", ".h")):
            found = c_functions(lines)
        elif path.endswith(".py"):
            found = py_functions(lines)
        else:
            continue
        for name, n, length in found:
            longest = max(longest, (length, f"{path}:{name}"))
            if length > MAX_FUNCTION:
                print(f"{path}:{n}: {name}() has {length} lines, budget {MAX_FUNCTION}")
                bad += 1
    print(f"check-size: {files} files, longest function {longest[0]} lines "
          f"({longest[1]}), {bad} over budget")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
