"""What happens when an answer does not come, comes late, or says no: in Chromium, with something half typed."""

import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from deployment_sets.models import DeploymentSet
from tests.browser.conftest import SIGNED_IN, in_both_modes
from tests.browser.furniture import Furniture
from tests.browser.house import Visitor, axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def begin_a_set(visitor: Visitor) -> Any:
    """The field for the name of a new set in its dialog, filled in."""
    visitor.open("/sets/")
    visitor.page.keyboard.press("n")
    visitor.page.wait_for_selector("dialog[open]")
    field = visitor.page.locator("dialog #id_name")
    field.fill("Half an idea")
    return field


def answer_late(visitor: Visitor) -> list[str]:
    """The addresses that something is posted to from now on, each answered after a while."""
    posted = []

    def wait(route: Any) -> None:
        if route.request.method == "POST":
            posted.append(route.request.url)
            time.sleep(0.5)
        route.continue_()

    visitor.page.route("**/*", wait)
    return posted


@in_both_modes
def test_a_lost_connection_shows_itself_and_loses_nothing(visitor: Visitor) -> None:
    field, page = begin_a_set(visitor), visitor.page
    with visitor.expecting("ERR_INTERNET_DISCONNECTED"):
        page.context.set_offline(True)
        field.press("Enter")
        page.wait_for_selector("dialog #connection")
        assert page.evaluate("document.documentElement.dataset.connection") == "lost"
        assert field.input_value() == "Half an idea"
        axe(page, "a lost connection")
        page.context.set_offline(False)
        # It looks by itself as well, and may have found it by now.
        page.evaluate("document.querySelector('#connection button')?.click()")
        page.wait_for_selector("#connection", state="detached")
    assert not DeploymentSet.objects.exists()
    assert field.input_value() == "Half an idea"
    field.press("Enter")
    page.wait_for_url("**/sets/*-*")
    assert DeploymentSet.objects.get().name == "Half an idea"


def test_the_connection_is_found_again_without_anybodys_doing(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/sets/")
    with visitor.expecting("ERR_INTERNET_DISCONNECTED"):
        visitor.page.context.set_offline(True)
        visitor.page.keyboard.press("n")
        visitor.page.wait_for_selector("#connection")
        DeploymentSet.objects.filter(pk=furniture.words.pk).update(name="Made clear meanwhile")
        visitor.page.context.set_offline(False)
        visitor.page.wait_for_selector("#connection", state="detached")
    visitor.page.get_by_role("link", name="Made clear meanwhile", exact=True).wait_for()


def test_a_server_that_is_not_ready_does_not_answer_again(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/sets/")
    page.route("**/healthz", lambda route: route.fulfill(status=503))
    with visitor.expecting("ERR_INTERNET_DISCONNECTED", "status of 503"):
        page.context.set_offline(True)
        page.keyboard.press("n")
        page.wait_for_selector("#connection")
        page.context.set_offline(False)
        with page.expect_response("**/healthz"):
            page.locator("#connection button").click()
        page.wait_for_timeout(100)
        assert page.locator("#connection").is_visible()
        page.unroute("**/healthz")
        page.locator("#connection button").click()
        page.wait_for_selector("#connection", state="detached")


def test_a_page_that_somebody_writes_in_is_not_shown_anew_before_that_is_saved(
    visitor: Visitor, furniture: Furniture
) -> None:
    page = visitor.page
    visitor.open("/artifacts/new")
    page.locator("#id_name").fill("half-an-idea")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('changed'))")
    page.get_by_text("What you typed is still here").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator("#id_name").input_value() == "half-an-idea"
    visitor.open("/sets/")
    page.locator("#search-sets").fill("Clear")
    page.wait_for_url("**name=Clear**")
    DeploymentSet.objects.filter(pk=furniture.words.pk).update(name="Clear as day")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('changed'))")
    page.get_by_role("link", name="Clear as day", exact=True).wait_for()


@pytest.mark.parametrize("path", ["/sets/", "/sets/new"], ids=["in a dialog", "as a page"])
def test_what_is_sent_twice_arrives_once(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    if path == "/sets/":
        visitor.page.locator("#page").get_by_role("link", name="New set").first.click()
        visitor.page.wait_for_selector("dialog[open]")
    visitor.page.locator("#id_name").fill("Once")
    posted = answer_late(visitor)
    button = visitor.page.get_by_role("button", name="Create set")
    button.evaluate("button => { button.click(); button.click(); setTimeout(() => button.click(), 50) }")
    visitor.page.wait_for_url("**/sets/*-*")
    visitor.page.wait_for_load_state("networkidle")
    assert len(posted) == 1
    assert DeploymentSet.objects.count() == 1


def test_a_form_can_be_sent_again_after_it_was_refused(visitor: Visitor) -> None:
    field = begin_a_set(visitor)
    field.fill("")
    with visitor.expecting("status of 422"):
        field.press("Enter")
        visitor.page.wait_for_selector("dialog [aria-invalid=true]")
    visitor.page.locator("dialog #id_name").fill("Now with a name")
    visitor.page.locator("dialog #id_name").press("Enter")
    visitor.page.wait_for_url("**/sets/*-*")


@pytest.mark.parametrize("visitor", [SIGNED_IN], indirect=True)
def test_a_session_that_ends_in_the_middle_takes_nothing_with_it(visitor: Visitor) -> None:
    field, page = begin_a_set(visitor), visitor.page
    Session.objects.all().delete()
    with visitor.expecting("status of 401"):
        field.press("Enter")
        page.wait_for_selector("dialog #signed-out")
    assert field.input_value() == "Half an idea"
    assert page.locator("#id_password").count() == 0
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in").click()
    other = opened.value
    other.locator("#id_username").fill("ann")
    other.locator("#id_password").fill("password")
    other.locator("#id_password").press("Enter")
    other.wait_for_url("**/sets/")
    other.close()
    field.press("Enter")
    page.wait_for_url("**/sets/*-*")
    assert DeploymentSet.objects.get().owner == visitor.user


def test_a_refusal_comes_as_a_toast_beside_what_is_there(visitor: Visitor, furniture: Furniture) -> None:
    visitor.open("/sets/")
    visitor.page.locator(f"#menu-{furniture.words.pk}").click()
    DeploymentSet.objects.filter(pk=furniture.words.pk).delete()
    with visitor.expecting("status of 404"):
        visitor.page.get_by_role("link", name="Edit").first.click()
        visitor.page.locator(".toast.bad").wait_for()
    assert not visitor.page.locator("dialog").is_visible()
    assert visitor.page.get_by_role("heading", name="Deployment sets").is_visible()
