"""Random lives of a project, in which every run is held to what is promised.

`SOAK=2000 pytest tests/deployments/test_state_machine.py -n 0` tries so many lives, each twice as long as usual.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from deployments.exceptions import NothingToUndoError
from deployments.installer.decisions import Claimant, DeploymentKey, OnConflict
from deployments.models import RunItem
from deployments.services.reports import Report
from profiles.enums import ArtifactType, Platform
from profiles.layout import layout_fields
from profiles.platforms import module_for
from tests.deployments.busy_project import picture
from tests.deployments.conftest import Desk
from tests.deployments.edits import COMPOSED, DECOMPOSED, Edit, contents, edits, first_contents, layouts, shared_edits
from tests.deployments.model import Expectations
from tests.deployments.moment import marks
from tests.factories import DeploymentProfileFactory, ProjectFactory, UserFactory, give_version, stored_manifest

pytestmark = pytest.mark.django_db

_SOAK = int(os.environ.get("SOAK", "0"))
_CAST = [
    "skill:alpha",
    f"skill:{COMPOSED}",
    f"skill:{DECOMPOSED}",
    "command:alpha",
    "command:alpha",
    "agent:alpha",
    f"command:{COMPOSED}",
    "hook:alpha",
    "hook:beta",
    "mcp:docs",
    "mcp:docs",
    "mcp:search",
]
_CLAIMANTS = [Claimant("set:1", "Full-stack"), Claimant("set:2", "Backend")]
_PROFILES = ["claude_code", "again"]

numbers = st.integers(0, len(_CAST) - 1)
casts = st.lists(numbers, min_size=1, max_size=5, unique=True)
conflicts = st.sampled_from(OnConflict)
mostly_first = st.sampled_from([0, 0, 0, 1])
rarely = st.sampled_from([False, False, False, True])


class ProjectLife(RuleBasedStateMachine):
    """One folder, registered by two owners, in which two sets are deployed and a person works."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = transaction.atomic()
        self._rows.__enter__()
        self._outer = Path(tempfile.mkdtemp()).resolve()
        self.folder = self._outer / "project"
        self.folder.mkdir()
        (self._outer / "outside").mkdir()
        (self._outer / "outside/secret.txt").write_bytes(b"secret\n")
        self._outside = picture(self._outer / "outside")
        self.projects = [Expectations(self._desk()) for _ in range(2)]
        for each in self.projects:
            each.others = [other for other in self.projects if other is not each]
        self.artifacts = [self.projects[0].desk.artifact(each, first_contents(each)) for each in _CAST]

    def _desk(self) -> Desk:
        project = ProjectFactory(owner=UserFactory(), path=str(self.folder))
        for profile_id in _PROFILES:
            DeploymentProfileFactory(project=project, profile_id=profile_id)
        return Desk(project, self.folder)

    def teardown(self) -> None:
        try:
            # Where the life has ended in a failure, that is the one to be told about.
            for each in self.projects if sys.exception() is None else ():
                each.check_records()
                each.check(partial(each.desk.undeploy, of_everybody=True), overwrite=False)
        finally:
            transaction.set_rollback(True)
            self._rows.__exit__(None, None, None)
            for path in [self.folder, *self.folder.rglob("*")]:
                if path.is_dir() and not path.is_symlink():
                    path.chmod(0o700)
            shutil.rmtree(self._outer)

    @invariant()
    def nothing_outside_has_changed(self) -> None:
        assert picture(self._outer / "outside") == self._outside

    @rule(
        owner=mostly_first,
        claimant=mostly_first,
        chosen=casts,
        profile_ids=st.sampled_from([_PROFILES[:1], _PROFILES[1:], _PROFILES]),
        on_conflict=conflicts,
        prune=st.booleans(),
        atomic=rarely,
        rehearsed=st.booleans(),
        again=st.booleans(),
    )
    def deploy(
        self,
        owner: int,
        claimant: int,
        chosen: list[int],
        profile_ids: list[str],
        on_conflict: OnConflict,
        prune: bool,
        atomic: bool,
        rehearsed: bool,
        again: bool,
    ) -> None:
        expected = self.projects[owner]
        desk = expected.desk
        desk.claimant = _CLAIMANTS[claimant]
        profiles = list(desk.project.profiles.filter(profile_id__in=profile_ids).order_by("profile_id"))
        if not profiles:
            return

        def run(**options: Any) -> Report:
            chosen_artifacts = [self.artifacts[number] for number in chosen]
            options = {"on_conflict": on_conflict, "atomic": atomic, "prune": prune, **options}
            return desk.deploy(*chosen_artifacts, profiles=profiles, **options)

        overwrite = on_conflict is OnConflict.OVERWRITE
        planned = self._rehearse(run) if rehearsed else None
        report = expected.check(
            lambda: run(fingerprint=planned.fingerprint if planned else None), overwrite=overwrite, atomic=atomic
        )
        if planned is not None:
            assert _outcomes(planned) == _outcomes(report)
        if again:
            before = marks(self.folder)
            second = expected.check(run, overwrite=overwrite, atomic=atomic)
            failed, done = _keys(report, RunItem.Status.ERROR), _keys(second, RunItem.Status.SUCCESS)
            # What stood in the way of one artifact may be gone with another.
            assert done <= failed
            assert done or marks(self.folder) == before

    def _rehearse(self, run: Callable[..., Report]) -> Report:
        before = marks(self.folder)
        planned = run(dry_run=True, diffs=True)
        assert marks(self.folder) == before
        for each in self.projects:
            each.check_records()
        return planned

    @rule(
        owner=mostly_first,
        claimant=st.sampled_from([None, 0, 1]),
        chosen=st.one_of(st.just([]), casts),
        on_conflict=conflicts,
        atomic=rarely,
    )
    def undeploy(
        self, owner: int, claimant: int | None, chosen: list[int], on_conflict: OnConflict, atomic: bool
    ) -> None:
        expected = self.projects[owner]
        desk = expected.desk
        desk.claimant = _CLAIMANTS[claimant or 0]
        expected.check(
            lambda: desk.undeploy(
                *(self.artifacts[number] for number in chosen),
                of_everybody=claimant is None,
                on_conflict=on_conflict,
                atomic=atomic,
            ),
            overwrite=on_conflict is OnConflict.OVERWRITE,
            atomic=atomic,
        )

    @rule(owner=mostly_first, on_conflict=conflicts, times=st.integers(1, 3), rehearsed=st.booleans())
    def undo(self, owner: int, on_conflict: OnConflict, times: int, rehearsed: bool) -> None:
        expected = self.projects[owner]
        for _ in range(times):
            if not expected.runs:
                with pytest.raises(NothingToUndoError):
                    expected.desk.undo()
                return
            run = partial(expected.desk.undo, on_conflict=on_conflict)
            planned = self._rehearse(run) if rehearsed else None
            applied = partial(run, fingerprint=planned.fingerprint if planned else None)
            report = expected.check_undo(applied, overwrite=on_conflict is OnConflict.OVERWRITE)
            if planned is not None:
                assert _outcomes(planned) == _outcomes(report)

    @rule(edit=edits)
    def edit(self, edit: Edit) -> None:
        before = picture(self.folder)
        with suppress(PermissionError):
            edit.make(self.folder)
        after = picture(self.folder)
        for each in self.projects:
            each.note_edit(before, after)

    @rule(edit=edits, number=st.integers(0, 30))
    def edit_what_lies_there(self, edit: Edit, number: int) -> None:
        if there := list(picture(self.folder)):
            self.edit(replace(edit, place=there[number % len(there)]))

    @rule(edit=shared_edits)
    def edit_a_shared_file(self, edit: Edit) -> None:
        self.edit(edit)

    @rule(data=st.data(), number=numbers, gone=rarely)
    def change_collection(self, data: st.DataObject, number: int, gone: bool) -> None:
        """A new version of an artifact, or an earlier one again; or it leaves its collection."""
        artifact = self.artifacts[number]
        if not gone:
            files = data.draw(contents(artifact.type))
            artifact.version = artifact.versions.filter(manifest=stored_manifest(files).sha256).first()
            if artifact.version is None:
                give_version(artifact, files)
        artifact.gone_at = timezone.now() if gone else None
        artifact.save()

    @rule(
        owner=mostly_first,
        profile_id=st.sampled_from(_PROFILES),
        platform=st.sampled_from([Platform.CLAUDE_CODE, Platform.CURSOR, Platform.CURSOR, Platform.OTHER]),
        layout=layouts,
        deleted=rarely,
    )
    def change_profile(
        self, owner: int, profile_id: str, platform: Platform, layout: tuple[str, dict[str, str]], deleted: bool
    ) -> None:
        """Give a profile other folders, also where it was deleted; or delete it."""
        profiles = self.projects[owner].desk.project.profiles
        if deleted:
            profiles.filter(profile_id=profile_id).delete()
            return
        root_dir, folders = layout
        module = module_for(platform)
        defaults = module.default_layout(root_dir)
        chosen = {ArtifactType(name): folder for name, folder in folders.items()}
        fields = layout_fields(replace(defaults, artifact_path_map={**defaults.artifact_path_map, **chosen}))
        profiles.update_or_create(profile_id=profile_id, defaults={**fields, "platform": platform})


def _keys(report: Report, status: RunItem.Status) -> set[DeploymentKey]:
    return {(each.artifact_uuid, each.profile_id) for each in report.results if each.status == status}


def _outcomes(report: Report) -> list[tuple[str, str, str]]:
    return [(result.artifact_id, str(result.status), str(result.action)) for result in report.results]


def test_a_project_keeps_what_is_promised_whatever_happens_in_it() -> None:
    run_state_machine_as_test(
        ProjectLife,
        settings=settings(
            max_examples=_SOAK or 30,
            stateful_step_count=40 if _SOAK else 20,
            deadline=None,
            print_blob=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
