#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hostile or clumsy clients do, done to the running service. TAP on stdout; every wait is for an event, never for a time."""

import contextlib
import json
import os
import re
import select
import socket
import ssl
import struct
import subprocess
import sys
import tempfile

from running import (
    DAEMON, PATIENCE, SERVICE, SUPERVISORS, children, closed_by_peer, context, daemon, get, listeners, log_of,
    make_certificate, read_answer, request, run_tests, shown_certificate, supervised, wait_for)

TESTS = []


def test(function):
    TESTS.append(function)
    return function


@test
def descriptors_stay_flat_when_clients_close_keep_alive_connections(folder):
    with daemon(folder) as running:
        before = running.descriptors()
        for _ in range(300):
            stream = running.connect()
            assert request(running, get(), stream)[0] == 200
            stream.close()
        wait_for(lambda: running.descriptors() <= before + 2, f"{before} descriptors became {running.descriptors()}")


@test
def accept_recovers_after_all_descriptors_were_used(folder):
    with daemon(folder, descriptors=64) as running:
        with contextlib.ExitStack() as stack:
            streams = [stack.enter_context(running.raw()) for _ in range(150)]
            wait_for(lambda: running.descriptors() >= 60, "the descriptors were never used up")
            del streams
        wait_for(running.answers, "the daemon never accepted again")


@test
def a_burst_of_connections_fits_into_the_backlog(folder):
    with daemon(folder) as running:
        os.kill(running.process.pid, 19)  # SIGSTOP: nobody accepts
        try:
            streams = [running.raw() for _ in range(400)]
        finally:
            os.kill(running.process.pid, 18)
        assert running.answers()
        for stream in streams:
            stream.close()


@test
def silent_and_dripping_peers_are_cut(folder):
    with daemon(folder, limits={"handshake-ms": 300, "head-ms": 600, "body-ms": 600, "minimum-rate": 100000}) as running:
        silent = [running.raw() for _ in range(40)]
        idle = [running.connect() for _ in range(10)]
        assert all(closed_by_peer(stream) for stream in silent), "no ClientHello"
        assert all(closed_by_peer(stream) for stream in idle), "no request"
        for start in (get()[:-2], "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n"):
            stream = running.connect()
            stream.sendall(start.encode())
            status = drip(stream)
            assert status in (0, 408), f"a dripping peer got {status}"
        assert running.answers()


def drip(stream):
    """One field a moment, for as long as the peer takes it."""
    raw = stream
    while True:
        readable, _, _ = select.select([raw], [], [], 0.02)
        if readable:
            return read_answer(raw)[0]
        try:
            raw.sendall(b"X-A: b\r\n")
        except (ConnectionError, ssl.SSLError):
            return 0


