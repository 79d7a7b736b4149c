"""A git repository as a source, read through the `git` program and never checked out.

A bare shallow fetch goes into a temporary folder; files are read as the raw objects of one commit. So the
bytes are exact (no end-of-line conversion, no filter, no LFS download), a symlink is seen as one, and nothing
of the repository runs. The environment and configuration of the user play no part.
"""

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import IO

from artifacts.importing.exceptions import SourceError
from artifacts.importing.limits import MEBIBYTE, Deadline, Limits
from artifacts.importing.sources import Listing, ListingBuilder, SourceFile, UnreadableFileError, storable

_POLL_SECONDS = 0.05
_LISTING_BYTES = 64 * MEBIBYTE
_LONGEST_RECORD = MEBIBYTE
_CHUNK_BYTES = 64 * 1024
_COMMIT = re.compile(r"[0-9a-f]{4,64}")
# What a person behind a proxy or with an own certificate authority needs; everything else stays outside.
_PASSED_ON = (
    "PATH", "SSH_AUTH_SOCK", "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
    "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO",
)  # fmt: skip


class GitSource:
    """One commit of a fetched repository, open for reading."""

    def __init__(self, repository: "_Repository", revision: str, limits: Limits, deadline: Deadline) -> None:
        self.revision = revision
        self._limits = limits
        self._deadline = deadline
        self._objects: dict[str, str] = {}
        self._listing = self._listed(repository)
        self._reader = repository.start("cat-file", "--batch")

    @property
    def listing(self) -> Listing:
        return self._listing

    def read(self, path: str) -> bytes:
        self._deadline.check()
        if self._sizes[path] > self._limits.file_bytes:
            raise UnreadableFileError("too-large", f"It is larger than {self._limits.file_bytes} bytes.")
        requests, answers = _pipe(self._reader.stdin), _pipe(self._reader.stdout)
        try:
            requests.write(f"{self._objects[path]}\n".encode())
            requests.flush()
            header = answers.readline().split()
            data = answers.read(int(header[2]) + 1)[:-1] if len(header) == 3 else None
        except OSError as error:
            raise SourceError("git stopped while the repository was read; nothing was changed. Try again.") from error
        if data is None:
            self._deadline.check()
            raise UnreadableFileError("unreadable", "The repository does not hold its content.")
        return data

    def _listed(self, repository: "_Repository") -> Listing:
        builder = ListingBuilder(self._limits)

        @lru_cache(maxsize=1000)
        def is_passed_over(folder: str) -> bool:
            return any(builder.ignores(part) for part in _ancestry(folder, self._limits.folder_depth))

        for record in repository.records("ls-tree", "-r", "-z", "-l", "--full-tree", self.revision):
            facts, _, raw_path = record.partition(b"\t")
            mode, kind, name, size = facts.decode().split()
            path = os.fsdecode(raw_path)
            if is_passed_over(path.rpartition("/")[0]) or builder.ignores(path):
                continue
            if mode == "120000":
                builder.skip(path, "symlink", "It is a symlink, and none is followed. Put the file itself there.")
            elif kind != "blob":
                builder.skip(path, "submodule", "It is a submodule; import its repository as a collection of its own.")
            else:
                self._objects[path] = name
                builder.add(SourceFile(path, int(size), mode == "100755"))
        listing = builder.listing()
        self._sizes: Mapping[str, int] = {file.path: file.size for file in listing.files}
        return listing


@contextmanager
def open_repository(
    url: str, ref: str, protocols: Sequence[str], limits: Limits, deadline: Deadline
) -> Iterator[GitSource]:
    """The commit that `ref` (a branch, tag or commit; empty: the default branch) names at `url`.

    `url` and `ref` have passed `artifacts.importing.locations`. Raises SourceError.
    """
    with tempfile.TemporaryDirectory(prefix="deployment-sets-git-", ignore_cleanup_errors=True) as folder:
        repository = _Repository(Path(folder), protocols, limits, deadline)
        try:
            yield GitSource(repository, repository.fetch(url, ref), limits, deadline)
        finally:
            repository.close()


