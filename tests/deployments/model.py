"""What a person expects of runs, whatever happened before: a simple model, and what it asks of each run.

The model knows which bytes the tool wrote last (`Expectations.written`); all others are somebody's, and no run
may change them unless it is told to overwrite.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from artifacts.manifests import is_junk
from deployments.installer import records
from deployments.installer.decisions import DeploymentKey
from deployments.installer.ledger import Ledger, PlacementRow
from deployments.models import RunItem
from deployments.services.reports import Report
from profiles.entries import Element, EntryKey, Member, decode_key
from projects.paths import STAGING_FOLDER
from tests.deployments.busy_project import Picture, below, picture
from tests.deployments.conftest import Desk
from tests.deployments.edits import SHARED
from tests.deployments.moment import ABSENT, Thing, View, content, is_in, is_same


@dataclass
class Remembered:
    """A run that can be undone. `is_touched` once anything has changed since it was over."""

    number: int
    before: View
    after: View
    written: tuple[Picture, Picture]
    entries: tuple[dict[tuple[str, EntryKey], str], dict[tuple[str, EntryKey], str]]
    pristine: Picture
    is_touched: bool = False


@dataclass
class Expectations:
    """What is expected of runs in one project. `others` are those of further projects in the same folder.

    `written` is what the tool put on disk last, by path, and `entries` into shared files. `pristine` are shared files
    as they were before any entry of this project was in them; those that were edited since are not in it.
    """

    desk: Desk
    pristine: Picture = field(default_factory=lambda: dict.fromkeys(SHARED, ABSENT))
    written: Picture = field(default_factory=dict)
    entries: dict[tuple[str, EntryKey], str] = field(default_factory=dict)
    runs: list[Remembered] = field(default_factory=list)
    others: list["Expectations"] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    def view(self) -> View:
        """The folder and the records as they are."""
        return View(picture(self.desk.folder), records.load(self.desk.project))

    def check_records(self) -> None:
        """Nothing but the project's own runs has changed its records."""
        assert records.load(self.desk.project) == self.ledger

    def note_edit(self, before: Picture, after: Picture) -> None:
        """Somebody else has changed the folder: no run can be undone exactly any more."""
        for run in self.runs if before != after else ():
            run.is_touched = True
        held = {row.path for row in self.ledger.placements.values() if row.entry}
        for path in SHARED:
            if before.get(path) != after.get(path):
                self.pristine.pop(path, None)
                if path not in held:
                    self.pristine[path] = after.get(path, ABSENT)

    def check(self, make: Callable[[], Report], *, overwrite: bool, atomic: bool = False) -> Report:
        """Let a deploy or an undeploy happen, and hold it to everything that is promised."""
        before = View(picture(self.desk.folder), self.ledger)
        report = make()
        after = self.view()
        self.ledger = after.ledger
        failed = _with_status(report, RunItem.Status.ERROR)
        if atomic and failed:
            assert after == before, "an atomic run with an error has changed something"
            return report
        self._check_changes(before, after, report, overwrite=overwrite)
        if not overwrite:
            for key in failed:
                assert _facts(before.ledger, key) == _facts(after.ledger, key), f"the records of a failure: {key}"
        written, entries, pristine = dict(self.written), dict(self.entries), dict(self.pristine)
        self._check_adoption(before, after)
        self._note_written(before, after, overwrite=overwrite)
        self._check_all(before, after)
        if after != before:
            assert after.ledger != before.ledger, "a run that changed something cannot be undone"
            assert report.run is not None
            now = dict(self.written), dict(self.entries)
            self.runs.append(
                Remembered(report.run.number, before, after, (written, now[0]), (entries, now[1]), pristine)
            )
        for other in self.others:
            other.note_edit(before.picture, after.picture)
        return report

    def check_undo(self, make: Callable[[], Report], *, overwrite: bool) -> Report:
        """Let the last run be undone, and hold the undo to everything that is promised."""
        before = View(picture(self.desk.folder), self.ledger)
        run = self.runs[-1]
        report = make()
        after = self.view()
        self.ledger = after.ledger
        failed = _with_status(report, RunItem.Status.ERROR)
        assert report.run is not None
        if not run.is_touched:
            assert not failed, [result.reason for result in report.results]
            assert after.picture == run.before.picture, _differences(run.before.picture, after.picture)
            assert after.ledger == run.before.ledger
        if failed:
            assert after == before, "an undo with an error has changed something"
            return report
        assert report.run.options["undone_run"] == run.number
        self._check_changes(before, after, report, overwrite=overwrite)
        assert _without_traces(after.ledger) == _without_traces(run.before.ledger)
        self._check_came_back(run, before, after, overwrite=overwrite)
        self.runs.pop()
        if after != run.before:
            for each in self.runs:
                each.is_touched = True
        self._take_back(run, before, after)
        self._check_all(after, after)
        for other in self.others:
            other.note_edit(before.picture, after.picture)
        return report

    def _check_came_back(self, run: Remembered, before: View, after: View, *, overwrite: bool) -> None:
        for path in run.before.changed_until(run.after):
            if path in SHARED or run.after.picture.get(path, ("folder",))[0] == "folder":
                continue
            unit = next((unit for unit in _units(run.before.ledger, run.after.ledger) if is_in(path, unit)), path)
            is_untouched = below(before.picture, unit) == below(run.after.picture, unit)
            if overwrite or is_untouched:
                assert content(after.picture, unit) == content(run.before.picture, unit), unit
            elif content(before.picture, unit) != content(run.after.picture, unit):
                assert below(after.picture, unit) == below(before.picture, unit), unit

    def _take_back(self, run: Remembered, before: View, after: View) -> None:
        """What the tool wrote last is what it had written last before the run."""
        _restore(self.written, *run.written)
        _restore(self.entries, *run.entries)
        for path in SHARED:
            if before.picture.get(path) == after.picture.get(path):
                continue
            self.pristine.pop(path, None)
            if after.picture.get(path) == run.before.picture.get(path) and path in run.pristine:
                self.pristine[path] = run.pristine[path]

    def _check_changes(self, before: View, after: View, report: Report, *, overwrite: bool) -> None:
        """(a): nothing but the tool's own has changed, and only where a result says so."""
        assert STAGING_FOLDER not in after.picture
        units = set(_units_of(report, before.ledger, after.ledger))
        for path in before.changed_until(after):
            old, new = before.picture.get(path), after.picture.get(path)
            if path in SHARED and path not in units - set(SHARED):
                self._check_shared(path, before, after, overwrite=overwrite)
            elif any(is_in(path, unit) for unit in units):
                is_ours = old is None or old[0] == "folder" or is_same(old, self.written.get(path)) or is_junk(path)
                assert overwrite or is_ours, f"{path} was somebody's, and is gone"
            elif old is None:
                assert new and new[0] == "folder", f"{path} is no result's"
                assert any(is_in(unit, path) for unit in units), f"the folder {path} is no result's"
            else:
                assert new is None, f"{path} is no result's"
                assert old[0] == "folder", f"{path} is no result's"
                assert path in self.written, f"the folder {path} was somebody's, and is gone"

    def _check_shared(self, path: str, before: View, after: View, *, overwrite: bool) -> None:
        old, new = before.picture.get(path), after.picture.get(path)
        assert old is None or old[0] == "file", f"{path} was no file"
        if old and new:
            assert (new[0], new[1]) == (old[0], old[1]), f"the mode of {path}"
        entries_before, rest_before = before.entries(path)
        entries_after, rest_after = after.entries(path)
        assert rest_before == rest_after, f"what is beside the entries of {path}"
        theirs = [key for key in entries_before if key in entries_after and (path, key) not in self.entries]
        assert theirs == [key for key in entries_after if key in theirs], f"the order in {path}"
        for key in entries_before.keys() | entries_after.keys():
            had, has = entries_before.get(key), entries_after.get(key)
            if had == has or overwrite:
                continue
            ours = self.entries.get((path, key))
            if isinstance(key, Member):
                assert had in (None, ours), f"{key} in {path} was somebody's"
            else:
                more = int(has or 0) - int(had or 0)
                assert more == 1 or (more == -1 and ours), f"{key} in {path} was somebody's"

    def _check_adoption(self, before: View, after: View) -> None:
        """What a run began to answer for was there before, and is adopted, or it was put there."""
        changed = before.changed_until(after)
        known = {row.key: row for row in before.ledger.placements.values()}
        for row in after.ledger.placements.values():
            if row.key in known and known[row.key].adopted == row.adopted:
                continue
            if row.entry:
                key = decode_key(row.entry)
                is_put = before.entries(row.path)[0].get(key) != after.entries(row.path)[0].get(key)
            else:
                is_put = any(is_in(path, row.path) for path in changed)
            assert is_put is not row.adopted, f"adopted: {row}"

    def _note_written(self, before: View, after: View, *, overwrite: bool) -> None:
        for path in before.changed_until(after):
            if path in SHARED:
                if overwrite:
                    self.pristine.pop(path, None)
            elif path not in after.picture:
                self.written.pop(path, None)
            else:
                self.written[path] = after.picture[path]
        for row in after.ledger.placements.values():
            if row.adopted:
                continue
            if row.entry:
                key = decode_key(row.entry)
                value = after.entries(row.path)[0].get(key)
                if value is not None and _is_recorded_entry(key, value, row):
                    self.entries[row.path, key] = value if isinstance(key, Member) else "1"
            elif content(after.picture, row.path) == row.state:
                self.written.update(below(after.picture, row.path))

    def _check_all(self, before: View, after: View) -> None:
        self._check_rows(after.ledger)
        self._check_placements(before, after)
        self._check_leftovers(after)

    def _check_rows(self, ledger: Ledger) -> None:
        assert {deployment for deployment, _ in ledger.links} == ledger.deployments.keys()
        assert {placement for _, placement in ledger.links} == ledger.placements.keys()
        assert {deployment for deployment, _ in ledger.claims} == ledger.deployments.keys()

    def _check_placements(self, before: View, after: View) -> None:
        """(c): what is recorded lies there, unless somebody has edited it."""
        for row in after.ledger.placements.values():
            known = before.ledger.placements.get(row.id)
            is_new = known is None or known.state != row.state
            if row.entry:
                key = decode_key(row.entry)
                value = after.entries(row.path)[0].get(key)
                if is_new or (value is not None and value == self.entries.get((row.path, key))):
                    assert value is not None, f"{row} is not there"
                    assert _is_recorded_entry(key, value, row), f"{row} is not as recorded"
            elif is_new or not (row.adopted or self._is_edited(after.picture, row.path)):
                assert content(after.picture, row.path) == row.state, f"{row} is not as recorded"

    def _is_edited(self, now: Picture, unit: str) -> bool:
        paths = below(now, unit).keys() | below(self.written, unit).keys()
        pairs = [(now.get(path), self.written.get(path)) for path in paths if not is_junk(path)]
        return any(
            not is_same(*pair) for pair in pairs if any(thing is not None and thing[0] != "folder" for thing in pair)
        )

    def _check_leftovers(self, after: View) -> None:
        """(c): nothing of ours lies there that is not recorded, folders included."""
        rows = after.ledger.placements.values()
        units = [row.path for row in rows if not row.entry]
        for path, thing in list(self.written.items()):
            if any(is_in(path, unit) for unit in units):
                continue
            if thing[0] != "folder":
                assert not is_same(after.picture.get(path), thing), f"{path} is ours, and in no record"
                del self.written[path]
            elif not any(is_in(row.path, path) for row in rows):
                assert path not in after.picture or len(below(after.picture, path)) > 1, f"{path} is empty, and ours"
                del self.written[path]
        recorded = {(row.path, decode_key(row.entry)) for row in rows if row.entry}
        for (path, key), value in list(self.entries.items()):
            if (path, key) not in recorded:
                found = after.entries(path)[0].get(key)
                assert found != value or isinstance(key, Element), f"{key} in {path} is ours, and in no record"
                del self.entries[path, key]
        for path in set(SHARED) - {path for path, _ in recorded}:
            now = after.picture.get(path, ABSENT)
            assert now == self.pristine.get(path, now), f"{path}: {self.pristine[path]} became {now}"
            self.pristine[path] = now


