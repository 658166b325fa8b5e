# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk is full: a clear problem, no half state, and all of it works once there is room again. Runs in a mount namespace
of its own with a few megabytes. With PostgreSQL it is first the disk of the tables, then that of everything."""

import contextlib
import os
import shutil
import subprocess
import sys
import uuid

INSIDE = "NHI_FAULTS_HAS_OWN_MOUNTS"


def enter():
    """Runs this file again where it may mount; gives up with the reason when the machine does not let us."""
    for options in (["-m"], ["-rm"]):
        probe = ["unshare", *options, "sh", "-c", "mount -t tmpfs none /mnt"]
        done = subprocess.run(probe, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            os.execvpe("unshare", ["unshare", *options, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})
    print(f"1..0 # SKIP no small disk can be made: {done.stderr.strip()}")
    sys.exit(0)


if __name__ == "__main__" and INSIDE not in os.environ:
    enter()

import citizen  # noqa: E402
from framework import NO_RATE, case, expect, main, program, service  # noqa: E402

from environment import mailbox  # noqa: E402
from environment.database import PostgresDatabase, engine  # noqa: E402
from environment.database import SqliteDatabase, engine  # noqa: E402
from environment.processes import Missing, wait_until  # noqa: E402
from environment.world import persona  # noqa: E402


class Disk:
    """A few megabytes that the test fills and frees."""

    def __init__(self, folder, megabytes=12):
        self.path = os.path.join(folder, "disk")
        os.mkdir(self.path)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", self.path], check=True)

    def fill(self, but=0):
        """@but so many bytes."""
        with open(os.path.join(self.path, "filler"), "ab", buffering=0) as filler:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        filler.write(b"\0" * size)
                except OSError:
                    continue
            filler.truncate(filler.tell() - but)

    def free(self):
        os.unlink(os.path.join(self.path, "filler"))

    def folder(self, name):
        path = os.path.join(self.path, name)
        os.mkdir(path)
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for log in os.listdir(self.path):
            if log.endswith(".log"):
                shutil.copy(os.path.join(self.path, log), os.path.dirname(self.path))
        subprocess.run(["umount", "-l", self.path], check=False)


@contextlib.contextmanager
def room(folder, start=True):
    """A small disk and a service that has its tables there."""
    on_postgres = engine() == "postgres"
    os.chmod(folder, 0o711)  # the server's user gets to its tables
    with Disk(folder, megabytes=40 if on_postgres else 12) as disk:
        data = PostgresDatabase(space=disk.folder("tables")) if on_postgres else None
        with service(disk.path, settings=NO_RATE, start=start, mail_folder=folder + "/letters", data=data) as one:
            yield disk, one


def counts(one):
    return [one.database.value(f"SELECT count(*) FROM {table}")
            for table in ("registration", "outbox", "idempotency", "application", "application_item", "package_piece")]


def refused_for_room(status, problem):
    expect(status == 503 and problem["type"].endswith("/unavailable"), f"{status} {problem}")
    expect("沒有變更" in problem["detail"], problem)


@case
def registering_on_a_full_disk(folder):
    with room(folder) as (disk, one):
        before = counts(one)
        disk.fill()
        key = "0d5b6a5e-7d43-4e3e-9c55-6f4e9d0e7a01"
        refused_for_room(*citizen.register(one, key=key))
        refused_for_room(*citizen.register(one, "wang-kun"))
        expect(one.request("GET", "/api/v1/service")[0] == 200, "it does not answer")
        disk.free()
        expect(counts(one) == before, f"half a state: {counts(one)}")
        status, answer = citizen.register(one, key=key)
        expect(status == 202, f"{status} {answer}")
        letter = wait_until(lambda: mailbox.letters_in_folder(one.mail_folder), "the letter")[0]
        citizen.confirm(one, mailbox.read_letter(letter))
        one.sign_in(persona("chen-mei-ling"))


@case
def building_a_package_on_a_full_disk(folder):
    with room(folder) as (disk, one):
        token = citizen.sign_up(one, "ten-years")
        status, answer = citizen.apply(one, token, citizen.application(citizen.ALL, 9))
        expect(status == 202, f"{status} {answer}")
        with one.database.lock():
            disk.fill()
        identifier = answer["application_id"]
        pieces = one.database.value("SELECT count(*) FROM package_piece")
        state = one.database.value("SELECT state FROM application")
        expect((state, pieces > 0) in (("processing", False), ("ready", True)), f"{state} with {pieces} pieces")
        disk.free()
        citizen.wait_ready(one, token, identifier, 60)
        status, package = one.request("GET", f"/api/v1/health-bank/applications/{identifier}/package", token=token)
        expect(status == 200 and len(package) > 1000, status)


@case
def applying_on_a_full_disk(folder):
    with room(folder) as (disk, one):
        token = citizen.sign_up(one)
        disk.fill()
        asked = [citizen.apply(one, token) for _ in range(3)]
        refused_for_room(*asked[-1])
        expect(one.request("GET", "/api/v1/health-bank/categories", token=token)[0] == 200, "reading does not go on")
        disk.free()
        made = sum(status == 202 for status, _ in asked)
        expect(one.database.value("SELECT count(*) FROM application") == made, "half a state")
        status, answer = citizen.apply(one, token)
        expect(status == 202, f"{status} {answer}")
        citizen.wait_ready(one, token, answer["application_id"], 60)


@case
def starting_on_a_full_disk(folder):
    """SQLite needs room to open its file; a server that has none still reads."""
    with room(folder, start=False) as (disk, one):
        disk.fill()
        if engine() == "postgres":
            one.start()
            refused_for_room(*citizen.register(one))
            return
        done = subprocess.run([program("nhicardctl"), "user", "unlock", "A123456789", "-d", one.database.uri],
                              capture_output=True, text=True, timeout=60, check=False)
        expect(done.returncode == 3 and "make room" in done.stderr, f"{done.returncode} {done.stderr}")
        done = subprocess.run([program("nhicardd"), "--config", one.config], capture_output=True, text=True, timeout=60,
                              check=False)
        expect(done.returncode == 3 and "make room" in done.stderr, f"{done.returncode} {done.stderr}")
        disk.free()
        one.start()


@case
def the_servers_own_disk_is_full(folder):
    """PostgreSQL falls when it cannot write its log. Whether it finds the room to stand up by itself depends."""
    if engine() != "postgres":
        raise Missing("SQLite has no server")
    os.chmod(folder, 0o711)
    with Disk(folder, megabytes=120) as disk:
        os.chmod(disk.path, 0o711)
        data = PostgresDatabase(parent=disk.path, settings={"checkpoint_timeout": "1d", "wal_recycle": "off"})
        write_log = "SELECT pg_logical_emit_message(true, 'full', repeat('x', 1000000))"
        with service(folder, settings=NO_RATE, data=data) as one:
            token = citizen.sign_up(one)
            before = counts(one)
            disk.fill()
            key = str(uuid.uuid4())
            with contextlib.suppress(AssertionError):
                while True:
                    data.cluster.sql(write_log)
            wait_until(lambda: "PANIC" in data.cluster.log_text(), data.cluster.log_text)
            first = citizen.register(one, "wang-kun", key=key)
            expect(first[0] in (202, 503), first)
            expect(one.request("GET", "/api/v1/service")[0] == 200, "it does not answer")
            disk.free()
            if not data.cluster.running():
                data.cluster.start()
            status, answer = wait_until(lambda: served(citizen.register(one, "wang-kun", key=key)), "it works again")
            expect(status == 202 and first in ((status, answer), (503, first[1])), f"{first}, then {status} {answer}")
            expect(one.request("GET", "/api/v1/session", token=token)[0] == 200, "the session is lost")
            expect(counts(one)[0] == before[0] + 1, f"{counts(one)} after {before}; {first}")


def served(pair):
    return pair if pair[0] not in (0, 503) else None


def control(code, *arguments):
    done = subprocess.run([program("nhicardctl"), *arguments], capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == code, f"{arguments}: {done.returncode} {done.stdout}{done.stderr}")
    return done.stderr


@case
def a_backup_finds_the_disk_full(folder):
    """What was there before stays; nothing half remains."""
    if engine() != "sqlite":
        raise Missing("nhicardctl backup is for SQLite")
    with Disk(folder) as disk:
        database = SqliteDatabase(folder + "/nhicard.db")
        path = disk.path + "/backup.db"
        control(0, "migrate", "-d", database.uri)
        control(0, "backup", "-d", database.uri, "--to", path)
        with open(path, "rb") as file:
            old = file.read()
        control(0, "demo-data", "-d", database.uri, "--people", "100")
        disk.fill()
        told = control(3, "backup", "-d", database.uri, "--to", path, "--force")
        expect("full" in told and path in told, told)
        expect(sorted(os.listdir(disk.path)) == ["backup.db", "filler"], os.listdir(disk.path))
        with open(path, "rb") as file:
            expect(file.read() == old, "the old backup is another one now")
        disk.free()
        control(0, "backup", "-d", database.uri, "--to", path, "--force")


@case
def restoring_finds_the_disk_full(folder):
    if engine() != "sqlite":
        raise Missing("nhicardctl restore is for SQLite")
    with Disk(folder) as disk:
        source, path = SqliteDatabase(folder + "/source.db"), folder + "/backup.db"
        target = SqliteDatabase(disk.path + "/nhicard.db")
        fresh = SqliteDatabase(disk.path + "/fresh.db")
        control(0, "migrate", "-d", source.uri)
        control(0, "demo-data", "-d", source.uri, "--people", "100")
        control(0, "backup", "-d", source.uri, "--to", path)
        control(0, "migrate", "-d", target.uri)
        disk.fill()
        for database in (target, fresh):
            expect("full" in control(3, "restore", "-d", database.uri, "--from", path, "--force"), "not told")
        expect(not os.path.exists(fresh.path), "half a database was left")
        disk.free()
        expect(target.value("SELECT count(*) FROM person") == 0, "half of the backup is in it")
        control(0, "restore", "-d", target.uri, "--from", path, "--force")
        expect(target.value("SELECT count(*) FROM person") == 100, "not what the backup holds")


@case
def copying_goes_on_when_there_is_room_again(folder):
    on_postgres = engine() == "postgres"
    os.chmod(folder, 0o711)
    with Disk(folder, megabytes=40 if on_postgres else 12) as disk:
        source = SqliteDatabase(folder + "/source.db")
        target = PostgresDatabase(space=disk.folder("tables")) if on_postgres else SqliteDatabase(disk.path + "/target.db")
        copy = ["copy-database", "--from", source.uri, "--to", target.uri]
        with contextlib.closing(target):
            for uri in (source.uri, target.uri):
                control(0, "migrate", "-d", uri)
            control(0, "demo-data", "-d", source.uri, "--people", "6000", "--people-only")
            disk.fill(but=1 << 20)
            expect("target: " in control(3, *copy), "not told")
            disk.free()
            expect(target.value("SELECT count(*) FROM residence") == 0, "there was room for everything")
            control(0, *copy)
            control(0, *copy, "--check")


if __name__ == "__main__":
    sys.exit(main("room"))
