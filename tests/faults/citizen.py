# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's way over the API, step by step, as the client goes it."""

import datetime
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
import uuid

from framework import expect

from environment import mailbox
from environment.processes import wait_until
from environment.world import persona

FIELDS = ("card_number", "id_number", "name", "birth_date", "household_number", "village_code", "email", "phone",
          "password")


def form(key, **changes):
    person = persona(key)
    body = {name: person[name] for name in FIELDS}
    body.update(neighbourhood=int(person["neighbourhood"]), language="zh-TW")
    body.update(changes)
    return body


def post(service, path, body, key=None, token=None, **headers):
    """(status, answer) of a create; status 0 when the connection broke."""
    return service.request("POST", path, body, token, {"Idempotency-Key": key or str(uuid.uuid4()), **headers})


def whole(service, method, path, body=None, key=None, token=None):
    """Status, headers and answer, for who wants to see what post() leaves out."""
    fields = {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid.uuid4()), "Accept-Language": "zh-TW"}
    if token:
        fields["Authorization"] = "Bearer " + token
    request = urllib.request.Request(service.uri + path, method=method, headers=fields,
                                     data=json.dumps(body).encode() if body is not None else None)
    context = ssl.create_default_context(cafile=service.ca_file)
    try:
        with urllib.request.urlopen(request, context=context, timeout=40) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.loads(error.read())


def register(service, person="chen-mei-ling", **options):
    return post(service, "/api/v1/registrations", form(person), **options)


def confirm(service, letter):
    path = urllib.parse.urlparse(mailbox.confirm_link(letter)).path
    status, page = service.request("POST", path)
    expect(status == 200, f"confirming gave {status}: {page!r}")


def letters_to(service, key):
    return [name for name in mailbox.letters_in_folder(service.mail_folder)
            if persona(key)["email"] in str(mailbox.read_letter(name)["To"])]


def sign_up(service, key="chen-mei-ling"):
    """From nothing to a session's token, with letters in a folder."""
    before = len(letters_to(service, key))
    status, answer = register(service, key)
    expect(status == 202, f"{status} {answer}")
    names = wait_until(lambda: letters_to(service, key)[before:], "the letter")
    confirm(service, mailbox.read_letter(names[0]))
    return service.sign_in(persona(key))


def month():
    taipei = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)
    return taipei.strftime("%Y-%m")


def application(categories=("outpatient", "lab"), years=2):
    to = month()
    return {"categories": list(categories), "from": f"{int(to[:4]) - years}{to[4:]}", "to": to}


ALL = ("card-status", "premium-billing", "premium-payment", "outpatient", "dental", "lab")


def apply(service, token, body=None, key=None):
    return post(service, "/api/v1/health-bank/applications", body or application(), key, token)


def look(service, token, identifier):
    return service.request("GET", f"/api/v1/health-bank/applications/{identifier}", token=token)


def wait_ready(service, token, identifier, timeout=30):
    def ready():
        status, answer = look(service, token, identifier)
        return answer if status == 200 and answer["state"] != "processing" else None
    answer = wait_until(ready, f"application {identifier}", timeout)
    expect(answer["state"] == "ready", answer)
    return answer
