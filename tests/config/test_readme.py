"""The tour in README.md, word by word."""

import code
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.services import members
from tests.config.fresh_process import PROJECT, environment

TOUR = (PROJECT / "README.md").read_text().partition("## Use it")[2].partition("## Read on")[0]
COMPOSE = re.findall(r"```python\n(.*?)```", TOUR, re.DOTALL)[0]


def tour_script() -> str:
    """The tour as one script for `sh`: what is Python goes into a shell, and `make serve` does no more than migrate."""
    script = ["set -eu"]
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", TOUR, re.MULTILINE | re.DOTALL):
        if language == "python":
            script.append(f".venv/bin/python manage.py shell --verbosity 0 <<'END'\n{block}END")
        else:
            script.append(block.replace("make serve", ".venv/bin/python manage.py migrate --verbosity 0"))
    return "\n".join(script).replace(".venv/bin/python", sys.executable)


@pytest.mark.any_database  # processes of their own have a database of their own
def test_the_tour_works_word_by_word(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        ["sh"],
        input=tour_script(),
        cwd=PROJECT,
        env={**environment(DATA_DIR=str(tmp_path / "data")), "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    storefront = home / "code" / "storefront"
    for skill in (".claude/skills/read-a-diff", ".claude/skills/reproduce-a-bug", ".agents/skills/slice-a-feature"):
        assert (storefront / skill / "SKILL.md").is_file()


@pytest.fixture
def examples(db: None, settings: Settings) -> None:
    """The example collection, imported as the tour does."""
    settings.IMPORT_ROOTS = [PROJECT / "examples"]
    call_command("import_collection", str(PROJECT / "examples" / "collection"), name="Examples", stdout=StringIO())


def test_sets_can_be_composed_by_pasting(examples: None) -> None:
    console = code.InteractiveConsole()
    for line in [*COMPOSE.splitlines(), ""]:
        console.push(line)
    outer = DeploymentSet.objects.get(name="Full-stack")
    assert list(outer.members.values_list("group__name", "member_set__name")) == [("planning", None), (None, "Fixing")]


def test_composing_that_fails_leaves_nothing(examples: None, monkeypatch: pytest.MonkeyPatch) -> None:
    real = members.add_member

    def fail_at_the_end(**options: Any) -> DeploymentSetMember:
        if "member_set_id" in options:
            raise RuntimeError("no such luck")
        return real(**options)

    monkeypatch.setattr(members, "add_member", fail_at_the_end)
    with pytest.raises(RuntimeError):
        exec(COMPOSE, {})
    assert not DeploymentSet.objects.exists()


def test_every_paper_is_linked_from_the_readme() -> None:
    text = (PROJECT / "README.md").read_text()
    papers = [str(path.relative_to(PROJECT)) for path in (PROJECT / "docs").glob("*.md")]
    assert [paper for paper in papers if f"]({paper})" not in text] == []
    assert [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if not (PROJECT / link).exists()] == []
