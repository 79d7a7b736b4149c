"""The dialogs in which a set is deployed into a project and taken out again."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from artifacts.models import Artifact
from deployment_sets import targets
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import batch_deploy
from deployments.models import Run
from deployments.services import background
from projects.locks import folder_lock
from projects.models import Project
from tests.factories import (
    ArtifactFactory,
    ClaimFactory,
    DeploymentFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    ProjectFactory,
    RunFactory,
    give_version,
)

pytestmark = pytest.mark.django_db(transaction=True)
SHIP = ".claude/commands/ship.md"
IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A run is over with the answer."""
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 20)
    yield


@pytest.fixture
def pages(owner: User, settings: Any) -> Client:
    settings.AUTH_ENABLED = True
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def kit(owner: User) -> DeploymentSet:
    made: DeploymentSet = DeploymentSetFactory(
        owner=owner,
        name="Kit",
        members=[ArtifactFactory(type="command", name="plan"), ArtifactFactory(type="command", name="ship")],
    )
    return made


def deploy_url(kit: DeploymentSet, **query: object) -> str:
    return reverse("sets:deploy", args=[kit.pk], query=query or None)


def fields_of(answer: Any) -> dict[str, Any]:
    """What the form in the answer that begins a run would send."""
    choices = answer.context["choices"]
    fields: dict[str, Any] = {
        "project": str(answer.context["project"].pk),
        "profile": [profile.profile_id for profile in answer.context.get("profiles", [])],
        "on_conflict": choices.on_conflict.value,
        "fingerprint": answer.context["plan"].fingerprint,
    }
    for name in ("prune", "atomic"):
        if getattr(choices, name):
            fields[name] = "on"
    if answer.context.get("retried"):
        fields["retry"] = str(answer.context["retried"].pk)
    return fields


def link_to(answer: Any, which: str) -> str:
    """Where the answer leads to the next or the previous page."""
    found = re.search(rf'href="([^"]+)"\s+rel="{which}"', answer.content.decode())
    assert found is not None
    return html.unescape(found[1])


