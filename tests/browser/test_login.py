"""Logging in and out in Chromium, with the keyboard alone."""

from typing import Any

import pytest

from accounts.services.throttle import MAX_FAILURES_PER_NAME
from tests.browser.house import axe, demand_width, keep_picture, watched
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server(server_with_logins: str) -> str:
    """Where ann can log in."""
    UserFactory(username="ann")
    return server_with_logins


def try_with(page: Any, password: str, username: str = "ann") -> None:
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def demand_soundness(page: Any, name: str) -> None:
    for width in (390, 1600):
        demand_width(page, width, name)
    axe(page, name)
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


def test_the_pages_of_a_login_are_sound(page: Any, server: str) -> None:
    page.goto(f"{server}/login")
    demand_soundness(page, "login")
    try_with(page, "wrong")
    assert page.locator("#id_password").evaluate("field => field === document.activeElement")
    demand_soundness(page, "login-wrong")
    for _ in range(MAX_FAILURES_PER_NAME - 1):
        try_with(page, "wrong")
    try_with(page, "password")
    assert page.get_by_role("heading", name="Too many attempts").is_visible()
    demand_soundness(page, "login-too-many")


def test_somebody_signed_in_gets_two_rows_above_the_page_at_most(page: Any, server: str) -> None:
    UserFactory(username="ben", is_staff=True)
    for username in ("ann", "ben"):
        page.goto(f"{server}/login")
        try_with(page, "password", username)
        demand_soundness(page, f"signed-in-{username}")
        for width in (390, 600, 1024):
            page.set_viewport_size({"width": width, "height": 900})
            keep_picture(page, f"signed-in-{username}-{width}")
            assert page.get_by_role("link", name="Deployment Sets").count() == 1
            # Beside the page it is as high as that.
            assert width == 1024 or page.locator("header").bounding_box()["height"] < 100
