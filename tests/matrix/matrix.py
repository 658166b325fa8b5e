#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: each fault is planted in a real environment of its own and must be found as that fault, and nothing
else may be blamed. A healthy computer must be called healthy. The table is printed and kept in the build folder."""

import pathlib
import signal
import sys
import time
import traceback

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from environment import machine  # noqa: E402
from environment.buses import Keyring  # noqa: E402
from environment.processes import Missing  # noqa: E402
from faults_planted import FAULTS  # noqa: E402
from room import Base, Room  # noqa: E402

LEAST_SHARE = 0.95
BLAMES = ("fail", "warn")


def blamed(report):
    return {name: check for name, check in report.items() if check["verdict"] in BLAMES}


def told(checks):
    return ", ".join(f"{name} {check['code']}" for name, check in checks.items()) or "nothing"


def look(base, plant):
    room = Room(base)
    began = time.monotonic()
    try:
        plant(room)
        report, _ = room.machine.check()
    finally:
        room.stop()
    return report, time.monotonic() - began


def judge(fault, report):
    """None when found, else what is wrong."""
    found = blamed(report)
    check = found.pop(fault.check, None)
    if check is None:
        return f"{fault.check} is {report[fault.check]['verdict']}"
    if check["code"] != fault.code:
        return f"{fault.check} says {check['code']}: {check['reason']}"
    if not check["reason"]:
        return f"{fault.check} gives no reason"
    if fault.words and fault.words not in f"{check['found']} {check['reason']}":
        return f"“{fault.words}” is not in “{check['found']}”"
    for name in fault.also:
        found.pop(name, None)
    return f"blames {told(found)} too" if found else None


def write_table(rows, build):
    lines = ["| planted | expected | found | seconds | |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {name} | {expected} | {found} | {seconds:.1f} | {'found' if good else '**missed**'} |"
              for name, expected, found, seconds, good in rows]
    good = sum(row[-1] for row in rows)
    lines += ["", f"{good} of {len(rows)} found as what they are."]
    path = build / "fault-matrix.md"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lines


def run_fault(base, number, fault):
    """A row of the table, or None when the machine cannot plant it."""
    name = f"/matrix/{fault.name}"
    try:
        report, seconds = look(base, fault.plant)
        wrong, found = judge(fault, report), told(blamed(report))
    except Missing as missing:
        print(f"ok {number} {name} # SKIP {missing}", flush=True)
        return None
    except Exception:  # pylint: disable=broad-except
        wrong, found, seconds = "\n".join(traceback.format_exc().splitlines()[-6:]), "an error", 0.0
    print(f"{'not ok' if wrong else 'ok'} {number} {name}", flush=True)
    for line in (wrong or "").splitlines():
        print(f"# {line}")
    return fault.name, f"{fault.check} {fault.code}", found, seconds, not wrong


def healthy(base, number, name, plant):
    try:
        report, _ = look(base, plant)
        alarms = told(blamed(report))
    except Exception:  # pylint: disable=broad-except
        alarms = traceback.format_exc()
    print(f"{'ok' if alarms == 'nothing' else 'not ok'} {number} /matrix/{name}")
    if alarms != "nothing":
        print("# false alarm: " + alarms.replace("\n", "\n# "))


def other_healthy(room):
    """Through a proxy-free network by name, with systemd's unit merely static, keyring of another kind."""
    room.systemd(state="static")
    room.session(Keyring("open"))
    room.names("127.0.0.1 service.test\n")


HEALTHY = (("a-healthy-machine-is-called-healthy", lambda room: None),
           ("another-healthy-machine-is-called-healthy", other_healthy),
           ("a-healthy-machine-without-systemd-is-called-healthy", lambda room: room.without_systemd()))


def main():
    only = sys.argv[1:]
    faults = [fault for fault in FAULTS if not only or fault.name in only]
    print(f"1..{len(HEALTHY) + len(faults) + 1}", flush=True)
    base = Base()
    try:
        for number, (name, plant) in enumerate(HEALTHY, 1):
            healthy(base, number, name, plant)
        rows = [row for row in (run_fault(base, len(HEALTHY) + number, fault)
                                for number, fault in enumerate(faults, 1)) if row]
        lines = write_table(rows, base.build)
    finally:
        base.stop()
    share = sum(row[-1] for row in rows) / max(len(rows), 1)
    enough = share >= LEAST_SHARE and (len(rows) >= 40 or bool(only))
    print(f"{'ok' if enough else 'not ok'} {len(HEALTHY) + len(faults) + 1} /matrix/"
          f"at-least-95-of-100-and-at-least-40-are-found")
    for line in lines:
        print("# " + line)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        machine.enter_network([str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])
    except Missing as reason:
        print(f"1..0 # SKIP {reason}")
        sys.exit(0)
    main()
