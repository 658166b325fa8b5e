# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser without a window, driven by the WebDriver protocol with the standard library."""

import base64
import json
import os
import urllib.request

from . import processes
from .processes import Process, can_connect, wait_until

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, folder, arguments):
        processes.need("chromedriver", "chromium")
        self.port = processes.free_ports()
        self.process = Process("chromedriver", ["chromedriver", f"--port={self.port}"], folder,
                               env={**os.environ, "HOME": folder})
        self.session = None
        self.arguments = arguments

    def _call(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)["value"]

    def _page(self, method, path, body=None):
        return self._call(method, f"/session/{self.session}{path}", body)

    def __enter__(self):
        wait_until(lambda: can_connect(self.port), "chromedriver")
        options = {"args": self.arguments, "binary": "/usr/bin/chromium"}
        capabilities = {"alwaysMatch": {"acceptInsecureCerts": True, "goog:chromeOptions": options}}
        self.session = self._call("POST", "/session", {"capabilities": capabilities})["sessionId"]
        return self

    def open(self, address):
        self._page("POST", "/url", {"url": address})

    def click(self, selector):
        element = self._page("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]
        self._page("POST", f"/element/{element}/click", {})

    def text(self):
        element = self._page("POST", "/element", {"using": "css selector", "value": "body"})[ELEMENT]
        return self._page("GET", f"/element/{element}/text")

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._page("GET", "/screenshot")))

    def __exit__(self, *_):
        if self.session:
            self._page("DELETE", "")
        self.process.stop()
