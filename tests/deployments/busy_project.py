"""A project in which one deploy does everything a deploy can do, and pictures of disk and records before and after."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import models, transaction

from artifacts.models import Artifact
from deployments.installer.decisions import OnConflict
from deployments.models import Claim, Deployment, DeploymentPlacement, Placement, Run
from deployments.services.recovery import recover_project
from deployments.services.reports import Report
from profiles.models import DeploymentProfile
from projects.paths import STAGING_FOLDER
from tests.deployments.conftest import Desk
from tests.factories import give_version

type Picture = dict[str, tuple[str, int, bytes]]
"""Path → what kind of thing, its mode, its bytes (a symlink's target, a hard link's other name)."""

_RECORDS: tuple[type[models.Model], ...] = (Placement, Deployment, DeploymentPlacement, Claim)


def picture(folder: Path) -> Picture:
    """Everything below `folder`, exactly; folders before what is in them. Hard links count as files."""
    found = picture_with_links(folder)
    return {path: found[thing[2].decode()] if thing[0] == "link" else thing for path, thing in found.items()}


def picture_with_links(folder: Path) -> Picture:
    """Everything below `folder`, exactly, with the second name of a file as a hard link."""
    found: Picture = {}
    _add_to_picture(os.fspath(folder), "", found, {})
    return found


def _add_to_picture(folder: str, prefix: str, found: Picture, linked: dict[int, str]) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = prefix + entry.name
            here = entry.stat(follow_symlinks=False)
            mode = stat.S_IMODE(here.st_mode)
            if entry.is_symlink():
                found[path] = ("symlink", 0, os.fsencode(Path(entry.path).readlink()))
            elif entry.is_dir(follow_symlinks=False):
                found[path] = ("folder", mode, b"")
                _add_to_picture(entry.path, f"{path}/", found, linked)
            elif not entry.is_file(follow_symlinks=False):
                found[path] = ("other", mode, b"")
            elif here.st_nlink > 1 and linked.setdefault(here.st_ino, path) != path:
                found[path] = ("link", 0, linked[here.st_ino].encode())
            else:
                found[path] = ("file", mode, Path(entry.path).read_bytes())


def restore(folder: Path, wanted: Picture) -> None:
    """Make everything below `folder` exactly so; the folder itself stays the same one."""
    now = picture_with_links(folder)
    for path in reversed(now):
        kind = now[path][0]
        if wanted.get(path) != now[path] and not (kind == "folder" and path in wanted):
            (folder / path).rmdir() if kind == "folder" else (folder / path).unlink()
    for path, thing in wanted.items():
        if now.get(path) != thing:
            _make(folder, path, *thing)


def _make(folder: Path, path: str, kind: str, mode: int, data: bytes) -> None:
    match kind:
        case "symlink":
            (folder / path).symlink_to(os.fsdecode(data))
            return
        case "link":
            (folder / path).hardlink_to(folder / data.decode())
            return
        case "folder":
            (folder / path).mkdir(exist_ok=True)
        case _:
            (folder / path).write_bytes(data)
    (folder / path).chmod(mode)


def below(whole: Picture, path: str) -> Picture:
    """The part of a picture that is `path` and what lies in it."""
    return {key: value for key, value in whole.items() if key == path or key.startswith(f"{path}/")}


def without(whole: Picture, paths: tuple[str, ...]) -> Picture:
    """A picture but for `paths` and what lies in them."""
    return {
        key: value
        for key, value in whole.items()
        if not any(key == path or key.startswith(f"{path}/") for path in paths)
    }


def records() -> list[object]:
    """What is recorded, without ids and times."""
    placements = Placement.objects.values_list("path", "artifact_uuid", "version_id", "state_id", "adopted")
    deployments = Deployment.objects.values_list("artifact_uuid", "deployment_profile_id", "label", "profile_root_dir")
    links = DeploymentPlacement.objects.values_list(
        "deployment__artifact_uuid", "deployment__deployment_profile_id", "placement__path"
    )
    claims = Claim.objects.values_list("deployment__artifact_uuid", "claimant", "label")
    return [sorted(map(str, rows)) for rows in (placements, deployments, links, claims)]


def exact_state(folder: Path) -> tuple[Picture, list[object]]:
    """Everything below `folder` and everything recorded, exactly: ids, times and all."""
    rows = [list(model._default_manager.order_by("pk").values()) for model in (Placement, Deployment)]
    links = DeploymentPlacement.objects.order_by("deployment", "placement").values_list("deployment", "placement")
    claims = Claim.objects.order_by("deployment", "claimant").values_list("deployment", "claimant", "label")
    return picture(folder), [*rows, list(links), list(claims)]


def recorded_paths() -> dict[str, str]:
    """The path of every placement, and the hash of what it is recorded to hold."""
    return dict(Placement.objects.values_list("path", "state_id"))


@contextmanager
def rolled_back() -> Iterator[None]:
    """Within the block the database can be written; afterwards it is as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class BusyProject:
    """A project just before a deploy, with pictures of it before and after.

    `changed` are the paths the deploy changes, `replaced` those that hold something before and after, and
    `moved` those that something leaves, each with the path it goes to.
    """

    desk: Desk
    artifacts: list[Artifact]
    profiles: list[DeploymentProfile]
    moved: dict[str, str]

    def __post_init__(self) -> None:
        self.folder = self.desk.folder
        self.before = picture(self.folder)
        self._rows = {model: list(model._default_manager.all()) for model in _RECORDS}
        self._runs = list(Run.objects.values_list("pk", flat=True))
        self.records_before = records()
        self.recorded_before = recorded_paths()
        with rolled_back():
            self.report = self.deploy()
            assert self.report.run is not None
            self.after = picture(self.folder)
            self.records_after = records()
            self.recorded_after = recorded_paths()
            journal = self.report.run.journal.order_by("path")
            self.changed = tuple(entry.path for entry in journal)
            self.left = tuple(path for path, _ in self.report.run.left_folders)
            self.replaced = tuple(entry.path for entry in journal if entry.before_id and entry.after_id)
        restore(self.folder, self.before)

    def deploy(self) -> Report:
        """The deploy that does it all."""
        return self.desk.deploy(*self.artifacts, profiles=self.profiles, on_conflict=OnConflict.OVERWRITE)

    def recover(self) -> tuple[Run, ...]:
        """Make the project whole."""
        return recover_project(project=self.desk.project).runs

    def reset(self) -> None:
        """Put disk and records back to where they were before the deploy."""
        restore(self.folder, self.before)
        Run.objects.exclude(pk__in=self._runs).delete()
        if records() != self.records_before:
            with transaction.atomic():
                for model in reversed(_RECORDS):
                    model._default_manager.all().delete()
                for model, rows in self._rows.items():
                    model._default_manager.bulk_create(rows)

    def begin_again(self) -> None:
        """Mark the runs since as cut off once more."""
        Run.objects.exclude(pk__in=self._runs).update(state=Run.State.RUNNING, notes=[], finished_at=None)

    def run_states(self) -> list[str]:
        """The states of the runs since."""
        return list(Run.objects.exclude(pk__in=self._runs).order_by("number").values_list("state", flat=True))

    def state(self) -> str:
        """Disk and runs in one word; the ids of runs are left out."""
        now = {
            re.sub(r"(run-\w{8})-[-0-9a-f]{36}", r"\1", path): thing
            for path, thing in picture_with_links(self.folder).items()
        }
        return repr((sorted(now.items()), self.run_states()))

    def assert_wholly_before_or_after(self, *, absent_for_a_moment: bool) -> None:
        """No path is caught between its two states, and nothing else has changed."""
        now = picture(self.folder)
        for path in self.changed:
            states = [below(self.before, path), below(self.after, path)]
            if absent_for_a_moment:
                states.append({})
            assert below(now, path) in states, path
        if not absent_for_a_moment:
            assert all(path in now for path in self.replaced)
            assert all(source in now or target in now for source, target in self.moved.items())
        now_beside, before_beside, after_beside = (
            self.but_left(without(each, (*self.changed, STAGING_FOLDER))).items()
            for each in (now, self.before, self.after)
        )
        assert before_beside <= now_beside <= after_beside

    def but_left(self, whole: Picture) -> Picture:
        """A picture but for the folders that the run leaves empty: they go when all is done, or with the next run."""
        return {path: thing for path, thing in whole.items() if path not in self.left}

    def assert_before(self) -> None:
        """Disk and records are exactly as they were before the deploy."""
        assert picture(self.folder) == self.before
        assert records() == self.records_before

    def assert_after(self) -> None:
        """Disk and records are exactly as the deploy is to leave them."""
        assert picture(self.folder) == self.after
        assert records() == self.records_after