class _Repository:
    """A temporary bare repository, and the processes at work in it."""

    def __init__(self, folder: Path, protocols: Sequence[str], limits: Limits, deadline: Deadline) -> None:
        self._folder = folder
        self._limits = limits
        self._deadline = deadline
        self._started: list[tuple[subprocess.Popen[bytes], threading.Timer]] = []
        self._environment = {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "HOME": str(folder),
            "LC_ALL": "C",
            "GIT_DIR": str(folder / "repository.git"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ALLOW_PROTOCOL": ":".join(protocols),
            "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "false",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
        }
        allowed = [f"protocol.{protocol}.allow=always" for protocol in protocols]
        self._settings = [
            word
            for setting in (
                "protocol.allow=never",
                *allowed,
                "core.hooksPath=/dev/null",
                "core.fsmonitor=false",
                "credential.helper=",
                "fetch.recurseSubmodules=false",
                "gc.auto=0",
                "maintenance.auto=false",
            )
            for word in ("-c", setting)
        ]

    def fetch(self, url: str, ref: str) -> str:
        """Fetch one commit without its history, and return its hash."""
        self.run("init", "--quiet", "--bare", "--template=")
        try:
            self._fetch("--depth=1", "--", url, ref or "HEAD")
            return self._commit("FETCH_HEAD")
        except _GitError as error:
            if not _COMMIT.fullmatch(ref):
                raise SourceError(f"git could not fetch {_named(url, ref)}: {error} Nothing was changed.") from error
        # Not every server hands out a commit by its hash, and none by a short one: look through the branches.
        try:
            self._fetch("--", url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
            return self._commit(ref)
        except _GitError as error:
            raise SourceError(f"git could not fetch {_named(url, ref)}: {error} Nothing was changed.") from error

    def run(self, *arguments: str) -> bytes:
        """What a git command writes to its standard output. Raises SourceError within the import's bounds."""
        return b"".join(self._output(*arguments))

    def records(self, *arguments: str) -> Iterator[bytes]:
        """The records, each ended by NUL, that a git command writes, as they come. Raises as `run` does."""
        rest = b""
        for chunk in self._output(*arguments):
            *whole, rest = (rest + chunk).split(b"\0")
            yield from whole
            if len(rest) > _LONGEST_RECORD:
                raise SourceError("The repository holds a path that is too long to read; nothing was changed.")

    def _output(self, *arguments: str) -> Iterator[bytes]:
        """What a git command writes, piece by piece: a small repository can list more than any memory holds."""
        process = self.start(*arguments)
        _pipe(process.stdin).close()
        written = 0
        while chunk := _pipe(process.stdout).read(_CHUNK_BYTES):
            written += len(chunk)
            if written > _LISTING_BYTES:
                raise SourceError("The repository holds too many files to list; nothing was changed.")
            self._deadline.check()
            yield chunk
        process.wait()
        self._deadline.check()
        if process.returncode:
            raise _GitError(f"{arguments[0]} ended with {process.returncode}.")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A git process that is ended, with its children, when the time is over or the repository is closed."""
        try:
            with (self._folder / "stderr").open("wb") as complaints:
                process = subprocess.Popen(  # noqa: S603 - no shell, and every argument is ours or checked
                    ["git", *self._settings, *arguments],  # noqa: S607 - the git on PATH is the one people mean
                    env=self._environment,
                    cwd=self._folder,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    start_new_session=True,
                )
        except OSError as error:
            raise SourceError(
                "The git program is missing. Install git, or import a folder; nothing was changed."
            ) from error
        timer = threading.Timer(self._deadline.left, _end, [process])
        timer.daemon = True
        timer.start()
        self._started.append((process, timer))
        return process

    def close(self) -> None:
        """End whatever still runs."""
        for process, timer in self._started:
            timer.cancel()
            _end(process)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _fetch(self, *arguments: str) -> None:
        options = (
            "--quiet",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--no-write-commit-graph",
        )
        process = self.start("fetch", *options, *arguments)
        _pipe(process.stdin).close()
        while process.poll() is None:
            if self._stored() > self._limits.repository_bytes:
                raise SourceError(
                    f"The repository is larger than {self._limits.repository_bytes // MEBIBYTE} MiB; nothing was "
                    "changed. Import a folder that holds the part you want."
                )
            time.sleep(_POLL_SECONDS)
        self._deadline.check()
        if process.returncode:
            raise _GitError(self._complaint())

    def _commit(self, name: str) -> str:
        return self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()

    def _stored(self) -> int:
        total = 0
        for folder, _, names in os.walk(self._folder):
            for name in names:
                try:
                    total += (Path(folder) / name).lstat().st_size
                except FileNotFoundError:  # git renames its temporary files as it goes
                    continue
        return total

    def _complaint(self) -> str:
        text = (self._folder / "stderr").read_bytes()[:2000].decode("utf-8", "replace")
        lines = [line.removeprefix("fatal: ").strip() for line in text.splitlines() if line.strip()]
        return storable(" ".join(lines)[:500]).rstrip(".") + "."


class _GitError(SourceError):
    """A git command that failed for a reason of its own."""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started; it leads a session of its own."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise SourceError("git was started without a pipe to talk to.")
    return stream


def _ancestry(path: str, depth: int) -> Iterator[str]:
    """`a`, `a/b`, `a/b/c` for `a/b/c`, through at most `depth` folders."""
    parts = path.split("/", depth + 1)[: depth + 1]
    for count in range(1, len(parts) + 1):
        yield "/".join(parts[:count])


def _named(url: str, ref: str) -> str:
    return f"{ref} of {url}" if ref else url
