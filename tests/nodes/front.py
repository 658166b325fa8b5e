# SPDX-License-Identifier: GPL-3.0-or-later
"""HAProxy with data/haproxy.cfg, in which nothing but addresses, files, the user and the number of clients is another."""

import contextlib
import csv
import io
import os
import pathlib
import re
import socket
import subprocess

from environment import processes
from environment.processes import Process, can_connect, need, wait_until

SHIPPED = pathlib.Path(__file__).resolve().parent.parent.parent / "data" / "haproxy.cfg"
BY_TLS, BY_HTTP = "nodes_by_tls", "nodes_by_http"


def check(path):
    """What haproxy says against the configuration at @path; "" when it is good."""
    need("haproxy")
    done = subprocess.run(["haproxy", "-c", "-V", "-f", path], capture_output=True, text=True)
    said = done.stdout + done.stderr
    return "" if done.returncode == 0 and "WARNING" not in said and "ALERT" not in said else said


def replaced(text, *pairs):
    """Each pattern must be there: a test of a file that has changed beside it would test nothing."""
    for pattern, value in pairs:
        text, count = re.subn(pattern, value, text, flags=re.M)
        if count != 1:
            raise AssertionError(f"data/haproxy.cfg has “{pattern}” {count} times, not once")
    return text


def shipped(certificate):
    """The configuration's text; nothing but the path of its certificate is another."""
    path = "/etc/haproxy/nhicard.pem"
    text = SHIPPED.read_text(encoding="utf-8")
    if path not in text:
        raise AssertionError(f"data/haproxy.cfg does not name {path}")
    return text.replace(path, certificate)


def write_pem(folder, certificate, key):
    path = os.path.join(folder, "front.pem")
    with open(path, "w", encoding="ascii") as target:
        for name in (certificate, key):
            with open(name, encoding="ascii") as part:
                target.write(part.read())
    return path


class Front:
    """@nodes: of house.py, three. Clients call @port (pass-through) or @ending_port (TLS ends here)."""

    def __init__(self, folder, nodes, certificate, key):
        need("haproxy")
        self.folder = folder
        self.port, self.ending_port = processes.free_ports(), processes.free_ports()
        self.admin = os.path.join(folder, "admin.sock")
        self.config = os.path.join(folder, "haproxy.cfg")
        text = replaced(
            shipped(write_pem(folder, certificate, key)),
            (r"^    log /dev/log .*$", "    log stdout format raw local0"), (r"^    user haproxy\n", ""), (r"^    group haproxy\n", ""),
            (r"^    maxconn 20000$", "    maxconn 2000"),  # what any machine's limit of descriptors allows
            (r"/run/haproxy/admin\.sock", self.admin),
            (r"bind :443$", f"bind 127.0.0.1:{self.port}"), (r"bind :::443 v6only", f"bind 127.0.0.2:{self.port}"),
            (r"bind :8443 ", f"bind 127.0.0.1:{self.ending_port} "),
            (r"bind :::8443 v6only", f"bind 127.0.0.2:{self.ending_port}"),
            (r"node1 unix@.*$", f"node1 unix@{nodes[0].unix}"),
            *((rf"node{number} 10\.0\.0\.1{number}:8443", f"node{number} 127.0.0.1:{node.port}")
              for number, node in enumerate(nodes, 1)),
            *((rf"node{number} 10\.0\.0\.1{number}:8080", f"node{number} 127.0.0.1:{node.front_port}")
              for number, node in enumerate(nodes, 1) if number > 1))
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)
        self.process = None

    def start(self):
        self.process = Process("haproxy", ["haproxy", "-db", "-f", self.config], self.folder)
        # The socket for its administrator comes last.
        wait_until(lambda: can_connect(self.port) and can_connect(self.ending_port) and os.path.exists(self.admin),
                   self.process.log_text, timeout=30)

    def stop(self):
        process, self.process = self.process, None
        return process.stop() if process else None

    def servers(self):
        """{(backend, node): row of HAProxy's statistics}."""
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as admin:
            admin.settimeout(10)
            admin.connect(self.admin)
            admin.sendall(b"show stat\n")
            said = b""
            while part := admin.recv(65536):
                said += part
        rows = csv.DictReader(io.StringIO(said.decode().lstrip("# ")))
        return {(row["pxname"], row["svname"]): row for row in rows if row["svname"].startswith("node")}

    def states(self, name):
        """Of one node, in both backends."""
        servers = self.servers()
        return [servers[backend, name]["status"] for backend in (BY_TLS, BY_HTTP)]
