"""Files of artifacts as pages show them. Strangers wrote them."""

import re
import string
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from artifacts.reading.files import Place, Reading, Shape, is_markdown_path, read
from artifacts.reading.markdown import ELEMENTS, LONGEST

PLACE = Place("docs/guide.md", frozenset({"docs/more.md", "SKILL.md", "docs/a b.md"}), lambda path: f"?file={path}")
# Signs that enclose the digits after them, and count as format characters all the same.
SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
ATTRIBUTES = {"a": {"href", "rel"}, "span": {"class"}, "ol": {"start"}}


class Elements(HTMLParser):
    """Every element of a piece of HTML, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", {}))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("declaration", {}))

    def handle_pi(self, data: str) -> None:
        self.found.append(("instruction", {}))

    def links(self) -> list[str]:
        return [attributes.get("href") or "" for tag, attributes in self.found if tag == "a" and "href" in attributes]


def markdown(text: str) -> str:
    """`text` rendered."""
    reading = read(text.encode("utf-8", "surrogatepass"), PLACE, is_markdown=True)
    assert reading.shape is Shape.MARKDOWN
    return reading.html


def all_html(reading: Reading) -> str:
    """Everything of a reading that is HTML."""
    fields = "".join(f"{field.name}\n{field.value}\n" for field in reading.fields)
    return reading.html + fields + "\n".join(reading.lines)


def assert_harmless(html: str) -> None:
    """No element but those of the list, no attribute but those they need, no address that is more than a link."""
    for tag, attributes in Elements(html).found:
        assert tag in ELEMENTS, tag
        assert set(attributes) <= ATTRIBUTES.get(tag, set()), (tag, attributes)
        assert attributes.get("class") in (None, "no-image", "hidden-mark")
        if "href" in attributes:
            assert re.match(r"https?:|mailto:|\?file=", attributes["href"] or "", re.IGNORECASE), attributes
            assert attributes["rel"] == "noopener noreferrer"


def assert_nothing_hidden(html: str) -> None:
    """Every character of it is one somebody sees, or a joiner between two that are no ASCII."""
    for left, character, right in zip("  " + html, " " + html + " ", html + "  ", strict=False):
        if character in "\u200c\u200d":
            assert not left.isascii() or left == "\ufe0f"
            assert not right.isascii()
        elif character not in "\n\t" and character not in SEEN and character < "\U000e0000":
            assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), hex(ord(character))


# What Markdown and HTML are made of, more often than by chance.
PIECES = st.sampled_from(
    ["[", "](", ")", "![", "<", ">", "<script>", "</script>", "<img src=x onerror=alert(1)>", "<svg/onload=x>",
     '<a href="javascript:x">', 'style="', "`", "```", "~~~", "*", "**", "_", "#", "-", "1.", "|", "|-", "\\", "&",
     "&#x6a;", "&lt;", "javascript:", "data:text/html,", "vbscript:", "//evil", "http://e.org", "mailto:", "<!--",
     "-->", "<![CDATA[", "<?php", "---", "name:", '"', "'", "=", "onclick=", "docs/more.md", "../SKILL.md",
     "\u202e", "\u200b", "\U000e0041", "\x00", "\n", "\n\n", " ", "\t", "    "]
)  # fmt: skip
HOSTILE = st.lists(PIECES | st.text(max_size=4), max_size=60).map("".join)


@given(HOSTILE, st.booleans())
@example('<a href="javascript:alert(1)">', False)
@example("[a](javascript:alert(1)) [b](JAVASCRIPT:x) [c](java\nscript:x) <javascript:x>", False)
@example('[a](http://e.org/"onmouseover="x) ![" onerror="x](x" onerror="y)', False)
@example('```"onclick=x\n<script>\n```', False)
@example("---\n<script>: <img src=x>\n---\n", False)
def test_whatever_is_written_nothing_of_it_acts(text: str, as_text: bool) -> None:
    reading = read(text.encode("utf-8", "surrogatepass"), PLACE, is_markdown=True, as_text=as_text)
    assert_harmless(all_html(reading))


@given(st.binary(max_size=300), st.booleans(), st.booleans())
def test_whatever_the_bytes_they_are_read(data: bytes, is_markdown: bool, as_text: bool) -> None:
    reading = read(data, PLACE, is_markdown=is_markdown, as_text=as_text)
    assert_harmless(all_html(reading))
    assert_nothing_hidden(all_html(reading))


@given(st.text(st.characters(categories=["Cf", "Cc", "Zl", "Zp", "L"], exclude_characters="\0"), max_size=40))
def test_nothing_stays_hidden(text: str) -> None:
    assert_nothing_hidden(markdown(text))
    assert_nothing_hidden(all_html(read(text.encode(), PLACE, is_markdown=False)))


@given(st.text(string.ascii_letters + string.digits + " ,.;\n", max_size=200))
def test_plain_words_stay_as_they_are(text: str) -> None:
    shown = read(text.encode(), PLACE, is_markdown=False)
    assert "\n".join(shown.lines) == text.removesuffix("\n")
    assert Elements(markdown(text.replace(".", ""))).text.split() == text.replace(".", "").split()


@pytest.mark.parametrize(
    "unit",
    ["[", "![", "]", ">", "> ", "*", "**a", "a* _b ", "`", "<", "<a", "&", "&#", "- ", "1. ", "\n", "\t", "|", "a|b\n",
     "a\n", "[a](", "[a](<", "~~a", "\\", "<!--", "# \n", "[a]: b\n", "---\n", "\u200b", "a\u200b", "\U000e0041"]
)  # fmt: skip
def test_much_of_the_same_ends_and_does_not_multiply(unit: str) -> None:
    for before in ("", "a|b\n-|-\n"):
        reading = read((before + unit * (20_000 // len(unit))).encode(), PLACE, is_markdown=True)
        assert len(all_html(reading)) < 50 * 20_000


@pytest.mark.parametrize("unit", ["[", "a\n", "a\u200b", "---\n"])
def test_a_megabyte_is_shown_in_part(unit: str) -> None:
    reading = read((unit * (1_000_000 // len(unit))).encode(), PLACE, is_markdown=True)
    assert "are shown" in reading.remarks[-1]
    assert len(all_html(reading)) < 80 * LONGEST


def test_a_long_address_that_is_repeated_does_not_fill_the_page() -> None:
    text = f"[a]: http://e.org/{'x' * 50_000}\n\n" + "[a]" * 15_000
    assert len(markdown(text)) < 1_000_000


def test_headings_stand_below_those_of_the_page() -> None:
    html = markdown("# One\n\n## Two\n\n###### Six\n")
    assert [tag for tag, _ in Elements(html).found] == ["h3", "h4", "h6"]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("more.md", "?file=docs/more.md"),
        ("./more.md#part", "?file=docs/more.md"),
        ("../SKILL.md", "?file=SKILL.md"),
        ("a%20b.md", "?file=docs/a b.md"),
    ],
)
def test_links_lead_to_the_web_and_to_files_beside(link: str, address: str) -> None:
    assert Elements(markdown(f"[words]({link})")).links() == [address]


@pytest.mark.parametrize(
    "link",
    ["missing.md", "../../SKILL.md", "/SKILL.md", "/admin/", "//example.org", "#part", "?file=x", "ftp://e.org",
     "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "http://[", "\\\\example.org", "http:///x"],
)  # fmt: skip
def test_of_other_links_the_words_stay(link: str) -> None:
    elements = Elements(markdown(f"[words]({link})"))
    assert elements.links() == []
    assert "words" in elements.text


def test_no_image_is_loaded_but_what_it_shows_and_where_it_is_stay() -> None:
    elements = Elements(markdown('![A *small* cat](https://example.org/cat.png "Miau") ![](x.png)'))
    assert {tag for tag, _ in elements.found} == {"p", "span", "code"}
    assert "A small cat https://example.org/cat.png" in elements.text
    assert "Image x.png" in elements.text


def test_html_is_shown_as_the_text_it_is() -> None:
    elements = Elements(markdown("<div onclick='x'>a</div>\n\nb <b>c</b>"))
    assert "<div onclick='x'>a</div>" in elements.text
    assert "<b>c</b>" in elements.text


def test_tables_lists_and_code_are_rendered() -> None:
    html = markdown("a|b\n-|-\n1|2\n\n3. x\n\n```sh\nls <dir>\n```\n~~no~~")
    assert {"table", "th", "td", "ol", "li", "pre", "code", "s"} <= {tag for tag, _ in Elements(html).found}
    assert "ls &lt;dir&gt;" in html
    assert '<ol start="3">' in html


def test_frontmatter_is_fields_and_no_text() -> None:
    reading = read(
        b"---\nname: x\ntools: [Read, 'a<b']\nhooks:\n  Stop: [{run: ls}]\n---\n# Hi\n", PLACE, is_markdown=True
    )
    assert [(field.name, field.value) for field in reading.fields] == [
        ("name", "x"),
        ("tools", "Read, a&lt;b"),
        ("hooks", "Stop: run: ls"),
    ]
    assert reading.html == "<h3>Hi</h3>\n"
    assert reading.remarks == ()


def test_frontmatter_that_is_no_yaml_is_read_as_the_import_does() -> None:
    reading = read(b"---\nname: x\ndescription: Use: now\n---\nHi", PLACE, is_markdown=True)
    assert [field.value for field in reading.fields] == ["x", "Use: now"]
    assert "line by line" in reading.remarks[0]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a\u202eb", "U+202E"),
        ("a\u200b\u200bb", "U+200B ×2"),
        ("a\ufeffb", "U+FEFF"),
        ("a&#x202e;b", "U+202E"),
        ("`a\u2066b`", "U+2066"),
        ("    a\u200db", "U+200D"),
        ("\U000e0068\U000e0069", "U+E0068… ×2 “hi”"),
        ("x\ufe0f\ufe0e", "U+FE0F… ×2"),
        ("a\x1bb", "U+001B"),
    ],
)
def test_what_is_hidden_is_marked(text: str, mark: str) -> None:
    assert mark in Elements(markdown(text)).text


@pytest.mark.parametrize("text", ["👨‍👩‍👧", "❤️ 1️⃣", "می‌خواهم", "क्‍ष", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"])
def test_what_belongs_to_an_emoji_or_a_script_is_left(text: str) -> None:
    assert markdown(text) == f"<p>{text}</p>\n"


def test_a_text_is_shown_line_by_line_with_nothing_hidden() -> None:
    reading = read("a <b>\r\n\tc\u202e\n".encode(), PLACE, is_markdown=False)
    assert reading.shape is Shape.TEXT
    assert reading.lines[0] == "a &lt;b&gt;"
    assert reading.lines[1].startswith("\tc<span")
    assert not reading.can_be_rendered


def test_markdown_is_shown_as_text_on_request() -> None:
    reading = read(b"---\nname: x\n---\n# Hi", PLACE, is_markdown=True, as_text=True)
    assert reading.lines == ("---", "name: x", "---", "# Hi")
    assert reading.can_be_rendered


def test_of_a_long_text_the_beginning_is_shown() -> None:
    by_lines = read(b"a\n" * 20_000, PLACE, is_markdown=False)
    assert len(by_lines.lines) == 5_000
    assert by_lines.remarks == ("The first 5,000 of 20,000 lines are shown.",)
    one_line = read(b"a" * 1_000_000, PLACE, is_markdown=False)
    assert one_line.remarks == ("The first 300,000 of 1,000,000 characters are shown.",)
    whole = read(b"a\n" * 5_000, PLACE, is_markdown=False)
    assert whole.remarks == ()


def test_long_markdown_is_shown_as_text() -> None:
    reading = read(b"# a\n" * 50_000, PLACE, is_markdown=True)
    assert reading.shape is Shape.TEXT
    assert not reading.can_be_rendered
    assert "200,000 characters" in reading.remarks[0]


def test_a_binary_is_described() -> None:
    reading = read(b"\x89PNG\r\n\x1a\n\x00\x00", Place("assets/logo.png"), is_markdown=False)
    assert (reading.shape, reading.kind) == (Shape.BINARY, "image/png")
    assert read(bytes(range(128, 256)), Place("x"), is_markdown=True).shape is Shape.BINARY


def test_text_of_another_encoding_is_read_as_far_as_it_goes() -> None:
    reading = read("Für immer und ewig und einen Tag".encode("latin-1"), PLACE, is_markdown=False)
    assert reading.lines == ("F\ufffdr immer und ewig und einen Tag",)
    assert "byte 2" in reading.remarks[0]


def test_markdown_is_known_by_its_name() -> None:
    assert is_markdown_path("a/README.MD")
    assert not is_markdown_path("a/md")
