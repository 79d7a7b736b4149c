"""Deploying a set in Chromium: from the list of sets to what is written, by mouse and by keyboard, and back again."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from deployment_sets.services.members import add_members
from deployment_sets.services.resolution import Member, MemberKind
from deployments.installer import apply, changes
from deployments.models import Run
from deployments.services import background
from tests.browser.chromium import open_in_dialog
from tests.browser.conftest import in_both_modes
from tests.browser.furniture import Furniture
from tests.browser.house import WIDTHS, Visitor, axe, demand_width, focused, keep_picture
from tests.factories import ArtifactFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Until this is set, a run stops before its third change."""
    event, made, plain = Event(), [0], changes.make_change

    def make_change(*arguments: Any) -> None:
        made[0] += 1
        if made[0] == 3:
            assert event.wait(30)
        plain(*arguments)

    monkeypatch.setattr("deployments.installer.apply.make_change", make_change)
    monkeypatch.setattr(apply, "_PROGRESS_SECONDS", 0)
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 0)
    yield event
    event.set()


def is_written(furniture: Furniture, project: str) -> bool:
    folder = Path(getattr(furniture, project).path)
    return (folder / ".claude/skills/record-a-decision/SKILL.md").is_file()


def choose(page: Any, project: str) -> None:
    page.get_by_role("radio", name=project).check()


def looked_at(visitor: Visitor, name: str) -> None:
    """Demand that the step that is open stands in nobody's way, and keep a picture of it."""
    for width in WIDTHS:
        demand_width(visitor.page, width, name)
        axe(visitor.page, name)
        keep_picture(visitor.page, f"{name}-{width}")
    visitor.page.emulate_media(color_scheme="dark")
    keep_picture(visitor.page, f"{name}-dark")
    visitor.page.emulate_media(color_scheme="light")


@in_both_modes
def test_from_the_list_of_sets_to_fifteen_written_artifacts_in_at_most_six_actions(
    visitor: Visitor, furniture: Furniture, capsys: pytest.CaptureFixture[str]
) -> None:
    page, actions = visitor.page, 0
    visitor.open("/sets/")
    begun = time.monotonic()
    for act in (
        lambda: page.get_by_role("link", name="Deploy New product").click(),
        lambda: page.get_by_role("link", name="Back").click(),
        lambda: choose(page, "website"),
        lambda: page.get_by_role("button", name="Show the plan").click(),
        lambda: page.get_by_role("button", name="Apply 15 changes").click(),
    ):
        act()
        actions += 1
    page.locator("#dialog").get_by_text("15 succeeded, 0 skipped, 0 failed").wait_for()
    seconds = time.monotonic() - begun
    assert is_written(furniture, "fresh")
    assert actions <= 6
    with capsys.disabled():
        sys.stdout.write(f"\n{actions} actions, {seconds:.1f} s from the list of sets to 15 written artifacts\n")


def test_each_step_is_sound_and_said_aloud(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    visitor.open("/sets/")
    page.get_by_role("link", name="Deploy Clear words").click()
    page.get_by_role("button", name="Show the plan").wait_for()
    looked_at(visitor, "deploy-target")
    choose(page, "website")
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name="Apply 3 changes").wait_for()
    page.locator("#announcements", has_text="The plan: 3 create").wait_for(state="attached")
    looked_at(visitor, "deploy-plan")
    page.get_by_role("button", name="Apply 3 changes").click()
    page.get_by_role("button", name="Done").wait_for()
    page.locator("#announcements", has_text="The run is over: 3 succeeded").wait_for(state="attached")
    looked_at(visitor, "deploy-result")
    page.get_by_role("button", name="Done").click()
    assert page.locator("#dialog-frame").is_hidden()
    # The card behind it knows.
    page.locator(".card", has_text="Clear words").get_by_text("live in 1").wait_for()


