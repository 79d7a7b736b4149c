"""What goes into a document, and what never does."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from artifacts.models import ArtifactGroup, Collection
from deployment_sets.exceptions import (
    DeploymentSetNotFoundError,
    DeploymentSetResolutionError,
    PortableDocumentError,
)
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.portable.document import PortableDocument
from deployment_sets.portable.writing import as_json
from deployment_sets.services.exporting import export_set
from profiles.models import DeploymentProfile
from profiles.portable import portable_profile
from projects.models import Project
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    ArtifactTagFactory,
    CollectionFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    DeploymentSetMemberFactory,
    DeploymentSetTagFactory,
)


@pytest.fixture
def examples(db: None) -> Collection:
    return CollectionFactory(name="Examples", kind="git", source="https://example.org/examples", ref="main")


@pytest.fixture
def full_stack(owner: User, examples: Collection) -> DeploymentSet:
    """Full-stack: a skill, the set Backend with the group Data access, and the group Planning that an import keeps."""
    planning = ArtifactGroupFactory(
        name="Planning", collection=examples, artifacts=[ArtifactFactory(name="plan", collection=examples)]
    )
    models = ArtifactFactory(name="models", collection=examples, description="About models.")
    data_access = ArtifactGroupFactory(name="Data access", description="Tables.", artifacts=[models])
    backend = DeploymentSetFactory(owner=owner, name="Backend", members=[data_access])
    skill = ArtifactFactory(
        name="pdf", namespace="office", collection=examples, target_platforms=["codex", "claude_code"]
    )
    ArtifactTagFactory(artifact=skill, name="paper")
    outer = DeploymentSetFactory(
        owner=owner,
        name="Full-stack",
        description="All.",
        color="#336699",
        icon="x",
        members=[skill, backend, planning],
    )
    DeploymentSetTagFactory(set=outer, name="web")
    return outer


def exported(one: DeploymentSet, *, nested_sets: bool = True, groups: bool = True) -> PortableDocument:
    return export_set(owner=one.owner, set_id=one.pk, nested_sets=nested_sets, groups=groups)


def queries(action: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def test_a_document_holds_the_set_and_all_it_needs_in_the_order_of_a_walk(full_stack: DeploymentSet) -> None:
    document = exported(full_stack)
    outer, backend = document.sets
    assert (outer.id, outer.name, outer.description, outer.color, outer.icon, outer.tags) == (
        full_stack.pk,
        "Full-stack",
        "All.",
        "#336699",
        "x",
        ("web",),
    )
    assert (backend.name, document.references, document.profiles) == ("Backend", (), ())
    assert [str(each.member.kind) for each in outer.members] == ["artifact", "set", "group"]
    assert [(each.name, each.description, each.collection) for each in document.groups] == [
        ("Data access", "Tables.", None),
        ("Planning", "", "Examples"),
    ]
    assert [each.label for each in document.artifacts] == ["skill:pdf", "skill:models", "skill:plan"]
    pdf, models, _ = document.artifacts
    assert (pdf.collection, pdf.namespace, pdf.tags, pdf.target_platforms) == (
        "Examples",
        "office",
        ("paper",),
        ("codex", "claude_code"),
    )
    assert (models.description, models.tags, models.target_platforms) == ("About models.", (), None)
    (collection,) = document.collections
    assert (collection.name, collection.kind, collection.source, collection.ref) == (
        "Examples",
        "git",
        "https://example.org/examples",
        "main",
    )


def test_nested_sets_and_groups_can_be_left_out_and_are_referred_to_then(full_stack: DeploymentSet) -> None:
    document = exported(full_stack, nested_sets=False, groups=False)
    assert [each.name for each in document.sets] == ["Full-stack"]
    assert [(each.kind, each.name, each.collection) for each in document.references] == [
        ("set", "Backend", None),
        ("group", "Planning", "Examples"),
    ]
    assert [each.label for each in document.artifacts] == ["skill:pdf"]
    assert document.groups == ()
    assert [each.name for each in exported(full_stack, nested_sets=False).groups] == ["Planning"]
    assert [each.name for each in exported(full_stack, groups=False).sets] == ["Full-stack", "Backend"]


def test_an_artifact_that_is_gone_goes_along(owner: User) -> None:
    one = DeploymentSetFactory(owner=owner, members=[ArtifactFactory(name="old", gone_at="2024-01-01T00:00:00Z")])
    assert [each.label for each in exported(one).artifacts] == ["skill:old"]


def test_a_document_takes_as_many_queries_for_twice_as_much(owner: User) -> None:
    def grown(count: int) -> DeploymentSet:
        inner: list[DeploymentSet | ArtifactGroup] = []
        for _ in range(count):
            inner.append(DeploymentSetFactory(owner=owner, members=[ArtifactFactory(files={})]))
            inner.append(ArtifactGroupFactory(artifacts=[ArtifactFactory(files={})]))
        return DeploymentSetFactory(owner=owner, members=inner)

    small, large = grown(2), grown(4)
    assert queries(lambda: exported(small)) == queries(lambda: exported(large))


def test_somebody_elses_set_cannot_be_exported(full_stack: DeploymentSet, other_owner: User) -> None:
    for set_id in (full_stack.pk, uuid4()):
        with pytest.raises(DeploymentSetNotFoundError):
            export_set(owner=other_owner, set_id=set_id)


def test_somebody_elses_set_stays_out_even_if_it_came_to_be_a_member(owner: User, other_owner: User) -> None:
    hidden = ArtifactFactory(name="hidden-skill")
    below = DeploymentSetFactory(owner=owner, name="Below", members=[ArtifactFactory(name="below-skill")])
    foreign = DeploymentSetFactory(owner=other_owner, name="Secret", members=[hidden, below])
    one = DeploymentSetFactory(owner=owner, members=[foreign, ArtifactFactory(name="seen-skill")])
    for nested_sets in (True, False):
        document = exported(one, nested_sets=nested_sets)
        text = as_json(document)
        assert "seen-skill" in text
        assert [word for word in ("Secret", "hidden-skill", "below-skill", str(foreign.pk)) if word in text] == []
        assert [each.name for each in document.sets] == [one.name]


def test_a_set_that_does_not_resolve_is_not_exported(owner: User) -> None:
    inner = DeploymentSetFactory(owner=owner)
    outer = DeploymentSetFactory(owner=owner, members=[inner])
    DeploymentSetMember.objects.create(set=inner, member_set=outer, position=0)
    with pytest.raises(DeploymentSetResolutionError):
        exported(outer)


def test_the_profiles_asked_for_go_along(full_stack: DeploymentSet, project: Project) -> None:
    profile = DeploymentProfileFactory(project=project, profile_id="plain", platform="other", description="For all.")
    document = export_set(owner=full_stack.owner, set_id=full_stack.pk, profiles=[profile])
    assert list(document.profiles) == [portable_profile(profile)]


def test_only_profiles_of_ones_own_projects_go_along(full_stack: DeploymentSet, other_owner: User) -> None:
    foreign = DeploymentProfileFactory(project__owner=other_owner)
    with pytest.raises(DeploymentProfile.DoesNotExist):
        export_set(owner=full_stack.owner, set_id=full_stack.pk, profiles=[foreign])


def test_two_profiles_of_one_id_do_not_fit_into_one_document(full_stack: DeploymentSet) -> None:
    profiles = [DeploymentProfileFactory(project__owner=full_stack.owner, profile_id="claude_code") for _ in range(2)]
    with pytest.raises(PortableDocumentError, match=r"profiles\.1\.profile_id"):
        export_set(owner=full_stack.owner, set_id=full_stack.pk, profiles=profiles)


def test_more_than_one_document_may_hold_is_told(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployment_sets.portable.checks.MAX_MEMBERS", 1)
    one = DeploymentSetFactory(owner=owner, members=[ArtifactFactory()])
    exported(one)
    DeploymentSetMemberFactory(set=one, artifact=ArtifactFactory())
    with pytest.raises(PortableDocumentError, match="2 members"):
        exported(one)
