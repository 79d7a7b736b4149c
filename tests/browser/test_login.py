"""Logging in and out in Chromium, with the keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.services.throttle import MAX_FAILURES_PER_NAME
from tests.browser.test_pages import STANDARDS, WIDTHS, axe_playwright, keep_picture, watched
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server(transactional_db: None, settings: Settings) -> Iterator[str]:
    """The address of a server on which people log in; the common one has begun without."""
    settings.AUTH_ENABLED = True
    UserFactory(username="ann")
    server = LiveServer("localhost")
    yield server.url
    server.stop()


def try_with(page: Any, password: str, username: str = "ann") -> None:
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def demand_soundness(page: Any, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{name} is wider than {width} px"
    found = axe_playwright.Axe().run(page, options=STANDARDS)
    assert found.response["violations"] == [], found.generate_report()
    keep_picture(page, name)


def test_one_gets_in_and_out_with_the_keyboard(page: Any, server: str) -> None:
    complaints = watched(page)
    page.goto(f"{server}/projects/")
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type("password")
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")
    assert page.locator("#id_username").evaluate("field => field === document.activeElement")
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_a_login_are_sound(page: Any, server: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{server}/login")
    demand_soundness(page, f"login-{scheme}")
    try_with(page, "wrong")
    assert page.locator("#id_password").evaluate("field => field === document.activeElement")
    demand_soundness(page, f"login-wrong-{scheme}")
    for _ in range(MAX_FAILURES_PER_NAME - 1):
        try_with(page, "wrong")
    try_with(page, "password")
    assert page.get_by_role("heading", name="Too many attempts").is_visible()
    demand_soundness(page, f"login-too-many-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_somebody_signed_in_gets_two_rows_above_the_page_at_most(page: Any, server: str, scheme: str) -> None:
    UserFactory(username="ben", is_staff=True)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for username in ("ann", "ben"):
        page.goto(f"{server}/login")
        try_with(page, "password", username)
        demand_soundness(page, f"signed-in-{username}-{scheme}")
        for width in (390, 600, 1024):
            page.set_viewport_size({"width": width, "height": 900})
            keep_picture(page, f"signed-in-{username}-{scheme}-{width}")
            assert page.get_by_role("link", name="Deployment Sets").count() == 1
            # Beside the page it is as high as that.
            assert width == 1024 or page.locator("header").bounding_box()["height"] < 100
