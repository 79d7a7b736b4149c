"""What Claude Code fills in, found in a text and said in words."""

import pytest

from profiles.platforms.placeholders import Kind, Placeholder, filled_in
from profiles.platforms.prose import in_prose
from profiles.rendering import RenderWarning, Warnings


def found(text: str, *names: str) -> list[tuple[Kind, str]]:
    places: list[tuple[Kind, str]] = []

    def write(placeholder: Placeholder) -> str:
        places.append((placeholder.kind, placeholder.inside))
        return placeholder.written

    assert filled_in(text, write, names) == text.replace("\\$", "$")
    return places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Fix $ARGUMENTS now", [(Kind.ARGUMENTS, "$ARGUMENTS")]),
        ("$ARGUMENTS[1] $0 $12", [(Kind.ARGUMENT, "1"), (Kind.ARGUMENT, "0"), (Kind.ARGUMENT, "12")]),
        ("costs $1.50, $100 or $5k; $ARGUMENTSX", []),
        ("price \\$1 and \\$ARGUMENTS", []),
        ("!`git status` and !`ls`", [(Kind.SHELL, "git status"), (Kind.SHELL, "ls")]),
        ("no!`git status` or `!x`", []),
        ("```!\nls\npwd\n```\n", [(Kind.SHELL, "ls\npwd")]),
        ("```sh\nls\n```\n", []),
        ("read @docs/a.md, @./x and @src/", [(Kind.FILE, "docs/a.md"), (Kind.FILE, "./x"), (Kind.FILE, "src/")]),
        ("the end of @README.md.", [(Kind.FILE, "README.md")]),
        ("ask @anna, me@example.org or use @angular", []),
        ("`@a/b.md` ``x ` @a/b.md`` and\n```\n@a/b.md\n```\n", []),
        ("${CLAUDE_SKILL_DIR}/x ${CLAUDE_SESSION_ID}", [(Kind.FOLDER, "SKILL_DIR"), (Kind.VARIABLE, "SESSION_ID")]),
        ("${HOME} $HOME $branch ${CLAUDE_PLUGIN_ROOT}", []),
    ],
)
def test_placeholders_are_found_where_they_act_and_nowhere_else(text: str, places: list[tuple[Kind, str]]) -> None:
    assert found(text) == places


def test_named_arguments_are_those_that_were_named() -> None:
    assert found("$branch of $repo, $branches", "branch") == [(Kind.ARGUMENT, "branch")]


def test_words_stand_for_what_is_filled_in() -> None:
    text = "Fix $ARGUMENTS in @a.md:\n!`git diff`\n\n```!\nls\n```\n${CLAUDE_PROJECT_DIR}/x $1 ${CLAUDE_SESSION_ID}\n"
    warnings = Warnings()
    written = in_prose(text, warnings, label="Codex", after="the command")
    assert written == (
        "Fix (the text given after the command) in @a.md:\n(run `git diff` for this)\n\n"
        "Run this first:\n\n```\nls\n```\nx $1 ${CLAUDE_SESSION_ID}\n"
    )
    assert {warning.field: warning.is_loss for warning in warnings} == {
        "$ARGUMENTS": False,
        "@a.md": True,
        "!`git diff`": True,
        "```!": True,
        "${CLAUDE_PROJECT_DIR}": False,
        "$1": True,
        "${CLAUDE_SESSION_ID}": True,
    }


@pytest.mark.parametrize(
    ("here", "written", "lost", "meant"),
    [
        ("SKILL_DIR", "Run run.sh, then ${CLAUDE_PROJECT_DIR}/run.sh", "${CLAUDE_PROJECT_DIR}", "the project's folder"),
        ("PROJECT_DIR", "Run ${CLAUDE_SKILL_DIR}/run.sh, then run.sh", "${CLAUDE_SKILL_DIR}", "the folder of a skill"),
    ],
)
def test_two_files_do_not_become_one(here: str, written: str, lost: str, meant: str) -> None:
    text = "Run ${CLAUDE_SKILL_DIR}/run.sh, then ${CLAUDE_PROJECT_DIR}/run.sh"
    warnings = Warnings()
    assert in_prose(text, warnings, label="Codex", after="the command", here=here) == written
    assert warnings.losses() == (RenderWarning(lost, f"Codex does not fill it in; it means {meant}."),)


def test_a_platform_that_opens_files_loses_none() -> None:
    warnings = Warnings()
    assert in_prose("@a.md", warnings, label="Cursor", after="the command", opens_files=True) == "@a.md"
    assert list(warnings) == []


@pytest.mark.parametrize("text", ["```!\n", "`a ", "!`", "@a/", "$1", "``` ", "${CLAUDE_", "```!\na\n"])
def test_a_long_text_takes_no_longer_than_its_length(text: str) -> None:
    """A reading whose cost grows with the square of it would not end within minutes."""
    long = text * (200_000 // len(text))
    written = in_prose(long, Warnings(), label="Codex", after="the command")
    assert len(written) >= len(long) // 2
