#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
"""
The base's Python client of netlink families drives every operation of pci-tsm. It
knows the spec and nothing else: what it understands is what the spec says.

Programs are called as cli.py is by hand; its library is used for what a socket
must live for: ends of requests, answers, notifications.
"""

import errno
import json
import os
import subprocess
import sys
import time

YNL = os.environ.get("YNL", "/usr/share/ynl")
SPEC = YNL + "/pci-tsm.yaml"
DEBUG = "/sys/kernel/debug/devsec_tsm/"
SECONDS = 30

sys.path.insert(0, YNL)
from lib import NlError, YnlFamily  # pylint: disable=wrong-import-position

TESTS = []


def test(function):
    """A function that is a test; its name says what is so"""
    TESTS.append(function)
    return function


def shell(line):
    """Run a command line, which must succeed"""
    subprocess.run(line, shell=True, check=True)


def write(path, text):
    """Write to a file of the kernel"""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def endpoint():
    """Name of the emulated device"""
    with open("/sys/kernel/debug/devsec_bus/state", encoding="ascii") as file:
        for line in file:
            if " endpoint present" in line:
                return line.split()[0]
    raise FileNotFoundError("no endpoint")


def cli(*args, attrs=None):
    """Call cli.py: its exit status, and what it printed"""
    command = [sys.executable, YNL + "/cli.py", "--spec", SPEC, "--no-schema",
               "--output-json", *args]
    if attrs is not None:
        command += ["--json", json.dumps(attrs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    return done.returncode, done.stdout


def sort_flags(attrs):
    """Flags are a set, whose order is another one each time"""
    return {name: sorted(value) if name == "caps" else value for name, value in attrs.items()}


def said(*args, attrs=None):
    """What cli.py printed for what must succeed"""
    status, out = cli(*args, attrs=attrs)
    assert status == 0, out
    return json.loads(out, object_hook=sort_flags)


def refused(call, error, **extack):
    """Something fails with an errno, and says why as in @extack"""
    try:
        call()
    except NlError as e:
        assert e.error == error, f"{errno.errorcode.get(e.error)}: {e}"
        for key, value in extack.items():
            got = (e.nl_msg.extack or {}).get(key.replace("_", "-"))
            assert got == value, f"{key} is {got}, not {value}"
        return
    raise AssertionError("it succeeded")


class Client(YnlFamily):
    """A socket, with what came unasked"""

    def __init__(self):
        super().__init__(SPEC, "")

    def next(self, name, **like):
        """The next unasked message of a name that is like that"""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            self.check_ntf()
            for told in self.async_msg_queue:
                if told["name"] == name and like.items() <= told["msg"].items():
                    self.async_msg_queue.remove(told)
                    return told["msg"]
            time.sleep(0.01)
        raise TimeoutError(name)

    def end(self, reply):
        """How a request ended, by its answer"""
        return self.next("request-done", cookie=reply["cookie"])


@test
def cli_lists_every_operation(_):
    out = cli("--list-ops")[1]
    for op in ("tsm-get", "dev-get", "connect", "disconnect", "lock", "unlock", "accept",
               "evidence-refresh", "request-cancel", "evidence-get", "evidence-set"):
        assert f"{op} " in out, op
    out = cli("--list-msgs")[1]
    for msg in ("tsm-ntf", "dev-ntf", "request-done"):
        assert f"{msg} " in out, msg


@test
def cli_gets_a_tsm_and_all(_):
    tsms = said("--dump", "tsm-get")
    assert len(tsms) == 1 and tsms[0]["mode"] == "link", tsms
    assert "bind" in tsms[0]["caps"], tsms
    assert said("--do", "tsm-get", attrs={"id": tsms[0]["id"]}) == tsms[0]


@test
def cli_gets_a_device_and_all(ep):
    devs = {dev["name"]: dev for dev in said("--dump", "dev-get")}
    assert devs[ep]["state"] == "disconnected" and "dsm" in devs[ep]["caps"], devs
    assert said("--do", "dev-get", attrs={"name": ep}) == devs[ep]


@test
def cli_connects_and_listens(ep):
    status, out = cli("--subscribe", "events", "--do", "connect", attrs={"dev-name": ep})
    assert status == 0 and json.loads(out.splitlines()[0])["dev-name"] == ep, out
    end = time.monotonic() + SECONDS
    while said("--do", "dev-get", attrs={"name": ep})["state"] != "connected":
        assert time.monotonic() < end
    dev = said("--do", "dev-get", attrs={"name": ep})
    assert dev["stream"][0]["name"] == "stream0.0.0", dev
    assert dev["counters"]["connects"] == 1, dev
    assert said("--do", "disconnect", attrs={"dev-name": ep})["dev-name"] == ep


@test
def cli_is_told_what_is_at_fault(ep):
    for op in ("lock", "unlock", "accept", "evidence-set"):
        status, out = cli("--do", op, attrs={"dev-name": ep})
        assert status == 1 and "not supported" in out and ".dev-name" in out, out
    status, out = cli("--do", "evidence-refresh", attrs={"dev-name": ep, "types": ["vca"]})
    assert status == 1 and "'miss-type': 'nonce'" in out, out


@test
def errors_name_the_attribute(ep):
    nl = Client()
    nonce = "00" * 32
    refused(lambda: nl.do("dev-get", {"name": "0010:99:00.0"}), errno.ENODEV,
            bad_attr=".name", msg="no such device")
    refused(lambda: nl.do("tsm-get", {"id": 99}), errno.ENXIO, bad_attr=".id")
    refused(lambda: nl.do("tsm-get", {}), errno.EINVAL, miss_type="id")
    refused(lambda: nl.do("connect", {}), errno.EINVAL, miss_type="dev-name")
    refused(lambda: nl.do("connect", {"dev-name": ep, "tsm-id": 99}), errno.ENXIO,
            bad_attr=".tsm-id")
    refused(lambda: nl.do("connect", {"dev-name": ep, "slot": 8}), errno.ERANGE,
            bad_attr=".slot")
    refused(lambda: nl.do("evidence-refresh", {"dev-name": ep, "nonce": nonce}),
            errno.EINVAL, miss_type="types")
    refused(lambda: nl.do("evidence-refresh", {"dev-name": ep, "types": 1, "nonce": "00"}),
            errno.ERANGE, bad_attr=".nonce")
    refused(lambda: nl.do("request-cancel", {"cookie": 1 << 40}), errno.ENOENT,
            bad_attr=".cookie")
    refused(lambda: nl.dump("evidence-get", {"dev-name": ep, "cookie": 1 << 40}),
            errno.ENOENT, bad_attr=".cookie")
    refused(lambda: nl.dump("evidence-get", {"dev-name": ep, "generation": 1 << 40}),
            errno.EAGAIN, bad_attr=".generation")


@test
def requests_end(ep):
    nl = Client()
    assert nl.end(nl.do("connect", {"dev-name": ep}))["error"] == 0
    assert nl.end(nl.do("connect", {"dev-name": ep}))["error"] == errno.EBUSY
    write(DEBUG + "fault", f"{ep} refresh_evidence hang 60000")
    hung = nl.do("evidence-refresh", {"dev-name": ep, "types": ["slot0"], "nonce": "11" * 32})
    nl.do("request-cancel", {"cookie": hung["cookie"]})
    assert nl.end(hung)["error"] == errno.ECANCELED
    write(DEBUG + "fault", "clear")


def whole(pieces, name):
    """An object of evidence from its pieces, and the first of them"""
    mine = [piece for piece in pieces if piece["type"] == name]
    data = b"".join(piece["data"] for piece in mine)
    assert len(data) == mine[0]["length"], mine[0]
    return data, mine[0]


@test
def evidence_is_refreshed_and_read(ep):
    nl = Client()
    write(DEBUG + "evidence", "0 100000 1")
    write(DEBUG + "evidence", "9 3000 2 100 200")
    nonce = bytes(range(32))
    asked = nl.do("evidence-refresh", {"dev-name": ep, "types": ["slot0", "measurements"],
                                       "nonce": nonce})
    done = nl.end(asked)
    assert done["error"] == 0 and done["generation"] > 0, done
    pieces = nl.dump("evidence-get", {"dev-name": ep, "cookie": asked["cookie"]})
    data, first = whole(pieces, "slot0")
    assert len(data) == 100000 and data[0] == 1, first
    data, first = whole(pieces, "measurements")
    assert len(data) == 3000 and first["nonce"] == nonce, first
    assert (first["record-offset"], first["record-length"]) == (100, 200), first
    assert first["hash"] == "SHA-256" and len(first["digest"]) == 32, first

    some = nl.dump("evidence-get", {"dev-name": ep, "generation": done["generation"],
                                    "types": ["slot0"], "digests": True})
    assert len(some) == 1 and some[0]["type"] == "slot0" and "data" not in some[0], some
    some = said("--dump", "evidence-get", attrs={"dev-name": ep, "types": ["measurements"]})
    assert bytes.fromhex(some[0]["data"])[100] == data[100], some


@test
def notifications_are_told(ep):
    nl = Client()
    nl.ntf_subscribe("events")
    other = Client()
    assert other.end(other.do("disconnect", {"dev-name": ep}))["error"] == 0
    told = nl.next("dev-ntf", state="disconnected")
    assert told["event"] == "state" and told["old-state"] == "disconnecting", told
    assert told["reason"] == "request" and told["name"] == ep, told
    shell("rmmod devsec_tsm")
    assert nl.next("tsm-ntf", event="gone")["name"] == "tsm0"
    shell("modprobe devsec_tsm")
    assert nl.next("tsm-ntf", event="available")["mode"] == "link"


def main():
    """All tests, as TAP"""
    failed = 0
    shell("modprobe devsec_bus topology=ep && modprobe devsec_tsm")
    print(f"TAP version 13\n1..{len(TESTS)}", flush=True)
    ep = endpoint()
    for number, function in enumerate(TESTS, 1):
        try:
            function(ep)
            verdict = "ok"
        except Exception as e:  # pylint: disable=broad-except
            verdict = "not ok"
            failed += 1
            for line in f"{type(e).__name__}: {e}".splitlines():
                print("#", line)
        print(verdict, number, function.__name__, flush=True)
    shell("rmmod devsec_tsm && rmmod devsec_bus")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