def test_where_only_one_project_can_be_meant_the_plan_comes_at_once_and_writes_nothing(
    pages: Client, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    answer = pages.get(deploy_url(kit), headers=IN_DIALOG)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Apply 2 changes" in text
    assert "<b>2</b> create" in text
    assert SHIP in text
    assert "<html" not in text
    assert list(project_folder.iterdir()) == []
    assert not Run.objects.exists()


def test_the_plan_is_a_page_by_its_address(pages: Client, kit: DeploymentSet, project: Project) -> None:
    text = pages.get(deploy_url(kit)).content.decode()
    assert "<!DOCTYPE html>" in text
    assert "Apply 2 changes" in text


def test_what_was_seen_is_applied_and_the_result_is_the_answer(
    pages: Client, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    plan = pages.get(deploy_url(kit), headers=IN_DIALOG)
    answer = pages.post(deploy_url(kit), fields_of(plan), headers=IN_DIALOG)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "2 succeeded, 0 skipped, 0 failed" in text
    assert '<span class="outcome success">Success</span>' in text
    assert "changed" in answer.headers["HX-Trigger"]
    assert (project_folder / SHIP).is_file()
    run = Run.objects.get()
    assert (run.claimant, run.started_by) == (f"set:{kit.pk}", project.owner)
    assert reverse("deployments:run_undo", args=[run.pk]) in text


def test_without_scripts_applying_leads_to_the_page_of_the_run(
    pages: Client, kit: DeploymentSet, project: Project
) -> None:
    answer = pages.post(deploy_url(kit), fields_of(pages.get(deploy_url(kit))), follow=True)
    assert answer.redirect_chain == [(reverse("deployments:run", args=[Run.objects.get().pk]), 302)]
    assert "2 succeeded, 0 skipped, 0 failed" in answer.content.decode()


def test_a_plan_that_has_changed_since_is_not_applied_but_shown_anew(
    pages: Client, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    fields = fields_of(pages.get(deploy_url(kit)))
    (project_folder / ".claude/commands").mkdir(parents=True)
    (project_folder / SHIP).write_text("Mine.")
    answer = pages.post(deploy_url(kit), fields, headers=IN_DIALOG)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "This is not the plan that was shown" in text
    assert "<b>1</b> conflict" in text
    assert "Apply 1 change<" in text
    assert not Run.objects.exists()
    assert pages.post(deploy_url(kit), fields_of(answer), headers=IN_DIALOG).status_code == 200
    assert (project_folder / SHIP).read_text() == "Mine."


def test_what_becomes_of_a_conflict_is_asked_only_when_there_is_one(
    pages: Client, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    assert 'name="on_conflict" value="overwrite"' not in pages.get(deploy_url(kit)).content.decode()
    (project_folder / ".claude/commands").mkdir(parents=True)
    (project_folder / SHIP).write_text("Mine.\n")
    asked = pages.get(deploy_url(kit)).content.decode()
    assert 'value="overwrite"' in asked
    assert '<span class="line removed">-Mine.</span>' in asked
    renewed = pages.get(deploy_url(kit, on_conflict="overwrite"))
    assert 'value="overwrite"' in renewed.content.decode()
    assert "Apply 2 changes" in renewed.content.decode()
    pages.post(deploy_url(kit), fields_of(renewed))
    assert (project_folder / SHIP).read_text() != "Mine.\n"


def test_pruning_and_all_or_nothing_are_choices(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all()))
    kit.members.get(artifact__name="plan").delete()
    assert "remove" not in [row.result.action for row in pages.get(deploy_url(kit)).context["plan"].rows]
    pruned = pages.get(deploy_url(kit, prune="on"))
    assert [row.result.action for row in pruned.context["plan"].rows] == ["remove"]
    assert [row.result.action for row in pruned.context["plan"].quiet_rows] == ["unchanged"]
    pages.post(deploy_url(kit), fields_of(pruned))
    assert [path.name for path in (project_folder / ".claude/commands").iterdir()] == ["ship.md"]
    kit.members.create(artifact=ArtifactFactory(type="command", name="new"), position=1)
    (project_folder / SHIP).write_text("Mine.")
    assert pages.get(deploy_url(kit)).context["plan"].changes == 1
    assert pages.get(deploy_url(kit, atomic="on")).context["plan"].changes == 0


def test_flags_and_losses_are_shown_before_anything_is_written(pages: Client, owner: User, project: Project) -> None:
    hidden = ArtifactFactory(
        type="command",
        name="sly",
        flags=[{"code": "bidi-control", "file": "", "detail": "It holds characters that nobody sees."}],
    )
    kit = DeploymentSetFactory(owner=owner, members=[hidden])
    text = pages.get(deploy_url(kit)).content.decode()
    assert "It holds characters that nobody sees." in text
    assert "<b>1</b> warning" in text


def test_what_is_there_already_can_be_recorded_once(
    pages: Client, owner: User, kit: DeploymentSet, project: Project
) -> None:
    other = DeploymentSetFactory(owner=owner, members=[member.artifact for member in kit.members.all()])
    batch_deploy(by=owner, deployment_set=other, project=project, profiles=list(project.profiles.all()))
    plan = pages.get(deploy_url(kit, project=project.pk))
    assert "Record 2 deployments" in plan.content.decode()
    pages.post(deploy_url(kit), fields_of(plan))
    after = pages.get(deploy_url(kit, project=project.pk)).content.decode()
    assert "Record" not in after
    assert 'id="apply-plan"' not in after


def test_among_several_projects_one_is_chosen_first(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    second = ProjectFactory(owner=owner, name="Second", path=str(tmp_path / "second"))
    DeploymentProfileFactory(project=second, profile_id="claude_code")
    DeploymentProfileFactory(project=second, profile_id="extra", root_dir=".extra")
    answer = pages.get(deploy_url(kit), headers=IN_DIALOG)
    assert "Show the plan" in answer.content.decode()
    changed = pages.get(deploy_url(kit, target=1, project=second.pk), headers=IN_DIALOG)
    assert [(each.profile.profile_id, each.chosen) for each in changed.context["profiles"]] == [
        ("claude_code", True),
        ("extra", True),
    ]
    plan = pages.get(deploy_url(kit, project=second.pk, profile="extra"))
    assert [row.result.profile_id for row in plan.context["plan"].rows] == ["extra", "extra"]
    batch_deploy(by=owner, deployment_set=kit, project=second, profiles=list(second.profiles.all()))
    assert pages.get(deploy_url(kit)).context["project"] == second


def test_no_profile_ticked_is_said_and_nothing_is_planned(pages: Client, kit: DeploymentSet, project: Project) -> None:
    answer = pages.get(deploy_url(kit, project=project.pk, ticked_in=project.pk))
    assert answer.status_code == 422
    assert "Tick at least one profile." in answer.content.decode()


def test_what_was_ticked_in_one_project_says_nothing_about_another(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    second = ProjectFactory(owner=owner, name="Second", path=str(tmp_path / "second"))
    DeploymentProfileFactory(project=second, profile_id="claude_code")
    DeploymentProfileFactory(project=second, profile_id="extra", root_dir=".extra")
    chosen = {"project": second.pk, "ticked_in": project.pk, "profile": "claude_code"}
    assert len(pages.get(deploy_url(kit, **chosen)).context["profiles"]) == 2
    chosen["ticked_in"] = second.pk
    assert len(pages.get(deploy_url(kit, **chosen)).context["profiles"]) == 1


def test_the_project_that_is_chosen_stays_in_sight_whatever_is_searched(
    pages: Client, owner: User, kit: DeploymentSet, project: Project
) -> None:
    for number in range(40):
        ProjectFactory(owner=owner, name=f"P{number:02}", path=f"/somewhere/p{number:02}")
    for words, shown, more in (("P07", 2, 0), ("nowhere", 1, 0), ("P", 31, 10)):
        answer = pages.get(deploy_url(kit, target=1, project=project.pk, search=words))
        choice = answer.context["choice"]
        assert (len(choice.projects), choice.more) == (shown, more)
        assert f'value="{project.pk}"\n                           checked' in answer.content.decode()
        assert ("No other project has that" in answer.content.decode()) == (words == "nowhere")


def test_a_profile_that_is_gone_is_never_taken_for_all_the_others(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    (project_folder / ".claude/commands").mkdir(parents=True)
    (project_folder / SHIP).write_text("Mine.")
    run = batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all())).run
    assert run is not None
    (gone,) = [profile.profile_id for profile in project.profiles.all()]
    project.profiles.all().delete()
    DeploymentProfileFactory(project=project, profile_id="other", root_dir=".other")
    for query in ({"project": project.pk, "profile": gone}, {"retry": run.pk}):
        answer = pages.get(deploy_url(kit, **query))
        assert answer.status_code == 422
        assert f"The project has no profile &#x27;{gone}&#x27;" in answer.content.decode()
        assert "Show the plan" in answer.content.decode()


def test_only_a_run_that_is_alive_is_said_to_be_in_the_way(
    pages: Client, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    RunFactory(project=project, state=Run.State.RUNNING)
    assert "is at work in this project" not in pages.get(deploy_url(kit)).content.decode()
    with folder_lock(project_folder, 0):
        assert "is at work in this project" in pages.get(deploy_url(kit)).content.decode()


def test_projects_are_found_by_name_and_folder(pages: Client, owner: User, kit: DeploymentSet) -> None:
    for number in range(40):
        ProjectFactory(owner=owner, name=f"P{number:02}", path=f"/somewhere/p{number:02}")
    every = pages.get(deploy_url(kit, target=1)).context["choice"]
    assert (len(every.projects), every.more, every.total) == (30, 10, 40)
    for words in ("P07", "where/p07"):
        found = pages.get(deploy_url(kit, target=1, search=words)).context["choice"]
        assert [each.name for each in found.projects] == ["P07"]


def test_who_has_no_project_registers_a_folder_right_there(
    pages: Client, owner: User, kit: DeploymentSet, project_folder: Path
) -> None:
    assert "You have none yet" in pages.get(deploy_url(kit)).content.decode()
    folder = reverse("sets:deploy_folder", args=[kit.pk])
    wrong = pages.post(folder, {"path": "relative"}, headers=IN_DIALOG)
    assert wrong.status_code == 422
    assert "is not absolute" in wrong.content.decode()
    assert 'value="relative"' in wrong.content.decode()
    answer = pages.post(folder, {"path": str(project_folder / "new"), "create_folder": "on"}, headers=IN_DIALOG)
    assert answer.status_code == 200
    assert "Apply 2 changes" in answer.content.decode()
    assert Project.objects.get().path == str(project_folder / "new")
    again = pages.post(folder, {"path": str(project_folder / "new")}, headers=IN_DIALOG)
    assert again.context["project"] == Project.objects.get()


def test_a_folder_that_is_gone_is_said_at_the_choice(
    pages: Client, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    project_folder.rmdir()
    answer = pages.get(deploy_url(kit), headers=IN_DIALOG)
    assert answer.status_code == 422
    assert "cannot be opened" in answer.content.decode()
    assert "Show the plan" in answer.content.decode()


def test_while_another_run_is_at_work_it_is_refused_with_a_clear_word(
    pages: Client, kit: DeploymentSet, project: Project, project_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "WAIT_SECONDS", 0)
    fields = fields_of(pages.get(deploy_url(kit)))
    with folder_lock(project_folder, 0):
        answer = pages.post(deploy_url(kit), fields, headers=IN_DIALOG)
    assert answer.status_code == 409
    assert "Another run is at work" in answer.content.decode()
    assert not Run.objects.exists()


def test_what_failed_is_tried_again_by_itself_and_never_prunes(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all()))
    (project_folder / SHIP).write_text("Mine.")
    give_version(Artifact.objects.get(name="ship"), {"": "Ship better."})
    kit.members.get(artifact__name="plan").delete()
    run = batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all())).run
    assert run is not None
    way = pages.get(reverse("sets:retry", args=[run.pk])).content.decode()
    assert f'href="{deploy_url(kit, retry=run.pk)}"' in way
    assert "Retry 1 failed" in way
    plan = pages.get(deploy_url(kit, retry=run.pk, on_conflict="overwrite", prune="on"))
    assert [row.result.artifact_id for row in plan.context["plan"].rows] == ["command:ship"]
    assert "Apply 1 change<" in plan.content.decode()
    pages.post(deploy_url(kit), fields_of(plan))
    assert "Ship better." in (project_folder / SHIP).read_text()
    assert (project_folder / ".claude/commands/plan.md").exists()


def test_there_is_nothing_to_retry_where_nothing_failed_or_the_set_is_gone(
    pages: Client, owner: User, kit: DeploymentSet, project: Project
) -> None:
    run = batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all())).run
    assert run is not None
    assert "Retry" not in pages.get(reverse("sets:retry", args=[run.pk])).content.decode()
    kit.delete()
    assert "Retry" not in pages.get(reverse("sets:retry", args=[run.pk])).content.decode()


def test_a_run_of_another_set_cannot_be_tried_again_as_this_one(
    pages: Client, owner: User, kit: DeploymentSet, project: Project
) -> None:
    other = DeploymentSetFactory(owner=owner, members=[ArtifactFactory()])
    run = batch_deploy(by=owner, deployment_set=other, project=project, profiles=list(project.profiles.all())).run
    assert run is not None
    assert pages.get(deploy_url(kit, retry=run.pk)).status_code == 404


def test_a_set_is_taken_out_of_the_one_project_it_is_in(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all()))
    address = reverse("sets:undeploy", args=[kit.pk])
    plan = pages.get(address, headers=IN_DIALOG)
    assert "Remove 2 artifacts" in plan.content.decode()
    assert (project_folder / SHIP).exists()
    answer = pages.post(address, fields_of(plan), headers=IN_DIALOG)
    assert "2 removed, 0 skipped, 0 failed" in answer.content.decode()
    assert not (project_folder / SHIP).exists()
    assert "It is in no project." in pages.get(address).content.decode()


