"""What a random life of a project is made of: contents of artifacts, and edits of a person, drawn from small pools.

Small, so that the names, bytes and folders of artifacts and of the person meet all the time.
"""

import json
import shutil
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

COMPOSED = "grün"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
SERVERS = ".mcp.json"
SHARED = (
    SERVERS,
    *(f"{folder}/{name}.json" for folder in (".claude", ".second") for name in ("settings", "hooks", "mcp")),
)

_TEXTS = [b"", b"one\n", b"two\n", b"#!/bin/sh\n", b"\x00\xff\xfe binary", "ü\r\n".encode()]
_INNER = ["SKILL.md", "notes.md", "a", "a/deep.txt", "a/b/deeper.txt", "run.sh*", f"{COMPOSED}.md", f"{DECOMPOSED}.md"]
_SERVERS = [{"command": "docs-server"}, {"command": "other", "args": ["-v"]}, {"url": "https://example.org/mcp"}]
_GROUPS = [
    ("PostToolUse", {"matcher": "Edit", "hooks": [{"type": "command", "command": "echo done"}]}),
    ("PostToolUse", {"matcher": "Edit", "hooks": [{"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/run.sh"}]}),
    ("Stop", {"hooks": [{"type": "command", "command": "echo stop"}]}),
]
_FOLDERS = [".claude/skills", ".claude/commands", ".claude/more", ".claude/skills/alpha", "deep/er", ".claude/hooks"]
_PLACES = [
    ".claude",
    ".claude/skills",
    ".claude/skills/alpha",
    ".claude/skills/alpha/SKILL.md",
    ".claude/skills/alpha/notes.md",
    ".claude/skills/alpha/a",
    ".claude/skills/alpha/a/deep.txt",
    ".claude/skills/alpha/mine/file.txt",
    ".claude/skills/alpha/__pycache__/x.pyc",
    f".claude/skills/{COMPOSED}",
    f".claude/skills/{DECOMPOSED}/SKILL.md",
    ".claude/commands",
    ".claude/commands/alpha.md",
    ".claude/commands/ALPHA.md",
    f".claude/commands/{COMPOSED}.md",
    f".claude/commands/{DECOMPOSED}.md",
    ".claude/more",
    ".claude/more/alpha.md",
    ".claude/more/alpha/SKILL.md",
    ".claude/hooks/alpha/run.sh",
    ".claude/hooks/mine.sh",
    "deep",
    "deep/er",
    ".second",
    "README.md",
    *SHARED,
]
_MODES = [0o644, 0o600, 0o755, 0o444, 0o500]
_TARGETS = ["README.md", "nowhere", "../outside/secret.txt", "../outside", "."]

type Edits = st.SearchStrategy[Edit]

_texts = st.sampled_from(_TEXTS)
places = st.sampled_from(_PLACES)
layouts = st.tuples(
    st.sampled_from([".claude", ".second"]),
    st.dictionaries(st.sampled_from(["skill", "command", "agent", "hook"]), st.sampled_from(_FOLDERS)),
)


def _hook(groups: list[int], scripts: Mapping[str, bytes]) -> dict[str, bytes]:
    events: dict[str, list[object]] = {}
    for event, group in (_GROUPS[each] for each in groups):
        events.setdefault(event, []).append(group)
    return {"hooks.json": json.dumps({"hooks": events}).encode(), **scripts}


_hooks = st.builds(
    _hook,
    st.lists(st.integers(0, len(_GROUPS) - 1), min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(["run.sh", "lib/common.sh"]), _texts, max_size=2),
)
_servers = st.sampled_from(_SERVERS).map(lambda server: {"": json.dumps(server).encode()})
_skills = st.dictionaries(st.sampled_from(_INNER), _texts, min_size=1, max_size=4)
_files = _texts.map(lambda text: {"": text})


def contents(artifact_type: str) -> st.SearchStrategy[dict[str, bytes]]:
    """The files of a version of an artifact of that type."""
    return {"skill": _skills, "hook": _hooks, "mcp": _servers}.get(artifact_type, _files)


