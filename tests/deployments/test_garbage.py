"""Which blobs are kept and for how long, and that none goes that somebody is about to need."""

import multiprocessing
import random
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from io import StringIO
from multiprocessing.synchronize import Event
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from artifacts.manifests import PLAIN_MODE, Manifest, ManifestFile
from artifacts.models import Artifact, Blob, Version
from artifacts.services import blobs
from artifacts.services.blobs import load_blobs, store_blobs
from deployments.installer.decisions import OnConflict
from deployments.models import JournalEntry, Run, RunItem
from deployments.services import garbage
from deployments.services.garbage import KEPT_RUNS, Collected, collect_garbage
from projects.models import Project
from tests.deployments.conftest import Desk
from tests.factories import (
    ArtifactFactory,
    BlobFactory,
    JournalEntryFactory,
    PlacementFactory,
    ProjectFactory,
    RunFactory,
    RunItemFactory,
    give_version,
    stored_manifest,
)
from tests.processes import run_together

NOTHING = Collected(0, 0, 0)


def kept(text: str) -> bool:
    """Whether the bytes of `text` are in the database."""
    return Blob.objects.filter(sha256=digest(text)).exists()


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def blob(text: str) -> Blob:
    found: Blob = BlobFactory(data=text.encode())
    return found


def state(text: str) -> Blob:
    """The stored manifest of one file."""
    return Blob.objects.get(sha256=stored_manifest({"": text}).sha256)


def run_that_replaced(project: Project, text: str, **fields: Any) -> Run:
    """A run that found `text` at a path."""
    run: Run = RunFactory(project=project, **fields)
    JournalEntryFactory(run=run, before=state(text), after=None)
    return run


def several_runs(project: Project, number: int) -> None:
    for _ in range(number):
        RunFactory(project=project)


def collect(*options: str) -> str:
    """What the command prints."""
    output = StringIO()
    call_command("collect_garbage", *options, stdout=output)
    return output.getvalue()


