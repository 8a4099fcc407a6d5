#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Judge what a lab guest left behind.

verdict.py boot  --cookie C --verdict F --console F ...	one boot: exit status
verdict.py ktap  --name STAGE --status N [--skips F] F	count a KTAP document
verdict.py sum   FILE...				the last line of a test run

boot: the guest's verdict file must be complete and carry the cookie of this
boot; the console must show no oops, warning or report of a checker; QEMU must
have ended by itself. The exit status is then the guest's, else 124 (timed out)
or 125.
ktap: leaves are counted; a skip that the allow-list does not name is a failure,
and so is a document, or a part of one, that has no plan or no test in it.
"""
import argparse
import fnmatch
import os
import re
import shutil
import sys

LAB_FAILED, LAB_TIMEOUT = 125, 124
TIMED_OUT = (124, 137)      # of timeout(1): by its first signal, by SIGKILL

SPLAT = re.compile(r"""\bWARNING:|\bBUG:|\bOops\b|Kernel\ panic|KASAN:|KCSAN:|UBSAN:|
    general\ protection\ fault|Unable\ to\ handle|possible\ (circular|recursive|irq)|
    inconsistent\ lock\ state|suspicious\ RCU|lock\ held\ when\ returning|
    INFO:\ (task|possible|lockdep|rcu)|held\ lock\ freed|bad\ unlock\ balance|
    refcount_t:|ODEBUG:|kernel\ BUG\ at|unreferenced\ object|
    Invalid\ wait\ context|nobody\ cared|[Kk]memleak.*disabled|
    \bBUG\ [\w-]+\ \(|cannot\ create\ duplicate""", re.X)


RACE = re.compile(r"KCSAN: [\w-]+ in (\S+)(?: / (\S+))?")


def console_faults(path, own):
    """Lines of the console that are a failure whatever the guest says.

    With @own, a set of functions, races between others are not.
    """
    try:
        with open(path, errors="replace") as f:
            faults = [line.strip() for line in f if SPLAT.search(line)]
    except OSError as e:
        return [f"no console log: {e}"]
    if not own:
        return faults

    def ours(line):
        m = RACE.search(line)
        return not m or not own.isdisjoint(m.groups())
    return [line for line in faults if ours(line)]


def read_verdict(path, cookie):
    """The verdict as a dict, or None when it is not complete or not ours."""
    with open(path, errors="replace") as f:
        pairs = [line.split(None, 1) for line in f]
    v = {p[0]: p[1].strip() if len(p) > 1 else "" for p in pairs if p}
    numbers = v.get("status", "").isdecimal() and v.get("taint", "").isdecimal()
    return v if numbers and v.get("cookie") == v.get("end") == cookie else None


def boot_problems(v, a):
    """What is wrong with a boot that did give a verdict."""
    taint = int(v["taint"]) & ~int(a.taint_ok)
    if taint:
        yield f"unexpected taint {taint} (bits {[b for b in range(20) if taint >> b & 1]})"
    if v.get("lockdep") == "0":
        yield "lockdep switched itself off"
    if v.get("kmemleak", "none") not in ("none", "0"):
        yield f"kmemleak found {v['kmemleak']} objects"
    for checker in a.want:
        if v.get(checker, "none") in ("none", ""):
            yield f"{checker} was not there"
    if a.qemu_status not in (0, *TIMED_OUT):
        yield f"QEMU ended with status {a.qemu_status} after the verdict"


def boot(a):
    """Judge one boot; the exit status of run.sh."""
    v = read_verdict(a.verdict, a.cookie)
    own = set()
    if a.own:
        with open(a.own) as f:
            own = set(f.read().split())
    problems = console_faults(a.console, own)
    status = LAB_FAILED
    if v:
        problems += boot_problems(v, a)
    if a.qemu_status in TIMED_OUT:
        problems.append("the guest did not end in time")
        status = LAB_TIMEOUT
    elif not v:
        problems.append("the guest wrote no verdict")
    if a.cleanup:
        shutil.rmtree(a.cleanup, ignore_errors=True)
    if not problems:
        status = int(v["status"])
        if status == 0:
            for name in (a.console, a.console + ".qemu"):
                if os.path.exists(name) and not os.environ.get("KEEP_LOGS"):
                    os.unlink(name)
        else:
            print(f"lab: exit status {status}, console log {a.console}", file=sys.stderr)
        return status
    for p in problems[:20]:
        print(f"lab: {p}", file=sys.stderr)
    if os.path.exists(a.console + ".qemu"):
        with open(a.console + ".qemu") as f:
            print(f.read(), end="", file=sys.stderr)
    print(f"lab: FAILED, console log {a.console}", file=sys.stderr)
    return status


RESULT = re.compile(r"^((?:    |# )*)(ok|not ok) (\d+)\s*-?\s*([^#]*)(#.*)?$")
PLAN = re.compile(r"^((?:    |# )*)1\.\.(\d+)")


class Counts:
    """Leaves of a KTAP document; parents only count for what they add."""

    def __init__(self, skips):
        self.passed, self.failed, self.skipped = 0, [], 0
        self.skips = skips
        self.below = {}     # depth -> [results seen, failures seen]
        self.plans = {}     # depth -> planned number

    def plan(self, depth, number):
        """A plan may come first or last; documents may follow each other."""
        self.plans[depth] = number + (self.plans.get(0, 0) if not depth else 0)
        self.below.setdefault(depth, [0, 0])

    def result(self, depth, ok, name, note):
        leaves, bad = self.below.pop(depth + 1, (0, 0))
        planned = self.plans.pop(depth + 1, None)
        here = self.below.setdefault(depth, [0, 0])
        here[0] += 1
        if planned is not None and leaves != planned:
            self.fail(here, f"{name}: {leaves} results of {planned} planned")
        elif note.upper().startswith("# SKIP"):
            self.skip(here, name, note)
        elif planned == 0:
            self.fail(here, f"{name}: no test in it")
        elif not ok and not bad:
            self.fail(here, f"{name} {note}".strip())
        elif leaves == 0 and ok:
            self.passed += 1
        here[1] += bad

    def skip(self, here, name, note):
        if any(fnmatch.fnmatch(name, s) for s in self.skips):
            self.skipped += 1
            print(f"skipped: {name} {note}")
        else:
            self.fail(here, f"{name}: skip is not on the allow-list: {note}")

    def fail(self, here, text):
        here[1] += 1
        self.failed.append(text)


def ktap(a):
    """Count a KTAP document, print failures, append the counts to a file."""
    skips = []
    if a.skips and os.path.exists(a.skips):
        with open(a.skips) as f:
            skips = [s for s in (line.split("#")[0].strip() for line in f) if s]
    c = Counts(skips)
    with open(a.file, errors="replace") as f:
        for line in f:
            m = PLAN.match(line)
            if m:
                c.plan(len(re.findall("    |# ", m[1])), int(m[2]))
            m = RESULT.match(line.rstrip())
            if m:
                c.result(len(re.findall("    |# ", m[1])), m[2] == "ok",
                         m[4].strip(), m[5] or "")
    planned, seen = c.plans.get(0, "none"), c.below.get(0, [0])[0]
    if seen != planned and (seen or 0 in c.plans):
        c.failed.append(f"{a.name}: {seen} results of {planned} planned")
    if a.status and not c.failed:
        c.failed.append(f"{a.name}: the guest failed with status {a.status}")
    if not c.passed and not c.failed:
        c.failed.append(f"{a.name}: no test ran")
    for text in c.failed:
        print(f"FAILED: {text}")
    line = f"{c.passed} passed, {len(c.failed)} failed, {c.skipped} skipped"
    print(f"{a.name}: {line}")
    if a.results:
        with open(a.results, "w") as f:
            f.write(line + "\n")
    return 1 if c.failed else 0


def total(a):
    """Add the counts of the stages."""
    sums = [0, 0, 0]
    for name in a.files:
        with open(name) as f:
            for i, n in enumerate(re.findall(r"\d+", f.read())):
                sums[i] += int(n)
    print("%d passed, %d failed, %d skipped" % tuple(sums))
    return 1 if sums[1] or not sums[0] else 0


def main():
    ap = argparse.ArgumentParser()
    sub = ap.add_subparsers(required=True)
    p = sub.add_parser("boot")
    for opt in ("cookie", "verdict", "console"):
        p.add_argument("--" + opt, required=True)
    p.add_argument("--qemu-status", type=int, default=0)
    p.add_argument("--taint-ok", default="0")
    p.add_argument("--want", action="append", default=[],
                   choices=("lockdep", "kmemleak"))
    p.add_argument("--cleanup")
    p.add_argument("--own")
    p.set_defaults(func=boot)
    p = sub.add_parser("ktap")
    p.add_argument("--name", required=True)
    p.add_argument("--status", type=int, default=0)
    p.add_argument("--skips")
    p.add_argument("--results")
    p.add_argument("file")
    p.set_defaults(func=ktap)
    p = sub.add_parser("sum")
    p.add_argument("files", nargs="+")
    p.set_defaults(func=total)
    a = ap.parse_args()
    return a.func(a)


if __name__ == "__main__":
    sys.exit(main())
