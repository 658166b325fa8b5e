# SPDX-License-Identifier: GPL-3.0-or-later
"""The database of a service under test, on either engine: its URI, questions from outside, and a lock that is in the way."""

import contextlib
import os
import sqlite3

from .postgres import Cluster
from .processes import Missing, wait_until

ENGINES = ("sqlite", "postgres")


def engine():
    """What NHI_TEST_ENGINE asks for; SQLite when it asks for nothing."""
    name = os.environ.get("NHI_TEST_ENGINE") or "sqlite"
    if name not in ENGINES:
        raise Missing(f"NHI_TEST_ENGINE is {name}, not one of {', '.join(ENGINES)}")
    return name


def make(folder):
    """A new, empty database of the engine asked for."""
    return PostgresDatabase() if engine() == "postgres" else SqliteDatabase(os.path.join(folder, "nhicard.db"))


class Lock:
    """A transaction of somebody else that lets nobody write; who only reads goes on."""

    def __init__(self, connection):
        self._connection = connection

    def stop(self):
        """Also when it was stopped before."""
        if self._connection:
            self._connection.close()  # an open transaction is rolled back with it
            self._connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Database:
    """What both engines have in common."""

    def value(self, sql):
        """The first column of the first row."""
        return self.rows(sql)[0][0]

    def lock(self, readers_too=False):
        """A Lock, as soon as nobody else writes. @readers_too: nor does anybody read, where the engine can do that."""
        return wait_until(lambda: self.try_lock(readers_too), "the database's lock", timeout=30)


class SqliteDatabase(Database):
    engine = "sqlite"

    def __init__(self, path):
        self.path = path
        self.uri = f"sqlite:{path}"

    def _connect(self, timeout=20):
        return sqlite3.connect(self.path, timeout=timeout, isolation_level=None)

    def rows(self, sql):
        """All rows of one statement, whatever it does, as tuples; it is committed at once."""
        with contextlib.closing(self._connect()) as connection:
            return connection.execute(sql).fetchall()

    def tables(self):
        return sorted(name for name, in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"))

    def try_lock(self, readers_too=False):
        """A Lock, or None when somebody writes."""
        connection = self._connect(timeout=0)
        try:
            connection.execute("BEGIN EXCLUSIVE" if readers_too else "BEGIN IMMEDIATE")
            return Lock(connection)
        except sqlite3.OperationalError:
            connection.close()
            return None

    def ruin(self):
        """From now on nobody can use it."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(self.path, "r+b") as file:
            file.write(b"\xff" * os.path.getsize(self.path))

    def close(self):
        """The file goes with its folder."""


class PostgresDatabase(Database):
    """On a cluster of its own, where the service's role owns the database and is nothing else. @space: an existing folder
    that holds its tables, but neither the cluster's catalogue nor its log. @cluster: see Cluster."""

    engine = "postgres"
    name = role = "nhicard"

    def __init__(self, space=None, **cluster):
        self.cluster = Cluster(**cluster)
        try:
            self.cluster.sql(f"CREATE ROLE {self.role} LOGIN")
            self.uri = self.cluster.create_database(self.name, self.role)
            if space:
                self.cluster.own(space)
                self.cluster.sql(f"CREATE TABLESPACE apart LOCATION '{space}'")
                self.cluster.sql(f"ALTER DATABASE {self.name} SET TABLESPACE apart")
        except BaseException:
            self.cluster.close()
            raise

    def _connect(self):
        import psycopg2

        connection = psycopg2.connect(self.cluster.uri(self.name))
        connection.autocommit = True
        return connection

    def rows(self, sql):
        with contextlib.closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def tables(self):
        return sorted(name for name, in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))

    def try_lock(self, readers_too=False):
        import psycopg2

        connection = self._connect()
        try:
            connection.cursor().execute(f"BEGIN; SET LOCAL lock_timeout = 100; LOCK TABLE {', '.join(self.tables())}"
                                        f" IN {'ACCESS ' if readers_too else ''}EXCLUSIVE MODE")
            return Lock(connection)
        except psycopg2.OperationalError:  # in time it is not to be had, or a deadlock
            connection.close()
            return None

    def ruin(self):
        self.cluster.stop("immediate")

    def close(self):
        self.cluster.close()
