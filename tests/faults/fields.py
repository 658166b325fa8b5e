# SPDX-License-Identifier: GPL-3.0-or-later
"""Every field of every route from a hostile and from a clumsy citizen: what reads the same is taken, the rest is told."""

import http.client
import json
import ssl
import sys
import uuid

import citizen
from framework import NO_RATE, case, expect, main, service

from environment.world import persona

REGISTRATIONS, SESSIONS = "/api/v1/registrations", "/api/v1/sessions"
APPLICATIONS = "/api/v1/health-bank/applications"
HOSTILE = (7, True, ["x"], {"a": 1}, "", "   ", "\u200b", "x" * 3000, "💳👍", "a\u0007b", "'; DROP TABLE person; --",
           "%s%n%x", "<script>alert(1)</script>", "../../etc/passwd")


def full_width(text):
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


CLUMSY = (full_width, str.lower, lambda text: text + "  ", lambda text: "　" + text, lambda text: text + "\u00a0",
          lambda text: "\ufeff" + text + "\u200b")


def send(one, method, path, data=b"", token=None, **headers):
    """(status, headers, JSON or text) of raw bytes."""
    context = ssl.create_default_context(cafile=one.ca_file)
    connection = http.client.HTTPSConnection("localhost", one.port, context=context, timeout=30)
    named = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    named.update({name.replace("_", "-"): value for name, value in headers.items()})
    if token:
        named["Authorization"] = "Bearer " + token
    try:
        connection.request(method, path, data, {name: value for name, value in named.items() if value is not None})
        answer = connection.getresponse()
        body = answer.read()
        kind = answer.headers.get("Content-Type", "")
        return answer.status, answer.headers, json.loads(body) if "json" in kind else body.decode()
    finally:
        connection.close()


def is_sentence(text, language):
    """In the language asked for, whole, and without what belongs into a log."""
    chinese = any("\u4e00" <= one <= "\u9fff" for one in text)
    return (chinese and text.endswith("。")) if language == "zh-TW" else text.endswith(".") and text[0].isupper()


def told(status, problem, language, field=None):
    expect(400 <= status < 500 and isinstance(problem, dict), f"{status} {problem}")
    expect(is_sentence(problem["detail"], language), problem)
    for entry in problem.get("fields", []):
        expect(is_sentence(entry["message"], language), entry)
    if field:
        expect([entry["field"] for entry in problem.get("fields", [])] == [field], f"{field}: {status} {problem}")


def forget_attempts(one):
    one.database.rows("DELETE FROM attempt")


@case
def hostile_registrations(folder):
    with service(folder, settings=NO_RATE) as one:
        good = citizen.form("chen-mei-ling")
        for language in ("zh-TW", "en"):
            for field in good:
                for value in HOSTILE:
                    if field == "neighbourhood" and value == 7 or field == "password" and is_fair_password(value):
                        continue
                    status, _, problem = send(one, "POST", REGISTRATIONS, json.dumps({**good, field: value}).encode(),
                                              Accept_Language=language)
                    if field == "name" and status in (422, 429) and "fields" not in problem:
                        told(status, problem, language)
                        forget_attempts(one)
                    else:
                        told(status, problem, language, field)
                left_out = {name: value for name, value in good.items() if name != field}
                if field != "language":
                    status, _, problem = send(one, "POST", REGISTRATIONS, json.dumps(left_out).encode(),
                                              Accept_Language=language)
                    told(status, problem, language, field)
        expect(one.database.value("SELECT count(*) FROM registration") == 0, "somebody is registered")


def is_fair_password(value):
    return isinstance(value, str) and 8 <= len(value) <= 256


@case
def clumsy_registrations(folder):
    """Copied from a chat, typed with a Chinese keyboard: the same person, so it is taken."""
    with service(folder, settings=NO_RATE) as one:
        for key in ("chen-mei-ling", "tanaka-kenichi"):
            good = citizen.form(key)
            for field in set(good) - {"neighbourhood", "language", "password"}:
                for change in CLUMSY:
                    forget_attempts(one)
                    body = {**good, field: change(good[field])}
                    status, answer = citizen.post(one, REGISTRATIONS, body)
                    expect(status == 202, f"{field} as {body[field]!r}: {status} {answer}")


@case
def sessions(folder):
    with service(folder, settings=NO_RATE) as one:
        citizen.sign_up(one)
        person = persona("chen-mei-ling")
        good = {name: person[name] for name in ("card_number", "id_number", "password")}
        for language in ("zh-TW", "en"):
            for field in good:
                for value in HOSTILE:
                    forget_attempts(one)
                    status, _, problem = send(one, "POST", SESSIONS, json.dumps({**good, field: value}).encode(),
                                              Accept_Language=language)
                    told(status, problem, language, None if status == 401 else field)
        for field in ("card_number", "id_number"):
            for change in CLUMSY:
                forget_attempts(one)
                status, answer = citizen.post(one, SESSIONS, {**good, field: change(good[field])})
                expect(status == 201, f"{field}: {status} {answer}")


