"""The forms of the admin's pages: judged by services, and sent with the edition of the row they were opened with."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django import forms

from accounts.editions import edition_of
from accounts.validation import Problems

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm


def problems_of(error: Exception) -> Problems:
    """What a service's refusal says, by field."""
    problems: Problems = getattr(error, "problems", {"": [str(error)]})
    return problems


class ServiceForm(_ModelForm):
    """A form whose values are judged by the service that writes them, and by nobody else."""

    problems: Mapping[str, Sequence[str]] = MappingProxyType({})

    def _post_clean(self) -> None:
        for field, found in self.problems.items():
            self.add_error(field if field in self.fields else None, list(found))


class EditionField(forms.CharField):
    """Which edition of a row its page was opened with: sent along, and no change of its own."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class RowForm(ServiceForm):
    """The form on a row's own page. It says with which edition of the row it was opened."""

    edition = EditionField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            del self.fields["edition"]
        else:
            self.initial["edition"] = self.current_edition

    def current_edition(self) -> str:
        """A name for the row as it is: for what this form can change of it. A service that knows better is asked."""
        fields = {name: field for name, field in self.fields.items() if name != "edition"}
        return edition_of({name: self.get_initial_for_field(field, name) for name, field in fields.items()})

    @property
    def expected(self) -> list[str] | None:
        """The editions that whoever sent this may change; None where they do not say what they have read."""
        sent: str = self.cleaned_data.get("edition", "")
        return [sent] if sent else None


class TaggedForm(RowForm):
    """The fields of something that has `tags`, with these in one line."""

    tags = forms.CharField(required=False, help_text="Separated by blanks or commas.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial.setdefault("tags", " ".join(self.instance.tags))

    def clean_tags(self) -> list[str]:
        """The single tags; whether they may be used is for the service to say."""
        return str(self.cleaned_data["tags"]).replace(",", " ").split()
