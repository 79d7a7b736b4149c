"""JSON from strangers: read with care, written in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.documents import DocumentError, read_json, read_json_object, write_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{\n  "a": }', "line 2, column 8"),
        (b"", "not valid JSON"),
        (b'{"a": "caf\xe9"}', "not UTF-8 text (byte 11)"),
        (b"[" * 200_000, "nested more than 100 levels"),
        (b"[" * 200 + b"]" * 200, "nested more than 100 levels"),
        (b"[NaN]", "NaN is not"),
        (b"[1e999]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "the number 99999999999999999999 is too large"),
        (b" " * 2_000_000, "longer than"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(data: bytes, words: str) -> None:
    with pytest.raises(DocumentError, match=words.replace("(", r"\(").replace(")", r"\)")):
        read_json(data)


def test_an_object_is_asked_for_where_one_is_needed() -> None:
    assert read_json_object(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    with pytest.raises(DocumentError, match="does not hold a JSON object"):
        read_json_object(b"[]")


@given(values)
def test_what_is_written_reads_as_the_same_and_writes_as_the_same(value: object) -> None:
    written = write_json(value)
    assert read_json(written) == value
    assert write_json(read_json(written)) == written


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        read_json(data)
    except DocumentError as error:
        assert str(error)
