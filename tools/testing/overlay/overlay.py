#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Lay this project's files and its patch series over a copy of the base.

usage: overlay.py --base DIR --tree DIR --repo DIR [--series FILE] [--upto N]
                  [--no-files]

The wanted content of every file that is added or patched is computed first,
from the pristine base; then only what differs is written. So a run that
changes nothing touches no mtime, a patch that was edited changes only the
files it touches, and what is no longer wanted goes back to its base content.
Patches apply with fuzz 0 and may not create files: those belong in the overlay.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

OVERLAID = ("drivers", "include", "Documentation", "samples", "tools")
# The lab itself is no part of a kernel tree.
NOT_OVERLAID = ("tools/testing/overlay", "tools/testing/qemu",
                "tools/testing/kunit")
# Files of our top level, under the name that they have next to the base's own.
RENAMED = {"Kconfig": "Kconfig.tsm"}
IGNORED = re.compile(r"(\.o|\.ko|\.pyc|\.orig|\.rej|\.swp|~|\.tmp)$")


def die(text):
    """One clear line, and out."""
    sys.exit(f"overlay: {text}")


def read(path):
    with open(path, "rb") as f:
        return f.read()


def overlay_files(repo, base):
    """Map of relative path -> (source, mode) of our files."""
    found = {dst: os.path.join(repo, src) for src, dst in RENAMED.items()}
    for top in OVERLAID:
        for d, dirs, files in os.walk(os.path.join(repo, top)):
            rel = os.path.relpath(d, repo)
            dirs[:] = [x for x in dirs if x != "__pycache__"
                       and os.path.join(rel, x) not in NOT_OVERLAID]
            for name in files:
                path = os.path.join(rel, name)
                if IGNORED.search(name) or name == ".gitignore":
                    continue
                found[path] = os.path.join(repo, path)
    for path in found:
        if os.path.exists(os.path.join(base, path)):
            die(f"{path} exists in the base: change it with a patch")
    return found


def series(path, upto):
    """The patches of the series, the first @upto of them."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        names = [line.split("#")[0].strip() for line in f]
    names = [n for n in names if n]
    if upto is not None:
        names = names[:upto]
    return [os.path.join(os.path.dirname(path), n) for n in names]


def touched(patch):
    """Paths that a patch changes."""
    if not os.path.exists(patch):
        die(f"{patch} is in the series and does not exist")
    with open(patch, encoding="utf-8") as f:
        text = f.read()
    if re.search(r"^--- /dev/null|^\+\+\+ /dev/null", text, re.M):
        die(f"{patch} creates or deletes a file: use the overlay for new files")
    paths = re.findall(r"^--- [^\n]*\n\+\+\+ b/([^\t\n]+)", text, re.M)
    if not paths:
        die(f"{patch} changes no file (names begin with a/ and b/)")
    return paths


def patched_files(base, patches, scratch):
    """Apply @patches to copies of what they touch; map path -> copy."""
    done = {}
    for patch in patches:
        for path in touched(patch):
            if path in done:
                continue
            src = os.path.join(base, path)
            if not os.path.exists(src):
                die(f"{os.path.basename(patch)} touches {path}, "
                    "which the base does not have")
            dst = os.path.join(scratch, path)
            os.makedirs(os.path.dirname(dst), exist_ok=True)
            shutil.copy(src, dst)
            done[path] = dst
        run = subprocess.run(["patch", "-p1", "-F0", "-N", "-f",
                              "--no-backup-if-mismatch", "-i",
                              os.path.abspath(patch)],
                             cwd=scratch, capture_output=True, text=True)
        if run.returncode:
            why = " / ".join(re.findall(r".*(?:FAILED|malformed|cannot).*",
                                        run.stdout + run.stderr))
            die(f"{os.path.basename(patch)} does not apply with fuzz 0: "
                f"{why or run.stdout.strip()}")
    return done


def place(src, dst):
    """Copy if different, by rename. True if something was written."""
    mode = os.stat(src).st_mode & 0o777
    if os.path.exists(dst) and not os.path.islink(dst) \
       and os.stat(dst).st_mode & 0o777 == mode and read(src) == read(dst):
        return False
    os.makedirs(os.path.dirname(dst), exist_ok=True)
    tmp = dst + ".overlay-tmp"
    shutil.copyfile(src, tmp)
    os.chmod(tmp, mode)
    os.rename(tmp, dst)
    return True


def unplace(path, base, tree):
    """No longer ours: back to the base's content, or away."""
    src, dst = os.path.join(base, path), os.path.join(tree, path)
    if os.path.exists(src):
        return place(src, dst)
    if not os.path.exists(dst):
        return False
    os.unlink(dst)
    try:
        os.removedirs(os.path.dirname(dst))
    except OSError:
        pass
    return True


def main():
    ap = argparse.ArgumentParser()
    for opt in ("base", "tree", "repo"):
        ap.add_argument("--" + opt, required=True)
    ap.add_argument("--series")
    ap.add_argument("--upto", type=int)
    ap.add_argument("--no-files", action="store_true")
    a = ap.parse_args()

    manifest = os.path.join(a.tree, ".overlay-manifest")
    before = set(read(manifest).decode().split("\n")) - {""} \
        if os.path.exists(manifest) else set()
    patches = series(a.series, a.upto) if a.series else []
    changed = 0
    with tempfile.TemporaryDirectory() as scratch:
        want = patched_files(a.base, patches, scratch)
        if not a.no_files:
            want.update(overlay_files(a.repo, a.base))
        # Written first, so that an interrupted run is undone by the next.
        with open(manifest, "w", encoding="utf-8") as f:
            f.write("\n".join(sorted(before | set(want))) + "\n")
        for path in sorted(before - set(want)):
            changed += unplace(path, a.base, a.tree)
        for path, src in sorted(want.items()):
            changed += place(src, os.path.join(a.tree, path))
    with open(manifest, "w", encoding="utf-8") as f:
        f.write("\n".join(sorted(want)) + "\n")
    stamp = os.path.join(a.tree, ".overlay-changed")
    if changed or not os.path.exists(stamp):
        with open(stamp, "w", encoding="utf-8"):
            pass
    print(f"overlay: {len(patches)} patches, {len(want)} files ours or "
          f"patched, {changed} written")


if __name__ == "__main__":
    main()
