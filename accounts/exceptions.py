"""What can be wrong with who somebody is, and with what they may do."""

import math
from datetime import timedelta
from uuid import UUID

from accounts.validation import Problems


class AccountError(Exception):
    """Something about users and their rights that a caller has to be told."""


class TokenNotFoundError(AccountError):
    """The owner has no such token."""

    def __init__(self, token_id: UUID) -> None:
        super().__init__(f"There is no token with the id {token_id}.")
        self.token_id = token_id


class TokenError(AccountError):
    """A token that cannot be made as asked; `problems` has messages by field."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(" ".join(message for messages in problems.values() for message in messages))
        self.problems = problems


class PasswordError(AccountError):
    """A password that nobody should have; `problems` has messages by field."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(" ".join(message for messages in problems.values() for message in messages))
        self.problems = problems


class MissingPermissionError(AccountError):
    """Shared things may be changed only by those who were given the right to."""

    def __init__(self, permission: str) -> None:
        super().__init__(f"You lack the permission {permission}. An administrator can grant it to you, in the admin.")
        self.permission = permission


class TooManyAttemptsError(AccountError):
    """Wrong passwords or tokens came from one address so often that it has to wait: `seconds` of them.

    With a `username` it has to wait with this name alone.
    """

    def __init__(self, wait: timedelta, username: str = "") -> None:
        self.seconds = max(1, math.ceil(wait.total_seconds()))
        minutes = math.ceil(self.seconds / 60)
        how_long = "a minute" if minutes == 1 else f"{minutes} minutes"
        whose = f"to sign in as “{username}” from your address" if username else "from your address"
        super().__init__(f"Too many attempts {whose} were wrong. Try again in {how_long}.")
