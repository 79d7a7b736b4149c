"""What the API takes about a run."""

from dataclasses import replace
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from accounts.endpoints.types import Body, Flag, Line
from deployments.installer.decisions import OnConflict
from deployments.services.runs import RunOptions


class UndoRequest(Body):
    """How an undo goes about it. It happens as a whole or not at all."""

    on_conflict: OnConflict = Field(
        OnConflict.FAIL,
        description="What becomes of files that somebody else wrote or edited: an error, skipped, or overwritten.",
    )
    dry_run: Flag = Field(False, description="Only say what would happen; nothing is written or recorded.")
    diffs: Flag = Field(False, description="Say for each artifact what changes inside its files.")
    fingerprint: Line | None = Field(
        None, description="Of a plan seen before: only exactly that plan is applied, else 409.", examples=[None]
    )

    @model_validator(mode="after")
    def look_or_do(self) -> Self:
        """A dry run applies no plan."""
        if self.dry_run and self.fingerprint is not None:
            raise ValueError("A dry run makes a plan, and fingerprint names one to apply. Leave out one of the two.")
        return self

    @property
    def options(self) -> RunOptions:
        """As the services take them."""
        return RunOptions(
            on_conflict=self.on_conflict, dry_run=self.dry_run, diffs=self.diffs, fingerprint=self.fingerprint
        )


class RunRequest(UndoRequest):
    """How a run goes about it."""

    atomic: Flag = Field(False, description="On the first error, take the whole run back.")

    @property
    def options(self) -> RunOptions:
        return replace(super().options, atomic=self.atomic)


class UndeployRequest(RunRequest):
    """What is to be taken out of a project: artifacts, all under some profiles, or both; or simply all."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"artifact_uuids": ["0f8fad5b-d9cb-469f-a165-70867728950e"], "dry_run": True}]}
    )

    artifact_uuids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = Field(
        None, description="Only these; any if left out. Those that are not there are passed over."
    )
    profile_ids: Annotated[list[Line], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Only under these, be they deleted; under any if left out."
    )
    all: Flag = Field(False, description="All that is deployed there; in place of the other two.")

    @model_validator(mode="after")
    def say_what_is_meant(self) -> Self:
        """Refuse a request that leaves open what is to go, or says both that and all."""
        names_some = self.artifact_uuids is not None or self.profile_ids is not None
        if names_some == self.all:
            raise ValueError("Name artifact_uuids, profile_ids or both; or send all: true and neither.")
        return self
