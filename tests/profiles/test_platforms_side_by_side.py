"""One question, the same answer on every platform that has to translate: texts."""

import pytest

from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for
from profiles.rendering import ArtifactContent, ContentFile, Rendering, Unsupported
from tests.profiles.rendered import losses

PLATFORMS = [Platform.CODEX, Platform.GEMINI, Platform.CURSOR]
SKILL, COMMAND, AGENT, RULE = ArtifactType.SKILL, ArtifactType.COMMAND, ArtifactType.AGENT, ArtifactType.RULE
PLUGIN = "${CLAUDE_PLUGIN_ROOT}"

on_each_platform = pytest.mark.parametrize("platform", PLATFORMS)


def answer(platform: Platform, kind: ArtifactType, front: str, body: str = "Do it.") -> Rendering | Unsupported:
    text = f"---\nname: review\ndescription: Reviews.\n{front}\n---\n{body}\n"
    content = ArtifactContent(
        kind, "tools", "review", (ContentFile("SKILL.md" if kind is SKILL else "", text.encode()),)
    )
    module = module_for(platform)
    return module.renders[kind](content, module.default_layout(module.default_root_dir))


def rendered(platform: Platform, kind: ArtifactType, front: str, body: str = "Do it.") -> Rendering:
    rendering = answer(platform, kind, front, body)
    assert isinstance(rendering, Rendering)
    return rendering


def written(rendering: Rendering) -> str:
    return "".join(file.data.decode() for path in rendering.paths for file in path.files)


@on_each_platform
@pytest.mark.parametrize("kind", [SKILL, COMMAND])
@pytest.mark.parametrize("names", ["branch depth", "branch, depth", "[branch, depth]"])
def test_arguments_that_have_names_are_lost(platform: Platform, kind: ArtifactType, names: str) -> None:
    rendering = rendered(platform, kind, f"arguments: {names}", "Compare $branch at $depth for $5 of $HOME.")
    assert set(losses(rendering)) >= {"$branch", "$depth"}
    assert "$HOME" not in losses(rendering)


@on_each_platform
@pytest.mark.parametrize("kind", [SKILL, COMMAND, AGENT, RULE])
@pytest.mark.parametrize("variable", ["CLAUDE_PLUGIN_ROOT", "CLAUDE_PLUGIN_DATA"])
def test_what_only_plugins_have_is_lost_and_said_once(platform: Platform, kind: ArtifactType, variable: str) -> None:
    said = [each for each in rendered(platform, kind, "", f"Read ${{{variable}}}/x.md.").warnings if each.is_loss]
    assert [each.field for each in said] == [f"${{{variable}}}"]
    name = "SKILL.md" if kind is SKILL or (platform, kind) == (Platform.CODEX, COMMAND) else "review.md"
    assert said[0].message == (
        f"{name} refers to ${{{variable}}}; the other files of its plugin are not deployed there."
    )


@on_each_platform
@pytest.mark.parametrize(
    "front",
    [
        "background: false",
        "background: 'no'",
        "model: inherit",
        "permissionMode: default",
        "tools: '*'",
        "tools: [Read, '*']",
        "color: red",
    ],
)
def test_what_an_agent_says_that_holds_anyway_is_no_loss(platform: Platform, front: str) -> None:
    assert losses(rendered(platform, AGENT, front)) == []


@on_each_platform
@pytest.mark.parametrize(
    "front",
    [
        "argument-hint: '[branch]'",
        "background: 'off'",
        "disable-model-invocation: false",
        "model: inherit",
        "shell: bash",
        "user-invocable: 'yes'",
    ],
)
@pytest.mark.parametrize("kind", [SKILL, COMMAND])
def test_what_a_command_says_that_holds_anyway_is_no_loss(platform: Platform, kind: ArtifactType, front: str) -> None:
    assert losses(rendered(platform, kind, front)) == []


@on_each_platform
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("effort", "max"),
        ("hooks", "{Stop: []}"),
        ("initialPrompt", "high"),
        ("isolation", "worktree"),
        ("memory", "plan"),
        ("model", "sonnet"),
        ("permissionMode", "acceptEdits"),
        ("skills", "plan"),
        ("tools", "Read, Task"),
    ],
)
def test_what_an_agent_says_and_no_platform_has_is_lost(platform: Platform, field: str, value: str) -> None:
    assert losses(rendered(platform, AGENT, f"{field}: {value}")) == [field]


@on_each_platform
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agent", "reviewer"),
        ("allowed-tools", "Read"),
        ("background", "true"),
        ("context", "fork"),
        ("disallowed-tools", "Read"),
        ("effort", "high"),
        ("hooks", "{Stop: []}"),
        ("model", "opus"),
        ("shell", "powershell"),
        ("user-invocable", "'no'"),
        ("user-invocable", "false"),
        ("when_to_use", "often"),
    ],
)
def test_what_a_command_says_and_no_platform_has_is_lost(platform: Platform, field: str, value: str) -> None:
    assert losses(rendered(platform, COMMAND, f"{field}: {value}")) == [field]


