"""Finding things everywhere, in Chromium, with the keyboard."""

import pytest

from tests.browser.conftest import in_both_modes
from tests.browser.furniture import Furniture
from tests.browser.house import Visitor, focused

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@in_both_modes
def test_one_finds_a_set_by_a_few_letters_and_enter_opens_it(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/projects/")
    visitor.page.keyboard.press("Control+k")
    visitor.page.wait_for_selector("dialog[open]")
    assert focused(visitor.page) == "search-words"
    visitor.page.keyboard.type("PRODUCT")
    visitor.page.keyboard.press("Enter")
    visitor.at(f"/sets/{furniture.fifteen.pk}")


def test_arrows_go_from_the_words_through_what_is_found_and_back(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/projects/")
    page = visitor.page
    page.get_by_role("link", name="Search").click()
    page.wait_for_selector("dialog[open]")
    page.keyboard.type("w")
    page.wait_for_selector("[data-words=w]")
    page.keyboard.press("ArrowDown")
    assert focused(page) == f"hit-{furniture.words.pk}"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert focused(page) == f"hit-{furniture.words.pk}"
    page.keyboard.press("ArrowUp")
    assert focused(page) == "search-words"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="hidden")
    assert focused(page) == "open-search"


def test_what_is_found_is_said(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/search")
    visitor.page.keyboard.type("storefront")
    visitor.page.wait_for_selector("[data-words=storefront]")
    assert visitor.page.locator("#search-count").inner_text().strip() == "Projects: 1."
    visitor.at("/search?q=storefront")


def test_a_command_opens_its_dialog_in_place_of_the_search(visitor: Visitor) -> None:
    visitor.open("/projects/")
    visitor.page.keyboard.press("/")
    visitor.page.wait_for_selector("dialog[open]")
    visitor.page.keyboard.type("new set")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector("#id_name")
    assert visitor.page.locator("dialog h2").inner_text() == "New set"
    assert visitor.page.url.endswith("/projects/")


def test_a_slash_goes_to_the_pages_own_search_where_there_is_one(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/sets/")
    visitor.page.keyboard.press("/")
    assert focused(visitor.page) == "search-sets"
    assert not visitor.page.locator("dialog").is_visible()
