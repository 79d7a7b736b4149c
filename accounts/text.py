"""Which text the application stores at all. Pure; used by every app's models."""

from django.core.exceptions import ValidationError


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
