"""Where the focus goes in Chromium when what had it is gone, and when a form is refused."""

from typing import Any

import pytest

from tests.browser.house import Visitor
from tests.factories import ArtifactFactory, DeploymentSetFactory

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed; run `make e2e`.")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def expect_focus_somewhere(page: Any) -> None:
    sync_api.expect(page.locator("body :focus")).to_have_count(1)


def test_the_field_that_is_refused_has_the_focus_and_the_page_of_what_is_made_has_it(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/sets/")
    page.keyboard.press("n")
    page.get_by_label("Name").fill("Backend")
    page.get_by_label("Tags").fill("t" * 51)
    with visitor.expecting("status of 422"):
        page.get_by_role("button", name="Create set").click()
        sync_api.expect(page.get_by_label("Tags")).to_have_attribute("aria-invalid", "true")
        sync_api.expect(page.get_by_label("Tags")).to_be_focused()
    page.get_by_label("Tags").fill("api")
    page.get_by_role("button", name="Create set").click()
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("Backend")
    sync_api.expect(page.locator("#content")).to_be_focused()


def test_a_form_of_a_page_of_its_own_begins_where_it_is_wrong(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/artifacts/new")
    page.get_by_label("Name", exact=True).fill("ship")
    page.get_by_label("Type").select_option("command")
    with visitor.expecting("status of 422"):
        page.get_by_role("button", name="Make artifact").click()
        sync_api.expect(page.get_by_label("Text")).to_be_focused()


def test_what_is_deleted_leaves_the_focus_on_the_page_and_u_takes_it_back(visitor: Visitor) -> None:
    made = DeploymentSetFactory(owner=visitor.user, name="Backend", members=[ArtifactFactory(name="ship")])
    page = visitor.page
    visitor.open(f"/sets/{made.pk}")
    page.locator(".members").get_by_role("button", name="Remove ship").click()
    sync_api.expect(page.locator(".toast")).to_contain_text("ship")
    sync_api.expect(page.locator(".members .name > a")).to_have_count(0)
    expect_focus_somewhere(page)
    page.keyboard.press("u")
    sync_api.expect(page.locator(".members .name > a")).to_have_text(["ship"])
    expect_focus_somewhere(page)