def first_contents(artifact_id: str) -> dict[str, bytes]:
    """The files of an artifact's first version."""
    match artifact_id.partition(":")[0]:
        case "skill":
            return {"SKILL.md": b"one\n", "run.sh*": b"#!/bin/sh\n"}
        case "hook":
            return _hook([0, 1], {"run.sh": b"#!/bin/sh\n"})
        case "mcp":
            return {"": json.dumps(_SERVERS[0]).encode()}
        case _:
            return {"": b"one\n"}


@dataclass(frozen=True)
class Edit:
    """Something a person does at one place in the folder of a project."""

    act: Callable[..., None]
    place: str
    details: tuple[object, ...]

    def make(self, folder: Path) -> None:
        """Do it."""
        self.act(folder, self.place, *self.details)

    def __repr__(self) -> str:
        return f"{self.act.__name__.strip('_')}{(self.place, *self.details)!r}"


def _make_way(folder: Path, place: str) -> Path:
    """The place, after what is no real folder on the way there has made way for one."""
    path = folder / place
    for above in reversed([each for each in path.parents if folder in each.parents]):
        if above.is_symlink() or (above.exists() and not above.is_dir()):
            above.unlink()
        above.mkdir(exist_ok=True)
    return path


def _is_reached(folder: Path, path: Path) -> bool:
    return not any(each.is_symlink() for each in path.parents if folder in each.parents)


def remove(folder: Path, place: str) -> None:
    """Delete whatever is there."""
    path = folder / place
    if not _is_reached(folder, path):
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()


def write(folder: Path, place: str, data: bytes) -> None:
    """Write a file, in the place of whatever is there."""
    path = _make_way(folder, place)
    if path.is_symlink() or path.is_dir():
        remove(folder, place)
    path.write_bytes(data)


def _append(folder: Path, place: str, data: bytes) -> None:
    path = folder / place
    if path.is_file() and not path.is_symlink() and _is_reached(folder, path):
        path.write_bytes(path.read_bytes() + data)


def _chmod(folder: Path, place: str, mode: int) -> None:
    path = folder / place
    if path.exists() and not path.is_symlink() and _is_reached(folder, path):
        path.chmod(mode | 0o100 if path.is_dir() else mode)


def _mkdir(folder: Path, place: str) -> None:
    path = _make_way(folder, place)
    if path.is_symlink() or not path.is_dir():
        remove(folder, place)
        path.mkdir()


def _link(folder: Path, place: str, target: str) -> None:
    path = _make_way(folder, place)
    remove(folder, place)
    path.symlink_to(target)


def _move(folder: Path, place: str, other: str) -> None:
    source = folder / place
    if source.exists() and _is_reached(folder, source) and not f"{other}/".startswith(f"{place}/"):
        target = _make_way(folder, other)
        if source.exists() and not f"{place}/".startswith(f"{other}/"):
            remove(folder, other)
            source.rename(target)


def _edit(act: Callable[..., None], where: st.SearchStrategy[str], *details: st.SearchStrategy[object]) -> Edits:
    return st.builds(Edit, st.just(act), where, st.tuples(*details))


edits = st.one_of(
    _edit(write, places, _texts),
    _edit(_append, places, _texts),
    _edit(remove, places),
    _edit(_chmod, places, st.sampled_from(_MODES)),
    _edit(_mkdir, places),
    _edit(_link, places, st.sampled_from(_TARGETS)),
    _edit(_move, places, places),
)


def _settings(servers: Mapping[str, object], groups: list[int], style: Mapping[str, object]) -> bytes:
    data = dict[str, object]()
    if groups:
        events: dict[str, list[object]] = {}
        for event, group in (_GROUPS[each] for each in groups):
            events.setdefault(event, []).append(group)
        data["hooks"] = events
    data["mine"] = [1, {"b": None}]
    if servers:
        data["mcpServers"] = servers
    return json.dumps(data, **style).encode()  # type: ignore[arg-type]


