"""What runs did, and how deployments are: as text for a terminal, and as plain data for JSON.

Text is safe for a terminal, whatever artifacts and files are called and hold.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from accounts.text import printable
from deployments.approvals import approval_of, approvals_for, awaiting
from deployments.installer.decisions import Action, full_name
from deployments.installer.diffs import FileDiff
from deployments.installer.journal import Result
from deployments.installer.status import DeploymentStatus, Status
from deployments.models import Run, RunItem
from deployments.services.reports import Report
from profiles.platforms import approval_for

_DONE = {RunItem.Status.SUCCESS: "Success", RunItem.Status.SKIP: "Skipped", RunItem.Status.ERROR: "Error"}
_PLANNED = {RunItem.Status.SUCCESS: "Would", RunItem.Status.SKIP: "Skips", RunItem.Status.ERROR: "Fails"}
_SUCCEEDED = {Run.Kind.DEPLOY: "succeeded", Run.Kind.UNDEPLOY: "removed", Run.Kind.UNDO: "restored"}
_WOULD_SUCCEED = {Run.Kind.DEPLOY: "written", Run.Kind.UNDEPLOY: "removed", Run.Kind.UNDO: "restored"}
_INDENT = " " * 9


def as_lines(report: Report) -> Iterator[str]:
    """One line for each artifact × profile; below it what was lost or went wrong, and its diffs; the totals last."""
    words = _PLANNED if report.run is None else _DONE
    names = [full_name(result.artifact_id, result.namespace) for result in report.results]
    name_width = max(map(len, names), default=0)
    profile_width = max((len(result.profile_id) for result in report.results), default=0)
    for number, (name, result) in enumerate(zip(names, report.results, strict=True)):
        where = ", ".join(result.paths)
        yield printable(
            f"{words[result.status]:<8} {result.action:<12}"
            f"{name:<{name_width}}  {result.profile_id:<{profile_width}}  {where}"
        ).rstrip()
        if result.reason:
            yield _INDENT + printable(result.reason)
        for warning in result.warnings:
            yield f"{_INDENT}Warning: {printable(warning)}"
        for note in result.notes:
            yield f"{_INDENT}Note: {printable(note)}"
        if report.diffs:
            yield from _diff_lines(report.diffs[number])
    for approval in awaiting(report.results):
        lead = approval.when_planned if report.run is None else approval.when_written
        yield f"{lead}: {approval.what}. {approval.sentence}"
    yield from map(printable, report.notes)
    yield as_sentence(report)


def as_sentence(report: Report) -> str:
    """The totals: "12 succeeded, 3 skipped, 1 failed."; of a dry run what they would be."""
    counts = report.counts
    succeeded, skipped, failed = (counts[status] for status in RunItem.Status)
    if report.run is not None:
        return f"{counted(report.kind, succeeded, skipped, failed)}. This was run {report.run.number}."
    removed = sum(map(_is_pruned, report.results)) if report.kind is Run.Kind.DEPLOY else 0
    pruned = f"{removed} would be removed, " if removed else ""
    planned = f"{succeeded - removed} would be {_WOULD_SUCCEED[report.kind]}, {pruned}{skipped} skipped"
    return f"{planned}, {failed} would fail. Nothing was written."


def counted(kind: str, succeeded: int, skipped: int, failed: int) -> str:
    """How many artifacts came out of a run of that kind how: "12 removed, 3 skipped, 1 failed"."""
    return f"{succeeded} {_SUCCEEDED[Run.Kind(kind)]}, {skipped} skipped, {failed} failed"


def as_data(report: Report) -> dict[str, object]:
    """The report as plain data. Its results have `diffs` when those were asked for."""
    results = [_result_data(result) for result in report.results]
    for result, diffs in zip(results, report.diffs, strict=False):
        result["diffs"] = [_diff_data(diff) for diff in diffs]
    return {
        "kind": report.kind.value,
        "run_id": str(report.run.pk) if report.run else None,
        "run_number": report.run.number if report.run else None,
        "dry_run": report.run is None,
        "fingerprint": report.fingerprint,
        "counts": report.counts,
        "notes": list(report.notes),
        "results": results,
    }


def status_lines(statuses: Sequence[DeploymentStatus]) -> Iterator[str]:
    """One line for each deployment, below it why it is so, and its diffs; last what platforms ask their users about."""
    names = [status.target.full_name for status in statuses]
    name_width = max(map(len, names), default=0)
    profile_width = max((len(status.target.profile_id) for status in statuses), default=0)
    for name, status in zip(names, statuses, strict=True):
        claims = ", ".join(claim.label for claim in status.claims)
        yield printable(
            f"{status.status:<17}  {name:<{name_width}}  {status.target.profile_id:<{profile_width}}  "
            f"{', '.join(status.paths)}  for {claims or 'nobody'}"
        )
        for reason in status.reasons:
            yield _INDENT + printable(reason)
        yield from _diff_lines(status.diffs)
    for approval in approvals_for(status.target for status in statuses):
        yield f"{approval.where_it_lies}: {approval.sentence}"


def status_sentence(statuses: Sequence[DeploymentStatus]) -> str:
    """The totals: "12 in_sync, 1 modified."."""
    totals = Counter(status.status for status in statuses)
    return f"{', '.join(f'{totals[status]} {status}' for status in Status if totals[status])}."


def status_data(status: DeploymentStatus) -> dict[str, object]:
    """One deployment's status as plain data."""
    return {
        "artifact_uuid": str(status.target.artifact_uuid),
        "artifact_id": status.target.label,
        "namespace": status.target.namespace,
        "profile_id": status.target.profile_id,
        "platform": status.target.platform,
        "status": status.status.value,
        "reasons": list(status.reasons),
        "claims": [{"claimant": claim.key, "label": claim.label} for claim in status.claims],
        "approval": approval_for(status.target.platform, status.target.artifact_type),
        "paths": list(status.paths),
        "diffs": [_diff_data(diff) for diff in status.diffs],
    }


def _is_pruned(result: Result) -> bool:
    return result.status == RunItem.Status.SUCCESS and result.action == Action.REMOVE


def _diff_lines(diffs: Sequence[FileDiff]) -> Iterator[str]:
    for diff in diffs:
        # A tab moves the cursor and does nothing else.
        for line in diff.text.removesuffix("\n").split("\n") if diff.text else ():
            yield _INDENT + "\t".join(map(printable, line.split("\t")))
        if diff.note:
            yield f"{_INDENT}{printable(diff.path)} ({diff.kind}): {printable(diff.note)}"
        elif not diff.text:
            yield f"{_INDENT}{printable(diff.path)} ({diff.kind})"


def _diff_data(diff: FileDiff) -> dict[str, str]:
    return {"path": diff.path, "kind": diff.kind.value, "text": diff.text, "note": diff.note}


def _result_data(result: Result) -> dict[str, object]:
    is_error = result.status == RunItem.Status.ERROR
    return {
        "artifact_uuid": str(result.artifact_uuid),
        "artifact_id": result.artifact_id,
        "namespace": result.namespace,
        "profile_id": result.profile_id,
        "platform": result.platform,
        "status": str(result.status),
        "action": str(result.action),
        "reason": result.reason,
        "error": result.reason if is_error else None,
        "warnings": list(result.warnings),
        "notes": list(result.notes),
        "approval": approval_of(result),
        "paths": list(result.paths),
    }
