# SPDX-License-Identifier: GPL-3.0-or-later
"""PostgreSQL's own backups as service/OPERATING.md has them, taken while the service works and brought back: pg_dump into a
fresh database, pg_basebackup with archived WAL into a fresh cluster."""

import os
import shutil
import subprocess
import sys

os.environ["NHI_TEST_ENGINE"] = "postgres"

import citizen  # noqa: E402
from brought_back import check_snapshot, counts, refused, serves, sign_ins  # noqa: E402
from framework import NO_RATE, case, expect, main, service  # noqa: E402

from environment.database import Database, PostgresDatabase  # noqa: E402
from environment.postgres import Cluster  # noqa: E402
from environment.processes import wait_until  # noqa: E402


class Named(PostgresDatabase):
    """Another database of a cluster that somebody else ends."""

    def __init__(self, cluster, name):  # pylint: disable=super-init-not-called
        Database.__init__(self)
        self.cluster = cluster
        self.name = name
        self.uri = cluster.uri(name, self.role)

    def close(self):
        self.cluster.close()


def tool(cluster, name, *arguments):
    done = subprocess.run([str(cluster.programs / name), *arguments], capture_output=True, text=True, timeout=120,
                          check=False)
    expect(done.returncode == 0, f"{name} {arguments}: {done.stderr}")


@case
def a_dump_under_load_serves_a_sign_in(folder):
    with service(folder, settings=NO_RATE) as one:
        citizen.sign_up(one)
        cluster, dump = one.database.cluster, folder + "/nhicard.dump"
        with sign_ins(one) as done:
            before = len(done)
            tool(cluster, "pg_dump", "--format=custom", "--file=" + dump, "--dbname=" + one.database.uri)
            wait_until(lambda: len(done) > before, "the citizens go on")
        one.stop()
        cluster.create_database("restored", one.database.role)
        other = Named(cluster, "restored")
        tool(cluster, "pg_restore", "--exit-on-error", "--no-owner", "--dbname=" + other.uri, dump)
        check_snapshot(other)
        people = [database.value("SELECT count(*) FROM person") for database in (one.database, other)]
        expect(people[0] == people[1], people)
        serves(one, other)


def from_base_backup(base, archive):
    """A new cluster that begins with @base and plays what @archive has."""
    other = Cluster(durable=True)
    other.stop()
    shutil.rmtree(other.data)
    shutil.copytree(base, other.data)
    with open(other.data + "/recovery.signal", "w", encoding="ascii"):
        pass
    os.chmod(other.data, 0o700)
    subprocess.run(["chown", "-R", "--reference=" + other.folder, other.data], check=True)
    other.configure(restore_command=f"cp {archive}/%f %p", archive_mode="off")
    other.start()
    wait_until(lambda: other.sql("SELECT pg_is_in_recovery()") == "f", other.log_text, timeout=60)
    return other


@case
def a_base_backup_and_archived_log_lose_nothing(folder):
    with service(folder, settings=NO_RATE) as one:
        cluster, base = one.database.cluster, folder + "/base"
        archive = os.path.join(cluster.folder, "archive")
        os.mkdir(archive)
        subprocess.run(["chown", "--reference=" + cluster.folder, archive], check=True)
        one.stop()
        cluster.configure(archive_mode="on", archive_command=f"test ! -f {archive}/%f && cp %p {archive}/%f")
        cluster.restart()
        one.start()
        citizen.sign_up(one)
        with sign_ins(one) as done:
            tool(cluster, "pg_basebackup", "--pgdata=" + base, "--checkpoint=fast", "--wal-method=stream",
                 "--dbname=" + cluster.uri())
            before = len(done)
            wait_until(lambda: len(done) > before + 3, "citizens write what the base backup has not")
        one.stop()
        expected = counts(one.database)
        last = cluster.sql("SELECT pg_walfile_name(pg_switch_wal())")
        wait_until(lambda: os.path.exists(os.path.join(archive, last)), "the last of the log is archived")
        cluster.stop("immediate")
        other = from_base_backup(base, archive)
        try:
            restored = Named(other, one.database.name)
            expect(counts(restored) == expected, f"{counts(restored)}, not {expected}")
            check_snapshot(restored)
            serves(one, restored)
            one.stop()
        finally:
            other.close()


@case
def nhicardctl_names_the_engines_own_tools(folder):
    with service(folder, start=False) as one:
        refused(1, "pg_dump", "backup", "-d", one.database.uri, "--to", folder + "/x")
        refused(1, "pg_restore", "restore", "-d", one.database.uri, "--from", folder + "/x")


if __name__ == "__main__":
    sys.exit(main("backup-postgres"))
