# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cases about backups share: citizens who write meanwhile, and whether what was brought back serves them."""

import contextlib
import subprocess
import threading

import citizen
from framework import expect, program

from environment.processes import wait_until
from environment.world import persona


def call(*arguments):
    return subprocess.run([program("nhicardctl"), *arguments], capture_output=True, text=True, timeout=300, check=False)


def good(*arguments):
    done = call(*arguments)
    expect(done.returncode == 0, f"{arguments}: {done.returncode} {done.stdout}{done.stderr}")
    return done.stdout


def refused(code, word, *arguments):
    done = call(*arguments)
    expect(done.returncode == code and word in done.stderr, f"{arguments}: {done.returncode} {done.stdout}{done.stderr}")


@contextlib.contextmanager
def sign_ins(one):
    """A citizen who signs in again and again, so that there is always somebody who writes."""
    end, done, faults = threading.Event(), [], []

    def work():
        while not end.is_set():
            try:
                done.append(one.sign_in(persona("chen-mei-ling")))
            except AssertionError as fault:
                faults.append(fault)
                return

    threads = [threading.Thread(target=work, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(done) > 3 or faults, "the citizens write")
        yield done
    finally:
        end.set()
        for thread in threads:
            thread.join(60)
    expect(not faults, f"a citizen was turned away meanwhile: {faults}")


def counts(database):
    return {table: database.value(f"SELECT count(*) FROM {table}") for table in database.tables()
            if not table.startswith("sqlite")}


def check_snapshot(database):
    """One transaction writes both: a copy that tears it apart has more of one."""
    tokens, signed = (database.value(f"SELECT count(*) FROM {table}") for table in ("session_by_token", "sign_in"))
    expect(tokens == signed > 0, f"{tokens} tokens of {signed} sign-ins")
    expect(database.value("SELECT count(*) FROM account") == 1, "the account is not in it")


def serves(one, database):
    """The service on @database instead of its own knows the citizen."""
    with open(one.config, encoding="utf-8") as file:
        text = file.read().replace("database=" + one.database.uri + "\n", "database=" + database.uri + "\n")
    with open(one.config, "w", encoding="utf-8") as file:
        file.write(text)
    one.start()
    token = one.sign_in(persona("chen-mei-ling"))
    expect(one.request("GET", "/api/v1/health-bank/categories", token=token)[0] == 200, "no health bank")
    status, answer = citizen.apply(one, token)
    expect(status == 202, f"{status} {answer}")
    citizen.wait_ready(one, token, answer["application_id"])
