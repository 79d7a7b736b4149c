"""A document as text: TOML to be read by people too, or JSON. https://toml.io/en/v1.0.0"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from deployment_sets.exceptions import PortableDocumentError
from deployment_sets.portable.document import PortableDocument
from deployment_sets.portable.reading import MAX_BYTES

# TOML is written here and not by tomlkit, which takes a hundred times as long for a large set.
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def as_json(document: PortableDocument) -> str:
    """`document` as JSON. Raises PortableDocumentError when it is too large to be read again."""
    text = json.dumps(_data(document), ensure_ascii=False, indent=2) + "\n"
    return _bounded(_visible(text, lambda character: json.dumps(character)[1:-1]))


def as_toml(document: PortableDocument) -> str:
    """`document` as TOML, with the names of members in comments. Raises PortableDocumentError as `as_json` does."""
    text = "\n".join(_toml_lines(document)) + "\n"
    return _bounded(_visible(text, lambda character: f"\\U{ord(character):08x}"))


def _visible(text: str, escape: Callable[[str], str]) -> str:
    """`text` with an escape for whatever nobody would see, or a terminal would obey."""
    hidden = [character for character in set(text) - {"\n"} if not character.isprintable()]
    return text.translate({ord(character): escape(character) for character in hidden})


def _data(document: PortableDocument) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude_defaults=True)


def _bounded(text: str) -> str:
    if (size := len(text.encode())) > MAX_BYTES:
        raise PortableDocumentError(
            [("", f"The document would have {size} bytes, and at most {MAX_BYTES} are read. Leave out nested sets.")]
        )
    return text


def _toml_lines(document: PortableDocument) -> Iterator[str]:
    names = _names(document)
    data = _data(document)
    yield f"format = {data.pop('format')}"
    for key, tables in data.items():
        for table in tables:
            yield ""
            yield f"[[{key}]]"
            for inner, value in table.items():
                if inner in {"members", "artifacts"}:
                    yield from _list_lines(inner, value, names)
                else:
                    yield f"{inner} = {_value(value)}"


def _names(document: PortableDocument) -> dict[str, str]:
    return {
        **{str(one.uuid): one.label for one in document.artifacts},
        **{str(one.id): one.name for one in (*document.sets, *document.groups, *document.references)},
    }


def _list_lines(key: str, entries: list[Any], names: Mapping[str, str]) -> Iterator[str]:
    """A list with a line for each entry, and its name as a comment."""
    yield f"{key} = ["
    for entry in entries:
        (identity,) = entry.values() if isinstance(entry, dict) else [entry]
        yield f"    {_value(entry)},  # {_string(names[identity])[1:-1]}"
    yield "]"


def _value(value: Any) -> str:
    match value:
        case str():
            return _string(value)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            entries = ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items())
            return f"{{ {entries} }}" if entries else "{}"
    raise TypeError(f"A document holds no {type(value).__name__}.")


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    """A basic string: all of JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False)
