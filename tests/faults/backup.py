# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups taken while the service works, broken off in the middle, and brought back: SQLite with nhicardctl's own commands."""

import contextlib
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys

import citizen
from brought_back import check_snapshot, counts, good, refused, serves, sign_ins
from framework import NO_RATE, case, expect, main, program, service

from environment.database import SqliteDatabase, engine
from environment.processes import Missing, wait_until
from environment.world import persona

PEOPLE = 1500


def only_sqlite():
    if engine() != "sqlite":
        raise Missing("PostgreSQL has its own tools: backup_postgres.py")


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def is_whole(path):
    with contextlib.closing(sqlite3.connect(path)) as file:
        return file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def filled(folder):
    database = SqliteDatabase(folder + "/nhicard.db")
    good("migrate", "-d", database.uri)
    good("demo-data", "-d", database.uri, "--people", str(PEOPLE))
    return database


@case
def a_backup_under_load_serves_a_sign_in(folder):
    only_sqlite()
    with service(folder, settings=NO_RATE) as one:
        citizen.sign_up(one)
        path = folder + "/backup.db"
        with sign_ins(one) as done:
            for _ in range(5):
                before = len(done)
                good("backup", "-d", one.database.uri, "--to", path, "--force")
                wait_until(lambda: len(done) > before, "the citizens go on")
        expect(os.stat(path).st_mode & 0o777 == 0o600, "others may read it")
        check_snapshot(SqliteDatabase(path))
        one.stop()
        other = SqliteDatabase(folder + "/restored.db")
        good("restore", "-d", other.uri, "--from", path)
        expect(counts(other) == counts(SqliteDatabase(path)), "not what the backup holds")
        expect("already" in good("migrate", "-d", other.uri), "it was no backup of this schema")
        serves(one, other)


@case
def restoring_under_a_running_service_is_refused(folder):
    only_sqlite()
    with service(folder) as one:
        citizen.sign_up(one)
        path = folder + "/backup.db"
        good("backup", "-d", one.database.uri, "--to", path)
        refused(3, "stop nhicardd", "restore", "-d", one.database.uri, "--from", path, "--force")
        one.sign_in(persona("chen-mei-ling"))
        one.stop()
        refused(1, "--force", "restore", "-d", one.database.uri, "--from", path)
        good("restore", "-d", one.database.uri, "--from", path, "--force")
        serves(one, one.database)


def killed_when(condition, *arguments):
    """Kills nhicardctl as soon as @condition holds. Whether that was before its end."""
    one = subprocess.Popen([program("nhicardctl"), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: condition() or one.poll() is not None, "it begins", timeout=60, pause=0)
    one.kill()
    return one.wait() == -9


def size(path):
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return 0


@case
def killed_in_the_middle_the_old_backup_stays(folder):
    only_sqlite()
    database = filled(folder)
    path = folder + "/backup.db"
    good("backup", "-d", database.uri, "--to", path)
    old, whole = digest(path), size(path)
    database.rows("DELETE FROM premium_payment")
    kills = 0
    for share in (1, whole // 4, whole // 2, whole * 3 // 4, whole):
        if killed_when(lambda share=share: size(path + ".partial") >= share,
                       "backup", "-d", database.uri, "--to", path, "--force"):
            kills += 1
            expect(digest(path) == old or is_whole(path), "the backup is neither the old one nor a new one")
            expect(digest(path) == old or not size(path + ".partial"), "it is in place and yet unfinished")
    expect(kills >= 3, f"only {kills} kills came in time")
    good("backup", "-d", database.uri, "--to", path, "--force")
    expect(sorted(os.listdir(folder)) == ["backup.db", "nhicard.db"], os.listdir(folder))
    expect(SqliteDatabase(path).value("SELECT count(*) FROM premium_payment") == 0, "it is the old one")


@case
def killed_in_the_middle_of_restoring(folder):
    only_sqlite()
    database = filled(folder)
    path = folder + "/backup.db"
    good("backup", "-d", database.uri, "--to", path)
    database.rows("DELETE FROM premium_payment")
    new, old = counts(SqliteDatabase(path)), counts(database)
    expect(new != old, "nothing to tell them apart by")
    kept = database.path + ".kept"
    shutil.copy(database.path, kept)
    kills = 0
    for share in (1, size(kept) // 4, size(kept) // 2, size(kept) * 3 // 4):
        if killed_when(lambda share=share: size(database.path + "-journal") >= share,
                       "restore", "-d", database.uri, "--from", path, "--force"):
            kills += 1
            expect(counts(database) in (old, new), f"half restored: {counts(database)}")
            expect(is_whole(database.path), "damaged")
        shutil.copy(kept, database.path)
    expect(kills >= 2, f"only {kills} kills came in time")
    good("restore", "-d", database.uri, "--from", path, "--force")
    expect(counts(database) == new, "not what the backup holds")


if __name__ == "__main__":
    sys.exit(main("backup"))
