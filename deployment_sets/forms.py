"""What people fill in about sets."""

import re
from collections.abc import Sequence
from typing import Any, Self

from django import forms

from accounts.lengths import LONGEST_NAME, LONGEST_PROSE
from accounts.pages.forms import PageForm
from deployment_sets.models import DeploymentSet

SORTS: Sequence[tuple[str, str]] = [
    ("-updated", "Recently changed"),
    ("name", "Name"),
    ("-created", "Newest"),
    ("created", "Oldest"),
]

COLOURS: Sequence[tuple[str, str]] = [
    ("", "None"),
    ("#3d4bd1", "Blue"),
    ("#1c7a4a", "Green"),
    ("#0c7a76", "Teal"),
    ("#8a5a00", "Amber"),
    ("#c2410c", "Orange"),
    ("#b3261e", "Red"),
    ("#a3245c", "Rose"),
    ("#6d3fc4", "Violet"),
    ("#5d6673", "Slate"),
]

# Names of Lucide's, by which `icon` is kept.
ICONS: Sequence[str] = [
    "",
    "package",
    "layers",
    "server",
    "database",
    "layout-dashboard",
    "palette",
    "flask-conical",
    "chart-line",
    "shield",
    "siren",
    "rocket",
    "book-open",
    "pen-line",
    "git-branch",
    "terminal",
    "smartphone",
    "cloud",
    "bot",
]


class SetForm(PageForm):
    """A set's own fields. `edition` is that of the set when it was read, for one that there is."""

    name = forms.CharField(
        max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"})
    )
    description = forms.CharField(
        max_length=LONGEST_PROSE, required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "input"})
    )
    tags = forms.CharField(
        required=False,
        max_length=1_000,
        help_text="In lower case, with spaces between them: web python",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    color = forms.ChoiceField(label="Colour", required=False, widget=forms.RadioSelect)
    icon = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    edition = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, current: DeploymentSet | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colours, icons = list(COLOURS), [(name, name.replace("-", " ") or "plain") for name in ICONS]
        # What was chosen elsewhere, over the API for one, can stay.
        if current is not None and current.color not in dict(colours):
            colours.append((current.color, current.color))
        if current is not None and current.icon not in dict(icons):
            icons.append((current.icon, current.icon))
        self.fields["color"].choices = colours  # type: ignore[attr-defined]
        self.fields["icon"].choices = icons  # type: ignore[attr-defined]

    @classmethod
    def of(cls, deployment_set: DeploymentSet, edition: str) -> Self:
        """The form as it is before anybody changes anything."""
        said = {name: getattr(deployment_set, name) for name in ("name", "description", "color", "icon")}
        initial = {**said, "tags": " ".join(deployment_set.tags), "edition": edition}
        return cls(initial=initial, current=deployment_set)

    def clean_tags(self) -> list[str]:
        """The tags, of which the service says what is wrong with them."""
        return [tag for tag in re.split(r"[\s,]+", str(self.cleaned_data["tags"])) if tag]

    @property
    def fields_of_set(self) -> dict[str, Any]:
        """What the services of sets take."""
        return {name: self.cleaned_data[name] for name in ("name", "description", "color", "icon", "tags")}

    def tell_edited(self, edition: str) -> None:
        """Say that the set is not as it was read; sent once more, it is overwritten."""
        self.data = {**{name: self.data[name] for name in self.data}, "edition": edition}
        self.add_error(
            None,
            "This set was changed elsewhere since you opened it. What you typed is still here: save it all the same, "
            "or close and look at the set first.",
        )
