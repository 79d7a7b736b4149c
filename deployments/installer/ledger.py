"""What is recorded of one project, in memory: changed by rules, compared, brought back. Pure Python.

`records` reads it from the database and writes the difference that a run made.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from deployments.installer.decisions import DeploymentKey, PlacementKey, Target
from projects.paths import folded


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """A row of `Placement`; `state` is the hash of what we left there."""

    id: UUID
    path: str
    entry: str
    file_format: str
    artifact_uuid: UUID
    version_id: UUID | None
    state: str
    adopted: bool
    trace: dict[str, Any] | None = None
    created_folders: tuple[str, ...] = ()

    @property
    def key(self) -> PlacementKey:
        """What is unique about it in its project."""
        return folded(self.path), self.entry

    def as_json(self) -> dict[str, Any]:
        """The row as JSON data."""
        return {
            "path": self.path,
            "entry": self.entry,
            "file_format": self.file_format,
            "artifact_uuid": str(self.artifact_uuid),
            "version_id": str(self.version_id) if self.version_id else None,
            "state": self.state,
            "adopted": self.adopted,
            "trace": self.trace,
            "created_folders": list(self.created_folders),
        }

    @classmethod
    def from_json(cls, row_id: str, data: Mapping[str, Any]) -> Self:
        """The row that `as_json` made `data` of."""
        return cls(
            **{
                **data,
                "id": UUID(row_id),
                "artifact_uuid": UUID(data["artifact_uuid"]),
                "version_id": UUID(data["version_id"]) if data["version_id"] else None,
                "created_folders": tuple(data["created_folders"]),
            }
        )


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """A row of `Deployment`."""

    id: UUID
    target: Target
    deployed_by_id: UUID | None
    deployed_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The row as JSON data."""
        target = self.target
        return {
            "artifact_uuid": str(target.artifact_uuid),
            "label": target.label,
            "namespace": target.namespace,
            "artifact_type": target.artifact_type,
            "profile_id": target.profile_id,
            "platform": target.platform,
            "profile_root_dir": target.profile_root_dir,
            "deployed_by_id": str(self.deployed_by_id) if self.deployed_by_id else None,
            "deployed_at": self.deployed_at.isoformat(),
        }

    @classmethod
    def from_json(cls, row_id: str, data: Mapping[str, Any]) -> Self:
        """The row that `as_json` made `data` of."""
        described = {key: value for key, value in data.items() if not key.startswith("deployed_")}
        return cls(
            id=UUID(row_id),
            target=Target(**{**described, "artifact_uuid": UUID(data["artifact_uuid"])}),
            deployed_by_id=UUID(data["deployed_by_id"]) if data["deployed_by_id"] else None,
            deployed_at=datetime.fromisoformat(data["deployed_at"]),
        )


@dataclass(frozen=True, slots=True)
class RowsBefore:
    """Rows as they were before a run changed them; None stands for a row that was not there."""

    placements: dict[UUID, PlacementRow | None]
    deployments: dict[UUID, DeploymentRow | None]
    links: dict[tuple[UUID, UUID], bool]
    claims: dict[tuple[UUID, str], str | None]

    def __bool__(self) -> bool:
        return bool(self.placements or self.deployments or self.links or self.claims)

    def as_json(self) -> dict[str, Any]:
        """The rows as JSON data; see `Run.rows_before`."""
        return {
            "placements": {str(key): row.as_json() if row else None for key, row in self.placements.items()},
            "deployments": {str(key): row.as_json() if row else None for key, row in self.deployments.items()},
            "links": [[str(deployment), str(placement), was] for (deployment, placement), was in self.links.items()],
            "claims": [[str(deployment), claimant, label] for (deployment, claimant), label in self.claims.items()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The rows that `as_json` made `data` of."""
        return cls(
            {UUID(key): PlacementRow.from_json(key, row) if row else None for key, row in data["placements"].items()},
            {UUID(key): DeploymentRow.from_json(key, row) if row else None for key, row in data["deployments"].items()},
            {(UUID(deployment), UUID(placement)): was for deployment, placement, was in data["links"]},
            {(UUID(deployment), claimant): label for deployment, claimant, label in data["claims"]},
        )


@dataclass
class Ledger:
    """The placements, deployments and claims of one project."""

    placements: dict[UUID, PlacementRow] = field(default_factory=dict)
    deployments: dict[UUID, DeploymentRow] = field(default_factory=dict)
    links: set[tuple[UUID, UUID]] = field(default_factory=set)
    claims: dict[tuple[UUID, str], str] = field(default_factory=dict)

    def copy(self) -> "Ledger":
        """A ledger that can be changed without changing this one."""
        return Ledger(dict(self.placements), dict(self.deployments), set(self.links), dict(self.claims))

    def placement_ids(self) -> dict[PlacementKey, UUID]:
        """Placements by what is unique about them."""
        return {row.key: row.id for row in self.placements.values()}

    def deployment_ids(self) -> dict[DeploymentKey, UUID]:
        """Deployments by artifact and profile."""
        return {row.target.key: row.id for row in self.deployments.values()}

    def end(self, deployments: Collection[UUID]) -> None:
        """Remove deployments with their claims and links; their placements stay until `drop_unneeded`."""
        self.deployments = {key: row for key, row in self.deployments.items() if key not in deployments}
        self.links = {link for link in self.links if link[0] not in deployments}
        self.claims = {key: label for key, label in self.claims.items() if key[0] not in deployments}

    def drop_unneeded(self) -> None:
        """Remove deployments without placements and placements without deployments.

        Folders that were made for a placement and hold others of ours pass to one of these.
        """
        placed = {deployment for deployment, _ in self.links}
        self.end(self.deployments.keys() - placed)
        needed = {placement for _, placement in self.links}
        gone = [self.placements.pop(placement_id) for placement_id in self.placements.keys() - needed]
        for folder in sorted({folder for row in gone for folder in row.created_folders}):
            heir = next((row for row in self.placements.values() if row.path.startswith(f"{folder}/")), None)
            if heir is not None and folder not in heir.created_folders:
                folders = tuple(sorted((*heir.created_folders, folder)))
                self.placements[heir.id] = replace(heir, created_folders=folders)

    def created_folders(self) -> set[str]:
        """The folders that were made for placements."""
        return {folder for row in self.placements.values() for folder in row.created_folders}

    def restored(self, rows: RowsBefore) -> "Ledger":
        """This ledger, with `rows` as they were."""
        earlier = self.copy()
        _restore(earlier.placements, rows.placements)
        _restore(earlier.deployments, rows.deployments)
        _restore(earlier.claims, rows.claims)
        earlier.links |= {link for link, was in rows.links.items() if was}
        earlier.links -= {link for link, was in rows.links.items() if not was}
        return earlier

    def rows_changed_by(self, after: "Ledger") -> RowsBefore:
        """The rows that differ in `after`, as they are here."""
        return RowsBefore(
            _changed(self.placements, after.placements),
            _changed(self.deployments, after.deployments),
            {link: link in self.links for link in sorted(self.links ^ after.links)},
            _changed(self.claims, after.claims),
        )


def _restore[K, V](rows: dict[K, V], before: Mapping[K, V | None]) -> None:
    for key, row in before.items():
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row


def _changed[K, V](before: Mapping[K, V], after: Mapping[K, V]) -> dict[K, V | None]:
    return {key: before.get(key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
