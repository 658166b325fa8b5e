# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong before the service runs: told once, in words that say what to do, with an exit code."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys

from framework import case, expect, main, program, service

from environment.processes import Missing, Process, can_connect, free_ports, wait_until

FAILED, USAGE, DATABASE, SCHEMA = 1, 2, 3, 4


def refused(arguments, code, *words):
    """nhicardd must end by itself with @code and tell all of @words in one line."""
    done = subprocess.run([program("nhicardd"), *arguments], capture_output=True, text=True, timeout=60)
    told = done.stdout + done.stderr
    expect(done.returncode == code, f"exit code {done.returncode}, not {code}: {told}")
    for word in words:
        expect(word in told, f"“{word}” is not in: {told}")
    lines = [line for line in told.splitlines() if line.startswith("nhicardd: ")]
    expect(len(lines) == 1 and len(lines[0]) < 400, f"not one line: {told}")
    return told


def with_config(one, *changes, append=""):
    with open(one.config, encoding="utf-8") as file:
        text = file.read()
    for old, new in changes:
        expect(old in text, old)
        text = text.replace(old, new)
    path = os.path.join(one.folder, "changed.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + append)
    return ["--config", path]


@case
def settings(folder):
    with service(folder, start=False) as one:
        for changes, append, words in (
                ((), "wrokers=3\n", ("changed.conf", "wrokers")),
                ((), "[limit]\nqueue=3\n", ("[limit]", "queue")),
                ((("workers=2", "workers=two"),), "", ("workers", "two", "from 1 to 256")),
                ((("workers=2", "workers=0"),), "", ("workers", "from 1 to 256")),
                ((("demo=true", "demo=yes"),), "", ("demo", "true or false")),
                ((("[service]\n", ""),), "", ("changed.conf", "group")),
                ((("listen=127.0.0.1:", "listen=127.0.0.1"),), "", ("listen", "ADDRESS:PORT")),
                ((("listen=127.0.0.1:", "listen=localhost:"),), "", ("localhost", "IP address")),
                ((("listen=127.0.0.1:", "listen=192.0.2.1:"),), "", ("192.0.2.1", "no such address")),
                ((("listen=", "#listen="),), "", ("listen", "missing")),
                ((("mail=folder:", "mail=carrier-pigeon:"),), "", ("smtp://host:port",)),
                ((("service@nhicard.example", "nobody"),), "", ("mail-from",)),
                ((("mail-from=健保卡網路服務 <service@nhicard.example>", "mail-from="),), "", ("mail-from",)),
                ((("public-uri=https://", "public-uri=htp:/"),), "", ("public-uri", "https://")),
                ((("public-uri=", "public-uri= #"),), "", ("public-uri", "https://")),
                ((("database=sqlite:", "database=mysql:"),), "", ("mysql:", "sqlite:PATH"))):
            code = DATABASE if "mysql:" in str(changes) else USAGE
            refused(with_config(one, *changes, append=append), code, *words)


@case
def configuration_file(folder):
    refused(["--config", folder + "/none.conf"], USAGE, "none.conf", "No such file")
    refused(["--config", folder], USAGE, folder)
    with open(folder + "/bytes.conf", "wb") as file:
        file.write(bytes(range(256)) * 16)
    refused(["--config", folder + "/bytes.conf"], USAGE, "bytes.conf")


@case
def arguments(folder):
    refused(["--wrong"], USAGE, "--wrong")
    refused(["serve"], USAGE, "serve", "--help")
    refused(["--role", "king", "-d", "sqlite:x"], USAGE, "all, web or jobs")
    refused(["--set", "nonsense"], USAGE, "KEY=VALUE")
    refused(["--set", "colour=red"], USAGE, "colour=red")
    refused([], USAGE, "database", "missing")


@case
def certificate_and_key(folder):
    with service(folder, start=False) as one:
        tls = os.path.join(folder, "tls")
        locked = os.path.join(tls, "locked.key")
        subprocess.run(["openssl", "ec", "-in", one.key, "-aes256", "-passout", "pass:secret", "-out", locked],
                       check=True, capture_output=True)
        with open(os.path.join(tls, "empty.pem"), "wb"):
            pass
        for changes, words in (
                (("chain.pem", "none.pem"), ("certificate", "none.pem", "No such file")),
                (("leaf.key", "none.key"), ("key", "none.key", "No such file")),
                (("chain.pem", "empty.pem"), ("empty.pem", "PEM")),
                (("chain.pem", "leaf.key"), ("leaf.key", "PEM")),
                (("leaf.key", "chain.pem"), ("chain.pem", "none in the file")),
                (("leaf.key", "ca.key"), ("ca.key", "another certificate")),
                (("leaf.key", "locked.key"), ("locked.key", "passphrase"))):
            refused(with_config(one, changes), USAGE, *words)


@case
def an_expired_certificate_is_told_and_served(folder):
    with service(folder, start=False) as one:
        subprocess.run(["openssl", "x509", "-req", "-in", folder + "/tls/leaf.csr", "-CA", one.ca_file,
                        "-CAkey", folder + "/tls/ca.key", "-CAcreateserial", "-days", "-1",
                        "-out", one.certificate], capture_output=True, check=False)
        ended = subprocess.run(["openssl", "x509", "-checkend", "0", "-noout", "-in", one.certificate],
                               capture_output=True, check=False).returncode
        expect(ended == 1, "the certificate did not end")
        one.process = Process("nhicardd", [program("nhicardd"), "--config", one.config], folder)
        wait_until(lambda: can_connect(one.port), one.process.log_text)
        told = one.process.log_text()
        expect("every client refuses it" in told and "SIGHUP" in told, told)
        one.stop()


@case
def port_in_use(folder):
    with service(folder, start=False) as one:
        with socket.socket() as other:
            other.bind(("127.0.0.1", one.port))
            other.listen()
            refused(["--config", one.config], FAILED, str(one.port), "another port")


@case
def a_second_service_does_not_share_the_port_unseen(folder):
    with service(folder) as one:
        refused(["--config", one.config], FAILED, str(one.port), "another port")
        expect(one.request("GET", "/api/v1/service")[0] == 200, "the first one was hurt")


@case
def database_missing(folder):
    with service(folder, start=False) as one:
        refused(with_config(one, ("nhicard.db", "other.db")), DATABASE, "other.db", "nhicardctl migrate")
        expect(not os.path.exists(os.path.join(folder, "other.db")), "a new file was made")
        refused(with_config(one, ("nhicard.db", "nowhere/other.db")), DATABASE, "nowhere")
        refused(with_config(one, (one.database.path, folder)), DATABASE, folder)


@case
def database_server_that_is_away(folder):
    """Said at once, by what a person can mend; the password stays untold."""
    with service(folder, start=False) as one:
        own = f"database={one.database.uri}"
        for uri, words in (
                ("postgresql://clerk:s3cret@127.0.0.1:{port}/nhicard", ("clerk", "127.0.0.1", "check that it runs")),
                ("postgresql:///nhicard?host={folder}&password=s3cret", (folder, "check that it runs")),
                ("postgresql://clerk:s3/cret@127.0.0.1:{port}/nhicard", ("clerk", "%2F")),
                ("postgresql://clerk:s3cret@[127.0.0.1/nhicard", ("clerk", "cannot be read"))):
            uri = uri.format(port=free_ports(), folder=folder)
            told = refused(with_config(one, (own, "database=" + uri)), DATABASE, *words)
            expect("cret" not in told, told)


def copy_of(one, name):
    path = os.path.join(one.folder, name)
    shutil.copy(one.database.path, path)
    return path


@case
def database_damaged(folder):
    with service(folder, start=False) as one:
        cut = copy_of(one, "cut.db")
        os.truncate(cut, os.path.getsize(cut) // 3)
        noise = os.path.join(folder, "noise.db")
        with open(noise, "wb") as file:
            file.write(os.urandom(20000))
        foreign = os.path.join(folder, "foreign.db")
        with sqlite3.connect(foreign) as database:
            database.execute("CREATE TABLE recipes (name TEXT)")
        database.close()
        for name, word in (("cut.db", "backup"), ("noise.db", "backup"), ("foreign.db", "another program")):
            refused(with_config(one, ("nhicard.db", name)), DATABASE, name, word)


@case
def database_of_another_version(folder):
    with service(folder, start=False) as one:
        for name, statement, words in (
                ("newer.db", "INSERT INTO schema_version VALUES (999, '0999-later.sql', 0)", ("999", "newer")),
                ("older.db", "DELETE FROM schema_version", ("nhicardctl migrate",))):
            database = sqlite3.connect(copy_of(one, name))
            database.execute(statement)
            database.commit()
            database.close()
            refused(with_config(one, ("nhicard.db", name)), SCHEMA, name, *words)


@case
def database_that_may_not_be_written(folder):
    with service(folder, start=False) as one:
        path = copy_of(one, "fixed.db")
        if os.geteuid() == 0:
            if subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode != 0:
                raise Missing("root may write every file here and chattr does not work")
        else:
            os.chmod(path, 0o400)
        try:
            refused(with_config(one, ("nhicard.db", "fixed.db")), DATABASE, "fixed.db", "read and written")
        finally:
            if os.geteuid() == 0:
                subprocess.run(["chattr", "-i", path], check=False)


if __name__ == "__main__":
    sys.exit(main("start"))
