"""The browser, and what is done in it without a user's hand. Nothing here needs Django."""

import os
import shutil
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = "Chromium is not installed (on Debian: apt-get install chromium)."

_PUT_INTO_DIALOG = """async address => {
  const settled = new Promise(done => document.addEventListener("htmx:afterSettle", done, { once: true }))
  await htmx.ajax("GET", address, { target: "#dialog" })
  await settled
}"""


def launch_arguments() -> list[str]:
    """What it is started with: it asks nobody for anything, and root has to do without its sandbox."""
    arguments = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return [*arguments, "--no-sandbox"] if os.geteuid() == 0 else arguments


def open_in_dialog(page: Any, address: str) -> None:
    """Have the page that is open show what `address` answers in its dialog."""
    page.evaluate(_PUT_INTO_DIALOG, address)
