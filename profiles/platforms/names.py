"""Names that every reader takes. Nothing here knows a platform."""

import re
import unicodedata

from projects.paths import MAX_NAME_LENGTH, PathError


def plain_name(name: str) -> str:
    """`name` in small letters, digits and single hyphens, at most 64 characters: what skills may be called.

    The form that the Agent Skills specification asks for (agentskills.io/specification). Raises PathError where nothing
    of the name is left.
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:MAX_NAME_LENGTH].rstrip("-")
    if not plain:
        raise PathError(f"The name {name[:40]!r} has no letter from a to z and no digit to make a name of.")
    return plain
