# SPDX-License-Identifier: GPL-3.0-or-later
"""nhicardctl migrate killed between any two statements, by many at once, and what nhicardd says to a schema that is not
its own; on the engine that NHI_TEST_ENGINE names."""

import contextlib
import re
import subprocess
import sys

import citizen
from brought_back import sign_ins
from framework import NO_RATE, case, expect, main, program, service

from environment import database
from environment.processes import Missing, free_ports, wait_until
from environment.service import make_certificates
from environment.world import persona


@contextlib.contextmanager
def empty(folder):
    one = database.make(folder)
    try:
        yield one
    finally:
        one.close()


def migrating(one, **options):
    return subprocess.Popen([program("nhicardctl"), "migrate", "-d", one.uri], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, **options)


def finish(process):
    told, _ = process.communicate(timeout=120)
    expect(process.returncode == 0, f"{process.returncode}: {told}")
    return told


def records(one):
    """What has run, each exactly once by its key; without the moment."""
    return (one.rows("SELECT version, name FROM schema_version ORDER BY version"),
            one.rows("SELECT version, statement FROM schema_statement ORDER BY version, statement"))


def killed_behind(one, lines):
    """Kills it when it has told @lines statements; whether that was before its end."""
    process = migrating(one)
    for _ in range(lines):
        process.stdout.readline()
    process.kill()
    process.stdout.close()
    return process.wait() == -9


@case
def killed_between_statements_the_next_one_goes_on(folder):
    with empty(folder) as one:
        kills = [killed_behind(one, lines) for lines in (1, 3, 2, 5, 1, 4, 7)]
        expect(sum(kills) >= 2, f"only {sum(kills)} kills came in time")
        told = finish(migrating(one))
        versions, statements = records(one)
        expect("from version 0 to" in told, told)
        expect(len(versions) == versions[-1][0], f"steps: {versions}")
        expect("already" in finish(migrating(one)), "something was left to do")
        done = subprocess.run([program("nhicardctl"), "demo-data", "-d", one.uri, "--people", "13"], capture_output=True,
                              text=True, timeout=120, check=False)
        expect(done.returncode == 0, f"the schema does not hold people: {done.stderr}")
        expect(len(statements) > 30, statements)


@case
def ten_at_once_while_others_are_killed(folder):
    with empty(folder) as one:
        crowd = [migrating(one) for _ in range(10)]
        for victim in crowd[:3]:
            victim.stdout.readline()
            victim.kill()
        for victim in crowd[:3]:
            victim.communicate()
        for process in crowd[3:]:
            finish(process)
        versions, statements = records(one)
        expect(len(versions) == versions[-1][0], f"steps: {versions}")
        expect("already" in finish(migrating(one)), "something was left to do")
        expect(len(statements) > 30, statements)


def configuration(folder, one):
    _, certificate, key = make_certificates(folder + "/tls")
    path = folder + "/nhicardd.conf"
    port = free_ports()
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"[service]\nlisten=127.0.0.1:{port}\ncertificate={certificate}\nkey={key}\n"
                   f"database={one.uri}\npublic-uri=https://localhost:{port}\n")
    return path


def refused(path, *words):
    done = subprocess.run([program("nhicardd"), "--config", path], capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 4, f"{done.returncode}: {done.stderr}")
    for word in words:
        expect(word in done.stderr, f"“{word}” is not in: {done.stderr}")


@case
def the_service_refuses_a_schema_that_is_not_its_own(folder):
    with empty(folder) as one:
        finish(migrating(one))
        path = configuration(folder, one)
        one.rows("INSERT INTO schema_version VALUES (9000, 'future', 0)")
        refused(path, "schema 9000", "newer program")
        one.rows("DELETE FROM schema_version WHERE version > 1")
        refused(path, "schema 1", "nhicardctl migrate")


@case
def the_service_refuses_a_database_that_was_never_migrated(folder):
    with empty(folder) as one:
        finish(migrating(one))
        for table in one.tables():
            if not table.startswith("sqlite"):
                one.rows(f"DROP TABLE {table}")
        refused(configuration(folder, one), "schema 0", "nhicardctl migrate")


