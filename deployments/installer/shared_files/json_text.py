"""Where things stand in a JSON text, strict or with comments and trailing commas.

The standard library's decoder does the reading, which also makes it fast. Comments and trailing commas
are blanked out before, character for character, so that every offset holds in the text as it is.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from deployments.installer.shared_files.exceptions import SharedFileError, error_at
from profiles.entries import Element, Value

# Far from where decoders give up, and from anything that a person writes.
MAX_DEPTH = 200
WHITE_SPACE = " \t\r\n"

_STRING = r'"(?:[^"\\]++|\\.)*+"?'
_COMMENT = re.compile(
    rf'((?:{_STRING}|[^"/]++|/(?![/*]))*+)(//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?|\Z)',
    re.DOTALL,
)
_LAST_COMMA = re.compile(
    rf'((?:{_STRING}|[^",]++|,(?![{WHITE_SPACE}]*+[}}\]]))*+)(,|\Z)',
    re.DOTALL,
)
_STRING_OR_CONSTANT = re.compile(rf"{_STRING}|NaN|-?Infinity", re.DOTALL)
_STRING_OR_BRACKET = re.compile(rf"{_STRING}|[\[\]{{}}]", re.DOTALL)
_NO_BRACKETS = re.compile(rf"(?:{_STRING}|[^\"\[\]{{}}]++)++", re.DOTALL)
_LONG_NUMBER = re.compile(r"\d{4300}")
_SPACE = re.compile(f"[{WHITE_SPACE}]*+")


class _ConstantError(Exception):
    """A word that only looks like JSON: NaN, Infinity."""


def _reject_constant(word: str) -> Value:
    raise _ConstantError(word)


_decode = json.JSONDecoder(parse_constant=_reject_constant).raw_decode


@dataclass(frozen=True, slots=True)
class Child:
    """A member or element: where its key starts (an element: its value), its value, and where it ends."""

    name: str | None
    start: int
    value: int
    end: int
    data: Value


@dataclass(frozen=True)
class Container:
    """An object or array, brackets included. Its indexes are made once, when they are first asked for."""

    start: int
    end: int
    children: tuple[Child, ...]

    @cached_property
    def by_name(self) -> Mapping[str | None, Sequence[Child]]:
        """The members by name; more than one where a name is there twice."""
        return self._indexed(lambda child: child.name)

    @cached_property
    def by_digest(self) -> Mapping[str | None, Sequence[Child]]:
        """The elements by what `Element` tells them apart by."""
        return self._indexed(lambda child: Element.of((), child.data).digest)

    @cached_property
    def positions(self) -> Mapping[int, int]:
        """The position of each child, by the offset of its start."""
        return {child.start: position for position, child in enumerate(self.children)}

    def _indexed(self, of: Callable[[Child], str | None]) -> Mapping[str | None, Sequence[Child]]:
        index: dict[str | None, list[Child]] = {}
        for child in self.children:
            index.setdefault(of(child), []).append(child)
        return index


class JsonText:
    """A text that has been read.

    `text` is the text itself; `bare` has blanks for comments; `root` is the top-level object, None if there is
    nothing but white space and comments. Raises SharedFileError, and nothing else, for what is not such a text.
    """

    def __init__(self, text: str, *, comments: bool) -> None:
        self.text = text
        self.bare = _without_comments(text) if comments else text
        self._plain = _without_last_commas(self.bare) if comments else text
        self._containers: dict[int, Container] = {}
        self.data: Value = None
        self.root: int | None = None
        start = self.skip(0)
        if start == len(text):
            return
        if self._plain[start] != "{":
            raise self.error(start, "The top level of the file is not an object.")
        self._check_depth()
        self.data, end = self._read(start)
        if (end := self.skip(end)) != len(text):
            raise self.error(end, "There is something behind the end of the top-level object.")
        self.root = start

    def error(self, offset: int, reason: str) -> SharedFileError:
        """The error that blames the character at `offset`."""
        return error_at(self.text, offset, reason)

    def skip(self, offset: int) -> int:
        """The next offset that is not white space or comment."""
        match = _SPACE.match(self._plain, offset)
        return match.end() if match else offset

    def container(self, start: int) -> Container:
        """The object or array that starts there. The first time it is read again, which is linear in its length."""
        if start not in self._containers:
            self._containers[start] = self._read_container(start)
        return self._containers[start]

    def key_end(self, child: Child) -> int:
        """Where the member's key ends."""
        end: int = _decode(self._plain, child.start)[1]
        return end

    def has_comment(self, start: int, end: int) -> bool:
        """Whether there is a comment between the two offsets, or a part of one."""
        return self.text[start:end] != self.bare[start:end]

    def has_line_end(self, start: int, end: int) -> bool:
        """Whether what is between the two offsets goes over more than one line."""
        return self.text.find("\n", start, end) >= 0 or self.text.find("\r", start, end) >= 0

    def line_start(self, offset: int) -> int:
        """Where the line begins that `offset` is on; line ends in comments do not count."""
        return max(self.bare.rfind("\n", 0, offset), self.bare.rfind("\r", 0, offset)) + 1

    def _read_container(self, start: int) -> Container:
        plain = self._plain
        children: list[Child] = []
        offset = self.skip(start + 1)
        while plain[offset] not in "}]":
            value, name = offset, None
            if plain[start] == "{":
                name, value = _decode(plain, offset)
                value = self.skip(self.skip(value) + 1)
            data, end = _decode(plain, value)
            children.append(Child(name, offset, value, end, data))
            offset = self.skip(end)
            if plain[offset] == ",":
                offset = self.skip(offset + 1)
        return Container(start, offset + 1, tuple(children))

    def _read(self, start: int) -> tuple[Value, int]:
        try:
            return _decode(self._plain, start)
        except json.JSONDecodeError as error:
            raise self.error(error.pos, f"The file is not valid JSON: {error.msg}.") from error
        except _ConstantError as error:
            offset = next(m.start() for m in _STRING_OR_CONSTANT.finditer(self._plain) if m[0][0] != '"')
            raise self.error(offset, f"The file is not valid JSON: {error} is no value.") from error
        except ValueError as error:
            match = _LONG_NUMBER.search(self._plain)
            raise self.error(match.start() if match else 0, "A number has too many digits.") from error

    def _check_depth(self) -> None:
        brackets = _NO_BRACKETS.sub("", self._plain)
        depths = accumulate(1 if bracket in "[{" else -1 for bracket in brackets)
        if max(depths, default=0) <= MAX_DEPTH:
            return
        depth = 0
        for match in _STRING_OR_BRACKET.finditer(self._plain):
            depth += 1 if match[0] in "[{" else -1 if match[0] in "]}" else 0
            if depth > MAX_DEPTH:
                raise self.error(match.start(), f"The file is nested more than {MAX_DEPTH} levels deep.")


def _without_comments(text: str) -> str:
    """`text` with blanks for comments. One that does not end stays, for the decoder to stumble on."""

    def blanked(match: re.Match[str]) -> str:
        code, comment = match[1], match[2]
        is_open = comment.startswith("/*") and (len(comment) < 4 or not comment.endswith("*/"))
        return match[0] if is_open else code + " " * len(comment)

    return _COMMENT.sub(blanked, text) if "//" in text or "/*" in text else text


def _without_last_commas(text: str) -> str:
    """`text`, free of comments, with blanks for commas behind the last item of an object or array."""

    def blanked(match: re.Match[str]) -> str:
        code, comma = match[1], match[2]
        follows_item = code.rstrip(WHITE_SPACE)[-1:] not in ("", "[", "{", ",", ":")
        return code + " " * len(comma) if follows_item else match[0]

    return _LAST_COMMA.sub(blanked, text)
