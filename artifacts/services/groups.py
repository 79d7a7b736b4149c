"""Writes about groups that people keep themselves. Imported groups refuse every change but being copied.

Whoever changes memberships holds the group's row, so that positions stay 0…n−1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction

from accounts.editions import demand_edition
from accounts.lengths import LONGEST_NAME
from accounts.validation import problems_with
from artifacts.exceptions import (
    AlreadyInGroupError,
    GroupError,
    GroupExistsError,
    ImportedGroupError,
    NotInGroupError,
)
from artifacts.models import Artifact, ArtifactGroup, GroupMembership
from artifacts.queries import edition_of_group

_BATCH = 1_000


class GroupChanges(TypedDict, total=False):
    """What may change about a group itself; a description of None is an empty one."""

    name: str
    description: str | None


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A new group with its artifacts, in order: checked, and not stored."""

    row: ArtifactGroup
    memberships: Sequence[GroupMembership]


def create_group(*, name: str, description: str = "", artifacts: Sequence[Artifact] = ()) -> ArtifactGroup:
    """Make a group of `artifacts`, in this order. Raises as `draft_group` and `create_groups` do."""
    draft = draft_group(name=name, description=description, artifacts=artifacts)
    create_groups(drafts=[draft])
    return draft.row


def draft_group(*, name: str, description: str = "", artifacts: Sequence[Artifact] = ()) -> GroupDraft:
    """What `create_groups` stores, checked before anything is locked. No query.

    Raises GroupError for a name that cannot be one or an artifact named twice.
    """
    row = ArtifactGroup(name=name.strip(), description=description)
    if problems := problems_with(row):
        raise GroupError(problems)
    _demand_no_repeats(artifacts)
    return GroupDraft(row, _memberships(row, artifacts))


