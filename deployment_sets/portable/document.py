"""What a document of sets holds, as plain data.

Set ids, group ids and collection names are the document's own words: they say what in it belongs together. What is left
out is empty; there is no null.
"""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator, with_config

from accounts.lengths import LONGEST_NAME
from deployment_sets.services.resolution import Member, MemberKind
from profiles.enums import ArtifactType, Platform
from profiles.layout import PortableProfile

FORMAT: Final = 1
MAX_SETS = 2_000
MAX_GROUPS = 2_000
MAX_COLLECTIONS = 2_000
MAX_ARTIFACTS = 20_000
MAX_MEMBERS = 50_000
MAX_PROFILES = 50
MAX_TAGS = 100


def _stripped(value: object) -> object:
    """Blanks around a name do not count, here as in the services that take it."""
    return value.strip() if isinstance(value, str) else value


# Half surrogates are refused with every text; a NUL has to be.
_Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
_Name = Annotated[_Text, StringConstraints(min_length=1, max_length=LONGEST_NAME), BeforeValidator(_stripped)]
_Line = Annotated[_Text, StringConstraints(max_length=LONGEST_NAME)]
_Tags = Annotated[tuple[_Line, ...], Field(max_length=MAX_TAGS)]


class _Table(BaseModel):
    """A part of the document. A key that is not known is refused: most likely it is misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PortableMember(_Table):
    """A member of a set: exactly one of the three, by its id in the document."""

    artifact: UUID | None = None
    group: UUID | None = None
    set: UUID | None = None

    @classmethod
    def of(cls, member: Member) -> "PortableMember":
        """`member` as the document has it."""
        return cls(**{member.kind.value: member.target_id})

    @model_validator(mode="after")
    def _is_one(self) -> "PortableMember":
        if len(self._given()) != 1:
            raise ValueError("A member is exactly one of an artifact, a group or a set.")
        return self

    @property
    def member(self) -> Member:
        """Which thing, of which kind."""
        return self._given()[0]

    def _given(self) -> list[Member]:
        references = {MemberKind.ARTIFACT: self.artifact, MemberKind.GROUP: self.group, MemberKind.SET: self.set}
        return [Member(kind, target_id) for kind, target_id in references.items() if target_id is not None]


class _Container(_Table):
    """A set or a group."""

    id: UUID
    name: _Name


class PortableSet(_Container):
    """A set with its direct members, in order. What its values may be is for the services of sets to say."""

    description: _Text = ""
    color: _Text = ""
    icon: _Text = ""
    tags: _Tags = ()
    members: Annotated[tuple[PortableMember, ...], Field(max_length=MAX_MEMBERS)] = ()


class PortableReference(_Container):
    """A set or group that was left out of the document, and has to be there already where it is imported."""

    kind: Literal["set", "group"]
    collection: _Name | None = None


class PortableGroup(_Container):
    """A group with its artifacts, in order. One with a collection is kept by that collection's import."""

    description: _Text = ""
    collection: _Name | None = None
    artifacts: Annotated[tuple[UUID, ...], Field(max_length=MAX_MEMBERS)] = ()


class PortableCollection(_Table):
    """Where artifacts come from. Only `source` and `ref` count elsewhere; the name is for the document."""

    name: _Name
    kind: _Line = ""
    source: Annotated[_Text, StringConstraints(max_length=1024)]
    ref: _Line = ""


class PortableArtifact(_Table):
    """An artifact: by which it is found elsewhere, and what is said about it. Not its content."""

    uuid: UUID
    collection: _Name
    type: ArtifactType
    namespace: _Line = ""
    name: _Name
    description: _Text = ""
    tags: _Tags = ()
    target_platforms: Annotated[tuple[Platform, ...], Field(min_length=1)] | None = None

    @property
    def label(self) -> str:
        """How people write it: `skill:pdf`."""
        return f"{self.type}:{self.name}"


@with_config(ConfigDict(extra="forbid"))
class PortableProfileTable(PortableProfile):
    """A profile. What its values may be is for profiles to say."""


class PortableDocument(_Table):
    """A set, the first of `sets`, and all it needs: whatever is referred to is in the document, or in `references`."""

    format: Literal[1] = Field(description="The version of this format.")
    sets: Annotated[tuple[PortableSet, ...], Field(min_length=1, max_length=MAX_SETS)]
    references: Annotated[tuple[PortableReference, ...], Field(max_length=MAX_SETS + MAX_GROUPS)] = ()
    groups: Annotated[tuple[PortableGroup, ...], Field(max_length=MAX_GROUPS)] = ()
    collections: Annotated[tuple[PortableCollection, ...], Field(max_length=MAX_COLLECTIONS)] = ()
    artifacts: Annotated[tuple[PortableArtifact, ...], Field(max_length=MAX_ARTIFACTS)] = ()
    profiles: Annotated[tuple[PortableProfileTable, ...], Field(max_length=MAX_PROFILES)] = ()
