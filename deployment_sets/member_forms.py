"""What people choose to be a member, and where it goes."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from accounts.pages.forms import PageForm
from deployment_sets.services.resolution import Member, MemberKind
from profiles.enums import ArtifactType

MOST_AT_ONCE = 100


def artifact_type_in(sent: QueryDict) -> ArtifactType | None:
    """The type that a list is narrowed to; None for any, and for what is none."""
    with suppress(ValueError):
        return ArtifactType(sent.get("type", ""))
    return None


class MembersField(forms.Field):
    """What was chosen, each written as its kind and its id: `set:` and a uuid."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[Member]:
        """The members, each once."""
        written = [str(each).partition(":") for each in value or ()]
        if len(written) > MOST_AT_ONCE:
            raise forms.ValidationError(f"At most {MOST_AT_ONCE} members can be added at once.")
        try:
            members = [Member(MemberKind(kind), UUID(key)) for kind, _, key in written]
        except ValueError as error:
            raise forms.ValidationError("A member is an artifact, a group or a set, with its id.") from error
        return list(dict.fromkeys(members))


class MembersForm(PageForm):
    """What is to be added to a set, and where."""

    chosen = MembersField(error_messages={"required": "Choose at least one artifact, group or set to add."})
    place = forms.ChoiceField(
        choices=[("end", "at the end"), ("top", "at the top")], required=False, label="Where they go"
    )

    @property
    def position(self) -> int | None:
        """Where the first of them goes; None for the end."""
        return 0 if self.cleaned_data["place"] == "top" else None


class MemberPlaceForm(forms.Form):
    """A member by its id, and its new position counted from 0: what `sorting.js` sends."""

    id = forms.UUIDField()
    position = forms.IntegerField(min_value=0)


class MemberPositionForm(PageForm):
    """A position as people count, from 1, in a set with `count` members."""

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = forms.NumberInput(attrs={"class": "input"})
        self.fields["position"] = forms.IntegerField(
            min_value=1, max_value=count, label="New position", help_text=f"From 1 to {count}", widget=widget
        )


class MemberReferenceForm(forms.Form):
    """A member that was removed, and its position counted from 0."""

    member = MembersField()
    position = forms.IntegerField(min_value=0)
