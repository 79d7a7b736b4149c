"""What becomes of rules, commands and agents for Cursor: the whole file, and what is said of it."""

from dataclasses import replace

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from profiles.enums import ArtifactType
from profiles.platforms.cursor import MODULE
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    RenderedPath,
    Rendering,
    RenderWarning,
    Unsupported,
)
from projects.exceptions import PathError

LAYOUT = MODULE.default_layout(".cursor")
RULE, COMMAND, AGENT = ArtifactType.RULE, ArtifactType.COMMAND, ArtifactType.AGENT


def rendered(
    artifact_type: ArtifactType, text: str, name: str = "review", layout: ProfileLayout = LAYOUT
) -> Rendering | Unsupported:
    content = ArtifactContent(artifact_type, "", name, (ContentFile("", text.encode()),))
    return MODULE.renders[artifact_type](content, layout)


def placed(artifact_type: ArtifactType, text: str, name: str = "review") -> str:
    """The text of the one file that is placed."""
    answer = rendered(artifact_type, text, name)
    assert isinstance(answer, Rendering)
    return answer.paths[0].files[0].data.decode()


def one_file(path: str, text: str, *warnings: RenderWarning) -> Rendering:
    return Rendering((RenderedPath(path, (ContentFile("", text.encode()),)),), warnings)


def frontmatter_of(text: str) -> dict[str, str]:
    """The frontmatter as a reader takes it that knows of lines alone."""
    first, *lines = text.split("\n")
    assert first == "---"
    return dict(line.split(": ", 1) for line in lines[: lines.index("---")])


def test_a_rule_for_some_files() -> None:
    text = """---
description: "TypeScript: strict # always"
paths:
  - "src/**/*.{ts,tsx}"
  - "*.d.ts"
---

# TypeScript

No `any`.
"""
    assert rendered(RULE, text) == one_file(
        ".cursor/rules/review.mdc",
        """---
description: 'TypeScript: strict # always'
globs: src/**/*.ts,src/**/*.tsx,*.d.ts
alwaysApply: false
---

# TypeScript

No `any`.
""",
    )


def test_a_rule_without_frontmatter_always_counts() -> None:
    text = "---\nalwaysApply: true\n---\n\nBe brief.\n"
    assert rendered(RULE, "Be brief.\n") == one_file(".cursor/rules/review.mdc", text)


def test_a_rule_that_neither_always_counts_nor_for_files_is_described() -> None:
    text = '---\nalwaysApply: false\n---\n# Title\n\nIt\'s the "first": paragraph.\n'
    assert frontmatter_of(placed(RULE, text)) == {
        "description": "'It''s the \"first\": paragraph.'",
        "alwaysApply": "false",
    }


def test_a_rule_that_says_so_always_counts_whatever_its_files() -> None:
    text = "---\nalwaysApply: true\nglobs: '*.py, docs/*.{md,rst}'\n---\nText.\n"
    assert frontmatter_of(placed(RULE, text)) == {"globs": "*.py,docs/*.md,docs/*.rst", "alwaysApply": "true"}


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("*.{ts,{js,mjs}x}", "*.ts,*.jsx,*.mjsx"),
        ("{a,b}/{c,d}", "a/c,a/d,b/c,b/d"),
        ("src/[ab]*.c", "src/[ab]*.c"),
        ("a{1..3}.txt", "a{1..3}.txt"),
    ],
)
def test_a_choice_in_braces_is_written_out(pattern: str, written: str) -> None:
    answer = rendered(RULE, f"---\npaths: ['{pattern}']\n---\nText.\n")
    assert isinstance(answer, Rendering)
    assert frontmatter_of(answer.paths[0].files[0].data.decode())["globs"] == written
    assert answer.warnings == ()


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("a,b.txt", "a?b.txt"),
        ("a #b: c", "a ?b? c"),
        ("[ab]*.c", "**/[ab]*.c"),
        ("!vendor/**", "**/!vendor/**"),
        ("{" + ",".join(map(str, range(99))) + "}{x,y}{z,w}", None),
    ],
)
def test_a_pattern_that_cannot_be_written_is_a_loss(pattern: str, written: str | None) -> None:
    answer = rendered(RULE, f"---\npaths:\n  - '{pattern}'\n---\nText.\n")
    assert isinstance(answer, Rendering)
    assert {(warning.field, warning.is_loss) for warning in answer.warnings} == {("paths", True)}
    if written is not None:
        assert frontmatter_of(answer.paths[0].files[0].data.decode())["globs"] == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Plain words, as they are", "Plain words, as they are"),
        ("With: a colon", "'With: a colon'"),
        ("It's with: both", '"It\'s with: both"'),
        ("yes", "'yes'"),
        ("1.10", "'1.10'"),
        ("[list]", "'[list]'"),
        ("*star", "'*star'"),
        ("ends with:", "'ends with:'"),
        ("---", "---"),
    ],
)
def test_a_description_has_quotes_only_where_yaml_needs_them(text: str, written: str) -> None:
    source = yaml.safe_dump({"description": text}, allow_unicode=True)
    whole = placed(RULE, f"---\n{source}---\nText.\n")
    assert frontmatter_of(whole)["description"] == written
    assert yaml.safe_load(whole.split("\n---\n")[0][4:])["description"] == text


