# SPDX-License-Identifier: GPL-3.0-or-later
"""The service: a certificate of a demo authority, a database with demo people, nhicardd."""

import json
import os
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
import uuid

from . import database, processes
from .processes import Process, can_connect, wait_until


def make_certificates(folder):
    """An authority of our own and a certificate for localhost, both on P-256; (ca, certificate, key)."""
    os.makedirs(folder, exist_ok=True)
    path = {name: os.path.join(folder, name) for name in
            ("ca.key", "ca.pem", "leaf.key", "leaf.csr", "leaf.pem", "chain.pem", "leaf.ext")}

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-days", "30", "-subj", "/O=nhicard demo/CN=nhicard demo authority",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            "-keyout", path["ca.key"], "-out", path["ca.pem"])
    openssl("req", *curve, "-subj", "/CN=localhost", "-keyout", path["leaf.key"], "-out", path["leaf.csr"])
    with open(path["leaf.ext"], "w", encoding="ascii") as file:
        file.write("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                   "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n")
    openssl("x509", "-req", "-in", path["leaf.csr"], "-CA", path["ca.pem"], "-CAkey", path["ca.key"],
            "-CAcreateserial", "-days", "30", "-extfile", path["leaf.ext"], "-out", path["leaf.pem"])
    with open(path["chain.pem"], "w", encoding="ascii") as chain:
        for name in ("leaf.pem", "ca.pem"):
            with open(path[name], encoding="ascii") as part:
                chain.write(part.read())
    return path["ca.pem"], path["chain.pem"], path["leaf.key"]


class Service:
    """nhicardd on a free port with a database of its own, @data or one of the engine that NHI_TEST_ENGINE names; mail goes
    to @smtp_port or into @mail_folder; @limits are settings that differ from the defaults."""

    def __init__(self, folder, build, people=40, seed=1, smtp_port=None, mail_folder=None, workers=2, port=None,
                 limits=None, data=None):
        self.folder = folder
        self.build = build
        self.port = port or processes.free_ports()
        self.uri = f"https://localhost:{self.port}"
        self.mail_folder = mail_folder
        self.process = None
        self.ca_file, self.certificate, self.key = make_certificates(os.path.join(folder, "tls"))
        self.config = os.path.join(folder, "nhicardd.conf")
        self.database = data or database.make(folder)
        self._write_config(smtp_port, workers, limits or {})
        if self.mail_folder:
            os.makedirs(self.mail_folder, exist_ok=True)
        try:
            self.control("migrate")
            self.control("demo-data", "--people", str(people), "--seed", str(seed))
        except BaseException:
            self.database.close()
            raise

    def control(self, *arguments):
        """nhicardctl on this database; its output."""
        program = str(self.build / "service/nhicardctl")
        command = [program, arguments[0], "--database", self.database.uri, *arguments[1:]]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        self.process = Process("nhicardd", [str(self.build / "service/nhicardd"), "--config", self.config],
                               self.folder)
        wait_until(self._ready, lambda: "nhicardd: " + self.process.log_text(), timeout=30)

    def _ready(self):
        if not self.process.running():
            raise AssertionError(f"nhicardd ended with {self.process.popen.poll()}:\n{self.process.log_text()}")
        return can_connect(self.port) and self.request("GET", "/api/v1/service")[0] == 200

    def request(self, method, path, body=None, token=None, headers=None):
        """(status, JSON or bytes) of one request with a verified certificate."""
        context = ssl.create_default_context(cafile=self.ca_file)
        request = urllib.request.Request(self.uri + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
            request.add_header("Idempotency-Key", str(uuid.uuid4()))
        if token:
            request.add_header("Authorization", "Bearer " + token)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, context=context, timeout=30) as answer:
                return answer.status, _parse(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _parse(error)
        except (urllib.error.URLError, OSError):
            return 0, None

    def register(self, person, language="zh-TW"):
        """Applies for a persona as the client would; AssertionError when it is refused."""
        body = {key: person[key] for key in ("card_number", "id_number", "name", "birth_date", "household_number",
                                              "village_code", "email", "phone", "password")}
        body.update(neighbourhood=int(person["neighbourhood"]), language=language)
        status, answer = self.request("POST", "/api/v1/registrations", body)
        if status != 202:
            raise AssertionError(f"registration refused: {status} {answer}")
        return answer

    def sign_in(self, person):
        status, answer = self.request("POST", "/api/v1/sessions", {
            "card_number": person["card_number"], "id_number": person["id_number"],
            "password": person["password"], "client": "journey"})
        if status != 201:
            raise AssertionError(f"sign-in refused: {status} {answer}")
        return answer["token"]

    def workers(self):
        """Process ids of the workers under the supervisor."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def kill_workers(self):
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def stop(self):
        """Its exit code, or None when it did not run."""
        if not self.process:
            return None
        process, self.process = self.process, None
        return process.stop()

    def close(self):
        """Its exit code as stop() has it; the database is gone afterwards."""
        try:
            return self.stop()
        finally:
            self.database.close()

    def _write_config(self, smtp_port, workers, limits):
        if not smtp_port and not self.mail_folder:
            self.mail_folder = os.path.join(self.folder, "letters")
        mail = f"smtp://127.0.0.1:{smtp_port}" if smtp_port else f"folder:{self.mail_folder}"
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("[service]\n"
                       f"listen=127.0.0.1:{self.port}\n"
                       f"certificate={self.certificate}\nkey={self.key}\n"
                       f"database={self.database.uri}\npublic-uri={self.uri}\n"
                       f"mail={mail}\nmail-from=健保卡網路服務 <service@nhicard.example>\n"
                       f"demo=true\nworkers={workers}\n")
            for key in ("threads", "hashing-threads"):
                if key in limits:
                    file.write(f"{key}={limits[key]}\n")
            file.write("[limits]\n" + "".join(f"{key}={value}\n" for key, value in limits.items() if "threads" not in key))


def _parse(answer):
    data = answer.read()
    if "json" in (answer.headers.get("Content-Type") or ""):
        return json.loads(data)
    return data
