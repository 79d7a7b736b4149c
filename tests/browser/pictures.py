"""The pictures of the user guide, taken from the demo: `make screenshots` writes docs/images/ anew.

It runs a server with data of its own, does there what the guide tells of, and looks at it in Chromium.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.browser.chromium import MISSING, PROGRAM, launch_arguments, open_in_dialog
from tests.browser.small_png import small_png
from tests.config.fresh_process import PROJECT
from tests.running_server import Server, serving

IMAGES = PROJECT / "docs" / "images"
# Where the projects in the pictures lie: the same on every machine that has such a folder.
CODE = Path(tempfile.gettempdir()).resolve() / "code"
WIDTH, HEIGHT = 1180, 760
API = "/api/v1"

# Folders are shown as somebody's own and not as this machine's, and moments as one and the same.
_AT_HOME = """folders => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode())
    for (const [told, shown] of [...folders, [/\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d/g, "2026-03-02 09:30"]])
      if (walker.currentNode.data.match(told)) walker.currentNode.data = walker.currentNode.data.replaceAll(told, shown)
}"""


def main() -> None:
    """Take all pictures, or none where one cannot be taken."""
    CODE.mkdir(mode=0o700)
    try:
        with tempfile.TemporaryDirectory() as folder, serving(Path(folder), **_settings()) as server:
            taken = Path(folder) / "taken"
            taken.mkdir()
            _furnish(server)
            with _browser() as page:
                for name, scheme in _scenes(page, server):
                    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    page.wait_for_load_state("networkidle")
                    page.evaluate(_AT_HOME, [[str(PROJECT), "~/deployment-sets"], [str(CODE), "~/code"]])
                    (taken / f"{name}.png").write_bytes(small_png(page, page.screenshot(caret="hide")))
            _keep(taken)
    finally:
        shutil.rmtree(CODE)


def _settings() -> dict[str, str]:
    return {"TMPDIR": str(CODE), "PROJECT_ROOTS": str(CODE), "IMPORT_ROOTS": str(PROJECT / "examples")}


def _furnish(server: Server) -> None:
    """The demo's collection and sets; two projects with a set in them, of which one was changed by hand."""
    server.manage("demo")
    demo = _named(server, "projects", "Demo project")
    _ask(server, "DELETE", f"/projects/{demo}")
    for path in CODE.iterdir():
        shutil.rmtree(path)
    everyday, shipping = (_named(server, "deployment-sets", name) for name in ("Everyday", "Shipping"))
    for name, set_id in (("website", shipping), ("storefront", everyday)):
        project = _ask(server, "POST", "/projects", {"path": str(CODE / name), "create_folder": True})["id"]
        _ask(server, "POST", f"/projects/{project}/profiles", {"profile_id": "codex", "platform": "codex"})
        deploy = {"project_id": project, "all_profiles": True}
        _ask(server, "POST", f"/deployment-sets/{set_id}/deploy", deploy)
    with (CODE / "storefront/.claude/commands/commit.md").open("a") as file:
        file.write("\nName the ticket in the first line.\n")
    bug = _ask(server, "GET", "/artifacts?search=skill:reproduce-a-bug")["items"][0]["uuid"]
    _ask(server, "POST", f"/deployment-sets/{shipping}/members", {"artifact_uuid": bug, "position": 0})


def _ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    answer = server.ask(method, API + path, body)
    assert answer.status < 300, answer.text
    return answer.json() if answer.text else None


def _named(server: Server, kind: str, name: str) -> str:
    return str(next(each["id"] for each in _ask(server, "GET", f"/{kind}?limit=200")["items"] if each["name"] == name))


@contextmanager
def _browser() -> Iterator[Any]:
    if PROGRAM is None:
        sys.exit(MISSING)
    # Only `make e2e` and this need it, and what reads the code without running it does without.
    with import_module("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=launch_arguments())
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(15_000)
        yield page
        browser.close()


def _scenes(page: Any, server: Server) -> Iterator[tuple[str, str]]:
    """Bring up one scene after the other; each is a name, and the theme it is to be seen in."""
    everyday, shipping = (f"/sets/{_named(server, 'deployment-sets', name)}" for name in ("Everyday", "Shipping"))
    website = _named(server, "projects", "website")
    storefront = f"/projects/{_named(server, 'projects', 'storefront')}"
    collection = _named(server, "collections", "Examples")

    def go(path: str) -> None:
        page.goto(server.url + path)

    def dialog(path: str, behind: str) -> None:
        go(behind)
        page.wait_for_load_state("networkidle")
        open_in_dialog(page, path)

    go("/sets/")
    yield "sets", "light"
    go(f"/imports/{_ask(server, 'GET', f'/collections/{collection}/imports')['items'][0]['id']}")
    yield "report", "light"
    dialog("/collections/import", "/collections/")
    page.locator("dialog input[type=text]").first.fill("https://git.example/our-team/skills.git")
    yield "import", "light"
    go("/artifacts/")
    yield "artifacts", "light"
    go(everyday)
    yield "set", "light"
    yield "set-dark", "dark"
    dialog(f"{everyday}/members/add", everyday)
    yield "add-members", "light"
    go(f"{everyday}/graph")
    yield "graph", "light"
    go(f"{everyday}/platforms")
    page.locator("summary", has_text="What differs").first.click()
    yield "platforms", "light"
    dialog(f"{everyday}/deploy", everyday)
    page.locator("dialog").get_by_text("Back", exact=True).click()
    page.get_by_text("Show the plan").wait_for()
    yield "target", "light"
    dialog(f"{everyday}/deploy?project={website}&profile=claude_code", everyday)
    yield "plan", "light"
    go(f"/runs/{_ask(server, 'GET', storefront + '/runs')['items'][0]['id']}")
    yield "result", "light"
    go(shipping)
    yield "live", "light"
    go(storefront)
    yield "project", "light"
    dialog(f"{storefront}/profiles/codex/edit", storefront)
    yield "profile", "light"
    dialog("/search?q=re", "/sets/")
    yield "search", "light"
    go("/sets/")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    yield "keys", "light"


def _keep(taken: Path) -> None:
    """Put the pictures in the place of the old ones."""
    IMAGES.mkdir(exist_ok=True)
    for old in IMAGES.glob("*.png"):
        old.unlink()
    for picture in sorted(taken.iterdir()):
        shutil.copy(picture, IMAGES)
    total = sum(picture.stat().st_size for picture in IMAGES.glob("*.png"))
    sys.stdout.write(f"{len(list(IMAGES.glob('*.png')))} pictures, {total / 1_000_000:.2f} MB, in {IMAGES}\n")


if __name__ == "__main__":
    main()
