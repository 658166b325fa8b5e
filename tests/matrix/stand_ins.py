# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for broken things of the real world: a service with a wrong certificate, a PC/SC daemon of another
version, a name server, a program that keeps a card."""

import itertools
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

from environment.processes import Process, wait_until

SERVICE_ANSWER = {"name": "nhicardd", "version": "0.1.0", "minimum_client": "0.1.0", "demo": True,
                  "languages": ["zh-TW", "en"]}


class Authority:
    """Issues certificates of every kind with the openssl program."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        os.makedirs(folder, exist_ok=True)
        self.key, self.certificate = f"{folder}/ca.key", f"{folder}/ca.pem"
        self.count = 0
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "7300",
                      "-subj", f"/O={name}/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE",
                      "-keyout", self.key, "-out", self.certificate)
        with open(f"{folder}/ca.conf", "w", encoding="ascii") as file:
            file.write(f"[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index\nserial={folder}/serial\n"
                       f"new_certs_dir={folder}\ncertificate={self.certificate}\nprivate_key={self.key}\n"
                       "default_md=sha256\npolicy=any\nunique_subject=no\ncopy_extensions=copy\n"
                       "[any]\ncommonName=supplied\n")
        open(f"{folder}/index", "w", encoding="ascii").close()
        with open(f"{folder}/serial", "w", encoding="ascii") as file:
            file.write("1000\n")

    @staticmethod
    def _openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"openssl {' '.join(arguments)}: {done.stderr}")

    def issue(self, host="localhost", start="20200101000000Z", end="20491231235959Z", digest="sha256",
              key=("ec", "ec_paramgen_curve:P-256")):
        """(certificate, key) with the dates and strength that are asked for."""
        self.count += 1
        stem = f"{self.folder}/leaf-{self.count}"
        address = ",IP:127.0.0.1" if host == "localhost" else ""
        self._openssl("req", "-newkey", key[0], *(["-pkeyopt", key[1]] if key[1] else []), "-nodes",
                      "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}{address}",
                      "-keyout", f"{stem}.key", "-out", f"{stem}.csr")
        self._openssl("ca", "-batch", "-config", f"{self.folder}/ca.conf", "-in", f"{stem}.csr", "-out", f"{stem}.pem",
                      "-notext", "-startdate", start, "-enddate", end, "-md", digest)
        return f"{stem}.pem", f"{stem}.key"


def self_signed(folder):
    os.makedirs(folder, exist_ok=True)
    Authority._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                       "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                       "-keyout", f"{folder}/own.key", "-out", f"{folder}/own.pem")
    return f"{folder}/own.pem", f"{folder}/own.key"


class Server:
    """Takes connections on a free port; @serve is given each of them in a thread."""

    def __init__(self, address="127.0.0.1", family=socket.AF_INET):
        self.listener = socket.create_server((address, 0), family=family, backlog=50)
        self.port = self.listener.getsockname()[1]
        self.open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(connection)
            threading.Thread(target=self._guarded, args=(connection,), daemon=True).start()

    def _guarded(self, connection):
        try:
            self.serve(connection)
        except (OSError, ValueError):
            pass

    def serve(self, connection):
        """Says nothing."""

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.open:
            connection.close()


class WrongService(Server):
    """Answers GET /service over TLS, wrongly in one way. Without @certificate it does not speak TLS."""

    def __init__(self, certificate=None, most=None, delay=0.0, status=200, body=None, kind="application/json", **changes):
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.set_ciphers("ALL:@SECLEVEL=0")
            if most:
                self.context.minimum_version = ssl.TLSVersion.TLSv1
                self.context.maximum_version = most
            self.context.load_cert_chain(*certificate)
        self.delay, self.status, self.body, self.kind, self.changes = delay, status, body, kind, changes
        super().__init__()

    def serve(self, connection):
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True)
        connection.settimeout(20)
        while head := self._read_head(connection):
            time.sleep(self.delay)
            if not head.startswith(b"GET "):
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                connection.close()
                return
            body = self.body
            if body is None:
                now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                body = json.dumps({**SERVICE_ANSWER, "time": now, **self.changes})
            data = body.encode()
            date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
            connection.sendall(f"HTTP/1.1 {self.status} X\r\nContent-Type: {self.kind}\r\nDate: {date}\r\n"
                               f"Content-Length: {len(data)}\r\n\r\n".encode() + data)

    @staticmethod
    def _read_head(connection):
        head = b""
        while b"\r\n\r\n" not in head and (not head or head.startswith(b"GET ")) and (piece := connection.recv(4096)):
            head += piece
        return head


