# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else holds the database for a while, and two services on one file."""

import os
import sys
import threading

import citizen
from framework import NO_RATE, case, expect, main, service

from environment import processes
from environment.processes import wait_until
from environment.service import Service
from environment.world import persona


@case
def a_short_lock_only_delays(folder):
    with service(folder) as one:
        holder = one.database.lock()
        answers = []
        asking = threading.Thread(daemon=True, target=lambda: answers.append(citizen.register(one)))
        asking.start()
        expect(one.request("GET", "/api/v1/service")[0] == 200, "others are held up")
        expect(not answers, f"it did not wait: {answers}")
        holder.stop()
        asking.join(30)
        expect(answers[0][0] == 202, answers)


@case
def a_long_lock_is_told_and_the_same_request_works_later(folder):
    key = "5e0a6a43-0f0b-4f0a-a1a8-0d6c0f1d1c11"
    with service(folder) as one:
        holder = one.database.lock()
        status, headers, problem = citizen.whole(one, "POST", "/api/v1/registrations",
                                                 citizen.form("chen-mei-ling"), key)
        expect(status == 503, f"{status} {problem}")
        expect(int(headers["Retry-After"]) >= 1, headers["Retry-After"])
        expect(problem["type"].endswith("/overloaded"), problem)
        holder.stop()
        status, answer = citizen.register(one, key=key)
        expect(status == 202, f"{status} {answer}")
        wait_until(lambda: one.database.value("SELECT count(*) FROM registration") == 1, "one registration")
        expect(one.database.value("SELECT count(*) FROM outbox") == 1, "not one letter")


@case
def a_service_that_starts_while_the_database_is_locked(folder):
    with service(folder, start=False) as one:
        holder = one.database.lock()
        one.start()
        expect(one.request("GET", "/api/v1/service")[0] == 200, one.process.log_text)
        holder.stop()
        citizen.sign_up(one)


@case
def two_services_on_one_database(folder):
    """Two nodes: what one was told the other knows, and each letter and package is made once."""
    with service(folder, settings=NO_RATE) as one:
        other = Service.__new__(Service)
        other.__dict__.update(one.__dict__)
        other.folder = folder + "/other"
        os.mkdir(other.folder)
        other.port = processes.free_ports()
        other.uri = f"https://localhost:{other.port}"
        other.config = other.folder + "/nhicardd.conf"
        with open(one.config, encoding="utf-8") as file:
            text = file.read().replace(f"listen=127.0.0.1:{one.port}", f"listen=127.0.0.1:{other.port}")
        with open(other.config, "w", encoding="utf-8") as file:
            file.write(text)
        other.start()
        try:
            token = citizen.sign_up(one)
            expect(other.request("GET", "/api/v1/session", token=token)[0] == 200, "the other knows no session")
            answers = {}

            def ask(which, number):
                answers[number] = citizen.apply(which, token)

            crowd = [threading.Thread(daemon=True, target=ask, args=((one, other)[number % 2], number)) for number in range(6)]
            for thread in crowd:
                thread.start()
            for thread in crowd:
                thread.join(60)
            accepted = [answer["application_id"] for status, answer in answers.values() if status == 202]
            expect(accepted and all(status in (202, 409, 429) for status, _ in answers.values()), answers)
            for identifier in accepted:
                citizen.wait_ready(other, token, identifier)
            citizen.register(other, "wang-kun")
            address = persona("wang-kun")["email"]
            wait_until(lambda: not one.database.rows("SELECT 1 FROM outbox WHERE state <> 'sent'"),
                       f"the letter to {address}")
            attempts = one.database.value("SELECT max(attempts) FROM job WHERE kind <> 'expiry'")
            expect(attempts == 1, f"a job was done {attempts} times")
        finally:
            other.stop()


if __name__ == "__main__":
    sys.exit(main("database"))
