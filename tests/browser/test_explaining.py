"""The picture of a set with the keyboard, and the dialogs and pages that explain, import and export it."""

import json
from uuid import uuid4

import pytest

from deployment_sets.models import DeploymentSet
from tests.browser.chromium import open_in_dialog
from tests.browser.conftest import in_both_modes
from tests.browser.furniture import Furniture
from tests.browser.house import Visitor, axe, focused
from tests.factories import give_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_keyboard_goes_into_the_picture_and_on_to_a_nested_set(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open(f"/sets/{furniture.fifteen.pk}/graph")
    page, words = visitor.page, f"graph-set-{furniture.words.pk}"
    page.locator(".graph").focus()
    for _ in range(5):
        page.keyboard.press("Tab")
        if focused(page) == words:
            break
    box = page.locator(f"[id='{words}'] rect").last
    assert box.evaluate("box => getComputedStyle(box).strokeWidth") == "3px"
    page.keyboard.press("Enter")
    visitor.at(f"/sets/{furniture.words.pk}")


def test_a_picture_wider_than_its_panel_scrolls_in_there(visitor: Visitor, furniture: Furniture) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 900})
    visitor.open(f"/sets/{furniture.fifteen.pk}/graph")
    region = visitor.page.locator(".graph")
    assert region.evaluate("region => region.scrollWidth > region.clientWidth")
    region.focus()
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.wait_for_function("() => document.querySelector('.graph').scrollLeft > 0")


def test_why_takes_the_focus_in_and_closes_with_escape(visitor: Visitor, furniture: Furniture) -> None:
    artifact = furniture.words.members.order_by("position")[0].artifact
    assert artifact is not None
    visitor.open("/sets/")
    open_in_dialog(visitor.page, f"/sets/{furniture.fifteen.pk}/why/{artifact.pk}")
    assert focused(visitor.page) == "dialog-title"
    axe(visitor.page, "why")
    visitor.page.get_by_role("link", name="Clear words").first.focus()
    visitor.page.keyboard.press("Escape")
    visitor.page.wait_for_selector("#dialog-frame:not([open])", state="attached")


def test_a_stale_project_is_brought_up_to_date_where_it_is_listed(visitor: Visitor, furniture: Furniture) -> None:
    page, name = visitor.page, "Bring storefront up to date"
    give_version(furniture.collection.artifacts.get(name="commit"), {"": "Commit less.\n"})
    visitor.open(f"/sets/{furniture.fifteen.pk}/live")
    page.get_by_role("link", name="Look at the disk").click()
    page.get_by_text("nothing changed on disk").wait_for()
    page.get_by_role("link", name=name).press("Enter")
    page.wait_for_selector("#dialog-frame[open]")
    page.locator("#apply-plan").press("Enter")
    page.locator("#run-done").press("Enter")
    page.get_by_text("all up to date").wait_for()
    page.wait_for_function("id => document.activeElement.id === id", arg=f"live-{furniture.live.pk}")
    assert page.get_by_role("link", name=name).count() == 0


@in_both_modes
def test_a_set_is_imported_with_the_keyboard_after_a_look_at_what_it_makes(
    visitor: Visitor, furniture: Furniture
) -> None:
    page = visitor.page
    text = json.dumps({"format": 1, "sets": [{"id": str(uuid4()), "name": "From elsewhere"}]})
    visitor.open("/sets/")
    page.locator("#import-set").press("Enter")
    page.wait_for_selector("#dialog-frame[open]")
    assert focused(page) == "dialog-title"
    with visitor.expecting("status of 422"):
        page.get_by_role("button", name="Check the file").press("Enter")
        page.get_by_text("Choose a file that was exported, or paste what is in it.").wait_for()
    page.locator(".pasted summary").press("Enter")
    page.get_by_label("What is in the file").fill(text)
    page.get_by_role("button", name="Check the file").press("Enter")
    page.get_by_text("Would make 1 set; nothing is written yet").wait_for()
    axe(page, "import")
    page.get_by_role("button", name="Import 1 set").press("Enter")
    page.get_by_role("heading", level=1, name="From elsewhere").wait_for()
    assert DeploymentSet.objects.get(name="From elsewhere").owner == visitor.user


def test_an_export_is_a_file_and_the_focus_comes_back_to_the_menu(visitor: Visitor, furniture: Furniture) -> None:
    page, menu = visitor.page, f"menu-{furniture.fifteen.pk}"
    visitor.open("/sets/")
    page.locator(f"[id='{menu}']").press("Enter")
    page.locator(f"a[href='/sets/{furniture.fifteen.pk}/export']").press("Enter")
    page.wait_for_selector("#dialog-frame[open]")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export set").press("Enter")
    assert download.value.suggested_filename == "new-product.toml"
    page.keyboard.press("Escape")
    page.wait_for_function("id => document.activeElement.id === id", arg=menu)
