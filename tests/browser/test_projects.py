"""Projects in a browser: registering with a look at the folder, a profile's defaults, differences, undeploying."""

import shutil
from pathlib import Path

import pytest

from deployments.models import Run
from projects.models import Project
from tests.browser.conftest import in_both_modes
from tests.browser.furniture import Furniture
from tests.browser.house import Visitor, axe, focused

expect = pytest.importorskip("playwright.sync_api", reason="Run `make e2e`.").expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@in_both_modes
def test_a_folder_is_looked_at_while_it_is_typed_and_registered_by_keyboard(
    visitor: Visitor, furniture: Furniture
) -> None:
    page, root = visitor.page, Path(furniture.live.path).parent
    (root / "kitchen" / ".claude").mkdir(parents=True)
    visitor.open("/projects/")
    page.keyboard.press("n")
    page.locator("#id_path:focus").wait_for()
    look = page.locator("#folder-look")
    page.keyboard.type(furniture.live.path)
    look.get_by_text("This folder is your project storefront already.").wait_for()
    page.locator("#id_path").fill("")
    page.keyboard.type(str(root / "kitchen"))
    look.get_by_text("This folder is there.").wait_for()
    look.get_by_text("Already in it: .claude/ of Claude Code.").wait_for()
    axe(page, "registering a project")
    page.locator("#id_path").fill(str(root / "nothing"))
    look.get_by_text("There is no such folder.").wait_for()
    with visitor.expecting("status of 422"):
        page.keyboard.press("Enter")
        page.locator("#id_path_error").wait_for()
    assert focused(page) == "id_path"
    page.get_by_label("Create the folder where it is missing").check()
    page.get_by_role("button", name="Register project").press("Enter")
    page.get_by_role("heading", level=1, name="nothing").wait_for()
    made = Project.objects.get(name="nothing")
    visitor.at(f"/projects/{made.pk}")
    assert page.get_by_text("Nothing is deployed here.").is_visible()


