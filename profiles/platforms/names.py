"""Names that every reader takes. Nothing here knows a platform."""

import re
import unicodedata

from projects.paths import MAX_NAME_LENGTH, PathError


def plain_name(name: str) -> str:
    """`name` in small letters, digits and single hyphens, at most 64 characters: what skills may be called.

    The form that the Agent Skills specification asks for (agentskills.io/specification). Raises PathError where nothing
    of the name is left.
    """
    return ascii_name(name, "a-z0-9", is_small=True)[:MAX_NAME_LENGTH].rstrip("-")


def ascii_name(name: str, allowed: str, *, edges: str = "-", is_small: bool = False) -> str:
    """`name` with a hyphen for what is not `allowed`, which is written as in a class of a regular expression.

    Letters lose their accents, and with `is_small` they are small; nothing of `edges` is left at either end. Raises
    PathError where nothing is left at all.
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(f"[^{allowed}]+", "-", letters.lower() if is_small else letters).strip(edges)
    if not plain:
        raise PathError(f"The name {name[:40]!r} has no letter from a to z and no digit to make a name of.")
    return plain
