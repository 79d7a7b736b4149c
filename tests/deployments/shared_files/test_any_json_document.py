"""Any JSON document, any value: what is put is found, all else is equal, and what is removed was never there."""

import json

from hypothesis import given
from hypothesis import strategies as st

from deployments.installer.shared_files.document import Place
from deployments.installer.shared_files.exceptions import SharedFileError
from deployments.installer.shared_files.merge import parse
from profiles.entries import Element, EntryKey, Format, Member, Value, canonical

names = st.sampled_from(["a", "b", "", 'q"\\', "ä\n😀"]) | st.text(max_size=4)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(names, values, max_size=5)
paths = st.lists(names, min_size=1, max_size=4).map(tuple)


def keys_for(value: Value) -> st.SearchStrategy[EntryKey]:
    return paths.map(Member) | paths.map(lambda path: Element.of(path, value))


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A document in one of many hands: indentation, spacing, escapes, line ends, a byte order mark."""
    text = json.dumps(
        draw(documents),
        indent=draw(st.sampled_from([None, 0, 1, 2, 4, "\t"])),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : "), (",\n", ":\n  "), ("\t,", ":\t")])),
        ensure_ascii=draw(st.booleans()),
    )
    text = draw(st.sampled_from(["", "\n", " \t"])) + text + draw(st.sampled_from(["", "\n", "\n\n "]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode(errors="replace")


def changed(data: Value, path: tuple[str, ...], key: EntryKey, value: Value) -> Value | None:
    """`data` with `value` there, in the plainest way; None where the place cannot take it."""
    if not path:
        if isinstance(key, Member):
            return value
        return [*data, value] if isinstance(data, list) else None
    if not isinstance(data, dict):
        return None
    is_last = len(path) == 1
    inner = data.get(path[0], [] if is_last and isinstance(key, Element) else {})
    result = changed(inner, path[1:], key, value)
    if result is None and not (is_last and isinstance(key, Member)):
        return None
    return data | {path[0]: result}


@given(texts(), values, st.sampled_from([Format.JSON, Format.JSON_WITH_COMMENTS]), st.data())
def test_in_is_what_was_put_and_out_is_what_was_before(
    data: bytes, value: Value, file_format: Format, draw: st.DataObject
) -> None:
    key = draw.draw(keys_for(value))
    assert isinstance(key, Member | Element)
    document = parse(file_format, data)
    expected = changed(json.loads(document.text), key.path, key, value)
    try:
        found = document.find(key)
    except SharedFileError:
        # The way leads through something that is no object, or ends at something that is no array.
        assert expected is None
        return
    after, trace = document.put(key, value)
    assert after.place(key, value) is Place.EQUAL
    if not found:
        assert canonical(json.loads(after.text)) == canonical(expected)
        assert len(after.find(key)) == 1
        assert after.remove(key, trace)[0].encoded == data
    else:
        rest_before, rest_after = document.remove(key, trace)[0], after.remove(key, trace)[0]
        assert canonical(json.loads(rest_before.text)) == canonical(json.loads(rest_after.text))