def test_a_rule_without_a_folder_is_a_section_of_the_instruction_files() -> None:
    folders = {kind: folder for kind, folder in LAYOUT.artifact_path_map.items() if kind is not RULE}
    answer = rendered(RULE, "Be brief.\n", layout=replace(LAYOUT, artifact_path_map=folders))
    assert isinstance(answer, Rendering)
    assert [(entry.path, entry.value) for entry in answer.entries] == [("AGENTS.md", "Be brief.")]
    assert answer.paths == ()


def test_a_command_is_its_text_alone() -> None:
    text = """---
description: Reviews a change
argument-hint: "[branch]"
allowed-tools: Bash(git:*)
model: opus
arguments: [branch]
---

Review $ARGUMENTS with @docs/style.md in mind, $branch first.

!`git diff`
"""
    fills = "Cursor fills in nothing; it is written as words for what the user types."
    apart = "Cursor does not take what the user types apart; the agent has to work out what is meant."
    first = "Cursor runs nothing beforehand; the agent is told to run it."
    assert rendered(COMMAND, text) == one_file(
        ".cursor/commands/review.md",
        "Review (the text given after the command) with @docs/style.md in mind, $branch first.\n\n"
        "(run `git diff` for this)\n",
        RenderWarning(
            "allowed-tools", "Cursor grants a command no tools of its own; it asks as it does for everything."
        ),
        RenderWarning("model", "Cursor runs a command on the model of the chat."),
        RenderWarning(
            "description",
            "Cursor shows a command by its name and its text; the description is left out.",
            is_loss=False,
        ),
        RenderWarning(
            "argument-hint", "Cursor shows a command by its name and its text; the hint is left out.", is_loss=False
        ),
        RenderWarning("$ARGUMENTS", fills, is_loss=False),
        RenderWarning("$branch", apart),
        RenderWarning("!`git diff`", first),
    )


def test_a_command_that_is_text_is_placed_as_it_is() -> None:
    assert rendered(COMMAND, "Say hello.\n") == one_file(".cursor/commands/review.md", "Say hello.\n")


@pytest.mark.parametrize("ruler", ["---", "-----", "--- "])
def test_a_command_that_begins_with_a_ruler_has_no_frontmatter(ruler: str) -> None:
    assert placed(COMMAND, f"---\na: b\n---\n{ruler}\nmodel: x\n---\nText\n") == "***\nmodel: x\n---\nText\n"


def test_an_agent_that_only_reads_is_readonly() -> None:
    text = """---
name: Code Reviewer
description: "Reviews: every change"
tools: Read, Grep, Glob
model: sonnet
color: red
background: true
maxTurns: 5
---

You review.
"""
    assert rendered(AGENT, text, "Code Reviewer") == one_file(
        ".cursor/agents/Code Reviewer.md",
        """---
name: code-reviewer
description: 'Reviews: every change'
readonly: true
is_background: true
---

You review.
""",
        RenderWarning(
            "name", "Cursor wants small letters and hyphens; it is written as 'code-reviewer'.", is_loss=False
        ),
        RenderWarning(
            "model", "Cursor has its own names for models; without 'sonnet' the agent runs on that of the chat."
        ),
        RenderWarning(
            "tools",
            "Cursor does not choose single tools; as all of these only read, the agent is written as readonly.",
            is_loss=False,
        ),
        RenderWarning("maxTurns", "Cursor does not limit how long an agent goes on."),
    )


