"""What becomes of a command for Gemini CLI: a TOML file, and what is said."""

import re
import tomllib
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.enums import ArtifactType
from profiles.platforms.gemini import MODULE
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, RenderWarning, Unsupported
from projects.paths import PathError
from tests.profiles.rendered import losses

LAYOUT = MODULE.default_layout(".gemini")
RICH = """---
description: Review the change
allowed-tools: Bash(git *)
argument-hint: "[what]"
arguments: [branch]
model: opus
---
# Review

Look at $ARGUMENTS on $branch, and at @docs/style.md.
Now: !`git status --short`
```!
if true; then echo "${HOME}"; fi
date
```
"""


def command(text: str, name: str = "review") -> ArtifactContent:
    return ArtifactContent(ArtifactType.COMMAND, "", name, (ContentFile("", text.encode()),))


def rendered(text: str, name: str = "review", layout: ProfileLayout = LAYOUT) -> Rendering:
    answer = MODULE.renders[ArtifactType.COMMAND](command(text, name), layout)
    assert isinstance(answer, Rendering)
    return answer


def fields(rendering: Rendering) -> dict[str, object]:
    return tomllib.loads(rendering.paths[0].files[0].data.decode())


def prompt(text: str) -> str:
    return str(fields(rendered(text))["prompt"])


def as_gemini_reads(written: str, typed: str = "") -> str:
    """What the reader makes of a prompt, a file being "<path>" and a command's output "[command]"."""
    text = re.sub(r"@\{([^{}]*)\}", r"<\1>", written)
    answer = ""
    while "!{" in text:
        before, _, rest = text.partition("!{")
        depths = list(accumulate({"{": 1, "}": -1}.get(character, 0) for character in rest))
        assert -1 in depths, "an injection without an end"
        end = depths.index(-1)
        inside = rest[:end].strip()
        answer += before.replace("{{args}}", typed) + (f"[{inside}]" if inside else "")
        text = rest[end + 1 :]
    return answer + text.replace("{{args}}", typed)


def test_a_rich_command() -> None:
    rendering = rendered(RICH)
    (path,) = rendering.paths
    assert path.path == ".gemini/commands/review.toml"
    assert path.files[0].data.decode() == (
        'description = "Review the change"\n'
        "prompt = '''\n"
        "# Review\n"
        "\n"
        "Look at {{args}} on $branch, and at @{docs/style.md}.\n"
        "Now: !{git status --short}\n"
        '!{if true; then echo "${HOME}"; fi\n'
        "date}'''\n"
    )
    asks = "Gemini CLI writes it in !{…} and asks before it runs it."
    apart = "Gemini CLI does not take what the user types apart; the agent has to work out what is meant."
    hint = "Gemini CLI shows no hint; what is typed is used all the same."
    assert rendering.warnings == (
        RenderWarning("argument-hint", hint, is_loss=False),
        RenderWarning("allowed-tools", "Gemini CLI grants no tools to a command; it asks before each that needs it."),
        RenderWarning("model", "Gemini CLI runs commands with the model of the conversation."),
        RenderWarning("$ARGUMENTS", "Gemini CLI writes it as {{args}}.", is_loss=False),
        RenderWarning("$branch", apart),
        RenderWarning("@docs/style.md", "Gemini CLI writes it as @{…}.", is_loss=False),
        RenderWarning("!`git status --short`", asks, is_loss=False),
        RenderWarning("```!", asks, is_loss=False),
    )


def test_a_minimal_command() -> None:
    rendering = rendered("Tidy up.\n", "tidy")
    assert rendering.warnings == ()
    assert rendering.paths[0].path == ".gemini/commands/tidy.toml"
    assert rendering.paths[0].files[0].data == b'description = "Tidy up."\nprompt = "Tidy up."\n'


def test_what_acts_in_gemini_alone_stays_text() -> None:
    text = "Write {{args}}, !{rm -rf x}, @{secret}, !{{args}} and !{open."
    rendering = rendered(text)
    written = str(fields(rendering)["prompt"])
    assert as_gemini_reads(written, "typed") == text
    assert "@{" not in written
    assert "{{args}}" not in written
    assert [(warning.field, warning.is_loss) for warning in rendering.warnings] == [("text", False)]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("!$ARGUMENTS", "!typed"),
        ("@$ARGUMENTS", "@typed"),
        ("{$ARGUMENTS}", "{typed}"),
        ("!${CLAUDE_PROJECT_DIR}/{x}", "!{x}"),
        ("{${CLAUDE_PROJECT_DIR}/{args}}", "{{args}}"),
    ],
)
def test_what_is_filled_in_does_not_begin_something_with_what_stands_before_it(text: str, read: str) -> None:
    assert as_gemini_reads(prompt(text), "typed") == read


@pytest.mark.parametrize("shell", ["echo }{", "echo {", "git diff HEAD@{1}", "echo {{args}}"])
def test_a_command_whose_end_gemini_would_not_find_is_said_in_words(shell: str) -> None:
    rendering = rendered(f"Look: !`{shell}`")
    assert as_gemini_reads(str(fields(rendering)["prompt"]), "typed") == f"Look: (run `{shell}` for this)"
    assert losses(rendering) == [f"!`{shell}`"]


