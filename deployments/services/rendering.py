"""From artifacts and profiles to what is wanted in a project: every artifact under every profile, rendered."""

import logging
from collections.abc import Sequence
from uuid import UUID

from artifacts.queries import LoadedArtifact, load_artifacts
from deployments.installer.decisions import Missing, Target, Unrenderable, Wanted
from profiles.entries import EntryError
from profiles.models import DeploymentProfile
from profiles.platforms import module_for
from profiles.rendering import ProfileLayout, Rendering, Unsupported
from projects.exceptions import PathError

_logger = logging.getLogger(__name__)


def rendered_artifacts(artifacts: Sequence[UUID], profiles: Sequence[DeploymentProfile]) -> list[Wanted]:
    """Each of `artifacts` under each of `profiles`, in the order that decides who lands first.

    One that does not exist is called by its uuid. Loads every artifact once: a query for every 500, and for every
    500 of their files.
    """
    loaded = load_artifacts(artifacts)
    layouts = [(profile.profile_id, profile.layout) for profile in profiles]
    return [
        rendered(uuid, loaded.get(uuid), profile_id, layout) for uuid in artifacts for profile_id, layout in layouts
    ]


def rendered(uuid: UUID, artifact: LoadedArtifact | None, profile_id: str, layout: ProfileLayout) -> Wanted:
    """One artifact under one profile; what stands against it is an outcome."""
    return Wanted(
        target=Target(
            artifact_uuid=uuid,
            label=artifact.label if artifact else str(uuid),
            namespace=artifact.namespace if artifact else "",
            artifact_type=artifact.type.value if artifact else "",
            profile_id=profile_id,
            platform=layout.platform.value,
            profile_root_dir=layout.root_dir,
        ),
        version_id=artifact.version_id if artifact else None,
        outcome=_render(artifact, layout),
        flags=artifact.flags if artifact else (),
    )


def _render(artifact: LoadedArtifact | None, layout: ProfileLayout) -> Rendering | Unsupported | Missing | Unrenderable:
    if artifact is None or artifact.content is None:
        return Missing("It does not exist any more. Remove it from the set.")
    if artifact.gone:
        return Missing("It is gone from its collection. Import the collection again, or remove it from the set.")
    if artifact.target_platforms is not None and layout.platform not in artifact.target_platforms:
        targets = ", ".join(platform.label for platform in artifact.target_platforms)
        return Unsupported(f"It is meant for {targets} only.")
    if artifact.type not in layout.supported_artifact_types:
        return Unsupported(f"The profile does not take artifacts of type {artifact.type.value}.")
    render = module_for(layout.platform).renders[artifact.type]
    try:
        return render(artifact.content, layout)
    except (PathError, EntryError) as error:
        return Unrenderable(str(error))
    except Exception:
        # A fault of ours in one artifact stops no other.
        _logger.exception("An artifact could not be rendered.", extra={"artifact_uuid": str(artifact.uuid)})
        return Unrenderable(f"It cannot be written for {layout.platform.label}; the server's log says why.")
