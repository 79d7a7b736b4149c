"""Markdown as HTML. Pure Python.

Three guards, each enough by itself against script: raw HTML is text to the parser; links and images are decided on
here, token by token; and what comes out passes a sanitiser that knows a short list of elements.
"""

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from html import escape
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from artifacts.reading.hidden import marked

LONGEST = 100_000
"""Characters. Longer Markdown is for reading as the text it is: the parser takes seconds for the worst there is."""

ELEMENTS = frozenset(
    {"a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "span",
     "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"}
)  # fmt: skip
"""All that can come out, beside the marks of `hidden`."""

type Addresses = Callable[[str], str]
"""The address of the page on which the file at a path is read."""

_SCHEMES = frozenset({"http", "https", "mailto"})
# A reference of many kilobytes can be repeated by three characters.
_LONGEST_LINKS = 200_000
_LONGEST_IMAGE = 200
_HIGHEST = 6


def render_markdown(text: str, *, top: int, path: str, siblings: Collection[str], address: Addresses) -> str:
    """`text` as HTML whose highest heading is `h{top}`.

    Links lead to http, https and mail, and from `path` to the file's `siblings`; of others the words stay. Of an image
    its description and address are shown.
    """
    tokens = _PARSER.parse(text)
    _follow(tokens, _Links(path, siblings, address))
    _lower(tokens, top - 1)
    return marked(_SANITISER.clean(_PARSER.renderer.render(tokens, _PARSER.options, {})))


class _Links:
    """Decides where the links of one file lead."""

    def __init__(self, path: str, siblings: Collection[str], address: Addresses) -> None:
        self._folder = posixpath.dirname(path)
        self._siblings = siblings
        self._address = address
        self._left = _LONGEST_LINKS

    def target(self, href: str) -> str:
        """The address behind a link; empty where there is none to go to."""
        self._left -= len(href)
        if self._left < 0:
            return ""
        try:
            parts = urlsplit(href)
        except ValueError:
            return ""
        if parts.scheme:
            return href if parts.scheme in _SCHEMES and (parts.netloc or parts.scheme == "mailto") else ""
        if parts.netloc or not parts.path:
            return ""
        file = posixpath.normpath(posixpath.join(self._folder, unquote(parts.path)))
        return self._address(file) if file in self._siblings else ""


def _follow(tokens: Iterable[Token], links: _Links) -> None:
    """Point the links where they may lead, and make words of the others."""
    for token in tokens:
        open_links: list[bool] = []
        for child in token.children or ():
            if child.type == "link_open":
                target = links.target(str(child.attrGet("href") or ""))
                child.attrs = {"href": target} if target else {}
                child.hidden = not target
                open_links.append(child.hidden)
            elif child.type == "link_close":
                child.hidden = open_links.pop() if open_links else True


def _lower(tokens: Iterable[Token], levels: int) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(_HIGHEST, int(token.tag[1:]) + levels)}"


def _link(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType
) -> str:
    token = tokens[index]
    if token.hidden:
        return ""
    return f'<a href="{escape(str(token.attrs["href"]))}">' if token.nesting == 1 else "</a>"


def _image(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType
) -> str:
    token = tokens[index]
    described = "".join(_words(token.children or ())).strip() or "Image"
    source = str(token.attrGet("src") or "")[:_LONGEST_IMAGE]
    return f'<span class="no-image">{escape(described)} <code>{escape(source)}</code></span>'


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.content and not token.children:
            yield token.content
        yield from _words(token.children or ())


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20, "xhtmlOut": False})
    parser.enable(["table", "strikethrough"])
    # Which links lead where is decided later, with words kept of those that lead nowhere.
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("link_close", _link)
    parser.add_render_rule("image", _image)
    return parser


_PARSER = _parser()
_SANITISER = nh3.Cleaner(
    tags=set(ELEMENTS),
    attributes={"a": {"href"}, "ol": {"start"}},
    allowed_classes={"span": {"no-image"}},
    url_schemes=set(_SCHEMES),
    link_rel="noopener noreferrer",
)
