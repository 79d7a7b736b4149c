"""Which text the application stores at all, and how it shows any text on a terminal."""

import unicodedata

from django.core.exceptions import ValidationError

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


def printable(text: str) -> str:
    r"""`text` as one line that a terminal does nothing but show: control and invisible characters become `\x1b`."""
    if text.isprintable():
        return text
    return "".join(
        repr(character)[1:-1] if unicodedata.category(character) in _UNPRINTABLE else character for character in text
    )