def test_an_agent_with_little_to_say() -> None:
    text = "---\nname: review\ndescription: description of\n---\n\nYou review.\n"
    assert rendered(AGENT, "---\nname: review\ndescription: description of\n---\nYou review.\n") == one_file(
        ".cursor/agents/review.md", text
    )


@pytest.mark.parametrize("tools", ["Read, Bash", "Write", "[Read, Edit]", "mcp__db__query"])
def test_an_agent_whose_tools_do_more_than_read_loses_the_choice(tools: str) -> None:
    answer = rendered(AGENT, f"---\nname: review\ndescription: d\ntools: {tools}\n---\nYou review.\n")
    assert isinstance(answer, Rendering)
    assert "readonly" not in answer.paths[0].files[0].data.decode()
    assert [(warning.field, warning.is_loss) for warning in answer.warnings] == [("tools", True)]


@pytest.mark.parametrize(
    ("front", "lost"),
    [
        ("tools: Read(src/**)", ["tools"]),
        ("permissionMode: plan", ["permissionMode"]),
        ("permissionMode: plan\ntools: Read", []),
        ("permissionMode: plan\ntools: Read, Bash", ["permissionMode", "tools"]),
    ],
)
def test_a_readonly_agent_loses_what_goes_beyond_that(front: str, lost: list[str]) -> None:
    answer = rendered(AGENT, f"---\nname: review\ndescription: d\n{front}\n---\nYou review.\n")
    assert isinstance(answer, Rendering)
    assert "readonly: true" in answer.paths[0].files[0].data.decode()
    assert [warning.field for warning in answer.warnings if warning.is_loss] == lost


def test_an_agent_that_is_forbidden_to_write_keeps_the_tools_of_servers() -> None:
    answer = rendered(AGENT, "---\ndescription: d\ndisallowedTools: Bash, Edit, Write, Task\n---\nYou review.\n")
    assert isinstance(answer, Rendering)
    assert "readonly" not in answer.paths[0].files[0].data.decode()
    assert [warning.field for warning in answer.warnings if warning.is_loss] == ["disallowedTools"]


@pytest.mark.parametrize("artifact_type", [RULE, AGENT])
@pytest.mark.parametrize("description", ["!!bool foo", "!!timestamp foo", "!!int ''", "[" * 3000, "&a [*a]"])
def test_a_description_that_yaml_stumbles_over_is_a_text(artifact_type: ArtifactType, description: str) -> None:
    quoted = "'" + description.replace("'", "''") + "'"
    front = placed(artifact_type, f"---\ndescription: {quoted}\n---\nYou review.\n").split("---\n")[1]
    assert yaml.safe_load(front)["description"] == description


@pytest.mark.parametrize("pattern", ["{" + "," * 2000, "{" + "," * 2000 + "}", "a{" + "b," * 2000 + "}", "{a,b}" * 900])
def test_choices_that_would_become_too_many_patterns_stay_and_are_lost(pattern: str) -> None:
    answer = rendered(RULE, f"---\npaths: ['{pattern}']\n---\nBe strict.\n")
    assert isinstance(answer, Rendering)
    globs = frontmatter_of(answer.paths[0].files[0].data.decode())["globs"].split(",")
    assert len(globs) <= 100
    assert {warning.field for warning in answer.warnings if warning.is_loss} == {"paths"}
    assert all(len(warning.message) < 300 for warning in answer.warnings)


@pytest.mark.parametrize("name", ["yes", "123", "null"])
def test_the_name_of_an_agent_is_a_text(name: str) -> None:
    assert frontmatter_of(placed(AGENT, "---\ndescription: d\n---\nYou review.\n", name))["name"] == f"'{name}'"