@pytest.mark.parametrize(
    ("shell", "written", "is_loss"),
    [
        ("git log $ARGUMENTS", "!{git log {{args}}}", True),
        ('git log "$ARGUMENTS"', "!{git log {{args}}}", False),
        ("git log '$ARGUMENTS' | head", "!{git log {{args}} | head}", False),
        ('git log "on $ARGUMENTS"', '!{git log "on {{args}}"}', True),
        ("ls ${CLAUDE_PROJECT_DIR}/docs", "!{ls docs}", False),
    ],
)
def test_what_the_user_types_is_one_quoted_word_in_a_command(shell: str, written: str, is_loss: bool) -> None:
    rendering = rendered(f"!`{shell}`")
    assert fields(rendering)["prompt"] == written
    assert losses(rendering) == ([f"!`{shell}`"] if is_loss else [])


@pytest.mark.parametrize("path", ["~/notes.md", "/etc/hosts.txt", "../other/notes.md"])
def test_a_file_outside_the_project_is_left_to_the_agent(path: str) -> None:
    rendering = rendered(f"Read @{path} first.")
    assert fields(rendering)["prompt"] == f"Read @{path} first."
    assert losses(rendering) == [f"@{path}"]


@pytest.mark.parametrize("text", ["First $1, then $ARGUMENTS[2].", "In ${CLAUDE_SESSION_ID}."])
def test_what_gemini_has_nothing_for_stays_as_written_and_is_lost(text: str) -> None:
    rendering = rendered(text)
    assert fields(rendering)["prompt"] == text
    assert losses(rendering)


@pytest.mark.parametrize(
    ("name", "file", "shown"),
    [
        ("Gäste 2", "G_ste_2", "G_ste_2"),
        ("help", "help", "workspace.help"),
        ("a" * 51, "a" * 51, "a" * 47 + "..."),
    ],
)
def test_a_name_is_written_as_the_reader_shows_it(name: str, file: str, shown: str) -> None:
    rendering = rendered("Tidy up.", name)
    assert rendering.paths[0].path == f".gemini/commands/{file}.toml"
    said = RenderWarning("name", f"Gemini CLI calls the command /{shown}.", is_loss=False)
    assert rendering.warnings == (said,)


def test_a_command_that_is_hidden_elsewhere_is_listed() -> None:
    assert losses(rendered("---\nuser-invocable: false\n---\nTidy up.")) == ["user-invocable"]


def test_a_command_without_text_or_with_a_name_of_no_file_has_no_place() -> None:
    answer = MODULE.renders[ArtifactType.COMMAND](command("---\ndescription: x\n---\n\n"), LAYOUT)
    assert answer == Unsupported("The command has no text.")
    with pytest.raises(PathError):
        rendered("Tidy up.", "../up")


def test_the_folder_is_the_profiles() -> None:
    assert rendered("x", layout=MODULE.default_layout("ai/g")).paths[0].path == "ai/g/commands/review.toml"
    moved = ProfileLayout(LAYOUT.platform, ".gemini", {ArtifactType.COMMAND: "other/place"})
    assert rendered("x", layout=moved).paths[0].path == "other/place/review.toml"


def test_paths_are_counted_from_the_project_and_not_from_a_skill() -> None:
    rendering = rendered("Run ${CLAUDE_PROJECT_DIR}/a.sh and ${CLAUDE_SKILL_DIR}/a.sh.")
    assert fields(rendering)["prompt"] == "Run a.sh and ${CLAUDE_SKILL_DIR}/a.sh."
    assert rendering.warnings == (
        RenderWarning(
            "${CLAUDE_PROJECT_DIR}",
            "Gemini CLI runs commands in the project's folder; paths are written as they are counted from there.",
            is_loss=False,
        ),
        RenderWarning("${CLAUDE_SKILL_DIR}", "Gemini CLI does not fill it in; it means the folder of a skill."),
    )


PIECES = st.sampled_from(
    [
        "!",
        "@",
        "{",
        "}",
        "{{args}}",
        "!{",
        "@{",
        "$ARGUMENTS",
        "!`ls {}`",
        " @a.md ",
        "${CLAUDE_PROJECT_DIR}/",
        "'''",
        '"""',
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=4)), min_size=1, max_size=12).map("".join))
def test_nothing_in_a_text_acts_that_claude_code_would_not_fill_in(text: str) -> None:
    answer = MODULE.renders[ArtifactType.COMMAND](command(f"---\ndescription: x\n---\n{text}"), LAYOUT)
    if isinstance(answer, Unsupported):
        return
    written = str(fields(answer)["prompt"])
    expected = 0 if "$ARGUMENTS" not in text else text.count("$ARGUMENTS")
    as_gemini_reads(written)
    assert written.count("{{args}}") <= expected
    assert set(re.findall(r"@\{([^}]*)", written)) <= {"a.md"}
    assert set(re.findall(r"!\{([^}]*)", written)) <= {"", "ls {"}
