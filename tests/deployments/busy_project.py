"""A project in which one run does everything such a run can do, and pictures of disk and records before and after."""

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

from django.db import models, transaction
from django.db.models import QuerySet

from deployments.installer.decisions import OnConflict
from deployments.models import Claim, Deployment, DeploymentPlacement, Placement, Run
from deployments.services.recovery import recover_project
from deployments.services.reports import Report
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
    placements = Placement.objects.values_list(
        "path", "entry", "artifact_uuid", "version_id", "state_id", "adopted", "trace", "created_folders"
    )
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


def recorded_by_artifact() -> dict[UUID, list[object]]:
    """What is recorded to lie there for each artifact."""
    found: dict[UUID, list[object]] = {}
    rows = Placement.objects.order_by("path", "entry").values_list("artifact_uuid", "path", "entry", "state", "adopted")
    for artifact, *row in rows:
        found.setdefault(artifact, []).append(row)
    return found


@contextmanager
def rolled_back() -> Iterator[None]:
    """Within the block the database can be written; afterwards it is as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class BusyProject:
    """A project just before a run, the `job`, with pictures of it before and after.

    `changed` are the paths the job changes, `replaced` those that hold something before and after, and
    `moved` those that something leaves, each with the path it goes to. A job that fails at something goes the way of
    `attempt`, which does not. An undo that is repeated takes back something else.
    """

    desk: Desk
    job: Callable[[], Report]
    moved: dict[str, str] = field(default_factory=dict)
    attempt: Callable[[], Report] | None = None
    can_be_repeated: bool = True

    def __post_init__(self) -> None:
        self.folder = self.desk.folder
        self.before = picture(self.folder)
        self._rows = {model: list(model._default_manager.all()) for model in _RECORDS}
        self.earlier_runs_before = dict(Run.objects.values_list("pk", "state"))
        self.records_before = records()
        self.recorded_before = recorded_by_artifact()
        with self._tried_out(self.attempt or self.job) as report:
            assert report.run is not None
            self.on_the_way = picture(self.folder)
            journal = report.run.journal.order_by("path")
            self.changed = tuple(entry.path for entry in journal)
            self.left = tuple(path for path, _ in report.run.left_folders)
            self.replaced = tuple(entry.path for entry in journal if entry.before_id and entry.after_id)
        with self._tried_out(self.job) as self.report:
            self.after = picture(self.folder)
            self.records_after = records()
            self.recorded_after = recorded_by_artifact()
            self.earlier_runs_after = self.earlier_runs()

    @contextmanager
    def _tried_out(self, job: Callable[[], Report]) -> Iterator[Report]:
        with rolled_back():
            yield job()
        restore(self.folder, self.before)

    def recover(self) -> tuple[Run, ...]:
        """Make the project whole."""
        return recover_project(project=self.desk.project).runs

    def reset(self) -> None:
        """Put disk and records back to where they were before the job."""
        restore(self.folder, self.before)
        self._runs_since().delete()
        for key, state in self.earlier_runs_before.items():
            Run.objects.filter(pk=key).exclude(state=state).update(state=state)
        if records() != self.records_before:
            with transaction.atomic():
                for model in reversed(_RECORDS):
                    model._default_manager.all().delete()
                for model, rows in self._rows.items():
                    model._default_manager.bulk_create(rows)

    def begin_again(self) -> None:
        """Mark the runs since as cut off once more."""
        self._runs_since().update(state=Run.State.RUNNING, notes=[], finished_at=None)

    def run_states(self) -> list[str]:
        """The states of the runs since."""
        return list(self._runs_since().order_by("number").values_list("state", flat=True))

    def earlier_runs(self) -> dict[UUID, str]:
        """The states of the runs that were there before."""
        return dict(Run.objects.filter(pk__in=self.earlier_runs_before).values_list("pk", "state"))

    def _runs_since(self) -> QuerySet[Run]:
        return Run.objects.exclude(pk__in=self.earlier_runs_before)

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
            states = [below(each, path) for each in (self.before, self.on_the_way, self.after)]
            if absent_for_a_moment:
                states.append({})
            assert below(now, path) in states, path
        if not absent_for_a_moment:
            assert all(path in now for path in self.replaced)
            assert all(source in now or target in now for source, target in self.moved.items())
        now_beside, before_beside, after_beside = (
            self.but_left(without(each, (*self.changed, STAGING_FOLDER))).items()
            for each in (now, self.before, self.on_the_way)
        )
        # A folder that is made gets its mode in a second step.
        assert before_beside <= now_beside
        assert {path for path, _ in now_beside} <= {path for path, _ in after_beside}

    def but_left(self, whole: Picture) -> Picture:
        """A picture but for the folders that the run leaves empty: they go when all is done, or with the next run."""
        return {path: thing for path, thing in whole.items() if path not in self.left}

    def assert_before(self) -> None:
        """Disk and records are exactly as they were before the job."""
        assert picture(self.folder) == self.before
        assert records() == self.records_before
        assert self.earlier_runs() == self.earlier_runs_before

    def assert_after(self) -> None:
        """Disk and records are exactly as the job is to leave them."""
        assert picture(self.folder) == self.after
        assert records() == self.records_after
        assert self.earlier_runs() == self.earlier_runs_after


def make_small_project(desk: Desk) -> BusyProject:
    """One file and one folder to replace, the folder a user's, and one file that moves to a new folder."""
    profile = desk.project.profiles.get()
    command, agent = desk.artifact("command:old", {"": "old"}), desk.artifact("agent:moved", {"": "agent"})
    desk.deploy(command, agent)
    give_version(command, {"": "new"})
    profile.artifact_path_map = {**profile.artifact_path_map, "agent": ".claude/deep/agents"}
    profile.save()
    taken = desk.folder / ".claude/skills/taken"
    put_file(taken / "mine.txt", b"mine", 0o600)
    (taken / "link").symlink_to("mine.txt")
    (taken / "empty").mkdir(mode=0o700)
    skill = desk.artifact("skill:taken", {"SKILL.md": "taken over"})
    moved = {".claude/agents/moved.md": ".claude/deep/agents/moved.md"}
    return BusyProject(desk, partial(desk.deploy, command, skill, agent, on_conflict=OnConflict.OVERWRITE), moved)


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
    artifacts = [old_skill, *fresh, old_command, moved_agent, taken_skill]
    return BusyProject(
        desk,
        partial(desk.deploy, *artifacts, profiles=[first, second], on_conflict=OnConflict.OVERWRITE),
        moved={
            ".claude/agents/moved.md": ".claude/deep/agents/moved.md",
            ".claude/skills/old": ".claude/deep/er/skills/old",
        },
    )


def _put_users_things(folder: Path) -> None:
    put_file(folder / ".claude/commands/taken.md", b"mine", 0o640)
    put_file(folder / ".claude/commands/mine.md", b"mine", 0o600)
    taken = folder / ".second/skills/taken"
    put_file(taken / "inner/secret.txt", b"mine\x00", 0o400)
    put_file(taken / "run", b"#!/bin/sh\n", 0o751)
    put_file(taken / "__pycache__/run.pyc", b"\x00\x01", 0o644)
    (taken / "link").symlink_to("inner/secret.txt")
    (taken / "dangling").symlink_to("../nowhere")
    for path, mode in (("empty", 0o2711), ("inner", 0o750), (".", 0o705)):
        (taken / path).mkdir(exist_ok=True)
        (taken / path).chmod(mode)
    put_file(folder / "README.md", b"# Mine\n", 0o664)
    (folder / ".second/skills/mine").mkdir()


def put_file(path: Path, data: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
