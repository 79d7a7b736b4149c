"""What a profile may say. Pure Python; every profile is judged here before it is stored."""

from collections.abc import Callable
from typing import TypedDict

from profiles.enums import ArtifactType, Platform
from profiles.rendering import ProfileLayout
from projects.paths import STAGING_FOLDER, file_name, folded, relative_path

MAX_ENTRIES = 50


class LayoutError(ValueError):
    """A layout that cannot be used: messages by the field they belong to."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(messages)}" for name, messages in problems.items()))
        self.problems = problems


class LayoutFields(TypedDict):
    """A layout as a profile's row keeps it: plain JSON."""

    platform: str
    root_dir: str
    artifact_path_map: dict[str, str]
    project_config_filenames: list[str]
    context_path_prefixes: list[str]
    supported_artifact_types: list[str]


class PortableProfile(LayoutFields):
    """What makes a profile what it is, apart from its project and its times."""

    profile_id: str
    description: str


def layout_fields(layout: ProfileLayout) -> LayoutFields:
    """`layout` as a row keeps it; the other way is `DeploymentProfile.layout`."""
    return {
        "platform": layout.platform.value,
        "root_dir": layout.root_dir,
        "artifact_path_map": {kind.value: folder for kind, folder in layout.artifact_path_map.items()},
        "project_config_filenames": list(layout.project_config_filenames),
        "context_path_prefixes": list(layout.context_path_prefixes),
        "supported_artifact_types": [kind.value for kind in layout.supported_artifact_types],
    }


def check_layout(
    *,
    platform: object,
    root_dir: object,
    artifact_path_map: object,
    project_config_filenames: object,
    context_path_prefixes: object,
    supported_artifact_types: object,
) -> None:
    """Raise LayoutError unless every field is of the right shape and stays inside the project."""
    problems: dict[str, list[str]] = {}

    def check(name: str, rule: Callable[[], None]) -> None:
        try:
            rule()
        except ValueError as error:
            problems.setdefault(name, []).append(str(error))

    check("platform", lambda: _member(Platform, platform, "platform"))
    check("root_dir", lambda: check_folder(root_dir))
    check("artifact_path_map", lambda: _path_map(artifact_path_map))
    check("project_config_filenames", lambda: _each(project_config_filenames, check_folder))
    check("context_path_prefixes", lambda: _each(context_path_prefixes, check_folder))
    check(
        "supported_artifact_types",
        lambda: _types(supported_artifact_types),
    )
    if problems:
        raise LayoutError(problems)


def check_root_dir(root_dir: object) -> None:
    """Raise LayoutError unless a layout can be built from this root."""
    try:
        check_folder(root_dir)
    except ValueError as error:
        raise LayoutError({"root_dir": [str(error)]}) from error


def _member(enum: type[Platform] | type[ArtifactType], value: object, word: str) -> None:
    known = [member.value for member in enum]
    if value not in known:
        raise ValueError(f"{value!r} is not a known {word}; write one of {', '.join(known)}.")


def check_folder(value: object) -> None:
    """Raise ValueError unless `value` is a path inside the project where something may be placed."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a path.")
    path = relative_path(value)
    if path != value:
        raise ValueError(f"{value!r} is not a plain path; write {path!r}.")
    for part in path.split("/"):
        # Beginning with a dot is what platforms' folders do; everything else a file name must be holds here too.
        file_name(part.removeprefix("."))
    if STAGING_FOLDER in folded(path).split("/"):
        raise ValueError(f"{STAGING_FOLDER!r} is where a deploy prepares its files; choose another folder.")


def _path_map(value: object) -> None:
    if not isinstance(value, dict):
        raise ValueError("This is not a map from artifact type to folder.")
    for kind, folder in value.items():
        _member(ArtifactType, kind, "artifact type")
        check_folder(folder)


def _types(value: object) -> None:
    _each(value, lambda kind: _member(ArtifactType, kind, "artifact type"))
    if not value:
        raise ValueError("A profile that takes no artifact type deploys nothing; name at least one.")


def _each(value: object, rule: Callable[[object], None]) -> None:
    if not isinstance(value, list):
        raise ValueError("This is not a list.")
    if len(value) > MAX_ENTRIES:
        raise ValueError(f"At most {MAX_ENTRIES} entries are kept here; these are {len(value)}.")
    for entry in value:
        rule(entry)
    if len({str(entry) for entry in value}) != len(value):
        raise ValueError("An entry stands here twice.")
