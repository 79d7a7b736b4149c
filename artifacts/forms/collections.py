"""What people fill in about collections, and to import one."""

from typing import Any, Self

from django import forms

from accounts.lengths import LONGEST_NAME
from accounts.pages.forms import PageForm
from artifacts.importing.mappings import as_texts, changed_mappings
from artifacts.models import Collection


class MappingsForm(PageForm):
    """Which files become which artifacts beyond what a layout says: one mapping a line."""

    mappings = forms.CharField(
        required=False,
        max_length=20_000,
        help_text="One a line, for what no layout explains: tools/*.md=command",
        widget=forms.Textarea(attrs={"rows": 2, "class": "input mono", "spellcheck": "false"}),
    )

    def clean_mappings(self) -> list[str]:
        """The mappings that were written, without empty lines."""
        return [line.strip() for line in str(self.cleaned_data["mappings"]).splitlines() if line.strip()]


class ImportForm(MappingsForm):
    """A source to import for the first time."""

    source = forms.CharField(
        label="Folder or git URL",
        max_length=1024,
        help_text="A whole path on the server's machine, or an https address.",
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    name = forms.CharField(
        required=False, max_length=LONGEST_NAME, help_text="Left empty, it is called after its source."
    )
    ref = forms.CharField(
        label="Branch, tag or commit",
        required=False,
        max_length=255,
        help_text="Of a git repository. Left empty, its main branch.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ["source", "name", "ref", "mappings"]

    @property
    def asked(self) -> dict[str, Any]:
        """What `begin_import` takes."""
        return {name: self.cleaned_data[name] for name in ("source", "name", "ref", "mappings")}


class ImportAgainForm(MappingsForm):
    """The mappings of a collection as they are to be from its next import on."""

    @classmethod
    def of(cls, collection: Collection) -> Self:
        """The form with the mappings that are kept now."""
        return cls(initial={"mappings": "\n".join(collection.mappings)})

    def changes_to(self, collection: Collection) -> list[str]:
        """What `begin_import_again` takes, so that what stands here is kept, and nothing else. Raises MappingError."""
        wanted: list[str] = self.cleaned_data["mappings"]
        globs = {mapping.glob for mapping in changed_mappings((), wanted)}
        kept = [mapping for mapping in changed_mappings(collection.mappings, ()) if mapping.glob not in globs]
        return [*(f"{text.rpartition('=')[0]}=" for text in as_texts(kept)), *wanted]


class RenameForm(PageForm):
    """Another name for a collection."""

    name = forms.CharField(max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autofocus": True}))
