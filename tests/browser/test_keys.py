"""Keys in Chromium: what they do, and where they leave people alone."""

import pytest

from tests.browser.furniture import Furniture
from tests.browser.house import Visitor, focused

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press_on(visitor: Visitor, key: str, code: str, **more: object) -> None:
    """As a keyboard of another layout, or one that is held down, would."""
    visitor.page.evaluate(
        "init => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', init))",
        {"key": key, "code": code, "bubbles": True, "cancelable": True, **more},
    )


def dialog_is_open(visitor: Visitor) -> bool:
    """Whether one is there after all that was asked for has come."""
    visitor.page.wait_for_load_state("networkidle")
    return bool(visitor.page.locator("dialog").is_visible())


def test_a_question_mark_lists_the_keys_of_the_page_and_escape_gives_the_focus_back(
    visitor: Visitor, furniture: Furniture
) -> None:
    visitor.open("/sets/")
    visitor.page.keyboard.press("?")
    visitor.page.wait_for_selector("dialog[open]")
    rows = visitor.page.locator("[data-keys-here]").inner_text().split()
    assert rows[:3] == ["n", "New", "set"]
    assert "Search sets by name" in visitor.page.locator("[data-keys-here]").inner_text()
    visitor.page.keyboard.press("Escape")
    visitor.page.wait_for_selector("dialog", state="hidden")
    assert focused(visitor.page) == "open-keys"


def test_j_and_k_go_through_a_list_and_enter_opens(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/sets/")
    newest, older = (f"set-{each.pk}" for each in (furniture.fifteen, furniture.words))
    visited = []
    for key in ("j", "j", "j", "k", "ArrowDown", "ArrowUp"):
        visitor.page.keyboard.press(key)
        visited.append(focused(visitor.page))
    assert visited == [newest, older, older, newest, older, newest]
    visitor.page.keyboard.press("Enter")
    visitor.at(f"/sets/{furniture.fifteen.pk}")


@pytest.mark.parametrize("where", ["#search-sets", "select[name=sort]"])
def test_a_key_pressed_in_a_field_is_the_fields(visitor: Visitor, furniture: Furniture, where: str) -> None:
    visitor.open("/sets/")
    visitor.page.locator(where).focus()
    for key in ("n", "?", "j"):
        visitor.page.keyboard.press(key)
    assert not dialog_is_open(visitor)
    assert visitor.page.locator(where).evaluate("field => field === document.activeElement")


def test_keys_with_others_held_down_are_not_ours(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/sets/")
    for held in ({"ctrlKey": True}, {"metaKey": True}, {"altKey": True}, {"shiftKey": True}, {"repeat": True}):
        press_on(visitor, "N" if "shiftKey" in held else "n", "KeyN", **held)
    press_on(visitor, "k", "KeyK", ctrlKey=True, altKey=True)
    assert not dialog_is_open(visitor)


@pytest.mark.parametrize("key", ["т", "N"], ids=["Cyrillic", "caps lock"])
def test_the_letters_place_counts_where_its_letter_is_another(visitor: Visitor, furniture: Furniture, key: str) -> None:
    visitor.open("/sets/")
    press_on(visitor, key, "KeyN")
    visitor.page.wait_for_selector("dialog[open] #id_name")


def test_keys_of_a_single_letter_or_sign_can_be_turned_off_and_the_others_stay(
    visitor: Visitor, furniture: Furniture
) -> None:
    page = visitor.page
    visitor.open("/account")
    page.get_by_role("radiogroup", name="Single-letter keys").get_by_label("off").press("Space")
    visitor.open("/sets/")
    for key in ("n", "j", "/", "?"):
        page.keyboard.press(key)
    assert not dialog_is_open(visitor)
    assert page.evaluate("document.activeElement === document.body")
    page.locator("#open-keys").click()
    page.get_by_text("Keys of a single letter or sign are off.").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog[open] input[type=search], dialog[open] input[inputmode=search]")
    visitor.open("/account")
    page.get_by_role("radiogroup", name="Single-letter keys").get_by_label("on", exact=True).check()
    visitor.open("/sets/")
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open]")


def test_no_key_reaches_behind_an_open_dialog(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/sets/")
    visitor.page.keyboard.press("n")
    visitor.page.locator("dialog #id_name").fill("Half a na")
    visitor.page.locator("dialog [data-dialog-close]").first.focus()
    for key in ("?", "/", "j", "Control+k"):
        visitor.page.keyboard.press(key)
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.page.locator("dialog h2").inner_text() == "New set"
    assert visitor.page.locator("dialog #id_name").input_value() == "Half a na"


def test_an_open_menu_has_its_keys_to_itself(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/sets/")
    visitor.page.locator(f"#menu-{furniture.fifteen.pk}").click()
    visitor.page.keyboard.press("ArrowDown")
    first = focused(visitor.page)
    assert first == visitor.page.locator("details.menu[open] li").first.inner_text()
    for key in ("n", "j"):
        visitor.page.keyboard.press(key)
    assert focused(visitor.page) == first
    visitor.page.keyboard.press("Escape")
    assert focused(visitor.page) == f"menu-{furniture.fifteen.pk}"
    assert not dialog_is_open(visitor)
