"""What browsers make of texts, taken back."""

import re


def plain_lines(text: str) -> str:
    """Browsers send every line's end as CRLF."""
    return text.replace("\r\n", "\n")


def words(text: str) -> list[str]:
    """The words of a field that takes several, with spaces or commas between them."""
    return [word for word in re.split(r"[\s,]+", text) if word]
