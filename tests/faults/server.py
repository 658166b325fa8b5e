# SPDX-License-Identifier: GPL-3.0-or-later
"""The PostgreSQL server is not there, refuses, goes away under a running service and comes back."""

import os
import subprocess
import sys
import threading
import uuid

os.environ["NHI_TEST_ENGINE"] = "postgres"  # also when called by hand

import citizen  # noqa: E402
from framework import NO_RATE, case, expect, main, program, service  # noqa: E402

from environment import mailbox, processes  # noqa: E402
from environment.processes import wait_until  # noqa: E402
from environment.world import persona  # noqa: E402

DATABASE, SCHEMA = 3, 4
SECRET = "not-for-any-log"
PEOPLE = ("chen-mei-ling", "lin-zhi-ming", "wang-kun", "gumu-haju", "ten-years")


# ---- at the start ----

def refused(one, uri, code, *words):
    """Both programs end by themselves with @code and tell all of @words in one line, never a password."""
    for command in ([program("nhicardd"), "--config", one.config, "-d", uri],
                    [program("nhicardctl"), "jobs", "list", "-d", uri]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        told = done.stdout + done.stderr
        expect(done.returncode == code, f"{uri}: exit code {done.returncode}, not {code}: {told}")
        for word in words:
            expect(word in told, f"{uri}: “{word}” is not in: {told}")
        expect(SECRET not in told, f"the password is told: {told}")
        expect(len(told.strip().splitlines()) == 1, f"not one line: {told}")


@case
def who_may_not_in(folder):
    with service(folder, start=False) as one:
        cluster, uri = one.database.cluster, one.database.cluster.uri
        cluster.sql(f"CREATE ROLE known LOGIN PASSWORD '{SECRET}'; CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
        refused(one, uri("nhicard", "crowded"), DATABASE, "no connection left", "max_connections")
        cluster.require_passwords()
        refused(one, uri("nhicard", "known", SECRET + "x"), DATABASE, "password", "known")
        refused(one, uri("nhicard", "nobody", SECRET), DATABASE, "password", "nobody")
        refused(one, uri("nhicard", "known", SECRET), DATABASE, "permission denied")


@case
def which_database(folder):
    with service(folder, start=False) as one:
        cluster = one.database.cluster
        refused(one, cluster.uri("nowhere"), DATABASE, "nowhere", "createdb")
        refused(one, cluster.create_database("bare"), SCHEMA, "nhicardctl migrate")
        cluster.sql("CREATE DATABASE later TEMPLATE nhicard")
        cluster.sql("INSERT INTO schema_version (version, name, applied_at) VALUES (999, '0999-later.sql', 0)", "later")
        refused(one, cluster.uri("later"), SCHEMA, "999", "newer")
        cluster.sql("ALTER DATABASE later SET default_transaction_read_only = on")
        refused(one, cluster.uri("later"), DATABASE, "read-only")


@case
def which_address(folder):
    with service(folder, start=False) as one:
        nobody = processes.free_ports(2)
        for uri in (f"postgresql:///nhicard?host={folder}", f"postgresql://127.0.0.1:{nobody}/nhicard",
                    f"postgresql://x:{SECRET}@127.0.0.1:{nobody},127.0.0.1:{nobody + 1}/nhicard"):
            refused(one, uri, DATABASE, "can be reached", "check that it runs")
        refused(one, f"postgresql://127.0.0.1:{nobody}/nhicard?colour=red", DATABASE, "cannot be read", "postgresql://USER")
        one.database.cluster.stop()
        refused(one, one.database.uri, DATABASE, "can be reached", "check that it runs")
        one.database.cluster.start()
        one.start()


# ---- under a running service ----

def is_told(status, headers, problem):
    expect(status == 503 and problem["type"].rsplit("/", 1)[1] in ("unavailable", "overloaded"), f"{status} {problem}")
    expect(int(headers["Retry-After"]) >= 1, f"Retry-After: {headers['Retry-After']}")


def nothing_works(one, token, key):
    """What needs the database is told so, at once for all who ask at once."""
    asked = [("POST", "/api/v1/registrations", citizen.form("wang-kun"), key), ("GET", "/api/v1/session"),
             ("POST", "/api/v1/health-bank/applications", citizen.application())]
    answers = []
    crowd = [threading.Thread(daemon=True, target=lambda one_asks=arguments: answers.append(
        citizen.whole(one, *one_asks, token=token))) for arguments in asked]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join(60)
    expect(len(answers) == len(asked), f"{len(answers)} answers")
    for answer in answers:
        is_told(*answer)
    expect(any("沒有變更" in problem["detail"] for _, _, problem in answers), answers)
    expect(one.request("GET", "/api/v1/service")[0] == 200, "what needs no database does not answer")


def returns(folder, mode):
    """The server ends in the way @mode and starts again; the service is left alone."""
    key = str(uuid.uuid4())
    with service(folder, settings=NO_RATE) as one:
        token = citizen.sign_up(one)
        workers = set(one.workers())
        one.database.cluster.stop(mode)
        nothing_works(one, token, key)
        one.database.cluster.start()
        status, answer = wait_until(lambda: came(citizen.register(one, "wang-kun", key=key)), "it takes the same request")
        expect(status == 202, f"{status} {answer}")
        expect(one.request("GET", "/api/v1/session", token=token)[0] == 200, "the session is lost")
        wait_until(lambda: citizen.letters_to(one, "wang-kun"), "the letter", timeout=60)
        status, answer = citizen.apply(one, token)
        expect(status == 202, f"{status} {answer}")
        citizen.wait_ready(one, token, answer["application_id"], 60)
        expect(one.database.value("SELECT count(*) FROM registration WHERE state = 'pending'") == 1, "not one registration")
        expect(set(one.workers()) == workers, "a worker died of it")


def came(pair):
    return pair if pair[0] not in (0, 503) else None


@case
def the_server_is_stopped_and_started(folder):
    returns(folder, "fast")


@case
def the_server_crashes_and_is_started(folder):
    returns(folder, "immediate")


@case
def the_servers_first_process_is_killed(folder):
    returns(folder, "kill")


@case
def while_it_restarts_again_and_again_nothing_is_done_twice(folder):
    """Each person insists with one key; in the end there is one registration, one answer and one letter for each."""
    with service(folder, settings=NO_RATE) as one:
        answers, keys = {}, {person: str(uuid.uuid4()) for person in PEOPLE}

        def insist(person):
            answers[person] = wait_until(lambda: came(citizen.register(one, person, key=keys[person])),
                                         f"an answer for {person}", timeout=90)

        crowd = [threading.Thread(daemon=True, target=insist, args=(person,)) for person in PEOPLE]
        for number, thread in enumerate(crowd):
            thread.start()
            one.database.cluster.restart(("immediate", "fast")[number % 2])
        for thread in crowd:
            thread.join(120)
        for person in PEOPLE:
            expect(answers[person][0] == 202, answers)
            expect(citizen.register(one, person, key=keys[person]) == answers[person], f"another answer for {person}")
            wait_until(lambda name=person: citizen.letters_to(one, name), f"the letter to {person}", timeout=60)
        letters = one.database.rows("SELECT count(*) FROM outbox GROUP BY person_id")
        expect(letters == [(1,)] * len(PEOPLE), f"letters: {letters}")


@case
def its_processes_are_killed_and_nobody_notices(folder):
    with service(folder, settings=NO_RATE) as one:
        token = citizen.sign_up(one)
        for _ in range(5):
            killed = one.database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'nhicard'")
            expect(killed, "the service holds no connection")
            expect(one.request("GET", "/api/v1/session", token=token)[0] == 200, "the session")
            status, answer = citizen.apply(one, token)
            expect(status in (202, 429), f"{status} {answer}")
        rows = one.database.rows("SELECT application_id FROM application")
        for (name,) in rows:
            citizen.wait_ready(one, token, name, 60)


@case
def no_connection_is_left(folder):
    """For a while the server has none for the service, then a few."""
    with service(folder, settings=NO_RATE) as one:
        token = citizen.sign_up(one)
        cluster = one.database.cluster
        cluster.sql("ALTER ROLE nhicard CONNECTION LIMIT 0")
        cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'nhicard'")
        is_told(*citizen.whole(one, "GET", "/api/v1/session", token=token))
        cluster.sql("ALTER ROLE nhicard CONNECTION LIMIT 3")
        for _ in range(10):  # whichever worker it meets
            wait_until(lambda: came(one.request("GET", "/api/v1/session", token=token)), "it works with what there is", 60)


@case
def the_password_is_changed_under_it(folder):
    with service(folder, settings=NO_RATE) as one:
        token = citizen.sign_up(one)
        one.database.cluster.require_passwords()
        one.database.cluster.restart()
        is_told(*citizen.whole(one, "GET", "/api/v1/session", token=token))
        expect(one.request("GET", "/api/v1/service")[0] == 200, "it does not answer")
        expect(SECRET not in one.process.log_text(), "the password is in the log")


@case
def a_service_killed_in_a_transaction_leaves_no_lock(folder):
    """kill -9 of every process while registrations wait for a lock: the server notices and takes the next ones."""
    with service(folder, settings=NO_RATE) as one:
        holder = one.database.lock()
        asking = [threading.Thread(daemon=True, target=citizen.register, args=(one, person)) for person in PEOPLE]
        for thread in asking:
            thread.start()
        wait_until(lambda: one.database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'nhicard' AND wait_event_type = 'Lock'"), "they wait")
        one.kill_workers()
        holder.stop()
        for person in PEOPLE:
            status, answer = wait_until(lambda name=person: came(citizen.register(one, name)), f"{person} is taken", 60)
            expect(status in (202, 429), f"{status} {answer}")
        for person in PEOPLE:
            letters = wait_until(lambda name=person: citizen.letters_to(one, name), f"the letter to {person}", 60)
        citizen.confirm(one, mailbox.read_letter(letters[-1]))
        one.sign_in(persona(PEOPLE[-1]))


if __name__ == "__main__":
    sys.exit(main("server"))