@pytest.mark.django_db
class TestWhatIsKept:
    def test_what_nothing_refers_to_goes(self) -> None:
        blob("orphan")
        stored_manifest({"a": "file of an orphan"})
        assert collect_garbage().blobs == 3
        assert not Blob.objects.exists()

    def test_every_version_of_an_artifact_stays_with_its_files(self) -> None:
        artifact = ArtifactFactory(files={"SKILL.md": "first"})
        give_version(artifact, {"SKILL.md": "second", "scripts/run.sh*": "run"})
        assert collect_garbage() == NOTHING
        assert kept("first")
        assert kept("second")
        assert kept("run")

    def test_the_versions_of_a_deleted_artifact_go(self) -> None:
        artifact = ArtifactFactory(files={"SKILL.md": "first"})
        Artifact.objects.filter(pk=artifact.pk).update(version=None)
        artifact.delete()
        assert collect_garbage().blobs == 2

    def test_a_placement_keeps_its_files_when_its_artifact_is_gone(self) -> None:
        PlacementFactory(version=None, state=state("deployed"))
        blob("orphan")
        assert collect_garbage().blobs == 1
        assert kept("deployed")

    def test_an_entry_keeps_its_value_whatever_that_looks_like(self) -> None:
        value = Manifest((ManifestFile("", digest("named in a value"), PLAIN_MODE),)).encoded.decode()
        PlacementFactory(path=".mcp.json", entry="mcpServers/one", version=None, state=blob(value))
        PlacementFactory(path=".mcp.json", entry="mcpServers/two", version=None, state=blob('"text"'))
        blob("named in a value")
        assert collect_garbage().blobs == 1
        assert kept(value)
        assert not kept("named in a value")

    def test_what_lies_in_a_project_as_its_only_copy_stays_though_it_is_an_entry_elsewhere(self) -> None:
        manifest = state("deployed")
        PlacementFactory(path=".mcp.json", entry="mcpServers/one", version=None, state=manifest)
        PlacementFactory(version=None, state=manifest)
        assert collect_garbage() == NOTHING
        assert kept("deployed")

    def test_the_last_runs_of_each_project_keep_what_they_replaced(self, project: Project) -> None:
        other = ProjectFactory()
        run_that_replaced(project, "too old")
        run_that_replaced(project, "just kept")
        several_runs(project, KEPT_RUNS - 1)
        run_that_replaced(other, "of a quiet project")
        assert collect_garbage().journals == 1
        assert [kept(text) for text in ("too old", "just kept", "of a quiet project")] == [False, True, True]

    def test_a_run_keeps_what_it_wrote_too(self, project: Project) -> None:
        JournalEntryFactory(run=RunFactory(project=project), before=None, after=state("written"))
        assert collect_garbage() == NOTHING
        assert kept("written")

    def test_a_run_keeps_the_records_before_it(self, project: Project) -> None:
        entry, path = blob('{"command": "old"}'), state("old")
        rows = {
            "placements": {
                "1": {"state": entry.pk, "entry": "mcpServers/one"},
                "2": {"state": path.pk, "entry": ""},
                "3": None,
            }
        }
        RunFactory(project=project, rows_before=rows)
        several_runs(project, KEPT_RUNS - 1)
        assert collect_garbage() == NOTHING
        assert kept("old")

        several_runs(project, 1)
        assert collect_garbage() == Collected(3, entry.size + path.size + 3, 1)

    def test_a_run_that_was_cut_off_keeps_everything_however_old(self, project: Project) -> None:
        run = run_that_replaced(project, "not back yet", state=Run.State.RUNNING, rows_before={"placements": {}})
        several_runs(project, KEPT_RUNS + 5)
        assert collect_garbage() == NOTHING
        assert kept("not back yet")
        run.refresh_from_db()
        assert run.rows_before == {"placements": {}}

    def test_what_a_deploy_replaced_stays_for_as_long_as_it_can_be_undone(self, desk: Desk) -> None:
        artifact = desk.artifact("command:ship", {"": "deployed"})
        (desk.folder / ".claude/commands").mkdir(parents=True)
        (desk.folder / ".claude/commands/ship.md").write_text("of the user")
        desk.deploy(artifact, on_conflict=OnConflict.OVERWRITE)
        several_runs(desk.project, KEPT_RUNS - 1)
        collect_garbage()
        assert kept("of the user")

        desk.deploy(artifact)
        collect_garbage()
        assert kept("of the user"), "A run that changed nothing is no step back."

        give_version(artifact, {"": "deployed again"})
        desk.deploy(artifact)
        collect_garbage()
        assert not kept("of the user")
        assert kept("deployed again")

    def test_a_run_that_is_too_old_loses_its_journal_and_stays_in_the_history(self, project: Project) -> None:
        old = run_that_replaced(project, "too old", rows_before={"placements": {}})
        RunItemFactory(run=old)
        several_runs(project, KEPT_RUNS)
        collect_garbage()
        old.refresh_from_db()
        assert old.rows_before is None
        assert not JournalEntry.objects.exists()
        assert RunItem.objects.filter(run=old).exists()

    def test_bytes_that_something_else_refers_to_outlive_their_run(self, project: Project) -> None:
        run_that_replaced(project, "shared")
        PlacementFactory(version=None, state=state("shared"))
        several_runs(project, KEPT_RUNS)
        assert collect_garbage() == Collected(0, 0, 1)
        assert kept("shared")

    def test_a_second_time_there_is_nothing_to_do(self, project: Project) -> None:
        run_that_replaced(project, "too old", rows_before={"placements": {}})
        several_runs(project, KEPT_RUNS)
        assert collect_garbage() != NOTHING
        assert collect_garbage() == NOTHING

    def test_more_than_one_batch_of_everything(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("_BLOBS", "_RUNS", "_MANIFESTS"):
            monkeypatch.setattr(garbage, name, 2)
        for number in range(3):
            project = ProjectFactory()
            run_that_replaced(project, f"too old {number}")
            run_that_replaced(project, f"kept {number}")
            several_runs(project, KEPT_RUNS - 1)
        collected = collect_garbage()
        assert (collected.blobs, collected.journals) == (6, 3)
        assert [kept(f"kept {number}") for number in range(3)] == [True] * 3
        assert Blob.objects.count() == 6

    def test_the_number_of_statements_does_not_grow_with_what_goes_and_stays(self, project: Project) -> None:
        def statements(number: int) -> int:
            several_runs(project, KEPT_RUNS)
            for each in range(number):
                blob(f"orphan {number} {each}")
                ArtifactFactory()
                run_that_replaced(project, f"replaced {number} {each}")
            several_runs(project, KEPT_RUNS)
            with CaptureQueriesContext(connection) as queries:
                assert collect_garbage().blobs == 3 * number
            return len(queries)

        assert statements(2) == statements(20)


@pytest.mark.django_db
class TestTheCommand:
    def test_it_says_what_went(self, project: Project) -> None:
        run_that_replaced(project, "x" * 2000)
        several_runs(project, KEPT_RUNS)
        size = 2000 + state("x" * 2000).size
        assert collect() == f"Deleted what 1 run too old to be undone had kept and 2 blobs ({size:,} bytes).\n"

    def test_it_says_when_there_is_nothing_to_do(self) -> None:
        ArtifactFactory()
        assert collect() == collect("--dry-run") == "There is nothing to collect.\n"

    def test_a_dry_run_says_the_same_and_deletes_nothing(self, project: Project) -> None:
        run_that_replaced(project, "too old", rows_before={"placements": {}})
        run_that_replaced(project, "kept")
        several_runs(project, KEPT_RUNS - 1)
        blob("orphan")

        def rows() -> tuple[int, ...]:
            runs = Run.objects.filter(rows_before__isnull=False)
            return Blob.objects.count(), JournalEntry.objects.count(), runs.count()

        before = rows()
        foretold = collect("--dry-run")

        assert rows() == before
        assert foretold.startswith("Would delete what 1 run too old to be undone had kept and 3 blobs (")
        assert collect() == foretold.replace("Would delete", "Deleted")

    def test_it_leaves_a_line_in_the_log(self, caplog: pytest.LogCaptureFixture) -> None:
        blob("orphan")
        with caplog.at_level("INFO", logger="deployments.services.garbage"):
            collect()
        (line,) = caplog.records
        assert (line.getMessage(), vars(line)["blobs"], vars(line)["bytes"]) == ("Collected garbage.", 1, 6)


@pytest.mark.django_db(transaction=True)
class TestBesideOthers:
    """An orphan is about to be referred to again, in another process."""

    def test_a_blob_found_there_stays_until_the_transaction_that_found_it_has_referred_to_it(self) -> None:
        found, collected = event(), event()
        artifact = ArtifactFactory(files={})
        manifest = stored_manifest({"": "wanted again"})

        def refer() -> None:
            with transaction.atomic():
                store_blobs({manifest.sha256: manifest.encoded, digest("wanted again"): b"wanted again"})
                found.set()
                # The collector has to wait for this transaction; without the lock it would be done in no time.
                assert not collected.wait(1)
                Version.objects.create(artifact=artifact, manifest_id=manifest.sha256)

        def collect_meanwhile() -> Collected:
            found.wait(60)
            try:
                return collect_garbage()
            finally:
                collected.set()

        jobs: list[Callable[[], Collected | None]] = [refer, collect_meanwhile]
        referring, collecting = run_together(jobs)

        assert referring.error is None, referring.message
        assert (collecting.value, collecting.message) == (NOTHING, "")
        assert kept("wanted again")

    def test_a_blob_about_to_be_deleted_is_not_taken_for_one_that_is_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deleting, referred = event(), event()
        artifact = ArtifactFactory(files={})
        manifest = stored_manifest({"": "wanted again"})
        delete = blobs.delete_blobs

        def delete_slowly(hashes: set[str]) -> None:
            deleting.set()
            assert not referred.wait(1)
            delete(hashes)

        monkeypatch.setattr(garbage, "delete_blobs", delete_slowly)

        def refer() -> None:
            deleting.wait(60)
            with transaction.atomic():
                store_blobs({manifest.sha256: manifest.encoded, digest("wanted again"): b"wanted again"})
                Version.objects.create(artifact=artifact, manifest_id=manifest.sha256)
            referred.set()

        jobs: list[Callable[[], Collected | None]] = [refer, collect_garbage]
        referring, collecting = run_together(jobs)

        assert referring.error is None, referring.message
        assert collecting.value is not None, collecting.message
        assert collecting.value.blobs == 2
        assert kept("wanted again")

    def test_what_is_referred_to_between_the_search_and_the_deletion_stays(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        manifest = stored_manifest({"": "wanted again"})
        blob("orphan")
        lock = blobs.lock_blobs

        def lock_late() -> None:
            PlacementFactory(version=None, state_id=manifest.sha256)
            lock()

        monkeypatch.setattr(garbage, "lock_blobs", lock_late)
        assert collect_garbage().blobs == 1
        assert kept("wanted again")

    def test_what_a_run_comes_to_replace_between_the_search_and_the_deletion_stays(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = run_that_replaced(project, "first", state=Run.State.RUNNING)
        second, orphan = state("second"), blob("orphan")
        lock = blobs.lock_blobs

        def lock_late() -> None:
            JournalEntryFactory(run=run, before=second, after=None)
            Run.objects.filter(pk=run.pk).update(state=Run.State.DONE)
            lock()

        monkeypatch.setattr(garbage, "lock_blobs", lock_late)
        assert collect_garbage() == Collected(1, orphan.size, 0)
        assert kept("second")

    def test_whatever_several_processes_store_nothing_is_missing_in_the_end(self) -> None:
        artifacts = [ArtifactFactory(files={}).pk for _ in range(3)]

        def refer(artifact: UUID, seed: int) -> None:
            chance = random.Random(seed)
            for _ in range(60):
                with transaction.atomic():
                    Version.objects.filter(artifact=artifact).delete()
                    manifest = stored_manifest({"": f"content {chance.randrange(3)}"})
                    Version.objects.create(artifact_id=artifact, manifest_id=manifest.sha256)

        def collect_often() -> int:
            return sum(collect_garbage().blobs for _ in range(60))

        jobs: list[Callable[[], int | None]] = [
            *(partial(refer, artifact, seed) for seed, artifact in enumerate(artifacts)),
            collect_often,
        ]
        outcomes = run_together(jobs)

        assert [(outcome.error, outcome.message) for outcome in outcomes] == [(None, "")] * 4
        manifests = load_blobs(set(Version.objects.values_list("manifest_id", flat=True)))
        files = {file.sha256 for data in manifests.values() for file in Manifest.decode(data).files}
        assert files
        assert load_blobs(files).keys() == files


def event() -> Event:
    """Something one process tells another."""
    return multiprocessing.get_context("fork").Event()
