#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract and the program say the same: routes and problem types, both ways; every reference leads somewhere. TAP on stdout."""

import re
import subprocess
import sys

import yaml

DAEMON, CONTRACT, NAMES = sys.argv[1:4]
METHODS = {"get", "post", "put", "patch", "delete"}


def routes_of(contract):
    return {f"{method.upper()} {path}" for path, item in contract["paths"].items() for method in item if method in METHODS}


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolves(contract, reference):
    node = contract
    for part in reference.removeprefix("#/").split("/"):
        if part not in node:
            return False
        node = node[part]
    return True


def operations(contract):
    for path, item in contract["paths"].items():
        for method in METHODS & item.keys():
            yield f"{method} {path}", item[method], item.get("parameters", [])


def main():
    with open(CONTRACT, encoding="utf-8") as file:
        contract = yaml.safe_load(file)
    with open(NAMES, encoding="utf-8") as file:
        slugs = set(re.findall(r'#define NHI_PROBLEM_(?!PREFIX)\w+ "([^"]+)"', file.read()))
    program = set(subprocess.run([DAEMON, "--list-routes"], check=True, capture_output=True, text=True).stdout.splitlines())
    types = {kind.rsplit("/", 1)[1] for kind in contract["components"]["schemas"]["ProblemType"]["enum"]}
    missing = [name for name, operation, shared in operations(contract)
               for wanted in re.findall(r"{(\w+)}", name)
               if wanted not in {resolve(contract, one)["name"] for one in shared + operation.get("parameters", [])}]
    bodies = [name for name, operation, _ in operations(contract)
              if "requestBody" in operation and "application/json" in operation["requestBody"]["content"]
              and not {"400", "413", "415", "422"} <= operation["responses"].keys()]
    sessions = [name for name, operation, _ in operations(contract)
                if operation.get("security") and "401" not in operation["responses"]]
    common = [name for name, operation, _ in operations(contract)
              if not {"405", "413", "429"} <= operation["responses"].keys()]
    waiting = [name for name, operation, _ in operations(contract)
               if "500" in operation["responses"] and "503" not in operation["responses"]]
    checks = [
        ("every route of the program is in the contract", program - routes_of(contract)),
        ("every route of the contract is in the program", routes_of(contract) - program),
        ("every problem type of api.h is in the contract", slugs - types),
        ("every problem type of the contract is in api.h", types - slugs),
        ("every reference leads somewhere", {one for one in references(contract) if not resolves(contract, one)}),
        ("every part of a path is a parameter", missing),
        ("every JSON body can be refused", bodies),
        ("every session can be missing", sessions),
        ("every route can be refused for method, size and rate", common),
        ("every route that may wait for the database can be refused for load", waiting),
    ]
    print(f"1..{len(checks)}")
    for number, (name, wrong) in enumerate(checks, 1):
        for one in sorted(wrong):
            print(f"# {one}")
        print(f"{'not ok' if wrong else 'ok'} {number} {name}")
    sys.exit(any(wrong for _, wrong in checks))


def resolve(contract, node):
    if "$ref" not in node:
        return node
    for part in node["$ref"].removeprefix("#/").split("/"):
        contract = contract[part]
    return contract


main()