_STYLES: list[Mapping[str, object]] = [{}, {"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}]
_ODD = [b"", b"{}", b"{ }\r\n", b"\xef\xbb\xbf{}\n", b"[]", b"{", b'{"mcpServers": [], "hooks": 1}', b"\xff"]
_VERSIONS = [b'{"version": 1}', b'{"version":  1, "hooks": {}}', b'{"version": 2}\n']


def _reformat(folder: Path, place: str, style: Mapping[str, object]) -> None:
    _rewrite(folder, place, lambda data: json.dumps(data, **style).encode())  # type: ignore[arg-type]


def _add(folder: Path, place: str, name: str, value: object) -> None:
    def added(data: object) -> bytes:
        if isinstance(data, dict) and isinstance(servers := data.setdefault("mcpServers", {}), dict):
            servers[name] = value
        return json.dumps(data, indent=2).encode() + b"\n"

    _rewrite(folder, place, added)


def _take_out(folder: Path, place: str, number: int) -> None:
    """Remove one of the entries, ours or theirs."""

    def without(data: object) -> bytes:
        ways = _ways(data)
        if ways:
            container, key = ways[number % len(ways)]
            del container[key]
        return json.dumps(data, indent=2).encode()

    _rewrite(folder, place, without)


def _change(folder: Path, place: str, number: int) -> None:
    """Edit one of the entries, ours or theirs."""

    def changed(data: object) -> bytes:
        ways = _ways(data)
        if ways:
            container, key = ways[number % len(ways)]
            if isinstance(container[key], dict):
                container[key]["timeout"] = 5
        return json.dumps(data, indent=2).encode()

    _rewrite(folder, place, changed)


def _double(folder: Path, place: str, number: int) -> None:
    """Repeat one of the groups of a hook."""

    def doubled(data: object) -> bytes:
        groups = [(container, key) for container, key in _ways(data) if isinstance(container, list)]
        if groups:
            container, key = groups[number % len(groups)]
            container.append(container[key])
        return json.dumps(data, indent=2).encode()

    _rewrite(folder, place, doubled)


def _ways(data: object) -> list[tuple[Any, Any]]:
    if not isinstance(data, dict):
        return []
    servers, hooks = data.get("mcpServers"), data.get("hooks")
    found: list[tuple[Any, Any]] = [(servers, name) for name in servers] if isinstance(servers, dict) else []
    found += [(data, "version")] if "version" in data else []
    for groups in hooks.values() if isinstance(hooks, dict) else ():
        found += [(groups, index) for index in range(len(groups))] if isinstance(groups, list) else []
    return found


def _rewrite(folder: Path, place: str, change: Callable[[object], bytes]) -> None:
    path = folder / place
    if not path.is_file() or path.is_symlink() or not _is_reached(folder, path):
        return
    with suppress(ValueError):
        path.write_bytes(change(json.loads(path.read_bytes() or b"{}")))


_shared = st.sampled_from(SHARED)
_numbers = st.integers(0, 3)
shared_edits = st.one_of(
    _edit(_reformat, _shared, st.sampled_from(_STYLES)),
    _edit(_add, _shared, st.sampled_from(["docs", "search", "mine"]), st.sampled_from([*_SERVERS, 1])),
    _edit(_take_out, _shared, _numbers),
    _edit(_change, _shared, _numbers),
    _edit(_double, _shared, _numbers),
    _edit(write, _shared, st.sampled_from([*_ODD, *_VERSIONS])),
    _edit(
        write,
        _shared,
        st.builds(
            _settings,
            st.dictionaries(st.sampled_from(["docs", "mine"]), st.sampled_from(_SERVERS), max_size=2),
            st.lists(st.integers(0, len(_GROUPS) - 1), max_size=3),
            st.sampled_from(_STYLES),
        ),
    ),
)