def test_with_the_keyboard_alone(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    visitor.open("/sets/")
    opener = f"deploy-{furniture.words.pk}"
    page.locator(f"#{opener}").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show the plan").wait_for()
    tab_to(page, f"target-{furniture.live.pk}")
    page.keyboard.press("ArrowDown")
    page.locator(f"#target-{furniture.fresh.pk}:checked").wait_for()
    page.locator("#profile-other").wait_for(state="detached")
    assert focused(page) == f"target-{furniture.fresh.pk}"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Apply 3 changes").wait_for()
    tab_to(page, "apply-plan")
    page.keyboard.press("Enter")
    page.locator("#dialog").get_by_text("3 succeeded").wait_for()
    assert page.evaluate("document.getElementById('dialog-frame').contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert page.locator("#dialog-frame").is_hidden()
    page.wait_for_function(f"document.activeElement.id === '{opener}'")
    assert Run.objects.filter(project=furniture.fresh).get().state == Run.State.DONE


def tab_to(page: Any, wanted: str) -> None:
    """Press Tab until the element with this id has the focus, as somebody would."""
    for _ in range(40):
        if focused(page) == wanted:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}, but {focused(page)}.")


def test_closed_while_it_is_at_work_it_goes_on_and_one_can_come_back(
    visitor: Visitor, furniture: Furniture, let_go: Event
) -> None:
    page = visitor.page
    visitor.open("/sets/")
    page.get_by_role("link", name="Deploy Clear words").click()
    choose(page, "website")
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name="Apply 3 changes").click()
    page.get_by_text("2 of 3 changes made").wait_for()
    assert page.get_by_role("progressbar").get_attribute("value") == "2"
    looked_at(visitor, "deploy-progress")
    page.keyboard.press("Escape")
    assert page.locator("#dialog-frame").is_hidden()
    assert Run.objects.get(project=furniture.fresh).state == Run.State.RUNNING

    page.get_by_role("link", name="Runs").click()
    page.locator("#content").get_by_role("link", name="Deploy Clear words").click()
    page.get_by_text("2 of 3 changes made").wait_for()
    page.reload()
    page.get_by_text("2 of 3 changes made").wait_for()
    let_go.set()
    page.get_by_text("3 succeeded, 0 skipped, 0 failed").first.wait_for()
    page.get_by_role("button", name="Undo this run").wait_for()


def test_it_is_followed_to_its_end_in_the_dialog(visitor: Visitor, furniture: Furniture, let_go: Event) -> None:
    page = visitor.page
    visitor.open(f"/sets/{furniture.words.pk}/deploy?project={furniture.fresh.pk}")
    visitor.open("/sets/")
    page.get_by_role("link", name="Deploy Clear words").click()
    choose(page, "website")
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name="Apply 3 changes").click()
    page.get_by_text("2 of 3 changes made").wait_for()
    page.locator("#announcements", has_text="50 percent of 3 changes made").wait_for(state="attached")
    let_go.set()
    page.locator("#dialog").get_by_text("3 succeeded, 0 skipped, 0 failed").wait_for()
    assert page.evaluate("document.getElementById('dialog-frame').contains(document.activeElement)")


