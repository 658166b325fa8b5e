# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that do real requests one after another, each from an address of its own, and remember what became of every one."""

import dataclasses
import hashlib
import http.client
import json
import ssl
import threading
import time
import uuid

import citizen

from environment.world import persona

PAUSE = 0.01  # seconds between two requests of one client: two cores have all nodes to carry too
APPLICATIONS = "/api/v1/health-bank/applications"


@dataclasses.dataclass
class Failure:
    began: float  # time.monotonic()
    ended: float
    client: str
    request: str
    what: str

    def __str__(self):
        return f"{self.client}: {self.request}: {self.what} ({self.ended - self.began:.3f} s)"


class Client:
    """@keeps: uses its connection again. A connection that turns out to be closed when the next request is sent is opened
    anew, as every HTTP client does, and counted in @stale; nothing else is tried twice."""

    def __init__(self, house, name, address, port, keeps=True, token=None):
        self.name, self.address, self.port, self.keeps, self.token = name, address, port, keeps, token
        self.tls = ssl.create_default_context(cafile=house.ca_file)
        self.connection = None
        self.requests = self.connections = self.stale = 0
        self.failures = []

    def _connect(self):
        self.connection = http.client.HTTPSConnection("localhost", self.port, context=self.tls, timeout=60,
                                                      source_address=(self.address, 0))
        self.connection._create_connection = _to_loopback  # pylint: disable=protected-access
        self.connections += 1

    def _send(self, method, path, body, fields):
        self.connection.request(method, path, body, fields)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def _send_somehow(self, method, path, body, fields):
        used = self.connection is not None and self.connection.sock is not None
        if not used:
            self._connect()
        try:
            return self._send(method, path, body, fields)
        except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
            if not used:
                raise
            self.stale += 1
            self.connection.close()
            self._connect()
            return self._send(method, path, body, fields)

    def ask(self, method, path, expected, body=None, key=None):
        """The answer's bytes; None when it failed, which is remembered."""
        fields = {"Accept-Language": "en"}
        if self.token:
            fields["Authorization"] = "Bearer " + self.token
        if body is not None:
            body = json.dumps(body).encode()
            fields["Content-Type"] = "application/json"
        if key:
            fields["Idempotency-Key"] = key
        began = time.monotonic()
        try:
            status, answer = self._send_somehow(method, path, body, fields)
            what = None if status == expected else f"{status} {answer[:200]!r}"
        except (OSError, http.client.HTTPException) as error:
            answer, what = None, repr(error)
            self.connection.close()
        self.requests += 1
        if not self.keeps:
            self.connection.close()
        if what:
            self.failures.append(Failure(began, time.monotonic(), self.name, f"{method} {path}", what))
            return None
        return answer


def _to_loopback(address, timeout, source_address):
    return http.client.socket.create_connection(("127.0.0.1", address[1]), timeout, source_address)


# ---- what they do: each generator does one request a step ----

def look_around(client):
    while True:
        yield client.ask("GET", "/api/v1/service", 200)
        yield client.ask("GET", "/api/v1/health-bank/categories", 200)
        yield client.ask("GET", "/api/v1/session", 200)
        yield client.ask("GET", APPLICATIONS, 200)


def sign_in_and_out(client, person, signed_in):
    """Signing in has no key, so it is never sent twice on a used connection: each time a new one."""
    body = {name: person[name] for name in ("card_number", "id_number", "password")}
    while True:
        client.token = None
        answer = client.ask("POST", "/api/v1/sessions", 201, {**body, "client": client.name})
        if answer:
            signed_in.append(client.address)
        yield answer
        if answer:
            client.token = json.loads(answer)["token"]
            yield client.ask("GET", "/api/v1/session", 200)


def download(client, identifier, digest):
    while True:
        package = client.ask("GET", f"{APPLICATIONS}/{identifier}/package", 200)
        if package is not None and hashlib.sha256(package).hexdigest() != digest:
            client.failures.append(Failure(time.monotonic(), time.monotonic(), client.name, "package", "another package"))
        yield package


def apply(client, created, most):
    """Creates, asks again with the same key, and looks until the package is made. @created: key -> the ids it ever gave."""
    for _ in range(most):
        key = str(uuid.uuid4())
        created[key] = ids = set()
        for _ in range(2):  # the second time is a repetition, and so is each after a failure
            while (answer := client.ask("POST", APPLICATIONS, 202, citizen.application(), key)) is None:
                yield None
            ids.add(json.loads(answer)["application_id"])
            yield answer
        path = f"{APPLICATIONS}/{min(ids)}"
        while (answer := client.ask("GET", path, 200)) is None or json.loads(answer)["state"] == "processing":
            yield answer
    yield from look_around(client)


class Load:
    """Each client in a thread of its own, until stop()."""

    def __init__(self):
        self.clients = []
        self.errors = []
        self._over = threading.Event()
        self._threads = []

    def add(self, client, steps):
        self.clients.append(client)
        self._threads.append(threading.Thread(target=self._run, args=(steps,), daemon=True))

    def _run(self, steps):
        try:
            for _ in steps:
                if self._over.wait(PAUSE):
                    return
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(error)

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._over.set()
        for thread in self._threads:
            thread.join(120)
            if thread.is_alive():
                self.errors.append(AssertionError("a client never came to an end"))
        if self.errors:
            raise self.errors[0]

    @property
    def failures(self):
        return [failure for client in self.clients for failure in client.failures]

    def total(self, name):
        return sum(getattr(client, name) for client in self.clients)


__all__ = ["Client", "Load", "persona"]
