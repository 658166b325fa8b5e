#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three nodes on one database behind the shipped HAProxy configuration, in both of its forms: restarted one after another
under load, killed under load, and who the client is. TAP on stdout."""

import os
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / name) for name in ("faults", "")]

import citizen  # noqa: E402
import front  # noqa: E402
import load  # noqa: E402
from framework import case, expect, main  # noqa: E402
from house import PATIENCE, house  # noqa: E402

from environment.database import engine  # noqa: E402
from environment.processes import Missing, wait_until  # noqa: E402
from environment.service import make_certificates  # noqa: E402
from environment.world import persona  # noqa: E402

APPLICANTS = ("chen-mei-ling", "lin-zhi-ming")
OTHERS = ("wang-kun", "gumu-haju")
SIGNERS = ("ten-years", "zheng-shu-fen")  # by themselves: many sign-ins of one person end the oldest sessions
MOST_CREATED = 9  # of one person; 20 may be kept


@case
def the_shipped_configuration_is_valid(folder):
    _, certificate, key = make_certificates(os.path.join(folder, "tls"))
    path = os.path.join(folder, "haproxy.cfg")
    with open(path, "w", encoding="utf-8") as file:
        file.write(front.shipped(front.write_pem(folder, certificate, key)))
    expect(not front.check(path), lambda: front.check(path))


class Crowd:
    """Everything a citizen does, through both forms at once, over connections that are kept and over new ones."""

    def __init__(self, one):
        self.house = one
        self.load = load.Load()
        self.created, self.signed_in = {}, []
        ports = {"pass": one.front.port, "end": one.front.ending_port}
        tokens = {name: one.sign_up(name) for name in APPLICANTS + OTHERS + SIGNERS}
        package, digest = self._package(tokens[OTHERS[0]])
        self.before = {row[0] for row in one.database.rows("SELECT application_id FROM application")}
        self.sessions_before = one.database.value("SELECT count(*) FROM sign_in")
        for number, (form, port) in enumerate(ports.items()):
            def client(what, last, keeps=True, token=None, form=form, port=port, number=number):
                return load.Client(one, f"{form}-{what}", f"127.{20 + number}.{last}.1", port, keeps, token)

            applicant, other = tokens[APPLICANTS[number]], tokens[OTHERS[number]]
            for last in (1, 2, 3):
                one_of_many = client(f"look-{last}", last, token=other)
                self.load.add(one_of_many, load.look_around(one_of_many))
            new = client("look-anew", 4, keeps=False, token=other)
            self.load.add(new, load.look_around(new))
            applying = client("apply", 5, token=applicant)
            self.load.add(applying, load.apply(applying, self.created, MOST_CREATED))
            signing = client("sign-in", 6, keeps=False)
            self.load.add(signing, load.sign_in_and_out(signing, persona(SIGNERS[number]), self.signed_in))
            for keeps in (True, False):
                fetching = client("fetch" if keeps else "fetch-anew", 7 + keeps, keeps, tokens[OTHERS[0]])
                self.load.add(fetching, load.download(fetching, package, digest))

    def _package(self, token):
        status, answer = citizen.apply(self.house, token)
        expect(status == 202, f"{status} {answer}")
        ready = citizen.wait_ready(self.house, token, answer["application_id"], 60)
        return answer["application_id"], ready["package"]["sha256"]

    def wait_for_requests(self, more):
        """Until every client has done so many more."""
        wanted = {client.name: client.requests + more for client in self.load.clients}
        wait_until(lambda: all(client.requests >= wanted[client.name] for client in self.load.clients),
                   lambda: f"{[(client.name, client.requests) for client in self.load.clients]}", PATIENCE, pause=0.1)

    def check_created(self):
        """Every key gave one thing, and there is nothing else."""
        expect(all(len(ids) <= 1 for ids in self.created.values()), self.created)
        ids = [identifier for ids in self.created.values() for identifier in ids]
        found = {row[0] for row in self.house.database.rows("SELECT application_id FROM application")} - self.before
        expect(len(ids) == len(set(ids)) and set(ids) == found, f"created {len(ids)}: {ids}\nfound {len(found)}: {found}")
        expect(ids, "nothing was created")
        made = self.house.database.value("SELECT count(*) FROM sign_in") - self.sessions_before
        return len(ids), made

    def tell(self):
        print(f"# {self.load.total('requests')} requests over {self.load.total('connections')} connections, "
              f"{len(self.load.failures)} failed, {self.load.total('stale')} met a connection that had been closed while idle; "
              f"{sum(map(len, self.created.values()))} applications, {len(self.signed_in)} sign-ins", flush=True)


@case
def nodes_are_restarted_one_after_another_and_nobody_notices(folder):
    with house(folder) as one:
        crowd = Crowd(one)
        crowd.load.start()
        try:
            for node in one.nodes:
                crowd.wait_for_requests(10)
                code = node.end()
                expect(code == 0, f"{node.name} ended with {code}: {node.process.log_text()}")
                node.start()
                one.wait_up(node)
            crowd.wait_for_requests(10)
        finally:
            crowd.load.stop()
            crowd.tell()
        expect(not crowd.load.failures, lambda: "\n".join(map(str, crowd.load.failures[:20])))
        # During its notice a node says "Connection: close" to whoever asks, so nobody who asks often is surprised.
        expect(crowd.load.total("stale") == 0, "kept connections were closed without notice")
        _, made = crowd.check_created()
        expect(made == len(crowd.signed_in), f"{made} sign-ins in the database, {len(crowd.signed_in)} were answered")
        for key, row in one.front.servers().items():
            expect(int(row["stot"]) > 0, f"{key} never got a client")


@case
def a_node_is_killed_and_only_what_it_was_doing_is_lost(folder):
    with house(folder) as one:
        crowd = Crowd(one)
        crowd.load.start()
        deaths = []
        try:
            for node in one.nodes[:2]:
                crowd.wait_for_requests(10)
                node.kill()
                deaths.append(load.time.monotonic())
                wait_until(lambda: not any(state.startswith("UP") for state in one.front.states(node.name)),
                           lambda: f"{node.name} is {one.front.states(node.name)}", PATIENCE)
                crowd.wait_for_requests(10)
                node.start()
                one.wait_up(node)
            crowd.wait_for_requests(10)
        finally:
            crowd.load.stop()
            crowd.tell()
        for failure in crowd.load.failures:
            print(f"# {failure}", flush=True)
            expect(any(failure.began < death for death in deaths) and
                   any(failure.began < death <= failure.ended + 0.5 for death in deaths), f"not in flight: {failure}")
        crowd.check_created()


@case
def each_node_sees_who_the_client_is(folder):
    """Wrong passwords count for the client's own network, whatever the form; another client is not held up."""
    with house(folder) as one:
        one.sign_up("wang-kun")
        person = persona("wang-kun")
        good = {name: person[name] for name in ("card_number", "id_number", "password")}
        for number, port in enumerate((one.front.port, one.front.ending_port)):
            guessing = load.Client(one, "guessing", f"127.30.{number}.1", port)
            owner = load.Client(one, "owner", f"127.31.{number}.1", port)
            for _ in range(4):
                guessing.ask("POST", "/api/v1/sessions", 401, {**good, "password": "not-this-one"})
            guessing.ask("POST", "/api/v1/sessions", 429, good)
            owner.ask("POST", "/api/v1/sessions", 201, good)
            expect(not guessing.failures and not owner.failures, lambda: [str(one) for one in guessing.failures + owner.failures])
            history = one.database.rows("SELECT network FROM sign_in")
            expect((f"127.31.{number}.1",) in history, history)
            rows = one.database.rows("SELECT network, failures FROM attempt WHERE purpose = 'sign-in'")
            expect(any(network == f"127.30.{number}.1" and failures >= 3 for network, failures in rows), rows)
            expect(all(network != "local" for network, _ in rows), rows)


@case
def nodes_without_their_database_are_not_ready_until_it_is_back(folder):
    if engine() != "postgres":
        raise Missing("the database of SQLite is a file, which does not go away and come back")
    with house(folder) as one:
        asking = load.Client(one, "asking", "127.40.1.1", one.front.ending_port)
        asking.ask("GET", "/api/v1/service", 200)
        one.database.cluster.stop()
        for node in one.nodes:
            wait_until(lambda node=node: one.front.states(node.name) == ["DOWN", "DOWN"],
                       lambda node=node: f"{node.name} is {one.front.states(node.name)}", PATIENCE)
        said = one.nodes[1].process.log_text()
        expect("does not answer in time, so this node is not ready" in said, said)
        expect(asking.ask("GET", "/api/v1/service", 503) is not None, lambda: str(asking.failures[-1]))
        one.database.cluster.start()
        for node in one.nodes:
            one.wait_up(node)
        asking.ask("GET", "/api/v1/service", 200)
        one.sign_up("wang-kun")
        expect(not asking.failures, lambda: [str(failure) for failure in asking.failures])


if __name__ == "__main__":
    sys.exit(main("haproxy", wing="nodes"))
