"""What a person writes into a shared file between two writes of one run stays, in the run and in its undo."""

import errno
import json
from typing import Any

import pytest

from deployments.installer import apply, changes
from tests.deployments.conftest import Desk
from tests.deployments.merged_artifacts import SETTINGS, hook, hooks, read, write

pytestmark = pytest.mark.django_db


def test_it_stays_there_and_stays_when_the_run_is_undone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    late = hook(desk)
    desk.deploy(late)
    profile = desk.project.profiles.get()
    profile.artifact_path_map = {**profile.artifact_path_map, "hook": ".claude/other"}
    profile.save()
    other = desk.artifact("hook:other", {"": hooks("echo other")})
    plain = changes.make_change

    def edit_and_fail(folder: Any, staging: Any, intent: Any, modes: Any) -> None:
        if intent.after is None and intent.history is None:
            write(desk, SETTINGS, json.dumps({**read(desk, SETTINGS), "model": "mine"}))
            raise PermissionError(errno.EACCES, "Permission denied")
        plain(folder, staging, intent, modes)

    with monkeypatch.context() as patched:
        patched.setattr(apply, "make_change", edit_and_fail)
        report = desk.deploy(late, other)

    assert [result.status for result in report.results] == ["error", "success"]
    assert read(desk, SETTINGS)["model"] == "mine"
    assert "echo other" in (desk.folder / SETTINGS).read_text()

    desk.undo()

    assert read(desk, SETTINGS)["model"] == "mine"
    assert "echo other" not in (desk.folder / SETTINGS).read_text()
