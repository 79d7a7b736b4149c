"""The artifacts on a group's page in the admin, through the services."""

from typing import Any

import pytest
from django.test import Client

from artifacts.models import ArtifactGroup
from artifacts.services.groups import move_in_group, remove_from_group
from tests.admin_pages import address, as_shown, problems_on, send
from tests.factories import ArtifactFactory, ArtifactGroupFactory, CollectionFactory


def page_of(group: ArtifactGroup) -> str:
    return address(ArtifactGroup, "change", group.pk)


def names_in(group: ArtifactGroup) -> list[str]:
    memberships = list(group.memberships.order_by("position").select_related("artifact"))
    assert [membership.position for membership in memberships] == list(range(len(memberships)))
    return [membership.artifact.name for membership in memberships]


@pytest.fixture
def letters(db: None) -> ArtifactGroup:
    """A group of four artifacts, a to d."""
    return ArtifactGroupFactory(name="Letters", artifacts=[ArtifactFactory(name=name, files={}) for name in "abcd"])


def test_artifacts_are_put_in_moved_and_taken_out_in_one_save(client: Client, letters: ArtifactGroup) -> None:
    first, last = (ArtifactFactory(name=name, files={}) for name in ("first", "last"))
    changes = {
        "memberships-0-DELETE": "on",
        "memberships-3-position": "0",
        "new_memberships-TOTAL_FORMS": "2",
        "new_memberships-0-artifact": first.pk,
        "new_memberships-0-position": "0",
        "new_memberships-1-artifact": last.pk,
    }
    send(client, page_of(letters), changes)
    assert names_in(letters) == ["first", "d", "b", "c", "last"]


def test_a_new_group_gets_its_artifacts_with_its_first_save(client: Client, db: None) -> None:
    pdf = ArtifactFactory(name="pdf", files={})
    send(client, address(ArtifactGroup, "add"), {"name": "New", "new_memberships-0-artifact": pdf.pk})
    assert names_in(ArtifactGroup.objects.get()) == ["pdf"]


def test_saving_a_page_as_it_was_moves_nothing_that_was_moved_meanwhile(client: Client, letters: ArtifactGroup) -> None:
    shown = as_shown(client.get(page_of(letters)))
    move_in_group(group=letters, artifact=letters.memberships.get(position=0).artifact, position=3)
    client.post(page_of(letters), shown | {"name": "Renamed"})
    assert names_in(letters) == list("bcda")


def test_an_artifact_taken_out_meanwhile_stops_no_other_change_and_cannot_be_moved(
    client: Client, letters: ArtifactGroup
) -> None:
    shown = as_shown(client.get(page_of(letters)))
    remove_from_group(group=letters, artifact=letters.memberships.get(position=1).artifact)
    page = client.post(page_of(letters), shown | {"memberships-1-position": "3"})
    assert ["This row is not there any more" in message for message in problems_on(page)] == [True]
    assert names_in(letters) == list("acd")
    client.post(page_of(letters), shown | {"memberships-1-DELETE": "on", "memberships-3-DELETE": "on"})
    assert names_in(letters) == list("ac")


def known(letters: ArtifactGroup) -> tuple[dict[str, Any], str]:
    artifact = letters.memberships.get(position=2).artifact
    return {"new_memberships-0-artifact": artifact.pk}, "Already in the group 'Renamed': skill:c."


def no_place(letters: ArtifactGroup) -> tuple[dict[str, Any], str]:
    return {"memberships-1-position": "3"}, "3 is no position here; write one from 0 to 2."


def no_place_for_the_new(letters: ArtifactGroup) -> tuple[dict[str, Any], str]:
    changes = {"new_memberships-0-artifact": ArtifactFactory(files={}).pk, "new_memberships-0-position": "9"}
    return changes, "9 is no position here; write one from 0 to 3."


def nothing(letters: ArtifactGroup) -> tuple[dict[str, Any], str]:
    return {"new_memberships-0-position": "1"}, "This field is required."


@pytest.mark.parametrize("wrong", [known, no_place, no_place_for_the_new, nothing])
def test_what_is_refused_is_said_and_nothing_of_the_page_is_saved(
    client: Client, letters: ArtifactGroup, wrong: Any
) -> None:
    changes, message = wrong(letters)
    page = send(client, page_of(letters), changes | {"name": "Renamed", "memberships-0-DELETE": "on"})
    assert len(problems_on(page)) == 1
    assert message in problems_on(page)[0]
    letters.refresh_from_db()
    assert (letters.name, names_in(letters)) == ("Letters", list("abcd"))


def test_of_an_imported_group_the_artifacts_are_shown_and_not_changed(client: Client, db: None) -> None:
    group = ArtifactGroupFactory(collection=CollectionFactory(), artifacts=[ArtifactFactory(name="kept", files={})])
    page = client.get(page_of(group))
    assert len(page.context["inline_admin_formsets"]) == 1
    assert "skill:kept" in page.content.decode()
    assert "<select" not in page.content.decode()
    assert client.post(page_of(group), as_shown(page) | {"memberships-0-DELETE": "on"}).status_code == 403
    assert names_in(group) == ["kept"]
