#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shipped client really sends, heard by a recorder between it and the service, judged by data/openapi.yaml.
TAP on stdout."""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import ssl
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "journeys")]

from contract import Answer, Contract  # noqa: E402
from environment import mailbox  # noqa: E402
from environment.processes import free_ports  # noqa: E402
from environment.world import persona  # noqa: E402
from framework import Journey, main  # noqa: E402
import way  # noqa: E402

CONTRACT = Contract()
PERSON = persona("chen-mei-ling")
journey = Journey("contract", display=False)


class Recorder:
    """A front with the service's own certificate: passes everything on and keeps what it saw."""

    def __init__(self, service):
        self.service = service
        self.tls = ssl.create_default_context(cafile=service.ca_file)
        self.heard = []  # (method, path, header fields, body, Answer)
        self.port = free_ports()
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                recorder.pass_on(self)

            do_GET = do_POST = do_DELETE = do_HEAD = pass_on

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(service.certificate, service.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def pass_on(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        fields = {name: value for name, value in handler.headers.items() if name.lower() not in ("connection", "host")}
        connection = http.client.HTTPSConnection("localhost", self.service.port, context=self.tls, timeout=60)
        with contextlib.closing(connection):
            connection.request(handler.command, handler.path, body or None, fields)
            came = connection.getresponse()
            answer = Answer(came.status, came.getheaders(), came.read())
        self.heard.append((handler.command, handler.path, {name.lower(): value for name, value in fields.items()}, body, answer))
        handler.send_response_only(answer.status)
        for name, value in came.getheaders():
            if name.lower() != "connection":
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(answer.body)


def command(world, *arguments, stdin=PERSON["password"] + "\n", code=0):
    answer = world.terminal(*arguments, stdin=stdin, NHICARD_SERVICE_URI=f"https://localhost:{world.recorder.port}")
    assert answer.returncode == code, f"{arguments}: {answer.returncode}: {answer.stdout}{answer.stderr}"


def operation_of(method, path):
    for name, template, wanted, operation in CONTRACT.operations():
        pattern = re.sub(r"\\{\w+\\}|{\w+}", "[^/]+", template)
        if method == wanted and re.fullmatch(pattern, path):
            return name, operation
    raise AssertionError(f"{method} {path} is in no contract")


@journey.step("the-client-goes-its-whole-way")
def _(world):
    world.recorder = Recorder(world.service)
    world.card.insert(PERSON["key"])
    command(world, "card", "--wait")
    command(world, "register", "--household-number", PERSON["household_number"], "--village-code", PERSON["village_code"],
            "--neighbourhood", PERSON["neighbourhood"], "--email", PERSON["email"], "--phone", PERSON["phone"],
            "--password-file=-")
    way.confirm(mailbox.confirm_link(world.mailbox.wait_for_letter(PERSON["email"])), world.service.ca_file)
    command(world, "sign-in", "--password-file=-", stdin="wrong-password-1\n", code=5)
    command(world, "sign-in", "--password-file=-")
    command(world, "health-bank", "categories")
    command(world, "health-bank", "apply", "--wait")
    command(world, "health-bank", "list")
    command(world, "health-bank", "download", "--output", os.path.join(world.downloads, "package.zip"))
    command(world, "sign-out")


@journey.step("each-body-is-what-the-contract-asks-for")
def _(world):
    bodies = 0
    for method, path, fields, body, _ in world.recorder.heard:
        name, operation = operation_of(method, path)
        if "requestBody" not in operation:
            assert not body, f"{name}: a body that nobody asked for"
            continue
        assert fields["content-type"].split(";")[0] == "application/json", fields
        faults = CONTRACT.judge_request(name, json.loads(body))
        assert not faults, faults
        bodies += 1
    assert bodies >= 4, bodies


@journey.step("each-field-is-there-that-must-be")
def _(world):
    for method, path, fields, _, _ in world.recorder.heard:
        name, operation = operation_of(method, path)
        for parameter in map(CONTRACT.resolve, operation.get("parameters", ())):
            field = parameter["name"].lower()
            assert field in fields or not parameter.get("required"), f"{name}: {field} is missing"
            if field in fields:
                faults = CONTRACT.faults_of(parameter["schema"], fields[field], f"{name}: {field}")
                assert not faults, faults
        if operation.get("security"):
            assert re.fullmatch(r"Bearer [A-Za-z0-9_-]{43}", fields["authorization"]), name


@journey.step("each-answer-it-got-is-in-the-contract")
def _(world):
    for method, path, _, _, answer in world.recorder.heard:
        faults = CONTRACT.judge_answer(operation_of(method, path)[0], answer)
        assert not faults, faults


@journey.step("it-used-every-operation-that-is-the-clients")
def _(world):
    used = {operation_of(method, path)[0] for method, path, *_ in world.recorder.heard}
    print(f"# used: {', '.join(sorted(used))}")
    missing = {"register", "signIn", "signOut", "listCategories", "apply", "listApplications", "getApplication",
               "downloadPackage"} - used
    assert not missing, missing


if __name__ == "__main__":
    main(journey)
