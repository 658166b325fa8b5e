# SPDX-License-Identifier: GPL-3.0-or-later
"""Children that die with us, free ports, and waiting for a condition without sleeping a fixed time."""

import contextlib
import ctypes
import fcntl
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Missing(Exception):
    """A program or an ability of the machine is not there; the message says which."""


class TimedOut(AssertionError):
    """What was waited for did not come."""


def build_folder():
    return pathlib.Path(os.environ.get("NHI_BUILD_ROOT", ROOT / "build")).resolve()


@contextlib.contextmanager
def locked(path):
    """One of all processes at a time."""
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def need(*programs):
    for program in programs:
        if not shutil.which(program) and not os.access(program, os.X_OK):
            raise Missing(f"{program} is not installed")


def free_ports(count=1):
    """Consecutive ports that nobody listens on now."""
    for _ in range(200):
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            start = first.getsockname()[1]
        others = []
        try:
            for port in range(start, start + count):
                other = socket.socket()
                others.append(other)
                other.bind(("127.0.0.1", port))
            return start
        except (OSError, OverflowError):
            continue
        finally:
            for other in others:
                other.close()
    raise Missing("no free port")


def wait_until(condition, what, timeout=20.0, pause=0.02, pump=None):
    """Returns the condition's first true value; between two looks it sleeps or lets @pump wait for events."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        left = end - time.monotonic()
        if left <= 0:
            raise TimedOut(f"waited {timeout:.0f} s in vain: {what() if callable(what) else what}")
        (pump or time.sleep)(min(pause, left))


def can_connect(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False


def is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


class Process:
    """A child in a session of its own, whose output goes into a file."""

    def __init__(self, name, arguments, log_folder, env=None, stdin=None, cwd=None, stdout=None):
        self.name = name
        self.log = os.path.join(log_folder, name + ".log")
        self._log_file = open(self.log, "ab")
        self.popen = subprocess.Popen(
            arguments, env=env, stdin=stdin or subprocess.DEVNULL, cwd=cwd,
            stdout=stdout or self._log_file, stderr=self._log_file,
            start_new_session=True, preexec_fn=die_with_parent)

    @property
    def pid(self):
        return self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def kill(self):
        """At once and without mercy, as a power cut does it."""
        self._signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self, timeout=10):
        """Returns the exit code; asks first, kills what does not go."""
        if self.running():
            self.popen.terminate()
            try:
                self.popen.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
        self._signal(signal.SIGKILL)
        code = self.popen.wait()
        self._log_file.close()
        return code

    def _signal(self, number):
        try:
            os.killpg(self.popen.pid, number)
        except ProcessLookupError:
            pass


def read_line(stream, timeout=10):
    """One line of a child's output, or TimedOut."""
    ready, _, _ = select.select([stream], [], [], timeout)
    if not ready:
        raise TimedOut("the child said nothing")
    return stream.readline()