@case
def waiting_is_told_with_its_length(folder):
    with service(folder, settings=NO_RATE) as one:
        citizen.sign_up(one)
        person = persona("chen-mei-ling")
        wrong = json.dumps({"card_number": person["card_number"], "id_number": person["id_number"],
                            "password": "not this one"}).encode()
        for _ in range(10):
            status, headers, problem = send(one, "POST", SESSIONS, wrong, Accept_Language="zh-TW")
            if status == 429:
                break
            expect(status == 401 and "確認信" in problem["detail"], problem)
        expect(status == 429 and int(headers["Retry-After"]) > 0, f"{status} {problem}")
        expect("秒" in problem["detail"] or "分鐘" in problem["detail"], problem)


@case
def applications(folder):
    with service(folder, settings=NO_RATE) as one:
        token = citizen.sign_up(one)
        good = citizen.application()
        months = ("2025-13", "2025-1", "114-01", "2025-01-05", "２０２５－０１", "9999-12", "0000-00", "-001-01")
        for language in ("zh-TW", "en"):
            for field, values in (("from", HOSTILE + months), ("to", HOSTILE + months),
                                  ("categories", HOSTILE + ([], ["labs"], ["LAB"], ["lab", "lab"], [None], [["lab"]],
                                                            ["lab"] * 500))):
                for value in values:
                    status, _, problem = send(one, "POST", APPLICATIONS, json.dumps({**good, field: value}).encode(),
                                              token, Accept_Language=language)
                    told(status, problem, language)
                    expect(field in [entry["field"] for entry in problem["fields"]]
                           or problem["fields"][0]["field"] == "from", problem)


@case
def bodies(folder):
    with service(folder, settings=NO_RATE) as one:
        token = citizen.sign_up(one)
        for data, wanted in ((b"", 400), (b"hello", 400), (b"[]", 400), (b"null", 400), (b"{", 400), (b"{}{}", 400),
                             (b'{"from":"1","from":"2"}', 400), (b'{"from":"\xff"}', 400), (b'{"a":"\\u0000"}', 400),
                             (b"[" * 4000, 400), (b'{"from":1e999999}', 422), (b" " * 20000, 413),
                             (b'{"from":"\\ud83d"}', 400)):
            status, _, problem = send(one, "POST", APPLICATIONS, data, token, Accept_Language="zh-TW")
            expect(status == wanted, f"{data[:40]!r}: {status} {problem}")
        for headers, wanted in (({"Content_Type": "text/plain"}, 415), ({"Content_Type": None}, 415),
                                ({"Idempotency_Key": None}, 400), ({"Idempotency_Key": "1"}, 400),
                                ({"Authorization": "Basic eDp5"}, 401), ({"Authorization": "Bearer nobody"}, 401),
                                ({"Authorization": "Bearer " + "x" * 5000}, 401), ({"X_Huge": "x" * 70000}, 431)):
            bearer = None if "Authorization" in headers else token
            for language in ("zh-TW", "en"):
                status, _, problem = send(one, "POST", APPLICATIONS, b"{}", bearer, Accept_Language=language, **headers)
                expect(status == wanted, f"{headers}: {status} {problem}")
                if wanted != 431:
                    told(status, problem, language)


@case
def addresses(folder):
    with service(folder, settings=NO_RATE) as one:
        token = citizen.sign_up(one)
        for method, path, wanted in (
                ("GET", APPLICATIONS + "/x", 404), ("GET", APPLICATIONS + "/%F0%9F%92%B3", 404),
                ("GET", APPLICATIONS + "/%00", 404), ("GET", APPLICATIONS + "/..%2f..", 404),
                ("GET", APPLICATIONS + "/" + str(uuid.uuid4()) + "/package", 404), ("DELETE", APPLICATIONS, 405),
                ("PUT", "/api/v1/session", 405), ("GET", "/api/v1/nothing", 404), ("OPTIONS", "/api/v1/service", 405)):
            for language in ("zh-TW", "en"):
                status, _, problem = send(one, method, path, token=token, Accept_Language=language)
                expect(status == wanted, f"{method} {path}: {status} {problem}")
                told(status, problem, language)
        for path in ("/confirm/x", "/confirm/" + "A" * 43, "/confirm/%F0%9F%92%B3", "/confirm/%3Cscript%3E"):
            for method in ("GET", "POST"):
                status, _, page = send(one, method, path, Accept_Language="zh-TW")
                expect(status == 404 and "找不到這個確認網址" in page and "<script" not in page, f"{status} {page}")
        status, _, problem = send(one, "GET", APPLICATIONS + "/" + "9" * 5000, token=token)
        expect(status == 414, f"{status} {problem}")


if __name__ == "__main__":
    sys.exit(main("fields"))
