"""When a document is whole: nothing twice, nothing that is not there, no set inside itself."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from uuid import UUID, uuid4

from deployment_sets.exceptions import (
    MAX_DEPTH,
    DeploymentSetCycleError,
    DeploymentSetDepthError,
    DeploymentSetResolutionError,
    PortableDocumentError,
)
from deployment_sets.portable.document import MAX_MEMBERS, PortableDocument
from deployment_sets.services.resolution import Member, MemberKind, longest_path, names_of

type Problem = tuple[str, str]
"""Where, and what."""


def check_document(document: PortableDocument) -> None:
    """Refuse a document that contradicts itself. Linear in what it holds.

    Raises PortableDocumentError, DeploymentSetCycleError and DeploymentSetDepthError.
    """
    problems = [*_repeated_names(document), *_broken_links(document), *_broken_members(document)]
    if problems:
        raise PortableDocumentError(problems)
    check_nestings(
        {one.id: [each.set for each in one.members if each.set is not None] for one in document.sets},
        {one.id: one.name for one in (*document.sets, *document.references)},
    )


def check_nestings(nestings: Mapping[UUID, Sequence[UUID]], names: Mapping[UUID, str]) -> None:
    """Refuse sets that hold these sets when they would be in a circle or too deep. Linear.

    Raises DeploymentSetCycleError and DeploymentSetDepthError, with the path.
    """
    above_all = uuid4()
    try:
        _, *path = longest_path(
            above_all, lambda set_id: nestings if set_id == above_all else nestings.get(set_id, ()), names
        )
    except DeploymentSetResolutionError as error:
        circle = error.path_ids[error.path_ids.index(error.path_ids[-1]) :]
        raise DeploymentSetCycleError(circle, names_of(circle, names)) from error
    if len(path) > MAX_DEPTH:
        raise DeploymentSetDepthError(path, names_of(path, names))


def _repeated_names(document: PortableDocument) -> Iterator[Problem]:
    sets = _places("sets", "id", [one.id for one in document.sets])
    groups = _places("groups", "id", [one.id for one in document.groups])
    references = _places("references", "id", [one.id for one in document.references])
    yield from _repeated([*sets, *references])
    yield from _repeated([*groups, *references])
    for table, key, values in (
        ("groups", "name", [(one.collection, one.name) for one in document.groups]),
        ("collections", "name", [one.name for one in document.collections]),
        ("collections", "source", [(one.source, one.ref) for one in document.collections]),
        ("artifacts", "uuid", [one.uuid for one in document.artifacts]),
        (
            "artifacts",
            "name",
            [(one.collection, one.type, one.namespace, one.name) for one in document.artifacts],
        ),
        ("profiles", "profile_id", [one["profile_id"] for one in document.profiles]),
    ):
        yield from _repeated(_places(table, key, values))


def _places(table: str, key: str, values: Sequence[Hashable]) -> list[tuple[str, Hashable]]:
    return [(f"{table}.{index}.{key}", value) for index, value in enumerate(values)]


def _repeated(values: Sequence[tuple[str, Hashable]]) -> Iterator[Problem]:
    seen: dict[Hashable, str] = {}
    for place, value in values:
        first = seen.setdefault(value, place)
        if first != place:
            yield place, f"The same stands in {first}."


def _broken_links(document: PortableDocument) -> Iterator[Problem]:
    collections = {one.name for one in document.collections}
    for table, named in (
        ("artifacts", [one.collection for one in document.artifacts]),
        ("groups", [one.collection for one in document.groups]),
        ("references", [one.collection for one in document.references]),
    ):
        for index, name in enumerate(named):
            if name is not None and name not in collections:
                yield f"{table}.{index}.collection", f"The document has no collection {name!r}."
    for index, reference in enumerate(document.references):
        if reference.kind == "set" and reference.collection is not None:
            yield f"references.{index}.collection", "A set comes from no collection."


def _broken_members(document: PortableDocument) -> Iterator[Problem]:
    known = _known(document)
    count = 0
    for index, one in enumerate(document.sets):
        members = [each.member for each in one.members]
        count += len(members)
        yield from _broken(f"sets.{index}.members", members, known)
    for index, group in enumerate(document.groups):
        artifacts = [Member(MemberKind.ARTIFACT, uuid) for uuid in group.artifacts]
        count += len(artifacts)
        yield from _broken(f"groups.{index}.artifacts", artifacts, known)
    if count > MAX_MEMBERS:
        yield "", f"Its sets and groups have {count} members together; at most {MAX_MEMBERS} are read."


def _known(document: PortableDocument) -> set[Member]:
    return {
        *(Member(MemberKind.SET, one.id) for one in document.sets),
        *(Member(MemberKind.GROUP, one.id) for one in document.groups),
        *(Member(MemberKind.ARTIFACT, one.uuid) for one in document.artifacts),
        *(Member(MemberKind(one.kind), one.id) for one in document.references),
    }


def _broken(where: str, members: Sequence[Member], known: Collection[Member]) -> Iterator[Problem]:
    seen: dict[Member, int] = {}
    for index, member in enumerate(members):
        first = seen.setdefault(member, index)
        if first != index:
            yield f"{where}.{index}", f"This {member.kind} stands here already, at {first}."
        elif member not in known:
            yield f"{where}.{index}", f"The document has no {member.kind} {member.target_id}."