def test_escape_gives_the_focus_back_to_what_opened_a_dialog(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    visitor.open(f"/projects/{furniture.live.pk}")
    page.get_by_text("29 in sync").wait_for()
    for opener in ("new-profile", "edit-claude_code"):
        page.locator(f"#{opener}").press("Enter")
        page.locator("#dialog-frame[open] form").wait_for()
        for _ in range(30):
            page.keyboard.press("Tab")
        inside = "document.getElementById('dialog-frame').contains(document.activeElement)"
        assert page.evaluate(f"{inside} || document.activeElement === document.body")
        page.keyboard.press("Escape")
        page.locator(f"#{opener}:focus").wait_for()


def test_a_profile_shows_the_defaults_of_its_platform_and_goes_back_to_them(
    visitor: Visitor, furniture: Furniture
) -> None:
    page = visitor.page
    visitor.open(f"/projects/{furniture.live.pk}")
    page.locator("#edit-claude_code").click()
    page.get_by_text("15 artifacts are deployed under it.").wait_for()
    page.locator("#id_folder_skill").fill("tools/skills")
    page.locator("#id_root_dir").fill("house")
    page.locator("#id_root_dir").press("Tab")
    expect(page.locator("#id_folder_command")).to_have_value("house/commands")
    assert page.locator("#id_folder_skill").input_value() == "tools/skills"
    axe(page, "a profile that is not at its defaults")
    page.locator("#reset-folder_skill").press("Enter")
    page.locator("#id_folder_skill:focus").wait_for()
    assert page.locator("#id_folder_skill").input_value() == "house/skills"
    page.locator("#id_platform").focus()
    page.locator("#id_platform").select_option("other")
    page.locator("#id_folder_hook").wait_for(state="detached")
    assert focused(page) == "id_platform"
    assert page.locator("#id_root_dir").input_value() == "house"
    page.get_by_role("button", name="Save profile").click()
    page.locator(".toast", has_text="Changed the profile “claude_code”.").wait_for()
    page.get_by_text("Other in house").wait_for()
    assert furniture.live.profiles.get(profile_id="claude_code").artifact_path_map["skill"] == "house/skills"


def test_what_was_edited_is_marked_shown_and_taken_out_with_its_plan(visitor: Visitor, furniture: Furniture) -> None:
    page, folder = visitor.page, Path(furniture.live.path)
    commit = folder / ".claude/commands/commit.md"
    commit.write_text(f"{commit.read_text()}mine\n")
    visitor.open(f"/projects/{furniture.live.pk}")
    summary = page.locator("#status-summary")
    summary.get_by_text("1 modified").wait_for()
    axe(page, "a project with an edited file")
    page.locator("#search-deployed").fill("commit")
    page.locator("#deployed-results[data-announce^='2 ']").wait_for()
    summary.get_by_text("1 in sync").wait_for()
    page.locator("#deployed-results .status", has_text="was edited").wait_for()
    page.get_by_role("status").filter(has_text="1 in sync, 1 modified").wait_for(state="attached")
    page.locator("#search-deployed").fill("")
    page.locator("#deployed-results[data-announce^='29 ']").wait_for()
    difference = page.get_by_role("link", name="See the difference in command:commit")
    opener = difference.get_attribute("id")
    difference.press("Enter")
    page.locator(".diff .added", has_text="+mine").wait_for()
    axe(page, "a difference")
    page.keyboard.press("Escape")
    page.locator(f"#{opener}:focus").wait_for()
    button = page.locator("#undeploy-chosen")
    assert not button.is_visible()
    page.get_by_label("Choose command:commit under claude_code").check()
    page.get_by_label("Choose command:commit under other").check()
    assert button.inner_text() == "Undeploy 2 artifacts"
    button.press("Enter")
    page.locator("#dialog .counts", has_text="1 conflict").wait_for()
    axe(page, "undeploying with a conflict")
    page.locator("#conflict-overwrite").check()
    page.locator("#dialog .counts", has_text="2 remove").wait_for()
    assert commit.exists()
    page.locator("#apply-plan").click()
    page.locator("#dialog", has_text="2 removed, 0 skipped, 0 failed").wait_for()
    assert not commit.exists()
    summary.get_by_text("27 in sync").wait_for()
    page.locator("#run-done").press("Enter")
    assert not button.is_visible()
    assert focused(page) == "deployed"
    page.locator(f"#undo-{Run.objects.latest('number').pk}").click()
    page.locator("#undo-plan").click()
    page.locator("#dialog", has_text="2 restored").wait_for()
    assert commit.read_text().endswith("mine\n")


def test_all_on_a_page_are_ticked_at_once(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    visitor.open(f"/projects/{furniture.live.pk}")
    page.locator("#choose-all").check()
    assert page.locator("#undeploy-chosen").inner_text() == "Undeploy 29 artifacts"
    page.locator("tbody [data-tick]").first.uncheck()
    assert page.locator("#undeploy-chosen").inner_text() == "Undeploy 28 artifacts"
    assert page.locator("#choose-all").evaluate("box => box.indeterminate")


def test_a_list_is_narrowed_while_somebody_types_and_keeps_the_focus(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    visitor.open(f"/projects/{furniture.live.pk}")
    page.keyboard.press("/")
    page.keyboard.type("skill:name")
    page.wait_for_url("**words=skill*")
    expect(page.locator("#deployed-results tbody tr")).to_have_count(2)
    assert focused(page) == "search-deployed"
    page.locator("#deployed-status").select_option("in_sync")
    page.wait_for_url("**status=in_sync*")
    expect(page.locator("#deployed-results tbody tr")).to_have_count(2)


def test_a_missing_folder_says_the_way_out(visitor: Visitor, furniture: Furniture) -> None:
    page = visitor.page
    shutil.move(furniture.live.path, f"{furniture.live.path}-moved")
    visitor.open(f"/projects/{furniture.live.pk}")
    page.get_by_text("There is no folder at this path.").wait_for()
    axe(page, "a project whose folder is missing")
    page.locator("#register-moved").click()
    page.locator("#id_path").wait_for()