@test
def a_body_of_300_megabytes_is_refused_without_being_kept(folder):
    with daemon(folder) as running:
        before = running.memory()
        for head in ("Content-Length: 314572800", "Transfer-Encoding: chunked"):
            stream = running.connect()
            stream.sendall(f"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
            chunk = b"x" * 65536
            if "chunked" in head:
                chunk = b"10000\r\n" + chunk + b"\r\n"
            with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
                for _ in range(300 * 16):
                    stream.sendall(chunk)
                    if select.select([stream], [], [], 0)[0]:
                        break
            assert read_answer(stream)[0] == 413
            stream.close()
        grown = running.memory() - before
        assert grown < 8 * 1024 * 1024, f"memory grew by {grown} bytes"


SMUGGLING = [
    ("both lengths", b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("two lengths", b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", 400),
    ("length list", b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 4\r\n\r\nabcd", 400),
    ("signed length", b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd", 400),
    ("two hosts", b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    ("no host", b"GET / HTTP/1.1\r\n\r\n", 400),
    ("folded", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400),
    ("bare LF", b"GET / HTTP/1.1\nHost: x\n\n", 400),
    ("bare CR", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400),
    ("NUL", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400),
    ("space before colon", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    ("odd coding", b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    ("coding twice", b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501),
    ("chunk LF", b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n", 400),
    ("chunk too long", b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", 400),
    ("chunk no size", b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n;a\r\n\r\n", 400),
    ("chunk 0x", b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400),
    ("1.0 chunked", b"POST /x HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("authority form", b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 400),
    ("version 2", b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    ("head over 16 KB", b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 17000 + b"\r\n\r\n", 431),
    ("200 fields", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: a\r\n" * 200 + b"\r\n", 431),
    ("long target", b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
]


@test
def what_two_readers_could_read_differently_is_refused(folder):
    with daemon(folder) as running:
        for name, text, expected in SMUGGLING:
            stream = running.connect()
            status, fields, body = request(running, text, stream)
            assert status == expected, f"{name}: {status}"
            assert json.loads(body)["status"] == expected and fields["connection"] == "close", name
            assert closed_by_peer(stream)
            stream.close()
        assert running.answers()


@test
def a_refused_request_behind_a_good_one_does_not_spoil_it(folder):
    with daemon(folder) as running:
        before = running.descriptors()
        stream = running.connect()
        stream.sendall((get() + "GET / HTTP/1.1\r\nA: b\r\n\r\n").encode())
        data = b""
        with contextlib.suppress(ConnectionError):
            while part := stream.recv(65536):
                data += part
        assert re.findall(rb"HTTP/1.1 (\d+)", data) == [b"200", b"400"], data
        stream.close()
        wait_for(lambda: running.descriptors() <= before, "the connection's descriptor stayed open")


@test
def pipelined_requests_are_answered_in_order(folder):
    with daemon(folder) as running:
        stream = running.connect()
        paths = [SERVICE, "/api/v1/session", "/nowhere", SERVICE] * 5
        stream.sendall("".join(get(path) for path in paths[:-1]).encode() + get(paths[-1], "Connection: close\r\n").encode())
        data = b""
        while part := stream.recv(65536):
            data += part
        assert re.findall(rb"HTTP/1.1 (\d+)", data) == [b"200", b"401", b"404", b"200"] * 5


@test
def a_large_range_header_is_not_amplified(folder):
    with daemon(folder) as running:
        ranges = "bytes=" + ",".join(f"{i}-" for i in range(1000))
        status, _, body = request(running, get(fields=f"Range: {ranges}\r\n"))
        assert status == 200 and len(body) < 1000, (status, len(body))


@test
def clients_dying_in_the_handshake_do_no_harm(folder):
    hello = bytes.fromhex("1603010200010001fc0303") + b"\1" * 40
    with daemon(folder) as running:
        before = running.descriptors()
        for i in range(100):
            stream = running.raw()
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.sendall(hello[:i % len(hello)] or b"GET / HTTP/1.1\r\n\r\n")
            stream.close()
        assert running.answers()
        wait_for(lambda: running.descriptors() <= before + 1, "descriptors of dead handshakes stayed open")


@test
def tls_before_1_2_is_refused(folder):
    with daemon(folder) as running:
        for version, welcome in ((ssl.TLSVersion.TLSv1, False), (ssl.TLSVersion.TLSv1_1, False),
                                 (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
            try:
                context(version, version).wrap_socket(running.raw()).close()
                agreed = True
            except (ssl.SSLError, ConnectionError):
                agreed = False
            assert agreed == welcome, f"{version!r}: {agreed}"


@test
def only_http_1_1_and_cheap_groups_are_agreed(folder):
    with daemon(folder) as running:
        for offered, agreed in ((["h2", "http/1.1"], "http/1.1"), (["http/1.1"], "http/1.1"), (None, None), (["h2"], "refused")):
            made = context()
            if offered:
                made.set_alpn_protocols(offered)
            try:
                with made.wrap_socket(running.raw()) as stream:
                    found = stream.selected_alpn_protocol()
            except (ssl.SSLError, ConnectionError):
                found = "refused"
            assert found == agreed, f"{offered}: {found}"
        for group, welcome in (("X25519", True), ("P-256", True), ("P-384", True), ("ffdhe2048", False), ("ffdhe8192", False)):
            done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{running.port}", "-groups", group, "-tls1_3"],
                                  stdin=subprocess.DEVNULL, capture_output=True)
            assert (b"Verify return code" in done.stdout and b"Cipher is (NONE)" not in done.stdout) == welcome, group


@test
def a_session_is_resumed_by_any_worker_and_only_where_that_is_safe(folder):
    with supervised(folder) as port:
        for version, resumes in ((ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, False)):
            made = context(version, version)
            first = made.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            with first:
                assert request(None, get(), first)[0] == 200  # the ticket came with the answer
                session = first.session
            reused = set()
            for _ in range(12):  # enough that the kernel deals some of them to the other worker
                with made.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE), session=session) as again:
                    assert request(None, get(), again)[0] == 200
                    reused.add(again.session_reused)
            assert reused == {resumes}, f"{version!r}: {reused}"


@test
def sighup_brings_a_new_certificate_and_the_old_workers_go(folder):
    own = tempfile.mkdtemp(dir=folder)
    make_certificate(own)
    with supervised(folder, own) as port:
        old = shown_certificate(port)
        supervisor = SUPERVISORS[port]
        first = children(supervisor)
        make_certificate(own)
        os.chmod(f"{own}/key.pem", 0o644)
        supervisor.send_signal(1)

        def replaced():
            with context().wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)) as stream:
                assert request(None, get(), stream)[0] == 200, "somebody was lost on the way"
            return len(children(supervisor)) == 3 and not children(supervisor) & first
        wait_for(replaced, "the workers were not replaced")
        assert shown_certificate(port) != old
        assert "chmod o-rwx" in log_of(supervisor), "nobody warned of a key that all may read"
        second = children(supervisor)
        with open(f"{own}/cert.pem", "w", encoding="ascii") as file:
            file.write("nonsense")
        supervisor.send_signal(1)
        wait_for(lambda: "The old certificate stays in use" in log_of(supervisor), "nobody said that the new certificate is bad")
        assert shown_certificate(port) != old and children(supervisor) == second


@test
def sighup_brings_a_new_certificate_to_a_process_that_is_alone(folder):
    own = tempfile.mkdtemp(dir=folder)
    make_certificate(own)
    with daemon(folder, arguments=[f"--certificate={own}/cert.pem", f"--key={own}/key.pem"]) as running:
        with running.connect() as before:
            old = shown_certificate(running.port)
            make_certificate(own)
            running.process.send_signal(1)
            wait_for(lambda: shown_certificate(running.port) != old, "the new certificate was never shown")
            assert request(running, get(), before)[0] == 200


@test
def bodies_over_the_budget_are_refused_and_what_brings_none_is_answered(folder):
    limits = {"buffered-bytes": 1048576, "connections-per-network": 0}
    part = "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 65001\r\n\r\n" + "x" * 65000
    with daemon(folder, limits=limits) as running, contextlib.ExitStack() as stack:
        streams = [stack.enter_context(running.connect()) for _ in range(20)]
        for stream in streams:
            assert request(running, get(), stream)[0] == 200
            stream.sendall(part.encode())
        refused = select.select(streams, [], [], PATIENCE)[0]
        assert refused, "nobody was refused"
        status, fields, body = read_answer(refused[0])
        assert status == 503 and int(fields["retry-after"]) >= 1 and json.loads(body)["type"].endswith("/overloaded"), status
        assert request(running, get())[0] == 200


@test
def a_socket_file_of_a_living_service_is_not_taken_away(folder):
    path = f"{folder}/http.sock"
    with daemon(folder, arguments=[f"--unix-socket={path}"]):
        command = [DAEMON, "--role=web", f"--unix-socket={path}", f"--database=sqlite:{folder}/test.db"]
        second = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert second.returncode != 0 and path in second.stderr, (second.returncode, second.stderr)
        with socket.socket(socket.AF_UNIX) as front:
            front.settimeout(PATIENCE)
            front.connect(path)
            assert request(None, get(), front)[0] == 200
    with daemon(folder, arguments=[f"--unix-socket={path}"]):
        pass  # what a service that has ended left there is replaced


@test
def idle_tls_connections_are_cheap_and_silent_handshakes_block_nobody(folder):
    with daemon(folder) as running, contextlib.ExitStack() as stack:
        warm = [stack.enter_context(running.connect()) for _ in range(20)]
        before = running.memory()
        idle = [stack.enter_context(running.connect()) for _ in range(200)]
        each = (running.memory() - before) / len(idle)
        with open(f"/proc/{running.process.pid}/maps", encoding="utf-8") as maps:
            most = (1024 if "libasan" in maps.read() else 128) * 1024  # the sanitizer's shadow counts too
        assert each < most, f"{each:.0f} bytes for each idle connection"
        hello = bytes.fromhex("16030100c8010000c40303")
        for _ in range(100):
            stack.enter_context(running.raw()).sendall(hello)
        assert running.answers()
        assert request(running, get(), warm[0])[0] == 200


@test
def a_client_that_does_not_read_is_cut_and_its_answers_thrown_away(folder):
    with daemon(folder, limits={"write-ms": 400, "minimum-rate": 100000000}) as running:
        before = running.descriptors()
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", running.port))
        stream = context().wrap_socket(raw, server_hostname="localhost")
        stream.setblocking(False)
        with contextlib.suppress(ssl.SSLWantWriteError, ConnectionError):
            while True:
                stream.send(get("/nowhere").encode() * 50)
        wait_for(lambda: running.descriptors() <= before, "a client that never reads was never cut")
        raw.close()
        assert running.answers()


@test
def header_values_cannot_be_injected(folder):
    with daemon(folder) as running:
        status, fields, _ = request(running, get("/confirm/a%0d%0aSet-Cookie:%20x=1"))
        assert status >= 400 and "set-cookie" not in fields, (status, fields)
        status, fields, body = request(running, get(fields="X-Nhi-Range: bytes=0-1\r\n"))
        assert status == 200 and len(body) > 2


@test
def each_refusal_is_a_problem_in_the_language_asked_for(folder):
    with daemon(folder) as running:
        json_post = "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}"
        cases = [
            (get("/api/v1/nowhere"), 404, "not-found"),
            ("PATCH /api/v1/service HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method-not-allowed"),
            (get("/api/v1/session"), 401, "session-required"),
            (json_post.format("text/plain", 2, "{}"), 415, "unsupported-media-type"),
            (json_post.format("application/json", 14, '{"a":1,"a":2} '), 400, "malformed-request"),
            (json_post.format("application/json", 40, "[" * 20 + "]" * 20), 400, "malformed-request"),
            ("GET /api/v1/service HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 413, "too-large"),
        ]
        for text, expected, slug in cases:
            status, fields, body = request(running, text)
            assert status == expected, f"{text[:60]!r}: {status} {body!r}"
            assert fields["content-type"] == "application/problem+json", fields
            assert json.loads(body)["type"].endswith("/" + slug), body
        assert request(running, cases[1][0])[1]["allow"] == "GET, HEAD"
        english = json.loads(request(running, get("/api/v1/x", "Accept-Language: en\r\n"))[2])["title"]
        chinese = json.loads(request(running, get("/api/v1/x", "Accept-Language: zh\r\n"))[2])["title"]
        assert english == "Not found" and chinese == "找不到"


@test
def too_many_requests_are_told_when_to_come_back(folder):
    with daemon(folder, limits={"rate-per-minute": 240, "workers": 1}) as running:
        stream = running.connect()
        answers = [request(running, get(), stream) for _ in range(80)]
        refused = [fields for status, fields, _ in answers if status == 429]
        assert refused and all(int(fields["retry-after"]) >= 1 for fields in refused)
        assert answers[0][0] == 200


@test
def a_full_queue_sheds_with_retry_after(folder):
    limits = {"hashing-threads": 1, "hashing-queue": 1, "connections-per-network": 0}
    body = json.dumps({"card_number": "000000000000", "id_number": "A123456789", "password": "x" * 12, "client": "t"})
    post = f"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" \
           f"Content-Length: {len(body)}\r\n\r\n{body}"
    with daemon(folder, limits=limits) as running, contextlib.ExitStack() as stack:
        streams = [stack.enter_context(running.connect()) for _ in range(40)]
        for stream in streams:
            stream.sendall(post.encode())
        answers = [read_answer(stream) for stream in streams]
        shed = [fields for status, fields, _ in answers if status == 503]
        assert shed and all(int(fields["retry-after"]) >= 1 for fields in shed), [a[0] for a in answers]
        assert running.answers()


@test
def one_network_cannot_take_all_connections(folder):
    with daemon(folder, limits={"connections-per-network": 10}) as running, contextlib.ExitStack() as stack:
        streams = [stack.enter_context(running.raw()) for _ in range(11)]
        assert closed_by_peer(streams[-1])
        streams[0].close()
        wait_for(running.answers, "a place that became free was not given again")


@test
def a_client_that_waits_for_100_gets_it(folder):
    with daemon(folder) as running:
        stream = running.connect()
        head = "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n"
        stream.sendall((head + "Content-Length: 2\r\n\r\n").encode())
        assert stream.recv(1024).startswith(b"HTTP/1.1 100 ")
        status, _, _ = request(running, "{}", stream)
        assert status in (400, 401, 422), status
        stream.close()
        stream = running.connect()
        assert request(running, head + "Content-Length: 99999999\r\n\r\n", stream)[0] == 413


@test
def drain_ends_idle_connections_and_finishes_what_runs(folder):
    with daemon(folder) as running:
        idle, busy = running.connect(), running.connect()
        assert request(running, get(), idle)[0] == 200
        busy.sendall(b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{")
        request(running, get())
        running.process.terminate()
        assert closed_by_peer(idle)
        status, fields, _ = request(running, "}", busy)
        assert status in (400, 401, 422) and fields["connection"] == "close", (status, fields)
        assert running.process.wait(PATIENCE) == 0
        running.process = None


@test
def a_crashed_worker_is_replaced_and_nobody_survives_the_supervisor(folder):
    with supervised(folder) as port:
        supervisor = SUPERVISORS[port]
        first = children(supervisor)
        os.kill(min(first), 9)
        wait_for(lambda: len(children(supervisor)) == 3 and children(supervisor) != first, "the killed worker was not replaced")
        last = children(supervisor)
        supervisor.terminate()
        assert supervisor.wait(PATIENCE) == 0
        wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in last), "a worker outlived the supervisor")


@test
def who_waits_at_the_door_of_a_killed_worker_is_let_in_by_its_successor(folder):
    with supervised(folder) as port:
        supervisor = SUPERVISORS[port]
        first = children(supervisor)
        for pid in first:
            os.kill(pid, 19)  # SIGSTOP: nobody accepts
        streams = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) for _ in range(40)]
        for pid in first:
            os.kill(pid, 9)
        for stream in streams:
            with context().wrap_socket(stream) as agreed:
                assert request(None, get(), agreed)[0] == 200


@test
def a_worker_that_dies_again_and_again_leaves_its_clients_to_the_others(folder):
    with supervised(folder) as port:
        supervisor = SUPERVISORS[port]
        others = children(supervisor) - {min(children(supervisor))}

        def others_have_the_port():
            for pid in children(supervisor) - others:
                os.kill(pid, 9)
            return listeners(port) == 1
        wait_for(others_have_the_port, "its socket was never given up")
        for _ in range(20):
            with context().wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)) as stream:
                assert request(None, get(), stream)[0] == 200
        wait_for(lambda: listeners(port) == 2, "it never came back")


@test
def a_node_that_ends_with_notice_says_so_first_and_serves_meanwhile(folder):
    with daemon(folder, limits={"notice-seconds": 600}) as running:
        kept = running.connect()
        assert request(running, get("/health/ready"), kept)[0] == 200
        running.process.terminate()

        def ready():
            return request(running, get("/health/ready"))
        wait_for(lambda: ready()[0] == 503, "it never said that it is about to end")
        status, fields, body = ready()
        assert json.loads(body)["state"] == "draining" and fields["connection"] == "close", (fields, body)
        status, fields, _ = request(running, get(), kept)
        assert status == 200 and fields["connection"] == "close", "who was there is served, and told to go elsewhere"
        assert closed_by_peer(kept)
        assert request(running, get())[0] == 200 and request(running, get("/health/live"))[0] == 200, "who comes is served"
        idle = running.connect()
        running.process.send_signal(2)  # SIGINT: now
        assert closed_by_peer(idle)
        assert running.process.wait(PATIENCE) == 0
        running.process = None


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