def create_groups(*, drafts: Sequence[GroupDraft]) -> None:
    """Store groups with their artifacts, all or none. One query for every thousand, and for every thousand artifacts.

    Raises GroupExistsError when a name is taken.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                ArtifactGroup.objects.bulk_create((draft.row for draft in drafts), batch_size=_BATCH)
        except IntegrityError as error:
            raise GroupExistsError(_taken_name([draft.row.name for draft in drafts])) from error
        rows = (membership for draft in drafts for membership in draft.memberships)
        GroupMembership.objects.bulk_create(rows, batch_size=_BATCH)


def update_group(
    *, group: ArtifactGroup, expected: Sequence[str] | None = None, **changes: Unpack[GroupChanges]
) -> ArtifactGroup:
    """Change the fields sent, and only those; none changes nothing. With `expected`, only in one of these editions.

    Raises ImportedGroupError, EditedMeanwhileError, GroupError for values that cannot be kept, GroupExistsError when
    the name is taken.
    """
    if not changes:
        return ArtifactGroup.objects.get(pk=group.pk)
    with transaction.atomic():
        locked = _locked(group)
        demand_edition(f"The group “{locked.name}”", edition_of_group(locked), expected)
        locked.name = changes.get("name", locked.name).strip()
        locked.description = changes.get("description", locked.description) or ""
        return _saved(locked)


def copy_group(*, group: ArtifactGroup, name: str | None = None) -> ArtifactGroup:
    """An editable group with the same artifacts in the same order, called "X (copy)" unless `name` is given.

    Imported groups are copied like any other. Raises GroupError and GroupExistsError as `create_group` does.
    """
    with transaction.atomic():
        source = ArtifactGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
        copy = _saved(
            ArtifactGroup(
                name=_free_copy_name(source.name) if name is None else name.strip(), description=source.description
            )
        )
        memberships = source.memberships.order_by("position").values_list("artifact_id", flat=True)
        GroupMembership.objects.bulk_create(
            GroupMembership(group=copy, artifact_id=artifact_id, position=position)
            for position, artifact_id in enumerate(memberships)
        )
    return copy


def add_to_group(
    *, group: ArtifactGroup, artifacts: Sequence[Artifact], position: int | None = None
) -> list[GroupMembership]:
    """Put `artifacts` into the group, in this order, from `position` on (None: at the end).

    All or none. Raises ImportedGroupError, AlreadyInGroupError, and GroupError for a position that is
    not in the group or an artifact named twice.
    """
    with transaction.atomic():
        locked = _locked(group)
        _demand_no_repeats(artifacts)
        present = list(locked.memberships.order_by("position"))
        inside = {membership.artifact_id for membership in present}
        if known := [artifact for artifact in artifacts if artifact.pk in inside]:
            raise AlreadyInGroupError(locked, known)
        start = len(present) if position is None else _checked_position(position, len(present))
        added = GroupMembership.objects.bulk_create(_memberships(locked, artifacts, start))
        _renumber([*present[:start], *added, *present[start:]])
        _touch(locked)
    return added


def restore_to_group(*, group: ArtifactGroup, artifact: Artifact, position: int) -> GroupMembership:
    """Put back an artifact that was at `position`; at the end where the group has fewer by now.

    Raises what `add_to_group` raises.
    """
    with transaction.atomic():
        count = _locked(group).memberships.count()
        return add_to_group(group=group, artifacts=[artifact], position=min(position, count))[0]


def remove_from_group(*, group: ArtifactGroup, artifact: Artifact) -> int:
    """Take the artifact out of the group; the position it had is returned, so that it can be put back.

    Raises ImportedGroupError and NotInGroupError.
    """
    with transaction.atomic():
        locked = _locked(group)
        present, membership = _present(locked, artifact)
        position = present.index(membership)
        present.remove(membership)
        membership.delete()
        _renumber(present)
        _touch(locked)
    return position


def move_in_group(*, group: ArtifactGroup, artifact: Artifact, position: int) -> None:
    """Make `position` the artifact's index in the group; the others shift.

    Raises ImportedGroupError, NotInGroupError, and GroupError for a position that is not in the group.
    """
    with transaction.atomic():
        locked = _locked(group)
        present, membership = _present(locked, artifact)
        if position == membership.position:
            return
        present.remove(membership)
        present.insert(_checked_position(position, len(present)), membership)
        _renumber(present)
        _touch(locked)


def delete_group(*, group: ArtifactGroup) -> None:
    """Delete the group; its artifacts stay, and sets that held it no longer do.

    Raises ImportedGroupError while the collection still has the group.
    """
    with transaction.atomic():
        locked = ArtifactGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
        demand_no_collections([locked])
        locked.delete()


def demand_no_collections(groups: Sequence[ArtifactGroup]) -> None:
    """Raise ImportedGroupError where a collection still has one of them. No query."""
    for group in groups:
        if group.collection_id is not None and group.gone_at is None:
            raise ImportedGroupError(group)


def numbered_names(name: str, word: str) -> Iterator[str]:
    """ "X (word)", "X (word 2)" and so on, cut to fit."""
    suffix, number = f" ({word})", 1
    while True:
        yield name[: LONGEST_NAME - len(suffix)] + suffix
        number += 1
        suffix = f" ({word} {number})"


def _locked(group: ArtifactGroup) -> ArtifactGroup:
    """The group as it is now, held until the transaction ends. Raises ImportedGroupError."""
    locked = ArtifactGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
    if locked.collection_id is not None:
        raise ImportedGroupError(locked)
    return locked


def _saved(group: ArtifactGroup) -> ArtifactGroup:
    if problems := problems_with(group):
        raise GroupError(problems)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise GroupExistsError(group.name) from error
    return group


def _free_copy_name(name: str) -> str:
    taken = set(ArtifactGroup.objects.filter(collection__isnull=True).values_list("name", flat=True))
    return next(candidate for candidate in numbered_names(name, "copy") if candidate not in taken)


def _taken_name(names: Sequence[str]) -> str:
    """Which of `names`, that could not all be given, a group of people's own has."""
    taken = set(ArtifactGroup.objects.filter(collection__isnull=True, name__in=names).values_list("name", flat=True))
    return next((name for name in names if name in taken), names[0])


def _demand_no_repeats(artifacts: Sequence[Artifact]) -> None:
    seen = set()
    for artifact in artifacts:
        if artifact.pk in seen:
            raise GroupError({"artifact_uuids": [f"{artifact.artifact_id} is named twice."]})
        seen.add(artifact.pk)


def _memberships(group: ArtifactGroup, artifacts: Sequence[Artifact], start: int = 0) -> list[GroupMembership]:
    """Places for `artifacts` in the group, from `start` on, unsaved."""
    return [
        GroupMembership(group_id=group.pk, artifact_id=artifact.pk, position=position)
        for position, artifact in enumerate(artifacts, start)
    ]


def _present(group: ArtifactGroup, artifact: Artifact) -> tuple[list[GroupMembership], GroupMembership]:
    """The group's memberships in order, and the one of `artifact` among them."""
    present = list(group.memberships.order_by("position"))
    for membership in present:
        if membership.artifact_id == artifact.pk:
            return present, membership
    raise NotInGroupError(group, artifact)


def _checked_position(position: int, highest: int) -> int:
    if not 0 <= position <= highest:
        raise GroupError({"position": [f"{position} is no position here; write one from 0 to {highest}."]})
    return position


def _renumber(memberships: Sequence[GroupMembership]) -> None:
    """Write the index of each membership as its position, where it differs."""
    moved = []
    for position, membership in enumerate(memberships):
        if membership.position != position:
            membership.position = position
            moved.append(membership)
    GroupMembership.objects.bulk_update(moved, ["position"], batch_size=500)


def _touch(group: ArtifactGroup) -> None:
    """What is in a group is the group too: it has been updated."""
    group.save(update_fields=["updated_at"])
