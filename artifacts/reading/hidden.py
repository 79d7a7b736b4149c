"""What nobody would see in a text, made visible. Pure Python."""

import re
from html import escape

# A file that is nothing but invisible characters is no reason for a page of millions of marks.
_LONGEST_SECRET = 500

# What is not shown by itself: controls but for tab and new line, format characters (bidi controls, zero widths, tags),
# line and paragraph separators, lone surrogates, fillers and variation selectors.
_HIDDEN_RUN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_EMOJI_FLAG = re.compile("\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074"
                         "|\U000e0077\U000e006c\U000e0073)\U000e007f")  # fmt: skip
_JOINERS = "\u200c\u200d"
_EMOJI_OR_TEXT = "\ufe0e\ufe0f"
_TAGS = range(0xE0020, 0xE007F)


def marked(html: str) -> str:
    """`html` with a mark in place of every invisible character of its text: U+202E, say.

    Whatever is no text, tags and attributes, has to be free of them. Joiners inside a word or an emoji stay, which
    scripts of many languages need, and so do the selectors of emoji.
    """
    return html if html.isascii() and html.isprintable() else _HIDDEN_RUN.sub(_mark, html)


def marked_text(text: str) -> str:
    """`text` as HTML, with its invisible characters marked."""
    return marked(escape(text))


def _mark(run: re.Match[str]) -> str:
    hidden = run[0]
    if _belongs(run):
        return hidden
    codes = [f"U+{ord(character):04X}" for character in hidden]
    kinds = list(dict.fromkeys(codes))
    said = kinds[0] if len(kinds) == 1 else f"{kinds[0]}…"
    if len(codes) > 1:
        said += f" ×{len(codes)}"
    if secret := "".join(chr(ord(character) - 0xE0000) for character in hidden if ord(character) in _TAGS):
        said += f" “{escape(secret[:_LONGEST_SECRET])}”"
    return f'<span class="hidden-mark">{said}</span>'


def _belongs(run: re.Match[str]) -> bool:
    hidden, text = run[0], run.string
    before, after = text[max(0, run.start() - 1) : run.start()], text[run.end() : run.end() + 1]
    if hidden in _EMOJI_OR_TEXT or hidden == "\ufe0f\u200d":
        return before.isdigit() or bool(before and not before.isalnum())
    if hidden in _JOINERS:
        return bool(before and after) and not before.isascii() and not after.isascii()
    return before == "\U0001f3f4" and _EMOJI_FLAG.fullmatch(hidden) is not None
