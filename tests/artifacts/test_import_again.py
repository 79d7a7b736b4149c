"""Importing a collection that was imported before."""

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from artifacts.exceptions import CollectionNameError, ImportBusyError, ImportFailedError, SourceError
from artifacts.models import Artifact, ArtifactGroup, Blob, Collection, CollectionImport, GroupMembership, Version
from artifacts.services.importing import begin_import, import_collection, run_import
from projects.locks import named_lock
from tests.artifacts.sources import agent, labels, plugin, refusals, skill, write_files
from tests.factories import CollectionFactory

pytestmark = pytest.mark.django_db

FILES = {
    "p/.claude-plugin/plugin.json": plugin("p"),
    "p/skills/x/SKILL.md": skill("x"),
    "p/agents/critic.md": agent("critic"),
    "commands/tidy.md": "Tidy up.",
}


@pytest.fixture
def imported(source: Path) -> Path:
    """A collection that has been imported once."""
    write_files(source, FILES)
    import_collection(source=str(source))
    return source


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row that an import may write, but its own record."""
    tables: list[type[models.Model]] = [Collection, Artifact, Version, Blob, ArtifactGroup, GroupMembership]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in tables}


def test_nothing_changes_when_nothing_changed(imported: Path) -> None:
    before = rows()
    done = import_collection(source=str(imported))
    assert rows() == before
    assert done.report["changed"] is False
    assert done.report["counts"] | {"added": 0, "updated": 0, "gone": 0, "unchanged": 3} == done.report["counts"]
    assert done.report["groups"] == [{"name": "p", "outcome": "unchanged"}]


def test_new_content_is_a_new_version_of_the_same_artifact(imported: Path) -> None:
    before = Artifact.objects.get(name="x")
    write_files(imported, {"p/skills/x/more.md": "More."})
    done = import_collection(source=str(imported))
    after = Artifact.objects.get(name="x")
    assert after.uuid == before.uuid
    assert after.version_id != before.version_id
    assert after.updated_at > before.updated_at
    assert after.versions.count() == 2
    assert done.report["counts"]["updated"] == 1
    assert done.report["counts"]["unchanged"] == 2


def test_an_executable_bit_is_content(imported: Path) -> None:
    (imported / "commands/tidy.md").chmod(0o755)
    assert import_collection(source=str(imported)).report["counts"]["updated"] == 1


def test_content_that_returns_is_its_former_version(imported: Path) -> None:
    first = Artifact.objects.get(name="tidy").version_id
    write_files(imported, {"commands/tidy.md": "Tidy better."})
    import_collection(source=str(imported))
    write_files(imported, FILES)
    import_collection(source=str(imported))
    tidy = Artifact.objects.get(name="tidy")
    assert tidy.version_id == first
    assert tidy.versions.count() == 2


def test_what_left_is_marked_gone_and_returns_as_the_same(imported: Path) -> None:
    before = Artifact.objects.get(name="tidy")
    (imported / "commands/tidy.md").unlink()
    done = import_collection(source=str(imported))
    gone = Artifact.objects.get(name="tidy")
    assert gone.gone_at is not None
    assert gone.version_id == before.version_id
    assert done.report["counts"]["gone"] == 1
    assert import_collection(source=str(imported)).report["counts"]["gone"] == 0
    write_files(imported, FILES)
    assert import_collection(source=str(imported)).report["counts"]["returned"] == 1
    returned = Artifact.objects.get(name="tidy")
    assert (returned.uuid, returned.gone_at) == (before.uuid, None)


def test_an_artifact_that_moved_is_the_same(imported: Path) -> None:
    before = Artifact.objects.get(name="tidy")
    (imported / "commands/deep").mkdir()
    (imported / "commands/tidy.md").rename(imported / "commands/deep/tidy.md")
    import_collection(source=str(imported))
    after = Artifact.objects.get(name="tidy")
    assert (after.uuid, after.version_id, after.source_path) == (
        before.uuid,
        before.version_id,
        "commands/deep/tidy.md",
    )


def test_of_two_with_one_name_the_one_imported_before_stays(imported: Path) -> None:
    write_files(imported, {"commands/a/tidy.md": "Another."})
    done = import_collection(source=str(imported))
    assert Artifact.objects.get(name="tidy").source_path == "commands/tidy.md"
    assert refusals(done) == {"commands/a/tidy.md": "duplicate"}
    (imported / "commands/tidy.md").unlink()
    import_collection(source=str(imported))
    assert Artifact.objects.get(name="tidy").source_path == "commands/a/tidy.md"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (".claude/commands/commit.md", "commands/commit.md"),
        ("commands/commit.md", "commands/git/commit.md"),
    ],
)
def test_of_new_ones_with_one_name_the_first_path_wins(source: Path, first: str, second: str) -> None:
    write_files(source, {second: "Second.", first: "First."})
    done = import_collection(source=str(source))
    assert Artifact.objects.get().source_path == first
    assert refusals(done) == {second: "duplicate"}
    assert first in done.report["not_imported"][0]["reason"]


def test_a_group_mirrors_its_plugin(imported: Path) -> None:
    before = ArtifactGroup.objects.get()
    write_files(imported, {"p/skills/a/SKILL.md": skill("a"), "p/.claude-plugin/plugin.json": plugin("p")})
    (imported / "p/agents/critic.md").unlink()
    done = import_collection(source=str(imported))
    after = ArtifactGroup.objects.get()
    assert after.pk == before.pk
    assert after.updated_at > before.updated_at
    assert list(after.memberships.order_by("position").values_list("artifact__name", "position")) == [
        ("a", 0),
        ("x", 1),
    ]
    assert done.report["groups"] == [{"name": "p", "outcome": "updated"}]


def test_a_group_whose_plugin_left_keeps_its_members_and_returns(imported: Path) -> None:
    for path in FILES:
        if path.startswith("p/"):
            (imported / path).unlink()
    done = import_collection(source=str(imported))
    group = ArtifactGroup.objects.get()
    assert group.gone_at is not None
    assert group.memberships.count() == 2
    assert done.report["groups"] == [{"name": "p", "outcome": "gone"}]
    write_files(imported, FILES)
    import_collection(source=str(imported))
    group.refresh_from_db()
    assert group.gone_at is None


def test_a_source_that_vanished_changes_nothing(imported: Path) -> None:
    before = rows()
    imported.rename(imported.with_name("elsewhere"))
    with pytest.raises(SourceError, match="no folder"):
        import_collection(source=str(imported))
    assert rows() == before


def test_a_source_that_is_empty_now_fails_and_changes_nothing(imported: Path) -> None:
    before = rows()
    for path in FILES:
        (imported / path).unlink()
    with pytest.raises(ImportFailedError, match="Nothing in this source is recognised any more") as failure:
        import_collection(source=str(imported))
    assert rows() == before
    record = CollectionImport.objects.latest("started_at")
    assert record == failure.value.collection_import
    assert record.state == "failed"
    assert record.finished_at is not None
    assert "nothing was changed" in record.error


def test_the_record_keeps_who_when_and_how_far(source: Path, owner: User) -> None:
    write_files(source, FILES)
    steps: list[tuple[int, int]] = []
    done = import_collection(source=str(source), started_by=owner, progress=lambda *step: steps.append(step))
    kept = CollectionImport.objects.get()
    assert (kept.state, kept.started_by, kept.progress_done, kept.progress_total) == ("done", owner, 3, 3)
    assert kept.finished_at is not None
    assert kept.report == done.report
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_name_renames_and_no_name_leaves_it(imported: Path) -> None:
    assert Collection.objects.get().name == "source"
    import_collection(source=str(imported), name="Mine")
    import_collection(source=str(imported))
    assert Collection.objects.get().name == "Mine"


def test_a_default_name_is_made_unique(source: Path) -> None:
    CollectionFactory(name="source")
    CollectionFactory(name="source (2)")
    write_files(source, FILES)
    assert import_collection(source=str(source)).collection.name == "source (3)"


@pytest.mark.parametrize("again", [False, True])
def test_a_name_of_another_collection_is_refused(source: Path, again: bool) -> None:
    CollectionFactory(name="Theirs", source="/theirs")
    write_files(source, FILES)
    if again:
        import_collection(source=str(source))
    with pytest.raises(CollectionNameError, match="belongs to the collection from /theirs"):
        import_collection(source=str(source), name="Theirs")
    assert CollectionImport.objects.count() == again


@pytest.mark.parametrize("name", ["x" * 256, "nul\x00", "half \ud800"])
def test_a_name_that_cannot_be_kept_is_refused(source: Path, name: str) -> None:
    with pytest.raises(CollectionNameError):
        import_collection(source=str(source), name=name)


def test_a_second_import_at_the_same_time_is_refused(imported: Path) -> None:
    with named_lock(f"collection-{Collection.objects.get().pk}", 0):
        with pytest.raises(ImportBusyError, match="being imported already"):
            import_collection(source=str(imported))
        assert CollectionImport.objects.count() == 1
    assert import_collection(source=str(imported)).state == "done"


def test_another_thread_may_do_the_work(imported: Path) -> None:
    pending = begin_import(source=str(imported))
    with pytest.raises(ImportBusyError):
        begin_import(source=str(imported))
    run_import(pending=pending)
    begin_import(source=str(imported)).lock.close()


@pytest.mark.django_db(transaction=True)
def test_two_first_imports_at_once_make_one_collection(source: Path) -> None:
    write_files(source, FILES)
    outcomes: list[str] = []

    def work() -> None:
        try:
            outcomes.append(import_collection(source=str(source)).state)
        except ImportBusyError:
            outcomes.append("busy")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "done" in outcomes
    assert set(outcomes) <= {"done", "busy"}
    assert Collection.objects.count() == 1
    assert len(labels()) == 3


def test_an_import_that_was_cut_off_is_marked_failed_by_the_next(imported: Path) -> None:
    pending = begin_import(source=str(imported))
    # The kernel frees the lock of a process that died; its row still says that it runs.
    pending.lock.close()
    import_collection(source=str(imported))
    cut_off = CollectionImport.objects.get(pk=pending.collection_import.pk)
    assert cut_off.state == "failed"
    assert "cut off" in cut_off.error
    assert cut_off.finished_at is not None


def test_an_error_of_the_application_is_recorded_and_lets_go(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows()

    def fail(*arguments: object) -> Iterator[object]:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("artifacts.services.importing.load", fail)
        with pytest.raises(ZeroDivisionError):
            import_collection(source=str(imported))
    assert CollectionImport.objects.latest("started_at").state == "failed"
    assert rows() == before
    assert import_collection(source=str(imported)).state == "done"


def test_queries_do_not_grow_with_artifacts(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artifacts.services.importing._SECONDS_BETWEEN_WRITES", 3600)

    def count(number: int) -> int:
        for n in range(number):
            write_files(source, {f"skills/s{number}-{n}/SKILL.md": skill(f"s{number}-{n}")})
        with CaptureQueriesContext(connection) as queries:
            import_collection(source=str(source))
        return len(queries)

    count(1)
    assert count(40) == count(80)


def test_queries_do_not_grow_with_plugins(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artifacts.services.importing._SECONDS_BETWEEN_WRITES", 3600)

    def count(number: int, outcome: str) -> int:
        """The queries for `number` plugins that are new, or have another skill and say something else now."""
        for n in range(number):
            name = f"p{number}-{n}"
            manifest = json.dumps({"name": name, "description": outcome})
            write_files(
                source,
                {f"{name}/.claude-plugin/plugin.json": manifest, f"{name}/skills/{outcome}/SKILL.md": skill(outcome)},
            )
        with CaptureQueriesContext(connection) as queries:
            done = import_collection(source=str(source))
        assert [row["outcome"] for row in done.report["groups"]].count(outcome) == number
        return len(queries)

    for outcome in ("added", "updated"):
        count(1, outcome)
    assert count(20, "added") == count(40, "added")
    assert count(20, "updated") == count(40, "updated")


def test_the_application_starts_no_other_program_for_a_folder(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert import_collection(source=str(imported)).state == "done"