def make_small_project(desk: Desk) -> BusyProject:
    """One file and one folder to replace, the folder a user's, and one file that moves to a new folder."""
    profile = desk.project.profiles.get()
    command, agent = desk.artifact("command:old", {"": "old"}), desk.artifact("agent:moved", {"": "agent"})
    desk.deploy(command, agent)
    give_version(command, {"": "new"})
    profile.artifact_path_map = {**profile.artifact_path_map, "agent": ".claude/deep/agents"}
    profile.save()
    taken = desk.folder / ".claude/skills/taken"
    _file(taken / "mine.txt", b"mine", 0o600)
    (taken / "link").symlink_to("mine.txt")
    (taken / "empty").mkdir(mode=0o700)
    skill = desk.artifact("skill:taken", {"SKILL.md": "taken over"})
    moved = {".claude/agents/moved.md": ".claude/deep/agents/moved.md"}
    return BusyProject(desk, [command, skill, agent], [profile], moved)


def make_busy_project(desk: Desk) -> BusyProject:
    """Everything a deploy can do at once: old versions, a changed profile, and a user's own things in the way."""
    first = desk.project.profiles.get()
    second = desk.profile("second", root_dir=".second", supported_artifact_types=["skill"])
    old_skill = desk.artifact("skill:old", {"SKILL.md": "old", "scripts/run.sh*": "old", "only-old.md": "old"})
    old_command = desk.artifact("command:old", {"": "old"})
    moved_agent = desk.artifact("agent:moved", {"": "agent"})
    desk.deploy(old_skill, old_command, moved_agent, profiles=[first, second])
    give_version(old_skill, {"SKILL.md": "new", "scripts/run.sh*": "new", "only/new.md": "new"})
    give_version(old_command, {"": "new"})
    first.artifact_path_map = {
        **first.artifact_path_map,
        "skill": ".claude/deep/er/skills",
        "agent": ".claude/deep/agents",
    }
    first.save()
    # What goes where the user has a folder goes there under the second profile only.
    second.platform = "other"
    second.save()
    taken_skill = desk.artifact("skill:taken", {"SKILL.md": "taken over"}, target_platforms=["other"])
    _put_users_things(desk.folder)
    fresh = [
        desk.artifact("skill:fresh", {"SKILL.md": "fresh", "a/b/c.txt": "deep", "empty.txt": ""}),
        desk.artifact("rule:fresh", {"": "fresh"}),
        desk.artifact("command:taken", {"": "taken over"}),
    ]
    return BusyProject(
        desk,
        [old_skill, *fresh, old_command, moved_agent, taken_skill],
        [first, second],
        moved={
            ".claude/agents/moved.md": ".claude/deep/agents/moved.md",
            ".claude/skills/old": ".claude/deep/er/skills/old",
        },
    )


def _put_users_things(folder: Path) -> None:
    _file(folder / ".claude/commands/taken.md", b"mine", 0o640)
    _file(folder / ".claude/commands/mine.md", b"mine", 0o600)
    taken = folder / ".second/skills/taken"
    _file(taken / "inner/secret.txt", b"mine\x00", 0o400)
    _file(taken / "run", b"#!/bin/sh\n", 0o751)
    _file(taken / "__pycache__/run.pyc", b"\x00\x01", 0o644)
    (taken / "link").symlink_to("inner/secret.txt")
    (taken / "dangling").symlink_to("../nowhere")
    for path, mode in (("empty", 0o2711), ("inner", 0o750), (".", 0o705)):
        (taken / path).mkdir(exist_ok=True)
        (taken / path).chmod(mode)
    _file(folder / "README.md", b"# Mine\n", 0o664)
    (folder / ".second/skills/mine").mkdir()


def _file(path: Path, data: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
