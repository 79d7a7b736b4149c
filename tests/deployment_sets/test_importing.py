"""Sets made of a document: what is found here, what is made anew, and what is refused."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.exceptions import MissingPermissionError
from accounts.lengths import LONGEST_PROSE
from accounts.models import User
from artifacts.models import Artifact, ArtifactGroup, Collection
from artifacts.services.groups import create_groups, update_group
from deployment_sets.exceptions import (
    MAX_DEPTH,
    DeploymentSetCycleError,
    DeploymentSetDepthError,
    PortableDocumentError,
    ProfilesDifferError,
    UnmatchedError,
)
from deployment_sets.models import DeploymentSet, DeploymentSetMember, DeploymentSetTag
from deployment_sets.portable.document import PortableArtifact, PortableDocument, PortableMember, PortableSet
from deployment_sets.portable.reading import document_of
from deployment_sets.queries import members_of
from deployment_sets.services.exporting import export_set
from deployment_sets.services.graph import resolution_of
from deployment_sets.services.importing import ImportedSets, import_sets
from deployment_sets.services.matching import matches_of
from profiles.enums import ArtifactType
from profiles.models import DeploymentProfile
from profiles.portable import portable_profile
from profiles.services import update_profile
from projects.models import Project
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    ArtifactTagFactory,
    CollectionFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    UserFactory,
)

SOURCE = "https://example.org/examples"


@pytest.fixture
def examples(db: None) -> Collection:
    return CollectionFactory(name="Examples", kind="git", source=SOURCE, ref="main")


@pytest.fixture
def pdf(examples: Collection) -> Artifact:
    return ArtifactFactory(name="pdf", collection=examples, description="About PDF.")


def allowed(user: User, *codenames: str) -> User:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return User.objects.get(pk=user.pk)


def document_with(one: DeploymentSet, **options: Any) -> PortableDocument:
    return export_set(owner=one.owner, set_id=one.pk, **options)


def changed(document: PortableDocument, table: str, index: int = 0, **fields: object) -> PortableDocument:
    """The document with other fields in one of its rows."""
    rows = list(getattr(document, table))
    rows[index] = rows[index].model_copy(update=fields)
    return document.model_copy(update={table: tuple(rows)})


def refusal(owner: User, document: PortableDocument) -> UnmatchedError:
    with pytest.raises(UnmatchedError) as caught:
        import_sets(owner=owner, document=document)
    return caught.value


def queries(action: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


# --- Artifacts ------------------------------------------------------------------------------------


def test_an_artifact_is_found_by_its_uuid_whatever_else_it_is_called_here(owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    Artifact.objects.filter(pk=pdf.pk).update(name="paper", namespace="office")
    imported = import_sets(owner=UserFactory(), document=document)
    assert [row.target_id for row in members_of(imported.root)] == [pdf.pk]
    ArtifactFactory(name="pdf", collection=pdf.collection)
    assert members_of(import_sets(owner=UserFactory(), document=document).root)[0].target_id == pdf.pk
    assert imported.notes == [f"skill:pdf is skill:paper of the plugin office here, from {SOURCE} at main."]


def test_an_artifact_of_another_uuid_is_found_by_source_type_namespace_and_name(owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    document = changed(document, "artifacts", uuid=(new := uuid4()))
    document = changed(document, "sets", members=(PortableMember(artifact=new),))
    imported = import_sets(owner=UserFactory(), document=document)
    assert [row.target_id for row in members_of(imported.root)] == [pdf.pk]
    assert imported.notes == []
    for fields in ({"namespace": "x"}, {"name": "x"}, {"type": ArtifactType.COMMAND}):
        assert len(refusal(owner, changed(document, "artifacts", **fields)).unmatched) == 1
    assert len(refusal(owner, changed(document, "collections", source="https://example.org/x")).unmatched) == 1


def test_a_uuid_that_is_of_another_type_here_is_not_taken_for_it(owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    Artifact.objects.filter(pk=pdf.pk).update(type="command")
    (unmatched,) = refusal(owner, document).unmatched
    assert (unmatched.place, unmatched.name, unmatched.id) == ("artifacts.0", "skill:pdf", pdf.pk)
    assert "is that of command:pdf here" in unmatched.reason
    instead = ArtifactFactory(name="pdf", collection=pdf.collection)
    assert members_of(import_sets(owner=owner, document=document).root)[0].target_id == instead.pk


def test_another_ref_of_the_source_will_do_while_there_is_no_choice(owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    stable = ArtifactFactory(name="pdf", collection=CollectionFactory(source=SOURCE, ref="stable"))
    document = changed(document, "artifacts", uuid=(new := uuid4()))
    document = changed(document, "sets", members=(PortableMember(artifact=new),))
    friend = UserFactory()

    def found() -> list[UUID]:
        return [row.target_id for row in members_of(import_sets(owner=friend, document=document).root)]

    assert found() == [pdf.pk]
    document = changed(document, "collections", ref="v2")
    (unmatched,) = refusal(friend, document).unmatched
    assert "imported at" in unmatched.reason
    Artifact.objects.filter(pk=pdf.pk).update(name="elsewhere")
    assert found() == [stable.pk]


def test_what_is_not_here_refuses_the_import_with_the_full_list(owner: User, pdf: Artifact) -> None:
    others = [ArtifactFactory(name=f"skill-{number}", collection=pdf.collection) for number in range(60)]
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf, *others]))
    DeploymentSet.objects.all().delete()
    Artifact.objects.exclude(pk=pdf.pk).delete()
    error = refusal(owner, document)
    assert [one.name for one in error.unmatched] == [f"skill:skill-{number}" for number in range(60)]
    assert len(error.problems) == 60
    assert f"comes from {SOURCE} at main" in error.unmatched[0].reason
    assert "There are 10 more." in str(error)
    assert not DeploymentSet.objects.exists()


def test_what_was_made_on_the_other_server_is_to_be_made_here_first(owner: User) -> None:
    note = ArtifactFactory(collection=CollectionFactory(kind=Collection.Kind.OWN, source="here"))
    document = document_with(DeploymentSetFactory(owner=owner, members=[note]))
    DeploymentSet.objects.all().delete()
    note.delete()
    assert "make one of this type and name here first" in refusal(owner, document).unmatched[0].reason


def test_two_artifacts_of_the_document_are_never_one_here(owner: User, pdf: Artifact) -> None:
    other = ArtifactFactory(name="other", collection=pdf.collection)
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf, other]))
    DeploymentSet.objects.all().delete()
    other.delete()
    Artifact.objects.filter(pk=pdf.pk).update(name="other")
    (unmatched,) = refusal(owner, document).unmatched
    assert (unmatched.name, "the same here as skill:pdf" in unmatched.reason) == ("skill:other", True)


def test_an_artifact_that_is_gone_here_is_taken_and_told(owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    Artifact.objects.update(gone_at=timezone.now())
    imported = import_sets(owner=UserFactory(), document=document)
    assert ["gone from its collection" in note for note in imported.notes] == [True]


def test_metadata_is_compared_and_left_alone(owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    Artifact.objects.update(target_platforms=["codex"], description="From its collection.")
    ArtifactTagFactory(artifact=pdf, name="office")
    imported = import_sets(owner=owner, document=document)
    assert imported.notes[:1] == ["skill:pdf differs here from the document in its target platforms and tags."]
    pdf.refresh_from_db()
    assert (pdf.target_platforms, pdf.tags) == (["codex"], ["office"])


def test_metadata_is_written_on_request_by_who_may(owner: User, pdf: Artifact) -> None:
    ArtifactTagFactory(artifact=pdf, name="office")
    Artifact.objects.update(target_platforms=["codex"])
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    Artifact.objects.update(target_platforms=None, description="From its collection.")
    pdf.tag_rows.all().delete()
    with pytest.raises(MissingPermissionError, match=r"artifacts\.change_artifact"):
        import_sets(owner=owner, document=document, artifact_metadata=True)
    import_sets(owner=allowed(owner, "change_artifact"), document=document, artifact_metadata=True)
    pdf.refresh_from_db()
    assert (pdf.target_platforms, pdf.tags, pdf.description) == (["codex"], ["office"], "From its collection.")
    # Nothing differs any more: nobody needs a permission for that.
    import_sets(owner=UserFactory(), document=document, artifact_metadata=True)


def test_an_absent_list_of_platforms_is_every_platform(owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    Artifact.objects.update(target_platforms=["codex"])
    import_sets(owner=UserFactory(is_superuser=True), document=document, artifact_metadata=True)
    pdf.refresh_from_db()
    assert pdf.target_platforms is None


def test_metadata_of_many_takes_no_more_queries(owner: User, examples: Collection) -> None:
    admin = UserFactory(is_superuser=True)

    def queries_for(count: int, *, dry_run: bool) -> int:
        artifacts = ArtifactFactory.create_batch(count, collection=examples, target_platforms=["codex"])
        document = document_with(DeploymentSetFactory(owner=owner, members=artifacts))
        Artifact.objects.update(target_platforms=None)
        taken = queries(lambda: import_sets(owner=admin, document=document, artifact_metadata=True, dry_run=dry_run))
        assert Artifact.objects.filter(target_platforms=["codex"]).count() == (0 if dry_run else count)
        DeploymentSet.objects.all().delete()
        Artifact.objects.update(target_platforms=None)
        return taken

    for dry_run in (True, False):
        assert queries_for(6, dry_run=dry_run) == queries_for(2, dry_run=dry_run)


def test_a_dry_run_tells_what_metadata_could_not_be_written_and_who_may_not(owner: User, pdf: Artifact) -> None:
    data = document_with(DeploymentSetFactory(owner=owner, members=[pdf])).model_dump(mode="json")
    data["artifacts"][0]["tags"] = ["Not A Tag"]
    with pytest.raises(MissingPermissionError):
        import_sets(owner=owner, document=document_of(data), artifact_metadata=True, dry_run=True)
    admin = UserFactory(is_superuser=True)
    with pytest.raises(PortableDocumentError) as caught:
        import_sets(owner=admin, document=document_of(data), artifact_metadata=True, dry_run=True)
    assert list(caught.value.problems) == ["artifacts.0.tags"]


def test_metadata_that_cannot_be_stored_is_told_by_its_place(owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    admin = UserFactory(is_superuser=True)
    for field, value in (("tags", ["Not A Tag"]), ("target_platforms", ["codex", "codex"])):
        data = document.model_dump(mode="json")
        data["artifacts"][0][field] = value
        with pytest.raises(PortableDocumentError) as caught:
            import_sets(owner=admin, document=document_of(data), artifact_metadata=True)
        assert list(caught.value.problems) == [f"artifacts.0.{field}"]


def test_the_description_of_an_artifact_made_here_is_peoples_own(owner: User) -> None:
    note = ArtifactFactory(collection=CollectionFactory(kind=Collection.Kind.OWN, source="here"), description="Old.")
    document = document_with(DeploymentSetFactory(owner=owner, members=[note]))
    Artifact.objects.update(description="New.")
    imported = import_sets(owner=owner, document=document)
    assert f"{note.artifact_id} differs here from the document in its description." in imported.notes
    import_sets(owner=UserFactory(is_superuser=True), document=document, artifact_metadata=True)
    note.refresh_from_db()
    assert note.description == "Old."


# --- Groups ---------------------------------------------------------------------------------------


def group_document(owner: User, group: ArtifactGroup) -> PortableDocument:
    return document_with(DeploymentSetFactory(owner=owner, members=[group]))


def group_of(imported: ImportedSets) -> ArtifactGroup:
    return ArtifactGroup.objects.get(pk=members_of(imported.root)[0].target_id)


def test_a_group_with_the_same_name_and_artifacts_is_taken(owner: User, pdf: Artifact) -> None:
    own = ArtifactGroupFactory(name="Planning", artifacts=[pdf])
    kept = ArtifactGroupFactory(name="Planning", collection=pdf.collection, artifacts=[pdf])
    for group in (own, kept):
        imported = import_sets(owner=UserFactory(), document=group_document(owner, group))
        assert group_of(imported) == group
        assert (imported.matched_groups, imported.created_groups, imported.notes) == ([group], [], [])


def test_a_group_is_made_by_who_may(owner: User, pdf: Artifact) -> None:
    second = ArtifactFactory(name="second", collection=pdf.collection)
    document = group_document(owner, ArtifactGroupFactory(name="Mine", description="D", artifacts=[second, pdf]))
    ArtifactGroup.objects.all().delete()
    with pytest.raises(MissingPermissionError, match=r"artifacts\.add_artifactgroup"):
        import_sets(owner=owner, document=document)
    assert DeploymentSet.objects.count() == 1
    imported = import_sets(owner=allowed(owner, "add_artifactgroup"), document=document)
    (made,) = imported.created_groups
    assert (made.name, made.description, made.collection) == ("Mine", "D", None)
    assert list(made.memberships.values_list("artifact_id", flat=True)) == [second.pk, pdf.pk]


def test_a_group_of_the_name_with_other_artifacts_is_left_alone(owner: User, pdf: Artifact) -> None:
    here = ArtifactGroupFactory(name="Planning", artifacts=[pdf])
    document = group_document(owner, here)
    here.memberships.all().delete()
    ArtifactGroupFactory(name="Planning (imported)")
    admin = UserFactory(is_superuser=True)
    imported = import_sets(owner=admin, document=document)
    assert group_of(imported).name == "Planning (imported 2)"
    assert ["'Planning (imported 2)'" in note for note in imported.notes] == [True]
    assert not here.memberships.exists()


def test_a_kept_group_that_is_another_here_becomes_one_of_peoples_own(owner: User, pdf: Artifact) -> None:
    kept = ArtifactGroupFactory(name="Planning", collection=pdf.collection, artifacts=[pdf])
    document = group_document(owner, kept)
    kept.memberships.all().delete()
    admin = UserFactory(is_superuser=True)
    imported = import_sets(owner=admin, document=document)
    made = group_of(imported)
    assert (made.name, made.collection, list(made.artifacts.all())) == ("Planning", None, [pdf])
    assert ["a group of your own takes its place" in note for note in imported.notes] == [True]
    # And the next time that is the one.
    again = import_sets(owner=owner, document=document)
    assert group_of(again) == made


def test_two_groups_of_one_name_both_find_a_free_one(owner: User, pdf: Artifact) -> None:
    own = ArtifactGroupFactory(name="Planning")
    kept = ArtifactGroupFactory(name="Planning", collection=pdf.collection, artifacts=[pdf])
    document = document_with(DeploymentSetFactory(owner=owner, members=[own, kept]))
    ArtifactGroup.objects.all().delete()
    imported = import_sets(owner=UserFactory(is_superuser=True), document=document)
    assert [group.name for group in imported.created_groups] == ["Planning", "Planning (imported)"]


def test_blanks_around_a_name_do_not_count(owner: User, pdf: Artifact) -> None:
    document = group_document(owner, ArtifactGroupFactory(name="Planning", artifacts=[pdf]))
    ArtifactGroup.objects.all().delete()
    data = document.model_dump(mode="json")
    data["sets"][0]["name"], data["groups"][0]["name"] = " Outer\n", "\x1f Planning "
    admin = UserFactory(is_superuser=True)
    first = import_sets(owner=admin, document=document_of(data))
    assert (first.root.name, group_of(first).name, first.notes) == ("Outer", "Planning", [])
    second = import_sets(owner=admin, document=document_of(data))
    assert (second.root.name, second.matched_groups) == ("Outer (imported)", [group_of(first)])
    data["groups"][0]["artifacts"] = []
    assert group_of(import_sets(owner=admin, document=document_of(data))).name == "Planning (imported)"


def test_a_description_that_is_too_long_for_a_group_is_told_by_its_place(owner: User, pdf: Artifact) -> None:
    document = group_document(owner, ArtifactGroupFactory(name="Planning", artifacts=[pdf]))
    ArtifactGroup.objects.all().delete()
    admin = UserFactory(is_superuser=True)
    with pytest.raises(PortableDocumentError) as caught:
        import_sets(owner=admin, document=changed(document, "groups", description="x" * (LONGEST_PROSE + 1)))
    assert list(caught.value.problems) == ["groups.0.description"]
    made = group_of(import_sets(owner=admin, document=changed(document, "groups", description="x" * LONGEST_PROSE)))
    assert update_group(group=made, description=made.description).description == "x" * LONGEST_PROSE


def test_a_group_that_was_left_out_has_to_be_here(owner: User, pdf: Artifact) -> None:
    group = ArtifactGroupFactory(name="Planning", collection=pdf.collection, artifacts=[pdf])
    document = document_with(DeploymentSetFactory(owner=owner, members=[group]), groups=False)
    assert group_of(import_sets(owner=owner, document=document)) == group
    group.delete()
    ArtifactGroupFactory(name="Planning")
    (unmatched,) = refusal(owner, document).unmatched
    assert (unmatched.place, unmatched.name) == ("references.0", "the group Planning")
    new = ArtifactGroupFactory(name="Planning", collection=pdf.collection)
    assert group_of(import_sets(owner=owner, document=document)) == new


# --- Sets -----------------------------------------------------------------------------------------


def test_importing_twice_makes_new_sets_of_other_names_and_leaves_the_first_alone(owner: User, pdf: Artifact) -> None:
    inner = DeploymentSetFactory(owner=owner, name="Inner", members=[pdf])
    document = document_with(DeploymentSetFactory(owner=owner, name="Outer", members=[inner]))
    first = import_sets(owner=owner, document=document)
    second = import_sets(owner=owner, document=document)
    assert [one.name for one in first.sets] == ["Outer (imported)", "Inner (imported)"]
    assert [one.name for one in second.sets] == ["Outer (imported 2)", "Inner (imported 2)"]
    assert ["You had a set" in note for note in second.notes] == [True, True]
    assert members_of(second.root)[0].target_id == second.sets[1].pk
    assert [row.target_id for row in members_of(inner)] == [pdf.pk]
    assert resolution_of(second.root).total_count == 1


def test_somebody_elses_names_are_no_reason_for_another(owner: User, other_owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, name="Outer", members=[pdf]))
    imported = import_sets(owner=other_owner, document=document)
    assert (imported.root.name, imported.root.owner, imported.notes) == ("Outer", other_owner, [])


def test_two_sets_of_one_name_keep_it(owner: User) -> None:
    inner = DeploymentSetFactory(owner=owner, name="Same")
    document = document_with(DeploymentSetFactory(owner=owner, name="Same", members=[inner]))
    assert [one.name for one in import_sets(owner=UserFactory(), document=document).sets] == ["Same", "Same"]


def test_a_set_that_was_left_out_is_ones_own_of_that_id_or_the_only_one_of_that_name(owner: User) -> None:
    inner = DeploymentSetFactory(owner=owner, name="Inner")
    document = document_with(DeploymentSetFactory(owner=owner, name="Outer", members=[inner]), nested_sets=False)
    DeploymentSetFactory(owner=owner, name="Inner")
    assert members_of(import_sets(owner=owner, document=document).root)[0].target_id == inner.pk
    friend = UserFactory()
    assert "no set of this id or name" in refusal(friend, document).unmatched[0].reason
    own = DeploymentSetFactory(owner=friend, name="Inner")
    assert members_of(import_sets(owner=friend, document=document).root)[0].target_id == own.pk
    DeploymentSetFactory(owner=friend, name="Inner")
    assert "Several of your sets" in refusal(friend, document).unmatched[0].reason


def test_two_references_to_one_set_here_are_told(owner: User) -> None:
    inner = [DeploymentSetFactory(owner=owner, name="Inner") for _ in range(2)]
    document = document_with(DeploymentSetFactory(owner=owner, members=inner), nested_sets=False)
    friend = UserFactory()
    DeploymentSetFactory(owner=friend, name="Inner")
    with pytest.raises(PortableDocumentError) as caught:
        import_sets(owner=friend, document=document)
    assert list(caught.value.problems) == ["sets.0.members.1"]
    assert DeploymentSet.objects.owned_by(friend).count() == 1


def test_what_lies_below_a_set_that_was_left_out_counts_for_the_depth(owner: User) -> None:
    sets: list[DeploymentSet] = []
    for number in range(MAX_DEPTH - 1):
        sets.insert(0, DeploymentSetFactory(owner=owner, name=f"S{number}", members=sets[:1]))
    document = document_with(DeploymentSetFactory(owner=owner, name="Top", members=sets[:1]), nested_sets=False)
    import_sets(owner=owner, document=document)
    higher = PortableSet(id=uuid4(), name="Higher", members=(PortableMember(set=document.sets[0].id),))
    document = document.model_copy(update={"sets": (higher, *document.sets)})
    count = DeploymentSet.objects.count()
    with pytest.raises(DeploymentSetDepthError) as caught:
        import_sets(owner=owner, document=document)
    assert len(caught.value.path_ids) == MAX_DEPTH + 1
    assert caught.value.path_names[0].startswith("Higher")
    assert DeploymentSet.objects.count() == count


def test_a_member_that_is_nowhere_is_refused_however_the_document_was_made(owner: User) -> None:
    document = document_with(DeploymentSetFactory(owner=owner))
    with pytest.raises(PortableDocumentError, match=r"sets\.0\.members\.0"):
        import_sets(owner=owner, document=changed(document, "sets", members=(PortableMember(group=uuid4()),)))


def test_a_circle_is_refused_however_the_document_was_made(owner: User) -> None:
    document = document_with(DeploymentSetFactory(owner=owner))
    document = changed(document, "sets", members=(PortableMember(set=document.sets[0].id),))
    with pytest.raises(DeploymentSetCycleError):
        import_sets(owner=owner, document=document)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("color", "red"), ("tags", ("Not A Tag",)), ("icon", "x" * 65), ("description", "x" * 10_001)],
)
def test_a_set_that_cannot_be_stored_is_told_by_its_place_and_nothing_is_stored(
    owner: User, field: str, value: object
) -> None:
    inner = DeploymentSetFactory(owner=owner)
    document = document_with(DeploymentSetFactory(owner=owner, members=[inner]))
    with pytest.raises(PortableDocumentError) as caught:
        import_sets(owner=owner, document=changed(document, "sets", 1, **{field: value}))
    assert list(caught.value.problems) == [f"sets.1.{field}"]
    assert DeploymentSet.objects.count() == 2


def test_a_dry_run_says_what_would_come_of_it_and_keeps_nothing(owner: User, pdf: Artifact) -> None:
    group = ArtifactGroupFactory(name="Planning", artifacts=[pdf])
    document = group_document(owner, group)
    group.delete()
    admin = UserFactory(is_superuser=True)
    imported = import_sets(owner=admin, document=document, dry_run=True)
    assert ([one.name for one in imported.created_groups], len(imported.sets)) == (["Planning"], 1)
    assert not ArtifactGroup.objects.exists()
    assert not DeploymentSet.objects.owned_by(admin).exists()


def test_an_import_takes_as_many_queries_for_twice_the_artifacts(owner: User, examples: Collection) -> None:
    artifacts = [ArtifactFactory(collection=examples, files={}) for _ in range(20)]
    small = document_with(DeploymentSetFactory(owner=owner, name="Small", members=artifacts[:10]))
    large = document_with(DeploymentSetFactory(owner=owner, name="Large", members=artifacts))
    first, second = UserFactory(), UserFactory()
    assert queries(lambda: import_sets(owner=first, document=small)) == queries(
        lambda: import_sets(owner=second, document=large)
    )


def many(sets: int) -> PortableDocument:
    """As many sets, each with twenty tags and a group of its own to be made, and half of them with another set."""
    ids = [str(uuid4()) for _ in range(sets)]
    groups = [str(uuid4()) for _ in range(sets)]
    return document_of(
        {
            "format": 1,
            "sets": [
                {
                    "id": ids[index],
                    "name": f"Set {index}",
                    "tags": [f"tag-{number}" for number in range(20)],
                    "members": [{"group": groups[index]}, *({"set": ids[index + 1]} for _ in range(index % 2 == 0))],
                }
                for index in range(sets)
            ],
            "groups": [{"id": each, "name": f"Group {each}"} for each in groups],
        }
    )


def test_an_import_takes_as_many_queries_for_twice_the_sets_and_groups(db: None) -> None:
    first, second = UserFactory(is_superuser=True), UserFactory(is_superuser=True)
    few, twice = many(10), many(20)
    assert queries(lambda: import_sets(owner=first, document=few)) == queries(
        lambda: import_sets(owner=second, document=twice)
    )
    assert DeploymentSetTag.objects.filter(set__owner=second).count() == 20 * 20
    assert DeploymentSetMember.objects.filter(set__owner=second).count() == 20 + 10


def test_a_dry_run_locks_nothing(db: None) -> None:
    admin = UserFactory(is_superuser=True)
    document = many(10)
    with CaptureQueriesContext(connection) as captured:
        import_sets(owner=admin, document=document, dry_run=True)
    asked = [query["sql"].lstrip() for query in captured]
    assert [each for each in asked if not each.startswith("SELECT") or " FOR " in each] == []


def test_names_are_found_for_many_of_one_name(owner: User) -> None:
    for name in ("Same", "Same (imported)"):
        DeploymentSetFactory(owner=owner, name=name)
    document = document_of({"format": 1, "sets": [{"id": str(uuid4()), "name": "Same"} for _ in range(3)]})
    assert {one.name for one in import_sets(owner=owner, document=document).sets} == {"Same (imported 2)"}
    kept = [ArtifactGroupFactory(name="Same", collection=CollectionFactory()) for _ in range(3)]
    document = document_with(DeploymentSetFactory(owner=owner, members=kept))
    ArtifactGroup.objects.all().delete()
    imported = import_sets(owner=UserFactory(is_superuser=True), document=document)
    assert [group.name for group in imported.created_groups] == ["Same", "Same (imported)", "Same (imported 2)"]


@pytest.mark.django_db(transaction=True)
def test_a_group_of_the_name_that_comes_meanwhile_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    document = many(2)
    admin = UserFactory(is_superuser=True)
    comes = iter([document.groups[1].name])

    def while_it_comes(**options: Any) -> None:
        for name in comes:
            ArtifactGroupFactory(name=name, description="Another.", artifacts=[ArtifactFactory()])
        create_groups(**options)

    monkeypatch.setattr("deployment_sets.services.importing.create_groups", while_it_comes)
    # What comes within the transaction goes with it, so the second attempt finds the name free.
    imported = import_sets(owner=admin, document=document)
    assert [group.name for group in imported.created_groups] == [one.name for one in document.groups]
    assert ArtifactGroup.objects.count() == 2


def test_what_is_not_here_is_told_in_few_words_however_long_its_names(owner: User, pdf: Artifact) -> None:
    for number in range(200):
        ArtifactFactory(name="pdf", collection=CollectionFactory(source=SOURCE, ref=f"{number}-" + "r" * 150))
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    document = changed(document, "artifacts", uuid=(new := uuid4()))
    document = changed(document, "sets", members=(PortableMember(artifact=new),))
    document = changed(document, "collections", ref="x" * 200)
    nowhere = changed(document, "artifacts", name="n" * 200, namespace="m" * 200)
    nowhere = changed(nowhere, "collections", source="https://example.org/" + "s" * 1000)
    for each in (document, nowhere):
        (told,) = (message for messages in refusal(UserFactory(), each).problems.values() for message in messages)
        assert len(told) < 700


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("times", [1, 3])
def test_an_artifact_that_goes_while_sets_are_made_refuses_the_import(
    owner: User, pdf: Artifact, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    one = DeploymentSetFactory(owner=owner, members=[pdf])
    document = document_with(one)
    found_before = matches_of(document, owner)
    one.delete()
    pdf.delete()
    answers = [found_before] * times
    monkeypatch.setattr(
        "deployment_sets.services.importing.matches_of",
        lambda *arguments: answers.pop() if answers else matches_of(*arguments),
    )
    with pytest.raises(UnmatchedError):
        import_sets(owner=owner, document=document)
    assert not DeploymentSet.objects.exists()


# --- Profiles -------------------------------------------------------------------------------------


@pytest.fixture
def profile(owner: User) -> DeploymentProfile:
    return DeploymentProfileFactory(
        project__owner=owner, profile_id="plain", platform="other", root_dir="ai", description="For all."
    )


@pytest.fixture
def with_profile(owner: User, profile: DeploymentProfile) -> PortableDocument:
    return document_with(DeploymentSetFactory(owner=owner), profiles=[profile])


def test_profiles_come_back_the_same_in_the_project_named(
    owner: User, project: Project, with_profile: PortableDocument, profile: DeploymentProfile
) -> None:
    imported = import_sets(owner=owner, document=with_profile, project=project)
    (made,) = imported.created_profiles
    assert portable_profile(DeploymentProfile.objects.get(pk=made.pk)) == portable_profile(profile)
    assert made.project == project
    again = import_sets(owner=owner, document=with_profile, project=project)
    assert (again.created_profiles, again.updated_profiles) == ([], [])


def test_profiles_are_left_out_and_told_where_no_project_is_named(owner: User, with_profile: PortableDocument) -> None:
    imported = import_sets(owner=owner, document=with_profile)
    assert any("profiles of the document are left out" in note for note in imported.notes)
    assert DeploymentProfile.objects.count() == 1


def test_another_profile_of_the_id_is_refused_or_updated_on_request(
    owner: User, project: Project, with_profile: PortableDocument, profile: DeploymentProfile
) -> None:
    DeploymentProfileFactory(project=project, profile_id="plain", platform="claude_code")
    with pytest.raises(ProfilesDifferError, match="plain") as caught:
        import_sets(owner=owner, document=with_profile, project=project)
    assert caught.value.profile_ids == ("plain",)
    assert DeploymentSet.objects.count() == 1
    imported = import_sets(owner=owner, document=with_profile, project=project, update_profiles=True)
    (updated,) = imported.updated_profiles
    assert portable_profile(DeploymentProfile.objects.get(pk=updated.pk)) == portable_profile(profile)


def test_a_profile_away_from_its_platforms_defaults_is_updated_to_the_letter(
    owner: User, project: Project, with_profile: PortableDocument, profile: DeploymentProfile
) -> None:
    import_sets(owner=owner, document=with_profile, project=project)
    update_profile(profile=profile, root_dir="elsewhere", supported_artifact_types=["skill"])
    profile.refresh_from_db()
    document = document_with(DeploymentSetFactory(owner=owner), profiles=[profile])
    import_sets(owner=owner, document=document, project=project, update_profiles=True)
    assert portable_profile(project.profiles.get(profile_id="plain")) == portable_profile(profile)


@pytest.mark.parametrize(
    ("field", "value"),
    [("platform", "vim"), ("root_dir", "../x"), ("profile_id", "a b"), ("description", "\x00"), ("root_dir", "\x00")],
)
def test_a_profile_that_cannot_be_stored_is_told_by_its_place(
    owner: User, project: Project, with_profile: PortableDocument, field: str, value: str
) -> None:
    data = with_profile.model_dump(mode="json")
    data["profiles"][0][field] = value
    with pytest.raises(PortableDocumentError) as caught:
        import_sets(owner=owner, document=document_of(data), project=project)
    assert list(caught.value.problems) == [f"profiles.0.{field}"]


def test_somebody_elses_project_takes_no_profiles(
    other_owner: User, project: Project, with_profile: PortableDocument
) -> None:
    with pytest.raises(Project.DoesNotExist):
        import_sets(owner=other_owner, document=with_profile, project=project)


def test_an_artifact_that_nothing_holds_has_to_be_here_too(owner: User, pdf: Artifact) -> None:
    document = document_with(DeploymentSetFactory(owner=owner, members=[pdf]))
    unused = PortableArtifact(uuid=uuid4(), collection="Examples", type=document.artifacts[0].type, name="x")
    document = document.model_copy(update={"artifacts": (*document.artifacts, unused)})
    assert [one.name for one in refusal(owner, document).unmatched] == ["skill:x"]
