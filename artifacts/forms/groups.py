"""What people fill in about groups."""

from typing import Self
from uuid import UUID

from django import forms
from django.http import QueryDict

from accounts.lengths import LONGEST_NAME, LONGEST_PROSE
from accounts.pages.forms import PageForm
from artifacts.forms.texts import plain_lines
from artifacts.models import ArtifactGroup


class GroupForm(PageForm):
    """A group's own fields."""

    name = forms.CharField(max_length=LONGEST_NAME)
    description = forms.CharField(
        max_length=LONGEST_PROSE, required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "input"})
    )

    @classmethod
    def of(cls, group: ArtifactGroup) -> Self:
        """The form as it is before anybody changes anything."""
        return cls(initial={"name": group.name, "description": group.description})

    def clean_description(self) -> str:
        """The description with the ends of lines that everything else has."""
        return plain_lines(self.cleaned_data["description"])


class ChosenArtifactsForm(PageForm):
    """Artifacts that are chosen, by uuid."""

    artifact_uuids = forms.CharField(required=False, widget=forms.MultipleHiddenInput)

    def clean_artifact_uuids(self) -> list[UUID]:
        """What was chosen. None of them is refused."""
        sent = self.data.getlist("artifact_uuids") if isinstance(self.data, QueryDict) else []
        if not sent:
            raise forms.ValidationError("Choose at least one artifact.")
        chosen = [uuid for each in dict.fromkeys(sent) if (uuid := _uuid(each))]
        if len(chosen) != len(set(sent)):
            raise forms.ValidationError("One of these is no artifact. Choose from the list.")
        return chosen

    @property
    def uuids(self) -> list[UUID]:
        """What was chosen, in order."""
        chosen: list[UUID] = self.cleaned_data.get("artifact_uuids", []) if self.is_bound and self.is_valid() else []
        return chosen


class PlaceForm(forms.Form):
    """An artifact, and a position for it. Sent by scripts and buttons."""

    id = forms.UUIDField()
    position = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
