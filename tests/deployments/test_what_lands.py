"""What a deploy puts on disk, and that doing it again changes nothing."""

import json
import os
from pathlib import Path
from typing import cast

import pytest

from deployments.models import Claim, Deployment, Placement, Run
from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for
from profiles.platforms.shape import Render
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported
from projects.models import Project
from tests.deployments.conftest import Desk, only, outcome
from tests.factories import give_version


def _times(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in [folder, *folder.rglob("*")]}


def test_each_type_lands_in_its_place_byte_for_byte(desk: Desk) -> None:
    binary = bytes(range(256)) * 3
    desk.deploy(
        desk.artifact(
            "skill:pdf", {"SKILL.md": "\ufeffRead\r\n", "scripts/run.sh*": "#!/bin/sh\n", "a/b/logo.bin": binary}
        ),
        desk.artifact("command:ship", {"": "Ship $ARGUMENTS\r\n"}),
        desk.artifact("agent:reviewer", {"": "---\nname: reviewer\n---\n"}),
        desk.artifact("rule:style", {"": ""}),
    )
    assert desk.tree() == {
        ".claude/skills/pdf/SKILL.md": "\ufeffRead\r\n".encode(),
        ".claude/skills/pdf/scripts/run.sh*": b"#!/bin/sh\n",
        ".claude/skills/pdf/a/b/logo.bin": binary,
        ".claude/commands/ship.md": b"Ship $ARGUMENTS\r\n",
        ".claude/agents/reviewer.md": b"---\nname: reviewer\n---\n",
        ".claude/rules/style.md": b"",
    }


def test_deploying_again_skips_everything_and_writes_nothing(desk: Desk) -> None:
    artifacts = [desk.artifact("skill:pdf"), desk.artifact("command:ship")]
    desk.deploy(*artifacts)
    before = _times(desk.folder)
    rows = list(Placement.objects.values()), list(Deployment.objects.values()), list(Claim.objects.values())

    report = desk.deploy(*artifacts)

    assert outcome(report) == [("skill:pdf", "skip", "unchanged"), ("command:ship", "skip", "unchanged")]
    assert _times(desk.folder) == before
    assert rows == (list(Placement.objects.values()), list(Deployment.objects.values()), list(Claim.objects.values()))


def test_a_new_version_replaces_the_old_one_and_files_it_no_longer_has_go(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "old", "extra.md": "old"})
    desk.deploy(skill)
    give_version(skill, {"SKILL.md": "new", "other.md": "new"})

    assert outcome(desk.deploy(skill)) == [("skill:pdf", "success", "update")]
    assert desk.tree() == {".claude/skills/pdf/SKILL.md": b"new", ".claude/skills/pdf/other.md": b"new"}


def test_an_executable_bit_alone_makes_an_update(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "x", "run.sh": "go"})
    desk.deploy(skill)
    give_version(skill, {"SKILL.md": "x", "run.sh*": "go"})

    assert outcome(desk.deploy(skill)) == [("skill:pdf", "success", "update")]
    assert ".claude/skills/pdf/run.sh*" in desk.tree()


def test_what_was_deleted_from_the_disk_comes_back(desk: Desk) -> None:
    command = desk.artifact("command:ship", {"": "Ship"})
    desk.deploy(command)
    (desk.folder / ".claude/commands/ship.md").unlink()

    result = only(desk.deploy(command))

    assert (result.status, result.action) == ("success", "create")
    assert "deleted" in result.reason
    assert desk.tree() == {".claude/commands/ship.md": b"Ship"}


def test_no_staging_folder_is_left_behind(desk: Desk) -> None:
    desk.deploy(desk.artifact("skill:pdf"))
    assert os.listdir(desk.folder) == [".claude"]


def test_there_is_a_result_for_every_artifact_under_every_profile_in_order(desk: Desk) -> None:
    other = desk.profile("plain", platform="other")
    first = desk.project.profiles.get(profile_id="claude_code")
    report = desk.deploy(desk.artifact("skill:a"), desk.artifact("hook:b"), profiles=[first, other])

    assert [(result.artifact_id, result.profile_id, str(result.status)) for result in report.results] == [
        ("skill:a", "claude_code", "success"),
        ("skill:a", "plain", "success"),
        ("hook:b", "claude_code", "skip"),
        ("hook:b", "plain", "skip"),
    ]
    assert report.counts == {"success": 2, "skip": 2, "error": 0}


def test_the_other_platform_copies_below_its_root(desk: Desk) -> None:
    other = desk.profile("plain", platform="other", root_dir="docs/agents")
    desk.deploy(
        desk.artifact("skill:pdf", {"SKILL.md": "Read"}),
        desk.artifact("rule:style", {"": "Be brief."}),
        profiles=[other],
    )
    assert desk.tree() == {"docs/agents/skills/pdf/SKILL.md": b"Read", "docs/agents/rules/style.md": b"Be brief."}


def test_an_artifact_meant_for_another_platform_is_skipped(desk: Desk) -> None:
    result = only(desk.deploy(desk.artifact("skill:pdf", target_platforms=["codex", "cursor"])))
    assert (result.status, result.action) == ("skip", "unsupported")
    assert "Codex, Cursor" in result.reason


def test_an_artifact_meant_for_this_platform_lands(desk: Desk) -> None:
    assert only(desk.deploy(desk.artifact("skill:pdf", target_platforms=["claude_code"]))).status == "success"


