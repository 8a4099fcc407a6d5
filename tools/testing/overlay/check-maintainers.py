#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Every file of the repository is covered by an F: line of MAINTAINERS, and
every F: line covers a file.

usage: check-maintainers.py REPO FILE...
"""
import fnmatch
import os
import sys


def covers(pattern, path):
    """The kernel's meaning of F: a trailing slash takes the whole folder."""
    if pattern.endswith("/"):
        return path.startswith(pattern)
    return fnmatch.fnmatch(path, pattern) and \
        path.count("/") == pattern.count("/")


def main():
    repo, files = sys.argv[1], sys.argv[2:]
    name = os.path.join(repo, "MAINTAINERS")
    if not os.path.exists(name):
        print("check-maintainers: there is no MAINTAINERS")
        return 1
    with open(name) as f:
        patterns = [line[2:].strip() for line in f if line.startswith("F:")]
    bad = 0
    for path in files:
        if not any(covers(p, path) for p in patterns):
            print(f"{path}: no F: line of MAINTAINERS covers it")
            bad += 1
    for p in patterns:
        if not any(covers(p, path) for path in files):
            print(f"MAINTAINERS: 'F: {p}' covers nothing")
            bad += 1
    print(f"check-maintainers: {len(files)} files, {len(patterns)} patterns, {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
