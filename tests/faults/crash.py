# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of each process at its worst moment, and an end that lets a download finish."""

import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import ssl
import sys
import threading
import uuid

import citizen
from framework import NO_RATE, case, expect, main, service
from workers import jobs_worker, unread, web_workers

from environment.processes import can_connect, is_alive, wait_until


@case
def a_web_worker_is_killed_and_the_same_key_gives_the_same_answer(folder):
    """Every worker is killed while registrations are under way; each person asks again with the same key."""
    people = ("chen-mei-ling", "lin-zhi-ming", "wang-kun", "gumu-haju", "ten-years")
    with service(folder, settings=NO_RATE) as one:
        answers, identifiers = {}, {}

        def insist(key):
            identifier = str(uuid.uuid4())
            answers[key] = wait_until(lambda: _answered(citizen.register(one, key, key=identifier)),
                                      f"an answer for {key}", 60)
            identifiers[key] = identifier

        crowd = [threading.Thread(daemon=True, target=insist, args=(key,)) for key in people]
        for thread in crowd:
            thread.start()
        for _ in range(3):
            for pid in web_workers(one):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            wait_until(lambda: can_connect(one.port), "the supervisor starts others")
        for thread in crowd:
            thread.join(90)
        for key in people:
            expect(answers[key][0] == 202, answers)
            again = wait_until(lambda: _answered(citizen.register(one, key, key=identifiers[key])), f"{key} again")
            expect(answers[key] == again, f"another answer: {again}, not {answers[key]}")
        for key in people:
            wait_until(lambda: citizen.letters_to(one, key), f"the letter to {key}")
        rows = one.database.rows("SELECT person_id, count(*) FROM outbox GROUP BY person_id")
        expect(sorted(count for _, count in rows) == [1] * len(people), f"letters: {rows}")


def _answered(pair):
    return pair if pair[0] in (200, 202, 422) else None


@case
def the_jobs_process_is_killed_again_and_again_and_every_package_is_whole(folder):
    with service(folder) as one:
        token = citizen.sign_up(one)
        names = []
        for _ in range(3):  # as many as may be in work at once
            status, answer = citizen.apply(one, token, citizen.application(citizen.ALL, 9))
            expect(status == 202, f"{status} {answer}")
            names.append(answer["application_id"])
            os.kill(jobs_worker(one), signal.SIGKILL)
        for name in names:
            ready = citizen.wait_ready(one, token, name, 40)
            status, package = one.request("GET", f"/api/v1/health-bank/applications/{name}/package", token=token)
            expect(status == 200 and hashlib.sha256(package).hexdigest() == ready["package"]["sha256"],
                   f"{status} {len(package)} {ready}")


@case
def the_supervisor_is_killed_and_nobody_stays_behind(folder):
    with service(folder) as one:
        token = citizen.sign_up(one)
        left = one.workers()
        expect(len(left) == 3, left)
        os.kill(one.process.pid, signal.SIGKILL)
        one.process.popen.wait()
        wait_until(lambda: not any(is_alive(pid) for pid in left), "the workers end")
        one.start()
        expect(one.request("GET", "/api/v1/session", token=token)[0] == 200, "the session did not outlive the crash")


def keep_alive(one):
    """A connection that takes little at a time."""
    context = ssl.create_default_context(cafile=one.ca_file)
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.settimeout(30)
    narrow.connect(("127.0.0.1", one.port))
    connection = http.client.HTTPSConnection("localhost", one.port, context=context, timeout=30)
    connection.sock = context.wrap_socket(narrow, server_hostname="localhost")
    return connection


@case
def an_asked_end_lets_a_download_finish(folder):
    with service(folder) as one:
        token = citizen.sign_up(one, "ten-years")
        _, answer = citizen.apply(one, token, citizen.application(citizen.ALL, 9))
        ready = citizen.wait_ready(one, token, answer["application_id"])
        connection = keep_alive(one)
        connection.request("GET", f"/api/v1/health-bank/applications/{answer['application_id']}/package",
                           headers={"Authorization": "Bearer " + token})
        answer = connection.getresponse()
        first = answer.read(1000)
        one.process.popen.send_signal(signal.SIGTERM)
        wait_until(lambda: not can_connect(one.port), "no new connection is taken")
        package = first + answer.read()
        connection.close()
        expect(hashlib.sha256(package).hexdigest() == ready["package"]["sha256"], "the package is not whole")
        wait_until(lambda: not one.process.running(), "it ends after the download", 30)
        expect(one.process.popen.returncode == 0, one.process.popen.returncode)


@case
def an_asked_end_waits_for_a_request_that_waits(folder):
    """The database is locked, somebody has applied, and then the end is asked for."""
    with service(folder) as one:
        token = citizen.sign_up(one)
        answers = []
        lock = one.database.lock()
        connection = keep_alive(one)
        connection.request("GET", "/api/v1/session", headers={"Authorization": "Bearer " + token})
        connection.getresponse().read()
        connection.request("POST", "/api/v1/health-bank/applications", json.dumps(citizen.application()), {
            "Authorization": "Bearer " + token, "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4())})
        wait_until(lambda: unread(one.port) == 0, "the request is read")
        waiting = threading.Thread(daemon=True, target=lambda: answers.append(connection.getresponse().status))
        waiting.start()
        one.process.popen.send_signal(signal.SIGTERM)
        wait_until(lambda: not can_connect(one.port), "no new connection is taken")
        expect(one.process.running() and not answers, f"it did not wait: {answers}")
        lock.stop()
        waiting.join(30)
        expect(answers == [202], answers)
        wait_until(lambda: not one.process.running(), "it ends", 30)
        expect(one.process.popen.returncode == 0, one.process.popen.returncode)


@case
def an_asked_end_without_guests_is_quick(folder):
    with service(folder) as one:
        left = one.workers()
        one.process.popen.send_signal(signal.SIGTERM)
        wait_until(lambda: not one.process.running(), "it ends", 10)
        expect(one.process.popen.returncode == 0, one.process.popen.returncode)
        expect(not any(is_alive(pid) for pid in left), "a worker stays")


@case
def a_reload_with_a_wrong_certificate_keeps_the_old_one(folder):
    with service(folder) as one:
        with open(one.certificate, encoding="ascii") as file:
            good = file.read()
        with open(one.certificate, "w", encoding="ascii") as file:
            file.write("nonsense\n")
        before = set(one.workers())
        one.process.popen.send_signal(signal.SIGHUP)
        wait_until(lambda: "old certificate stays" in one.process.log_text(), one.process.log_text)
        expect(one.request("GET", "/api/v1/service")[0] == 200, "it does not serve")
        with open(one.certificate, "w", encoding="ascii") as file:
            file.write(good)
        one.process.popen.send_signal(signal.SIGHUP)
        wait_until(lambda: len(one.workers()) == 3 and not before & set(one.workers()), "new workers", 40)
        expect(one.request("GET", "/api/v1/service")[0] == 200, "it does not serve")


if __name__ == "__main__":
    sys.exit(main("crash"))
