"""What people fill in about sets."""

from collections.abc import Sequence
from typing import Any, Self, cast

from django import forms
from django.http import QueryDict

from accounts.lengths import LONGEST_NAME, LONGEST_PROSE
from accounts.models import User
from accounts.pages.forms import PageForm
from artifacts.forms.texts import words
from deployment_sets.models import DeploymentSet
from deployment_sets.portable.document import PortableDocument
from deployment_sets.portable.reading import MAX_BYTES, format_of, parse
from projects.queries import projects_of

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
    def of(cls, deployment_set: DeploymentSet, edition: str, **kwargs: Any) -> Self:
        """The form as it is before anybody changes anything."""
        said = {name: getattr(deployment_set, name) for name in ("name", "description", "color", "icon")}
        initial = {**said, "tags": " ".join(deployment_set.tags), "edition": edition}
        return cls(initial=initial, current=deployment_set, **kwargs)

    def clean_tags(self) -> list[str]:
        """The tags, of which the service says what is wrong with them."""
        return words(str(self.cleaned_data["tags"]))

    @property
    def fields_of_set(self) -> dict[str, Any]:
        """What the services of sets take."""
        return {name: self.cleaned_data[name] for name in ("name", "description", "color", "icon", "tags")}


class FieldForm(SetForm):
    """One of a set's own fields by itself, changed where it stands on the set's page."""

    def __init__(self, *args: Any, field: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field = field
        for name in {*self.fields} - {field, "edition"}:
            del self.fields[name]
        self.auto_id = f"{field}-%s"

    @property
    def fields_of_set(self) -> dict[str, Any]:
        """The one field, as the services of sets take it."""
        return {self.field: self.cleaned_data[self.field]}


class _ProjectField(forms.UUIDField):
    """One of the owner's projects, or none. By name the first of them can be chosen; any may be sent."""

    widget = forms.Select
    shown = 200

    def offer(self, owner: User, nothing: str) -> None:
        """Let `owner` choose, or `nothing`."""
        projects = list(projects_of(owner).order_by("name", "pk")[: self.shown + 1])
        choices = [(str(project.pk), project.name) for project in projects[: self.shown]]
        cast(forms.Select, self.widget).choices = [("", nothing), *choices]
        if len(projects) > self.shown:
            self.help_text = f"These are the first {self.shown} by name. {self.help_text}".strip()


class ExportForm(PageForm):
    """What of a set is written into a document, and how."""

    format = forms.ChoiceField(choices=[("toml", "TOML"), ("json", "JSON")], initial="toml", widget=forms.RadioSelect)
    nested_sets = forms.BooleanField(label="The sets in it", required=False, initial=True)
    groups = forms.BooleanField(label="The groups in it", required=False, initial=True)
    project = _ProjectField(label="Profiles of a project", required=False)

    def __init__(self, owner: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(_ProjectField, self.fields["project"]).offer(owner, "No profiles")


class ImportForm(PageForm):
    """A document of sets, as a file or as text, and what is to be done with it."""

    file = forms.FileField(required=False, widget=forms.FileInput(attrs={"accept": ".toml,.json"}))
    text = forms.CharField(
        label="What is in the file",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "input mono"}),
    )
    project = _ProjectField(label="Project that takes its profiles", required=False)
    update_profiles = forms.BooleanField(label="Change profiles there that say something else", required=False)
    artifact_metadata = forms.BooleanField(label="Write platforms and tags of artifacts as in the file", required=False)

    def __init__(self, owner: User, data: QueryDict | None = None, files: Any = None) -> None:
        super().__init__(data if data is None else data.copy(), files)
        cast(_ProjectField, self.fields["project"]).offer(owner, "None, leave them out")

    def clean(self) -> dict[str, Any]:
        """There has to be a document. A file becomes the text, for no browser sends a file again by itself."""
        if (file := self.cleaned_data.get("file")) is not None:
            if file.size > MAX_BYTES:
                raise forms.ValidationError(
                    {"file": f"It is longer than {MAX_BYTES} bytes, which is as many as are read."}
                )
            try:
                self.cleaned_data["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(
                    {"file": "This is not a text file: choose one that was exported."}
                ) from None
            cast(QueryDict, self.data)["text"] = self.cleaned_data["text"]
        if not self.errors and not self.cleaned_data["text"].strip():
            raise forms.ValidationError("Choose a file that was exported, or paste what is in it.")
        return self.cleaned_data

    @property
    def document(self) -> PortableDocument:
        """What is to be imported. Raises as `deployment_sets.portable.reading.parse` does."""
        text: str = self.cleaned_data["text"]
        return parse(text, format_of(text))


class ChosenSetForm(PageForm):
    """One of somebody's sets."""

    set = forms.UUIDField(error_messages={"required": "Choose a set.", "invalid": "Choose one of the sets."})
