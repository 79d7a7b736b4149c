"""Pages of groups: finding one, putting it together, and copying one that an import keeps."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client

from artifacts.models import Artifact, ArtifactGroup
from artifacts.queries import edition_of_group
from artifacts.services.groups import update_group
from tests.factories import ArtifactFactory, ArtifactGroupFactory, CollectionFactory, GroupMembershipFactory
from tests.queries import assert_no_more_for_twice_as_many

pytestmark = pytest.mark.django_db

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


def held(group: ArtifactGroup) -> list[str]:
    """What is in the group, in order."""
    return [membership.artifact.name for membership in group.memberships.order_by("position")]


@pytest.fixture
def group(db: None) -> ArtifactGroup:
    """A group of three."""
    return ArtifactGroupFactory(name="Planning", artifacts=[ArtifactFactory(name=name) for name in ("a", "b", "c")])


def test_the_list_is_narrowed_by_name_and_kind(client: Client, group: ArtifactGroup) -> None:
    ArtifactGroupFactory(name="Plugin", collection=CollectionFactory())
    ArtifactGroupFactory(name="Lost", collection=CollectionFactory(), gone_at=datetime(2026, 1, 1, tzinfo=UTC))

    def names(**query: str) -> list[str]:
        return [entry.group.name for entry in client.get("/groups/", query).context["entries"]]

    assert names() == ["Planning", "Plugin"]
    assert names(name="PLAN") == ["Planning"]
    assert names(kind="own") == ["Planning"]
    assert names(kind="imported") == ["Plugin"]
    assert "No group matches" in client.get("/groups/", {"name": "nothing"}).text
    assert "3 artifacts" in client.get("/groups/").text


def test_without_any_group_it_is_said_what_one_is(client: Client) -> None:
    assert "No groups yet" in client.get("/groups/").text


def test_one_is_made_changed_and_deleted(client: Client) -> None:
    made = client.post("/groups/new", {"name": " Review ", "description": "Look twice."}, headers=IN_DIALOG)
    group = ArtifactGroup.objects.get()
    assert made["HX-Redirect"] == f"/groups/{group.pk}"
    taken = client.post("/groups/new", {"name": "Review", "description": "Typed."}, headers=IN_DIALOG)
    assert taken.status_code == 422
    assert "There is a group" in taken.text
    assert "Typed." in taken.text
    sent = {"name": "Reviews", "description": "", "edition": edition_of_group(group)}
    changed = client.post(f"/groups/{group.pk}/edit", sent, headers=IN_DIALOG)
    assert "dialog-done" in changed["HX-Trigger"]
    assert "Reviews" in client.get(f"/groups/{group.pk}").text
    assert "Every set that holds this group loses it" in client.get(f"/groups/{group.pk}/delete").text
    client.post(f"/groups/{group.pk}/delete")
    assert not ArtifactGroup.objects.exists()


def test_what_somebody_else_called_it_meanwhile_is_told_before_it_is_overwritten(
    client: Client, group: ArtifactGroup
) -> None:
    url = f"/groups/{group.pk}/edit"
    sent = {"name": "Mine", "edition": client.get(url).context["form"]["edition"].value()}
    update_group(group=group, name="Theirs")
    told = client.post(url, sent, headers=IN_DIALOG)
    assert told.status_code == 422
    assert "changed elsewhere since you opened it" in told.text
    assert ArtifactGroup.objects.get().name == "Theirs"
    assert client.post(url, {**sent, "edition": told.context["form"]["edition"].value()}).status_code == 302
    assert ArtifactGroup.objects.get().name == "Mine"


def test_several_artifacts_are_added_in_the_order_they_were_chosen(client: Client, group: ArtifactGroup) -> None:
    more = [ArtifactFactory(name=name) for name in ("y", "x")]
    answer = client.post(f"/groups/{group.pk}/add", {"artifact_uuids": [each.pk for each in more]}, headers=IN_DIALOG)
    assert "Added 2 artifacts to “Planning”." in answer.text
    assert held(group) == ["a", "b", "c", "y", "x"]


def test_what_was_chosen_stays_when_it_is_refused(client: Client, group: ArtifactGroup) -> None:
    chosen: list[Artifact] = [ArtifactFactory(name="chosen"), Artifact.objects.get(name="a")]
    sent = {"artifact_uuids": [each.pk for each in chosen]}
    answer = client.post(f"/groups/{group.pk}/add", sent, headers=IN_DIALOG)
    assert set(answer.context["chosen"]) == {each.pk for each in chosen}
    assert f'value="{chosen[0].pk}"' in answer.text


def test_what_is_in_the_group_cannot_be_chosen_again(client: Client, group: ArtifactGroup) -> None:
    inside = Artifact.objects.get(name="a")
    page = client.get(f"/groups/{group.pk}/add", {"search": "a"}, headers=IN_DIALOG)
    assert "in the group" in page.text
    refused = client.post(f"/groups/{group.pk}/add", {"artifact_uuids": [inside.pk]}, headers=IN_DIALOG)
    assert refused.status_code == 422
    assert "Already in the group" in refused.text
    assert held(group) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([], "Choose at least one artifact."),
        (["nonsense"], "One of these is no artifact."),
        (["5a3b0f0e-0000-4000-8000-000000000000"], "There is no artifact with the uuid"),
    ],
)
def test_what_is_no_artifact_is_refused(client: Client, group: ArtifactGroup, sent: list[str], said: str) -> None:
    refused = client.post(f"/groups/{group.pk}/add", {"artifact_uuids": sent}, headers=IN_DIALOG)
    assert refused.status_code == 422
    assert said in refused.text


def test_more_than_are_added_at_once_are_refused(client: Client, group: ArtifactGroup) -> None:
    refused = client.post(f"/groups/{group.pk}/add", {"artifact_uuids": [str(uuid4()) for _ in range(501)]})
    assert refused.status_code == 422
    assert "These are 501 artifacts, and at most 500 are added at once" in refused.text


def test_one_is_removed_and_put_back_where_it_was(client: Client, group: ArtifactGroup) -> None:
    middle = Artifact.objects.get(name="b")
    answer = client.post(f"/groups/{group.pk}/remove", {"id": middle.pk}, headers={"HX-Request": "true"})
    assert held(group) == ["a", "c"]
    assert "Undo" in answer.text
    assert f"/groups/{group.pk}/put-back" in answer.text
    client.post(f"/groups/{group.pk}/put-back", {"id": middle.pk, "position": 1})
    assert held(group) == ["a", "b", "c"]


def test_it_is_put_back_at_the_end_where_less_is_left(client: Client, group: ArtifactGroup) -> None:
    client.post(f"/groups/{group.pk}/put-back", {"id": ArtifactFactory(name="d").pk, "position": 9})
    assert held(group) == ["a", "b", "c", "d"]


def test_one_is_moved(client: Client, group: ArtifactGroup) -> None:
    sent = {"id": Artifact.objects.get(name="c").pk, "position": 0}
    answer = client.post(f"/groups/{group.pk}/sort", sent, headers={"HX-Request": "true"})
    assert "changed" in answer["HX-Trigger"]
    assert held(group) == ["c", "a", "b"]


@pytest.mark.parametrize("sent", [{}, {"id": "x"}, {"position": "1"}, {"id": "x", "position": "-1"}])
def test_a_place_that_is_none_is_refused(client: Client, group: ArtifactGroup, sent: dict[str, str]) -> None:
    assert client.post(f"/groups/{group.pk}/sort", sent).status_code == 422
    assert held(group) == ["a", "b", "c"]


def test_an_imported_group_is_read_and_copied_only(client: Client) -> None:
    group = ArtifactGroupFactory(name="Plugin", collection=CollectionFactory(), artifacts=[ArtifactFactory(name="a")])
    page = client.get(f"/groups/{group.pk}").text
    assert "Copy to edit" in page
    for way in ("edit", "delete", "add", "remove", "sort"):
        assert f"/groups/{group.pk}/{way}" not in page
    artifact = Artifact.objects.get()
    assert client.post(f"/groups/{group.pk}/edit", {"name": "X"}).status_code == 422
    for way, sent in (("delete", {}), ("remove", {"id": artifact.pk}), ("sort", {"id": artifact.pk, "position": 0})):
        assert client.post(f"/groups/{group.pk}/{way}", sent).status_code == 409
    copied = client.post(f"/groups/{group.pk}/copy", headers={"HX-Request": "true"})
    copy = ArtifactGroup.objects.get(collection=None)
    assert copied["HX-Redirect"] == f"/groups/{copy.pk}"
    assert held(copy) == ["a"]


def test_a_long_group_is_paged_and_counts_its_places_on(client: Client, group: ArtifactGroup) -> None:
    for _ in range(100):
        GroupMembershipFactory(group=group)
    second = client.get(f"/groups/{group.pk}", {"page": "2"}).text
    assert 'data-sort-first="100"' in second
    assert 'data-sort-total="103"' in second


def test_pages_of_groups_ask_no_more_for_more_rows(client: Client, group: ArtifactGroup) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            GroupMembershipFactory(group=group)
            ArtifactGroupFactory(artifacts=[ArtifactFactory()], collection=CollectionFactory())

    # The first request makes the local user.
    client.get("/groups/")
    for address in ("/groups/", f"/groups/{group.pk}", f"/groups/{group.pk}/add"):
        assert_no_more_for_twice_as_many(more, lambda address=address: client.get(address))  # type: ignore[misc]


def test_who_may_change_nothing_is_shown_no_way_to_and_refused(reader: Client, group: ArtifactGroup) -> None:
    for page in ("/groups/", f"/groups/{group.pk}"):
        text = reader.get(page).text
        for way in ("new", "edit", "delete", "add", "remove", "sort", "copy"):
            assert f'/{way}"' not in text
    ways = [f"/groups/{group.pk}/{way}" for way in ("edit", "delete", "add", "remove", "put-back", "sort", "copy")]
    for address in ("/groups/new", *ways):
        assert reader.post(address, {"id": Artifact.objects.get(name="a").pk}).status_code == 403
    assert held(group) == ["a", "b", "c"]
