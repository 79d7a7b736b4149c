"""What people fill in about profiles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.forms.boundfield import BoundField

from accounts.pages.forms import PageForm
from profiles.drafts import FOLDER, LISTS, TYPES, choices_in, defaults_for, filled_in, is_same
from profiles.enums import ArtifactType, Platform, platform_choices
from profiles.layout import check_folder
from profiles.models import LONGEST_DESCRIPTION, LONGEST_PROFILE_ID, DeploymentProfile
from profiles.portable import portable_profile
from profiles.services import ProfileChanges
from projects.paths import MAX_PATH_BYTES

_PATH = {"class": "input mono", "autocapitalize": "none", "spellcheck": "false"}
_LONGEST_LIST = 100_000


@dataclass(frozen=True, slots=True)
class LayoutEntry:
    """A field of a layout, whether it stands at the platform's default, and what that is."""

    field: BoundField
    is_default: bool
    default: str


class ProfileForm(PageForm):
    """A profile, each part of its layout filled in with what is in effect. `edition` is that of one there is."""

    profile_id = forms.CharField(
        label="Id",
        max_length=LONGEST_PROFILE_ID,
        help_text="Letters, digits, hyphens and underscores. It stays as it is.",
        widget=forms.TextInput(attrs={**_PATH, "autofocus": True}),
    )
    platform = forms.ChoiceField(choices=platform_choices)
    root_dir = forms.CharField(
        label="The platform's folder",
        max_length=255,
        required=False,
        help_text="Its settings files lie here, and the folders below follow it.",
        widget=forms.TextInput(attrs=_PATH),
    )
    supported_artifact_types = forms.MultipleChoiceField(
        label="Types to deploy",
        choices=[(kind.value, f"{kind.label}s") for kind in ArtifactType],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Artifacts of other types are skipped.",
    )
    project_config_filenames = forms.CharField(
        label="Instruction files",
        max_length=_LONGEST_LIST,
        required=False,
        help_text="One a line. Rules are merged into them where the platform has no folder for rules.",
        widget=forms.Textarea(attrs={**_PATH, "rows": 1}),
    )
    context_path_prefixes = forms.CharField(
        label="Folders that may hold rule files",
        max_length=_LONGEST_LIST,
        required=False,
        help_text="One a line. Where rules go to a folder that is in none of these, they are not deployed.",
        widget=forms.Textarea(attrs={**_PATH, "rows": 1}),
    )
    description = forms.CharField(
        max_length=LONGEST_DESCRIPTION, required=False, widget=forms.Textarea(attrs={"rows": 2, "class": "input"})
    )
    shown_platform = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    shown_root_dir = forms.CharField(required=False, max_length=255, widget=forms.HiddenInput)
    edition = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, profile: DeploymentProfile | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        said = self.initial if data is None else data
        self._defaults = defaults_for(str(said.get("platform", "")), str(said.get("root_dir", "")))
        if profile is not None:
            del self.fields["profile_id"]
        for kind in ArtifactType:
            if (name := f"{FOLDER}{kind}") in self._defaults or name in said:
                self.fields[name] = forms.CharField(
                    label=f"{kind.label}s go to",
                    max_length=MAX_PATH_BYTES,
                    required=False,
                    widget=forms.TextInput(attrs=_PATH),
                )

    @classmethod
    def of(cls, profile: DeploymentProfile, edition: str) -> Self:
        """The form as it is before anybody changes anything."""
        values = filled_in(portable_profile(profile))
        return cls(initial={**values, "description": profile.description, "edition": edition}, profile=profile)

    def clean(self) -> None:
        """Each folder by itself, so that what is wrong with it stands there."""
        for name in self.fields:
            if name.startswith(FOLDER) and (folder := self.cleaned_data.get(name)):
                try:
                    check_folder(folder)
                except ValueError as error:
                    self.add_error(name, str(error))

    @property
    def changes(self) -> ProfileChanges:
        """What the services of profiles take."""
        return {
            **choices_in(self.cleaned_data),
            "platform": self.cleaned_data["platform"],
            "description": self.cleaned_data["description"],
        }

    @property
    def layout_entries(self) -> list[LayoutEntry]:
        """The fields of the layout below its root, in the order people ask for them."""
        folders = [name for name in self.fields if name.startswith(FOLDER)]
        return [self._entry(name) for name in ("root_dir", TYPES, *folders, *LISTS)]

    def _entry(self, name: str) -> LayoutEntry:
        field = self[name]
        default = defaults_for(self._said("platform"), "").get(name) if name == "root_dir" else self._defaults.get(name)
        words = ", ".join(default) if isinstance(default, list) else (default or "").replace("\n", ", ")
        return LayoutEntry(field, is_same(field.value(), default), words)

    def _said(self, name: str) -> str:
        return str(self[name].value() or "")


def first_values(platform: Platform, taken: set[str]) -> dict[str, Any]:
    """What a new profile for `platform` is filled in with; its id is one that is not `taken`."""
    numbered = (platform.value if number == 1 else f"{platform.value}-{number}" for number in range(1, len(taken) + 2))
    return {**defaults_for(platform.value, ""), "profile_id": next(each for each in numbered if each not in taken)}
