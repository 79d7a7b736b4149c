"""What the items of a plan come to."""

from collections.abc import Sequence
from dataclasses import replace

from deployments.installer.decisions import Action, PlanItem
from deployments.installer.journal import Result
from deployments.models import RunItem


def result_of(item: PlanItem) -> Result:
    """What a plan item comes to once it is carried out."""
    return Result(
        artifact_uuid=item.target.artifact_uuid,
        artifact_id=item.target.label,
        namespace=item.target.namespace,
        profile_id=item.target.profile_id,
        platform=item.target.platform,
        status=_status(item),
        action=item.action,
        reason=item.reason,
        warnings=item.warnings,
        paths=item.paths,
    )


def results_given_up(results: Sequence[Result]) -> list[Result]:
    """The results of an atomic run that had an error: nothing was done about the others."""
    failed = next(result for result in results if result.status is RunItem.Status.ERROR)
    reason = f"Nothing was changed, because {failed.artifact_id} under the profile {failed.profile_id} failed."
    return [
        replace(result, status=RunItem.Status.SKIP, reason=reason)
        if result.status is RunItem.Status.SUCCESS
        else result
        for result in results
    ]


def _status(item: PlanItem) -> RunItem.Status:
    if item.is_error:
        return RunItem.Status.ERROR
    if item.action in (Action.CREATE, Action.UPDATE, Action.REMOVE):
        return RunItem.Status.SUCCESS
    return RunItem.Status.SKIP
