"""Which edition of something somebody has in mind: so that two who edit it do not overwrite each other unawares."""

import json
from collections.abc import Collection
from hashlib import sha256


class EditedMeanwhileError(Exception):
    """Somebody has changed it since it was read; `edition` is what it is now."""

    def __init__(self, what: str, edition: str) -> None:
        super().__init__(
            f"{what} has been changed since you read it, and nothing was written. Read it again, and decide anew."
        )
        self.edition = edition


def edition_of(state: object) -> str:
    """A name for `state`, which is plain data: equal states have equal names, and others another."""
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return sha256(text.encode()).hexdigest()[:32]


def demand_edition(what: str, current: str, expected: Collection[str] | None) -> None:
    """Raise EditedMeanwhileError unless `current` is one of `expected`. None expects nothing.

    Holds until the end of the transaction only if nobody else can write `what` until then.
    """
    if expected is not None and current not in expected:
        raise EditedMeanwhileError(what, current)
