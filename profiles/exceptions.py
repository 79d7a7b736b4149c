"""What can be wrong with a profile."""

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