@case
def a_failing_statement_is_named(folder):
    with empty(folder) as one:
        finish(migrating(one))
        one.rows("DELETE FROM schema_version")
        one.rows("DELETE FROM schema_statement WHERE version = 1 AND statement = 2")
        process = migrating(one)
        told, _ = process.communicate(timeout=120)
        expect(process.returncode == 1, f"{process.returncode}: {told}")
        expect("0001-first.sql, statement 2 (CREATE TABLE person_by_id_number): " in told, told)


@case
def nodes_go_on_while_the_next_release_adds(folder):
    """What a step may do (data/schema/README.md), done to tables that citizens are writing."""
    with service(folder, settings=NO_RATE) as one:
        citizen.sign_up(one)
        with sign_ins(one) as done:
            for statement in ("ALTER TABLE session ADD COLUMN next TEXT", "ALTER TABLE account ADD COLUMN next BIGINT",
                              "CREATE TABLE next_thing (person_id TEXT NOT NULL PRIMARY KEY)",
                              "ALTER TABLE sign_in ADD COLUMN next TEXT", "ALTER TABLE attempt ADD COLUMN next TEXT",
                              "CREATE INDEX IF NOT EXISTS sign_in_next ON sign_in (next)",
                              "ALTER TABLE person_by_id_number ADD COLUMN next TEXT",
                              "ALTER TABLE idempotency ADD COLUMN next TEXT", "ALTER TABLE job ADD COLUMN next TEXT"):
                before = len(done)
                one.database.rows(statement)
                wait_until(lambda before=before: len(done) > before, "the citizens go on")
        status, answer = citizen.register(one, "wang-kun")
        expect(status == 202, f"{status} {answer}")
        status, answer = citizen.apply(one, one.sign_in(persona("chen-mei-ling")))
        expect(status == 202, f"{status} {answer}")


def only_postgres(one):
    if one.engine != "postgres":
        raise Missing("SQLite has neither row locks nor CONCURRENTLY")


@case
def a_node_waits_for_another_at_the_same_statement(folder):
    """Somebody is at a statement, as long as building an index takes; then he is gone and has not done it."""
    with empty(folder) as one:
        only_postgres(one)
        expect(killed_behind(one, 1), "it was done before the kill")
        ahead = (one.value("SELECT max(statement) FROM schema_statement") or 0) + 3
        with contextlib.closing(one._connect()) as other:  # pylint: disable=protected-access
            other.autocommit = False
            other.cursor().execute("INSERT INTO schema_statement VALUES (1, %s, 0)", (ahead,))
            process = migrating(one)
            told = ""
            while f"statement {ahead}:" not in told:
                told = process.stdout.readline()
                expect(told, "it ended before the statement")
            wait_until(lambda: one.value("SELECT count(*) FROM pg_locks WHERE NOT granted") == 1, "it waits")
            expect(process.poll() is None, "it did not wait")
            other.rollback()
        finish(process)
        expect("already" in finish(migrating(one)), "something was left to do")


@case
def an_index_is_built_ahead_as_the_guide_has_it(folder):
    with empty(folder) as one:
        only_postgres(one)
        finish(migrating(one))
        one.rows("DELETE FROM schema_version WHERE version >= 3")
        one.rows("DELETE FROM schema_statement WHERE version = 3")
        one.rows("DROP INDEX job_next")
        shown = subprocess.run([program("nhicardctl"), "migrate", "--show", "-d", one.uri], capture_output=True, text=True,
                               timeout=60, check=True).stdout
        statement = re.search(r"^CREATE INDEX (IF NOT EXISTS job_next .*?);$", shown, re.M | re.S)
        expect(statement, shown)
        one.rows("CREATE INDEX CONCURRENTLY " + statement[1])
        expect(not one.rows("SELECT indexrelid FROM pg_index WHERE NOT indisvalid"), "it is not valid")
        built = one.rows("SELECT oid FROM pg_class WHERE relname = 'job_next'")
        told = finish(migrating(one))
        expect("0003-job-next.sql, statement 1" in told, told)
        expect(one.rows("SELECT oid FROM pg_class WHERE relname = 'job_next'") == built, "it was built again")


if __name__ == "__main__":
    sys.exit(main("migrations"))
