"""Finding things everywhere: what is found, whose it is, and at what cost."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from accounts.services.users import local_user
from config.search import COMMANDS, HITS_PER_SECTION, Section, search
from deployment_sets.models import DeploymentSet
from projects.models import Project
from tests.api_contract.world import World
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    CollectionFactory,
    DeploymentSetFactory,
    ProjectFactory,
)
from tests.queries import assert_no_more_for_twice_as_many

pytestmark = pytest.mark.django_db


def named(owner: User, *names: str) -> None:
    for name in names:
        DeploymentSetFactory(owner=owner, name=name)


def names(sections: list[Section], title: str) -> list[str]:
    return [hit.name for section in sections if section.title == title for hit in section.hits]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("stack", ["Stack of cards", "Full-stack"]),
        ("STACK OF", ["Stack of cards"]),
        ("ÜBER", ["Übersicht"]),
        ("%", ["100 %"]),
        (".", []),
        ("set:stack", ["Full-stack", "Stack of cards"]),
        ("Set: über", ["Übersicht"]),
        ("project:stack", []),
    ],
)
def test_sets_are_found_by_words_in_their_names_as_they_stand(owner: User, words: str, found: list[str]) -> None:
    named(owner, "Full-stack", "Stack of cards", "100 %", "Übersicht")
    assert names(search(owner, words), "Sets") == found


def test_things_are_found_by_their_ids(owner: User) -> None:
    project = ProjectFactory(owner=owner, name="storefront")
    for written in (str(project.pk), project.pk.hex, str(project.pk).upper()):
        assert names(search(owner, written), "Projects") == ["storefront"]


def test_no_more_than_a_few_of_a_kind_are_shown_with_the_way_to_the_rest(owner: User, client: Client) -> None:
    named(owner, *(f"Stack {number}" for number in range(HITS_PER_SECTION + 1)))
    (section,) = search(owner, "stack")
    assert len(section.hits) == HITS_PER_SECTION
    assert section.more == "/sets/?name=stack"
    named(owner, "alone")
    (section,) = search(owner, "alone")
    assert section.more == ""


def test_nothing_of_another_owner_is_found(owner: User, other_owner: User) -> None:
    theirs: list[DeploymentSet | Project] = [
        DeploymentSetFactory(owner=other_owner, name="Theirs"),
        ProjectFactory(owner=other_owner, name="Theirs too"),
    ]
    for words in ("", "their", *(str(each.pk) for each in theirs)):
        assert [hit.name for section in search(owner, words) for hit in section.hits if "Their" in hit.name] == []


def test_without_words_it_shows_what_was_changed_last_and_what_can_be_done(owner: User) -> None:
    named(owner, "Older", "Newer")
    sections = search(owner, "  ")
    assert names(sections, "Sets changed last") == ["Newer", "Older"]
    assert "New set" in names(sections, "To do")


def test_words_of_a_command_find_it_in_any_order(owner: User) -> None:
    assert names(search(owner, "set new"), "To do") == ["New set"]


def test_only_what_somebody_may_do_is_offered(owner: User) -> None:
    allowed = {command.label for command in COMMANDS if not command.permission}
    assert set(names(search(owner, ""), "To do")) == allowed
    owner.user_permissions.set(Permission.objects.filter(content_type__app_label="artifacts"))
    trusted = User.objects.get(pk=owner.pk)
    assert set(names(search(trusted, ""), "To do")) == {command.label for command in COMMANDS}


def test_artifacts_groups_and_collections_are_found_too(owner: User) -> None:
    collection = CollectionFactory(name="Pdf tools")
    artifact = ArtifactFactory(type="skill", name="pdf", collection=collection)
    ArtifactFactory(type="command", name="pdf-export", gone_at=timezone.now(), collection=collection)
    ArtifactGroupFactory(name="All about PDF")
    found = search(owner, "pdf")
    assert [section.title for section in found] == ["Artifacts", "Groups", "Collections"]
    assert [(hit.name, hit.kind, hit.note) for hit in found[0].hits] == [
        ("pdf", "skill", "Pdf tools"),
        ("pdf-export", "command", "missing from Pdf tools"),
    ]
    assert names(search(owner, "skill:pdf"), "Artifacts") == ["pdf"]
    assert names(search(owner, str(artifact.pk)), "Artifacts") == ["pdf"]


def test_the_way_to_all_leads_to_what_is_missing_too(owner: User, client: Client) -> None:
    for number in range(6):
        ArtifactFactory(name=f"lost-{number}", gone_at=timezone.now())
        ArtifactGroupFactory(name=f"Lost {number}", collection=CollectionFactory(), gone_at=timezone.now())
    (section,) = search(owner, "lost")
    assert section.title == "Artifacts"
    assert len(client.get(section.more).context["page"].object_list) == 6


def test_every_command_leads_somewhere(client: Client) -> None:
    page = client.get("/search").content.decode()
    addresses = re.findall(r'<a class="hit"[^>]*href="([^"]+)"', page)
    assert len(addresses) > 2
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_sets_that_are_switched_off_are_neither_found_nor_offered(owner: User, settings: Settings) -> None:
    named(owner, "Full-stack")
    assert names(search(owner, "stack"), "Sets") == ["Full-stack"]
    settings.DEPLOYMENT_SETS_ENABLED = False
    for words in ("stack", "set", "set:", ""):
        found = search(owner, words)
        assert [hit.url for section in found for hit in section.hits if hit.url.startswith("/sets")] == []


def test_as_one_types_only_the_results_come(client: Client) -> None:
    typed = client.get("/search?q=zzz", headers={"HX-Request": "true", "HX-Target": "search-results"}).content.decode()
    assert "Nothing has “<bdi>zzz</bdi>” in its name" in typed
    assert "<nav" not in typed
    assert "<form" not in typed
    whole = client.get("/search?q=zzz").content.decode()
    assert 'value="zzz"' in whole
    assert whole.count('id="search-count"') == 1


@pytest.mark.parametrize("words", ["", "row"])
def test_the_number_of_queries_does_not_grow(client: Client, project_folder: Path, words: str) -> None:
    world = World.of(local_user(), project_folder)

    def more(rows: int) -> None:
        world.grow(rows)
        for model in (DeploymentSet, Project):
            model.objects.update(name="row")

    assert_no_more_for_twice_as_many(more, lambda: client.get("/search", {"q": words}))
