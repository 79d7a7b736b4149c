"""The dialogs in which a project's profiles are made, laid out anew and deleted."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from accounts.models import User
from profiles.drafts import moved_along, with_default
from profiles.enums import Platform
from profiles.models import DeploymentProfile
from profiles.portable import portable_profile
from profiles.services import create_profile, update_profile
from projects.models import Project
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def pages(owner: User, settings: Any) -> Client:
    settings.AUTH_ENABLED = True
    client = Client()
    client.force_login(owner)
    return client


def filled_in(pages: Client, address: str, **changed: object) -> dict[str, Any]:
    """What the form at `address` sends when only these fields are changed."""
    form = pages.get(address, headers=IN_DIALOG).context["form"]
    return {**{name: form[name].value() or "" for name in form.fields}, **changed}


def profile_of(project: Project, profile_id: str) -> DeploymentProfile:
    return project.profiles.get(profile_id=profile_id)


def test_a_new_profile_is_filled_in_for_a_platform_that_has_none(pages: Client, project: Project) -> None:
    sent = filled_in(pages, f"/projects/{project.pk}/profiles/new")
    assert (sent["platform"], sent["profile_id"], sent["root_dir"]) == ("codex", "codex", ".codex")
    answer = pages.post(f"/projects/{project.pk}/profiles/new", sent, headers=IN_DIALOG)
    assert "Added the profile “codex”." in answer.text
    assert "dialog-done" in answer["HX-Trigger"]
    made, expected = (
        profile_of(project, "codex"),
        create_profile(project=ProjectFactory(owner=project.owner), profile_id="codex", platform="codex"),
    )
    assert portable_profile(made) == portable_profile(expected)


def test_every_platform_is_offered_the_first_unused_one_first(pages: Client, project: Project) -> None:
    text = pages.get(f"/projects/{project.pk}/profiles/new").text
    assert all(f'<option value="{platform}"' in text for platform in Platform)
    assert '<option value="codex" selected' in text


def test_what_is_chosen_is_kept_and_the_rest_is_the_default(pages: Client, project: Project) -> None:
    address = f"/projects/{project.pk}/profiles/claude_code/edit"
    sent = filled_in(
        pages,
        address,
        folder_skill="tools/skills",
        context_path_prefixes="docs/rules\n\n  .claude/rules ",
        supported_artifact_types=["skill", "rule"],
        description="For the people who write pages",
    )
    assert pages.post(address, sent, headers=IN_DIALOG).status_code == 200
    profile = profile_of(project, "claude_code")
    assert profile.artifact_path_map["skill"] == "tools/skills"
    assert profile.artifact_path_map["command"] == ".claude/commands"
    assert profile.context_path_prefixes == ["docs/rules", ".claude/rules"]
    assert profile.supported_artifact_types == ["skill", "rule"]
    assert profile.description == "For the people who write pages"


def test_a_folder_left_empty_is_the_default(pages: Client, project: Project) -> None:
    update_profile(profile=profile_of(project, "claude_code"), artifact_path_map={"skill": "mine"}, root_dir="house")
    address = f"/projects/{project.pk}/profiles/claude_code/edit"
    pages.post(address, filled_in(pages, address, folder_skill="", root_dir=""))
    profile = profile_of(project, "claude_code")
    assert (profile.root_dir, profile.artifact_path_map["skill"]) == (".claude", ".claude/skills")


def test_what_stands_at_the_default_moves_with_the_platform_even_if_nobody_looked(
    pages: Client, project: Project
) -> None:
    address = f"/projects/{project.pk}/profiles/claude_code/edit"
    pages.post(address, filled_in(pages, address, platform="other", folder_skill="tools"))
    profile = profile_of(project, "claude_code")
    assert (profile.platform, profile.root_dir) == ("other", "agents")
    assert profile.artifact_path_map == {
        "skill": "tools",
        "command": "agents/commands",
        "agent": "agents/agents",
        "rule": "agents/rules",
    }
    assert profile.supported_artifact_types == ["skill", "command", "agent", "rule"]


def test_the_form_shows_the_defaults_of_the_platform_that_is_chosen(pages: Client, project: Project) -> None:
    sent = filled_in(pages, f"/projects/{project.pk}/profiles/claude_code/edit", platform="other", folder_skill="mine")
    answer = pages.post(f"/projects/{project.pk}/profiles/layout", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    entries = {
        entry.field.name: (entry.field.value(), entry.is_default) for entry in answer.context["form"].layout_entries
    }
    assert entries["root_dir"] == ("agents", True)
    assert entries["folder_skill"] == ("mine", False)
    assert entries["folder_command"] == ("agents/commands", True)
    assert "folder_hook" not in entries
    assert 'id="reset-folder_skill"' in answer.text
    assert 'id="reset-folder_command"' not in answer.text
    assert profile_of(project, "claude_code").platform == "claude_code"


@pytest.mark.parametrize("name", ["root_dir", "folder_skill", "context_path_prefixes", "supported_artifact_types"])
def test_one_field_goes_back_to_its_default(pages: Client, project: Project, name: str) -> None:
    update_profile(
        profile=profile_of(project, "claude_code"),
        root_dir="house",
        artifact_path_map={"skill": "mine"},
        context_path_prefixes=["docs"],
        supported_artifact_types=["skill"],
    )
    sent = filled_in(pages, f"/projects/{project.pk}/profiles/claude_code/edit", reset=name)
    answer = pages.post(f"/projects/{project.pk}/profiles/layout", sent, headers={"HX-Request": "true"})
    entries = {entry.field.name: entry.is_default for entry in answer.context["form"].layout_entries}
    others = {"root_dir", "folder_skill", "context_path_prefixes", "supported_artifact_types"} - {name}
    assert entries[name] is True
    assert [entries[other] for other in sorted(others)] == [False] * 3
    assert answer.text.count("autofocus") == (6 if name == "supported_artifact_types" else 1)


def test_a_form_that_was_tampered_with_moves_along_as_far_as_it_can() -> None:
    sent = QueryDict("platform=nonsense&root_dir=..&shown_platform=&folder_skill=x&folder_nonsense=y&reset=zzz")
    assert moved_along(sent)["folder_skill"] == "x"
    assert with_default(sent, "zzz")["root_dir"] == ".."


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"root_dir": "../out"}, "root_dir", "climbs out"),
        ({"root_dir": "/etc"}, "root_dir", "is not relative"),
        ({"folder_skill": "a/../b"}, "folder_skill", "climbs out"),
        ({"folder_rule": ".git/rules"}, "folder_rule", "where git keeps its own files"),
        ({"folder_agent": "x" * 1001}, "folder_agent", "at most 1000 characters"),
        ({"folder_agent": "a\x00b"}, "folder_agent", "Null characters are not allowed."),
        ({"project_config_filenames": "/AGENTS.md"}, "project_config_filenames", "is not relative"),
        ({"context_path_prefixes": "rules\nrules"}, "context_path_prefixes", "An entry stands here twice."),
        ({"supported_artifact_types": []}, "supported_artifact_types", "name at least one"),
        ({"supported_artifact_types": ["skill", "nonsense"]}, "supported_artifact_types", "not one of the available"),
        ({"platform": "emacs"}, "platform", "not one of the available choices"),
        ({"description": "x" * 2001}, "description", "at most 2000 characters"),
    ],
)
def test_what_a_profile_cannot_say_is_said_at_its_field_and_nothing_typed_is_lost(
    pages: Client, project: Project, changed: dict[str, Any], field: str, said: str
) -> None:
    before = portable_profile(profile_of(project, "claude_code"))
    address = f"/projects/{project.pk}/profiles/claude_code/edit"
    answer = pages.post(address, filled_in(pages, address, **{"description": "Typed.", **changed}), headers=IN_DIALOG)
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert answer.context["form"]["description"].value() == changed.get("description", "Typed.")
    assert portable_profile(profile_of(project, "claude_code")) == before


@pytest.mark.parametrize(
    ("profile_id", "said"), [("claude_code", "has a profile"), ("two words", "letters, numbers"), ("", "required")]
)
def test_an_id_that_cannot_be_one_is_said_at_its_field(
    pages: Client, project: Project, profile_id: str, said: str
) -> None:
    address = f"/projects/{project.pk}/profiles/new"
    answer = pages.post(address, filled_in(pages, address, profile_id=profile_id), headers=IN_DIALOG)
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors["profile_id"])
    assert project.profiles.count() == 1


def test_the_id_of_a_profile_stays(pages: Client, project: Project) -> None:
    address = f"/projects/{project.pk}/profiles/claude_code/edit"
    sent = filled_in(pages, address, profile_id="renamed")
    assert "profile_id" not in pages.get(address).context["form"].fields
    pages.post(address, sent)
    assert [profile.profile_id for profile in project.profiles.all()] == ["claude_code"]


def test_who_edits_what_was_changed_meanwhile_is_asked_first(pages: Client, project: Project) -> None:
    address = f"/projects/{project.pk}/profiles/claude_code/edit"
    sent = filled_in(pages, address, description="Mine.")
    update_profile(profile=profile_of(project, "claude_code"), description="By somebody else.")
    refused = pages.post(address, sent)
    assert refused.status_code == 422
    assert "was changed elsewhere since you opened it" in refused.text
    assert "Mine." in refused.text
    assert profile_of(project, "claude_code").description == "By somebody else."
    again = {**sent, "edition": refused.context["form"]["edition"].value()}
    pages.post(address, again)
    assert profile_of(project, "claude_code").description == "Mine."


def test_a_profile_is_deleted(pages: Client, project: Project) -> None:
    address = f"/projects/{project.pk}/profiles/claude_code/delete"
    asked = pages.get(address, headers=IN_DIALOG)
    assert "Delete profile claude_code" in asked.text
    answer = pages.post(address, headers=IN_DIALOG)
    assert "Deleted the profile “claude_code”. What was deployed under it stays." in answer.text
    assert not project.profiles.exists()
    assert "Without a profile nothing can be deployed here." in pages.get(f"/projects/{project.pk}").text


@pytest.mark.parametrize("what", ["edit", "delete"])
def test_a_profile_that_is_not_there_is_no_page(pages: Client, project: Project, what: str) -> None:
    assert pages.get(f"/projects/{project.pk}/profiles/nothing/{what}").status_code == 404


def test_the_page_of_a_project_gives_each_profile_as_a_file(pages: Client, project: Project) -> None:
    address = f"/api/v1/projects/{project.pk}/profiles/claude_code/export"
    assert f'href="{address}"' in pages.get(f"/projects/{project.pk}").text
    assert 'profile_id = "claude_code"' in pages.get(address).text