@pytest.mark.parametrize("platform", [Platform.CODEX, Platform.CURSOR])
@pytest.mark.parametrize(
    ("front", "only_reads"),
    [
        ("permissionMode: plan", True),
        ("tools: Read, Grep, WebFetch", True),
        ("tools: Read(src/**)", True),
        ("tools: Read, Edit\ndisallowedTools: Edit", True),
        ("disallowedTools: Bash, Edit, Write", False),
        ("tools: Read, Task", False),
        ("tools: Read, Unknown", False),
        ("tools: Read, Bash(git log *)", False),
        ("tools: {Read: true}", False),
        ("tools: [Read, {Bash: true}]", False),
        ("tools: '*'", False),
        ("tools: []", True),
        ("disallowedTools: '*'", True),
        ("permissionMode: Plan", True),
        ("readonly: true", True),
        ("readonly: true\ntools: Read, Bash", True),
        ("readonly: false", False),
    ],
)
def test_an_agent_only_reads_for_one_reason(platform: Platform, front: str, only_reads: bool) -> None:
    """But on Gemini CLI, which has the tools themselves."""
    text = written(rendered(platform, AGENT, front))
    assert ("readonly: true" in text or 'sandbox_mode = "read-only"' in text) is only_reads


@on_each_platform
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tools", "{Read: true}"),
        ("tools", "[[Read]]"),
        ("tools", "[Read, {Bash: true}]"),
        ("disallowedTools", "[[Bash]]"),
        ("disallowedTools", "{Bash: true}"),
        ("disallowedTools", "Unknown"),
        ("Tools", "Read"),
        ("allowed-tools", "Read"),
        ("disallowed_tools", "Bash"),
        ("permissionmode", "plan"),
    ],
)
def test_what_limits_an_agent_and_cannot_be_read_as_it_was_meant_is_lost(
    platform: Platform, field: str, value: str
) -> None:
    assert set(losses(rendered(platform, AGENT, f"{field}: {value}"))) == {field}


@pytest.mark.parametrize("platform", [Platform.CODEX, Platform.CURSOR])
@pytest.mark.parametrize(("field", "value"), [("tools", "[]"), ("disallowedTools", "'*'")])
def test_an_agent_without_any_tool_still_reads_and_it_is_said(platform: Platform, field: str, value: str) -> None:
    assert losses(rendered(platform, AGENT, f"{field}: {value}")) == [field]


@on_each_platform
def test_a_field_that_no_agent_has_is_left_out_and_nothing_is_lost(platform: Platform) -> None:
    (said,) = rendered(platform, AGENT, "shape: round\nversion: 2").warnings
    assert (said.field, said.is_loss) == ("shape", False)
    assert said.message.endswith(" knows no such field of an agent; it is left out.")


AWK = "```sh\nls | awk '{ print $1 }'\n```"


@on_each_platform
@pytest.mark.parametrize(
    ("front", "body", "lost"),
    [
        ("", AWK, []),
        ("", "Review $1.", ["$1"]),
        ("", "Run `gh pr view $1`.", ["$1"]),
        ("argument-hint: '[branch]'", AWK, ["$1"]),
        ("arguments: branch", AWK, ["$1"]),
        ("", f"Of $ARGUMENTS:\n{AWK}", ["$1"]),
    ],
)
def test_a_number_in_the_code_of_a_command_without_arguments_is_the_shells(
    platform: Platform, front: str, body: str, lost: list[str]
) -> None:
    rendering = rendered(platform, COMMAND, front, body)
    assert losses(rendering) == lost
    assert "$1" in written(rendering)


@on_each_platform
def test_a_command_that_only_the_user_calls_loses_nothing(platform: Platform) -> None:
    assert losses(rendered(platform, COMMAND, "disable-model-invocation: true")) == []


@on_each_platform
@pytest.mark.parametrize("kind", [COMMAND, AGENT, RULE])
def test_nothing_is_made_of_no_text(platform: Platform, kind: ArtifactType) -> None:
    assert answer(platform, kind, "model: opus", " ") == Unsupported(f"The {kind.value} has no text.")


@on_each_platform
def test_an_agent_is_called_as_the_artifact_is_and_it_is_said(platform: Platform) -> None:
    rendering = rendered(platform, AGENT, "name: other")
    assert "other" not in written(rendering)
    assert [(each.field, each.is_loss) for each in rendering.warnings] == [("name", False)]
    assert rendering.warnings[0].message.endswith(" knows it as 'review', the name of the artifact.")
