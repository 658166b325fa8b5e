#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A throw-away PostgreSQL on a Unix socket: for Python a class, for other programs a command around them.

    postgres.py run -- PROGRAM ARGUMENTS…

runs the program with NHI_TEST_POSTGRES, the URI of a superuser to the maintenance database, and ends as it does.
"""

import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse

if __package__:
    from .processes import Missing, build_folder, die_with_parent, free_ports, is_alive, locked, wait_until
else:
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
    from environment.processes import Missing, build_folder, die_with_parent, free_ports, is_alive, locked, wait_until

SUPERUSER = "postgres"
# A crash of the machine may cost a test's cluster; its speed is worth more. A crash of PostgreSQL costs nothing.
FAST = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
ALWAYS = {"max_connections": "100", "shared_buffers": "32MB", "jit": "off", "dynamic_shared_memory_type": "mmap", "max_wal_size": "256MB",
          "log_line_prefix": "%m [%p] %d ", "timezone": "UTC", "log_timezone": "UTC"}
# As long as somebody holds the other end of its input it waits; then it ends the cluster and removes the folder.
# The number in postmaster.pid is believed only while that process really is the server of that data folder.
KEEPER = """
while read -r _; do :; done
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
runs() { [ -n "$pid" ] && grep -a -q -F "$1/data" "/proc/$pid/cmdline" 2>/dev/null; }
runs "$1" && kill -QUIT "$pid"
while runs "$1"; do sleep 0.02; done
rm -rf "$1"
"""
SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT, "kill": signal.SIGKILL}
LONGEST_SOCKET = 100
MEMORY, ENOUGH = "/dev/shm", 2 << 30


def programs():
    """The folder of initdb and postgres, of the newest version there is."""
    def version(path):
        return [int(part) for part in re.findall(r"\d+", path.parent.name)]

    debian = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    elsewhere = [pathlib.Path(found).parent for found in [shutil.which("initdb")] if found]
    for folder in debian + elsewhere:
        if os.access(folder / "initdb", os.X_OK) and os.access(folder / "postgres", os.X_OK):
            return folder
    raise Missing("PostgreSQL's server is not installed; on Debian: apt-get install postgresql")


def _server_user():
    """Who runs the server, because PostgreSQL refuses root; None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Missing("PostgreSQL does not run as root and there is neither a user postgres nor a user nobody")


def _quick_folder():
    """CREATE DATABASE copies 300 files: ten times quicker in memory than on a busy disk."""
    try:
        room = os.statvfs(MEMORY)
        if room.f_bavail * room.f_frsize >= ENOUGH and os.access(MEMORY, os.W_OK):
            return MEMORY
    except OSError:
        pass
    return tempfile.gettempdir()


