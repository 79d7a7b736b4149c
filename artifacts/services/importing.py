"""Importing a collection: from a source to rows, with a record of how far it is and what came of it.

`import_collection` does it all. A page takes it in two steps: `begin_import` checks and holds the lock,
`run_import` does the work, in any thread.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.text import storable_text
from artifacts.exceptions import CollectionNameError, ImportBusyError, ImportFailedError, SourceError
from artifacts.importing.contents import Bookshelf, Loaded, load
from artifacts.importing.discovery import Discovery, discover
from artifacts.importing.limits import Limits
from artifacts.importing.locations import Location, locate
from artifacts.importing.mappings import as_texts, parse_mappings
from artifacts.importing.report import Changes, build_report
from artifacts.importing.sources import printable
from artifacts.models import Artifact, Collection, CollectionImport
from artifacts.services.imported_rows import write_artifacts
from projects.exceptions import BusyError
from projects.locks import HeldLock, named_lock

logger = logging.getLogger(__name__)

type Progress = Callable[[int, int], None]
"""Called with the number of artifacts read, and of all."""

_LONGEST_NAME = 255
_SECONDS_BETWEEN_WRITES = 0.25


@dataclass(frozen=True, slots=True)
class PendingImport:
    """An import that has its row and holds the lock of its collection. `run_import` ends both."""

    collection_import: CollectionImport
    location: Location
    lock: HeldLock


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

    `name` names or renames the collection. `mappings` (each GLOB=TYPE) replace those kept with it;
    None leaves them. Returns the finished import with its report. Raises SourceError, MappingError,
    CollectionNameError and ImportBusyError before anything is recorded, and ImportFailedError, with
    the record, when the source could not be read or holds nothing any more; nothing is changed then.
    """
    pending = begin_import(source=source, name=name, ref=ref, mappings=mappings, started_by=started_by)
    return run_import(pending=pending, progress=progress)


def begin_import(
    *, source: str, name: str = "", ref: str = "", mappings: Sequence[str] | None = None, started_by: User | None = None
) -> PendingImport:
    """Check what is asked, find or make the collection, take its lock, and record that the import began.

    Raises as `import_collection` does before anything is recorded.
    """
    location = locate(source, ref, roots=settings.IMPORT_ROOTS, protocols=settings.IMPORT_GIT_PROTOCOLS)
    kept_mappings = None if mappings is None else as_texts(parse_mappings(mappings))
    collection = _found_or_made(location, _checked_name(name))
    try:
        lock = named_lock(f"collection-{collection.pk}", 0)
    except BusyError as error:
        raise ImportBusyError(
            f"The collection {collection.name!r} is being imported already. Try again when that has finished."
        ) from error
    try:
        with transaction.atomic():
            _end_dead_imports(collection)
            _settle(collection, _checked_name(name), kept_mappings)
            row = CollectionImport.objects.create(collection=collection, started_by=started_by)
    except BaseException:
        lock.close()
        raise
    return PendingImport(row, location, lock)


def run_import(
    *, pending: PendingImport, progress: Progress | None = None, limits: Limits | None = None
) -> CollectionImport:
    """Do an import that has begun, and let go of its lock. Raises ImportFailedError."""
    row, started = pending.collection_import, time.monotonic()
    with pending.lock:
        try:
            _run(pending, progress, limits or Limits())
        except SourceError as error:
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
    with pending.location.opened(settings.IMPORT_GIT_PROTOCOLS, limits) as source:
        row.revision = source.revision
        discovery = discover(
            source.listing,
            Bookshelf(source, limits).read,
            mappings=parse_mappings(collection.mappings),
            known={(kind, namespace, name): path for kind, namespace, name, path, _ in rows},
            collection_name=pending.location.default_name,
        )
        tell.total(len(discovery.found))
        loaded = list(load(discovery.survey, discovery.found, tell.done))
    if not loaded and any(gone_at is None for *_, gone_at in rows):
        row.report = build_report(discovery, [], Changes())
        raise SourceError(
            "Nothing in the source is recognised any more, though artifacts were imported from it before; nothing "
            "was changed. Check that it is the right folder or branch, or delete the collection."
        )
    _finish(row, discovery, loaded)


