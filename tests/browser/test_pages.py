"""Every page in Chromium: wide and narrow, light and dark, without an error, a violation or a barrier."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from artifacts.models import Artifact, ArtifactGroup
from deployment_sets.models import DeploymentSet
from deployments.models import Claim, Run
from projects.models import Project
from tests.api_contract.routes import PAGES
from tests.api_contract.test_owners import address_in
from tests.browser.chromium import open_in_dialog
from tests.browser.conftest import SIGNED_IN
from tests.browser.furniture import Furniture
from tests.browser.house import WIDTHS, Visitor, axe, demand_width, keep_picture
from tests.factories import DeploymentSetFactory

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


# Somebody signed in: there is more to see than for the local user.
@pytest.mark.parametrize("visitor", [SIGNED_IN], indirect=True)
@pytest.mark.parametrize("kind", ["page", "dialog"])
def test_every_page_is_sound_in_every_width(visitor: Visitor, furniture: Furniture, tmp_path: Path, kind: str) -> None:
    """Every route there is, so that a new one is looked at without anybody's doing."""
    world, asking, wrong = furniture.as_world(tmp_path), Client(), []
    asking.force_login(visitor.user, "accounts.backends.PasswordBackend")
    addresses = {str(route): address_in(route, world) for route in PAGES}
    shown = {name: address for name, address in addresses.items() if kind_of(asking, address) == kind}
    for name, address in shown.items():
        try:
            if kind == "page":
                visitor.open(address)
            else:
                visitor.open("/projects/")
                open_in_dialog(visitor.page, address)
            demand_soundness(visitor.page, name, kind)
        except AssertionError as error:
            wrong.append(str(error))
    assert wrong == [], "\n".join(wrong)
    assert len(shown) > 2


def kind_of(asking: Client, address: str) -> str:
    """What a GET of the address leads to: a page, a dialog, or something else."""
    answer = asking.get(address)
    # What is only for artifacts that are made here is refused to the imported one of the world.
    if answer.status_code in (302, 405, 409):
        return "nothing to look at"
    assert answer.status_code == 200, f"{address} answers {answer.status_code}"
    if "<!DOCTYPE html>" not in answer.content.decode(errors="replace")[:200]:
        return "a piece of a page, or a file"
    in_dialog = asking.get(address, headers={"HX-Request": "true", "HX-Target": "dialog"})
    return "dialog" if b'id="dialog-title"' in in_dialog.content else "page"


def demand_soundness(page: Any, name: str, kind: str = "page") -> None:
    """Wide and narrow, light and dark. A dialog holds the same in every width, and is read out in one of them."""
    for width in WIDTHS:
        demand_width(page, width, name)
        if kind == "page" or width == WIDTHS[0]:
            axe(page, f"{name} at {width} px")
        keep_picture(page, f"{name}-{width}".replace(":", "-").replace(" ", "-"))


def test_pages_of_what_went_wrong_are_sound_in_every_width(visitor: Visitor, world: dict[str, str]) -> None:
    for name in ("sets", "set", "project", "run"):
        visitor.open(world[name])
        demand_soundness(visitor.page, f"{name} gone wrong")
    with visitor.expecting("status of 404"):
        visitor.open(world["not-found"])
        demand_soundness(visitor.page, "not found")


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
    page.get_by_role("link", name="Full-stack", exact=True).focus()
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
    assert page.get_by_role("link", name="<script>alert(1)</script>", exact=True).is_visible()
    assert page.get_by_text("<b>not bold</b>").is_visible()
    assert opened == []


def test_the_reasons_of_a_flag_show_to_the_keyboard_and_to_a_click(
    page: Any, live_server: LiveServer, world: dict[str, str]
) -> None:
    page.goto(live_server.url + world["set"])
    flag, reason = page.locator(".flags summary"), page.get_by_text("SKILL.md: It holds bidirectional")
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
        axe(page)
