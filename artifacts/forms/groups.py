"""What people fill in about groups."""

from typing import Any, Self
from uuid import UUID

from django import forms
from django.http import QueryDict

from accounts.lengths import LONGEST_NAME, LONGEST_PROSE
from accounts.pages.forms import PageForm
from accounts.text import uuid_in
from artifacts.forms.texts import plain_lines
from artifacts.models import ArtifactGroup
from artifacts.queries import edition_of_group

MOST_AT_ONCE = 500


class GroupForm(PageForm):
    """A group's own fields. `edition` is that of the group when it was read, for one that there is."""

    name = forms.CharField(max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autofocus": True}))
    description = forms.CharField(
        max_length=LONGEST_PROSE, required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "input"})
    )
    edition = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    @classmethod
    def of(cls, group: ArtifactGroup) -> Self:
        """The form as it is before anybody changes anything."""
        said = {"name": group.name, "description": group.description}
        return cls(initial={**said, "edition": edition_of_group(group)})

    def clean_description(self) -> str:
        """The description with the ends of lines that everything else has."""
        return plain_lines(self.cleaned_data["description"])

    @property
    def said(self) -> dict[str, Any]:
        """What the services of groups take."""
        return {name: self.cleaned_data[name] for name in ("name", "description")}


class ChosenArtifactsForm(PageForm):
    """Artifacts that are chosen, by uuid, in order: `uuids`, also of a form that is refused."""

    artifact_uuids = forms.CharField(required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._sent = list(dict.fromkeys(data.getlist("artifact_uuids"))) if data is not None else []
        self.uuids = [uuid for each in self._sent if (uuid := uuid_in(each))]

    def clean_artifact_uuids(self) -> list[UUID]:
        """What was chosen. None of them is refused."""
        if len(self._sent) > MOST_AT_ONCE:
            raise forms.ValidationError(
                f"These are {len(self._sent)} artifacts, and at most {MOST_AT_ONCE} are added at once. Leave some out."
            )
        if not self._sent:
            raise forms.ValidationError("Choose at least one artifact.")
        if len(self.uuids) != len(self._sent):
            raise forms.ValidationError("One of these is no artifact. Choose from the list.")
        return self.uuids


class PlaceForm(forms.Form):
    """An artifact, and a position for it. Sent by scripts and buttons."""

    id = forms.UUIDField()
    position = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)
