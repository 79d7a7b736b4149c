"""Folders and files that the process may not write or read: that artifact fails and says why, the others land."""

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from deployments.exceptions import ProjectFolderError
from deployments.installer import apply
from deployments.installer.decisions import OnConflict
from deployments.models import Deployment
from deployments.services import folders
from deployments.services.reports import Report
from projects.locks import folder_lock
from tests.deployments.busy_project import picture
from tests.deployments.conftest import Desk
from tests.factories import give_version

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="rights on files alone can be given up on Linux only"),
]

NOBODY = 65534
IS_ROOT = os.getuid() == 0


@pytest.fixture
def project_folder(settings: Settings) -> Iterator[Path]:
    """A folder that anybody can get to, and that belongs to nobody when the tests are run by root."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        settings.PROJECT_ROOTS = [folder]
        yield folder


@contextmanager
def files_as(user: int) -> Iterator[None]:
    """Within the block, this thread has that user's rights on files."""
    system = ctypes.CDLL(None)
    before = system.setfsuid(user)
    try:
        yield
    finally:
        system.setfsuid(before)


def deploy_without_rights(desk: Desk, monkeypatch: pytest.MonkeyPatch, *artifacts: Any, **options: Any) -> Report:
    """Deploy as somebody who is not root; locks and database stay within reach."""
    if not IS_ROOT:
        return desk.deploy(*artifacts, **options)
    plain_lock = folder_lock

    def lock(*arguments: Any, **options: Any) -> Any:
        with files_as(0):
            return plain_lock(*arguments, **options)

    monkeypatch.setattr(folders, "folder_lock", lock)
    connection.ensure_connection()
    Deployment.objects.exists()
    with files_as(NOBODY):
        return desk.deploy(*artifacts, **options)


def give_away(folder: Path) -> None:
    """Let everything in `folder` belong to whom the deploy runs as."""
    if IS_ROOT:
        for root, folders, files in os.walk(folder):
            for name in (".", *folders, *files):
                os.chown(Path(root) / name, NOBODY, NOBODY, follow_symlinks=False)


def test_a_folder_that_may_not_be_written_fails_what_goes_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.folder / ".claude/commands").mkdir(parents=True)
    give_away(desk.folder)
    (desk.folder / ".claude/commands").chmod(0o555)
    report = deploy_without_rights(desk, monkeypatch, desk.artifact("command:ship"), desk.artifact("agent:plan"))
    assert [(result.status, result.action) for result in report.results] == [
        ("error", "refused"),
        ("success", "create"),
    ]
    assert report.results[0].reason == ".claude/commands/ship.md: permission denied."
    assert {path for path, thing in picture(desk.folder).items() if thing[0] == "file"} == {".claude/agents/plan.md"}
    assert [row.label for row in Deployment.objects.all()] == ["agent:plan"]


def test_a_project_that_may_not_be_written_refuses_the_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    give_away(desk.folder)
    desk.folder.chmod(0o555)
    with pytest.raises(ProjectFolderError, match="permission denied"):
        deploy_without_rights(desk, monkeypatch, desk.artifact("command:ship"))
    assert picture(desk.folder) == {}


@pytest.mark.parametrize("mode", [0o555, 0o000], ids=["read-only", "closed"])
def test_a_users_folder_that_may_not_be_moved_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch, mode: int) -> None:
    taken = desk.folder / ".claude/skills/pdf"
    taken.mkdir(parents=True)
    (taken / "mine.txt").write_text("mine")
    give_away(desk.folder)
    taken.chmod(mode)
    before = picture(desk.folder)
    report = deploy_without_rights(
        desk, monkeypatch, desk.artifact("skill:pdf"), desk.artifact("skill:new"), on_conflict=OnConflict.OVERWRITE
    )
    assert [result.status for result in report.results] == ["error", "success"]
    assert "permission denied" in report.results[0].reason
    after = picture(desk.folder)
    assert before.items() <= after.items()
    assert ".deployment-sets" not in after
    taken.chmod(0o755)


def test_a_users_folder_with_read_only_folders_inside_is_replaced_and_tidied_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = desk.folder / ".claude/skills/pdf/inner"
    inner.mkdir(parents=True)
    (inner / "mine.txt").write_text("mine")
    give_away(desk.folder)
    inner.chmod(0o555)
    report = deploy_without_rights(desk, monkeypatch, desk.artifact("skill:pdf"), on_conflict=OnConflict.OVERWRITE)
    assert report.counts["success"] == 1
    assert not any("mine" in path or ".deployment-sets" in path for path in picture(desk.folder))


def test_a_file_that_became_unreadable_during_the_run_is_put_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ship = desk.artifact("command:ship", {"": "Ship"})
    desk.deploy(ship)
    give_version(ship, {"": "Ship 2"})
    give_away(desk.folder)
    file = desk.folder / ".claude/commands/ship.md"
    plain: Callable[..., Any] = apply._Application._carry_out

    def carry_out(*arguments: Any) -> Any:
        file.write_text("edited")
        file.chmod(0)
        return plain(*arguments)

    monkeypatch.setattr(apply._Application, "_carry_out", carry_out)
    report = deploy_without_rights(desk, monkeypatch, ship)
    assert report.counts["error"] == 1
    assert file.stat().st_mode & 0o777 == 0
    file.chmod(0o600)
    assert picture(desk.folder)[".claude/commands/ship.md"] == ("file", 0o600, b"edited")
