"""What becomes of a set's artifacts on each platform, as its default layout has it: all of it, or what is lost."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from uuid import UUID

from django.core.paginator import Page, Paginator

from artifacts.queries import LoadedArtifact, load_artifacts
from deployment_sets.exceptions import DeploymentSetResolutionError
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import resolved_among
from deployment_sets.services.graph import resolve_set
from deployment_sets.services.resolution import Resolution, ResolvedArtifact
from deployments.installer.decisions import MAX_WARNINGS, Missing, Unrenderable
from deployments.services.rendering import rendered
from profiles.enums import ArtifactType, Platform
from profiles.fidelity import Fidelity, fidelity_of
from profiles.platforms import module_for
from profiles.rendering import ProfileLayout, Rendering, RenderWarning

# Reading and rendering so many takes seconds, and nobody waits for minutes.
MOST_COUNTED = 1_000
# Bounds how much content is in memory at once.
_BATCH = 500
_IN_ITS_FORM = "It is written in the form that is read there, and means the same."


@dataclass(frozen=True, slots=True)
class Capability:
    """What becomes of one artifact on one platform: the `reason` why nothing does, or what differs there.

    Of what differs the first, and how many `more_warnings` there are. What is translated without any has a reason.
    """

    platform: Platform
    fidelity: Fidelity
    reason: str = ""
    warnings: tuple[RenderWarning, ...] = ()
    more_warnings: int = 0

    @property
    def said(self) -> tuple[object, ...]:
        """What there is to say besides the fidelity; the same for platforms of which the same can be said."""
        return (self.fidelity, self.reason, self.warnings, self.more_warnings) if self.reason or self.warnings else ()


@dataclass(frozen=True, slots=True)
class ArtifactCapabilities:
    """One artifact, and what becomes of it on each platform, in their order."""

    uuid: UUID
    type: ArtifactType
    name: str
    namespace: str
    platforms: Sequence[Capability]

    @property
    def notes(self) -> list[tuple[list[Platform], Capability]]:
        """Where there is something to say of it, and what: once for all platforms of which the same is said."""
        notes: dict[tuple[object, ...], tuple[list[Platform], Capability]] = {}
        for capability in self.platforms:
            if said := capability.said:
                notes.setdefault(said, ([], capability))[0].append(capability.platform)
        return list(notes.values())


@dataclass(frozen=True, slots=True)
class FidelityCounts:
    """For how many artifacts of a set each platform comes to what: of the first `counted` of `total`."""

    counted: int
    total: int
    by_platform: Mapping[Platform, Mapping[Fidelity, int]]

    @property
    def occurring(self) -> list[Fidelity]:
        """What any platform comes to for any of them."""
        return [each for each in Fidelity if any(each in numbers for numbers in self.by_platform.values())]


@dataclass(frozen=True, slots=True)
class CapabilityPage:
    """A page of what becomes of a set's artifacts, or the `error` that says why nobody can tell.

    `counts` are those of all, where what is shown is all there is.
    """

    resolution: Resolution | None = None
    page: Page[ResolvedArtifact] | None = None
    rows: Sequence[ArtifactCapabilities] = ()
    counts: FidelityCounts | None = None
    error: DeploymentSetResolutionError | None = None


def capability_page(
    deployment_set: DeploymentSet,
    *,
    page: str | None,
    per_page: int,
    search: str = "",
    type: ArtifactType | None = None,
) -> CapabilityPage:
    """One page of what becomes of a set's artifacts, or of that part which `list_artifacts` finds so.

    Loads and renders those that are shown. The number of queries depends on them only by batches.
    """
    try:
        resolution = resolve_set(deployment_set)
    except DeploymentSetResolutionError as error:
        return CapabilityPage(error=error)
    shown = Paginator(resolved_among(resolution, search=search, type=type), per_page).get_page(page)
    rows = capabilities_of([resolved.uuid for resolved in shown])
    counts = _counted(rows, resolution) if len(shown) == resolution.total_count else None
    return CapabilityPage(resolution, shown, rows, counts)


def capabilities_of(uuids: Sequence[UUID]) -> list[ArtifactCapabilities]:
    """Those of `uuids` that exist, in their order, on every platform. Loads and renders them all."""
    loaded = load_artifacts(uuids)
    return [_on_platforms(loaded[uuid]) for uuid in uuids if uuid in loaded]


def fidelity_counts(resolution: Resolution) -> FidelityCounts:
    """For how many of the first `MOST_COUNTED` of a set's artifacts each platform comes to what.

    Loads and renders them. The number of queries depends on them only by batches.
    """
    uuids = [resolved.uuid for resolved in resolution.artifacts[:MOST_COUNTED]]
    return _counted((row for batch in batched(uuids, _BATCH) for row in capabilities_of(batch)), resolution)


def _counted(rows: Iterable[ArtifactCapabilities], resolution: Resolution) -> FidelityCounts:
    counts: dict[Platform, Counter[Fidelity]] = {platform: Counter() for platform in Platform}
    for row in rows:
        for capability in row.platforms:
            counts[capability.platform][capability.fidelity] += 1
    by_platform = {
        platform: {fidelity: numbers[fidelity] for fidelity in Fidelity if numbers[fidelity]}
        for platform, numbers in counts.items()
    }
    return FidelityCounts(min(resolution.total_count, MOST_COUNTED), resolution.total_count, by_platform)


def _on_platforms(artifact: LoadedArtifact) -> ArtifactCapabilities:
    platforms = [_capability(artifact, layout) for layout in _LAYOUTS]
    name = artifact.label.partition(":")[2]
    return ArtifactCapabilities(artifact.uuid, artifact.type, name, artifact.namespace, platforms)


def _capability(artifact: LoadedArtifact, layout: ProfileLayout) -> Capability:
    outcome = rendered(artifact.uuid, artifact, "", layout).outcome
    match outcome:
        case Rendering():
            assert artifact.content is not None, "what has no content is missing"
            fidelity = fidelity_of(artifact.content, outcome)
            # Of many, what is lost matters more than what is written in another way.
            warnings = sorted(outcome.warnings, key=lambda warning: not warning.is_loss)
            more = max(0, len(warnings) - MAX_WARNINGS)
            reason = _IN_ITS_FORM if fidelity is Fidelity.TRANSLATED and not warnings else ""
            return Capability(layout.platform, fidelity, reason, tuple(warnings[:MAX_WARNINGS]), more)
        case Missing(reason):
            return Capability(layout.platform, Fidelity.MISSING, reason)
        case Unrenderable(reason):
            return Capability(layout.platform, Fidelity.REFUSED, reason)
        case unsupported:
            return Capability(layout.platform, Fidelity.UNSUPPORTED, unsupported.reason)


def _default_layouts() -> Iterator[ProfileLayout]:
    for platform in Platform:
        module = module_for(platform)
        layout = module.default_layout(module.default_root_dir)
        # What a platform has no place for, it says more about than a profile that leaves it out.
        yield replace(layout, supported_artifact_types=tuple(ArtifactType))


_LAYOUTS = tuple(_default_layouts())
