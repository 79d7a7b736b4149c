"""What is recorded once a plan has been carried out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from deployments.installer.decisions import Claimant, PlacementKey, PlanItem
from deployments.installer.entry_decisions import entry_state
from deployments.installer.ledger import DeploymentRow, Ledger, PlacementRow
from deployments.installer.shared_files.merge import RecordedEntry
from profiles.entries import encode_key

type EntriesByPath = Mapping[str, Sequence[RecordedEntry]]
"""Our entries in each shared file that a run changed or looked into, by folded path."""


@dataclass(frozen=True, slots=True)
class Signature:
    """In whose name a run places things, who started it, and when."""

    claimant: Claimant | None
    by: UUID | None
    at: datetime


class Bookkeeping:
    """Turns the ledger before a run into the one after it. `states` are the blobs that the new rows refer to."""

    def __init__(self, ledger: Ledger, signature: Signature) -> None:
        self.ledger = ledger.copy()
        self.states: dict[str, bytes] = {}
        self._signature = signature
        self._placement_ids = ledger.placement_ids()
        self._deployment_ids = ledger.deployment_ids()
        self._made_folders = ledger.created_folders()
        self._written: set[PlacementKey] = set()
        self._taken_over: dict[UUID, UUID] = {}

    def record(self, items: Sequence[PlanItem], entries: EntriesByPath) -> None:
        """Note that `items` took effect, and what is now in the shared files."""
        for item in items:
            if item.unwanted is None:
                self._settle(item)
        self._unlink_the_earlier()
        self._release([item for item in items if item.unwanted is not None])
        note_entries(self.ledger, entries)
        self.ledger.drop_unneeded()

    def _settle(self, item: PlanItem) -> None:
        deployment_id = self._deployment(item)
        for settled in item.settled:
            data = settled.manifest.encoded
            row = PlacementRow(
                id=uuid4(),
                path=settled.path,
                entry="",
                file_format="",
                artifact_uuid=item.target.artifact_uuid,
                version_id=item.version_id,
                state=settled.manifest.sha256,
                adopted=settled.adopted,
            )
            self._place(deployment_id, row, data, settled.created_folders)
        for entry in item.settled_entries:
            state, data = entry_state(entry.value)
            row = PlacementRow(
                id=uuid4(),
                path=entry.path,
                entry=encode_key(entry.key),
                file_format=entry.format.value,
                artifact_uuid=item.target.artifact_uuid,
                version_id=item.version_id,
                state=state,
                # Unless its file's merge says otherwise (`note_entries`).
                adopted=True,
            )
            self._place(deployment_id, self._own(row) if entry.is_common else row, data, entry.created_folders)
        self.ledger.links -= {(deployment_id, placement_id) for placement_id in item.released}
        if self._signature.claimant is not None:
            claimant = self._signature.claimant
            self.ledger.claims[deployment_id, claimant.key] = claimant.label

    def _deployment(self, item: PlanItem) -> UUID:
        """The deployment of `item`; who and when change only where something was written."""
        deployment_id = self._deployment_ids.setdefault(item.target.key, uuid4())
        known = self.ledger.deployments.get(deployment_id)
        if known is None or item.writes or known.target != item.target:
            row = DeploymentRow(deployment_id, item.target, self._signature.by, self._signature.at)
            self.ledger.deployments[deployment_id] = row
        return deployment_id

    def _own(self, row: PlacementRow) -> PlacementRow:
        """`row` of what several artifacts may have, as that of the one that brought it."""
        known = self.ledger.placements.get(self._placement_ids.get(row.key, row.id))
        return row if known is None else replace(row, artifact_uuid=known.artifact_uuid, version_id=known.version_id)

    def _place(self, deployment_id: UUID, row: PlacementRow, data: bytes, made: Sequence[str]) -> None:
        placement_id = self._placement_ids.setdefault(row.key, row.id)
        self.ledger.links.add((deployment_id, placement_id))
        if row.key in self._written:
            return
        self._written.add(row.key)
        known = self.ledger.placements.get(placement_id)
        new = [folder for folder in made if folder not in self._made_folders]
        self._made_folders.update(new)
        self.ledger.placements[placement_id] = replace(
            row,
            id=placement_id,
            adopted=known.adopted if known and row.entry else row.adopted,
            trace=known.trace if known else None,
            created_folders=(*(known.created_folders if known else ()), *new),
        )
        if known is None or known.state != row.state:
            self.states[row.state] = data
        if known is not None and known.artifact_uuid != row.artifact_uuid:
            self._taken_over[placement_id] = row.artifact_uuid

    def _unlink_the_earlier(self) -> None:
        """Part what was taken over from the deployments of artifacts that had it before."""
        self.ledger.links -= {
            (deployment_id, placement_id)
            for deployment_id, placement_id in self.ledger.links
            if placement_id in self._taken_over and self._artifact_of(deployment_id) != self._taken_over[placement_id]
        }

    def _artifact_of(self, deployment_id: UUID) -> UUID:
        return self.ledger.deployments[deployment_id].target.artifact_uuid

    def _release(self, items: Sequence[PlanItem]) -> None:
        given_up = {(self._deployment_ids[item.target.key], item.unwanted.claimant) for item in items if item.unwanted}
        # Without a claimant it is everybody who gives up the deployment.
        self.ledger.claims = {
            (deployment_id, claimant): label
            for (deployment_id, claimant), label in self.ledger.claims.items()
            if (deployment_id, claimant) not in given_up and (deployment_id, None) not in given_up
        }
        claimed = {deployment_id for deployment_id, _ in self.ledger.claims}
        self.ledger.end({deployment_id for deployment_id, _ in given_up} - claimed)


def note_entries(ledger: Ledger, entries: EntriesByPath) -> None:
    """Note in `ledger` how our entries lie in their files now: one may have inherited from one that went."""
    recorded = {(path, encode_key(entry.key)): entry for path, each in entries.items() for entry in each}
    for row in list(ledger.placements.values()):
        entry = recorded.get(row.key)
        if row.entry and entry is not None:
            trace = entry.trace.as_json() if entry.trace else None
            if (row.trace, row.adopted) != (trace, trace is None):
                ledger.placements[row.id] = replace(row, trace=trace, adopted=trace is None)
