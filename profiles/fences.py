"""Code in Markdown: fences and spans. Pure Python."""

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


def code_in(text: str, *, with_spans: bool = True) -> list[bool]:
    """For each character whether it stands in a code fence or, `with_spans`, a code span."""
    code: list[bool] = []
    fence = ""
    for line in text.split("\n"):
        before, fence = fence, fence_after(fence, line)
        code += (
            [True] * (len(line) + 1)
            if before or fence
            else [*(_spans(line) if with_spans else [False] * len(line)), False]
        )
    return code


def _spans(line: str) -> list[bool]:
    code = [False] * len(line)
    ticks = [match.span() for match in re.finditer("`+", line)]
    # Where each length of backticks comes up, the next one last.
    later: dict[int, list[int]] = {}
    for start, after in reversed(ticks):
        later.setdefault(after - start, []).append(start)
    end = 0
    for start, after in ticks:
        starts = later[after - start]
        while starts and starts[-1] < max(after, end):
            starts.pop()
        if start >= end and starts:
            end = starts[-1] + after - start
            code[start:end] = [True] * (end - start)
    return code
