"""Frontmatter for Cursor, which reads it line by line: every value on its line, and without quotes where that can be.

As rulesync 17.0.0 found it (cursor-rule.ts): Cursor takes quotes and block texts in .mdc files for part of the value.
"""

from collections.abc import Mapping

from profiles.frontmatter import read_strictly


def unquoted_frontmatter(fields: Mapping[str, str | bool]) -> str:
    """`fields` between two `---` lines. Texts are written as they are given, and must be of one line."""
    values = {name: str(value).lower() if isinstance(value, bool) else value for name, value in fields.items()}
    return "".join(["---\n", *(f"{name}: {value}\n" for name, value in values.items()), "---\n"])


def on_a_line(text: str) -> str:
    """`text` so that YAML reads it, and as near to itself as can be for who takes the rest of the line."""
    written = (text, f"'{text}'" if "'" not in text else "", f'"{text}"' if '"' not in text else "")
    exact = (each for each in written if each and _read(each) == text)
    return next(exact, "'" + text.replace("'", "''") + "'")


def _read(value: str) -> object:
    fields = read_strictly(f"key: {value}\n")
    return fields.get("key") if fields else None
