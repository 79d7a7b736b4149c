"""Two states of files as text for people: what a deploy would change, what somebody edited since. Pure Python.

A diff that is not cut is *right*: applied to the bytes before, by `patch -p1` or `git apply`, it gives the bytes
after. What it may cost is bounded (`Allowance`, `MAX_…`): past a bound it becomes coarser, then shorter, then a note.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from enum import StrEnum
from io import StringIO
from itertools import accumulate

from artifacts.manifests import Manifest, ManifestFile, is_junk, normalised

# Of one file: what is compared at all, and how much of its diff is shown.
MAX_BYTES = 1 << 20
MAX_LINES = 20_000
MAX_SHOWN_LINES = 1_000

_CONTEXT_LINES = 3
_BYTE_ORDER_MARK = "\ufeff"
# What would end a header's line or the quotes around its path.
_QUOTED = re.compile(r'[\x00-\x1f\x7f"\\]')

_NOTHING_LEFT = "Not shown: the diffs before it have used up what is shown at once."


class DiffKind(StrEnum):
    """What became of a file."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FileDiff:
    """How one file differs; `path` is relative to the project.

    `text` is a unified diff, or '' where there is none to show. Its lines end with LF alone, and control characters
    are in it as they are in the file: split it at `\\n`, and escape what you print. `note` is sentences: why there is
    no text, or what changed that the text does not say or show.
    """

    path: str
    kind: DiffKind
    text: str
    note: str = ""


@dataclass(slots=True)
class Allowance:
    """What diffs may still cost. Give one to several calls, and its bounds hold for them together.

    Every file that differs counts towards `files`, every line of diff towards `lines`, what is read to make them
    towards `bytes`. `work` is steps of the search for lines in common; without it, the search takes a time that
    grows with the cube of the lines. When it is used up, lines in common are shown as removed and added.
    """

    files: int = 500
    lines: int = 10_000
    bytes: int = 32 << 20
    work: int = 3_000_000

    @property
    def is_spent(self) -> bool:
        """Whether no text can be shown any more."""
        return self.lines <= 0 or self.bytes <= 0


def diff_states(
    path: str,
    before: Manifest | None,
    after: Manifest | None,
    content: Callable[[str], bytes | None],
    allowance: Allowance | None = None,
) -> tuple[FileDiff, ...]:
    """What differs between two states of `path`, file by file in path order; None is a state of nothing.

    As everywhere, junk is nobody's work and of a mode only the executable bit counts. A renamed file is one removed
    and one added; a symlink has no text, and where it leads is a note. `content` gives the bytes of a hash, or None
    when they are no longer kept; it is asked twice a file at the most. When more files differ than the allowance has
    left, a last diff of `path` itself says how many.
    """
    allowance = allowance or Allowance()
    olds, news = _files_by_path(path, before), _files_by_path(path, after)
    differing = _differing(olds, news)
    shown = differing[: max(0, allowance.files)]
    allowance.files -= len(shown)
    diffs = [_diff_files(each, olds.get(each), news.get(each), content, allowance) for each in shown]
    if left_out := len(differing) - len(shown):
        note = f"{left_out:,} more {'file differs' if left_out == 1 else 'files differ'}."
        diffs.append(FileDiff(path, _kind(before, after), "", note))
    return tuple(diffs)


def digests_before(path: str, before: Manifest | None, after: Manifest | None) -> list[str]:
    """The hashes from before that `diff_states` would ask for, in its order, if it had no bounds."""
    olds, news = _files_by_path(path, before), _files_by_path(path, after)
    return [olds[each].sha256 for each in _differing(olds, news) if each in olds]


def diff_bytes(
    path: str, before: bytes | None, after: bytes | None, allowance: Allowance | None = None
) -> FileDiff | None:
    """How the bytes of one file differ, None being no file; None when they are equal."""
    if before == after:
        return None
    text, notes = _compare(path, before, after, allowance or Allowance())
    return FileDiff(path, _kind(before, after), text, " ".join(notes))


def _files_by_path(path: str, manifest: Manifest | None) -> dict[str, ManifestFile]:
    files = () if manifest is None else manifest.files
    kept = normalised(file for file in files if not is_junk(file.path)).files
    return {"/".join(part for part in (path, file.path) if part): file for file in kept}


