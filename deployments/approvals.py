"""What platforms do not use before their user has agreed: of what a run writes, and of what lies in a project.

Whether the user has agreed, only the platform knows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Left, StrIndex

from deployments.installer.decisions import Action, Target
from deployments.installer.journal import Result
from deployments.installer.results import kept_result
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
        return _listed([_counted(artifact_type, number) for artifact_type, number in self.counts.items()])

    @property
    def when_planned(self) -> str:
        """What is said of it, before `what`, while nothing is written."""
        return f"Will await approval in {self.platform.label}"

    @property
    def when_written(self) -> str:
        """What is said of it, before `what`, once a run has written that."""
        return f"Written, awaiting approval in {self.platform.label}"

    @property
    def where_it_lies(self) -> str:
        """What is said of it, before the sentence, where nobody knows whether the user has agreed."""
        return f"{self.platform.label} uses {self.what} once you have agreed"


def approval_of(result: Result) -> str | None:
    """Where the user agrees to what this result says was written, or would be; None where nobody is asked."""
    is_written = result.status == RunItem.Status.SUCCESS and result.action in _WRITING
    return approval_for(result.platform, result.artifact_type) if is_written else None


def approval_kept(item: RunItem) -> str | None:
    """The same of a result that was kept; None too where what its run did does not stand any more."""
    return approval_of(kept_result(item)) if item.run.state == Run.State.DONE else None


def awaiting(results: Iterable[Result]) -> list[Approval]:
    """What of `results` is used only once the user agrees, by platform."""
    return _summed(Counter((result.platform, result.artifact_type) for result in results if approval_of(result)))


def awaiting_of(run: Run) -> list[Approval]:
    """The same of what `run` wrote; nothing where that does not stand any more. One query."""
    if run.state != Run.State.DONE:
        return []
    written = run.items.filter(status=RunItem.Status.SUCCESS, action__in=_WRITING)
    type_in_label = Left("artifact_label", StrIndex("artifact_label", Value(":")) - 1)
    rows = written.order_by().values_list("platform", type_in_label).annotate(number=Count("pk"))
    return _summed({(platform, artifact_type): number for platform, artifact_type, number in rows})


def approvals_for(targets: Iterable[Target]) -> list[Approval]:
    """What of these deployments is used only once the user agrees, by platform."""
    return _summed(Counter((target.platform, target.artifact_type) for target in targets))


def approvals_among(deployments: QuerySet[Deployment]) -> list[Approval]:
    """The same of rows. One query."""
    rows = deployments.order_by().values_list("platform", "artifact_type").annotate(number=Count("pk"))
    return _summed({(platform, artifact_type): number for platform, artifact_type, number in rows})


def in_one_line(approvals: Sequence[Approval]) -> str:
    """Who asks, of what lies in a project: "Codex and Cursor use some of this once you have agreed"; '' for nobody."""
    names = list(dict.fromkeys(approval.platform.label for approval in approvals))
    return f"{_listed(names)} use{'s' if len(names) == 1 else ''} some of this once you have agreed" if names else ""


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


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _counted(artifact_type: ArtifactType, number: int) -> str:
    word = artifact_type.label if artifact_type is ArtifactType.MCP else artifact_type.label.lower()
    return f"{number} {word}{'' if number == 1 else 's'}"
