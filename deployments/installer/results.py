"""What the items of a plan come to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from deployments.installer.decisions import Action, PlanItem
from deployments.installer.entry_decisions import describe_entry
from deployments.installer.journal import Result
from deployments.models import RunItem
from profiles.entries import EntryKey


def result_of(item: PlanItem) -> Result:
    """What a plan item comes to once it is carried out."""
    return Result(
        artifact_uuid=item.target.artifact_uuid,
        artifact_id=item.target.label,
        artifact_type=item.target.artifact_type,
        namespace=item.target.namespace,
        profile_id=item.target.profile_id,
        platform=item.target.platform,
        status=_status(item),
        action=item.action,
        reason=item.reason,
        warnings=item.warnings,
        notes=item.notes,
        paths=item.paths,
        places=tuple(_places(item)),
    )


def kept_result(item: RunItem) -> Result:
    """A result as it was kept, which is without its places."""
    return Result(
        artifact_uuid=item.artifact_uuid,
        artifact_id=item.artifact_label,
        artifact_type=item.artifact_type,
        namespace=item.artifact_namespace,
        profile_id=item.deployment_profile_id,
        platform=item.platform,
        status=RunItem.Status(item.status),
        action=item.action,
        reason=item.reason,
        warnings=tuple(item.warnings),
        notes=tuple(item.notes),
        paths=tuple(item.paths),
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


def _places(item: PlanItem) -> Iterator[str]:
    edited = [(edit.path, edit.key) for edit in item.edits]
    settled = [(entry.path, entry.key) for entry in item.settled_entries]
    return places_among(item.paths, (*edited, *settled, *item.taken_back))


def places_among(paths: Sequence[str], entries: Iterable[tuple[str, EntryKey]]) -> Iterator[str]:
    """`paths` as people read them: in place of a file that others share, those of `entries` that are in it."""
    named: dict[str, dict[str, None]] = {}
    for path, key in entries:
        named.setdefault(path, {})[describe_entry(path, key)] = None
    for path in paths:
        yield from named.get(path, [path])


def _status(item: PlanItem) -> RunItem.Status:
    if item.is_error:
        return RunItem.Status.ERROR
    if item.action in (Action.CREATE, Action.UPDATE, Action.REMOVE):
        return RunItem.Status.SUCCESS
    return RunItem.Status.SKIP
