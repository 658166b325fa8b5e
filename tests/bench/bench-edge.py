#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge's figures, each with the floor of the same run: 20,000 connections closed by the client leave descriptors and
memory flat; the keep-alive rate over TLS against libsoup's bare server. Usage: bench-edge.py BUILD-FOLDER"""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time

BUILD = sys.argv[1]
CONNECTIONS = 20000
SECONDS = 5
ROUNDS = 3
SERVICE = "/api/v1/service"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def ask(port, tls):
    """One request on a connection of its own, closed by the client; the body."""
    with tls.wrap_socket(socket.create_connection(("127.0.0.1", port))) as stream:
        stream.sendall(f"GET {SERVICE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += stream.recv(65536)
        head, body = data.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"content-length: (\d+)", head.lower())[1])
        while len(body) < length:
            body += stream.recv(65536)
    return body


def started(command, port):
    process = subprocess.Popen(command)
    while True:
        try:
            ask(port, context())
            return process
        except OSError:
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended with {process.returncode}")
            time.sleep(0.02)


def usage(process):
    with open(f"/proc/{process.pid}/statm", encoding="ascii") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return len(os.listdir(f"/proc/{process.pid}/fd")), resident // 1024


def rate(port):
    output = subprocess.run(["wrk", "-t1", "-c64", f"-d{SECONDS}", f"https://127.0.0.1:{port}{SERVICE}"],
                            check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit("wrk met errors:\n" + output)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def service(folder, port):
    subprocess.run([f"{BUILD}/service/nhicardctl", "migrate", "--database", f"sqlite:{folder}/bench.db"],
                   check=True, capture_output=True)
    return started([f"{BUILD}/service/nhicardd", "--role=web", f"--listen=127.0.0.1:{port}",
                    f"--database=sqlite:{folder}/bench.db", f"--certificate={folder}/cert.pem", f"--key={folder}/key.pem",
                    "--set", "rate-per-minute=0"], port)


def main():
    with tempfile.TemporaryDirectory(prefix="nhicard-bench-") as folder:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                        "2", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem", "-subj", "/CN=localhost"],
                       check=True, capture_output=True)
        ports = free_port(), free_port()
        ours = service(folder, ports[0])
        length = len(ask(ports[0], context()))
        bare = started([f"{BUILD}/tests/bench/bare-soup-server", str(ports[1]), f"{folder}/cert.pem", f"{folder}/key.pem",
                        str(length)], ports[1])
        try:
            report(ours, ports)
        finally:
            for process in (ours, bare):
                process.terminate()
                process.wait()


def report(ours, ports):
    tls = context()
    for _ in range(2000):  # what the allocator keeps is kept by now
        ask(ports[0], tls)
    before = usage(ours)
    for _ in range(CONNECTIONS):
        ask(ports[0], tls)
    after = usage(ours)
    rates = [(rate(ports[0]), rate(ports[1])) for _ in range(ROUNDS)]
    mine, floor = (sorted(column)[ROUNDS // 2] for column in zip(*rates))
    print(json.dumps({
        "connections": CONNECTIONS,
        "descriptors": {"before": before[0], "after": after[0]},
        "resident_kib": {"before": before[1], "after": after[1]},
        "tls_keep_alive_per_second": {"service": round(mine), "bare_soup_server": round(floor),
                                      "ratio": round(mine / floor, 2), "required": 0.7},
    }, indent=2))
    flat = after[0] <= before[0] + 2 and after[1] <= before[1] * 1.02 + 256
    sys.exit(0 if flat and mine >= 0.7 * floor else 1)


main()
