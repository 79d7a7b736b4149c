"""Composing a set in Chromium: what is said of it, its members' order, what goes out and comes in."""

from typing import Any

import pytest

from deployment_sets.models import DeploymentSet
from deployment_sets.services.members import add_member
from tests.browser.conftest import in_both_modes
from tests.browser.house import Visitor, axe, focused
from tests.deployment_sets.answers import names_in
from tests.factories import ArtifactFactory, ArtifactGroupFactory, DeploymentSetFactory, DeploymentSetTagFactory

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed; run `make e2e`.")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANNOUNCED = "[role=status]"


@pytest.fixture
def composed(visitor: Visitor) -> DeploymentSet:
    """A set with four members, whose page is open."""
    members = [ArtifactFactory(name=name) for name in ("first", "second", "third", "fourth")]
    made: DeploymentSet = DeploymentSetFactory(owner=visitor.user, name="Backend", members=members)
    for tag in ("api", "web"):
        DeploymentSetTagFactory(set=made, name=tag)
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.open(f"/sets/{made.pk}")
    return made


def shown_names(page: Any) -> list[str]:
    return [
        str(name)
        for name in page.locator(".members [data-sortable] > li").evaluate_all(
            "rows => rows.map(row => row.dataset.name)"
        )
    ]


def expect_stored(page: Any, composed: DeploymentSet, *names: str) -> None:
    for _ in range(100):
        if names_in(composed) == list(names):
            return
        page.wait_for_timeout(50)
    assert names_in(composed) == list(names)


def expect_names(page: Any, *names: str) -> None:
    sync_api.expect(page.locator(".members .name > a")).to_have_text(list(names))


def handle_of(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=f"Move {name}", exact=True)


def expect_focus(page: Any, element: Any) -> None:
    sync_api.expect(element).to_be_focused()


def expect_fields_gone(page: Any) -> None:
    sync_api.expect(page.locator("[data-in-place] form")).to_have_count(0)


def test_the_name_is_changed_in_place_by_mouse(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    page.get_by_role("button", name="Backend", exact=True).click()
    expect_focus(page, page.get_by_label("Name", exact=True))
    page.keyboard.type("Back end")
    page.get_by_role("button", name="Save name").click()
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("Back end")
    expect_focus(page, page.locator("#edit-name"))
    composed.refresh_from_db()
    assert composed.name == "Back end"


def test_everything_said_of_a_set_is_changed_with_the_keyboard(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    page.locator("#edit-name").focus()
    page.keyboard.press("Enter")
    expect_focus(page, page.get_by_label("Name", exact=True))
    page.keyboard.type("Server")
    page.keyboard.press("Enter")
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("Server")
    expect_focus(page, page.locator("#edit-name"))
    page.keyboard.press("Tab")
    assert focused(page) == "edit-description"
    page.keyboard.press("Enter")
    expect_focus(page, page.get_by_label("Description"))
    page.keyboard.type("One line.\nAnd another.")
    page.keyboard.press("Control+Enter")
    sync_api.expect(page.locator("#edit-description")).to_have_text("One line.\nAnd another.")
    page.locator("#edit-tags").press("Enter")
    expect_focus(page, page.get_by_role("textbox", name="Tags"))
    page.keyboard.type("ops cli")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".tag-line .tags > li")).to_have_count(4)
    expect_focus(page, page.locator("#edit-tags"))
    composed = DeploymentSet.objects.get(pk=composed.pk)
    assert (composed.name, composed.tags) == ("Server", ["api", "cli", "ops", "web"])