def _restore[K, V](now: dict[K, V], earlier: dict[K, V], later: dict[K, V]) -> None:
    for key in earlier.keys() | later.keys():
        if earlier.get(key) != later.get(key):
            now.pop(key, None)
            if key in earlier:
                now[key] = earlier[key]


def _is_recorded_entry(key: EntryKey, found: str, row: PlacementRow) -> bool:
    return isinstance(key, Element) or sha256(found.encode()).hexdigest() == row.state


def _with_status(report: Report, status: RunItem.Status) -> list[DeploymentKey]:
    return [(each.artifact_uuid, each.profile_id) for each in report.results if each.status == status]


def _units_of(report: Report, *ledgers: Ledger) -> Iterator[str]:
    """The paths that the successes of a report are about."""
    succeeded = set(_with_status(report, RunItem.Status.SUCCESS))
    for result in report.results:
        if (result.artifact_uuid, result.profile_id) in succeeded:
            yield from result.paths
    for ledger in ledgers:
        for deployment_id, placement_id in ledger.links:
            if ledger.deployments[deployment_id].target.key in succeeded:
                yield ledger.placements[placement_id].path


def _units(*ledgers: Ledger) -> set[str]:
    return {row.path for ledger in ledgers for row in ledger.placements.values() if not row.entry}


def _facts(ledger: Ledger, key: DeploymentKey) -> object:
    deployment_id = ledger.deployment_ids().get(key)
    if deployment_id is None:
        return None
    rows = [ledger.placements[placement] for deployment, placement in ledger.links if deployment == deployment_id]
    claims = sorted(claimant for deployment, claimant in ledger.claims if deployment == deployment_id)
    return ledger.deployments[deployment_id], claims, sorted((row.key, row.state, row.adopted) for row in rows)


def _without_traces(ledger: Ledger) -> Ledger:
    rows = {key: replace(row, trace=None) if row.entry else row for key, row in ledger.placements.items()}
    return replace(ledger, placements=rows)


def _differences(one: Picture, other: Picture) -> dict[str, tuple[Thing | None, Thing | None]]:
    paths = one.keys() | other.keys()
    return {path: (one.get(path), other.get(path)) for path in paths if one.get(path) != other.get(path)}
