"""Writes of sets themselves. Every writer holds the owner's lock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction

from accounts.editions import demand_edition
from accounts.lengths import LONGEST_NAME
from accounts.models import User
from accounts.services.users import lock_owner
from accounts.tags import problems_with_tags, sorted_tags
from accounts.validation import problems_with
from deployment_sets.exceptions import DeploymentSetValidationError
from deployment_sets.models import (
    DeploymentSet,
    DeploymentSetMember,
    DeploymentSetTag,
)
from deployment_sets.queries import edition_of_set, set_of

_COPY_SUFFIX = " (copy)"
_BATCH = 1_000


class SetFields(TypedDict, total=False):
    """What may be said of a set beside its name; None says nothing."""

    description: str | None
    color: str | None
    icon: str | None
    tags: Sequence[str] | None


class SetChanges(SetFields, total=False):
    """The fields of a set that are to change; None clears an optional one."""

    name: str


@dataclass(frozen=True, slots=True)
class SetDraft:
    """A new, empty set with its tags: checked, and not stored."""

    row: DeploymentSet
    tag_rows: Sequence[DeploymentSetTag]


def draft_set(*, owner: User, name: str, **fields: Unpack[SetFields]) -> SetDraft:
    """What `create_sets` stores, checked before anything is locked. No query. Raises DeploymentSetValidationError."""
    row = DeploymentSet(owner=owner)
    tags = _apply(row, {"name": name, **fields}) or ()
    return SetDraft(row, [DeploymentSetTag(set_id=row.pk, name=tag) for tag in tags])


def create_set(*, owner: User, name: str, **fields: Unpack[SetFields]) -> DeploymentSet:
    """A new, empty set. Raises DeploymentSetValidationError."""
    draft = draft_set(owner=owner, name=name, **fields)
    create_sets(owner=owner, drafts=[draft])
    return draft.row


def create_sets(*, owner: User, drafts: Sequence[SetDraft]) -> None:
    """Store sets of the owner. One query for every thousand of them, and for every thousand of their tags."""
    with transaction.atomic():
        lock_owner(owner)
        DeploymentSet.objects.bulk_create((draft.row for draft in drafts), batch_size=_BATCH)
        DeploymentSetTag.objects.bulk_create((tag for draft in drafts for tag in draft.tag_rows), batch_size=_BATCH)


def update_set(
    *, owner: User, set_id: UUID, expected: Collection[str] | None = None, **changes: Unpack[SetChanges]
) -> DeploymentSet:
    """Change the fields that are given, and no other; with `expected`, only a set in one of these editions.

    Raises DeploymentSetNotFoundError, EditedMeanwhileError and DeploymentSetValidationError.
    """
    with transaction.atomic():
        lock_owner(owner)
        deployment_set = set_to_change(owner, set_id, expected)
        return _changed(deployment_set, changes) if changes else deployment_set


def tag_set(*, owner: User, set_id: UUID, add: Collection[str] = (), remove: Collection[str] = ()) -> DeploymentSet:
    """Put tags on a set and take others off; its other tags stay, whoever put them there.

    Raises DeploymentSetNotFoundError and DeploymentSetValidationError.
    """
    with transaction.atomic():
        lock_owner(owner)
        deployment_set = set_of(owner, set_id)
        return _changed(deployment_set, {"tags": [*({*deployment_set.tags} - {*remove}), *add]})


def delete_set(*, owner: User, set_id: UUID, expected: Collection[str] | None = None) -> None:
    """Delete a set and take it out of the sets that contain it (`queries.sets_using` names them).

    With `expected`, only a set in one of these editions. What it deployed stays in the projects, and on record there.
    Raises DeploymentSetNotFoundError and EditedMeanwhileError.
    """
    with transaction.atomic():
        lock_owner(owner)
        set_to_change(owner, set_id, expected).delete()


def clone_set(*, owner: User, set_id: UUID) -> DeploymentSet:
    """A copy of a set with the same direct members, independent from then on. Nothing contains it.

    Raises DeploymentSetNotFoundError.
    """
    with transaction.atomic():
        lock_owner(owner)
        source = set_of(owner, set_id)
        copy = DeploymentSet.objects.create(
            owner=owner,
            name=source.name[: LONGEST_NAME - len(_COPY_SUFFIX)].rstrip() + _COPY_SUFFIX,
            description=source.description,
            color=source.color,
            icon=source.icon,
        )
        DeploymentSetTag.objects.bulk_create(DeploymentSetTag(set=copy, name=tag) for tag in source.tags)
        DeploymentSetMember.objects.bulk_create(
            DeploymentSetMember(set=copy, **member)
            for member in source.members.values("artifact_id", "group_id", "member_set_id", "position")
        )
        return copy


def set_to_change(owner: User, set_id: UUID, expected: Collection[str] | None) -> DeploymentSet:
    """The owner's set of that id, for whoever holds the owner's lock and changes it.

    `expected` are the editions of it that may be changed; None for any. Raises DeploymentSetNotFoundError
    and EditedMeanwhileError.
    """
    deployment_set = set_of(owner, set_id)
    if expected is not None:
        demand_edition(f"The set “{deployment_set.name}”", edition_of_set(deployment_set), expected)
    return deployment_set


def _changed(deployment_set: DeploymentSet, changes: SetChanges) -> DeploymentSet:
    tags = _apply(deployment_set, changes)
    deployment_set.save()
    if tags is not None:
        deployment_set.tag_rows.exclude(name__in=tags).delete()
        DeploymentSetTag.objects.bulk_create(
            (DeploymentSetTag(set=deployment_set, name=tag) for tag in tags), ignore_conflicts=True
        )
    return deployment_set


def _apply(deployment_set: DeploymentSet, changes: SetChanges) -> list[str] | None:
    """Change the set, unsaved; the tags it is to have then, or None. Raises DeploymentSetValidationError."""
    if "name" in changes:
        deployment_set.name = (changes["name"] or "").strip()
    if "description" in changes:
        deployment_set.description = changes["description"] or ""
    if "color" in changes:
        deployment_set.color = (changes["color"] or "").strip().lower()
    if "icon" in changes:
        deployment_set.icon = (changes["icon"] or "").strip()
    tags = None
    problems = problems_with(deployment_set)
    if "tags" in changes:
        tags = sorted_tags(changes["tags"])
        if tag_problems := problems_with_tags(tags):
            problems["tags"] = tag_problems
    if problems:
        raise DeploymentSetValidationError(problems)
    return tags