def test_a_type_the_profile_does_not_support_is_skipped(desk: Desk) -> None:
    profile = desk.profile("skills-only", supported_artifact_types=["skill"])
    report = desk.deploy(desk.artifact("skill:a"), desk.artifact("command:b"), profiles=[profile])
    assert outcome(report) == [("skill:a", "success", "create"), ("command:b", "skip", "unsupported")]


def test_what_is_lost_is_said_before_and_after(desk: Desk) -> None:
    command = desk.artifact("command:ship", {"": "Run ${CLAUDE_PLUGIN_ROOT}/scripts/ship.sh"})
    (planned,) = only(desk.deploy(command, dry_run=True)).warnings
    (said,) = only(desk.deploy(command)).warnings
    assert planned == said
    assert "ship.md" in said


def test_a_sentence_that_is_true_of_many_fields_is_said_once(desk: Desk) -> None:
    pigeons = {"hooks": [{"type": "pigeon"}] * 5}
    hook = desk.artifact("hook:post", {"": json.dumps({"hooks": {"Stop": [pigeons]}, "extra": 1})})
    warnings = only(desk.deploy(hook)).warnings
    assert len(warnings) == 2
    places = "hooks.Stop[0].hooks[0].type, hooks.Stop[0].hooks[1].type, hooks.Stop[0].hooks[2].type and 2 more"
    assert f"{places}: Claude Code knows handlers of the types command, http, mcp_tool, prompt, agent." in warnings


def test_what_somebody_should_look_at_is_said_before_and_after(desk: Desk) -> None:
    flags = [{"code": "hidden-unicode", "file": "SKILL.md", "detail": "It holds a bidi control in line 3."}]
    skill = desk.artifact("skill:pdf", flags=flags)
    assert only(desk.deploy(skill, dry_run=True)).warnings == ("SKILL.md: It holds a bidi control in line 3.",)
    assert only(desk.deploy(skill)).warnings == ("SKILL.md: It holds a bidi control in line 3.",)


def test_a_dry_run_says_the_same_and_touches_nothing(desk: Desk) -> None:
    artifacts = [desk.artifact("skill:pdf"), desk.artifact("hook:x"), desk.artifact("command:../x")]
    before = _times(desk.folder)

    planned = desk.deploy(*artifacts, dry_run=True)

    assert planned.run is None
    assert _times(desk.folder) == before
    assert not Run.objects.exists()
    assert outcome(desk.deploy(*artifacts)) == outcome(planned)


def test_the_fingerprint_of_a_plan_changes_with_the_disk(desk: Desk) -> None:
    skill = desk.artifact("command:ship", {"": "Ship"})
    first = desk.deploy(skill, dry_run=True).fingerprint
    assert desk.deploy(skill, dry_run=True).fingerprint == first
    (desk.folder / ".claude/commands").mkdir(parents=True)
    (desk.folder / ".claude/commands/ship.md").write_text("Mine")
    assert desk.deploy(skill, dry_run=True).fingerprint != first


def test_runs_are_numbered_and_keep_what_happened(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf")
    desk.deploy(skill)
    desk.deploy(skill, desk.artifact("hook:x"))

    first, second = Run.objects.order_by("number")
    assert (first.number, first.state, second.number) == (1, "done", 2)
    assert second.started_by == desk.project.owner
    assert [(item.artifact_label, item.status) for item in second.items.all()] == [
        ("skill:pdf", "skip"),
        ("hook:x", "skip"),
    ]
    assert [entry.path for entry in first.journal.all()] == [".claude/skills/pdf"]
    assert first.journal.get().created_folders == [".claude", ".claude/skills"]


def test_the_records_say_what_is_where_and_who_wants_it(desk: Desk, project: Project) -> None:
    skill = desk.artifact("skill:pdf")
    desk.deploy(skill)

    deployment = Deployment.objects.get()
    placement = Placement.objects.get()
    assert (deployment.label, deployment.deployment_profile_id, deployment.platform) == (
        "skill:pdf",
        "claude_code",
        "claude_code",
    )
    assert (deployment.profile_root_dir, deployment.deployed_by) == (".claude", project.owner)
    assert (placement.path, placement.artifact_uuid, placement.adopted) == (".claude/skills/pdf", skill.pk, False)
    assert placement.version == skill.version
    assert placement.state_id == skill.version.manifest_id  # type: ignore[union-attr]
    assert [claim.label for claim in deployment.claims.all()] == ["Full-stack"]


def test_deployments_outlive_set_profile_and_artifact(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf")
    desk.deploy(skill)
    desk.project.profiles.all().delete()
    skill.collection.delete()
    assert Deployment.objects.get().label == "skill:pdf"
    assert Placement.objects.get().version is None
    assert ".claude/skills/pdf/SKILL.md" in desk.tree()


def test_a_fault_of_ours_in_one_artifact_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = desk.artifact("command:good", {"": "Text"}), desk.artifact("command:bad", {"": "Text"})
    renders = cast(dict[ArtifactType, Render], module_for(Platform.CLAUDE_CODE).renders)
    render = renders[ArtifactType.COMMAND]

    def fail(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
        if content.name == "bad":
            raise KeyError("foo")
        return render(content, layout)

    monkeypatch.setitem(renders, ArtifactType.COMMAND, fail)
    report = desk.deploy(bad, good)
    assert outcome(report) == [("command:bad", "error", "refused"), ("command:good", "success", "create")]
    assert "the server's log" in report.results[0].reason
