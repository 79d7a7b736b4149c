"""What can be wrong with a profile."""

from collections.abc import Collection

from accounts.validation import Problems


class ProfileError(Exception):
    """A profile that cannot be made or changed as asked; `problems` has messages by field."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(" ".join(message for messages in problems.values() for message in messages))
        self.problems = problems


class ProfileExistsError(ProfileError):
    """The project has a profile with this id."""

    def __init__(self, profile_id: str) -> None:
        super().__init__({"profile_id": [f"This project has a profile {profile_id!r} already. Choose another id."]})
        self.profile_id = profile_id


class TooManyProfilesError(ProfileError):
    """The project has as many profiles as one may have."""

    def __init__(self, most: int) -> None:
        super().__init__({"": [f"A project has at most {most} profiles. Delete one that is not used any more."]})


class UnknownProfileError(ProfileError):
    """The project has no profile of that id; `known` are those it has."""

    def __init__(self, profile_id: str, known: Collection[str]) -> None:
        has = ", ".join(known) or "none"
        super().__init__({"profile_ids": [f"The project has no profile {profile_id!r}. It has {has}."]})


class NoProfileError(ProfileError):
    """The project has no profile at all."""

    def __init__(self) -> None:
        super().__init__({"profile_ids": ["The project has no profile to deploy under. Create one first."]})
