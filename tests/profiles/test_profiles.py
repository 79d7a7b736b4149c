"""Making, changing, finding and exporting profiles."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.enums import ArtifactType, Platform
from profiles.exceptions import ProfileError, ProfileExistsError
from profiles.models import DeploymentProfile
from profiles.portable import portable_profile, profile_to_toml
from profiles.queries import profile_of, profiles_of
from profiles.services import create_profile, delete_profile, update_profile
from projects.models import Project
from tests.factories import DeploymentFactory, ProjectFactory

BAD_LAYOUTS: list[tuple[str, object]] = [
    ("root_dir", ""),
    ("root_dir", "."),
    ("root_dir", "/etc"),
    ("root_dir", "../elsewhere"),
    ("root_dir", "a/../b"),
    ("root_dir", ".claude/"),
    ("root_dir", "a\\b"),
    ("root_dir", "a\x00"),
    ("root_dir", "C:/x"),
    ("root_dir", ".deployment-sets"),
    ("root_dir", ".Deployment-Sets/x"),
    ("root_dir", "shop/.Deployment-Sets/x"),
    ("root_dir", "x" * 256),
    ("root_dir", ".git"),
    ("root_dir", "CON"),
    ("root_dir", 7),
    ("artifact_path_map", {"command": ".git/hooks"}),
    ("supported_artifact_types", []),
    ("artifact_path_map", {"spell": "x"}),
    ("artifact_path_map", {"skill": "/x"}),
    ("artifact_path_map", {"skill": "../x"}),
    ("artifact_path_map", {"skill": ""}),
    ("artifact_path_map", {"skill": None}),
    ("artifact_path_map", ["skill"]),
    ("artifact_path_map", "skill"),
    ("project_config_filenames", ["../CLAUDE.md"]),
    ("project_config_filenames", ["/CLAUDE.md"]),
    ("project_config_filenames", ["CLAUDE.md", "CLAUDE.md"]),
    ("project_config_filenames", "CLAUDE.md"),
    ("project_config_filenames", [1]),
    ("context_path_prefixes", [".."]),
    ("context_path_prefixes", ["rules", "/rules"]),
    ("context_path_prefixes", {}),
    ("context_path_prefixes", [f"rules-{n}" for n in range(51)]),
    ("supported_artifact_types", ["spell"]),
    ("supported_artifact_types", ["skill", "skill"]),
    ("supported_artifact_types", "skill"),
    ("supported_artifact_types", [["skill"]]),
]


@pytest.fixture
def bare(db: None) -> Project:
    """A project without profiles."""
    return ProjectFactory()


@pytest.fixture
def profile(bare: Project) -> DeploymentProfile:
    return create_profile(project=bare, profile_id="main", platform="claude_code")


def layout(profile: DeploymentProfile) -> dict[str, Any]:
    profile.refresh_from_db()
    return dict(portable_profile(profile))


def test_what_is_left_out_is_the_platforms_default(profile: DeploymentProfile) -> None:
    assert layout(profile) == {
        "profile_id": "main",
        "description": "",
        "platform": "claude_code",
        "root_dir": ".claude",
        "artifact_path_map": {
            "skill": ".claude/skills",
            "command": ".claude/commands",
            "agent": ".claude/agents",
            "rule": ".claude/rules",
            "hook": ".claude/hooks",
        },
        "project_config_filenames": ["CLAUDE.md"],
        "context_path_prefixes": [".claude/rules"],
        "supported_artifact_types": ["skill", "command", "agent", "rule", "hook", "mcp"],
    }


def test_defaults_are_built_from_the_root(bare: Project) -> None:
    profile = create_profile(project=bare, profile_id="web", platform="claude_code", root_dir="web/.claude")
    assert profile.artifact_path_map["skill"] == "web/.claude/skills"
    assert profile.context_path_prefixes == ["web/.claude/rules"]


def test_a_given_map_overrides_type_by_type(bare: Project) -> None:
    profile = create_profile(
        project=bare, profile_id="web", platform="claude_code", artifact_path_map={"skill": "skills"}
    )
    assert profile.artifact_path_map["skill"] == "skills"
    assert profile.artifact_path_map["command"] == ".claude/commands"


def test_an_empty_list_is_a_choice_and_none_is_the_default(bare: Project) -> None:
    profile = create_profile(
        project=bare,
        profile_id="web",
        platform="claude_code",
        project_config_filenames=[],
        supported_artifact_types=["skill"],
        context_path_prefixes=None,
    )
    assert profile.project_config_filenames == []
    assert profile.supported_artifact_types == ["skill"]
    assert profile.context_path_prefixes == [".claude/rules"]


def test_an_unknown_platform_is_refused(bare: Project) -> None:
    with pytest.raises(ProfileError, match="claude_code, codex"):
        create_profile(project=bare, profile_id="vim", platform="vim")


@pytest.mark.parametrize("profile_id", ["", "a b", "a/b", "..", "é", "a\n", "x" * 65])
def test_a_profile_id_is_a_slug(bare: Project, profile_id: str) -> None:
    with pytest.raises(ProfileError) as caught:
        create_profile(project=bare, profile_id=profile_id, platform="other")
    assert list(caught.value.problems) == ["profile_id"]


def test_a_profile_id_is_one_projects_own(profile: DeploymentProfile) -> None:
    with pytest.raises(ProfileExistsError, match="main"):
        create_profile(project=profile.project, profile_id="main", platform="other")
    create_profile(project=ProjectFactory(), profile_id="main", platform="other")


@pytest.mark.parametrize(("field", "value"), BAD_LAYOUTS)
def test_creating_refuses_a_layout_that_cannot_be_used(bare: Project, field: str, value: object) -> None:
    choices: dict[str, Any] = {field: value}
    with pytest.raises(ProfileError) as caught:
        create_profile(project=bare, profile_id="web", platform="claude_code", **choices)
    assert list(caught.value.problems) == [field]
    assert not DeploymentProfile.objects.exists()


@pytest.mark.parametrize(("field", "value"), BAD_LAYOUTS)
def test_changing_refuses_a_layout_that_cannot_be_used(profile: DeploymentProfile, field: str, value: object) -> None:
    before = layout(profile)
    changes: dict[str, Any] = {field: value}
    with pytest.raises(ProfileError) as caught:
        update_profile(profile=profile, **changes)
    assert list(caught.value.problems) == [field]
    assert layout(profile) == before


@pytest.mark.parametrize("description", ["a\x00", "a\ud800", "x" * 2001])
def test_a_description_is_text_that_can_be_kept(profile: DeploymentProfile, description: str) -> None:
    with pytest.raises(ProfileError) as caught:
        update_profile(profile=profile, description=description)
    assert list(caught.value.problems) == ["description"]


def test_only_the_fields_sent_change(bare: Project) -> None:
    profile = create_profile(
        project=bare,
        profile_id="web",
        platform="claude_code",
        description="Web",
        artifact_path_map={"skill": "skills"},
        supported_artifact_types=["skill", "rule"],
    )
    before = layout(profile)
    update_profile(profile=profile, project_config_filenames=["docs/AGENTS.md"])
    assert layout(profile) == before | {"project_config_filenames": ["docs/AGENTS.md"]}
    update_profile(profile=profile, description=None)
    assert layout(profile)["description"] == ""


def test_none_returns_a_field_to_its_default(bare: Project) -> None:
    profile = create_profile(
        project=bare,
        profile_id="web",
        platform="claude_code",
        root_dir="web",
        artifact_path_map={"skill": "skills"},
        supported_artifact_types=["skill"],
    )
    update_profile(profile=profile, artifact_path_map=None, supported_artifact_types=None)
    profile.refresh_from_db()
    assert profile.artifact_path_map["skill"] == "web/skills"
    assert len(profile.supported_artifact_types) == len(ArtifactType)


def test_what_stood_at_the_default_moves_with_the_root(bare: Project) -> None:
    profile = create_profile(
        project=bare, profile_id="web", platform="claude_code", artifact_path_map={"command": "commands"}
    )
    update_profile(profile=profile, root_dir="web")
    profile.refresh_from_db()
    assert profile.artifact_path_map == {
        "skill": "web/skills",
        "command": "commands",
        "agent": "web/agents",
        "rule": "web/rules",
        "hook": "web/hooks",
    }
    assert profile.context_path_prefixes == ["web/rules"]


def test_what_stood_at_the_default_moves_with_the_platform(bare: Project) -> None:
    profile = create_profile(
        project=bare, profile_id="web", platform="claude_code", artifact_path_map={"skill": "skills"}
    )
    update_profile(profile=profile, platform="other")
    after = layout(profile)
    assert (after["platform"], after["root_dir"], after["project_config_filenames"]) == ("other", "agents", [])
    assert after["artifact_path_map"] == {
        "skill": "skills",
        "command": "agents/commands",
        "agent": "agents/agents",
        "rule": "agents/rules",
    }


def test_a_root_of_ones_own_stays_when_the_platform_changes(bare: Project) -> None:
    profile = create_profile(project=bare, profile_id="web", platform="claude_code", root_dir="tools")
    update_profile(profile=profile, platform="other")
    profile.refresh_from_db()
    assert (profile.root_dir, profile.artifact_path_map["skill"]) == ("tools", "tools/skills")


def test_deleting_a_profile_leaves_what_was_deployed_under_it(profile: DeploymentProfile) -> None:
    deployment = DeploymentFactory(project=profile.project, deployment_profile_id="main")
    delete_profile(profile=profile)
    assert not DeploymentProfile.objects.exists()
    deployment.refresh_from_db()


def test_a_profile_that_somebody_deleted_meanwhile_is_not_found(profile: DeploymentProfile) -> None:
    delete_profile(profile=DeploymentProfile.objects.get(pk=profile.pk))
    with pytest.raises(DeploymentProfile.DoesNotExist):
        update_profile(profile=profile, description="Late")
    with pytest.raises(DeploymentProfile.DoesNotExist):
        delete_profile(profile=profile)


def test_a_project_that_somebody_deleted_meanwhile_gets_no_profile(bare: Project) -> None:
    Project.objects.all().delete()
    with pytest.raises(Project.DoesNotExist):
        create_profile(project=bare, profile_id="web", platform="other")


def test_profiles_are_found_through_their_project(profile: DeploymentProfile) -> None:
    second = create_profile(project=profile.project, profile_id="a-second", platform="other")
    elsewhere = create_profile(project=ProjectFactory(), profile_id="elsewhere", platform="other")
    assert list(profiles_of(profile.project)) == [profile, second]
    assert profile_of(profile.project, "a-second") == second
    with pytest.raises(DeploymentProfile.DoesNotExist):
        profile_of(profile.project, elsewhere.profile_id)


def test_the_layout_is_the_row_as_plain_data(profile: DeploymentProfile) -> None:
    assert profile.layout.platform is Platform.CLAUDE_CODE
    assert profile.layout.artifact_path_map[ArtifactType.SKILL] == ".claude/skills"
    assert profile.layout.supported_artifact_types == tuple(ArtifactType)


def test_toml_holds_everything_a_profile_is(profile: DeploymentProfile) -> None:
    document = tomllib.loads(profile_to_toml(profile))
    assert document == {"deployment_profile": portable_profile(profile)}
    choices = {
        name: value for name, value in document["deployment_profile"].items() if name not in ("profile_id", "platform")
    }
    copy = create_profile(project=profile.project, profile_id="copy", platform="claude_code", **choices)
    assert layout(copy) == layout(profile) | {"profile_id": "copy"}


@given(
    description=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50),
    folder=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
)
def test_toml_keeps_every_text(description: str, folder: str) -> None:
    profile = DeploymentProfile(
        profile_id="main",
        platform="other",
        root_dir=folder,
        artifact_path_map={"skill": folder},
        context_path_prefixes=[folder],
        description=description,
    )
    assert tomllib.loads(profile_to_toml(profile))["deployment_profile"] == portable_profile(profile)
