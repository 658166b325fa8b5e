# SPDX-License-Identifier: GPL-3.0-or-later
"""data/openapi.yaml as a judge of real requests and answers: stricter than a client, which forgives members it does not know."""

import json
import pathlib
import re
import uuid

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
METHODS = ("get", "post", "put", "patch", "delete")
# What the contract's introduction says of every answer, and what HTTP itself needs.
COMMON = {"content-type", "content-length", "date", "connection", "keep-alive", "cache-control", "x-content-type-options",
          "referrer-policy", "content-security-policy", "strict-transport-security"}

formats = jsonschema.FormatChecker(formats=("date", "email"))


@formats.checks("date-time")
def is_instant(value):
    return not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None


@formats.checks("uuid", raises=ValueError)
def is_uuid(value):
    return not isinstance(value, str) or str(uuid.UUID(value)) == value.lower()


class Answer:
    """One answer as it came over the wire."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.names = [name.lower() for name, _ in headers]
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def media_type(self):
        return self.headers.get("content-type", "").split(";")[0].strip()

    @property
    def problem(self):
        """The last part of the problem's type, or None."""
        return self.json["type"].rsplit("/", 1)[1] if self.media_type == "application/problem+json" else None


class Contract:
    def __init__(self, path=ROOT / "data" / "openapi.yaml"):
        with open(path, encoding="utf-8") as file:
            self.document = yaml.safe_load(file)
        self.seen = {}  # (operation, status) -> the problem types, or media types, that came

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def operations(self):
        """(name, path, method, operation) of each."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield item[method]["operationId"], path, method.upper(), item[method]

    def operation(self, name):
        return next(one for one in self.operations() if one[0] == name)

    def closed(self, schema):
        """@schema without references, allOf melted into one, every object closed against members it does not list."""
        schema = dict(self.resolve(schema))
        for part in schema.pop("allOf", ()):
            part = self.closed(part)
            part.pop("additionalProperties", None)
            for key, value in part.items():
                if key == "properties":
                    schema[key] = {**schema.get(key, {}), **value}
                elif key == "required":
                    schema[key] = schema.get(key, []) + value
                else:
                    schema[key] = value
        if "properties" in schema:
            schema["properties"] = {name: self.closed(one) for name, one in schema["properties"].items()}
            schema["additionalProperties"] = False
        if "items" in schema:
            schema["items"] = self.closed(schema["items"])
        return schema

    def faults_of(self, schema, value, where):
        validator = jsonschema.Draft202012Validator(self.closed(schema), format_checker=formats)
        return [f"{where} {'/'.join(map(str, one.absolute_path))}: {one.message}" for one in validator.iter_errors(value)]

    def judge_request(self, name, body):
        """Faults of a JSON body that is sent to the operation @name."""
        schema = self.operation(name)[3]["requestBody"]["content"]["application/json"]["schema"]
        return self.faults_of(schema, body, f"{name}: request")

    def judge_answer(self, name, answer):
        """Faults of @answer to the operation @name."""
        where = f"{name}: {answer.status}"
        declared = self.operation(name)[3]["responses"].get(str(answer.status))
        if declared is None:
            return [f"{where} is not declared; {answer.body[:200]!r}"]
        declared = self.resolve(declared)
        problem = answer.problem
        self.seen.setdefault((name, str(answer.status)), set()).add(problem or answer.media_type)
        faults = self._judge_headers(where, answer, declared) + self._judge_body(where, answer, declared)
        if problem and problem not in re.findall(r"[a-z]+(?:-[a-z]+)*", declared["description"]):
            faults.append(f"{where}: the description does not name {problem}")
        return faults

    def _judge_headers(self, where, answer, declared):
        headers = {name.lower(): self.resolve(header) for name, header in declared.get("headers", {}).items()}
        faults = [f"{where}: {name} came twice" for name in set(answer.names) if answer.names.count(name) > 1]
        faults += [f"{where}: {name} is not declared" for name in answer.headers if name not in headers and name not in COMMON]
        for name, header in headers.items():
            if name in answer.headers:
                integer = header["schema"].get("type") == "integer"
                value = answer.headers[name]
                faults += self.faults_of(header["schema"], int(value) if integer else value, f"{where}: {name}")
            elif header.get("required"):
                faults.append(f"{where}: {name} is missing")
        if "cache-control" not in headers and answer.headers.get("cache-control") != "no-store":
            faults.append(f"{where}: Cache-Control is {answer.headers.get('cache-control')!r}")
        if answer.headers.get("x-content-type-options") != "nosniff":
            faults.append(f"{where}: X-Content-Type-Options is missing")
        return faults

    def _judge_body(self, where, answer, declared):
        content = declared.get("content", {})
        if not content:
            return [f"{where}: a body came where none is declared"] if answer.body or answer.media_type else []
        if answer.media_type not in content:
            return [f"{where}: the media type is {answer.media_type!r}"]
        if int(answer.headers["content-length"]) != len(answer.body):
            return [f"{where}: Content-Length is not the length"]
        if not answer.media_type.endswith("json"):
            return [] if answer.body else [f"{where}: the body is empty"]
        faults = self.faults_of(content[answer.media_type]["schema"], answer.json, f"{where}: body")
        if answer.problem and answer.json["status"] != answer.status:
            faults.append(f"{where}: the problem says status {answer.json['status']}")
        return faults

    def unseen(self):
        """(operation, status, problem type or None) of what is declared and never came."""
        types = {one.rsplit("/", 1)[1] for one in self.document["components"]["schemas"]["ProblemType"]["enum"]}
        for name, _, _, operation in self.operations():
            for status, declared in operation["responses"].items():
                declared = self.resolve(declared)
                named = types & set(re.findall(r"[a-z]+(?:-[a-z]+)*", declared["description"]))
                seen = self.seen.get((name, status), set())
                if not seen:
                    yield name, status, None
                elif "application/problem+json" in declared.get("content", {}):
                    yield from ((name, status, one) for one in sorted(named - seen))
