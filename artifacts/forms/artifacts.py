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
from artifacts.queries import edition_of_artifact
from profiles.enums import ArtifactType, artifact_type_choices, platform_choices
from profiles.rendering import ContentFile

# Four fields each, and Django takes a thousand at once.
MOST_ROWS = 200
_TOO_LONG = (
    f"Here an artifact is written with at most {MOST_ROWS} files. Change one that has more over the API, or keep it in "
    "a folder, and import that."
)


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
    edition = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    @classmethod
    def of(cls, artifact: Artifact) -> Self:
        """The form as it is before anybody changes anything."""
        return cls(
            initial={
                "description": artifact.description,
                "target_platforms": artifact.target_platforms or [],
                "tags": " ".join(artifact.tags),
                "edition": edition_of_artifact(artifact),
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
    """The files of one artifact, a row each, with an empty one to add another.

    `edition` is that of the artifact when they were read, for one that there is. `too_long` says so where there are
    more than could be sent back.
    """

    def __init__(self, sent: QueryDict | None = None, *, held: Sequence[ContentFile] = (), edition: str = "") -> None:
        self._held = {file.path: file for file in held}
        is_too_long = len(held) > MOST_ROWS if sent is None else f"path-{MOST_ROWS}" in sent
        self.too_long = _TOO_LONG if is_too_long else ""
        self.edition = edition if sent is None else sent.get("edition", "")
        self.is_sent = sent is not None and "save" in sent
        self.rows = [_row(file) for file in held] if sent is None else list(_rows(sent))
        if not self.is_sent and not self.is_full and (sent is not None or not self.rows):
            self.rows.append(FileRow())

    @property
    def is_full(self) -> bool:
        """Whether there is no row left for another file."""
        return len(self.rows) >= MOST_ROWS

    @property
    def files(self) -> dict[str, InlineFile]:
        """What the services of artifacts take: all files that stay, by path.

        Raises ArtifactError for too many files, for a path of two, and for a file to keep that is not there any more.
        """
        if self.too_long:
            raise ArtifactError({"files": [self.too_long]})
        staying = [row for row in self.rows if not row.removed and (row.text or row.path)]
        for path, number in Counter(row.path for row in staying).items():
            if number > 1:
                raise ArtifactError({"files": [f"{number} files have the path {path!r}. Give each its own."]})
        return {row.path: self._file(row) for row in staying}

    @property
    def is_empty(self) -> bool:
        """Whether it was sent with nothing written in it."""
        return self.is_sent and not any(row.kept or row.text or row.path for row in self.rows if not row.removed)

    def _file(self, row: FileRow) -> InlineFile:
        if not row.kept:
            return InlineFile(row.text.encode(), row.executable)
        if row.path not in self._held:
            raise ArtifactError({"files": [f"{row.path!r} is not there any more, so it cannot be kept. Leave it out."]})
        return InlineFile(self._held[row.path].data, row.executable)


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
