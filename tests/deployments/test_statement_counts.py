"""How many statements a run needs does not grow with the artifacts."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artifacts.models import Artifact
from deployments.installer import apply
from deployments.installer.decisions import OnConflict
from deployments.services.status import statuses
from tests.deployments.conftest import Desk
from tests.deployments.merged_artifacts import hooks, server, write
from tests.factories import give_version

type Job = Callable[[Desk, list[Artifact]], object]


def make_artifacts(desk: Desk, start: int, count: int) -> list[Artifact]:
    """So many of each kind, none with a file like another's, which would be stored already."""
    numbers = range(start, start + count)
    scripts = {f"h{n}": {"hooks/hooks.json": hooks(f"echo {n}"), "scripts/run.sh": f"echo {n}"} for n in numbers}
    return [
        *(desk.artifact(f"skill:s{n}", {"SKILL.md": f"{n}", "notes.md": f"notes {n}"}) for n in numbers),
        *(server(desk, f"m{n}", args=[str(n)]) for n in numbers),
        *(desk.artifact(f"hook:{name}", files, source_path="hooks/hooks.json") for name, files in scripts.items()),
    ]


def edit(desk: Desk, artifacts: list[Artifact]) -> None:
    for artifact in artifacts:
        if artifact.type == "skill":
            write(desk, f".claude/skills/{artifact.name}/mine.md", "Mine")


def renew(artifacts: list[Artifact]) -> None:
    for artifact in artifacts:
        if artifact.type == "skill":
            give_version(artifact, {"SKILL.md": f"new {artifact.name}"})


def nothing(desk: Desk, artifacts: list[Artifact]) -> None:
    pass


def deployed(desk: Desk, artifacts: list[Artifact]) -> None:
    desk.deploy(*artifacts)


def deployed_and_renewed(desk: Desk, artifacts: list[Artifact]) -> None:
    desk.deploy(*artifacts)
    renew(artifacts)


def deployed_and_edited(desk: Desk, artifacts: list[Artifact]) -> None:
    desk.deploy(*artifacts)
    edit(desk, artifacts)


def deployed_and_rewritten(desk: Desk, artifacts: list[Artifact]) -> None:
    desk.deploy(*artifacts)
    for file in (desk.folder / ".claude/skills").rglob("*.md"):
        file.write_text(f"My {file}")


JOBS: dict[str, tuple[Job, Job]] = {
    "a first deploy": (nothing, lambda desk, artifacts: desk.deploy(*artifacts)),
    "a dry run": (nothing, lambda desk, artifacts: desk.deploy(*artifacts, dry_run=True, diffs=True)),
    "a deploy without changes": (deployed, lambda desk, artifacts: desk.deploy(*artifacts)),
    "an update": (deployed_and_renewed, lambda desk, artifacts: desk.deploy(*artifacts)),
    "a deploy onto edits": (deployed_and_edited, lambda desk, artifacts: desk.deploy(*artifacts)),
    "a deploy over edits": (
        deployed_and_edited,
        lambda desk, artifacts: desk.deploy(*artifacts, on_conflict=OnConflict.OVERWRITE),
    ),
    "an undeploy": (deployed, lambda desk, artifacts: desk.undeploy()),
    "an undeploy of edits": (deployed_and_edited, lambda desk, artifacts: desk.undeploy()),
    "an undo": (deployed, lambda desk, artifacts: desk.undo()),
    "an undo over edits": (deployed_and_edited, lambda desk, artifacts: desk.undo(on_conflict=OnConflict.OVERWRITE)),
    "a status": (deployed, lambda desk, artifacts: statuses(project=desk.project)),
    "a status of edits": (deployed_and_edited, lambda desk, artifacts: statuses(project=desk.project)),
    "a status of rewritten files, with diffs": (
        deployed_and_rewritten,
        lambda desk, artifacts: statuses(project=desk.project, diffs=True),
    ),
}


@pytest.fixture(autouse=True)
def without_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """How often a run says how far it is depends on the clock."""
    monkeypatch.setattr(apply, "_PROGRESS_SECONDS", 3600)


@pytest.mark.parametrize("name", JOBS)
def test_it_is_the_same_for_twice_as_many_artifacts(desk: Desk, name: str) -> None:
    prepare, job = JOBS[name]

    def statements(artifacts: list[Artifact]) -> list[str]:
        prepare(desk, artifacts)
        with CaptureQueriesContext(connection) as queries:
            job(desk, artifacts)
        return [query["sql"] for query in queries.captured_queries]

    some = statements(make_artifacts(desk, 0, 3))
    desk.deploy(prune=True, on_conflict=OnConflict.OVERWRITE)
    assert len(statements(make_artifacts(desk, 10, 6))) == len(some)
