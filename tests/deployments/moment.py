"""What a project looks like at one moment: its folder, its shared files entry by entry, and what is recorded of it."""

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from artifacts.manifests import SYMLINK_MODE, Manifest, ManifestFile
from deployments.installer.ledger import Ledger
from profiles.entries import Element, EntryKey, Member, canonical
from tests.deployments.busy_project import Picture, below

type Thing = tuple[str, int, bytes]
ABSENT: Thing = ("absent", 0, b"")

type Entries = dict[EntryKey, str]
"""What is at each place for entries: a member's value, and of an element's how many there are."""


@dataclass(frozen=True)
class View:
    """The folder and what is recorded of it."""

    picture: Picture
    ledger: Ledger

    def entries(self, path: str) -> tuple[Entries, object]:
        """The entries of a shared file, and all that is beside them."""
        kind, _, data = self.picture.get(path, ("absent", 0, b"{}"))
        return _read_entries(data) if kind in ("absent", "file") else ({}, None)

    def changed_until(self, later: "View") -> list[str]:
        """The paths that are others in `later`."""
        return sorted(
            path
            for path in self.picture.keys() | later.picture.keys()
            if self.picture.get(path) != later.picture.get(path)
        )


def marks(folder: Path) -> dict[str, tuple[int, int, int]]:
    """What changes with whatever is done to a file or folder: its number, its time, its mode."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        here = os.lstat(path)
        found[str(path)] = (here.st_ino, here.st_mtime_ns, here.st_mode)
    return found


def content(whole: Picture, unit: str) -> str | None:
    """The hash of what lies at `unit`, as records know it."""
    found = below(whole, unit)
    if unit not in found:
        return None
    files = [
        ManifestFile(path[len(unit) + 1 :], sha256(data).hexdigest(), SYMLINK_MODE if kind == "symlink" else mode)
        for path, (kind, mode, data) in found.items()
        if kind != "folder"
    ]
    return Manifest(tuple(files)).content_sha256


def is_same(one: Thing | None, other: Thing | None) -> bool:
    """Whether two things are the same to a reader."""
    if one is None or other is None:
        return one is other
    if one[0] == "folder":
        return other[0] == "folder"
    return (one[0], bool(one[1] & 0o111), one[2]) == (other[0], bool(other[1] & 0o111), other[2])


def is_in(path: str, unit: str) -> bool:
    """Whether `path` is `unit` or lies in it."""
    return path == unit or path.startswith(f"{unit}/")


def _read_entries(data: bytes) -> tuple[Entries, object]:
    try:
        whole = json.loads(data.decode("utf-8-sig") or "{}") if data.strip() else {}
    except ValueError:
        return {}, data
    if not isinstance(whole, dict):
        return {}, whole
    entries: Entries = {}
    rest = dict(whole)
    if "version" in rest:
        entries[Member(("version",))] = canonical(rest.pop("version"))
    if isinstance(servers := whole.get("mcpServers"), dict):
        del rest["mcpServers"]
        entries |= {Member(("mcpServers", name)): canonical(value) for name, value in servers.items()}
    if isinstance(hooks := whole.get("hooks"), dict):
        rest["hooks"] = {event: groups for event, groups in hooks.items() if not isinstance(groups, list)}
        for event, groups in hooks.items():
            for group in groups if isinstance(groups, list) else ():
                key = Element.of(("hooks", event), group)
                entries[key] = str(int(entries.get(key, 0)) + 1)
        if not rest["hooks"]:
            del rest["hooks"]
    return entries, rest
