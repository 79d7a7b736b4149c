"""Every page in Chromium: wide and narrow, light and dark, without an error, a violation or a barrier.

With SCREENSHOTS=some/folder in the environment, a picture of each is kept there.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from artifacts.models import Artifact, ArtifactGroup
from deployment_sets.models import DeploymentSet
from deployments.models import Claim, Run
from projects.models import Project
from tests.factories import DeploymentSetFactory

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed; run `make e2e`.")
axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="Run `make e2e`.")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Words of a page, free of control characters themselves, whose second letter stands left of their first.
TURNED_AROUND = """() => {
  const found = [], range = document.createRange()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const left = index => {
    range.setStart(walker.currentNode, index)
    range.setEnd(walker.currentNode, index + 1)
    return range.getBoundingClientRect().left
  }
  while (walker.nextNode()) {
    const text = walker.currentNode.data, start = text.search(/\\w\\w/)
    if (start < 0 || /[\\u202a-\\u202e\\u2066-\\u2069]/.test(text)) continue
    if (left(start + 1) < left(start)) found.push(text.trim())
  }
  return found
}"""
WIDTHS = [390, 760, 1024, 1600]
STANDARDS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def keep_picture(page: Any, name: str) -> None:
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_sound_in_every_width(
    page: Any, live_server: LiveServer, world: dict[str, str], scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for name, path in world.items():
        complaints = watched(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            response = page.goto(live_server.url + path)
            assert response.status == (404 if name == "not-found" else 200)
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{name} is wider than {width} px"
            keep_picture(page, f"{name}-{width}-{scheme}")
            if width in (390, 1024):
                results = axe_playwright.Axe().run(page, options=STANDARDS)
                assert results.violations_count == 0, f"{name} at {width} px: {results.generate_report()}"
        expected = ["Failed to load resource: the server responded with a status of 404 (Not Found)"]
        assert set(complaints) <= set(expected if name == "not-found" else [])


def test_the_first_tab_reaches_the_skip_link_and_it_skips(
    page: Any, live_server: LiveServer, world: dict[str, str]
) -> None:
    page.goto(live_server.url + world["sets"])
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to the content"
    assert focused.bounding_box()["height"] > 20
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1


def test_a_card_opens_its_set_with_the_keyboard(page: Any, live_server: LiveServer, world: dict[str, str]) -> None:
    page.goto(live_server.url + "/")
    page.get_by_role("link", name="Full-stack").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(live_server.url + world["set"])
    assert page.get_by_role("heading", level=1).inner_text() == "Full-stack"


def test_markup_in_a_name_is_shown_as_text(page: Any, live_server: LiveServer, world: dict[str, str]) -> None:
    opened: list[str] = []

    def dismiss(dialog: Any) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(live_server.url + world["sets"])
    assert page.get_by_role("link", name="<script>alert(1)</script>").is_visible()
    assert page.get_by_text("<b>not bold</b>").is_visible()
    assert opened == []


def test_the_reasons_of_a_flag_show_to_the_keyboard_and_to_a_click(
    page: Any, live_server: LiveServer, world: dict[str, str]
) -> None:
    page.goto(live_server.url + world["set"])
    flag, reason = page.locator("summary"), page.get_by_text("SKILL.md: It holds bidirectional")
    assert flag.inner_text() == "flagged"
    shown = "reason => reason.checkVisibility({contentVisibilityAuto: true})"
    assert not reason.evaluate(shown)
    page.keyboard.press("Tab")
    flag.focus()
    assert reason.evaluate(shown)
    flag.blur()
    assert not reason.evaluate(shown)
    flag.click()
    assert reason.evaluate(shown)


# The first turns around what follows it; the second first closes the box that would hold it back.
@pytest.mark.parametrize("hostile", ["\u202ename", "\u2069\u2069\u202ename"])
def test_no_name_turns_the_words_beside_it_around(
    page: Any, live_server: LiveServer, world: dict[str, str], hostile: str
) -> None:
    inner = DeploymentSet.objects.get(name="Backend")
    DeploymentSetFactory.create_batch(6, owner=inner.owner, members=[inner])
    for rows in (DeploymentSet, Artifact, ArtifactGroup, Project):
        rows.objects.update(name=hostile)
    Run.objects.update(claimant_label=hostile)
    Claim.objects.update(label=hostile)
    for place, path in world.items():
        page.goto(live_server.url + path)
        assert page.evaluate(TURNED_AROUND) == [], place


@pytest.mark.parametrize(("width", "columns"), [(390, False), (1024, True), (1600, True)])
def test_a_result_has_its_parts_in_fixed_places(
    page: Any, live_server: LiveServer, world: dict[str, str], width: int, columns: bool
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + world["run"])
    lefts = page.eval_on_selector_all("td.profile", "cells => cells.map(cell => cell.getBoundingClientRect().left)")
    assert len(lefts) > 20
    assert len(set(lefts)) == 1
    if columns:
        artifact, happened = (
            page.locator(f"thead th:nth-child({number})").bounding_box()["width"] for number in (2, 5)
        )
        assert happened > 1.5 * artifact


def test_the_theme_follows_the_system_until_it_is_chosen(
    page: Any, live_server: LiveServer, world: dict[str, str]
) -> None:
    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    light, dark = "rgb(251, 250, 248)", "rgb(19, 20, 22)"
    page.emulate_media(color_scheme="dark")
    page.goto(live_server.url + world["sets"])
    assert background() == dark
    page.get_by_role("button", name="Theme: system").click()
    assert background() == light
    page.reload()
    assert background() == light
    page.get_by_role("button", name="Theme: light").click()
    page.emulate_media(color_scheme="light")
    assert background() == dark
    page.get_by_role("button", name="Theme: dark").click()
    assert background() == light
    assert page.evaluate("localStorage.length") == 0


def test_a_new_server_says_what_to_do_first(page: Any, live_server: LiveServer) -> None:
    for path in ("/sets/", "/projects/"):
        page.goto(live_server.url + path)
        keep_picture(page, f"empty{path.replace('/', '-')}")
        assert page.locator(".empty code").first.is_visible()
        assert axe_playwright.Axe().run(page, options=STANDARDS).violations_count == 0
