"""Writes about collections themselves. What is in them comes by importing, or is made here."""

from collections.abc import Sequence
from itertools import count
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from accounts.lengths import LONGEST_NAME
from accounts.text import storable_text
from artifacts.exceptions import CollectionInUseError, CollectionNameError, CollectionNameTakenError, ImportBusyError
from artifacts.importing.sources import storable
from artifacts.models import Artifact, Collection
from projects.exceptions import BusyError
from projects.locks import HeldLock, is_named_lock_free, named_lock

# No folder and no URL is kept like this: a folder's path begins with '/', and a URL has a scheme.
_OWN_SOURCE = "here"
# Who looks whether an import was cut off holds the lock for a moment.
_SECONDS_TO_WAIT = 0.2


def own_collection() -> Collection:
    """The one collection of what is made here, held until the transaction ends. Made on first use."""
    own = {"source": _OWN_SOURCE, "ref": ""}
    if not Collection.objects.filter(**own).exists():
        Collection.objects.get_or_create(
            **own, defaults={"kind": Collection.Kind.OWN, "name": free_name(Collection.Kind.OWN.label)}
        )
    return Collection.objects.select_for_update(no_key=True).get(**own)


def rename_collection(*, collection: Collection, name: str) -> Collection:
    """Call it something else. Raises CollectionNameError, also for a name that another one has."""
    name = checked_name(name)
    if not name:
        raise CollectionNameError("A collection needs a name.")
    refuse_taken(name, collection)
    collection.name = name
    try:
        with transaction.atomic():
            collection.save(update_fields=["name", "updated_at"])
    except IntegrityError:
        refuse_taken(name, collection)
        raise
    return collection


def delete_collection(*, collection: Collection) -> None:
    """Forget a collection from which nothing was ever imported, and its imports.

    Raises CollectionInUseError where there is an artifact, even if that is gone, and ImportBusyError.
    """
    with lock_collection(collection), transaction.atomic():
        locked = Collection.objects.select_for_update().get(pk=collection.pk)
        demand_unused([locked])
        locked.delete()


def demand_unused(collections: Sequence[Collection]) -> None:
    """Raise CollectionInUseError where one of them has an artifact, even if that is gone. One query."""
    used = Collection.objects.filter(Exists(Artifact.objects.filter(collection=OuterRef("pk"))))
    if found := used.filter(pk__in=[collection.pk for collection in collections]).first():
        raise CollectionInUseError(found)


def lock_collection(collection: Collection) -> HeldLock:
    """Whoever holds this imports it, or deletes it. Raises ImportBusyError, in a moment, while somebody does."""
    try:
        return named_lock(_lock_name(collection.pk), _SECONDS_TO_WAIT)
    except BusyError as error:
        raise ImportBusyError(
            f"The collection {collection.name!r} is being imported already. Try again when that has finished."
        ) from error


def is_nobody_importing(collection_id: UUID) -> bool:
    """Whether nobody holds the lock of this collection. Told at once."""
    return is_named_lock_free(_lock_name(collection_id))


def checked_name(name: str) -> str:
    """`name` without blanks around it; empty where none is asked for. Raises CollectionNameError."""
    name = name.strip()
    try:
        storable_text(name)
    except ValidationError as error:
        raise CollectionNameError(" ".join(error.messages)) from error
    if len(name) > LONGEST_NAME:
        raise CollectionNameError(f"The name has {len(name)} characters; a collection's has at most {LONGEST_NAME}.")
    return name


def refuse_taken(name: str, collection: Collection | None) -> None:
    """Raise CollectionNameTakenError where a collection other than this one has the name."""
    if not name:
        return
    other = Collection.objects.filter(name=name).first()
    if other is not None and other != collection:
        raise CollectionNameTakenError(name, other)


def free_name(name: str) -> str:
    """`name`, cut to fit and with a number where others have it already."""
    base = storable(name).strip()[: LONGEST_NAME - 8] or "collection"
    taken = set(Collection.objects.filter(name__startswith=base).values_list("name", flat=True))
    return next(candidate for number in count(1) if (candidate := _numbered(base, number)) not in taken)


def _lock_name(collection_id: UUID) -> str:
    return f"collection-{collection_id}"


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base} ({number})"