def test_a_deleted_set_is_taken_out_as_well(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all()))
    set_id = UUID(str(kit.pk))
    kit.delete()
    address = reverse("sets:undeploy", args=[set_id])
    plan = pages.get(address, {"project": str(project.pk)})
    assert "Kit" in plan.content.decode()
    pages.post(address, fields_of(plan))
    assert not (project_folder / SHIP).exists()


def test_an_edited_file_stays_at_an_undeploy_unless_it_is_to_be_overwritten(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all()))
    (project_folder / SHIP).write_text("Mine.")
    address = reverse("sets:undeploy", args=[kit.pk])
    assert "<b>1</b> conflict" in pages.get(address).content.decode()
    forced = pages.get(address, {"project": str(project.pk), "on_conflict": "overwrite"})
    assert "Remove 2 artifacts" in forced.content.decode()


def test_an_undeploy_that_could_do_nothing_promises_nothing(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, project_folder: Path
) -> None:
    batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all()))
    for path in (project_folder / ".claude/commands").iterdir():
        path.write_text("Mine.")
    for on_conflict in ("fail", "skip"):
        text = pages.get(reverse("sets:undeploy", args=[kit.pk]), {"on_conflict": on_conflict}).content.decode()
        assert "gives up its claims" not in text
        assert "Nothing goes as long as what was edited is kept." in text
        assert "disabled>" in text.partition('id="apply-plan"')[2].partition("</button>")[0]


