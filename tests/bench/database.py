# SPDX-License-Identifier: GPL-3.0-or-later
"""A million people on both engines: filled, looked up, copied; and jobs claimed by several processes at once. PostgreSQL is a
cluster of the run's own in which every commit reaches the disk; floors are the engines' own tools on the same rows."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from environment.postgres import Cluster

PEOPLE = 1_000_000
FEW = 1_000
JOBS = 20_000
CLAIMERS = 4
# What the operator's guide advises for a machine of a few GiB.
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "4GB"}


def machine():
    """The machine in one line."""
    model = next(line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                 if line.startswith("model name"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} × {model}, {memory} GiB, Linux {os.uname().release}, load {load:.1f} at the start"


class Bench:
    def __init__(self, build, folder, cluster):
        self.ctl = str(build / "service/nhicardctl")
        self.store = str(build / "tests/bench/bench-store")
        self.folder = folder
        self.cluster = cluster

    def call(self, *command, **options):
        """Its output and its seconds."""
        began = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        if done.returncode:
            raise AssertionError(f"{command}: {done.returncode} {done.stdout}{done.stderr}")
        return done.stdout, time.monotonic() - began

    def migrated(self, name, engine):
        if engine == "SQLite":
            uri = "sqlite:" + os.path.join(self.folder, name + ".db")
        else:
            uri = self.cluster.create_database(name)
        self.call(self.ctl, "migrate", "-d", uri)
        return uri

    def fill(self, uri, people):
        return self.call(self.ctl, "demo-data", "-d", uri, "--people", str(people), "--people-only")[1]

    def path(self, table):
        return os.path.join(self.folder, table + ".csv")

    def export_postgres(self, uri):
        """Each table that is not empty in a file; their names, and the seconds of it."""
        names, _ = self.call("psql", "-XAtd", uri, "-c", "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                             " AND tablename NOT LIKE 'schema_%' ORDER BY 1")
        filled = [name for name in names.split()
                  if self.call("psql", "-XAtd", uri, "-c", f"SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT 1) a")[0] != "0\n"]
        orders = [part for name in filled for part in ("-c", f"\\copy {name} TO '{self.path(name)}' (FORMAT csv)")]
        return filled, self.call("psql", "-Xqd", uri, *orders)[1]

    def export_sqlite(self, uri, tables):
        orders = "".join(f".once {self.path(name)}\nSELECT * FROM {name};\n" for name in tables)
        return self.call("sqlite3", "-csv", uri[7:], input=orders)[1]

    def import_postgres(self, tables):
        orders = [part for name in tables for part in ("-c", f"\\copy {name} FROM '{self.path(name)}' (FORMAT csv)")]
        return self.call("psql", "-Xqd", self.migrated("floor", "PostgreSQL"), *orders)[1]

    def import_sqlite(self, tables):
        orders = "PRAGMA synchronous = FULL;\n" + "".join(f".import --csv {self.path(name)} {name}\n" for name in tables)
        return self.call("sqlite3", self.migrated("floor", "SQLite")[7:], input=orders)[1]

    def copy(self, source, target):
        return self.call(self.ctl, "copy-database", "--from", source, "--to", target)[1]


def filling(bench, table):
    """The large databases, filled; what the engine's own tool needs for the same rows is the floor."""
    large = {engine: bench.migrated("large", engine) for engine in ("SQLite", "PostgreSQL")}
    seconds = {engine: bench.fill(uri, PEOPLE) for engine, uri in large.items()}
    tables, out_of_postgres = bench.export_postgres(large["PostgreSQL"])
    floors = {"SQLite": bench.import_sqlite(tables), "PostgreSQL": bench.import_postgres(tables)}
    out_of_sqlite = bench.export_sqlite(large["SQLite"], tables)
    for engine, most in (("SQLite", 180), ("PostgreSQL", 300)):
        table.add(f"{PEOPLE:,} people filled, {engine}", f"{seconds[engine]:.0f} s", f"{floors[engine]:.0f} s (.import, \\copy)",
                  f"{seconds[engine] / floors[engine]:.2f}", f"≤ {most} s", seconds[engine] <= most)
    return large, {"SQLite": out_of_postgres + floors["SQLite"], "PostgreSQL": out_of_sqlite + floors["PostgreSQL"]}


def copying(bench, table, large, floors):
    for source, target in (("SQLite", "PostgreSQL"), ("PostgreSQL", "SQLite")):
        seconds = bench.copy(large[source], bench.migrated("copy", target))
        table.add(f"the same copied and compared, {source} → {target}", f"{seconds:.0f} s",
                  f"{floors[target]:.0f} s (out and in, not compared)", f"{seconds / floors[target]:.2f}", "–", True)


def looking_up(bench, table, large):
    for engine in large:
        few = bench.migrated("few", engine)
        bench.fill(few, FEW)
        for uri in (few, large[engine]):
            bench.call(bench.store, "accounts", uri)
        if engine == "PostgreSQL":
            bench.call("psql", "-Xqd", large[engine], "-c", "VACUUM ANALYZE")
        for line in bench.call(bench.store, "lookups", few, large[engine])[0].splitlines():
            what, small, great = line.split()
            ratio = float(great) / float(small)
            whole = not what.endswith("-reading")
            name = {"sign-in": "sign-in look-up", "registration": "registration check"}[what.removesuffix("-reading")]
            table.add(f"{name}{'' if whole else ', reading alone'}, {engine}, {PEOPLE:,} people", f"{float(great):.0f} µs",
                      f"{float(small):.0f} µs at {FEW:,}", f"{ratio:.2f}", "≤ 1.5 ×" if whole else "–",
                      ratio <= 1.5 or not whole)


def claiming(bench, table):
    for engine in ("PostgreSQL", "SQLite"):
        uri = bench.migrated("jobs", engine)
        _, jobs, seconds, twice = bench.call(bench.store, "jobs", uri, str(JOBS), str(CLAIMERS))[0].split()
        rate = int(jobs) / float(seconds)
        promised = engine == "PostgreSQL"
        table.add(f"jobs claimed a second by {CLAIMERS} processes, {engine}, none twice", f"{rate:.0f}", "–", "–",
                  "≥ 2000" if promised else "–", twice == "0" and (rate >= 2000 or not promised))


def measure(table, build):
    folder = tempfile.mkdtemp(prefix="nhicard-bench-")
    os.chmod(folder, 0o755)
    print(machine(), flush=True)
    try:
        with Cluster(durable=True, settings=SETTINGS) as cluster:
            bench = Bench(build, folder, cluster)
            large, floors = filling(bench, table)
            copying(bench, table, large, floors)
            looking_up(bench, table, large)
            claiming(bench, table)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
