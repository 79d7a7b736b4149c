"""Where the readers are, and how one is run: in a home of its own, without a network, and not for ever."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any, Self

from profiles.enums import ArtifactType

FOLDER = Path(os.environ.get("READERS", Path(__file__).resolve().parents[2] / "var" / "readers"))
"""The folder whose `node_modules` holds the readers."""

_MODULES = FOLDER / "node_modules"
CODEX = _MODULES / ".bin" / "codex"
GEMINI = _MODULES / "@google" / "gemini-cli" / "bundle"

type Message = dict[str, Any]

_NODE = 20
_SECONDS = 60
# What asks for a proxy gets nowhere. It is what is left where a process may not have a network of its own.
_NOWHERE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a reader takes in: names by type, as often as it lists them, and the text of the project's instructions.

    And whatever it complains about.
    """

    names: Mapping[ArtifactType, list[str]]
    instructions: str
    complaints: list[str]

    @classmethod
    def of(cls, names: Mapping[ArtifactType, list[str]], *, instructions: str, complaints: list[str]) -> Self:
        """The same whatever order the names come in, and whatever blank lines are around the text."""
        return cls({kind: sorted(names.get(kind, [])) for kind in ArtifactType}, instructions.strip(), complaints)


@cache
def missing() -> str:
    """Why the readers cannot be run here; '' when they can."""
    if shutil.which("node") is None:
        return "Node.js is not installed (on Debian: apt-get install nodejs npm)."
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < _NODE:
        return f"Gemini CLI takes Node.js {_NODE} or newer, and this is {version}."
    if not CODEX.exists() or not GEMINI.is_dir():
        return f"The readers are not in {_MODULES}. Run `make readers`."
    return ""


@dataclass(frozen=True, slots=True)
class Home:
    """A home folder in which nobody has been yet but to say that the project in `project` is trusted."""

    folder: Path
    project: Path

    def prepare(self) -> None:
        """Trust the project, in the words of each reader."""
        codex, gemini = self.folder / ".codex", self.folder / ".gemini"
        for each in (codex, gemini, self.folder / "tmp"):
            each.mkdir(parents=True)
        (codex / "config.toml").write_text(f'[projects.{json.dumps(str(self.project))}]\ntrust_level = "trusted"\n')
        (gemini / "trustedFolders.json").write_text(json.dumps({str(self.project): "TRUST_FOLDER"}))

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program in the project. Raises TimeoutExpired after a minute."""
        return subprocess.run(
            _alone(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            cwd=self.project,
            env=self._environment(),
            check=False,
        )

    def ask(self, command: Sequence[str | Path], messages: Sequence[Message]) -> list[Message]:
        """What a program that speaks JSON-RPC says until it has answered every message that has an `id`.

        One that ends before, or takes more than a minute, fails the test with what it wrote elsewhere.
        """
        with (
            (self.folder / "stderr").open("w+") as elsewhere,
            subprocess.Popen(
                _alone(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=elsewhere,
                text=True,
                cwd=self.project,
                env=self._environment(),
            ) as process,
        ):
            limit = Timer(_SECONDS, process.kill)
            limit.start()
            assert process.stdin
            assert process.stdout
            process.stdin.write("".join(json.dumps(message) + "\n" for message in messages))
            process.stdin.flush()
            heard: list[Message] = []
            open_questions = {message["id"] for message in messages if "id" in message}
            for line in process.stdout:
                heard.append(json.loads(line))
                open_questions.discard(heard[-1].get("id"))
                if not open_questions:
                    # It ends when nobody can ask any more.
                    process.stdin.close()
            limit.cancel()
            assert not open_questions, (self.folder / "stderr").read_text()
        return heard

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "CODEX_HOME": str(self.folder / ".codex"),
            # Codex warns of a home among temporary files.
            "TMPDIR": str(self.folder / "tmp"),
            "NO_COLOR": "1",
            **_NOWHERE,
        }


def _alone(command: Sequence[str | Path]) -> list[str]:
    return [*_without_network(), *map(str, command)]


@cache
def _without_network() -> tuple[str, ...]:
    """What to put before a command, where the kernel allows that: a network of its own with nothing in it."""
    if (program := shutil.which("unshare")) is None:
        return ()
    prefix = (program, "--map-root-user", "--net")
    works = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if works else ()