class NoSuchName:
    """A name server that knows no name."""

    def __init__(self, address="127.0.0.53"):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                question, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            if not question:
                return
            self.socket.sendto(question[:2] + b"\x81\x83" + question[4:6] + b"\0\0\0\0\0\0" + question[12:], sender)

    def stop(self):
        self.socket.close()


VERSION, ESTABLISH, RELEASE, READERS_STATE = 0x11, 0x01, 0x02, 0x12
SERVICE_STOPPED = 0x8010001E
READER_STATE = struct.Struct("=128sIIi33s3xII")


class OtherDaemon:
    """A PC/SC daemon on a socket: of another @version, or built for @readers readers instead of 16, or one that
    @refuses everybody."""

    def __init__(self, path, version=(4, 4), readers=16, mismatch=False, refuses=False):
        self.version, self.readers, self.mismatch = version, readers, mismatch
        self.refuses = refuses  # as a daemon with polkit does: it takes the connection and hangs up
        self.contexts = itertools.count(4711)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o666)
        self.listener.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                while not self.refuses and (header := connection.recv(8, socket.MSG_WAITALL)):
                    size, command = struct.unpack("=II", header)
                    body = connection.recv(size, socket.MSG_WAITALL) if size else b""
                    connection.sendall(self._answer(command, body))
            except OSError:
                pass

    def _answer(self, command, body):
        if command == VERSION:
            return struct.pack("=iiI", *self.version, SERVICE_STOPPED if self.mismatch else 0)
        if command == ESTABLISH:
            return struct.pack("=III", 0, next(self.contexts), 0)
        if command == READERS_STATE:
            return b"".join(READER_STATE.pack(b"Some USB Smart Card Reader %02d" % number, 0, 0x10, 0, b"", 0, 0)
                            for number in range(self.readers))
        return body

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


TAKE_CARD = """
import ctypes, sys, time
ctypes.CDLL(None).prctl(15, sys.argv[1].encode(), 0, 0, 0)  # PR_SET_NAME
pcsc = ctypes.CDLL("libpcsclite.so.1")
context, card, protocol = ctypes.c_long(), ctypes.c_long(), ctypes.c_ulong()
assert pcsc.SCardEstablishContext(ctypes.c_ulong(2), None, None, ctypes.byref(context)) == 0
names, length = ctypes.create_string_buffer(4096), ctypes.c_ulong(4096)
assert pcsc.SCardListReaders(context, None, names, ctypes.byref(length)) == 0
NO_CARD, end = 0x8010000C, time.monotonic() + 10
while time.monotonic() < end:
    result = pcsc.SCardConnect(context, ctypes.c_char_p(names.raw.split(b"\\0")[0]), ctypes.c_ulong(int(sys.argv[2])),
                               ctypes.c_ulong(3), ctypes.byref(card), ctypes.byref(protocol)) & 0xFFFFFFFF
    if result != NO_CARD:
        break
    time.sleep(0.05)
print(f"result {result:08x}", flush=True)
if sys.argv[2] == "1":
    sys.stdin.readline()
elif result == 0:
    pcsc.SCardDisconnect(card, ctypes.c_ulong(0))  # leaves the card as it is
"""
EXCLUSIVE, SHARED = "1", "2"


class Holder:
    """A program of that @name which keeps the card in the first reader for itself."""

    def __init__(self, folder, pcsc_socket, name):
        read, self._write = os.pipe()
        self.process = Process("holder", [sys.executable, "-c", TAKE_CARD, name, EXCLUSIVE], folder, stdin=read,
                               env={**os.environ, "PCSCLITE_CSOCK_NAME": pcsc_socket})
        os.close(read)
        wait_until(lambda: "result 00000000" in self.process.log_text(),
                   lambda: "the holder: " + self.process.log_text())

    def stop(self):
        os.close(self._write)
        self.process.stop()


def wait_for_card(pcsc_socket):
    """Until the daemon has seen the card that was just put in, whatever it thinks of it."""
    subprocess.run([sys.executable, "-c", TAKE_CARD, "waiter", SHARED], check=True, capture_output=True, timeout=30,
                   env={**os.environ, "PCSCLITE_CSOCK_NAME": pcsc_socket})
