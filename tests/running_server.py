"""The application as a user runs it: `manage.py serve` in a process of its own, with data of its own."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.config.fresh_process import PROJECT, environment

_SECONDS_TO_START = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        """Its body, read as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True, slots=True, eq=False)
class Server:
    """A server that listens on this machine."""

    port: int
    settings: Mapping[str, str]
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Ask it something. A `body` goes as JSON, or as it is where it is text; `headers` have underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            named.setdefault("Content-Type", "application/json")
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        connection.putrequest(method, path, skip_host="Host" in named)
        for name, value in named.items():
            connection.putheader(name, value)
        if data is not None:
            connection.putheader("Content-Length", str(len(data.encode())))
        connection.endheaders(None if data is None else data.encode())
        response = connection.getresponse()
        found: dict[str, str] = {}
        for name, value in response.getheaders():
            # Cookies come each in a header of its own.
            found[name.lower()] = f"{found[name.lower()]}\n{value}" if name.lower() in found else value
        answer = Answer(response.status, found, response.read().decode())
        connection.close()
        return answer

    def manage(self, *arguments: str, text: str = "") -> str:
        """What a command of its application prints, with the same data; `text` is what it reads."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=environment(**self.settings),
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Server]:
    """A server whose data is in `folder`, until the end of the block."""
    settings = {"DATA_DIR": str(folder / "data"), **settings}
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(PROJECT / "manage.py"), "serve", "--port", str(port)],
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(port, settings, process)
    try:
        _wait_for(server)
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            server.ask("GET", "/healthz")
        except OSError:
            assert server.process.poll() is None, server.process.communicate()[0]
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        else:
            return
