"""A document from text that anybody may have written."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from pydantic import ValidationError

from accounts.strict_json import read_strictly
from deployment_sets.exceptions import PortableDocumentError
from deployment_sets.portable.checks import check_document
from deployment_sets.portable.document import FORMAT, PortableDocument

type DocumentFormat = Literal["toml", "json"]

MAX_BYTES = 8 * 1024 * 1024

# Comments and strings, whose dots mean nothing. What is not closed goes on to its end, so that nothing is read twice.
_QUIET = re.compile(
    r"""#[^\n]*+|\"{3}(?:\\.|[^\\])*?(?:"{3,5}|\Z)|'{3}.*?(?:'{3,5}|\Z)|"(?:\\.|[^"\\\n])*+"?|'[^'\n]*+'?""",
    re.DOTALL,
)
_LONG_KEY = re.compile(r"(?:\.[^.\n=\[\],{}]*+){4}")
_MAX_DOTS = 10_000
_MAX_MARKS = 1_000_000
_MESSAGES = {
    "extra_forbidden": "There is no such key here; it may be misspelt.",
    "missing": "This has to be given.",
    "model_type": "This has to be a table of keys and values.",
    "dict_type": "This has to be a table of keys and values.",
    "string_type": "This has to be text.",
    "tuple_type": "This has to be a list.",
    "uuid_type": "This has to be a UUID.",
    "uuid_parsing": "This has to be a UUID.",
    "string_pattern_mismatch": "Text cannot contain a NUL character.",
    "string_unicode": "Text cannot contain half of a surrogate pair.",
}


def format_of(text: str | bytes) -> DocumentFormat:
    """Which of the two a text is: no TOML begins with a brace, and every JSON document does."""
    start = text[:1000].decode("utf-8", "replace") if isinstance(text, bytes) else text[:1000]
    return "json" if start.lstrip("\ufeff \t\r\n").startswith("{") else "toml"


def parse(text: str | bytes, format: DocumentFormat) -> PortableDocument:
    """The document that `text` is.

    Raises PortableDocumentError, DeploymentSetCycleError and DeploymentSetDepthError.
    """
    plain = _decoded(text)
    word = {"toml": "TOML", "json": "JSON"}[format]
    try:
        data = _from_toml(plain) if format == "toml" else read_strictly(plain)
    except RecursionError as error:
        raise PortableDocumentError([("", f"It is not {word} that can be read: it is nested too deep.")]) from error
    except ValueError as error:
        # Python's advice about very long numbers, behind a semicolon, is not for whoever wrote the document.
        reason = str(error).partition(";")[0]
        raise PortableDocumentError([("", f"It is not {word} that can be read: {reason}.")]) from error
    return document_of(data)


def document_of(data: object) -> PortableDocument:
    """The document that plain `data` is, as TOML and JSON have it. Raises as `parse` does."""
    if not isinstance(data, Mapping):
        raise PortableDocumentError([("", "It holds no table of keys and values.")])
    version = data.get("format")
    if type(version) is not int or version != FORMAT:
        raise PortableDocumentError([("format", f"Write format = {FORMAT}, the only one that is read here.")])
    with problems_told():
        document = PortableDocument.model_validate(data)
    check_document(document)
    return document


@contextmanager
def problems_told() -> Iterator[None]:
    """Turns what is wrong with the fields of a document into PortableDocumentError."""
    try:
        yield
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        # A list that holds what cannot be read is called too short as well, whatever its length.
        above = {each["loc"][:end] for each in details for end in range(len(each["loc"]))}
        problems = [
            (".".join(map(str, each["loc"])), _message(each["type"], each["msg"]))
            for each in details
            if each["type"] != "too_short" or each["loc"] not in above
        ]
        raise PortableDocumentError(problems) from error


def _decoded(text: str | bytes) -> str:
    if len(text) > MAX_BYTES:
        raise PortableDocumentError([("", f"It is longer than {MAX_BYTES} bytes.")])
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PortableDocumentError([("", f"It is not UTF-8 text (byte {error.start + 1}).")]) from error


def _from_toml(text: str) -> object:
    quiet = _QUIET.sub("", text)
    # A key of many parts costs tomllib the square of their number, in time and in memory; many of a few cost it much
    # too. No document has any need of them.
    if _LONG_KEY.search(quiet):
        raise ValueError("it has a key of more than 4 parts")
    if quiet.count(".") > _MAX_DOTS:
        raise ValueError(f"it has keys with more than {_MAX_DOTS} dots together")
    # The largest document that is written here, with all that may be in one, stays below.
    if sum(map(quiet.count, "\n=,")) > _MAX_MARKS:
        raise ValueError(f"it has more than {_MAX_MARKS} lines, equals signs and commas")
    return tomllib.loads(text)


def _message(kind: str, message: str) -> str:
    return _MESSAGES.get(kind) or f"{message.removeprefix('Value error, ').rstrip('.')}."