def test_a_deleted_set_that_is_in_several_projects_asks_which(
    pages: Client, owner: User, kit: DeploymentSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "PROJECTS_SHOWN", 2)
    for name in ("One", "Two", "Three"):
        deployment = DeploymentFactory(project=ProjectFactory(owner=owner, name=name))
        ClaimFactory(deployment=deployment, claimant=f"set:{kit.pk}", label="Kit")
    set_id = UUID(str(kit.pk))
    kit.delete()
    answer = pages.get(reverse("sets:undeploy", args=[set_id]))
    assert answer.status_code == 200
    assert "Undeploy <bdi>Kit</bdi>" in answer.content.decode()
    assert "And 1 more." in answer.content.decode()


def test_a_plan_of_many_artifacts_is_read_page_by_page_with_the_same_choices(
    pages: Client, owner: User, project: Project
) -> None:
    artifacts = [ArtifactFactory(type="command", name=f"c{number:03}") for number in range(120)]
    kit = DeploymentSetFactory(owner=owner, members=artifacts)
    first = pages.get(deploy_url(kit, project=project.pk, atomic="on"), headers=IN_DIALOG)
    assert "1–100 of 120 results" in first.content.decode()
    second = pages.get(link_to(first, "next"), headers=IN_DIALOG)
    names = [row.result.artifact_id for answer in (first, second) for row in answer.context["plan"].rows]
    assert names == [f"command:c{number:03}" for number in range(120)]
    assert "Apply 120 changes" in second.content.decode()
    assert fields_of(second) == fields_of(first)
    back = pages.get(link_to(second, "prev"), headers=IN_DIALOG)
    assert back.context["plan"].rows == first.context["plan"].rows
    refused = pages.post(deploy_url(kit), {**fields_of(second), "fingerprint": "0" * 64, "csrfmiddlewaretoken": "x"})
    assert refused.status_code == 409
    assert "fingerprint" not in link_to(refused, "next")
    assert "csrf" not in link_to(refused, "next")
    assert fields_of(pages.get(link_to(refused, "next"))) == fields_of(first)


