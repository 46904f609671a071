"""A real server in its own processes, and terminals that talk to it as browsers do."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

from dispensary.home import HOME_VARIABLE, URL_VARIABLE, Home

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 90.0
KEPT_OPEN = 1.0
"""The server closes idle connections after two seconds; a browser opens a new one."""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`dispensary serve` on a home, in a process group of its own."""

    def __init__(self, home: Home, program: str = "app", **environment: str) -> None:
        self.home = home
        self.program, self.environment = program, environment
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        environment = os.environ | {HOME_VARIABLE: str(self.home.folder), URL_VARIABLE: self.home.database_url}
        environment |= self.environment
        self.log = (self.home.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.program, "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            try:
                answer = Terminal(self.port).get("/health")
            except OSError:
                assert self.process.poll() is None, (self.home.folder / "server.log").read_text()
                time.sleep(0.05)
            else:
                assert answer.status == 200
                return self
        raise AssertionError("the server did not answer")

    def kill(self) -> None:
        """Kill the whole process group at once, as a power cut would end it."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self) -> None:
        """Ask the server to end, and wait."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(PATIENCE)
            self.log.close()


@dataclass
class Answer:
    """What came back: status, where to, and the page."""

    status: int
    location: str
    text: str


@dataclass
class Terminal:
    """One browser at one terminal: keeps its cookies and its connection."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None
    tag: str = ""
    used: float = 0.0

    def get(self, path: str, *, unless: str = "") -> Answer:
        """Ask for a page; with a tag, only if it is another by now."""
        return self._ask("GET", path, unless=unless)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self._ask("POST", path, urlencode(fields))

    def _ask(self, verb: str, path: str, body: str | None = None, unless: str = "") -> Answer:
        if self.connection is not None and time.monotonic() - self.used > KEPT_OPEN:
            self.connection.close()
            self.connection = None
        self.used = time.monotonic()
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if unless:
            headers["If-None-Match"] = unless
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.connection.request(verb, path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        self.tag = answer.getheader("ETag") or ""
        for header in answer.msg.get_all("Set-Cookie") or []:
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, answer.getheader("Location") or "", text)

    def __del__(self) -> None:
        if self.connection is not None:
            self.connection.close()

    def sign_in(self, username: str, password: str) -> "Terminal":
        answer = self.post("/sign-in", fields_of(self.get("/sign-in").text) | _named(username, password))
        assert answer.status == 303, answer.text
        return self

    def open(self, person_id: int) -> dict[str, str]:
        """Open a person's page and return the hidden fields of its form."""
        answer = self.get(f"/window/{person_id}")
        assert answer.status == 200, answer.status
        return fields_of(answer.text)

    def press(self, person_id: int, fields: dict[str, str], value: str = "F") -> Answer:
        """Type a value into the one field and press Enter."""
        return self.post(f"/window/{person_id}", fields | {"scan": value})


def _named(username: str, password: str) -> dict[str, str]:
    return {"username": username, "password": password}


HIDDEN = re.compile(r"<input[^>]*type=\"hidden\"[^>]*>")


def fields_of(page: str) -> dict[str, str]:
    """Return the hidden fields of the form in the page's main part."""
    main = page[page.index("<main") :]
    main = main[main.index("<form") :]
    main = main[: main.index("</form>")]
    found = {}
    for tag in HIDDEN.findall(main):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name:
            found[name.group(1)] = value.group(1) if value else ""
    return found


class _Filled(HTMLParser):
    """Collects what a browser would send of the form that has a token, as it stands on the page."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.done = action, False, False
        self.fields: dict[str, str] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        had = dict(attributes)
        if tag == "form" and not self.done:
            self.inside = not self.action or (had.get("action") or "").endswith(self.action)
        elif self.inside and tag == "input" and had.get("name"):
            ticked = had.get("type") not in ("radio", "checkbox") or "checked" in had
            if ticked and had.get("type") != "submit":
                self.fields[had["name"] or ""] = had.get("value") or ""
        elif self.inside and tag == "select":
            self.select = had.get("name") or ""
        elif self.inside and tag == "option" and self.select and ("selected" in had or self.select not in self.fields):
            self.fields[self.select] = had.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.inside:
            self.inside, self.done = False, True
        elif tag == "select":
            self.select = ""


def filled_in(page: str, action: str = "") -> dict[str, str]:
    """Return all fields of a form in the page's main part as they stand: the first, or the one that is sent there."""
    reader = _Filled(action)
    reader.feed(page[page.index("<main") :])
    return reader.fields
