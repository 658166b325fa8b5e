# SPDX-License-Identifier: GPL-3.0-or-later
"""nhicardctl called twice, at once, wrongly, and by a reader that goes away."""

import os
import signal
import sqlite3
import subprocess
import sys

from framework import case, expect, main, program

from environment.processes import wait_until


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


def database(folder, people=None):
    uri = "sqlite:" + os.path.join(folder, "nhicard.db")
    good("migrate", "-d", uri)
    if people:
        good("demo-data", "-d", uri, "--people", str(people))
    return uri


@case
def migrating_twice_changes_nothing(folder):
    uri = database(folder)
    expect("already" in good("migrate", "-d", uri), "it did not say so")


@case
def migrating_at_once_from_many_processes(folder):
    uri = "sqlite:" + os.path.join(folder, "nhicard.db")
    crowd = [subprocess.Popen([program("nhicardctl"), "migrate", "-d", uri], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) for _ in range(8)]
    for one in crowd:
        told, _ = one.communicate(timeout=60)
        expect(one.returncode == 0, f"{one.returncode}: {told}")
    with sqlite3.connect(uri[7:]) as file:
        expect(file.execute("SELECT count(*) FROM schema_version").fetchone() == (1,), "a step ran twice")
    file.close()
    expect(os.stat(uri[7:]).st_mode & 0o777 == 0o600, "others may read the database")


@case
def demo_people_only_into_an_empty_database(folder):
    uri = database(folder, people=13)
    with sqlite3.connect(uri[7:]) as file:
        before = file.execute("SELECT count(*) FROM person").fetchone()
    done = refused(1, [], "demo-data", "-d", uri, "--people", "13")
    expect("empty" in done.stderr or "already" in done.stderr, done.stderr)
    expect(file.execute("SELECT count(*) FROM person").fetchone() == before, "people were added")
    file.close()


@case
def killed_while_filling_leaves_an_empty_database(folder):
    uri = database(folder)
    filling = subprocess.Popen([program("nhicardctl"), "demo-data", "-d", uri, "--people", "2000"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: os.path.exists(uri[7:] + "-wal") and os.path.getsize(uri[7:] + "-wal") > 100000
               or filling.poll() is not None, "it begins to write")
    filling.send_signal(signal.SIGKILL)
    filling.wait()
    with sqlite3.connect(uri[7:]) as file:
        people = file.execute("SELECT count(*) FROM person").fetchone()[0]
        expect(file.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the file is damaged")
    file.close()
    expect(people in (0, 2000), f"{people} people")
    if people == 0:
        good("demo-data", "-d", uri, "--people", "13")


@case
def unlocking_nobody(folder):
    uri = database(folder, people=13)
    refused(1, ["nobody here", "****"], "user", "unlock", "A223456781", "-d", uri)
    refused(2, ["no ID number"], "user", "unlock", "A123456788", "-d", uri)
    refused(2, ["no ID number"], "user", "unlock", "💳", "-d", uri)
    refused(2, ["no ID number"], "user", "unlock", "A" * 5000, "-d", uri)
    refused(2, ["user unlock"], "user", "-d", uri)


@case
def wrong_calls(folder):
    uri = database(folder)
    for words, arguments in (
            (["missing"], []), (["no such command"], ["dance"]), (["--colour"], ["migrate", "--colour"]),
            (["now"], ["migrate", "now", "-d", uri]), (["--people"], ["demo-data", "-d", uri, "--people", "0"]),
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
    uri = database(folder, people=13)
    lock = sqlite3.connect(uri[7:], isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    refused(3, ["busy"], "user", "unlock", "A123456789", "-d", uri)
    lock.execute("ROLLBACK")
    lock.close()


@case
def a_reader_that_goes_away(folder):
    uri = database(folder, people=13)
    reading, writing = os.pipe()
    os.close(reading)
    for arguments in (["--help"], ["jobs", "list", "-d", uri], ["migrate", "-d", uri, "--json"]):
        one = subprocess.Popen([program("nhicardctl"), *arguments], stdout=writing, stderr=subprocess.PIPE, text=True,
                               restore_signals=True)
        _, told = one.communicate(timeout=60)
        expect(one.returncode in (0, -signal.SIGPIPE), f"{arguments}: {one.returncode} {told}")
        expect("CRITICAL" not in told and "Sanitizer" not in told, told)
    os.close(writing)
    with open("/dev/full", "w", encoding="utf-8") as full:
        one = subprocess.run([program("nhicardctl"), "jobs", "list", "-d", uri, "--json"], stdout=full,
                             stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    expect(one.returncode == 1, f"what could not be told ended with {one.returncode}: {one.stderr}")


if __name__ == "__main__":
    sys.exit(main("operator-tool"))
