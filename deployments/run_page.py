"""A run as pages show it: how far it is, what it has just done, and what can still be done about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from artifacts.services.blobs import load_blobs
from deployments.exceptions import NothingToUndoError
from deployments.installer.diffs import Allowance, FileDiff, diff_states
from deployments.installer.journal import Intent, intents_of
from deployments.installer.results import places_among
from deployments.installer.shared_files.history import SharedHistory
from deployments.models import JournalEntry, Run, RunItem
from deployments.services.folders import is_at_work
from deployments.services.undo import last_undoable
from profiles.entries import EntryKey

PATHS_SHOWN = 5
# Of what a run changed inside files.
FILES_SHOWN = 100
LINES_SHOWN = 1_500
BYTES_READ = 8 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """A path that a run changes; `is_made` when it has."""

    path: str
    is_made: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is that is not over. One that is not `alive` was cut off."""

    done: int
    total: int
    alive: bool
    steps: Sequence[Step]

    @property
    def is_prepared(self) -> bool:
        """Whether the run has prepared what it writes, and has begun to."""
        return bool(self.steps)

    @property
    def quarter(self) -> str:
        """How far it is, in words that change four times in all: to be said aloud."""
        if not self.total or not self.done:
            return "The run has begun."
        return f"{self.done * 4 // self.total * 25} percent of {self.total} changes made."


@dataclass(frozen=True, slots=True)
class Undoing:
    """Whether a run can be undone now; else which one has to be undone first, if any."""

    possible: bool = False
    first: Run | None = None


def progress_of(run: Run) -> Progress | None:
    """How far `run` is; None once it is over. At most three queries, and a look at the folder's lock."""
    if run.state != Run.State.RUNNING:
        return None
    # It may end between the reading of its row and the look at the lock: whoever asks again is told so.
    alive = is_at_work(run) or Run.objects.filter(pk=run.pk).exclude(state=Run.State.RUNNING).exists()
    return Progress(run.progress_done, run.progress_total, alive, _steps(run))


def undoing_of(run: Run) -> Undoing:
    """Whether `run` can be undone, and what stands before it. At most two queries."""
    if run.state != Run.State.DONE or run.kind == Run.Kind.UNDO or run.rows_before in (None, {}):
        return Undoing()
    try:
        last = last_undoable(run.project)
    except NothingToUndoError:
        return Undoing()
    return Undoing(possible=True) if last.pk == run.pk else Undoing(first=last)


def results_first_failed(run: Run) -> QuerySet[RunItem]:
    """What `run` did: first what failed, then what it changed, then what it passed over."""
    order = [RunItem.Status.ERROR, RunItem.Status.SUCCESS, RunItem.Status.SKIP]
    ranks = [When(status=status, then=Value(rank)) for rank, status in enumerate(order)]
    return run.items.order_by(Case(*ranks, output_field=IntegerField()), "position")


def changes_of(run: Run, position: int | None = None) -> list[FileDiff]:
    """What `run` changed inside files, or what it did for its item at `position`, as far as its journal is still kept.

    Of many files and lines the first. Reads the whole journal, and the bytes before and after of what is shown.
    """
    intents = [intent for intent in intents_of(run) if position is None or position in _items_of(intent)]
    states = [manifest for intent in intents for manifest in (intent.before, intent.after) if manifest is not None]
    allowance = Allowance(files=FILES_SHOWN, lines=LINES_SHOWN, bytes=BYTES_READ)

    @cache
    def contents() -> dict[str, bytes]:
        return load_blobs({file.sha256 for manifest in states for file in manifest.files[:FILES_SHOWN]})

    return [
        diff
        for intent in intents
        for diff in diff_states(
            intent.path, intent.before, intent.after, lambda sha256: contents().get(sha256), allowance
        )
    ]


def places_of(run: Run, items: Iterable[RunItem]) -> list[tuple[RunItem, list[str]]]:
    """`items` of `run`, each with where it lies: of shared files which entries, as long as its journal is kept.

    One query.
    """
    entries: dict[int, list[tuple[str, EntryKey]]] = {}
    for entry in run.journal.filter(shared__isnull=False):
        history = SharedHistory.from_json(entry.shared) if entry.shared else None
        for key, position in history.items.items() if history else ():
            entries.setdefault(position, []).append((entry.path, key))
    return [(item, list(places_among(item.paths, entries.get(item.position, [])))) for item in items]


def _items_of(intent: Intent) -> set[int]:
    items = set() if intent.item is None else {intent.item}
    return items | set(intent.history.items.values() if intent.history else ())


def _steps(run: Run) -> list[Step]:
    """The last paths that were changed and the next one, in the order in which a run goes through its journal."""
    rounds = Case(
        When(item_position=None, then=Value(1)),
        When(after=None, then=Value(2)),
        default=Value(0),
        output_field=IntegerField(),
    )
    entries = JournalEntry.objects.filter(run=run).order_by(rounds, F("item_position"), "position")
    first = max(0, run.progress_done - PATHS_SHOWN)
    paths = entries.values_list("path", flat=True)[first : run.progress_done + 1]
    return [Step(path, number < run.progress_done) for number, path in enumerate(paths, start=first)]
