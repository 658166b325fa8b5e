#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fronts that name their clients by a PROXY header, and strangers who would like to be one. TAP on stdout; every wait is for an
event. The trusted front is 127.0.0.2; whoever comes from 127.0.0.1 is a stranger."""

import contextlib
import os
import select
import socket
import ssl
import struct
import sys

from running import (PATIENCE, closed_by_peer, context, daemon, free_port, get, read_answer, request, run_tests, wait_for)

TESTS = []
FRONT = "127.0.0.2"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LOCAL = SIGNATURE + b"\x20\0\0\0"
CLIENT = "192.0.2.1"


def test(function):
    TESTS.append(function)
    return function


def v1(client=CLIENT):
    family = "TCP6" if ":" in client else "TCP4"
    return f"PROXY {family} {client} {'2001:db8::9' if ':' in client else '198.51.100.9'} 40000 443\r\n".encode()


def v2(client=CLIENT, values=b""):
    family = socket.AF_INET6 if ":" in client else socket.AF_INET
    called = "2001:db8::9" if ":" in client else "198.51.100.9"
    addresses = socket.inet_pton(family, client) + socket.inet_pton(family, called) + struct.pack(">HH", 40000, 443)
    return SIGNATURE + struct.pack(">BBH", 0x21, 0x21 if ":" in client else 0x11, len(addresses + values)) + addresses + values


class Doors:
    """The three ways in of one worker: TLS, bare HTTP for fronts, the Unix socket."""

    def __init__(self, running, front_port, path):
        self.running, self.front_port, self.path = running, front_port, path

    def tls(self, header, source=FRONT):
        """The bare connection behind @header."""
        stream = socket.create_connection(("127.0.0.1", self.running.port), PATIENCE, (source, 0))
        stream.sendall(header)
        return stream

    def bare(self, header, source=FRONT):
        stream = socket.create_connection(("127.0.0.1", self.front_port), PATIENCE, (source, 0))
        with contextlib.suppress(ConnectionError):
            stream.sendall(header)
        return stream

    def unix(self, header):
        stream = socket.socket(socket.AF_UNIX)
        stream.settimeout(PATIENCE)
        stream.connect(self.path)
        stream.sendall(header)
        return stream

    def agreed(self, header):
        return context().wrap_socket(self.tls(header), server_hostname="localhost")

    def all(self, header):
        """One connection through each, ready for HTTP."""
        return [self.agreed(header), self.bare(header), self.unix(header)]


@contextlib.contextmanager
def doors(folder, fronts=FRONT + ";unix", **limits):
    port, path = free_port(), f"{folder}/front.sock"
    settings = {"trusted-fronts": fronts, "front-listen": f"127.0.0.1:{port}",
                **{key.replace("_", "-"): value for key, value in limits.items()}}
    with daemon(folder, limits=settings, arguments=[f"--unix-socket={path}"]) as running:
        yield Doors(running, port, path)


def log_of(running):
    return os.pread(running.log.fileno(), 1 << 20, 0).decode()


def is_served(stream):
    status = request(None, get(), stream)[0]
    stream.close()
    return status == 200


@test
def each_form_of_the_header_is_taken_at_each_door(folder):
    headers = [v1(), v1("2001:db8::1"), v2(), v2("2001:db8::1"), v2(values=b"\x04\0\x04\0\0\0\0"), LOCAL, b"PROXY UNKNOWN\r\n",
               SIGNATURE + b"\x21\0\0\0"]
    with doors(folder) as house:
        for header in headers:
            for stream in house.all(header):
                assert is_served(stream), header


@test
def a_stranger_cannot_name_an_address(folder):
    with doors(folder, fronts=FRONT) as house:
        for header in (v1(), v2(), LOCAL):
            stream = house.tls(header, "127.0.0.1")
            try:
                context().wrap_socket(stream).close()
                raise AssertionError("a stranger's header was taken before TLS")
            except (ssl.SSLError, ConnectionError):
                stream.close()
            assert closed_by_peer(house.bare(header + get().encode(), "127.0.0.1")), "at the door for fronts"
            with house.unix(header + get().encode()) as stream:  # not trusted here: the bytes are a request, and a bad one
                assert read_answer(stream)[0] == 400
        assert is_served(house.unix(b"")), "the socket without a header"
        wait_for(lambda: "it is no trusted front" in log_of(house.running), "nobody counted the strangers")
        assert house.running.answers(), "who comes without a header is served over TLS"


@test
def a_front_that_names_nobody_is_closed_and_counted(folder):
    good = v2()
    bad = [get().encode(), b"\x16\x03\x01\x02\0\x01\0", b"PROXY TCP4 a b 1 2\r\n", b"PROXY " + b"x" * 200, good[:14] + b"\xff\xff",
           b"\r\n\r\n\0\r\nQUIX\n" + good[12:], SIGNATURE + b"\x31\x11\0\x0c" + good[16:]]
    with doors(folder) as house:
        for data in bad:
            for stream in (house.tls(data), house.bare(data), house.unix(data)):
                assert closed_by_peer(stream), data
                stream.close()
        for way in (house.tls, house.bare, house.unix):
            with way(good[:-1]) as stream:
                stream.shutdown(socket.SHUT_WR)
                assert closed_by_peer(stream), "a header that ends too soon"
        wait_for(lambda: "PROXY header (16 so far)" in log_of(house.running), "nobody counted them")
        assert house.running.answers()


@test
def a_header_has_the_time_of_a_head_and_no_more(folder):
    with doors(folder, head_ms=400) as house:
        before = house.running.descriptors()
        silent = [way(b"") for way in (house.tls, house.bare, house.unix) for _ in range(20)]
        dripping = house.bare(b"")
        for byte in v1("2001:db8::1") * 50:
            if select.select([dripping], [], [], 0.02)[0]:
                break
            with contextlib.suppress(ConnectionError):
                dripping.sendall(bytes([byte]) if byte != 13 else b"1")  # the line never ends
        assert all(closed_by_peer(stream) for stream in [*silent, dripping])
        for stream in [*silent, dripping]:
            stream.close()
        wait_for(lambda: house.running.descriptors() <= before, "descriptors of silent fronts stayed open")
        wait_for(lambda: "did not come in time" in log_of(house.running), "nobody counted them")


@test
def a_header_may_come_in_pieces_and_with_what_follows_it(folder):
    with doors(folder) as house:
        for header in (v1(), v2(values=b"\x03\0\x04abcd")):
            for way in (house.bare, house.unix):
                stream = way(b"")
                if stream.family != socket.AF_UNIX:
                    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for byte in header:
                    stream.sendall(bytes([byte]))
                assert is_served(stream)
                assert is_served_at_once(way(header + get().encode())), "header and request in one"
            assert hello_behind(house, header), "header and ClientHello in one"


def is_served_at_once(stream):
    with stream:
        return read_answer(stream)[0] == 200


def hello_behind(house, header):
    """Header and ClientHello in one write; TLS goes on from there."""
    come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context().wrap_bio(come, go, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    with house.tls(header + go.read()) as stream:
        while True:
            try:
                tls.do_handshake()
                return True
            except ssl.SSLWantReadError:
                part = stream.recv(65536)
                if not part:
                    return False
                come.write(part)


@test
def a_cap_counts_the_clients_behind_a_front_by_their_networks(folder):
    with doors(folder, connections_per_network=3) as house, contextlib.ExitStack() as stack:
        ways = [house.agreed, lambda header: house.bare(header), lambda header: house.unix(header)]
        streams = [stack.enter_context(way(v2(CLIENT))) for way in ways]
        assert all(request(None, get(), stream)[0] == 200 for stream in streams)
        assert closed_by_peer(house.bare(v2(CLIENT))), "a fourth of the same network"
        assert is_served(house.bare(v2("192.0.2.2"))), "another network"
        many = [stack.enter_context(house.bare(LOCAL)) for _ in range(10)]
        assert all(request(None, get(), stream)[0] == 200 for stream in many), "the front itself has no cap"
        streams[0].close()
        wait_for(lambda: request(None, get(), house.bare(v1(CLIENT)))[0] == 200, "a place that became free was not given again")
        six = [stack.enter_context(house.bare(v2(f"2001:db8::{number}"))) for number in range(1, 4)]
        assert all(request(None, get(), stream)[0] == 200 for stream in six)
        assert closed_by_peer(house.bare(v2("2001:db8::4"))), "a /64 is one network"
        assert is_served(house.bare(v2("2001:db8:0:1::4")))


@test
def a_rate_counts_the_clients_behind_a_front_whatever_they_claim(folder):
    with doors(folder, rate_per_minute=240, workers=1) as house:
        stream = house.bare(v2(CLIENT))
        answers = [request(None, get(fields=f"X-Forwarded-For: 203.0.113.{number}\r\nForwarded: for=203.0.113.{number}\r\n"), stream)
                   for number in range(80)]
        assert answers[0][0] == 200 and answers[-1][0] == 429, [status for status, _, _ in answers]
        assert is_served(house.agreed(v2("192.0.2.2"))), "another client of the same front"
        assert house.running.answers()


@test
def the_public_address_decides_on_strict_transport_security(folder):
    for uri, expected in (("https://nhicard.example", True), ("http://localhost:8080", False)):
        with doors(folder, public_uri=uri) as house:
            for stream in (house.bare(v2()), house.unix(v2())):
                fields = request(None, get(), stream)[1]
                assert ("strict-transport-security" in fields) == expected, (uri, fields)
                stream.close()


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
