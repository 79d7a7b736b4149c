"""Rules that every template keeps, read from their text."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Engine

TEMPLATES = settings.BASE_DIR / "templates"
EVERY = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))

OPENS = r'\{\{ opens_dialog \}\}|hx-target="#dialog"'
OPENER = re.compile(rf"<(?:a|button|form)\b[^<]*?(?:{OPENS})[^<]*")


def text_of(name: str) -> str:
    text = (TEMPLATES / name).read_text()
    return re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)


def floors() -> list[str]:
    """The apps, lowest first."""
    contracts = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return list(reversed(layers))


def openers(text: str) -> Iterator[str]:
    """What opens a dialog and stands in no menu, each up to where it is told apart."""
    for found in OPENER.finditer(text):
        before = text[: found.start()]
        if before.rfind('<details class="menu') > before.rfind("</details>"):
            continue
        # A form is opened from the button that was pressed.
        yield text[found.start() : text.index("</form>", found.start())] if found[0].startswith("<form") else found[0]


@pytest.mark.parametrize("name", EVERY)
def test_what_opens_a_dialog_can_be_given_the_focus_back(name: str) -> None:
    without = [each for each in openers(text_of(name)) if not re.search(r'[\s"]id="', each)]
    assert without == []


@pytest.mark.parametrize("name", [name for name in EVERY if Path(name).parts[0] in floors()])
def test_a_template_needs_nothing_of_an_upper_floor(name: str) -> None:
    apps = floors()
    above = apps[apps.index(Path(name).parts[0]) + 1 : apps.index("config")]
    libraries = Engine.get_default().libraries
    text = text_of(name)
    loaded = [libraries[each] for names in re.findall(r"{% load ([\w ]+) %}", text) for each in names.split()]
    parts = [each.replace("/", ".") for each in re.findall(r'{% (?:include|extends) "([^"]+)"', text)]
    assert [each for each in (*loaded, *parts) if each.split(".")[0] in above] == []
