# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases in TAP, each in a folder of its own; whatever a program left in its log counts too."""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile
import traceback

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from environment.processes import Missing  # noqa: E402
from environment.service import Service  # noqa: E402
from environment.world import build_folder  # noqa: E402

BAD_WORDS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "-CRITICAL **")
os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0:abort_on_error=1")
os.environ.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
os.environ["LC_ALL"] = "C.UTF-8"

_cases = []


def case(function):
    """Marks a function of one folder as a case; its name with dashes is the test's."""
    _cases.append(function)
    return function


def program(name):
    return str(build_folder() / "service" / name)


def expect(good, what):
    if not good:
        raise AssertionError(what() if callable(what) else what)


@contextlib.contextmanager
def service(folder, settings="", start=True, **options):
    """A Service that is stopped in the end; @settings are further lines of its configuration."""
    options.setdefault("people", 13)
    one = Service(folder, build_folder(), **options)
    if settings:
        with open(one.config, "a", encoding="utf-8") as file:
            file.write(settings)
    try:
        if start:
            one.start()
        yield one
    finally:
        one.close()


NO_RATE = "[limits]\nrate-per-minute=0\nhashing-rate-per-minute=0\n"


def _complaints(folder):
    for log in sorted(pathlib.Path(folder).rglob("*.log")):
        for line in log.read_text(errors="replace").splitlines():
            if any(word in line for word in BAD_WORDS):
                yield f"{log.name}: {line}"


def _run(name, function):
    """None when good, else what to print."""
    folder = tempfile.mkdtemp(prefix="nhicard-fault-")
    try:
        function(folder)
        problems = list(_complaints(folder))
    except Missing:
        raise
    except Exception as error:  # pylint: disable=broad-except
        problems = traceback.format_exc().splitlines()[-5:-1] + str(error).splitlines() + list(_complaints(folder))
        for log in pathlib.Path(folder).glob("*.log"):
            problems += [f"{log.name}: {line}" for line in log.read_text(errors="replace").splitlines()[-15:]]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return problems


def main(group, wing="faults"):
    print(f"1..{len(_cases)}", flush=True)
    failed = False
    only = sys.argv[1:]
    for number, function in enumerate(_cases, 1):
        name = f"/{wing}/{group}/{function.__name__.replace('_', '-')}"
        if only and function.__name__ not in only:
            print(f"ok {number} {name} # SKIP not asked for", flush=True)
            continue
        try:
            problems = _run(name, function)
        except Missing as missing:
            print(f"ok {number} {name} # SKIP {missing}", flush=True)
            continue
        failed = failed or bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} {name}", flush=True)
        for line in problems:
            print("# " + line, flush=True)
    return 1 if failed else 0
