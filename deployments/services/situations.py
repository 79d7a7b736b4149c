"""What a plan, and every comparison, rests on: what is recorded of a project, and its folder."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from artifacts.manifests import Manifest
from deployments.installer import records
from deployments.installer.decisions import OnConflict
from deployments.installer.disk import DiskReader, ProjectFolder
from deployments.installer.ledger import Ledger
from deployments.installer.plan import Situation
from deployments.installer.shared_files.merge import RecordedEntry
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of a project: its ledger, the files behind a state in it, and our entries by folded path."""

    ledger: Ledger
    state: Callable[[str], Manifest]
    entries: Mapping[str, Sequence[RecordedEntry]]

    def beside(self, folder: ProjectFolder, on_conflict: OnConflict) -> Situation:
        """Together with the project's folder, whose files are read when they are asked about."""
        reader = DiskReader(folder)
        return Situation(
            ledger=self.ledger,
            look=reader.look,
            read=reader.read,
            recorded_state=self.state,
            recorded_entries=self.entries,
            on_conflict=on_conflict,
        )


def recorded_in(projects: Collection[Project]) -> dict[UUID, Recorded]:
    """What is recorded of each of `projects`. The number of queries depends on the rows only by batches."""
    ledgers = records.load_all([project.pk for project in projects])
    values = records.recorded_values(ledgers.values())

    @cache
    def states() -> dict[str, Manifest]:
        return records.recorded_states(ledgers.values())

    return {
        project_id: Recorded(ledger, lambda sha256: states()[sha256], records.recorded_entries(ledger, values))
        for project_id, ledger in ledgers.items()
    }


def situation_of(project: Project, folder: ProjectFolder, on_conflict: OnConflict) -> Situation:
    """What a plan in `project` rests on, as it is now."""
    return recorded_in([project])[project.pk].beside(folder, on_conflict)
