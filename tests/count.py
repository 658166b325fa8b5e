#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the TAP subtests of meson's logs and prints "N passed, N failed" as the last line."""

import json
import pathlib
import re
import sys

RESULT = re.compile(r"^(not )?ok\b[^#\n]*(#\s*SKIP\b.*)?", re.I | re.M)


def count(entry):
    """(passed, failed, reasons of skips) of one test program, whatever way it ended."""
    passed = failed = 0
    skipped = []
    for match in RESULT.finditer(entry.get("stdout") or ""):
        if match.group(2):
            skipped.append(match.group(0))
        elif match.group(1):
            failed += 1
        else:
            passed += 1
    if entry["result"] not in ("OK", "SKIP", "EXPECTEDFAIL") and failed == 0:
        failed = 1  # crashed, timed out or promised more than it ran
    if entry["result"] == "OK" and passed + failed + len(skipped) == 0:
        passed = 1  # a test that speaks by its exit code
    return passed, failed, skipped


def entries(folder):
    log = pathlib.Path(folder) / "meson-logs" / "testlog.json"
    if not log.exists():
        return [{"name": f"{folder}: no test ran", "result": "ERROR"}]
    return [json.loads(line) for line in log.read_text().splitlines()]


def main(folders):
    passed = failed = 0
    for folder in folders:
        for entry in entries(folder):
            good, bad, skipped = count(entry)
            passed += good
            failed += bad
            for line in skipped:
                print(f"skipped in {folder}: {entry['name']}: {line}")
            if bad:
                print(f"failed in {folder}: {entry['name']} ({entry['result']})")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