class Cluster:
    """Starts with the object. @durable: every commit reaches the disk, as in earnest. @tcp: also on a free port of the
    loopback. @settings go to postgresql.conf. @parent: where its folder is made; else in memory where there is plenty,
    a durable one in the temporary folder."""

    def __init__(self, durable=False, tcp=False, settings=None, parent=None):
        self.programs = programs()
        self.port = free_ports() if tcp else 5432
        self._user = _server_user()
        self._tcp = tcp
        self._settings = {**ALWAYS, **({} if durable else FAST), **(settings or {})}
        self._process = None
        self.folder = self._own_folder(parent or (tempfile.gettempdir() if durable else _quick_folder()))
        self._keeper = subprocess.Popen(["/bin/sh", "-c", KEEPER, "keeper", self.folder], stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, start_new_session=True)
        self.data = os.path.join(self.folder, "data")
        self.log = os.path.join(self.folder, "postgres.log")
        try:
            self._make_data()
            self.start()
        except BaseException:
            self.close()
            raise

    def _own_folder(self, parent):
        """Short enough for a socket's name, and open to the server's user alone."""
        folder = os.path.realpath(tempfile.mkdtemp(prefix="nhi-pg-", dir=parent))
        if len(os.path.join(folder, ".s.PGSQL.65535")) > LONGEST_SOCKET:
            os.rmdir(folder)
            folder = tempfile.mkdtemp(prefix="nhi-pg-", dir="/tmp")
        self.own(folder)
        return folder

    def own(self, folder):
        """The server's user may do there what it wants."""
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def _as_server(self):
        if not self._user:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _initialise(self, target):
        done = subprocess.run([str(self.programs / "initdb"), "-D", target, "-U", SUPERUSER, "--auth=trust",
                               "--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--no-sync", "--no-instructions"],
                              capture_output=True, text=True, cwd=self.folder, check=False, **self._as_server())
        if done.returncode != 0:
            raise Missing(f"initdb ended with {done.returncode}: {done.stdout}{done.stderr}")

    def _make_data(self):
        """A copy of a folder that initdb made once for this build, this version and this user."""
        cache = build_folder() / f"postgres-{self.programs.parent.name}-{self._user.pw_name if self._user else os.getuid()}"
        cache.parent.mkdir(parents=True, exist_ok=True)
        with locked(f"{cache}.lock"):
            if not cache.is_dir():
                self._initialise(os.path.join(self.folder, "new"))
                unfinished = f"{cache}.unfinished"
                shutil.rmtree(unfinished, ignore_errors=True)
                shutil.move(os.path.join(self.folder, "new"), unfinished)
                os.rename(unfinished, cache)
        subprocess.run(["cp", "-R", "--reflink=auto", "--preserve=mode", str(cache), self.data], check=True)
        if self._user:
            subprocess.run(["chown", "-R", f"{self._user.pw_uid}:{self._user.pw_gid}", self.data], check=True)
        self._write_settings()

    def _write_settings(self):
        settings = {"unix_socket_directories": self.folder, "listen_addresses": "127.0.0.1" if self._tcp else "",
                    "port": str(self.port), **self._settings}
        with open(os.path.join(self.data, "postgresql.auto.conf"), "w", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def configure(self, **settings):
        """Changes settings; they count from the next start, or after reload()."""
        self._settings.update(settings)
        self._write_settings()

    def require_passwords(self):
        """From now on a role proves itself, the superuser alone does not."""
        with open(os.path.join(self.data, "pg_hba.conf"), "w", encoding="ascii") as file:
            file.write(f"local all {SUPERUSER} trust\nhost all {SUPERUSER} 127.0.0.1/32 trust\n"
                       "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n")
        self.reload()

    def reload(self):
        self._process.send_signal(signal.SIGHUP)

    def start(self):
        """Returns when it takes connections."""
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen([str(self.programs / "postgres"), "-D", self.data], cwd=self.folder,
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                             **self._as_server())
        wait_until(self._ready, lambda: "PostgreSQL: " + self.log_text(), timeout=60, pause=0.01)

    def _ready(self):
        if self._process.poll() is not None:
            raise AssertionError(f"PostgreSQL ended with {self._process.returncode}:\n{self.log_text()}")
        try:
            with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
                lines = file.read().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def running(self):
        return self._process is not None and self._process.poll() is None

    def stop(self, mode="fast"):
        """@mode: "smart", "fast", "immediate" as pg_ctl has them, or "kill": the postmaster is killed."""
        if not self.running():
            return
        others = self._children()
        self._process.send_signal(SIGNALS[mode])
        self._process.wait(60)
        wait_until(lambda: not any(is_alive(pid) for pid in others), "its processes end", timeout=60)

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def _children(self):
        path = f"/proc/{self._process.pid}/task/{self._process.pid}/children"
        return [int(pid) for pid in pathlib.Path(path).read_text(encoding="ascii").split()]

    def uri(self, database="postgres", user=SUPERUSER, password=None, **options):
        """As libpq takes it, over the Unix socket; @options are more of libpq's, host="127.0.0.1" the port."""
        options = {"host": self.folder, "port": self.port, "user": user, **options}
        if password is not None:
            options["password"] = password
        return f"postgresql:///{urllib.parse.quote(database)}?{urllib.parse.urlencode(options, safe='/')}"

    def sql(self, statement, database="postgres"):
        """What psql prints: a line for each row, | between columns."""
        done = subprocess.run([str(self.programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                               "-d", self.uri(database), "-c", statement], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{statement}: {done.stderr}")
        return done.stdout.strip()

    def create_database(self, name, owner=SUPERUSER):
        """Its URI. File copies are the quicker way while nothing else is written."""
        self.sql(f'CREATE DATABASE "{name}" OWNER "{owner}" STRATEGY file_copy')
        return self.uri(name, owner)

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def close(self):
        """Ends it and removes everything, also what this object did not start any more."""
        if self._keeper.stdin.closed:
            return
        self._keeper.stdin.close()
        self._keeper.wait()
        if self._process:
            self._process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def run(command):
    """The exit code of @command, run with a cluster; a signal that ends us ends it first."""
    child = None

    def end(number, _):
        if child is None:
            raise SystemExit(128 + number)
        child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    with Cluster() as cluster:
        child = subprocess.Popen(command, env={**os.environ, "NHI_TEST_POSTGRES": cluster.uri()},
                                 preexec_fn=die_with_parent)
        code = child.wait()
    return 128 - code if code < 0 else code


def main(arguments):
    if len(arguments) < 3 or arguments[:2] != ["run", "--"]:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return run(arguments[2:])
    except Missing as missing:
        print(f"Bail out! {missing}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
