"""What becomes of a set on each platform: the service, the API and the page."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from artifacts.models import Artifact
from deployment_sets import capabilities
from deployment_sets.capabilities import ArtifactCapabilities, Capability, capabilities_of, fidelity_counts
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.services.graph import resolve_set
from deployment_sets.views import understanding
from profiles.enums import ArtifactType, Platform
from profiles.fidelity import Fidelity
from profiles.rendering import RenderWarning
from tests.api import Caller
from tests.factories import ArtifactFactory, DeploymentSetFactory, give_version
from tests.queries import assert_no_more_for_twice_as_many

pytestmark = pytest.mark.django_db
SKILL = "---\nname: pdf\ndescription: Reads PDF files\nallowed-tools: Read\n---\nRead it.\n"
COUNTS = {"HX-Request": "true", "HX-Target": "fidelity-counts"}


@pytest.fixture
def me() -> User:
    return local_user()


def made(artifact_id: str, files: dict[str, bytes | str], **fields: object) -> Artifact:
    kind, _, name = artifact_id.partition(":")
    artifact: Artifact = ArtifactFactory(type=kind, name=name, **fields)
    give_version(artifact, files)
    return artifact


def skill(name: str = "pdf") -> Artifact:
    return made(f"skill:{name}", {"SKILL.md": SKILL})


def server(definition: dict[str, object]) -> Artifact:
    return made("mcp:docs", {"": json.dumps(definition)})


def holding(owner: User, *artifacts: Artifact) -> DeploymentSet:
    deployment_set: DeploymentSet = DeploymentSetFactory(owner=owner, name="Full-stack", members=artifacts)
    return deployment_set


def fidelity(artifact: Artifact, platform: Platform) -> Fidelity:
    (row,) = capabilities_of([artifact.pk])
    return next(each.fidelity for each in row.platforms if each.platform is platform)


def words(answer: Any) -> str:
    markup = re.sub(r"</?(bdi|b)>", "", answer.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def test_each_platform_is_asked_in_its_order() -> None:
    (row,) = capabilities_of([skill().pk])
    assert [each.platform for each in row.platforms] == list(Platform)
    assert row.platforms[0].fidelity is Fidelity.EXACT


def test_what_a_platform_does_not_heed_is_a_loss_with_its_field() -> None:
    (row,) = capabilities_of([skill().pk])
    codex = row.platforms[1]
    assert codex.fidelity is Fidelity.LOSSY
    assert [(each.field, each.is_loss) for each in codex.warnings] == [("allowed-tools", True)]


def test_a_type_without_a_place_is_unsupported_and_says_why() -> None:
    (row,) = capabilities_of([server({"command": "npx"}).pk])
    other = row.platforms[-1]
    assert (other.platform, other.fidelity) == (Platform.OTHER, Fidelity.UNSUPPORTED)
    assert other.reason == "Nothing says where this platform reads MCP servers."


def test_an_artifact_for_some_platforms_is_unsupported_on_the_others() -> None:
    artifact = skill()
    artifact.target_platforms = ["codex"]
    artifact.save()
    (row,) = capabilities_of([artifact.pk])
    assert row.platforms[0].reason == "It is meant for Codex only."


def test_what_is_gone_is_missing_and_what_cannot_be_read_is_refused(me: User) -> None:
    gone = skill("gone")
    gone.gone_at = gone.created_at
    gone.save()
    assert {each.fidelity for each in capabilities_of([gone.pk])[0].platforms} == {Fidelity.MISSING}
    assert fidelity(server({"neither": "nor"}), Platform.CLAUDE_CODE) is Fidelity.REFUSED


def test_counts_are_of_the_whole_set_up_to_a_bound(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    resolution = resolve_set(holding(me, skill("a"), skill("b"), server({"command": "npx"})))
    counts = fidelity_counts(resolution)
    assert (counts.counted, counts.total) == (3, 3)
    assert counts.by_platform[Platform.OTHER] == {Fidelity.EXACT: 2, Fidelity.UNSUPPORTED: 1}
    monkeypatch.setattr(capabilities, "MOST_COUNTED", 1)
    counts = fidelity_counts(resolution)
    assert (counts.counted, counts.total) == (1, 3)
    assert counts.by_platform[Platform.OTHER] == {Fidelity.EXACT: 1}


def test_the_api_gives_rows_in_pages_and_counts_on_request(owner: User, api: Caller) -> None:
    first, last = skill(), server({"url": "https://docs.example"})
    one = holding(owner, first, last)
    answer = api.get(f"/deployment-sets/{one.pk}/capabilities?limit=1&offset=1").json()
    assert (answer["set_id"], answer["total_count"], answer["counts"]) == (str(one.pk), 2, None)
    (row,) = answer["artifacts"]
    assert (row["artifact_id"], row["artifact_uuid"]) == ("mcp:docs", str(last.pk))
    message = "Claude Code skips a server with a URL and no type; it is written as 'http'."
    assert row["platforms"][0] == {
        "platform": "claude_code",
        "fidelity": "translated",
        "reason": "",
        "warnings": [{"field": "type", "message": message, "is_loss": False}],
        "warning_count": 1,
    }
    counted = api.get(f"/deployment-sets/{one.pk}/capabilities?counts=true").json()
    assert counted["counted_count"] == 2
    assert counted["counts"][0] == {
        "platform": "claude_code",
        "exact": 1,
        "translated": 1,
        "lossy": 0,
        "unsupported": 0,
        "refused": 0,
        "missing": 0,
    }


def circle(owner: User) -> DeploymentSet:
    first: DeploymentSet = DeploymentSetFactory(owner=owner, name="First")
    second = DeploymentSetFactory(owner=owner, name="Second", members=[first])
    DeploymentSetMember.objects.create(set=first, member_set=second, position=0)
    return first


def test_what_cannot_be_resolved_is_a_problem(owner: User, api: Caller) -> None:
    answer = api.get(f"/deployment-sets/{circle(owner).pk}/capabilities")
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "unresolvable")


def test_a_circle_is_a_notice_on_the_page(client: Client, me: User) -> None:
    answer = client.get(f"/sets/{circle(me).pk}/platforms")
    assert answer.status_code == 200
    assert "First › Second › First" in words(answer)


def test_the_page_has_a_word_for_each_platform_and_what_differs_below(client: Client, me: User) -> None:
    one = holding(me, skill(), server({"url": "https://docs.example"}))
    text = words(client.get(f"/sets/{one.pk}/platforms"))
    assert "skill pdf exact lossy lossy lossy exact" in text
    assert "allowed-tools lost Codex does not heed it in a skill." in text
    assert "type translated Claude Code skips a server with a URL and no type" in text
    assert "2 artifacts Claude Code 1 exact 1 translated Codex" in text


def test_what_is_translated_without_a_warning_says_what_that_means(client: Client, me: User) -> None:
    rule = made("rule:words", {"": "Use plain words.\n"})
    text = words(client.get(f"/sets/{holding(me, rule).pk}/platforms"))
    assert "rule words exact exact exact translated exact" in text
    assert "Cursor It is written in the form that is read there, and means the same." in text


def test_what_is_said_of_several_platforms_is_said_once(client: Client, me: User) -> None:
    gone = skill()
    gone.gone_at = gone.created_at
    gone.save()
    text = words(client.get(f"/sets/{holding(me, gone).pk}/platforms"))
    assert text.count("It is gone from its collection.") == 1
    assert "Claude Code, Codex, Gemini, Cursor, Other It is gone" in text


def test_a_set_of_nothing_says_what_to_do(client: Client, me: User) -> None:
    content = client.get(f"/sets/{holding(me).pk}/platforms").content.decode()
    assert "No member of this set holds an artifact." in content
    assert "/members/add" in content


def test_large_sets_are_paged_and_counted_by_themselves(
    client: Client, me: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(understanding, "CAPABILITIES_PER_PAGE", 2)
    monkeypatch.setattr(capabilities, "MOST_COUNTED", 2)
    one = holding(me, skill("first"), skill("second"), skill("third"))
    text = words(client.get(f"/sets/{one.pk}/platforms"))
    assert "Counting…" in text
    assert "skill third" not in text
    assert "skill third" in words(client.get(f"/sets/{one.pk}/platforms?page=2"))
    counted = words(client.get(f"/sets/{one.pk}/platforms", headers=COUNTS))
    assert "The first 2 of 3 artifacts Claude Code 2 exact" in counted
    assert "<html" not in counted


def test_the_list_can_be_narrowed(client: Client, me: User) -> None:
    one = holding(me, skill("first"), made("command:second", {"": "Text"}))
    assert "skill first" not in words(client.get(f"/sets/{one.pk}/platforms?type=command"))
    assert "None of them matches." in words(client.get(f"/sets/{one.pk}/platforms?search=nothing"))
    part = client.get(
        f"/sets/{one.pk}/platforms?search=sec", headers={"HX-Request": "true", "HX-Target": "results"}
    ).content.decode()
    assert "second" in part
    assert "<h1" not in part


def test_markup_in_fields_and_names_is_text(client: Client, me: User) -> None:
    hostile = made(
        "mcp:<script>alert(1)</script>", {"": json.dumps({"command": "x", "env": {"<b>": "${CLAUDE_PLUGIN_ROOT}"}})}
    )
    content = client.get(f"/sets/{holding(me, hostile).pk}/platforms").content.decode()
    assert "<script>alert" not in content
    assert "env.&lt;b&gt;" in content


def test_the_set_leads_there(client: Client, me: User) -> None:
    one = holding(me, skill())
    assert f'href="/sets/{one.pk}/platforms"' in client.get(f"/sets/{one.pk}").content.decode()


@pytest.mark.parametrize("headers", [{}, COUNTS])
def test_more_artifacts_cost_no_more_queries(client: Client, me: User, headers: dict[str, str]) -> None:
    one = holding(me)

    def make(number: int) -> None:
        for _ in range(number):
            position = one.members.count()
            DeploymentSetMember.objects.create(set=one, artifact=skill(f"s{position}"), position=position)

    assert_no_more_for_twice_as_many(make, lambda: client.get(f"/sets/{one.pk}/platforms", headers=headers))


def test_losses_stand_before_what_is_only_written_otherwise() -> None:
    command = made("command:ship", {"": "---\nargument-hint: what\nmodel: opus\n---\nShip $ARGUMENTS to $1.\n"})
    (row,) = capabilities_of([command.pk])
    for capability in row.platforms:
        losses = [warning.is_loss for warning in capability.warnings]
        assert losses == sorted(losses, reverse=True)
    assert {True, False} <= {warning.is_loss for warning in row.platforms[1].warnings}


def test_every_word_that_is_counted_is_explained_and_no_other(client: Client, me: User) -> None:
    gone = skill("gone")
    gone.gone_at = gone.created_at
    gone.save()
    text = words(client.get(f"/sets/{holding(me, gone, server({'neither': 'nor'})).pk}/platforms"))
    explained = [each.value for each in Fidelity if f"{each.value.capitalize()}: {each.meaning}." in text]
    assert explained == ["unsupported", "refused", "missing"]


def test_platforms_that_lose_more_than_is_shown_are_told_apart_by_how_much() -> None:
    first = (RenderWarning("model", "It has no model."),)
    losing = [Capability(platform, Fidelity.LOSSY, "", first, more) for more, platform in enumerate(Platform)]
    row = ArtifactCapabilities(uuid4(), ArtifactType.AGENT, "reviewer", "", [*losing, losing[0]])
    assert [len(platforms) for platforms, _ in row.notes] == [2, 1, 1, 1, 1]
