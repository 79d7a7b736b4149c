import tempfile
import tomllib
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from accounts.services.users import local_user
from deployment_sets.models import DeploymentSet
from projects.models import Project
from tests.config.fresh_process import PROJECT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IMPORT_ROOTS = [PROJECT / "examples"]
    settings.PROJECT_ROOTS = [tmp_path.resolve()]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def demo() -> str:
    output = StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


def files_in(folder: Path) -> Mapping[Path, tuple[bytes, int]]:
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def test_it_deploys_nested_sets_for_two_platforms() -> None:
    output = demo()
    assert "Everyday: 6 → 19 artifacts, depth 3" in output
    assert "38 succeeded, 0 skipped, 0 failed. This was run 1." in output
    assert "Written, awaiting approval in Codex: 1 hook." in output
    folder = Path(Project.objects.get(owner=local_user()).path)
    source = PROJECT / "examples" / "collection" / "plugins" / "review" / "skills" / "read-a-diff"
    assert (folder / ".claude/skills/read-a-diff/SKILL.md").read_bytes() == (source / "SKILL.md").read_bytes()
    for skill in (folder / ".claude/skills/read-a-diff", folder / ".agents/skills/read-a-diff"):
        assert (skill / "scripts/changed-files.sh").stat().st_mode & 0o100
    assert tomllib.loads((folder / ".codex/agents/test-critic.toml").read_text())["name"] == "test-critic"
    assert list(tomllib.loads((folder / ".codex/config.toml").read_text())["mcp_servers"]) == ["github"]
    assert "# Plain words" in (folder / "AGENTS.md").read_text()


def test_a_second_run_changes_nothing() -> None:
    demo()
    project = Project.objects.get()
    before = files_in(Path(project.path))
    output = demo()
    assert "nothing has changed" in output
    assert "0 succeeded, 38 skipped, 0 failed." in output
    assert Project.objects.get() == project
    assert DeploymentSet.objects.count() == 3
    assert files_in(Path(project.path)) == before


def test_a_project_folder_that_was_cleared_away_is_filled_again() -> None:
    demo()
    folder = Path(Project.objects.get().path)
    before = {path: content for path, (content, _) in files_in(folder).items()}
    folder.rename(folder.with_name("elsewhere"))
    assert "38 succeeded, 0 skipped, 0 failed." in demo()
    assert {path: content for path, (content, _) in files_in(folder).items()} == before


def test_a_place_it_may_not_use_is_an_error_that_says_so(settings: Settings) -> None:
    settings.PROJECT_ROOTS = [PROJECT]
    with pytest.raises(CommandError, match="PROJECT_ROOTS"):
        demo()
