"""Which text the application stores at all, how it is looked for, and how any text is shown on a terminal."""

import re
import unicodedata
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.lengths import LONGEST_NAME

# What a terminal obeys, what nobody sees, and what has no UTF-8.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def storable_text(value: str) -> None:
    """Refuse what a database or an encoder would choke on later: NUL and lone surrogates.

    A Django validator: raises ValidationError.
    """
    if "\x00" in value:
        raise ValidationError("Text cannot contain a NUL character.", code="nul")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValidationError("Text cannot contain half of a surrogate pair.", code="surrogate") from None


def is_storable(value: str) -> bool:
    """Whether `value` can be stored, or looked for among what is."""
    try:
        storable_text(value)
    except ValidationError:
        return False
    return True


def containing(field: str, words: str) -> Q:
    """The condition that `field` contains `words` as they stand, in whatever case.

    Always met for no words, and never for what is not stored or is longer than any name.
    """
    if not words:
        return Q()
    if len(words) > LONGEST_NAME or not is_storable(words):
        return Q(pk__in=[])
    # A regular expression and not `icontains`: SQLite's LIKE folds the case of ASCII alone.
    return Q(**{f"{field}__iregex": re.escape(words)})


def uuid_in(text: str) -> UUID | None:
    """The id that `text` is; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def printable(text: str) -> str:
    r"""`text` as one line that a terminal does nothing but show: control and invisible characters become `\x1b`."""
    if text.isprintable():
        return text
    return "".join(
        repr(character)[1:-1] if unicodedata.category(character) in _UNPRINTABLE else character for character in text
    )
