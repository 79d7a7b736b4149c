"""Names cut to the room they have. A server has no fonts, so widths are judged, on the wide side. Pure Python."""

import unicodedata

_NARROW = frozenset("iIjl.,:;'|!()[]{}ftr1 -/")
_BROAD = frozenset("mwMW@%…")


def cut(text: str, width: int, size: int) -> str:
    """`text`, or as much of its beginning as fits into `width` pixels in letters of `size`, and an ellipsis."""
    room = width / size
    if sum(map(_ems, text)) <= room:
        return text
    room -= _ems("…")
    fitting = ""
    for letter in text:
        room -= _ems(letter)
        if room < 0:
            break
        fitting += letter
    return fitting.rstrip() + "…"


def _ems(letter: str) -> float:
    if unicodedata.category(letter) in {"Mn", "Me"}:
        return 0
    if unicodedata.east_asian_width(letter) in {"W", "F"} or letter in _BROAD:
        return 1
    if letter in _NARROW:
        return 0.36
    return 0.68 if letter.isupper() else 0.6
