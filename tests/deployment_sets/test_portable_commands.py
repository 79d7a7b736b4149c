"""Sets out of one server and into another on the command line."""

import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from artifacts.models import Artifact, ArtifactGroup
from deployment_sets.models import DeploymentSet
from deployment_sets.portable.reading import parse
from deployment_sets.queries import members_of
from profiles.models import DeploymentProfile
from projects.models import Project
from tests.commands import run, run_json
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    UserFactory,
)

MINE = ("--user", "owner")


@pytest.fixture(autouse=True)
def outer(owner: User) -> DeploymentSet:
    """A set with a nested one and a group."""
    inner = DeploymentSetFactory(owner=owner, name="Inner", members=[ArtifactFactory(name="pdf")])
    group = ArtifactGroupFactory(name="Planning", artifacts=[ArtifactFactory(name="plan")])
    return DeploymentSetFactory(owner=owner, name="Outer", members=[inner, group])


@pytest.fixture
def friend(db: None) -> User:
    return UserFactory(username="friend", is_superuser=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a document may be written."""
    return tmp_path / "outer.toml"


def exported(*arguments: str) -> str:
    code, output = run("export_set", "Outer", *arguments, *MINE)
    assert code == 0
    return output


def test_a_document_goes_to_standard_output_as_toml_or_json() -> None:
    text = exported()
    assert text.startswith("format = 1\n")
    assert parse(text, "toml") == parse(exported("--format", "json"), "json")
    assert exported("--output", "-") == text


def test_a_file_is_written_whole_and_over_another_only_if_told_to(file: Path) -> None:
    assert exported("--output", str(file)) == ""
    assert file.read_text() == exported()
    file.write_text("mine")
    code, output = run("export_set", "Outer", "--output", str(file), *MINE)
    assert (code, "--overwrite" in output, file.read_text()) == (2, True, "mine")
    exported("--output", str(file), "--overwrite")
    assert file.read_text() == exported()
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    beside = file.with_name("beside")
    beside.touch()
    assert file.stat().st_mode == beside.stat().st_mode


def test_a_symlink_stays_one_and_what_is_no_plain_file_is_never_replaced(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    exported("--output", str(link))
    assert (link.is_symlink(), file.read_text()) == (True, exported())
    for target in (str(file.parent), "/dev/null"):
        code, output = run("export_set", "Outer", "--output", target, "--overwrite", *MINE)
        assert (code, "no plain file" in output) == (2, True)
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("target", ["missing/outer.toml", "outer.toml/inner.toml", "", "x" * 300])
def test_where_no_file_can_be_written_it_is_told(file: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("")
    monkeypatch.chdir(file.parent)
    code, output = run("export_set", "Outer", "--output", target, *MINE)
    assert (code, output.isprintable()) == (2, True)
    assert list(file.parent.iterdir()) == [file]


def test_nested_sets_and_groups_are_left_out_on_request() -> None:
    document = parse(exported("--without-sets", "--without-groups"), "toml")
    assert [(each.kind, each.name) for each in document.references] == [("set", "Inner"), ("group", "Planning")]


def test_profiles_of_a_project_go_along(owner: User, project: Project) -> None:
    DeploymentProfileFactory(project=project, profile_id="plain", platform="other")
    where = ("--project", project.path)
    both, one = parse(exported(*where), "toml"), parse(exported(*where, "--profile", "plain"), "toml")
    assert [profile["profile_id"] for profile in both.profiles] == ["claude_code", "plain"]
    assert [profile["profile_id"] for profile in one.profiles] == ["plain"]
    assert "--project PATH" in run("export_set", "Outer", "--profile", "plain", *MINE)[1]


def test_somebody_elses_set_is_none(friend: User, outer: DeploymentSet) -> None:
    for name in ("Outer", str(outer.pk)):
        assert run("export_set", name, "--user", "friend") == (2, f"friend has no set with the id or name {name!r}.")


def test_a_document_is_imported_from_a_file(friend: User, file: Path) -> None:
    exported("--output", str(file))
    code, output = run("import_set", str(file), "--user", "friend")
    outer, inner = DeploymentSet.objects.owned_by(friend).order_by("-name")
    assert code == 0
    assert output.splitlines() == [f"set      {outer.pk}  Outer", f"set      {inner.pk}  Inner", "2 sets made."]
    assert [row.name for row in members_of(outer)] == ["Inner", "Planning"]


@pytest.mark.parametrize("format", ["toml", "json"])
def test_a_document_is_imported_from_standard_input(friend: User, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(exported("--format", format).encode())))
    told = run_json("import_set", "-", "--user", "friend")
    assert [one["name"] for one in told["sets"]] == ["Outer", "Inner"]
    assert [one["name"] for one in told["matched_groups"]] == ["Planning"]
    assert (told["created_groups"], told["created_profiles"], told["notes"]) == ([], [], [])


def test_a_dry_run_keeps_nothing_not_even_a_project(friend: User, file: Path, project_folder: Path) -> None:
    exported("--output", str(file))
    ArtifactGroup.objects.all().delete()
    where = ("--project", str(project_folder), "--user", "friend")
    code, output = run("import_set", str(file), *where, "--dry-run")
    assert code == 0
    assert output.splitlines()[:3] == ["set      Outer", "set      Inner", "group    Planning"]
    assert "Nothing was kept" in output
    assert not DeploymentSet.objects.owned_by(friend).exists()
    assert not Project.objects.owned_by(friend).exists()
    assert not ArtifactGroup.objects.exists()


def test_what_is_not_here_is_listed_and_nothing_is_made(friend: User, file: Path, project_folder: Path) -> None:
    exported("--output", str(file))
    DeploymentSet.objects.all().delete()
    Artifact.objects.all().delete()
    code, output = run("import_set", str(file), "--project", str(project_folder), "--user", "friend")
    assert (code, output.count("skill:"), "Nothing was imported." in output) == (1, 2, True)
    assert not Project.objects.exists()
    told = json.loads(run("import_set", str(file), "--format", "json", "--user", "friend")[1].rpartition("}")[0] + "}")
    assert list(told["problems"]) == ["artifacts.0", "artifacts.1"]


def test_a_document_that_is_wrong_is_told_line_by_line(file: Path) -> None:
    file.write_text('format = 1\nsets = [{ name = "A\\u001B[2J" }, 3]\n')
    code, output = run("import_set", str(file), *MINE)
    assert code == 1
    assert output.splitlines()[0] == "sets.0.id: This has to be given."
    assert output.replace("\n", "").isprintable()


def test_who_may_not_make_groups_is_told(file: Path) -> None:
    exported("--output", str(file))
    ArtifactGroup.objects.all().delete()
    code, output = run("import_set", str(file), *MINE)
    assert (code, "artifacts.add_artifactgroup" in output) == (1, True)


def test_profiles_go_into_a_project_that_may_be_new(
    owner: User, project: Project, file: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.PROJECT_ROOTS = [tmp_path.resolve()]
    DeploymentProfileFactory(project=project, profile_id="plain", platform="other")
    exported("--output", str(file), "--project", project.path)
    new = tmp_path / "new"
    new.mkdir()
    code, output = run("import_set", str(file), "--project", str(new), *MINE)
    assert (code, "profile  plain\n" in output) == (0, True)
    made = DeploymentProfile.objects.filter(project__path=str(new.resolve()))
    assert set(made.values_list("profile_id", flat=True)) == {"claude_code", "plain"}
    made.filter(profile_id="plain").update(description="Mine.")
    code, output = run("import_set", str(file), "--project", str(new), *MINE)
    assert (code, "plain" in output) == (1, True)
    code, output = run("import_set", str(file), "--project", str(new), "--update-profiles", *MINE)
    assert (code, "profile  plain (changed)\n" in output) == (0, True)
    assert made.get(profile_id="plain").description == ""


def test_metadata_of_artifacts_is_written_on_request(friend: User, file: Path) -> None:
    Artifact.objects.filter(name="pdf").update(target_platforms=["codex"])
    exported("--output", str(file))
    Artifact.objects.update(target_platforms=None)
    assert (
        "skill:pdf differs here from the document in its target platforms."
        in run("import_set", str(file), "--user", "friend")[1]
    )
    assert Artifact.objects.get(name="pdf").target_platforms is None
    run("import_set", str(file), "--artifact-metadata", "--user", "friend")
    assert Artifact.objects.get(name="pdf").target_platforms == ["codex"]


@pytest.mark.parametrize("name", ["missing.toml", ".", "", "x" * 300, "a\x00b"])
def test_a_file_that_cannot_be_read_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = run("import_set", name, *MINE)
    assert (code, output.isprintable()) == (2, True)


def test_without_login_it_is_the_local_user_and_with_it_somebody_must_be_named(file: Path, settings: Settings) -> None:
    exported("--output", str(file))
    assert run("import_set", str(file))[0] == 0
    assert DeploymentSet.objects.filter(owner__username="local-user").count() == 2
    settings.AUTH_ENABLED = True
    code, output = run("import_set", str(file))
    assert (code, "--user NAME" in output) == (2, True)
