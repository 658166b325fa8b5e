# SPDX-License-Identifier: GPL-3.0-or-later
"""The service under the guard's tests: a worker or a supervisor on a port of its own, and the client's side of a connection."""

import contextlib
import os
import resource
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import traceback
import warnings

warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 and 1.1 are named on purpose

DAEMON, CONTROL = sys.argv[1:3]
PATIENCE = 30  # seconds until an event that never comes counts as a failure
SERVICE = "/api/v1/service"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """One web worker on a port of its own, with the limits a test wants."""

    def __init__(self, folder, limits=None, descriptors=None, arguments=()):
        self.port = free_port()
        settings = {"rate-per-minute": 0, "hashing-rate-per-minute": 0, **(limits or {})}
        command = [DAEMON, "--role=web", f"--listen=127.0.0.1:{self.port}", f"--database=sqlite:{folder}/test.db",
                   f"--certificate={folder}/cert.pem", f"--key={folder}/key.pem", "--demo", *arguments]
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"]
        bound = (descriptors, descriptors)
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log,
            preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, bound)) if descriptors else None)
        wait_for(self.answers, "the daemon never answered")

    def answers(self):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise AssertionError("nhicardd ended: " + self.log.read().decode())
        try:
            return request(self, f"GET {SERVICE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")[0] == 200
        except OSError:
            return False

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def connect(self):
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        return context().wrap_socket(raw, server_hostname="localhost", suppress_ragged_eofs=True)

    def raw(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def stop(self):
        if self.process is None:
            return
        assert self.process.poll() is None, f"the daemon died with {self.process.returncode}"
        self.process.terminate()
        assert self.process.wait(PATIENCE) == 0, "no clean end after SIGTERM"


@contextlib.contextmanager
def daemon(folder, **options):
    running = Daemon(folder, **options)
    try:
        yield running
        running.stop()
    finally:
        if running.process is not None and running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def context(minimum=None, maximum=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    if minimum:
        made.minimum_version = minimum
    if maximum:
        made.maximum_version = maximum
        made.set_ciphers("ALL:@SECLEVEL=0")
    return made


def wait_for(condition, otherwise):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, otherwise
        select.select([], [], [], 0.01)


def read_answer(stream):
    """(status, header fields in lower case, body) of one answer with Content-Length; status 0 when the peer just closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            part = stream.recv(65536)
        except (ConnectionError, ssl.SSLError):
            part = b""
        if not part:
            return 0, {}, data
        data += part
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(fields.get("content-length", 0))
    while len(body) < length:
        part = stream.recv(65536)
        if not part:
            break
        body += part
    return int(lines[0].split()[1]), fields, body


def closed_by_peer(stream):
    """Blocks until the peer ends the connection."""
    try:
        while stream.recv(65536):
            pass
    except (ConnectionError, ssl.SSLError):
        pass
    return True


def request(running, text, connection=None):
    data = text if isinstance(text, bytes) else text.encode("latin-1")
    stream = connection or running.connect()
    try:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            stream.sendall(data)
        return read_answer(stream)
    finally:
        if connection is None:
            stream.close()


def get(path=SERVICE, fields=""):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n"


SUPERVISORS = {}  # port -> Popen


@contextlib.contextmanager
def supervised(folder, certificates=None):
    """Two web workers and one for the jobs under their supervisor; the port they answer at."""
    port, certificates = free_port(), certificates or folder
    command = [DAEMON, f"--listen=127.0.0.1:{port}", f"--database=sqlite:{folder}/test.db", "--workers=2",
               f"--certificate={certificates}/cert.pem", f"--key={certificates}/key.pem"]
    with tempfile.TemporaryFile() as log, subprocess.Popen(command, stdout=log, stderr=log) as supervisor:
        SUPERVISORS[port], supervisor.log = supervisor, log
        try:
            wait_for(lambda: len(children(supervisor)) == 3, "two web workers and one for the jobs never stood")
            wait_for(lambda: listeners(port) == 2, "the two web workers never listened")
            yield port
        finally:
            supervisor.terminate()
            try:
                supervisor.wait(PATIENCE)
            finally:
                supervisor.kill()


def children(supervisor):
    with open(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children", encoding="ascii") as file:
        return {int(pid) for pid in file.read().split()}


def log_of(supervisor):
    return os.pread(supervisor.log.fileno(), 1 << 20, 0).decode()


def listeners(port):
    """How many sockets of this machine listen at @port; a worker's own each, by SO_REUSEPORT."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file][1:]
    return sum(row[1] == f"0100007F:{port:04X}" and row[3] == "0A" for row in rows)


def shown_certificate(port):
    """The certificate that is shown there."""
    with context().wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)) as stream:
        return stream.getpeercert(binary_form=True)


def make_certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem", "-subj", "/CN=localhost"],
                   check=True, capture_output=True)


def prepare(folder):
    make_certificate(folder)
    subprocess.run([CONTROL, "migrate", "--database", f"sqlite:{folder}/test.db"], check=True, capture_output=True)


def run_tests(tests):
    """All of @tests, or those with the third argument in their name; 1 when one failed."""
    chosen = [one for one in tests if len(sys.argv) < 4 or sys.argv[3] in one.__name__]
    print(f"1..{len(chosen)}", flush=True)
    folder = tempfile.mkdtemp(prefix="nhicard-guard-")
    failed = False
    try:
        prepare(folder)
        for number, one in enumerate(chosen, 1):
            try:
                one(folder)
                print(f"ok {number} {one.__name__}", flush=True)
            except Exception:  # a test's failure must not hide the others
                failed = True
                print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="")
                print(f"not ok {number} {one.__name__}", flush=True)
    finally:
        shutil.rmtree(folder)
    return 1 if failed else 0
