"""What is kept for undoing, and for how long; and the deletion of blobs that nothing refers to any more.

Blobs are referred to by versions, by placements, and by the runs whose changes can still be taken back: those that are
not over, and the last `KEPT_RUNS` of each project. Where the reference is to a manifest, its files are meant too.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from artifacts.manifests import Manifest
from artifacts.models import Blob, Version
from artifacts.services.blobs import delete_blobs, load_blobs, lock_blobs, measure_blobs
from deployments.models import JournalEntry, Placement, Run

logger = logging.getLogger(__name__)

KEPT_RUNS = 20

# So many go in one transaction: whoever else writes waits for a fraction of a second, and not for the whole.
_BLOBS = 1_000
_RUNS = 100
# Of so many the content is in memory at once.
_MANIFESTS = 100


@dataclass(frozen=True, slots=True)
class Collected:
    """What went, or would go: blobs, their bytes together, and runs whose journal is not kept any longer."""

    blobs: int
    bytes: int
    journals: int


def kept_runs() -> QuerySet[Run]:
    """The runs whose journal is kept: those that are not over, and of each project the last `KEPT_RUNS`.

    Undos are among these, and what they undid; so that an undo can still be repeated as often, the last `KEPT_RUNS`
    that it can take back are kept too.
    """
    newest = Run.objects.filter(project=OuterRef("project")).order_by("-number").values("number")[:1]
    is_recent = Q(number__gt=Subquery(newest) - KEPT_RUNS)
    steps = undoable_runs().annotate(step=Window(RowNumber(), partition_by=F("project"), order_by=F("number").desc()))
    is_step = Q(pk__in=steps.filter(step__lte=KEPT_RUNS).values("pk"))
    return Run.objects.filter(Q(state=Run.State.RUNNING) | is_recent | is_step)


def undoable_runs() -> QuerySet[Run]:
    """The runs that changed anything and are not undone, in no order."""
    runs = Run.objects.filter(state=Run.State.DONE, kind__in=[Run.Kind.DEPLOY, Run.Kind.UNDEPLOY])
    return runs.exclude(rows_before={}).order_by()


def collect_garbage(*, dry_run: bool = False) -> Collected:
    """Delete the journals of runs that are too old to be undone, and then every blob that nothing refers to.

    Safe beside deploys and imports in other processes: what they store or come to refer to meanwhile stays. Whoever
    writes waits only while one batch is deleted. Interrupted, it has deleted less, and nothing wrongly.
    With `dry_run` nothing is locked or deleted.

    Holds the hash of every blob in memory, about 15 MB for 100,000, and the content of at most a hundred manifests.
    """
    started = time.monotonic()
    if dry_run:
        search = _Search(kept_runs())
        blobs, size = measure_blobs(search.unreferenced)
        collected = Collected(blobs, size, _too_old().count())
    else:
        journals = _forget_journals()
        blobs, size = _delete_unreferenced()
        collected = Collected(blobs, size, journals)
    logger.info(
        "Looked for garbage." if dry_run else "Collected garbage.",
        extra={
            "blobs": collected.blobs,
            "bytes": collected.bytes,
            "journals": collected.journals,
            "duration_ms": round((time.monotonic() - started) * 1000),
        },
    )
    return collected


def _with_journal() -> QuerySet[Run]:
    return Run.objects.filter(Exists(JournalEntry.objects.filter(run=OuterRef("pk"))) | Q(rows_before__isnull=False))


def _too_old() -> QuerySet[Run]:
    return _with_journal().exclude(pk__in=kept_runs().values("pk"))


def _forget_journals() -> int:
    """Empty the journals of runs that are too old; how many those were."""
    runs = list(_too_old().values_list("pk", flat=True))
    for batch in batched(runs, _RUNS):
        with transaction.atomic():
            JournalEntry.objects.filter(run__in=batch).delete()
            Run.objects.filter(pk__in=batch).update(rows_before=None)
    return len(runs)


def _delete_unreferenced() -> tuple[int, int]:
    """Delete what nothing refers to, batch by batch; how many blobs and bytes went.

    The long search is done with no lock held. Each batch looks again under the lock, for what is new since.
    """
    # A run that has grown too old since its like were forgotten has its journal still, and so refers to blobs.
    search = _Search(_with_journal())
    blobs = size = 0
    for batch in batched(list(search.unreferenced), _BLOBS):
        with transaction.atomic():
            lock_blobs()
            search.look_again()
            garbage = search.unreferenced.intersection(batch)
            found = measure_blobs(garbage)
            delete_blobs(garbage)
        blobs, size = blobs + found[0], size + found[1]
    return blobs, size


class _Search:
    """The blobs to which nothing was found to refer: `unreferenced` only ever shrinks.

    Manifests never change, nor does what a run keeps once it is over, so each is read once and looking again costs
    little more than what is new. Under `lock_blobs` no reference escapes a look.
    """

    def __init__(self, runs: QuerySet[Run]) -> None:
        # First the blobs, then what refers to them: what is stored later is not among them.
        self.unreferenced = set(Blob.objects.values_list("sha256", flat=True).iterator())
        self._runs = runs
        self._read_runs: set[UUID] = set()
        self._read_manifests: set[str] = set()
        self.look_again()

    def look_again(self) -> None:
        """Rule out what is referred to now."""
        self._rule_out(Version.objects.values_list("manifest_id", flat=True).iterator())
        self._rule_out_states(Placement.objects.values_list("state_id", "entry").iterator())
        runs = self._runs.values_list("pk", "state").iterator()
        unread = [(pk, state) for pk, state in runs if pk not in self._read_runs]
        for batch in batched(unread, _RUNS):
            keys = [pk for pk, _ in batch]
            journal = JournalEntry.objects.filter(run__in=keys).values_list("before_id", "after_id")
            self._rule_out(sha256 for pair in journal.iterator() for sha256 in pair if sha256 is not None)
            self._rule_out_states(_states_before(keys))
            self._read_runs.update(pk for pk, state in batch if state != Run.State.RUNNING)

    def _rule_out_states(self, states: Iterable[tuple[str, str]]) -> None:
        """Rule out states of placements, each with its entry: the state of an entry is its value and names no files."""
        manifests = set()
        for sha256, entry in states:
            self.unreferenced.discard(sha256)
            if not entry:
                manifests.add(sha256)
        self._rule_out(manifests)

    def _rule_out(self, manifests: Iterable[str]) -> None:
        """Rule out these manifests and the files they name."""
        new = set(manifests) - self._read_manifests
        self.unreferenced -= new
        for batch in batched(new, _MANIFESTS):
            for sha256, data in load_blobs(batch).items():
                self.unreferenced.difference_update(file.sha256 for file in Manifest.decode(data).files)
                self._read_manifests.add(sha256)


def _states_before(runs: Sequence[UUID]) -> Iterator[tuple[str, str]]:
    """State and entry of each placement as it was before one of `runs`."""
    for rows in Run.objects.filter(pk__in=runs).values_list("rows_before", flat=True).iterator():
        for placement in (rows or {}).get("placements", {}).values():
            if placement is not None:
                yield placement["state"], placement["entry"]
