"""What comes in looks like what is there."""

import pytest

from deployments.installer.shared_files.merge import parse
from profiles.entries import Element, Format, Member

X = Member(("m", "x"))
SMALL = {"a": [1], "b": {}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"u":1}', '{"u":1,"m":{"x":{"a":[1],"b":{}}}}'),
        ('{"u": 1}', '{"u": 1, "m": {"x": {"a": [1], "b": {}}}}'),
        (
            '{\n  "u": 1\n}\n',
            '{\n  "u": 1,\n  "m": {\n    "x": {\n      "a": [\n        1\n      ],\n      "b": {}\n    }\n  }\n}\n',
        ),
        (
            '{\r\n\t"u" : 1\r\n}',
            '{\r\n\t"u" : 1,\r\n\t"m" : {\r\n\t\t"x" : {\r\n\t\t\t"a" : [\r\n\t\t\t\t1\r\n\t\t\t],\r\n\t\t\t"b" : {}'
            "\r\n\t\t}\r\n\t}\r\n}",
        ),
        ('{\n"u":1\n}', '{\n"u":1,\n"m":{\n"x":{\n"a":[\n1\n],\n"b":{}\n}\n}\n}'),
        (
            '{\n    "m": {}\n}',
            '{\n    "m": {\n        "x": {\n            "a": [\n                1\n            ],\n            "b": {}'
            "\n        }\n    }\n}",
        ),
        # Items on one line are followed by items on one line.
        ('{\n  "m": {"u": 1, "v": 2}\n}', '{\n  "m": {"u": 1, "v": 2, "x": {"a": [1], "b": {}}}\n}'),
        ('{\n  "m": {"u": 1 ,"v": 2}\n}', '{\n  "m": {"u": 1 ,"v": 2,"x": {"a": [1], "b": {}}}\n}'),
    ],
)
def test_a_member_is_written_in_the_style_of_the_file(before: str, after: str) -> None:
    assert parse(Format.JSON, before.encode()).put(X, SMALL)[0].text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{\n  "m": {\n    "u": 1,\n  },\n}', '{\n  "m": {\n    "u": 1,\n    "x": true,\n  },\n}'),
        ('{\n  "m": {\n    "u": 1, // u\n  }\n}', '{\n  "m": {\n    "u": 1, // u\n    "x": true,\n  }\n}'),
        ('{\n  "m": {\n    "u": 1 // u\n  }\n}', '{\n  "m": {\n    "x": true,\n    "u": 1 // u\n  }\n}'),
        ('{\n  "m": {\n    // none\n  }\n}', '{\n  "m": {\n    // none\n    "x": true\n  }\n}'),
        ('{"m": {"u": 1,}}', '{"m": {"u": 1, "x": true,}}'),
        ("// mine\n", '// mine\n{\n  "m": {\n    "x": true\n  }\n}\n'),
    ],
)
def test_comments_stay_where_they_belong_and_last_commas_are_kept_up(before: str, after: str) -> None:
    assert parse(Format.JSON_WITH_COMMENTS, before.encode()).put(X, True)[0].text == after


def test_a_new_file_has_two_blanks_a_level_and_a_line_end() -> None:
    after = parse(Format.JSON, None).put(X, "ä")[0]
    assert after.encoded == '{\n  "m": {\n    "x": "ä"\n  }\n}\n'.encode()


def test_an_element_that_starts_on_the_line_of_its_bracket_is_followed_in_kind() -> None:
    before = '{\n  "h": {\n    "Stop": [{\n      "a": 1\n    }]\n  }\n}\n'
    after = parse(Format.JSON, before.encode()).put(Element.of(("h", "Stop"), {"b": 2}), {"b": 2})[0]
    assert after.text == before.replace("}]", '}, {\n      "b": 2\n    }]')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{\n  "m": {\n    "x": {\n      "old": 1\n    }, "u": 2\n  }\n}', None),
        ('{\n  "m": {"x": {"old": 1}, "u": 2}\n}', '{\n  "m": {"x": {"new": true}, "u": 2}\n}'),
        ('{"m":{"x":1,"u":2}}', '{"m":{"x":{"new":true},"u":2}}'),
        ('{\n  "m": {\n    "x": 1\n  }\n}', '{\n  "m": {\n    "x": {\n      "new": true\n    }\n  }\n}'),
    ],
)
def test_a_value_is_replaced_in_its_place_and_manner(before: str, after: str | None) -> None:
    expected = before.replace('"old": 1', '"new": true') if after is None else after
    assert parse(Format.JSON, before.encode()).put(X, {"new": True})[0].text == expected


def test_an_equal_value_is_left_as_it_is_written() -> None:
    before = b'{"m": {"x": {"b"\n: { } ,\t"a":[1]}}}'
    assert parse(Format.JSON, before).put(X, SMALL)[0].encoded == before
