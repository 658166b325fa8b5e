# SPDX-License-Identifier: GPL-3.0-or-later
"""nhicardctl called twice, at once, wrongly, and by a reader that goes away; on the engine that NHI_TEST_ENGINE names."""

import contextlib
import os
import signal
import subprocess
import sys

from framework import case, expect, main, program

from environment import database
from environment.processes import wait_until
from environment.world import persona


def call(*arguments, **options):
    return subprocess.run([program("nhicardctl"), *arguments], capture_output=True, text=True, timeout=120, **options)


def good(*arguments):
    done = call(*arguments)
    expect(done.returncode == 0, f"{arguments}: {done.returncode} {done.stdout}{done.stderr}")
    return done.stdout


def refused(code, words, *arguments):
    done = call(*arguments)
    expect(done.returncode == code, f"{arguments}: {done.returncode}, not {code}: {done.stdout}{done.stderr}")
    for word in words:
        expect(word in done.stderr, f"{arguments}: “{word}” is not in: {done.stderr}")
    return done


@contextlib.contextmanager
def migrated(folder, people=None):
    with contextlib.closing(database.make(folder)) as one:
        good("migrate", "-d", one.uri)
        if people:
            good("demo-data", "-d", one.uri, "--people", str(people))
        yield one


@case
def migrating_twice_changes_nothing(folder):
    with migrated(folder) as one:
        expect("already" in good("migrate", "-d", one.uri), "it did not say so")
        if one.engine == "sqlite":
            expect(os.stat(one.path).st_mode & 0o777 == 0o600, "others may read the database")


@case
def demo_people_only_into_an_empty_database(folder):
    with migrated(folder, people=13) as one:
        before = one.value("SELECT count(*) FROM person")
        done = refused(1, [], "demo-data", "-d", one.uri, "--people", "13")
        expect("empty" in done.stderr or "already" in done.stderr, done.stderr)
        expect(one.value("SELECT count(*) FROM person") == before, "people were added")


def is_written(one):
    """Whether somebody is in the middle of a transaction that writes."""
    lock = one.try_lock()
    if lock:
        lock.stop()
    return lock is None


@case
def killed_while_filling_the_same_command_ends_it(folder):
    with migrated(folder) as one:
        line = ["demo-data", "-d", one.uri, "--people", "2000"]
        filling = subprocess.Popen([program("nhicardctl"), *line], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: is_written(one) or filling.poll() is not None, "it begins to write")
        filling.send_signal(signal.SIGKILL)
        filling.wait()
        if one.engine == "sqlite":
            expect(one.value("PRAGMA integrity_check") == "ok", "the file is damaged")
        if call("jobs", "list", "-d", one.uri).returncode:
            refused(4, ["half filled", "demo-data --people 2000"], "jobs", "list", "-d", one.uri)
            refused(4, ["half filled"], "demo-data", "-d", one.uri, "--people", "13")
        good(*line, "--if-empty")
        expect(one.value("SELECT count(*) FROM person") == 2000, "people are missing")
        good("jobs", "list", "-d", one.uri)


@case
def unlocking_nobody(folder):
    with migrated(folder, people=13) as one:
        refused(1, ["nobody here", "****"], "user", "unlock", "A223456781", "-d", one.uri)
        refused(2, ["no ID number"], "user", "unlock", "A123456788", "-d", one.uri)
        refused(2, ["no ID number"], "user", "unlock", "💳", "-d", one.uri)
        refused(2, ["no ID number"], "user", "unlock", "A" * 5000, "-d", one.uri)
        refused(2, ["user unlock"], "user", "-d", one.uri)


@case
def wrong_calls(folder):
    with migrated(folder) as one:
        for words, arguments in (
                (["missing"], []), (["no such command"], ["dance"]), (["--colour"], ["migrate", "--colour"]),
                (["now"], ["migrate", "now", "-d", one.uri]), (["--people"], ["demo-data", "-d", one.uri, "--people", "0"]),
                (["sqlite:PATH"], ["migrate", "-d", ""]), (["none.conf"], ["migrate", "-c", folder + "/none.conf"])):
            done = call(*arguments)
            expect(done.returncode in (2, 3), f"{arguments}: {done.returncode} {done.stderr}")
            for word in words:
                expect(word in done.stderr, f"{arguments}: “{word}” is not in: {done.stderr}")
        refused(3, ["nhicardctl migrate"], "jobs", "list", "-d", "sqlite:" + folder + "/none.db")
        expect(not os.path.exists(folder + "/none.db"), "a new file was made")
        refused(3, ["read and written"], "migrate", "-d", "sqlite:" + folder)


@case
def a_locked_database_is_told(folder):
    with migrated(folder, people=13) as one, one.lock():
        refused(3, ["busy"], "user", "unlock", persona("chen-mei-ling")["id_number"], "-d", one.uri)


@case
def a_reader_that_goes_away(folder):
    with migrated(folder, people=13) as one:
        reading, writing = os.pipe()
        os.close(reading)
        for arguments in (["--help"], ["jobs", "list", "-d", one.uri], ["migrate", "-d", one.uri, "--json"]):
            tool = subprocess.Popen([program("nhicardctl"), *arguments], stdout=writing, stderr=subprocess.PIPE, text=True,
                                    restore_signals=True)
            _, told = tool.communicate(timeout=60)
            expect(tool.returncode in (0, -signal.SIGPIPE), f"{arguments}: {tool.returncode} {told}")
            expect("CRITICAL" not in told and "Sanitizer" not in told, told)
        os.close(writing)
        with open("/dev/full", "w", encoding="utf-8") as full:
            tool = subprocess.run([program("nhicardctl"), "jobs", "list", "-d", one.uri, "--json"], stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        expect(tool.returncode == 1, f"what could not be told ended with {tool.returncode}: {tool.stderr}")


if __name__ == "__main__":
    sys.exit(main("operator-tool"))
