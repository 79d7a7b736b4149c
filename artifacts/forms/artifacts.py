"""What people fill in about artifacts, and the files of those that are made here."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.http import QueryDict

from accounts.lengths import LONGEST_NAME
from accounts.pages.forms import PageForm
from accounts.text import storable_text
from artifacts.exceptions import ArtifactError
from artifacts.forms.texts import plain_lines, words
from artifacts.importing.inline import InlineFile
from artifacts.importing.limits import LONGEST_DESCRIPTION
from artifacts.models import Artifact
from profiles.enums import ArtifactType, artifact_type_choices, platform_choices
from profiles.rendering import ContentFile

MOST_ROWS = 200


class MetadataForm(PageForm):
    """What people say of any artifact. Without a platform it may go to every one."""

    target_platforms = forms.MultipleChoiceField(
        label="Only for",
        choices=platform_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick none, and it may be deployed on every platform.",
    )
    tags = forms.CharField(
        required=False,
        max_length=1_000,
        help_text="In lower case, with spaces between them: web python",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    description = forms.CharField(
        required=False,
        max_length=LONGEST_DESCRIPTION,
        validators=[storable_text],
        help_text="Left empty, its files say it. The next import of an imported artifact writes it again.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )

    @classmethod
    def of(cls, artifact: Artifact) -> Self:
        """The form as it is before anybody changes anything."""
        return cls(
            initial={
                "description": artifact.description,
                "target_platforms": artifact.target_platforms or [],
                "tags": " ".join(artifact.tags),
            }
        )

    def clean_description(self) -> str:
        """The description with the ends of lines that everything else has."""
        return plain_lines(self.cleaned_data["description"])

    def clean_tags(self) -> list[str]:
        """The tags, of which the service says what is wrong with them."""
        return words(self.cleaned_data["tags"])

    @property
    def changes(self) -> dict[str, Any]:
        """What `update_artifact` takes."""
        return {
            "description": self.cleaned_data["description"] or None,
            "target_platforms": self.cleaned_data["target_platforms"] or None,
            "tags": self.cleaned_data["tags"],
        }


class NewArtifactForm(PageForm):
    """What a new artifact is called."""

    type = forms.ChoiceField(choices=artifact_type_choices)
    name = forms.CharField(
        max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"})
    )
    namespace = forms.CharField(
        required=False, max_length=LONGEST_NAME, help_text="Of the plugin it belongs to, if it belongs to one."
    )

    @property
    def identity(self) -> dict[str, Any]:
        """What `create_artifact` takes besides the files."""
        return {**self.cleaned_data, "type": ArtifactType(self.cleaned_data["type"])}


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as it is being written. One that is no text is `kept` as it is, or removed."""

    path: str = ""
    text: str = ""
    executable: bool = False
    kept: bool = False
    removed: bool = False


class FilesForm:
    """The files of one artifact, a row each, with an empty one to add another."""

    def __init__(self, sent: QueryDict | None = None, *, held: Sequence[ContentFile] = ()) -> None:
        self._held = {file.path: file for file in held}
        self.is_sent = sent is not None and "save" in sent
        self.rows = [_row(file) for file in held] if sent is None else list(_rows(sent))
        if not self.is_sent and (sent is not None or not self.rows):
            self.rows.append(FileRow())

    @property
    def files(self) -> dict[str, InlineFile]:
        """What the services of artifacts take: all files that stay, by path. Raises ArtifactError for a path of two."""
        staying = [row for row in self.rows if not row.removed and (row.text or row.path)]
        for path, number in Counter(row.path for row in staying).items():
            if number > 1:
                raise ArtifactError({"files": [f"{number} files have the path {path!r}. Give each its own."]})
        return {row.path: self._file(row) for row in staying}

    @property
    def has_paths(self) -> bool:
        """Whether there are several files, or one that has a path."""
        return len(self.rows) > 1 or any(row.path for row in self.rows)

    def _file(self, row: FileRow) -> InlineFile:
        held = self._held.get(row.path)
        return InlineFile(held.data if row.kept and held is not None else row.text.encode(), row.executable)


def _rows(sent: QueryDict) -> Iterator[FileRow]:
    for number in range(MOST_ROWS):
        if f"path-{number}" not in sent:
            return
        yield FileRow(
            path=sent.get(f"path-{number}", "").strip(),
            text=plain_lines(sent.get(f"text-{number}", "")),
            executable=f"executable-{number}" in sent,
            kept=f"kept-{number}" in sent,
            removed=f"removed-{number}" in sent,
        )


def _row(file: ContentFile) -> FileRow:
    try:
        text = file.data.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or "\r" in text:
        return FileRow(file.path, executable=file.executable, kept=True)
    return FileRow(file.path, text, file.executable)
