"""The progress bar of `manage.py import_collection`."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from artifacts.importing.contents import load
from artifacts.importing.exceptions import SourceError
from tests.artifacts.sources import skill, write_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """A terminal that shows what is written to standard error, log lines among it."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    shown = io.StringIO()
    handler = logging.StreamHandler(shown)
    logging.getLogger().addHandler(handler)
    yield shown
    logging.getLogger().removeHandler(handler)


def run(source: Path, terminal: io.StringIO) -> str:
    """What the terminal shows of an import."""
    call_command("import_collection", str(source), stdout=io.StringIO(), stderr=terminal, no_color=True)
    return terminal.getvalue()


def test_it_is_drawn_on_a_terminal(source: Path, terminal: io.StringIO) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    assert f"\r[{'#' * 30}] 1/1\n" in run(source, terminal)


def test_it_is_drawn_nowhere_else(source: Path, terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    assert "\r" not in run(source, terminal)


def test_it_is_drawn_anew_for_each_per_cent_only(source: Path, terminal: io.StringIO) -> None:
    write_files(source, {f"commands/c{n}.md": "Do." for n in range(450)})
    assert run(source, terminal).count("\r") == 101


@pytest.mark.parametrize("fails", [False, True])
def test_log_lines_begin_on_a_line_of_their_own(
    source: Path, terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    def talkative(*arguments: Any) -> Iterator[object]:
        loaded = load(*arguments)
        yield next(loaded)
        logging.getLogger("somewhere").warning("in the middle")
        if fails:
            raise SourceError("Enough.")
        yield from loaded

    monkeypatch.setattr("artifacts.services.importing.load", talkative)
    write_files(source, {f"commands/c{n}.md": "Do." for n in range(4)})
    if fails:
        with pytest.raises(CommandError):
            run(source, terminal)
    else:
        run(source, terminal)
    lines = terminal.getvalue().split("\n")
    assert "in the middle" in lines
    assert ("collection import failed" if fails else "collection import done") in lines
    assert lines[-1] == ""


def test_it_leaves_the_log_as_it_was(source: Path, terminal: io.StringIO) -> None:
    before = [(handler, list(handler.filters)) for handler in logging.getLogger().handlers]
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    run(source, terminal)
    assert [(handler, handler.filters) for handler in logging.getLogger().handlers] == before