def test_what_an_agent_says_in_cursors_own_fields_stays() -> None:
    answer = rendered(AGENT, "---\ndescription: d\nmodel: fast\nreadonly: true\nis_background: true\n---\nText.\n")
    assert answer == one_file(
        ".cursor/agents/review.md",
        "---\nname: review\ndescription: d\nmodel: fast\nreadonly: true\nis_background: true\n---\n\nText.\n",
    )


def test_a_model_that_cursor_knows_stays() -> None:
    assert (
        frontmatter_of(placed(AGENT, "---\ndescription: d\nmodel: inherit\n---\nYou review.\n"))["model"] == "inherit"
    )


@pytest.mark.parametrize("artifact_type", [RULE, AGENT, COMMAND])
def test_files_of_the_plugin_that_a_text_wants_are_said(artifact_type: ArtifactType) -> None:
    answer = rendered(artifact_type, "---\ndescription: d\n---\nRead ${CLAUDE_PLUGIN_ROOT}/x.md.\n")
    assert isinstance(answer, Rendering)
    assert any(
        "CLAUDE_PLUGIN_ROOT" in warning.field + warning.message for warning in answer.warnings if warning.is_loss
    )


@pytest.mark.parametrize("artifact_type", [RULE, COMMAND])
def test_nothing_is_placed_without_a_text(artifact_type: ArtifactType) -> None:
    answer = rendered(artifact_type, "---\ndescription: d\n---\n\n")
    assert answer == Unsupported(f"The {artifact_type.value} has no text.")


@pytest.mark.parametrize("artifact_type", [RULE, COMMAND, AGENT])
def test_several_files_are_none_of_them(artifact_type: ArtifactType) -> None:
    content = ArtifactContent(artifact_type, "", "x", (ContentFile("a", b"a"), ContentFile("b", b"b")))
    assert isinstance(MODULE.renders[artifact_type](content, LAYOUT), Unsupported)


pieces = st.sampled_from(
    ["---", "\n", "\n---\n", ": ", " #", "'", '"', "\\", "|", ">-", "*", "&a", "{", "}", ",", "[", "!", "a", "é", " "]
)
texts = st.one_of(st.text(max_size=30), st.lists(pieces, max_size=12).map("".join))


@given(
    artifact_type=st.sampled_from([RULE, AGENT]),
    description=texts,
    paths=st.one_of(texts, st.lists(texts, max_size=3)),
    always=st.sampled_from(["", "true", "false", "\n---\n"]),
    body=texts,
)
@example(artifact_type=RULE, description="---\n---", paths=["a\n---\nb"], always="", body="---\nname: other\n---\n")
@settings(max_examples=60, deadline=None)
def test_nothing_breaks_out_of_the_frontmatter(
    artifact_type: ArtifactType, description: str, paths: str | list[str], always: str, body: str
) -> None:
    fields = {"description": description, "paths": paths, "alwaysApply": always, "tools": paths}
    source = f"---\n{yaml.safe_dump(fields, allow_unicode=True)}---\n\nText.\n{body}"
    try:
        answer = rendered(artifact_type, source)
    except PathError:
        return
    assert isinstance(answer, Rendering)
    assert answer == rendered(artifact_type, source)
    whole = answer.paths[0].files[0].data.decode()
    head, _, after = whole.partition("\n---\n")
    assert after.startswith("\nText.\n")
    found = frontmatter_of(whole)
    assert set(found) <= {"name", "description", "globs", "alwaysApply", "readonly"}
    globs = found.pop("globs", "")
    without_globs = "\n".join(line for line in head.split("\n")[1:] if not line.startswith("globs: "))
    read = yaml.safe_load(without_globs)
    assert read.keys() == found.keys()
    assert isinstance(read.get("description", ""), str)
    # An asterisk at the front is what Cursor wants, and YAML takes for something else.
    if globs and globs[0].isalpha():
        assert yaml.safe_load(f"globs: {globs}")


@given(text=texts)
@settings(max_examples=60, deadline=None)
def test_a_command_never_opens_a_frontmatter(text: str) -> None:
    answer = rendered(COMMAND, f"---\na: b\n---\n{text}")
    if isinstance(answer, Rendering):
        assert answer.paths[0].files[0].data.decode().split("\n")[0].rstrip() != "---"
