# SPDX-License-Identifier: GPL-3.0-or-later
"""nhicardctl copy-database between SQLite and PostgreSQL: killed, cut off from its server, called wrongly."""

import contextlib
import json
import os
import subprocess
import sys

from framework import case, expect, main, program

from environment.postgres import Cluster

PEOPLE = 8000


def ctl(*arguments):
    return [program("nhicardctl"), *arguments]


def call(*arguments):
    return subprocess.run(ctl(*arguments), capture_output=True, text=True, timeout=300, check=False)


def good(*arguments):
    done = call(*arguments)
    expect(done.returncode == 0, f"{arguments}: {done.returncode} {done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def sides(folder):
    """A cluster, a filled SQLite file, and the URIs of an empty database on each engine."""
    with Cluster() as cluster:
        full, empty = (f"sqlite:{folder}/{name}.db" for name in ("full", "empty"))
        target = cluster.create_database("target")
        for uri in (full, empty, target):
            good("migrate", "-d", uri)
        good("demo-data", "-d", full, "--people", str(PEOPLE), "--people-only")
        yield cluster, full, target, empty


def copy(source, target):
    return ["copy-database", "--from", source, "--to", target]


def expect_same(source, target):
    good(*copy(source, target), "--check")
    good("jobs", "list", "-d", target)


def begun(source, target):
    """A copy under way, with its first page written."""
    running = subprocess.Popen(ctl(*copy(source, target), "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    first = json.loads(running.stdout.readline())
    expect(first["phase"] == "copy" and first["of"] > PEOPLE, first)
    return running


@case
def killed_at_any_moment_the_same_command_ends_it(folder):
    with sides(folder) as (_, full, target, empty):
        for source, goal in ((full, target), (target, empty)):
            for patience in range(1, 1000):
                running = subprocess.Popen(ctl(*copy(source, goal)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                try:
                    told, _ = running.communicate(timeout=0.07 * patience)
                    break
                except subprocess.TimeoutExpired:
                    running.kill()
                    running.communicate()
            expect(running.returncode == 0, f"{running.returncode} {told}")
            expect(patience > 1, "it was never killed")
            expect_same(source, goal)


@case
def the_server_restarts_in_the_middle(folder):
    with sides(folder) as (cluster, full, target, _):
        for mode in ("fast", "immediate"):
            running = begun(full, target)
            cluster.restart(mode)
            told = running.communicate(timeout=300)
            expect(running.returncode in (0, 3), f"{running.returncode} {told}")
            if running.returncode == 3:  # the machine was so busy that the restart outlasted its patience
                good(*copy(full, target))
            expect_same(full, target)
            cluster.sql("DROP DATABASE target WITH (FORCE)")
            good("migrate", "-d", cluster.create_database("target"))


@case
def source_or_target_goes_away(folder):
    with sides(folder) as (cluster, full, target, empty):
        for source, goal, side in ((full, target, "target: "), (target, empty, "source: ")):
            running = begun(source, goal)
            cluster.stop("immediate")
            _, told = running.communicate(timeout=300)
            expect(running.returncode == 3 and side in told, f"{running.returncode} {told}")
            cluster.start()
            good(*copy(source, goal))
            expect_same(source, goal)


@case
def wrong_calls_say_what_to_do(folder):
    with sides(folder) as (cluster, full, target, empty):
        bare = cluster.create_database("bare")
        none = f"sqlite:{folder}/none.db"
        os.symlink("full.db", f"{folder}/link.db")
        for code, word, arguments in (
                (2, "--from URI --to URI", ["copy-database"]), (2, "--from URI --to URI", ["copy-database", "--from", full]),
                (2, "takes no", copy(full, empty) + ["now"]), (1, "same database", copy(full, full)),
                (1, "same database", copy(full, f"sqlite:{folder}/../{os.path.basename(folder)}/full.db")),
                (1, "same database", copy(full, f"sqlite:{folder}/link.db")), (3, "source: ", copy(none, target)),
                (3, "target: ", copy(full, none)), (4, "nhicardctl migrate", copy(full, bare)),
                (1, "not empty", copy(empty, full)), (1, "not hold the same", copy(full, empty) + ["--check"])):
            done = call(*arguments)
            expect(done.returncode == code and word in done.stderr, f"{arguments}: {done.returncode} {done.stderr}")
        expect(not os.path.exists(none[7:]), "a new file was made")


@case
def programs_can_follow_it(folder):
    with sides(folder) as (_, full, target, __):
        lines = [json.loads(line) for line in good(*copy(full, target), "--json").splitlines()]
        expect(lines[-1]["same"] is True, lines[-1])
        person = next(table for table in lines[-1]["tables"] if table["table"] == "person")
        expect(person["rows"] == person["target_rows"] == PEOPLE, person)
        expect(person["sum"] == person["target_sum"] and len(person["sum"]) == 64, person)
        for line in lines[:-1]:
            expect(line["phase"] in ("copy", "check") and 0 <= line["percent"] <= 100 and line["rows"] <= line["of"], line)


if __name__ == "__main__":
    sys.exit(main("copying"))
