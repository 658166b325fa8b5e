#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of data/openapi.yaml through its success and each of its declared refusals, on the running service with
demo people. Each answer is judged strictly; what is declared and never came is a failure. TAP on stdout."""

import contextlib
import copy
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import sys
import tempfile
import traceback
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from contract import Answer, Contract  # noqa: E402
from environment import mailbox  # noqa: E402
from environment.processes import wait_until  # noqa: E402
from environment.service import Service  # noqa: E402
from environment.world import build_folder, persona  # noqa: E402

CONTRACT = Contract()
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
FREE = {"rate-per-minute": 0, "hashing-rate-per-minute": 0}
PERSON, OTHER = persona("chen-mei-ling"), persona("lin-zhi-ming")
STEPS = []


def step(function):
    STEPS.append(function)
    return function


class Client:
    """Speaks to one service and judges every answer before it gives it back."""

    def __init__(self, service):
        self.service = service
        self.tls = ssl.create_default_context(cafile=service.ca_file)
        self.token = None

    def send(self, name, body=None, headers=None, method=None, key=None, data=None, judged=True, **parameters):
        """@body: JSON; @data: bytes instead; @key: the Idempotency-Key, made when None, left out when ""."""
        _, path, usual, operation = CONTRACT.operation(name)
        fields = {"Accept-Language": "en"}
        if "requestBody" in operation and body is not None:
            fields["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        if self.token and operation.get("security"):
            fields["Authorization"] = "Bearer " + self.token
        if key != "" and any(one.get("$ref", "").endswith("/IdempotencyKey") for one in operation.get("parameters", ())):
            fields["Idempotency-Key"] = key or str(uuid.uuid4())
        fields.update(headers or {})
        connection = http.client.HTTPSConnection("localhost", self.service.port, context=self.tls, timeout=60)
        with contextlib.closing(connection):
            connection.request(method or usual, path.format(**parameters), data, fields)
            came = connection.getresponse()
            answer = Answer(came.status, came.getheaders(), came.read())
        if judged:
            faults = CONTRACT.judge_answer(name, answer)
            assert not faults, "\n".join(faults)
        return answer

    def expect(self, status, problem, name, *arguments, **named):
        answer = self.send(name, *arguments, **named)
        assert answer.status == status, f"{name}: {answer.status} instead of {status}: {answer.body[:300]!r}"
        assert answer.problem == problem, f"{name}: {answer.problem} instead of {problem}"
        return answer


class Stage:
    """One service with its client and a second look into its database."""

    def __init__(self, folder, name, **limits):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        self.service = Service(self.folder, build_folder(), workers=limits.pop("workers", 2), limits={**FREE, **limits})
        self.service.start()
        self.client = Client(self.service)
        self.database = self.service.database

    def close(self):
        self.service.close()
        log = self.service_log()
        found = re.search(r"Sanitizer|runtime error|CRITICAL", log)
        assert not found, log[max(found.start() - 100, 0):][:4000]

    def service_log(self):
        return pathlib.Path(self.folder, "nhicardd.log").read_text(errors="replace")


def registration(person):
    body = {key: person[key] for key in ("card_number", "id_number", "name", "birth_date", "household_number", "village_code",
                                         "email", "phone", "password")}
    return {**body, "neighbourhood": int(person["neighbourhood"]), "language": "zh-TW"}


def credentials(person, **changes):
    return {"card_number": person["card_number"], "id_number": person["id_number"], "password": person["password"],
            "client": "contract", **changes}


def application(**changes):
    return {"categories": ["premium-billing", "outpatient", "lab"], "from": "2025-01", "to": "2025-12", **changes}


def letter_token(stage, person):
    def found():
        letters = map(mailbox.read_letter, mailbox.letters_in_folder(stage.service.mail_folder))
        return [letter for letter in letters if person["email"] in letter["To"]]
    letter = wait_until(found, "the letter never came", timeout=60)[-1]
    return mailbox.confirm_link(letter).rsplit("/", 1)[1]


def parameters_of(name):
    path = CONTRACT.operation(name)[1]
    return {key: value for key, value in (("id", UNKNOWN_ID), ("token", "A" * 43)) if "{" + key + "}" in path}


def body_of(name):
    return {"register": registration(OTHER), "signIn": credentials(OTHER), "apply": application()}.get(name)


# ---- the steps, on one world ----

@step
def what_needs_no_session(stage):
    for name in ("getService", "getLive", "getReady", "listCategories", "getStyle"):
        whole = stage.client.expect(200, None, name)
        head = stage.client.send(name, method="HEAD", judged=False)
        assert (head.status, head.body) == (200, b"") and head.media_type == whole.media_type, head.headers


@step
def registering(stage):
    key = str(uuid.uuid4())
    body = registration(PERSON)
    faults = CONTRACT.judge_request("register", body)
    assert not faults, faults
    first = stage.client.expect(202, None, "register", body, key=key)
    again = stage.client.expect(202, None, "register", body, key=key)
    assert again.json == first.json
    stage.client.expect(422, "idempotency-key-reused", "register", {**body, "phone": "0912345999"}, key=key)
    stage.client.expect(400, "idempotency-key-missing", "register", body, key="")
    stage.client.expect(400, "malformed-request", "register", data=b"{", headers={"Content-Type": "application/json"})
    stage.client.expect(415, "unsupported-media-type", "register", data=b"{}", headers={"Content-Type": "text/plain"})


@step
def confirming(stage):
    token = letter_token(stage, PERSON)
    stage.client.expect(404, None, "showConfirmation", token="nobody-knows-it")
    stage.client.expect(404, None, "confirm", token="nobody-knows-it")
    assert b"<button" in stage.client.expect(200, None, "showConfirmation", token=token).body
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    stage.client.expect(200, None, "confirm", data=b"", headers=form, token=token)
    stage.client.expect(202, None, "register", registration(OTHER))
    late = letter_token(stage, OTHER)
    stage.database.rows("UPDATE registration SET expires_at = 1 WHERE state = 'pending'")
    stage.database.rows("UPDATE registration_by_token SET expires_at = 1 WHERE person_id IN"
                        " (SELECT person_id FROM registration WHERE state = 'pending')")
    stage.client.expect(410, None, "showConfirmation", token=late)
    stage.client.expect(410, None, "confirm", token=late)


@step
def signing_in(stage):
    body = credentials(PERSON)
    faults = CONTRACT.judge_request("signIn", body)
    assert not faults, faults
    first = stage.client.expect(201, None, "signIn", body)
    assert first.json["last_sign_in"] is None
    second = stage.client.expect(201, None, "signIn", body)
    assert second.json["last_sign_in"]["network"] == "127.0.0.1"
    stage.client.expect(400, "malformed-request", "signIn", data=b"[]", headers={"Content-Type": "application/json"})
    stage.client.expect(415, "unsupported-media-type", "signIn", data=b"{}", headers={"Content-Type": "text/plain"})
    stage.client.token = first.json["token"]
    stage.client.expect(200, None, "getSession")
    stage.client.expect(204, None, "signOut")
    stage.client.expect(401, "session-required", "getSession")
    stage.client.token = second.json["token"]


@step
def what_needs_a_session_says_so(stage):
    for name, _, _, operation in CONTRACT.operations():
        if operation.get("security"):
            for field in ({"Authorization": "Bearer nonsense"}, {"Authorization": "Basic QTpC"}):
                stage.client.expect(401, "session-required", name, body_of(name), headers=field, **parameters_of(name))


@step
def applying_while_the_jobs_stand_still(stage):
    with stopped_jobs(stage):
        key = str(uuid.uuid4())
        faults = CONTRACT.judge_request("apply", application())
        assert not faults, faults
        first = stage.client.expect(202, None, "apply", application(), key=key)
        assert first.headers["retry-after"]
        again = stage.client.expect(202, None, "apply", application(), key=key)
        assert again.json["application_id"] == first.json["application_id"]
        stage.client.expect(422, "idempotency-key-reused", "apply", application(to="2025-11"), key=key)
        one = first.json["application_id"]
        assert stage.client.expect(200, None, "getApplication", id=one).headers["retry-after"]
        assert stage.client.expect(200, None, "listApplications").headers["retry-after"]
        stage.client.expect(409, "package-not-ready", "downloadPackage", id=one)
        for month in ("2025-10", "2025-11"):
            stage.client.expect(202, None, "apply", application(to=month))
        stage.client.expect(429, "too-many-requests", "apply", application(to="2025-09"))
    stage.client.expect(400, "idempotency-key-missing", "apply", application(), key="")
    stage.client.expect(400, "malformed-request", "apply", data=b"", headers={"Content-Type": "application/json"})
    stage.client.expect(415, "unsupported-media-type", "apply", data=b"{}", headers={"Content-Type": "text/plain"})
    stage.one = one


@step
def downloading(stage):
    def ready():
        answer = stage.client.expect(200, None, "getApplication", id=stage.one)
        return answer.json if answer.json["state"] == "ready" else None
    package = wait_until(ready, "the package was never ready", timeout=60)["package"]
    whole = stage.client.expect(200, None, "downloadPackage", id=stage.one)
    assert len(whole.body) == package["size"] and hashlib.sha256(whole.body).hexdigest() == package["sha256"]
    part = stage.client.expect(206, None, "downloadPackage", id=stage.one,
                               headers={"Range": "bytes=10-99", "If-Range": whole.headers["etag"]})
    assert part.body == whole.body[10:100]
    assert part.headers["content-range"] == f"bytes 10-99/{package['size']}"
    changed = stage.client.expect(200, None, "downloadPackage", id=stage.one,
                                  headers={"Range": "bytes=10-99", "If-Range": '"another"'})
    assert changed.body == whole.body
    stage.client.expect(416, "range-not-satisfiable", "downloadPackage", id=stage.one,
                        headers={"Range": f"bytes={package['size']}-"})
    stage.client.expect(200, None, "listApplications")
    for name in ("getApplication", "downloadPackage"):
        stage.client.expect(404, "not-found", name, id=UNKNOWN_ID)
    stage.database.rows(f"UPDATE application SET available_until = 1 WHERE application_id = '{stage.one}'")
    stage.client.expect(410, "package-expired", "downloadPackage", id=stage.one)


@step
def each_member_of_each_body_has_its_refusal(stage):
    """What the schema refuses the service refuses too, and names the member."""
    for name, whole in (("register", registration(OTHER)), ("signIn", credentials(OTHER)), ("apply", application())):
        schema = CONTRACT.closed(CONTRACT.operation(name)[3]["requestBody"]["content"]["application/json"]["schema"])
        for member, rule in schema["properties"].items():
            for value in violations(rule, member in schema["required"]):
                body = copy.deepcopy(whole)
                if value is MISSING:
                    del body[member]
                else:
                    body[member] = value
                assert CONTRACT.judge_request(name, body), (name, member, value)
                answer = stage.client.expect(422, "invalid-input", name, body)
                named = [field["field"] for field in answer.json["fields"]]
                assert named == [member], f"{name}: {member}={str(value)[:40]!r}: {named}"


@step
def every_field_code_of_the_contract_can_come(stage):
    codes = set()
    bodies = [("register", {**registration(OTHER), "password": "password1"}),
              ("register", {**registration(OTHER), "password": OTHER["id_number"] + "x"}),
              ("register", {**registration(OTHER), "password": "kurz"}),
              ("register", {**registration(OTHER), "name": "長" * 101}),
              ("register", {**registration(OTHER), "email": "nowhere"}),
              ("apply", application(categories=[])), ("apply", application(categories=["nothing"])),
              ("apply", application(categories=["lab", "lab"])), ("apply", application(to="2025-13")),
              ("apply", application(**{"from": "1990-01"})), ("apply", application(to="2999-01")),
              ("apply", application(**{"from": "2025-12", "to": "2025-01"})),
              ("apply", application(**{"from": "1995-03", "to": "2025-12"}))]
    for name, body in bodies:
        codes |= {field["code"] for field in stage.client.expect(422, "invalid-input", name, body).json["fields"]}
    schema = CONTRACT.closed({"$ref": "#/components/schemas/InvalidInput"})
    missing = set(schema["properties"]["fields"]["items"]["properties"]["code"]["enum"]) - codes
    assert not missing, f"never came: {missing}"


@step
def waits_after_failures(stage):
    wrong = {**registration(OTHER), "household_number": "Z9900001"}
    for _ in range(4):
        stage.client.expect(422, "registration-not-matching", "register", wrong)
    answer = stage.client.expect(429, "too-many-requests", "register", wrong)
    assert answer.json["wait_until"]
    for _ in range(4):
        stage.client.expect(401, "sign-in-failed", "signIn", credentials(OTHER, password="wrong-password-1"))
    answer = stage.client.expect(429, "sign-in-wait", "signIn", credentials(OTHER))
    assert answer.json["wait_until"]


@step
def other_methods_and_long_bodies(stage):
    allowed = {}
    for _, path, method, _ in CONTRACT.operations():
        allowed.setdefault(path, set()).update({method, "HEAD"} if method == "GET" else {method})
    for name, path, _, operation in CONTRACT.operations():
        answer = stage.client.expect(405, "method-not-allowed", name, method="PATCH", **parameters_of(name))
        if "text/html" in CONTRACT.resolve(operation["responses"]["405"])["content"]:
            stage.client.expect(405, None, name, method="PATCH", headers={"Accept": "text/html"}, **parameters_of(name))
        assert set(answer.headers["allow"].split(", ")) == allowed[path], answer.headers
        stage.client.expect(413, "too-large", name, data=b"x" * 8193, **parameters_of(name))


@step
def a_locked_database_is_a_busy_service(stage):
    with stage.database.lock():
        stage.client.expect(503, "overloaded", "register", registration(persona("lin-zhi-ming")))


@step
def a_broken_database_is_an_internal_error(stage):
    for table in stage.database.tables():
        stage.database.rows(f"ALTER TABLE {table} RENAME TO lost_{table}")
    for name, _, _, operation in CONTRACT.operations():
        if "500" in operation["responses"]:
            page = "text/html" in CONTRACT.resolve(operation["responses"]["500"])["content"]
            stage.client.expect(500, None if page else "internal", name, body_of(name), **parameters_of(name))


def a_damaged_database_is_a_service_out_of_order(folder):
    with contextlib.closing(Stage(folder, "damaged", workers=1)) as stage:
        stage.database.ruin()
        stage.client.token = "x" * 43
        for name, _, _, operation in CONTRACT.operations():
            if "500" in operation["responses"]:
                page = "text/html" in CONTRACT.resolve(operation["responses"]["503"])["content"]
                stage.client.expect(503, None if page else "unavailable", name, body_of(name), **parameters_of(name))
        wait_until(lambda: stage.client.send("getReady").status == 503, "the node is not ready")
        stage.client.expect(503, "unavailable", "getReady")
        stage.client.expect(200, None, "getLive")


def one_request_after_another_is_too_many(folder):
    with contextlib.closing(Stage(folder, "rates", **{"workers": 1, "rate-per-minute": 1, "hashing-rate-per-minute": 1})) as stage:
        for name, _, _, operation in CONTRACT.operations():
            page = "text/html" in CONTRACT.resolve(operation["responses"]["429"])["content"]
            stage.client.expect(429, None if page else "too-many-requests", name, body_of(name), **parameters_of(name))


def a_full_queue_sheds(folder):
    """One request holds the only thread, because the database is locked, and another the only place in the queue."""
    limits = {"workers": 1, "threads": 1, "queue": 1, "hashing-threads": 1, "hashing-queue": 1}
    with contextlib.closing(Stage(folder, "queues", **limits)) as stage:
        stage.client.token = "x" * 43
        for name, _, _, operation in CONTRACT.operations():
            if "500" in operation["responses"]:  # what waits for the database; /health/ready never does
                page = "text/html" in CONTRACT.resolve(operation["responses"]["503"])["content"]
                shed(stage, name, None if page else "overloaded")


def shed(stage, name, problem):
    hashes = name in ("register", "signIn")
    blocker = request_text("signIn" if hashes else "confirm", stage)
    with stage.database.lock(readers_too=True), contextlib.ExitStack() as stack:
        waiting = []

        def is_full():
            """One more waits for the database; when one of them is refused, thread and queue are both taken."""
            raw = socket.create_connection(("localhost", stage.service.port), timeout=60)
            waiting.append(stack.enter_context(stage.client.tls.wrap_socket(raw, server_hostname="localhost")))
            waiting[-1].sendall(blocker)
            return any(is_refused(stream) for stream in waiting)
        wait_until(is_full, "the queue is never full", timeout=60)
        stage.client.expect(503, problem, name, body_of(name), **parameters_of(name))


def is_refused(stream):
    stream.settimeout(0.1)
    try:
        return stream.recv(4096).startswith(b"HTTP/1.1 503")
    except TimeoutError:
        return False


def request_text(name, stage):
    _, path, method, _ = CONTRACT.operation(name)
    body = json.dumps(body_of(name)) if body_of(name) else ""
    return (f"{method} {path.format(**parameters_of(name))} HTTP/1.1\r\nHost: localhost:{stage.service.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()


# ---- help ----

MISSING = object()


def violations(rule, required):
    """Values that break one rule each."""
    if required:
        yield MISSING
    if rule.get("type") == "string" or "enum" in rule:
        yield 7
    if rule.get("type") == "integer":
        yield from ("7", 7.5)
    if rule.get("type") == "array":
        yield from ("lab", [])
        yield [7]
    if "maxLength" in rule and rule["maxLength"] < 4096:
        yield "長" * (rule["maxLength"] + 1)
    if rule.get("minLength"):
        yield "x" * (rule["minLength"] - 1)
    if "minimum" in rule:
        yield rule["minimum"] - 1
    if "maximum" in rule:
        yield rule["maximum"] + 1
    if "pattern" in rule or "enum" in rule or rule.get("format"):
        yield "?"


@contextlib.contextmanager
def stopped_jobs(stage):
    """SIGSTOP for the worker of the jobs, at a moment when it does not hold the database."""
    jobs = next(pid for pid in stage.service.workers() if "jobs" in thread_names(pid))
    os.kill(jobs, signal.SIGSTOP)
    while not (lock := stage.database.try_lock()):
        os.kill(jobs, signal.SIGCONT)
        os.kill(jobs, signal.SIGSTOP)
    lock.stop()
    try:
        yield
    finally:
        os.kill(jobs, signal.SIGCONT)


def thread_names(pid):
    names = set()
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/comm", encoding="utf-8") as file:
            names.add(file.read().strip())
    return names


def the_service_ends_clean(stage):
    stage.close()


def everything_declared_came(_):
    unseen = list(CONTRACT.unseen())
    total = sum(len(operation["responses"]) for _, _, _, operation in CONTRACT.operations())
    print(f"# {len(CONTRACT.seen)} of {total} declared answers came; not provoked: {'these' if unseen else 'none'}")
    for name, status, problem in unseen:
        print(f"#   {name:18} {status} {problem or ''}")
    assert not unseen, f"{len(unseen)} declared answers never came"


def run(number, function, argument):
    try:
        function(argument)
        good = True
    except Exception as error:  # pylint: disable=broad-except
        good = False
        for line in traceback.format_exc().splitlines()[-5:-1] + str(error).splitlines():
            print("# " + line)
    print(f"{'ok' if good else 'not ok'} {number} /contract/{function.__name__.replace('_', '-')}", flush=True)
    return good


def main():
    last = (a_damaged_database_is_a_service_out_of_order, one_request_after_another_is_too_many, a_full_queue_sheds,
            everything_declared_came)
    print(f"1..{len(STEPS) + 1 + len(last)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="nhicard-contract-") as folder:
        stage, good = Stage(folder, "main"), []
        try:
            good += [run(number, one, stage) for number, one in enumerate(STEPS, 1)]
        finally:
            good.append(run(len(STEPS) + 1, the_service_ends_clean, stage))
        good += [run(number, one, folder) for number, one in enumerate(last, len(STEPS) + 2)]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
