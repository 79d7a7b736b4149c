"""A layout as it is filled in: one value for each field of a form, and which of them follow the platform's defaults.

A folder of a type stands under `folder_` and the type, a list in lines. What stands at the default moves along when
the platform or its root changes, as it does in a profile that is stored.
"""

from collections.abc import Mapping

from django.http import QueryDict

from profiles.enums import ArtifactType
from profiles.exceptions import ProfileError
from profiles.layout import LayoutFields
from profiles.services import LayoutChoices, default_fields

FOLDER = "folder_"
TYPES = "supported_artifact_types"
LISTS = ("project_config_filenames", "context_path_prefixes")
_ANCHORS = frozenset({"platform", "root_dir", "shown_platform", "shown_root_dir"})

type Values = dict[str, str | list[str]]


def filled_in(fields: LayoutFields) -> Values:
    """`fields` as they are filled in. They are what is shown, and so what the defaults are for."""
    return {
        "platform": fields["platform"],
        "shown_platform": fields["platform"],
        "root_dir": fields["root_dir"],
        "shown_root_dir": fields["root_dir"],
        **{f"{FOLDER}{kind}": folder for kind, folder in fields["artifact_path_map"].items()},
        "project_config_filenames": "\n".join(fields["project_config_filenames"]),
        "context_path_prefixes": "\n".join(fields["context_path_prefixes"]),
        TYPES: list(fields["supported_artifact_types"]),
    }


def defaults_for(platform: str, root_dir: str) -> Values:
    """What a platform has by itself below this root, or below its own where this one cannot be used."""
    for root in (root_dir or None, None):
        try:
            return filled_in(default_fields(platform, root))
        except ProfileError:
            continue
    return {}


def moved_along(sent: QueryDict) -> Values:
    """What was sent, with all that stood at the defaults it was shown beside at the defaults there are now."""
    values: Values = {name: text.strip() for name, text in sent.items() if isinstance(text, str)}
    values[TYPES] = sent.getlist(TYPES)
    platform, root = (str(values.get(name, "")) for name in ("platform", "root_dir"))
    shown_platform, shown_root = (str(values.get(f"shown_{name}", "")) for name in ("platform", "root_dir"))
    before = defaults_for(shown_platform, shown_root)
    if platform != shown_platform and root == defaults_for(shown_platform, "").get("root_dir"):
        root = ""
    after = defaults_for(platform, root)
    for name in (before.keys() | after.keys()) - _ANCHORS:
        if is_same(values.get(name), before.get(name)) or (name.startswith(FOLDER) and not values.get(name)):
            _reset(values, name, after)
    values["root_dir"] = root or after.get("root_dir", "")
    values |= {name: after[name] for name in ("shown_platform", "shown_root_dir") if name in after}
    return values


def with_default(sent: QueryDict, name: str) -> Values:
    """What was sent, moved along, with the value of this name at its default."""
    if name == "root_dir":
        sent = sent.copy()
        sent[name] = ""
        return moved_along(sent)
    values = moved_along(sent)
    _reset(values, name, defaults_for(str(values.get("platform", "")), str(values["root_dir"])))
    return values


def _reset(values: Values, name: str, defaults: Mapping[str, str | list[str]]) -> None:
    # A type's folder may be one that the platform has no default for.
    if name in defaults:
        values[name] = defaults[name]
    else:
        values.pop(name, None)


def is_same(one: object, other: object) -> bool:
    """Whether two values say the same."""
    return _entries(one) == _entries(other)


def choices_in(values: Mapping[str, object]) -> LayoutChoices:
    """What the services of profiles take."""
    root = values.get("root_dir")
    return {
        "root_dir": str(root) if root else None,
        "artifact_path_map": {
            kind.value: str(folder) for kind in ArtifactType if (folder := values.get(f"{FOLDER}{kind}"))
        },
        "project_config_filenames": _entries(values.get("project_config_filenames")),
        "context_path_prefixes": _entries(values.get("context_path_prefixes")),
        "supported_artifact_types": _entries(values.get(TYPES)),
    }


def _entries(value: object) -> list[str]:
    lines = value if isinstance(value, list) else str(value or "").splitlines()
    return [line for each in lines if (line := str(each).strip())]
