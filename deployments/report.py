"""A deploy's report as text for a terminal and as plain data for JSON."""

from collections.abc import Iterator

from accounts.text import printable
from deployments.installer.decisions import full_name
from deployments.installer.journal import Result
from deployments.installer.path_decisions import UP_TO_DATE
from deployments.models import RunItem
from deployments.services.reports import Report

_DONE = {RunItem.Status.SUCCESS: "Success", RunItem.Status.SKIP: "Skipped", RunItem.Status.ERROR: "Error"}
_PLANNED = {RunItem.Status.SUCCESS: "Would", RunItem.Status.SKIP: "Skips", RunItem.Status.ERROR: "Fails"}


def as_lines(report: Report) -> Iterator[str]:
    """One line for each artifact × profile, what was lost or went wrong below it, and the totals last.

    Safe for a terminal, whatever artifacts and files are called.
    """
    return map(printable, _lines(report))


def _lines(report: Report) -> Iterator[str]:
    words = _PLANNED if report.run is None else _DONE
    names = [full_name(result.artifact_id, result.namespace) for result in report.results]
    name_width = max(map(len, names), default=0)
    profile_width = max((len(result.profile_id) for result in report.results), default=0)
    for name, result in zip(names, report.results, strict=True):
        where = ", ".join(result.paths)
        yield (
            f"{words[result.status]:<8} {result.action:<12}"
            f"{name:<{name_width}}  {result.profile_id:<{profile_width}}  {where}"
        ).rstrip()
        if result.reason and result.reason != UP_TO_DATE:
            yield f"         {result.reason}"
        for warning in result.warnings:
            yield f"         Note: {warning}"
    yield from report.notes
    yield as_sentence(report)


def as_sentence(report: Report) -> str:
    """The totals: "12 succeeded, 3 skipped, 1 failed."."""
    counts = report.counts
    succeeded, skipped, failed = (
        counts[status] for status in (RunItem.Status.SUCCESS, RunItem.Status.SKIP, RunItem.Status.ERROR)
    )
    if report.run is None:
        return f"{succeeded} would be written, {skipped} skipped, {failed} would fail. Nothing was written."
    return f"{succeeded} succeeded, {skipped} skipped, {failed} failed. This was run {report.run.number}."


def as_data(report: Report) -> dict[str, object]:
    """The report in the shape the API answers with."""
    return {
        "run_id": str(report.run.pk) if report.run else None,
        "dry_run": report.run is None,
        "fingerprint": report.fingerprint,
        "counts": report.counts,
        "notes": list(report.notes),
        "results": [_result_data(result) for result in report.results],
    }


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
        "paths": list(result.paths),
    }
