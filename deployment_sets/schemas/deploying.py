"""What the API takes and gives about landing a set in projects."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator

from accounts.endpoints.paging import Page, PageQuery
from accounts.endpoints.types import (
    Flag,
    Line,
)
from deployment_sets.services.live import Live
from deployments.schemas.deployed import DeploymentStatusRead
from deployments.schemas.requests import RunRequest
from deployments.schemas.results import BatchDeployResponse
from deployments.services.reports import Report
from projects.models import Project
from projects.schemas import ProjectReference


class BatchDeployRequest(RunRequest):
    """Where a set is to land, and how. Name profiles by exactly one of the three."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"project_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "all_profiles": True, "dry_run": True}]
        }
    )

    project_id: UUID
    profile_id: Line | None = None
    profile_ids: Annotated[list[Line], Field(min_length=1, max_length=100)] | None = None
    all_profiles: Flag = False
    prune: Flag = Field(False, description="Also remove what the set put there before and does not hold any more.")

    @model_validator(mode="after")
    def name_profiles_in_one_way(self) -> Self:
        """Refuse a request that leaves open under which profiles, or says it twice."""
        ways = (self.profile_id is not None, self.profile_ids is not None, self.all_profiles)
        if sum(ways) != 1:
            raise ValueError("Name the profiles by exactly one of profile_id, profile_ids and all_profiles: true.")
        return self

    @property
    def profiles(self) -> Sequence[str] | None:
        """The ids that are named; None for all."""
        return [self.profile_id] if self.profile_id is not None else self.profile_ids


class BatchUndeployRequest(RunRequest):
    """Where a set is to be taken out, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"project_id": "0f8fad5b-d9cb-469f-a165-70867728950e"}]})

    project_id: UUID
    profile_ids: Annotated[list[Line], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Only under these; all if left out."
    )


class LiveQuery(PageQuery):
    """How closely to look."""

    on_disk: bool = Field(False, description="Compare every file there too: `drifted` says what was edited or deleted.")


class LiveRead(Schema):
    """A project and a profile that a set is deployed in."""

    project: ProjectReference
    profile_id: str = Field(examples=["claude_code"])
    deployment_count: int = Field(ge=0, examples=[48])
    is_stale: bool = Field(
        description="The set would have it otherwise, as far as the database knows.", examples=[True]
    )
    behind: list[str] = Field(examples=[["2 outdated"]])
    is_undeployed: bool = Field(
        description="The set was taken out, and what it still claims was edited and is left: it is not live there.",
        examples=[False],
    )
    drifted: list[DeploymentStatusRead] | None = Field(
        description="What was edited or deleted on disk; null where nobody looked.", examples=[None]
    )
    problem: str = Field(description="Why nobody could look.", examples=[""])

    @classmethod
    def of(cls, live: Live) -> "LiveRead":
        """The schema of one place."""
        return cls(
            project=ProjectReference.from_orm(live.project),
            profile_id=live.profile_id,
            deployment_count=live.deployment_count,
            is_stale=live.is_stale,
            behind=list(live.behind),
            is_undeployed=live.is_undeployed,
            drifted=None if live.drifted is None else [DeploymentStatusRead.of(status) for status in live.drifted],
            problem=live.problem,
        )


class LiveListResponse(Page[LiveRead]):
    """Where a set is live."""


class BringUpToDateRequest(RunRequest):
    """Where, and how."""

    project_id: UUID | None = Field(None, description="Only there; wherever the set is live if left out.")
    fingerprint: Line | None = Field(
        None,
        description="Of a plan of this one project, seen before: only exactly that plan is applied.",
        examples=[None],
    )

    @model_validator(mode="after")
    def name_the_project_of_a_plan(self) -> Self:
        """Every project has a plan of its own."""
        if self.fingerprint is not None and self.project_id is None:
            raise ValueError("A fingerprint is of the plan of one project: name that as project_id.")
        return self


class BroughtUpToDate(Schema):
    """What came of one project: a report, or why nothing was done there."""

    project: ProjectReference
    report: BatchDeployResponse | None
    problem: str = Field(examples=[""])

    @classmethod
    def of(cls, project: Project, outcome: Report | Exception) -> "BroughtUpToDate":
        """The schema of one project's outcome: what was done, or why nothing was."""
        if isinstance(outcome, Exception):
            return cls(project=ProjectReference.from_orm(project), report=None, problem=str(outcome))
        return cls(project=ProjectReference.from_orm(project), report=BatchDeployResponse.of(outcome), problem="")


class BringUpToDateResponse(Page[BroughtUpToDate]):
    """What came of each project."""
