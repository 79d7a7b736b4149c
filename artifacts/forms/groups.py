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

    name = forms.CharField(max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autofocus": True}))
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
    """Artifacts that are chosen, by uuid, in order: `uuids`, also of a form that is refused."""

    artifact_uuids = forms.CharField(required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._sent = list(dict.fromkeys(data.getlist("artifact_uuids"))) if data is not None else []
        self.uuids = [uuid for each in self._sent if (uuid := _uuid(each))]

    def clean_artifact_uuids(self) -> list[UUID]:
        """What was chosen. None of them is refused."""
        if not self._sent:
            raise forms.ValidationError("Choose at least one artifact.")
        if len(self.uuids) != len(self._sent):
            raise forms.ValidationError("One of these is no artifact. Choose from the list.")
        return self.uuids


class PlaceForm(forms.Form):
    """An artifact, and a position for it. Sent by scripts and buttons."""

    id = forms.UUIDField()
    position = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
