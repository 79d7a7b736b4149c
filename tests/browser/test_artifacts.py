"""Collections, artifacts and groups in Chromium: what needs a browser, by mouse and by keyboard."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import Settings

from artifacts.models import ArtifactGroup
from artifacts.services.groups import create_group
from tests.artifacts.sources import skill, write_files
from tests.browser.conftest import in_both_modes
from tests.browser.furniture import Furniture
from tests.browser.house import Visitor, axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def held(group: ArtifactGroup) -> list[str]:
    """What is in the group, in order."""
    return [str(membership.artifact) for membership in group.memberships.order_by("position")]


def has_focus(page: Any, name: str) -> None:
    """Wait until the element of this id has the focus: it gets it a moment after it is there."""
    page.locator(f"#{name}:focus").wait_for()


@in_both_modes
def test_a_collection_is_imported_and_its_report_leads_to_an_artifact(
    visitor: Visitor, tmp_path: Path, settings: Settings
) -> None:
    settings.IMPORT_ROOTS = [tmp_path.resolve()]
    source = write_files(tmp_path.resolve() / "mine", {"skills/notes/SKILL.md": skill("notes"), "tools/x.md": "Do."})
    page = visitor.page
    visitor.open("/artifacts/")
    page.get_by_role("link", name="Import collection").click()
    with visitor.expecting("status of 422"):
        page.get_by_role("button", name="Import collection").click()
        page.get_by_text("This field is required.").wait_for()
    has_focus(page, "id_source")
    page.keyboard.type(str(source))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/imports/"))
    page.get_by_role("heading", name="What changed").wait_for()
    page.reload()
    axe(page, "a report")
    page.get_by_role("link", name="notes", exact=True).click()
    page.get_by_role("heading", name="notes", level=1).wait_for()
    page.get_by_role("heading", name="Used in sets · 0").wait_for()
    page.get_by_role("heading", name="Deployed in · 0").wait_for()
    assert page.get_by_role("link", name="Artifacts 1").is_visible()


def test_artifacts_are_found_while_typing_and_the_way_back_keeps_what_was_typed(
    visitor: Visitor, furniture: Furniture
) -> None:
    page = visitor.page
    visitor.open("/artifacts/")
    page.keyboard.press("/")
    page.keyboard.type("skill:name")
    page.locator("#results [data-item]").nth(1).wait_for(state="detached")
    assert page.locator("#results [data-item]").all_inner_texts() == ["name-things"]
    has_focus(page, "search-artifacts")
    page.get_by_role("status").filter(has_text="1 artifact").wait_for(state="attached")
    page.get_by_role("link", name="name-things").click()
    page.get_by_role("heading", name="name-things", level=1).wait_for()
    page.go_back()
    page.locator("#search-artifacts").wait_for()
    assert page.locator("#search-artifacts").input_value() == "skill:name"
    assert page.locator("#results [data-item]").all_inner_texts() == ["name-things"]


def test_an_artifact_goes_into_a_set_and_its_page_says_so(visitor: Visitor, furniture: Furniture) -> None:
    outside = furniture.collection.artifacts.get(name="record-a-decision")
    page = visitor.page
    visitor.open(f"/artifacts/{outside.pk}")
    page.keyboard.press("a")
    page.get_by_role("heading", name="Add").wait_for()
    page.get_by_text("Clear words").click()
    axe(page, "add to a set")
    page.get_by_role("button", name="Add to set").click()
    page.get_by_text("to “Clear words”.").wait_for()
    page.locator("#usage").get_by_role("link", name="Clear words").wait_for()
    has_focus(page, "add-to-set")


def test_a_group_is_put_together_with_the_keyboard_alone(visitor: Visitor, furniture: Furniture) -> None:
    group, page = create_group(name="Daily"), visitor.page
    visitor.open(f"/groups/{group.pk}")
    page.keyboard.press("a")
    page.locator("#choices").wait_for()
    has_focus(page, "search-choices")
    for words in ("command:commit", "skill:name-things"):
        with page.expect_response(re.compile(f"search={quote(words)}")):
            page.keyboard.type(words)
        page.get_by_text("1 found").wait_for()
        page.get_by_role("checkbox", name=words.partition(":")[2]).focus()
        page.keyboard.press("Space")
        page.locator("#search-choices").focus()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.get_by_text("1 found").wait_for(state="detached")
    axe(page, "choosing artifacts")
    page.get_by_role("button", name="Add 2 artifacts").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Added 2 artifacts to “Daily”.").wait_for()
    has_focus(page, "add-artifacts")
    first, second = held(group)
    page.get_by_role("button", name=f"Move {second}", exact=True).focus()
    with page.expect_response(re.compile("/sort")):
        page.keyboard.press("ArrowUp")
    page.get_by_text(f"{second}, position 1 of 2").wait_for(state="attached")
    assert held(group) == [second, first]
    page.get_by_role("button", name=f"Remove {first}").focus()
    page.keyboard.press("Enter")
    page.get_by_text(f"Removed {first} from “Daily”.").wait_for()
    assert held(group) == [second]
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    page.get_by_text(f"Put {first} back").wait_for()
    assert held(group) == [second, first]


def test_who_leaves_the_search_for_what_it_found_does_not_search_again(visitor: Visitor, furniture: Furniture) -> None:
    # The answer would replace what is found between the press and the release of the mouse.
    group, page = create_group(name="Daily"), visitor.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visitor.open(f"/groups/{group.pk}/add")
    with page.expect_response(re.compile("search=commit")):
        page.keyboard.type("commit")
    page.get_by_text("1 found").wait_for()
    page.get_by_role("checkbox", name="commit").check()
    with page.expect_response(re.compile("type=command")):
        page.get_by_label("Type", exact=True).select_option("command")
    assert len([url for url in asked if "search=commit" in url]) == 2


def test_an_imported_group_is_copied_to_be_edited(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    visitor.open(f"/groups/{furniture.planning.pk}")
    assert page.get_by_role("button", name="Move").count() == 0
    page.get_by_role("button", name="Copy to edit").click()
    page.get_by_role("heading", name="planning (copy)", level=1).wait_for()
    page.locator("#delete-group").click()
    page.get_by_text("A deleted group does not come back.").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("A deleted group does not come back.").wait_for(state="detached")
    has_focus(page, "delete-group")
