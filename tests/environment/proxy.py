# SPDX-License-Identifier: GPL-3.0-or-later
"""A line between client and service that can be cut in the middle of an answer."""

import socket
import struct
import threading

PIECE = 4096
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Proxy:
    """Hands every connection on to @target; @passed counts what the service has sent since the last mend()."""

    def __init__(self, target):
        self.target = target
        self.passed = 0
        self.cuts = 0
        self._limit = None
        self._lock = threading.Lock()
        self._open = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut_after(self, size):
        """Once @size more bytes have come from the service every connection breaks, and no new one is taken."""
        with self._lock:
            self._limit = self.passed + size

    def mend(self):
        with self._lock:
            self._limit = None
            self.passed = 0

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut()
        self._thread.join()

    def _is_cut(self):
        return self._limit is not None and self.passed >= self._limit

    def _accept(self):
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            if self._is_cut():
                self._break(client)
                continue
            try:
                service = socket.create_connection(("127.0.0.1", self.target), timeout=10)
            except OSError:
                self._break(client)
                continue
            service.settimeout(None)
            self._open |= {client, service}
            threading.Thread(target=self._carry, args=(client, service, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(service, client, True), daemon=True).start()

    def _carry(self, source, sink, counted):
        try:
            while data := source.recv(PIECE):
                if counted:
                    self._count(len(data))
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self._open.discard(end)

    def _count(self, size):
        with self._lock:
            self.passed += size
            cut = self._is_cut()
        if cut:
            self.cuts += 1
            self._cut()
            raise OSError("cut")

    def _cut(self):
        for end in list(self._open):
            self._break(end)

    @staticmethod
    def _break(end):
        try:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