def _finish(row: CollectionImport, discovery: Discovery, loaded: Sequence[Loaded]) -> None:
    with transaction.atomic():
        changes = write_artifacts(row.collection, discovery, loaded)
        row.report = build_report(discovery, [each.found for each in loaded], changes)
        row.state = CollectionImport.State.DONE
        row.finished_at = timezone.now()
        row.save(update_fields=["state", "finished_at", "revision", "report", "progress_done", "progress_total"])


def _fail(row: CollectionImport, message: str) -> None:
    row.state = CollectionImport.State.FAILED
    row.error = printable(message)
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


def _found_or_made(location: Location, name: str) -> Collection:
    """The collection of this source and ref. Made under a name of its own when there is none."""
    for _ in range(5):
        collection = Collection.objects.filter(source=location.source, ref=location.ref).first()
        if collection is not None:
            return collection
        if name:
            _refuse_taken(name, None)
        # Another import may make the same collection or take the same name meanwhile: look again then.
        with suppress(IntegrityError), transaction.atomic():
            return Collection.objects.create(
                name=name or _free_name(location.default_name),
                kind=Collection.Kind.GIT if location.is_git else Collection.Kind.FOLDER,
                source=location.source,
                ref=location.ref,
            )
    raise ImportBusyError(f"{location.source} is being imported by several others. Try again in a moment.")


def _settle(collection: Collection, name: str, mappings: list[str] | None) -> None:
    """Rename the collection and replace its mappings where that is asked; else leave it untouched."""
    collection.refresh_from_db()
    changed = []
    if name and name != collection.name:
        _refuse_taken(name, collection)
        collection.name = name
        changed.append("name")
    if mappings is not None and mappings != collection.mappings:
        collection.mappings = mappings
        changed.append("mappings")
    if changed:
        collection.save(update_fields=[*changed, "updated_at"])


def _refuse_taken(name: str, collection: Collection | None) -> None:
    others = Collection.objects.filter(name=name)
    if collection is not None:
        others = others.exclude(pk=collection.pk)
    other = others.first()
    if other is not None:
        raise CollectionNameError(f"The name {name!r} belongs to the collection from {other.source}. Choose another.")


def _free_name(name: str) -> str:
    base = printable(name).strip()[: _LONGEST_NAME - 8] or "collection"
    taken = set(Collection.objects.filter(name__startswith=base).values_list("name", flat=True))
    return next(candidate for number in count(1) if (candidate := _numbered(base, number)) not in taken)


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base} ({number})"


def _checked_name(name: str) -> str:
    name = name.strip()
    try:
        storable_text(name)
    except ValidationError as error:
        raise CollectionNameError(" ".join(error.messages)) from error
    if len(name) > _LONGEST_NAME:
        raise CollectionNameError(f"The name has {len(name)} characters; a collection's has at most {_LONGEST_NAME}.")
    return name


def _end_dead_imports(collection: Collection) -> None:
    """Whoever holds the lock knows that no other import runs: one that still says so was cut off."""
    CollectionImport.objects.filter(collection=collection, state=CollectionImport.State.RUNNING).update(
        state=CollectionImport.State.FAILED,
        finished_at=timezone.now(),
        error="The import was cut off before it was done. Nothing was changed; import again.",
    )


def _log(row: CollectionImport, seconds: float) -> None:
    counts = row.report.get("counts", {})
    logger.info(
        "collection import %s",
        row.state,
        extra={
            "collection_id": str(row.collection_id),
            "import_id": str(row.pk),
            **counts,
            "duration": round(seconds, 3),
        },
    )