def _differing(olds: dict[str, ManifestFile], news: dict[str, ManifestFile]) -> list[str]:
    return sorted(each for each in olds.keys() | news.keys() if olds.get(each) != news.get(each))


def _kind(before: object | None, after: object | None) -> DiffKind:
    if before is None:
        return DiffKind.ADDED
    return DiffKind.REMOVED if after is None else DiffKind.CHANGED


def _diff_files(
    path: str,
    before: ManifestFile | None,
    after: ManifestFile | None,
    content: Callable[[str], bytes | None],
    allowance: Allowance,
) -> FileDiff:
    text, notes = "", _notes_on_executable(before, after)
    if before is None or after is None or before.sha256 != after.sha256 or before.is_symlink != after.is_symlink:
        if allowance.is_spent:
            notes.append(_NOTHING_LEFT)
        else:
            sides = _Side.read(before, content), _Side.read(after, content)
            text, more = _compare_sides(path, *sides, allowance)
            notes += more
    return FileDiff(path, _kind(before, after), text, " ".join(notes))


def _notes_on_executable(before: ManifestFile | None, after: ManifestFile | None) -> list[str]:
    was, is_now = (file is not None and file.executable for file in (before, after))
    if was == is_now or after is None:
        return []
    if before is None:
        return ["Executable."]
    return ["Now executable." if is_now else "No longer executable."]


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two states of a file: its bytes (None: no file, or a symlink), or where the symlink leads."""

    data: bytes | None = None
    symlink: str | None = None
    is_lost: bool = False

    @classmethod
    def read(cls, file: ManifestFile | None, content: Callable[[str], bytes | None]) -> "_Side":
        if file is None:
            return cls()
        data = content(file.sha256)
        if file.is_symlink:
            return cls(
                symlink="a symlink" if data is None else f"a symlink to {data.decode(errors='backslashreplace')}"
            )
        return cls(data, is_lost=data is None)


def _compare_sides(path: str, before: _Side, after: _Side, allowance: Allowance) -> tuple[str, list[str]]:
    """The text and the notes. A symlink has no text: the file that it was, or became, is shown as if alone."""
    notes = []
    if before.symlink is not None:
        notes.append(f"Was {before.symlink}.")
    if after.symlink is not None:
        notes.append(f"Now {after.symlink}.")
    if before.is_lost or after.is_lost:
        when = " and ".join(name for name, side in (("before", before), ("after", after)) if side.is_lost)
        return "", [*notes, f"Cannot be shown: the bytes {when} are no longer kept."]
    if before.data is None and after.data is None:
        return "", notes
    text, more = _compare(path, before.data, after.data, allowance)
    return text, notes + more


def _compare(path: str, before: bytes | None, after: bytes | None, allowance: Allowance) -> tuple[str, list[str]]:
    """The text and the notes for the bytes of one file, of which one at least is there."""
    if allowance.is_spent:
        return "", [_NOTHING_LEFT]
    present = [data for data in (before, after) if data is not None]
    allowance.bytes -= sum(map(len, present))
    if not any(present):
        return "", ["Empty file."]
    size = _amounts([len(data) for data in present], "byte")
    if max(map(len, present)) > MAX_BYTES:
        return "", [f"Too large to show: {size}."]
    try:
        old, new = _decoded(before), _decoded(after)
    except ValueError:
        return "", [f"Binary file, {size}."]
    old_lines, new_lines = _lines(old), _lines(new)
    counts = [len(lines) for text, lines in ((old, old_lines), (new, new_lines)) if text is not None]
    if max(counts) > MAX_LINES:
        return "", [f"Too large to show: {_amounts(counts, 'line')}."]
    matcher = _BoundedMatcher(old_lines, new_lines, allowance)
    headers = f"--- {_name('a/', path, old)}\n+++ {_name('b/', path, new)}\n"
    notes = [] if old is None or new is None else [*_notes_on_byte_order_mark(old, new), *_notes_on_line_ends(old, new)]
    shown, cut = _cut(list(_hunks(matcher)), allowance)
    return headers + "".join(shown), notes + cut


def _decoded(data: bytes | None) -> str | None:
    """The text of `data`. Raises ValueError when it is none: not UTF-8, or with a NUL in it."""
    if data is None:
        return None
    if b"\0" in data:
        raise ValueError("There is a NUL in it.")
    return data.decode()


def _lines(text: str | None) -> list[str]:
    """The lines with their ends. Only LF ends one, as for every tool that reads diffs; a CR before it is content."""
    return list(StringIO(text or "", newline="\n"))


def _amounts(numbers: list[int], noun: str) -> str:
    return f"{' → '.join(f'{number:,}' for number in numbers)} {noun}{'' if numbers[-1] == 1 else 's'}"


def _name(prefix: str, path: str, text: str | None) -> str:
    """The path as git writes it into a header.

    Quoted when a character in it would end the line or the quotes; a space in it would end it for `patch`, unless a
    tab comes after.
    """
    if text is None:
        return "/dev/null"
    name = prefix + path
    quoted = _QUOTED.sub(lambda match: f"\\{ord(match[0]):03o}", name)
    if quoted != name:
        return f'"{quoted}"'
    return f"{name}\t" if " " in name else name


def _notes_on_byte_order_mark(before: str, after: str) -> list[str]:
    was, is_now = (text.startswith(_BYTE_ORDER_MARK) for text in (before, after))
    if was == is_now:
        return []
    return ["Byte order mark added." if is_now else "Byte order mark removed."]


def _notes_on_line_ends(before: str, after: str) -> list[str]:
    was, is_now = _line_ends(before), _line_ends(after)
    if was and is_now and was != is_now:
        return [f"Line ends: {was} → {is_now}."]
    if _with_plain_line_ends(before) == _with_plain_line_ends(after):
        return ["Only line ends differ."]
    return []


def _line_ends(text: str) -> str:
    both = text.count("\r\n")
    counts = {"LF": text.count("\n") - both, "CRLF": both, "CR": text.count("\r") - both}
    return " and ".join(name for name, count in counts.items() if count)


def _with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cut(lines: list[str], allowance: Allowance) -> tuple[list[str], list[str]]:
    shown = lines[: min(MAX_SHOWN_LINES, allowance.lines)]
    allowance.lines -= len(shown)
    return shown, [] if len(shown) == len(lines) else [f"Cut after {len(shown):,} of {_amounts([len(lines)], 'line')}."]


def _hunks(matcher: "_BoundedMatcher") -> Iterator[str]:
    """The lines of the diff below its headers."""
    for group in matcher.get_grouped_opcodes(_CONTEXT_LINES):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        yield f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n"
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                yield from (_line(" ", line) for line in matcher.before[old_start:old_end])
            else:
                yield from (_line("-", line) for line in matcher.before[old_start:old_end])
                yield from (_line("+", line) for line in matcher.after[new_start:new_end])


def _range(start: int, end: int) -> str:
    """A range of lines as GNU diff writes it: from 1, a length of 1 left out, an empty one by the line before it."""
    length = end - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"


def _line(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"


class _BoundedMatcher(SequenceMatcher[str]):
    """A matcher that searches for lines in common only as long as the allowance has work left."""

    b2j: dict[str, list[int]]  # documented, but not in typeshed: the places of each line of `after`

    def __init__(self, before: list[str], after: list[str], allowance: Allowance) -> None:
        super().__init__(None, before, after)
        self.before, self.after = before, after
        self._allowance = allowance
        # Of the lines before each: a search looks at each line and at all the places where it stands in `after`.
        self._work = list(accumulate((1 + len(self.b2j.get(line, ())) for line in before), initial=0))

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """A run of equal lines: what both begin with, else what both end with, else the longest.

        SequenceMatcher asks for one, then for one in what lies before it and in what lies after it. Finding none
        is never wrong: what was asked about is then removed and added as a whole.
        """
        ahi, bhi = len(self.before) if ahi is None else ahi, len(self.after) if bhi is None else bhi
        longest = min(ahi - alo, bhi - blo)
        if size := _count_while(longest, lambda at: self.before[alo + at] == self.after[blo + at]):
            return Match(alo, blo, size)
        if size := _count_while(longest, lambda at: self.before[ahi - 1 - at] == self.after[bhi - 1 - at]):
            return Match(ahi - size, bhi - size, size)
        work = self._work[ahi] - self._work[alo]
        if work > self._allowance.work:
            return Match(alo, blo, 0)
        self._allowance.work -= work
        return super().find_longest_match(alo, ahi, blo, bhi)


def _count_while(end: int, holds: Callable[[int], bool]) -> int:
    return next((at for at in range(end) if not holds(at)), end)