def test_what_is_edited_is_asked_about_and_what_failed_is_tried_again(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    edited = Path(furniture.live.path) / ".claude/rules/plain-words.md"
    edited.write_text("Mine.\n")
    another = ArtifactFactory(type="command", name="another")
    add_members(owner=visitor.user, set_id=furniture.words.pk, members=[Member(MemberKind.ARTIFACT, another.pk)])
    visitor.open("/sets/")
    page.get_by_role("link", name="Deploy New product").click()
    page.get_by_text("-Mine.").wait_for()
    looked_at(visitor, "deploy-conflict")
    # A choice made while another is being worked on counts as well.
    with visitor.expecting("htmx:afterRequest", "htmx:sendAbort"):
        page.locator("#deploy-atomic").check()
        page.locator("#conflict-overwrite").check(force=True)
        page.get_by_text("1 update").wait_for()
        assert page.locator("#deploy-atomic").is_checked()
        assert focused(page) == "conflict-overwrite"
        page.locator("#conflict-fail").check(force=True)
        page.locator("#deploy-atomic").uncheck()
        page.get_by_role("button", name="Apply 2 changes").click()
    page.get_by_role("link", name="Retry 1 failed").click()
    page.get_by_role("heading", name="Retry what failed of New product").wait_for()
    page.locator("#conflict-overwrite").check(force=True)
    page.get_by_role("button", name="Apply 1 change").click()
    page.locator("#dialog").get_by_text("1 succeeded, 0 skipped, 0 failed").wait_for()
    assert edited.read_text() != "Mine.\n"


def test_a_run_is_undone_from_its_result_and_an_edit_is_asked_about(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    edited = Path(furniture.live.path) / ".claude/rules/plain-words.md"
    visitor.open(f"/runs/{furniture.run.pk}")
    edited.write_text("Mine.\n")
    page.get_by_role("button", name="Undo this run").click()
    page.get_by_text("An undo happens as a whole or not at all").wait_for()
    looked_at(visitor, "undo-conflict")
    page.locator("#conflict-overwrite").check()
    page.locator("#undo-plan:enabled").click()
    page.locator("#dialog").get_by_text("restored").first.wait_for()
    page.get_by_role("button", name="Done").click()
    assert not edited.exists()
    # The page behind it shows the new state.
    page.get_by_text("Undone").first.wait_for()
    assert page.get_by_role("button", name="Undo this run").count() == 0


def test_a_set_is_taken_out_in_a_dialog(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    visitor.open("/sets/")
    open_in_dialog(page, f"/sets/{furniture.fifteen.pk}/undeploy")
    looked_at(visitor, "undeploy")
    page.get_by_role("button", name="Remove 15 artifacts").click()
    page.locator("#dialog").get_by_text("29 removed, 0 skipped, 0 failed").wait_for()
    looked_at(visitor, "undeploy-result")
    assert not is_written(furniture, "live")


def test_runs_are_narrowed_without_leaving_the_page(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    visitor.open("/runs/")
    looked_at(visitor, "runs")
    page.get_by_label("Project").select_option("website")
    page.get_by_text("No run matches").wait_for()
    assert "project=" in page.url
    page.reload()
    page.get_by_text("No run matches").wait_for()


class Late:
    """Requests with this in the address and of this method wait for `answer`, or are `waiting`."""

    def __init__(self, page: Any, path: str, method: str) -> None:
        self.waiting: list[Any] = []
        self._is_over = False
        self._page, self._path, self._method = page, path, method
        page.route("**/*", self._meet)

    def _meet(self, route: Any) -> None:
        if not self._is_over and self._path in route.request.url and route.request.method == self._method:
            self.waiting.append(route)
        else:
            route.continue_()

    def asked(self) -> None:
        """Wait until there is one."""
        while not self.waiting:
            self._page.wait_for_timeout(20)

    def answer(self) -> None:
        """Let all that wait through, and wait for what they are answered."""
        self._is_over = True
        with self._page.expect_response(lambda response: self._path in response.url):
            for route in self.waiting:
                route.continue_()
        # What comes of an answer has come of it by then.
        self._page.wait_for_timeout(150)


def plan_in_a_dialog(visitor: Visitor) -> None:
    visitor.open("/sets/")
    visitor.page.get_by_role("link", name="Deploy Clear words").click()
    choose(visitor.page, "website")
    visitor.page.get_by_role("button", name="Show the plan").click()
    visitor.page.locator("#apply-plan").wait_for()


def test_a_plan_that_comes_after_the_dialog_was_closed_does_not_open_it_again(
    visitor: Visitor, furniture: Furniture
) -> None:
    page = visitor.page
    visitor.open("/sets/")
    page.get_by_role("link", name="Deploy Clear words").click()
    page.locator("#show-plan").wait_for()
    late = Late(page, "/deploy?", "GET")
    page.locator("#show-plan").click()
    late.asked()
    page.keyboard.press("Escape")
    late.answer()
    assert page.locator("#dialog-frame").is_hidden()
    assert page.locator("#dialog").inner_html().strip() == ""


@pytest.mark.parametrize("opens_another", [False, True])
def test_a_run_begun_right_before_the_dialog_was_closed_goes_on_and_shows_on_the_page(
    visitor: Visitor, furniture: Furniture, opens_another: bool
) -> None:
    page = visitor.page
    plan_in_a_dialog(visitor)
    late = Late(page, "/deploy", "POST")
    page.locator("#apply-plan").click()
    late.asked()
    page.keyboard.press("Escape")
    if opens_another:
        page.locator("#page").get_by_role("link", name="New set").first.click()
        page.locator("#dialog #id_name").wait_for()
    late.answer()
    page.locator(".card", has_text="Clear words").get_by_text("live in 1").wait_for()
    assert page.locator("#dialog-frame").is_visible() == opens_another
    assert page.locator("#dialog #id_name").count() == int(opens_another)
    assert page.locator("#dialog #plan-foot").count() == 0
    assert Run.objects.get(project=furniture.fresh).state == Run.State.DONE


def test_nothing_is_applied_while_the_plan_is_renewed(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    plan_in_a_dialog(visitor)
    late = Late(page, "atomic=on", "GET")
    page.locator("#deploy-atomic").check()
    late.asked()
    assert page.locator("#apply-plan").get_attribute("aria-disabled") == "true"
    page.locator("#apply-plan").click(force=True)
    page.locator("#apply-plan").focus()
    page.keyboard.press("Enter")
    late.answer()
    assert not Run.objects.filter(project=furniture.fresh).exists()
    page.get_by_role("button", name="Apply 3 changes").click()
    page.locator("#dialog").get_by_text("3 succeeded").wait_for()
    assert Run.objects.get(project=furniture.fresh).options["atomic"] is True


def test_a_choice_after_applying_does_not_replace_what_the_run_shows(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    plan_in_a_dialog(visitor)
    late = Late(page, "/deploy", "POST")
    page.locator("#apply-plan").click()
    late.asked()
    page.locator("#deploy-atomic").check()
    late.answer()
    page.locator("#dialog").get_by_text("3 succeeded").wait_for()
    assert page.locator("#apply-plan").count() == 0
