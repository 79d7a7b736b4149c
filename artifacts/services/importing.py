"""Importing a collection: from a source to rows, with a record of how far it is and what came of it.

`import_collection` does it all. Whoever wants to answer before the work is done takes it in two steps:
`begin_import` checks and holds the lock; `run_import` does the work in any thread, `import_in_background` in a new one.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from artifacts.exceptions import (
    CollectionError,
    CollectionExistsError,
    ImportBusyError,
    ImportFailedError,
    NotImportedError,
    SourceError,
)
from artifacts.importing.contents import Bookshelf, Loaded, load
from artifacts.importing.discovery import Discovery, discover, takes
from artifacts.importing.limits import Deadline, Limits
from artifacts.importing.locations import Location, locate
from artifacts.importing.mappings import Mapping, as_texts, changed_mappings
from artifacts.importing.report import Changes, build_report
from artifacts.importing.sources import storable
from artifacts.models import Artifact, Collection, CollectionImport
from artifacts.queries import CUT_OFF
from artifacts.services.collections import checked_name, free_name, lock_collection, refuse_taken
from artifacts.services.imported_rows import write_artifacts
from projects.background import run_in_background
from projects.locks import HeldLock

logger = logging.getLogger(__name__)

type Progress = Callable[[int, int], None]
"""Called with the number of artifacts read, and of all."""

_NOTHING = "There is no artifact in this source that an import recognises and can read. Nothing was changed."
_NOTHING_ANY_MORE = (
    "Nothing in this source is recognised any more, though artifacts were imported from it before; nothing was "
    "changed, and they stay as they are. Check that it is the right folder or branch."
)
_SECONDS_BETWEEN_WRITES = 0.25


@dataclass(frozen=True, slots=True)
class PendingImport:
    """An import that has its row and holds the lock of its collection. `run_import` ends both.

    The collection takes `name` (where one is asked for) and `mappings` once the import succeeds.
    """

    collection_import: CollectionImport
    location: Location
    lock: HeldLock
    name: str
    mappings: tuple[Mapping, ...]
    is_first: bool


def import_collection(
    *,
    source: str,
    name: str = "",
    ref: str = "",
    mappings: Sequence[str] | None = None,
    started_by: User | None = None,
    progress: Progress | None = None,
) -> CollectionImport:
    """Import the folder or git URL `source`; a source known with this `ref` is imported again.

    `name` names or renames the collection. `mappings` are added to those kept with it: GLOB=TYPE, where
    a glob that is kept already takes the new type, and `GLOB=` forgets one. Returns the finished import
    with its report. Raises SourceError, MappingError, CollectionNameError and ImportBusyError before
    anything is recorded, and ImportFailedError, with the record, when the source could not be read or
    holds no artifact; nothing is changed then, and a collection made for this import is deleted again.
    Forgetting the mappings that took all there is succeeds without an artifact: they are gone then.
    """
    pending = begin_import(source=source, name=name, ref=ref, mappings=mappings, started_by=started_by)
    with pending.lock:
        try:
            return _done(pending, progress, Limits())
        except BaseException:
            if pending.is_first:
                _take_back(pending.collection_import)
            raise


def begin_import(
    *,
    source: str,
    name: str = "",
    ref: str = "",
    mappings: Sequence[str] | None = None,
    started_by: User | None = None,
    only_new: bool = False,
) -> PendingImport:
    """Check what is asked, find or make the collection, take its lock, and record that the import began.

    Raises as `import_collection` does before anything is recorded; and, with `only_new`, CollectionExistsError where
    something was imported from the source before.
    """
    location = locate(source, ref, roots=settings.IMPORT_ROOTS, protocols=settings.IMPORT_GIT_PROTOCOLS)
    name, changes = checked_name(name), mappings or ()
    known = _known(location)
    if known is not None and only_new:
        _demand_unused(known)
    changed_mappings(known.mappings if known else (), changes)
    collection, lock, is_first = _held(location, name)
    try:
        if only_new:
            _demand_unused(collection)
        with transaction.atomic():
            _end_dead_imports(collection)
            refuse_taken(name, collection)
            wanted = changed_mappings(collection.mappings, changes)
            row = CollectionImport.objects.create(collection=collection, started_by=started_by)
    except BaseException:
        lock.close()
        raise
    return PendingImport(row, location, lock, name, wanted, is_first)


def begin_import_again(
    *, collection: Collection, name: str = "", mappings: Sequence[str] | None = None, started_by: User | None = None
) -> PendingImport:
    """Begin to import a collection that there is. Raises as `begin_import` does, and NotImportedError."""
    if collection.kind == Collection.Kind.OWN:
        raise NotImportedError(collection)
    return begin_import(
        source=collection.source, ref=collection.ref, name=name, mappings=mappings, started_by=started_by
    )


def run_import(
    *, pending: PendingImport, progress: Progress | None = None, limits: Limits | None = None
) -> CollectionImport:
    """Do an import that has begun, and let go of its lock. Raises ImportFailedError.

    The record stays whatever comes of it, and the collection with it, so that both can be read afterwards.
    """
    with pending.lock:
        return _done(pending, progress, limits or Limits())


def import_in_background(*, pending: PendingImport) -> CollectionImport:
    """Do an import that has begun while the caller goes on. What comes of it is in its record, whatever that is."""
    row = pending.collection_import

    def work() -> None:
        # It is recorded, and in the log; nobody is there who could do more about it.
        with suppress(ImportFailedError):
            run_import(pending=pending)

    try:
        run_in_background(work, name=f"import {row.pk}")
    except RuntimeError:
        # There can be no more threads: whoever asked has to wait.
        work()
    return row


def end_cut_off_imports() -> int:
    """Record of imports that say they run and hold no lock that they were cut off; how many there were.

    Waits a moment for each that is at work. One query where none says that it runs.
    """
    running = CollectionImport.objects.filter(state=CollectionImport.State.RUNNING).select_related("collection")
    number = 0
    for each in {row.collection_id: row.collection for row in running}.values():
        with suppress(ImportBusyError), lock_collection(each), transaction.atomic():
            number += _end_dead_imports(each)
    return number


def _done(pending: PendingImport, progress: Progress | None, limits: Limits) -> CollectionImport:
    row, started = pending.collection_import, time.monotonic()
    try:
        _run(pending, progress, limits)
    except CollectionError as error:
        _fail(row, str(error))
        raise ImportFailedError(str(error), row) from error
    except BaseException:
        _fail(row, "The import ended with an error of this application; its log says more. Nothing was changed.")
        raise
    finally:
        _log(row, time.monotonic() - started)
    return row


def _run(pending: PendingImport, progress: Progress | None, limits: Limits) -> None:
    row = pending.collection_import
    collection = row.collection
    rows = list(
        Artifact.objects.filter(collection=collection).values_list(
            "type", "namespace", "name", "source_path", "gone_at"
        )
    )
    tell = _Teller(row, progress)
    deadline = Deadline(limits.seconds)
    with pending.location.opened(settings.IMPORT_GIT_PROTOCOLS, limits, deadline) as source:
        row.revision = source.revision
        discovery = discover(
            source.listing,
            Bookshelf(source, limits, deadline).read,
            limits=limits,
            deadline=deadline,
            mappings=pending.mappings,
            known={(kind, namespace, name): path for kind, namespace, name, path, _ in rows},
            collection_name=pending.location.default_name,
        )
        tell.total(len(discovery.found))
        loaded = list(load(discovery.survey, discovery.found, tell.done))
    there = [(kind, path) for kind, _, _, path, gone_at in rows if gone_at is None]
    if not loaded and not _is_forgotten(pending, there):
        row.report = build_report(discovery, [], Changes())
        raise SourceError(_NOTHING_ANY_MORE if there else _NOTHING)
    _finish(pending, discovery, loaded)


def _is_forgotten(pending: PendingImport, there: Iterable[tuple[str, str]]) -> bool:
    """Whether mappings are forgotten that took all the artifacts `there`: then to find none is what is asked for."""
    wanted = {mapping.glob for mapping in pending.mappings}
    kept = changed_mappings(pending.collection_import.collection.mappings, ())
    forgotten = [mapping for mapping in kept if mapping.glob not in wanted]
    return bool(forgotten) and all(any(takes(mapping, *artifact) for mapping in forgotten) for artifact in there)


def _finish(pending: PendingImport, discovery: Discovery, loaded: Sequence[Loaded]) -> None:
    row = pending.collection_import
    with transaction.atomic():
        _settle(row.collection, pending.name, as_texts(pending.mappings))
        changes = write_artifacts(row.collection, discovery, loaded)
        row.report = build_report(discovery, loaded, changes)
        row.state = CollectionImport.State.DONE
        row.finished_at = timezone.now()
        row.save(update_fields=["state", "finished_at", "revision", "report", "progress_done", "progress_total"])


def _fail(row: CollectionImport, message: str) -> None:
    row.state = CollectionImport.State.FAILED
    row.error = storable(message)
    row.finished_at = timezone.now()
    row.save(update_fields=["state", "error", "finished_at", "revision", "report", "progress_done", "progress_total"])


class _Teller:
    """Passes progress on, and writes it to the row at most four times a second."""

    def __init__(self, row: CollectionImport, progress: Progress | None) -> None:
        self._row = row
        self._progress = progress
        self._written = time.monotonic()

    def total(self, number: int) -> None:
        self._row.progress_total = number
        self._row.save(update_fields=["progress_total", "revision"])
        self.done(0)

    def done(self, number: int) -> None:
        self._row.progress_done = number
        if self._progress is not None:
            self._progress(number, self._row.progress_total)
        if time.monotonic() - self._written >= _SECONDS_BETWEEN_WRITES:
            self._row.save(update_fields=["progress_done"])
            self._written = time.monotonic()


def _known(location: Location) -> Collection | None:
    return Collection.objects.filter(source=location.source, ref=location.ref).first()


def _demand_unused(collection: Collection) -> None:
    """Raise CollectionExistsError unless nothing was ever imported, so that this is still the first import."""
    if collection.artifacts.exists():
        raise CollectionExistsError(collection)


def _held(location: Location, name: str) -> tuple[Collection, HeldLock, bool]:
    """The collection of this source and ref, its lock, and whether it was made just now, as there was none."""
    for _ in range(5):
        collection = _known(location)
        is_first = collection is None
        collection = collection or _made(location, name)
        if collection is None:
            continue
        lock = lock_collection(collection)
        # It may have been another's first import, which has failed since and took its collection back.
        now = _known(location)
        if now is not None and now.pk == collection.pk:
            return now, lock, is_first
        lock.close()
    raise ImportBusyError(f"{location.source} is being imported by several others. Try again in a moment.")


def _made(location: Location, name: str) -> Collection | None:
    """A new collection, under a name of its own where none is given.

    None when another import makes the same collection or takes the same name meanwhile.
    """
    refuse_taken(name, None)
    with suppress(IntegrityError), transaction.atomic():
        return Collection.objects.create(
            name=name or free_name(location.default_name),
            kind=Collection.Kind.GIT if location.is_git else Collection.Kind.FOLDER,
            source=location.source,
            ref=location.ref,
        )
    return None


def _take_back(row: CollectionImport) -> None:
    """Delete the collection that was made for this import, unless something else has come of it meanwhile."""
    others = CollectionImport.objects.filter(collection=row.collection_id).exclude(pk=row.pk)
    with transaction.atomic():
        if not others.exists():
            Collection.objects.filter(pk=row.collection_id, artifacts=None).delete()


def _settle(collection: Collection, name: str, mappings: list[str]) -> None:
    """Rename the collection and keep its mappings where that changes anything; else leave it untouched."""
    refuse_taken(name, collection)
    wanted = {"name": name or collection.name, "mappings": mappings}
    changed = [field for field, value in wanted.items() if getattr(collection, field) != value]
    for field in changed:
        setattr(collection, field, wanted[field])
    if changed:
        collection.save(update_fields=[*changed, "updated_at"])


def _end_dead_imports(collection: Collection) -> int:
    """Whoever holds the lock knows that no other import runs: one that still says so was cut off."""
    return CollectionImport.objects.filter(collection=collection, state=CollectionImport.State.RUNNING).update(
        state=CollectionImport.State.FAILED,
        finished_at=timezone.now(),
        error=CUT_OFF,
    )


def _log(row: CollectionImport, seconds: float) -> None:
    failed = row.state == CollectionImport.State.FAILED
    logger.log(
        logging.WARNING if failed else logging.INFO,
        "collection import %s",
        row.state,
        extra={
            "collection_id": str(row.collection_id),
            "import_id": str(row.pk),
            **({"source": row.collection.source, "reason": row.error} if failed else row.report["counts"]),
            "duration_ms": round(seconds * 1000),
        },
    )