def test_nothing_of_another_owner_is_shown_or_taken(
    pages: Client, other_owner: User, kit: DeploymentSet, project: Project, tmp_path: Path
) -> None:
    theirs = ProjectFactory(owner=other_owner, name="Theirs", path=str(tmp_path))
    their_set = DeploymentSetFactory(owner=other_owner, members=[ArtifactFactory()])
    their_run = batch_deploy(
        by=other_owner, deployment_set=their_set, project=theirs, profiles=[DeploymentProfileFactory(project=theirs)]
    ).run
    assert their_run is not None
    assert pages.get(deploy_url(kit, project=theirs.pk)).status_code == 404
    assert pages.post(deploy_url(kit), {"project": str(theirs.pk)}).status_code == 404
    assert pages.get(deploy_url(kit, retry=their_run.pk)).status_code == 404
    assert pages.get(deploy_url(their_set)).status_code == 404
    assert pages.get(reverse("sets:retry", args=[their_run.pk])).status_code == 404
    assert pages.get(reverse("sets:undeploy", args=[their_set.pk])).status_code == 404
    assert pages.get(reverse("sets:undeploy", args=[kit.pk]), {"project": theirs.pk}).status_code == 404
    assert "Theirs" not in pages.get(deploy_url(kit, target=1)).content.decode()


@pytest.mark.parametrize(
    "query", [{"project": "nonsense"}, {"retry": "1"}, {"on_conflict": "perhaps"}, {"fingerprint": "x" * 100}]
)
def test_what_means_nothing_chooses_nothing(
    pages: Client, kit: DeploymentSet, project: Project, query: dict[str, str]
) -> None:
    assert pages.get(deploy_url(kit, **query)).context["plan"].changes == 2


def test_a_run_without_a_plan_that_was_seen_is_refused(pages: Client, kit: DeploymentSet, project: Project) -> None:
    answer = pages.post(deploy_url(kit), {"project": str(project.pk), "profile": "claude_code"})
    assert answer.status_code == 409
    assert not Run.objects.exists()


@pytest.mark.parametrize("name", ["sets:deploy", "sets:undeploy"])
def test_a_profile_that_no_database_could_look_up_is_none_of_the_projects(
    pages: Client, owner: User, kit: DeploymentSet, project: Project, name: str
) -> None:
    batch_deploy(by=owner, deployment_set=kit, project=project, profiles=list(project.profiles.all()))
    sent = {"project": project.pk, "profile": "a\x00b", "fingerprint": "seen"}
    answer = pages.post(reverse(name, args=[kit.pk]), sent)
    assert 400 <= answer.status_code < 500
