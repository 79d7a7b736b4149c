"""What every browser test stands on: a page that is watched, and what makes one sound.

With SCREENSHOTS=some/folder in the environment, a picture of each page that is looked at is kept there.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="Run `make e2e`.")

SCHEMES = ("light", "dark")
WIDTHS = (390, 1280)
STANDARDS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
}
# What a change of the theme alone can break.
COLOURS = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}

# What HTMX writes beside what the browser says of an answer, or of none.
HTMX_REFUSED = ("Response Status Error Code", "htmx:afterRequest", "htmx:sendError")


def keep_picture(page: Any, name: str) -> None:
    """A picture of the whole page, where somebody wants them."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def watched(page: Any) -> list[str]:
    """Everything the browser complains about from now on, violations of the security policy included."""
    complaints: list[str] = []

    def listen(message: Any) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def failed(request: Any) -> None:
        # Going on to the next page calls off what the last one was still fetching, its icon for one.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(f"{request.url} failed: {request.failure}")

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", failed)
    return complaints


def axe(page: Any, name: str = "") -> None:
    """Demand that the page as it is, its open dialog included, stands in nobody's way: in light and in dark."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    _demand_no_violations(page, STANDARDS, f"{name} in light")
    page.emulate_media(color_scheme="dark")
    _demand_no_violations(page, COLOURS, f"{name} in dark")
    page.emulate_media(color_scheme="light")


def demand_width(page: Any, width: int, name: str = "") -> None:
    """Demand that neither the page nor its dialog is wider than `width`, which the window has from now on."""
    page.set_viewport_size({"width": width, "height": 900})
    for element in ("document.documentElement", "document.getElementById('dialog-frame')"):
        overflow = page.evaluate(f"{element} ? {element}.scrollWidth - {element}.clientWidth : 0")
        assert overflow <= 0, f"{name or page.url}: {element} is {overflow} px wider than {width}"


def focused(page: Any) -> str:
    """The id of the element that has the focus, or its words."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def _demand_no_violations(page: Any, options: dict[str, Any], name: str) -> None:
    found = axe_playwright.Axe().run(page, options=options)
    assert found.response["violations"] == [], f"{name or page.url}: {found.generate_report()}"


@dataclass(slots=True)
class Visitor:
    """Somebody before a browser: the `page` they look at, on the server at `url`, and as whom they act.

    What the browser complains about fails the test in the end, but for refusals that were expected.
    """

    page: Any
    url: str
    user: User
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to `path`."""
        self.page.goto(self.url + path)

    def at(self, path: str) -> None:
        """Wait until the page at `path` is there."""
        self.page.wait_for_url(self.url + path)

    @contextmanager
    def expecting(self, *words: str) -> Iterator[None]:
        """Meanwhile the browser may complain in these words, "status of 422" for one, and HTMX in its own."""
        before = len(self.complaints)
        yield
        self.complaints[before:] = unexpected(self.complaints[before:], (*words, *HTMX_REFUSED))


def unexpected(complaints: Sequence[str], words: Sequence[str]) -> list[str]:
    """Those of `complaints` that hold none of `words`."""
    return [each for each in complaints if not any(word in each for word in words)]
