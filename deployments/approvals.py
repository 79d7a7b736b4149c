"""What platforms do not use before their user has agreed: of what a run writes, and of what lies in a project.

Whether the user has agreed, only the platform knows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from deployments.installer.decisions import Action, Target
from deployments.installer.journal import Result
from deployments.models import Deployment, Run, RunItem
from profiles.enums import ArtifactType, Platform
from profiles.platforms import approval_for, module_for

_WRITING = (Action.CREATE, Action.UPDATE)


@dataclass(frozen=True, slots=True)
class Approval:
    """How many artifacts of which types one platform asks its user about, and in `sentence` where."""

    platform: Platform
    sentence: str
    counts: Mapping[ArtifactType, int]

    @property
    def what(self) -> str:
        """What it asks about: "3 hooks and 1 MCP server"."""
        *others, last = [_counted(artifact_type, number) for artifact_type, number in self.counts.items()]
        return f"{', '.join(others)} and {last}" if others else last


def approval_of(result: Result) -> str | None:
    """Where the user agrees to what this result says was written, or would be; None where nobody is asked."""
    return _approval(result.platform, result.artifact_id, result.status, result.action)


def awaits(item: RunItem) -> bool:
    """Whether what this result of a run wrote is used only once the user agrees."""
    return _approval(item.platform, item.artifact_label, item.status, item.action) is not None


def awaiting(results: Iterable[Result]) -> list[Approval]:
    """What of `results` is used only once the user agrees, by platform."""
    return _summed(
        Counter((result.platform, _type_in(result.artifact_id)) for result in results if approval_of(result))
    )


def awaiting_of(run: Run) -> list[Approval]:
    """The same of what `run` wrote; nothing where that does not stand any more. One query."""
    if run.state != Run.State.DONE:
        return []
    written = run.items.filter(status=RunItem.Status.SUCCESS, action__in=_WRITING)
    names = {f"{platform}_{artifact_type}": (platform, artifact_type) for platform, artifact_type in _asked_about()}
    found = written.aggregate(
        **{
            name: Count("pk", filter=Q(platform=platform, artifact_label__startswith=f"{artifact_type}:"))
            for name, (platform, artifact_type) in names.items()
        }
    )
    return _summed({names[name]: number for name, number in found.items()})


def approvals_for(targets: Iterable[Target]) -> list[Approval]:
    """What of these deployments is used only once the user agrees, by platform."""
    return _summed(Counter((target.platform, target.artifact_type) for target in targets))


def approvals_among(deployments: QuerySet[Deployment]) -> list[Approval]:
    """The same of rows. One query."""
    rows = deployments.order_by().values_list("platform", "artifact_type").annotate(number=Count("pk"))
    return _summed({(platform, artifact_type): number for platform, artifact_type, number in rows})


def _approval(platform: str, label: str, status: str, action: str) -> str | None:
    is_written = status == RunItem.Status.SUCCESS and action in _WRITING
    return approval_for(platform, _type_in(label)) if is_written else None


def _type_in(label: str) -> str:
    return label.partition(":")[0]


def _asked_about() -> Iterator[tuple[Platform, ArtifactType]]:
    for platform in Platform:
        for artifact_type in module_for(platform).approvals:
            yield platform, artifact_type


def _summed(numbers: Mapping[tuple[str, str], int]) -> list[Approval]:
    """One for each platform and sentence, in the order of platforms and types."""
    found: dict[tuple[Platform, str], dict[ArtifactType, int]] = {}
    for platform, artifact_type in _asked_about():
        if number := numbers.get((platform, artifact_type), 0):
            sentence = module_for(platform).approvals[artifact_type]
            found.setdefault((platform, sentence), {})[artifact_type] = number
    return [Approval(platform, sentence, counts) for (platform, sentence), counts in found.items()]


def _counted(artifact_type: ArtifactType, number: int) -> str:
    word = artifact_type.label if artifact_type is ArtifactType.MCP else artifact_type.label.lower()
    return f"{number} {word}{'' if number == 1 else 's'}"