def test_escape_gives_up_and_leaving_it_untouched_does_too(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    page.locator("#edit-name").click()
    page.get_by_label("Name", exact=True).fill("Something else")
    page.keyboard.press("Escape")
    expect_fields_gone(page)
    expect_focus(page, page.locator("#edit-name"))
    page.keyboard.press("Enter")
    expect_focus(page, page.get_by_label("Name", exact=True))
    page.locator("#resolved").click()
    expect_fields_gone(page)
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("Backend")


def test_what_was_typed_outlives_a_refusal_a_new_page_and_a_lost_connection(
    visitor: Visitor, composed: DeploymentSet
) -> None:
    page, name = visitor.page, visitor.page.get_by_label("Name", exact=True)
    page.locator("#edit-name").click()
    expect_focus(page, name)
    name.fill("n" * 255)
    name.evaluate("field => field.removeAttribute('maxlength')")
    page.keyboard.type("n")
    with visitor.expecting("status of 422"):
        page.keyboard.press("Enter")
        sync_api.expect(page.locator("[data-in-place] [role=alert]")).to_be_visible()
    assert name.input_value() == "n" * 256
    name.fill("Kept")
    page.get_by_role("button", name="Remove the tag web").click()
    sync_api.expect(page.locator(".tag-line .tags > li")).to_have_count(1)
    assert name.input_value() == "Kept"
    with visitor.expecting("net::ERR", "Failed to load", "htmx:"):
        page.context.set_offline(True)
        name.press("Enter")
        sync_api.expect(page.locator(".toast.bad")).to_contain_text("does not answer")
        assert name.input_value() == "Kept"
        page.context.set_offline(False)
    with visitor.expecting("status of 422"):
        name.press("Enter")
        # The tag that went meanwhile is a change like any other.
        sync_api.expect(page.locator("[data-in-place] [role=alert]")).to_contain_text("changed elsewhere")
    name.press("Enter")
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("Kept")


def test_a_tag_goes_and_comes_back(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    page.get_by_role("button", name="Remove the tag api").press("Enter")
    sync_api.expect(page.locator(".tag-line .tags > li")).to_have_count(1)
    expect_focus(page, page.get_by_role("button", name="Remove the tag web"))
    page.get_by_role("button", name="Undo").click()
    sync_api.expect(page.locator(".tag-line .tags > li")).to_have_count(2)


def test_a_member_is_dragged(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    start, goal = handle_of(page, "first").bounding_box(), handle_of(page, "third").bounding_box()
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, start["y"] + 40, steps=3)
    with page.expect_response(lambda answer: answer.url.endswith("/members/move")):
        page.mouse.move(goal["x"] + 8, goal["y"] + goal["height"], steps=6)
        assert shown_names(page) == ["second", "third", "first", "fourth"]
        page.mouse.up()
    expect_names(page, "second", "third", "first", "fourth")
    sync_api.expect(page.locator("[data-sort-position]")).to_have_text(["1", "2", "3", "4"])
    assert names_in(composed) == ["second", "third", "first", "fourth"]


def test_a_drag_that_is_called_off_moves_nothing(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    start, goal = handle_of(page, "first").bounding_box(), handle_of(page, "fourth").bounding_box()
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(goal["x"] + 8, goal["y"] + 8, steps=6)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert shown_names(page) == names_in(composed) == ["first", "second", "third", "fourth"]


def test_a_member_is_moved_with_the_keys_and_it_is_said(visitor: Visitor, composed: DeploymentSet) -> None:
    page, said = visitor.page, visitor.page.locator(ANNOUNCED, has_text="position").last
    handle = handle_of(page, "first")
    handle.focus()
    page.keyboard.press("ArrowDown")
    sync_api.expect(said).to_have_text("first, position 2 of 4")
    page.keyboard.press("ArrowDown")
    sync_api.expect(said).to_have_text("first, position 3 of 4")
    expect_names(page, "second", "third", "first", "fourth")
    expect_stored(page, composed, "second", "third", "first", "fourth")
    expect_focus(page, handle)
    page.keyboard.press("Home")
    expect_names(page, "first", "second", "third", "fourth")
    sync_api.expect(said).to_have_text("first, position 1 of 4")
    expect_stored(page, composed, "first", "second", "third", "fourth")
    expect_focus(page, handle)
    page.keyboard.press("ArrowUp")
    sync_api.expect(page.locator(ANNOUNCED, has_text="first is the first")).to_have_count(1)


def test_a_move_of_a_member_that_is_gone_is_refused_and_the_page_shows_what_is_left(
    visitor: Visitor, composed: DeploymentSet
) -> None:
    page = visitor.page
    composed.members.get(position=0).delete()
    handle_of(page, "first").focus()
    with visitor.expecting("status of 404", "Status Error Code 404"):
        page.keyboard.press("End")
        sync_api.expect(page.locator(".toast.bad")).to_be_visible()
    expect_names(page, "second", "third", "fourth")


def test_moves_wait_for_those_before_them_and_none_is_lost(visitor: Visitor, composed: DeploymentSet) -> None:
    page, held = visitor.page, list[Any]()
    page.route("**/members/move", lambda route: held.append(route), times=1)
    with page.expect_request("**/members/move"):
        for name in ("first", "second", "third"):
            handle_of(page, name).focus()
            page.keyboard.press("End")
        handle_of(page, "fourth").focus()
    with page.expect_response(lambda answer: answer.url.endswith(f"/sets/{composed.pk}")):
        held[0].continue_()
    expect_names(page, "fourth", "first", "second", "third")
    assert names_in(composed) == ["fourth", "first", "second", "third"]


def test_moves_outlive_the_page_they_were_made_on(visitor: Visitor, composed: DeploymentSet) -> None:
    page, held = visitor.page, list[Any]()
    page.route("**/members/move", lambda route: held.append(route), times=1)
    with page.expect_request("**/members/move"):
        for name in ("first", "second"):
            handle_of(page, name).focus()
            page.keyboard.press("End")
    # The first is not answered, and the second waits for that.
    visitor.open("/sets/")
    expect_stored(page, composed, "first", "third", "fourth", "second")


def test_a_removed_member_comes_back_and_the_focus_goes_on(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    page.get_by_role("button", name="Remove second").press("Enter")
    expect_names(page, "first", "third", "fourth")
    expect_focus(page, page.get_by_role("button", name="Remove third"))
    sync_api.expect(page.locator("#resolved")).to_have_text("Resolves to 3 artifacts")
    page.get_by_role("button", name="Undo").press("Enter")
    expect_names(page, "first", "second", "third", "fourth")
    assert names_in(composed) == ["first", "second", "third", "fourth"]


def test_what_takes_the_place_of_what_had_the_focus_works_at_once(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    page.evaluate(
        """() => document.addEventListener("focusin", (event) => {
             if (event.target.ariaLabel === "Remove third") setTimeout(() => event.target.click());
           })"""
    )
    page.get_by_role("button", name="Remove fourth").press("Enter")
    expect_focus(page, page.get_by_role("button", name="Remove second"))
    expect_stored(page, composed, "first", "second")


def test_the_last_member_leaves_the_focus_on_what_adds(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    for name, after in (("fourth", "third"), ("third", "second"), ("second", "first")):
        page.get_by_role("button", name=f"Remove {name}").press("Enter")
        expect_focus(page, page.get_by_role("button", name=f"Remove {after}"))
    page.keyboard.press("Enter")
    expect_focus(page, page.get_by_role("link", name="Add members"))
    assert page.get_by_role("heading", name="This set is empty").is_visible()


def test_the_menu_of_a_member_moves_it_and_keeps_the_focus(visitor: Visitor, composed: DeploymentSet) -> None:
    page, menu = visitor.page, visitor.page.get_by_label("More for third")
    menu.press("Enter")
    page.get_by_role("button", name="Move to the top").press("Enter")
    expect_names(page, "third", "first", "second", "fourth")
    expect_focus(page, menu)
    menu.press("Enter")
    page.get_by_role("link", name="Move to position…").press("Enter")
    page.get_by_label("New position").fill("4")
    page.keyboard.press("Enter")
    expect_names(page, "first", "second", "fourth", "third")
    expect_focus(page, menu)


def test_a_change_keeps_the_place_that_was_scrolled_to(visitor: Visitor) -> None:
    page = visitor.page
    members = ArtifactFactory.create_batch(48, files={})
    made = DeploymentSetFactory(owner=visitor.user, members=members)
    visitor.open(f"/sets/{made.pk}")
    sync_api.expect(page.locator("#set-graph > *").first).to_be_visible()
    sync_api.expect(page.locator("#set-live > *").first).to_be_visible()
    button = page.locator(".members [data-goes] button").nth(40)
    button.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 500
    button.press("Enter")
    sync_api.expect(page.locator(".members [data-sortable] > li")).to_have_count(47)
    assert abs(page.evaluate("scrollY") - before) < 5


@in_both_modes
def test_several_are_added_at_once_from_several_lists(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    ArtifactGroupFactory(name="Planning", artifacts=[ArtifactFactory(name="plan", type="command")])
    DeploymentSetFactory(owner=visitor.user, name="Frontend")
    ArtifactFactory(name="pdf")
    page.keyboard.press("a")
    expect_focus(page, page.get_by_label("Search artifacts"))
    page.keyboard.type("pdf")
    sync_api.expect(page.locator("#choices li")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    add = page.locator("#add-chosen")
    sync_api.expect(add).to_have_text("Add 1 member")
    page.get_by_label("Search artifacts").fill("")
    sync_api.expect(page.locator("#choices [data-name=first]")).to_be_disabled()
    sync_api.expect(page.locator("#choices [data-name=pdf]")).to_be_checked()
    page.locator("#tab-groups").click()
    page.locator("#choices [data-name=Planning]").check()
    page.locator("#tab-sets").click()
    page.locator("#choices [data-name=Frontend]").check()
    sync_api.expect(add).to_have_text("Add 3 members")
    axe(page, "the dialog with what was chosen")
    page.get_by_role("button", name="Leave out Planning").click()
    sync_api.expect(add).to_have_text("Add 2 members")
    page.locator("#tab-groups").click()
    sync_api.expect(page.locator("#choices [data-name=Planning]")).not_to_be_checked()
    page.locator("#choices [data-name=Planning]").check()
    add.click()
    sync_api.expect(page.locator("#dialog-frame")).to_be_hidden()
    expect_names(page, "first", "second", "third", "fourth", "pdf", "Frontend", "Planning")
    expect_focus(page, page.get_by_role("link", name="Add members"))
    sync_api.expect(page.locator("#toasts")).to_contain_text("Added 3 members")
    assert names_in(composed)[4:] == ["pdf", "Frontend", "Planning"]


def test_the_dialog_keeps_the_focus_and_gives_it_back(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    page.get_by_role("link", name="Add members").press("Enter")
    expect_focus(page, page.get_by_label("Search artifacts"))
    for _ in range(14):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.get_by_role("button", name="Close").press("Escape")
    sync_api.expect(page.locator("#dialog-frame")).to_be_hidden()
    expect_focus(page, page.get_by_role("link", name="Add members"))


@in_both_modes
def test_a_circle_that_was_made_elsewhere_meanwhile_is_said(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    a, b = (DeploymentSetFactory(owner=visitor.user, name=name) for name in ("A", "B"))
    visitor.open(f"/sets/{a.pk}")
    page.get_by_role("link", name="Add members").click()
    page.locator("#tab-sets").click()
    page.locator("#choices [data-name=B]").check()
    add_member(owner=visitor.user, set_id=b.pk, member_set_id=a.pk)
    with visitor.expecting("status of 422"):
        page.get_by_role("button", name="Add 1 member").click()
        toast = page.locator(".toast.bad")
        sync_api.expect(toast).to_contain_text("This would create a circular reference.")
    assert "A › B › A" in toast.inner_text()
    assert page.locator("#dialog-frame").is_visible()
    assert page.get_by_role("button", name="Leave out B").is_visible()
    sync_api.expect(page.locator("#choices [data-name=B]")).to_be_disabled()
    assert page.evaluate("!!document.activeElement.closest('dialog')")
    assert names_in(a) == []


def test_the_page_while_it_is_edited_stands_in_nobodys_way(visitor: Visitor, composed: DeploymentSet) -> None:
    page = visitor.page
    for field in ("name", "description", "tags"):
        page.locator(f"#edit-{field}").click()
        sync_api.expect(page.locator(f"#in-place-{field} form")).to_be_visible()
        page.locator(f"#in-place-{field}").locator("input:not([type=hidden]), textarea").fill("Typed")
    page.get_by_label("More for second").click()
    axe(page, "the page with its fields open")
