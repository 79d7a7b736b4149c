"""Where a set is live, as a page, and bringing it up to date from there."""

import html
import re
import threading
from collections.abc import Callable
from pathlib import Path
from threading import Event
from unittest.mock import Mock

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from artifacts.models import Artifact
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.services import live
from deployment_sets.services.batch_deploy import batch_deploy
from deployments.models import Run
from deployments.services import background, runs
from deployments.services.reports import Report
from deployments.services.runs import Job, PendingRun
from profiles.queries import profiles_of
from projects.models import Project
from tests.factories import (
    ArtifactFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    ProjectFactory,
    give_version,
)
from tests.queries import assert_no_more_for_twice_as_many

# Runs go on in threads, which see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

type Landing = Callable[[str], Project]


@pytest.fixture
def me() -> User:
    return local_user()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are over with the answer."""
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 20)


@pytest.fixture
def ship(me: User) -> Artifact:
    artifact: Artifact = ArtifactFactory(type="command", name="ship", files={"": "Ship\n"})
    return artifact


@pytest.fixture
def full_stack(me: User, ship: Artifact) -> DeploymentSet:
    made: DeploymentSet = DeploymentSetFactory(owner=me, name="Full-stack", members=[ship])
    return made


@pytest.fixture
def land(full_stack: DeploymentSet, tmp_path: Path) -> Landing:
    """Makes a project in a folder of that name and deploys the set there."""

    def land(name: str) -> Project:
        folder = tmp_path.resolve() / name
        folder.mkdir()
        project: Project = ProjectFactory(owner=full_stack.owner, name=name, path=str(folder))
        DeploymentProfileFactory(project=project, profile_id="claude_code")
        batch_deploy(
            by=full_stack.owner, deployment_set=full_stack, project=project, profiles=list(profiles_of(project))
        )
        return project

    return land


def page(client: Client, full_stack: DeploymentSet, query: str = "") -> str:
    answer = client.get(f"/sets/{full_stack.pk}/live{query}")
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", answer.content.decode())).split())


def told(client: Client, full_stack: DeploymentSet, **fields: str) -> str:
    """What a page says after the set was brought up to date."""
    answer = client.post(f"/sets/{full_stack.pk}/live", fields, follow=True)
    assert answer.redirect_chain == [(f"/sets/{full_stack.pk}/live", 302)]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", answer.content.decode())).split())


def shipped(project: Project) -> str:
    return (Path(project.path) / ".claude/commands/ship.md").read_text()


def test_a_set_that_is_live_nowhere_says_what_to_do(client: Client, full_stack: DeploymentSet) -> None:
    assert "Live nowhere" in page(client, full_stack)


def test_each_project_says_whether_it_is_up_to_date_and_why_not(
    client: Client, full_stack: DeploymentSet, land: Landing, ship: Artifact
) -> None:
    one, two = land("one"), land("two")
    assert "Live in 2 projects all up to date" in page(client, full_stack)
    give_version(ship, {"": "Ship it\n"})
    text = page(client, full_stack)
    assert "Live in 2 projects 2 of 2 stale Look at the disk Bring all 2 up to date" in text
    assert "one run 1 , just now claude_code stale: 1 outdated Bring up to date" in text
    content = client.get(f"/sets/{full_stack.pk}/live").content.decode()
    assert f'href="/projects/{two.pk}"' in content
    assert f'href="/runs/{Run.objects.get(project=one).pk}"' in content


def test_the_disk_is_looked_at_on_demand(client: Client, full_stack: DeploymentSet, land: Landing) -> None:
    edited = land("edited")
    (Path(edited.path) / ".claude/commands/ship.md").write_text("Mine")
    assert "changed on disk" not in page(client, full_stack)
    text = page(client, full_stack, "?disk=1")
    assert "up to date" not in text.replace("Bring up to date", "")
    assert "1 artifact changed on disk command:ship: .claude/commands/ship.md was edited." in text
    assert "Look at the disk again" in text


def bring_up_to_date(client: Client, full_stack: DeploymentSet, project: Project) -> str | None:
    """The address of what brings the set up to date in one project; None where nothing does."""
    content = client.get(f"/sets/{full_stack.pk}/live").content.decode()
    link = re.search(rf'id="live-{project.pk}"\s+href="([^"]+)"', content)
    return link and html.unescape(link[1])


def test_one_project_is_brought_up_to_date_after_a_look_at_what_is_written_and_removed(
    client: Client, full_stack: DeploymentSet, land: Landing, ship: Artifact
) -> None:
    one, two = land("one"), land("two")
    DeploymentProfileFactory(project=one, profile_id="another")
    full_stack.members.all().delete()
    DeploymentSetMember.objects.create(set=full_stack, artifact=ArtifactFactory(), position=0)
    address = bring_up_to_date(client, full_stack, one)
    assert address is not None
    plan = client.get(address)
    assert "The plan: 1 create, 1 remove." in plan.content.decode()
    assert [each.profile_id for each in plan.context["profiles"]] == ["claude_code"]
    assert (Run.objects.count(), shipped(one)) == (2, "Ship\n")
    sent = {
        "profile": "claude_code",
        "prune": "on",
        "project": str(one.pk),
        "fingerprint": plan.context["plan"].fingerprint,
    }
    client.post(f"/sets/{full_stack.pk}/deploy", sent)
    assert "1 of 2 stale" in page(client, full_stack)
    assert not (Path(one.path) / ".claude/commands/ship.md").exists()
    assert shipped(two) == "Ship\n"


def test_nothing_offers_to_bring_a_project_up_to_date_that_has_none_of_the_profiles_any_more(
    client: Client, full_stack: DeploymentSet, land: Landing
) -> None:
    one = land("one")
    one.profiles.all().delete()
    DeploymentProfileFactory(project=one, profile_id="another")
    assert "stale: The profile does not exist any more. Undeploy" in page(client, full_stack)
    assert bring_up_to_date(client, full_stack, one) is None


def test_all_projects_are_brought_up_to_date_and_trouble_in_one_is_told(
    client: Client, full_stack: DeploymentSet, land: Landing, ship: Artifact
) -> None:
    one, two = land("one"), land("two")
    give_version(ship, {"": "Ship it\n"})
    two.profiles.all().delete()
    text = told(client, full_stack)
    assert "Brought up to date in 1 project: 1 succeeded, 0 skipped, 0 failed." in text
    assert "two: None of the profiles it is live under exists any more: claude_code." in text
    assert (shipped(one), shipped(two)) == ("Ship it\n", "Ship\n")


def let_finish(deployment_set: DeploymentSet) -> None:
    for thread in [each for each in threading.enumerate() if str(deployment_set.pk) in each.name]:
        thread.join(20)


def test_many_projects_go_on_after_the_answer_and_the_list_asks_again(
    client: Client, full_stack: DeploymentSet, land: Landing, ship: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = land("one"), land("two")
    give_version(ship, {"": "Ship it\n"})
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(background, "WAIT_SECONDS", 0)
    at_work, between, may_go_on, may_go_on_with_two = Event(), Event(), Event(), Event()
    begin, finish = runs.begin, runs.finish

    def beginning(*, job: Job) -> PendingRun:
        if job.project == two:
            between.set()
            may_go_on_with_two.wait(20)
        return begin(job=job)

    def held_up(*, pending: PendingRun) -> Report:
        at_work.set()
        may_go_on.wait(20)
        return finish(pending=pending)

    monkeypatch.setattr(live, "begin", beginning)
    monkeypatch.setattr(live, "finish", held_up)
    assert "Bringing it up to date, project after project." in told(client, full_stack)
    assert at_work.wait(20)
    text = page(client, full_stack, "?watch=1")
    assert "one run 2 , at work" in text
    assert "Bring all" not in text
    address = f"/sets/{full_stack.pk}/live?watch=1"
    assert "HX-Trigger" not in client.get(address).headers
    again = client.post(f"/sets/{full_stack.pk}/live")
    assert again.status_code == 409
    assert "“Full-stack” is being brought up to date already." in again.content.decode()
    may_go_on.set()
    assert between.wait(20)
    answer = client.get(address)
    assert "HX-Trigger" not in answer.headers
    assert 'hx-trigger="every 2s"' in answer.content.decode()
    may_go_on_with_two.set()
    let_finish(full_stack)
    answer = client.get(address)
    assert "changed" in answer.headers["HX-Trigger"]
    assert "hx-trigger" not in answer.content.decode()
    assert shipped(one) == shipped(two) == "Ship it\n"


def test_where_no_run_could_begin_after_the_answer_the_list_says_why(
    client: Client, full_stack: DeploymentSet, land: Landing, ship: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = land("one"), land("two"), land("three")
    give_version(ship, {"": "Ship it\n"})
    Path(one.path).rename(Path(one.path).with_name("elsewhere"))
    two.profiles.all().delete()
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 0)
    assert "Bringing it up to date" in told(client, full_stack)
    let_finish(full_stack)
    text = page(client, full_stack)
    assert re.search(f"one run 2 , just now [^.]*{one.path}", text)
    assert "two run 2 , just now None of the profiles it is live under exists any more: claude_code." in text
    assert shipped(three) == "Ship it\n"
    Path(one.path).with_name("elsewhere").rename(one.path)
    told(client, full_stack)
    let_finish(full_stack)
    assert "one run 3 , just now claude_code up to date" in page(client, full_stack)


def test_what_should_not_happen_is_not_told_as_nothing_to_do(
    client: Client, full_stack: DeploymentSet, land: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    land("one")
    monkeypatch.setattr(live, "begin", Mock(side_effect=ZeroDivisionError))
    client.raise_request_exception = False
    assert client.post(f"/sets/{full_stack.pk}/live").status_code == 500
    client.raise_request_exception = True
    assert "at work" not in page(client, full_stack)


def test_what_is_counted_on_one_page_of_many_says_so(
    client: Client, full_stack: DeploymentSet, land: Landing, ship: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployment_sets.views.live.PROJECTS_PER_PAGE", 1)
    land("one"), land("two")
    assert "all up to date on this page Look at the disk Bring all 2 up to date" in page(client, full_stack)
    give_version(ship, {"": "Ship it\n"})
    assert "1 of 1 stale on this page" in page(client, full_stack)


def test_nothing_begins_for_a_set_that_cannot_be_resolved(
    client: Client, full_stack: DeploymentSet, land: Landing, me: User
) -> None:
    land("one")
    other = DeploymentSetFactory(owner=me, members=[full_stack])
    DeploymentSetMember.objects.create(set=full_stack, member_set=other, position=1)
    assert client.post(f"/sets/{full_stack.pk}/live").status_code == 422
    assert Run.objects.count() == 1


def test_a_set_that_cannot_be_resolved_still_shows_where_it_lies(
    client: Client, full_stack: DeploymentSet, land: Landing, me: User
) -> None:
    land("one")
    other = DeploymentSetFactory(owner=me, name="Other", members=[full_stack])
    DeploymentSetMember.objects.create(set=full_stack, member_set=other, position=1)
    text = page(client, full_stack)
    assert "Full-stack › Other › Full-stack" in text
    assert "one run 1 , just now claude_code" in text
    assert "stale" not in text


def test_another_page_gets_the_list_alone(client: Client, full_stack: DeploymentSet, land: Landing) -> None:
    land("one")
    answer = client.get(f"/sets/{full_stack.pk}/live", headers={"HX-Request": "true", "HX-Target": "set-live"})
    content = answer.content.decode()
    assert content.lstrip().startswith("<section")
    assert 'id="page"' not in content


def test_more_projects_cost_no_more_queries(client: Client, full_stack: DeploymentSet, land: Landing) -> None:
    names = iter(range(100))

    def make(number: int) -> None:
        for _ in range(number):
            land(str(next(names)))

    assert_no_more_for_twice_as_many(make, lambda: client.get(f"/sets/{full_stack.pk}/live?disk=1"))
