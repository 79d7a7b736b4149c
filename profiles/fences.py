"""Code fences of Markdown. Pure Python."""

import re

_FENCE = re.compile(r"[ \t]*(?:(`{3,})([^`]*)|(~{3,})(.*))")


def fence_after(fence: str, line: str) -> str:
    """The code fence that is open after `line`, given the one that was before it; empty for none."""
    match = _FENCE.fullmatch(line)
    if match is None:
        return fence
    marks, rest = (match[1], match[2]) if match[1] else (match[3], match[4])
    if not fence:
        return marks
    closes = marks[0] == fence[0] and len(marks) >= len(fence) and not rest.strip()
    return "" if closes else fence


def open_fence(text: str) -> str:
    """The code fence that `text` leaves open at its end; empty for none."""
    fence = ""
    for line in text.split("\n"):
        fence = fence_after(fence, line)
    return fence
