"""What becomes of an agent for Gemini CLI: a file with strict frontmatter, and what is said."""

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.enums import ArtifactType
from profiles.platforms.gemini import MODULE
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported
from projects.paths import PathError
from tests.profiles.rendered import losses, one_file, placed

LAYOUT = MODULE.default_layout(".gemini")
# What the reader takes; anything else makes it refuse the agent.
KEYS = {"name", "description", "display_name", "tools", "mcp_servers", "model", "temperature", "max_turns"}
KEYS |= {"timeout_mins"}
RICH = """---
name: Code Checker
description: "Checks: code"
tools: Read, Grep, Bash, mcp__my_server__run, mcp__github, NotebookEdit, Bash(git:*)
model: sonnet
color: red
maxTurns: 12
permissionMode: plan
shape: round
mcpServers:
  - github
  - local: {command: npx, args: [-y, x], timeout: "500"}
    far: {type: http, url: "https://example.org/mcp", trust: "true"}
---

Check ${HOME} and ${name}.
"""


def agent(text: str, name: str = "checker") -> ArtifactContent:
    return one_file(ArtifactType.AGENT, text, name)


def rendered(text: str, name: str = "checker", layout: ProfileLayout = LAYOUT) -> Rendering:
    return placed(agent(text, name), layout)


def parts(rendering: Rendering) -> tuple[dict[str, object], str]:
    """The fields and the text, taken apart as the reader does it."""
    match = re.match(r"^---\n([\s\S]*?)\n---\n([\s\S]*)", rendering.paths[0].files[0].data.decode())
    assert match is not None
    fields = yaml.safe_load(match[1])
    assert isinstance(fields, dict)
    return fields, match[2].strip()


def tools(front: str) -> object:
    return parts(rendered(f"---\n{front}\n---\nWork."))[0].get("tools")


def test_a_rich_agent() -> None:
    rendering = rendered(RICH, "Code Checker")
    (path,) = rendering.paths
    assert path.path == ".gemini/agents/code-checker.md"
    assert path.files[0].data.decode() == (
        "---\n"
        'name: "code-checker"\n'
        'description: "Checks: code"\n'
        "tools:\n"
        '- "read_file"\n'
        '- "grep_search"\n'
        '- "run_shell_command"\n'
        '- "mcp_my-server_run"\n'
        '- "mcp_github_*"\n'
        "mcp_servers:\n"
        "  local:\n"
        '    command: "npx"\n'
        "    args:\n"
        '    - "-y"\n'
        '    - "x"\n'
        "    timeout: 500\n"
        "  far:\n"
        '    http_url: "https://example.org/mcp"\n'
        "max_turns: 12\n"
        "---\n"
        "\n"
        "Check $HOME and ${ name }.\n"
    )
    stop = "Gemini CLI would stop at it, wanting a value for it; it is written as"
    named = "Gemini CLI takes small letters, digits, '-' and '_' in it; it is written as code-checker."
    lost = "Gemini CLI has nothing for NotebookEdit, Bash(git:*) in an agent, whole tools being all it grants."
    project = "Gemini CLI gives an agent the project's servers as far as its tools go; it is not named."
    trust = "It would let Gemini CLI run the server's tools without asking; it is left out."
    mode = "Gemini CLI has no permission mode of an agent; that of the conversation holds."
    assert rendering.warnings == (
        RenderWarning("name", named, is_loss=False),
        RenderWarning("tools", lost),
        RenderWarning("mcpServers.github", project, is_loss=False),
        RenderWarning("mcpServers.far.url", "Gemini CLI calls this key 'httpUrl'.", is_loss=False),
        RenderWarning("mcpServers.far.trust", trust),
        RenderWarning("model", "Gemini CLI has no model sonnet; the agent runs with that of the conversation."),
        RenderWarning("maxTurns", "Gemini CLI calls it max_turns.", is_loss=False),
        RenderWarning("permissionMode", mode),
        RenderWarning("shape", "Gemini CLI knows no such field of an agent; it is left out.", is_loss=False),
        RenderWarning("${HOME}", f"{stop} $HOME.", is_loss=False),
        RenderWarning("${name}", f"{stop} ${{ name }}.", is_loss=False),
    )


def test_a_minimal_agent() -> None:
    rendering = rendered("---\nname: helper\ndescription: Helps\n---\nHelp.\n", "helper")
    assert rendering.warnings == ()
    assert rendering.paths[0].path == ".gemini/agents/helper.md"
    assert rendering.paths[0].files[0].data == b'---\nname: "helper"\ndescription: "Helps"\n---\n\nHelp.\n'


def test_an_agent_with_no_tool_that_gemini_has_gets_none_rather_than_all() -> None:
    rendering = rendered("---\ndescription: x\ntools: NotebookEdit\n---\nWork.")
    assert parts(rendering)[0]["tools"] == []
    (warning,) = [warning for warning in rendering.warnings if warning.is_loss]
    assert warning.field == "tools"
    assert "no tools at all" in warning.message


@pytest.mark.parametrize("front", ["description: x", "tools:", "tools: '*'", "tools: [Read, '*']"])
def test_an_agent_that_has_all_tools_keeps_them(front: str) -> None:
    assert tools(front) is None


@pytest.mark.parametrize(
    ("front", "left"),
    [
        ("tools: []", []),
        ("tools: Read, Write, Edit\ndisallowedTools: Write, NotebookEdit", ["read_file", "replace"]),
        ("tools: Edit, MultiEdit, read_file", ["replace", "read_file"]),
        ("tools: Task, Agent, Read", ["read_file"]),
        ("tools: mcp__a__b, mcp__a__c\ndisallowedTools: mcp__a__b", ["mcp_a_c"]),
        ("tools: mcp__a, mcp__b\ndisallowedTools: mcp__a__x", ["mcp_b_*"]),
        ("tools: mcp__a__x, Read\ndisallowedTools: mcp__a", ["read_file"]),
        ("tools: Read, Bash\ndisallowedTools: Bash(rm *)", ["read_file"]),
        ("tools: Read, mcp__a, mcp__b__x\ndisallowedTools: mcp__*", ["read_file"]),
        ("tools: Read\ndisallowedTools: '*'", []),
        ("tools: {Read: true}", []),
    ],
)
def test_the_tools_are_what_is_granted_without_what_is_denied(front: str, left: list[str]) -> None:
    assert tools(front) == left


def test_what_is_denied_alone_is_everything_else() -> None:
    rendering = rendered("---\ndescription: x\ndisallowedTools: Write, Edit\n---\nWork.")
    listed = parts(rendering)[0]["tools"]
    assert isinstance(listed, list)
    assert {"read_file", "run_shell_command", "mcp_*"} <= set(listed)
    assert not {"write_file", "replace", "invoke_agent"} & set(listed)
    assert [(warning.field, warning.is_loss) for warning in rendering.warnings] == [("disallowedTools", False)]


def test_a_server_that_is_denied_takes_the_other_servers_along_and_it_is_said() -> None:
    rendering = rendered("---\ndescription: x\ndisallowedTools: mcp__a\n---\nWork.")
    assert "mcp_*" not in str(parts(rendering)[0]["tools"])
    assert losses(rendering) == ["disallowedTools"]


@pytest.mark.parametrize("denied", ["Foo", "Web*", "mcp__a*", "mcp__a__find*", "mcp__*__find"])
def test_what_gemini_cannot_take_away_is_said(denied: str) -> None:
    assert losses(rendered(f"---\ndescription: x\ndisallowedTools: {denied}\n---\nWork."))[:1] == ["disallowedTools"]


def test_a_tool_of_a_server_is_called_as_gemini_calls_it() -> None:
    long = "b" * 70
    assert tools(f"tools: mcp__a__x.y, mcp__a__x/y, mcp__a__{long}") == [
        "mcp_a_x.y",
        "mcp_a_x_y",
        f"mcp_a_{'b' * 24}...{'b' * 30}",
    ]


def test_what_an_agent_says_in_geminis_own_fields_stays() -> None:
    front = "temperature: 0.2\ntimeout_mins: 3\nmcp_servers: {docs: {http_url: 'https://x.org', include_tools: [a]}}"
    rendering = rendered(f"---\ndescription: x\n{front}\n---\nWork.")
    fields, _ = parts(rendering)
    assert rendering.warnings == ()
    assert (fields["temperature"], fields["timeout_mins"]) == (0.2, 3)
    assert fields["mcp_servers"] == {"docs": {"http_url": "https://x.org", "include_tools": ["a"]}}


@pytest.mark.parametrize("temperature", ["warm", "-1", ".inf", "1e999", "[1]"])
def test_a_temperature_that_is_no_number_is_lost(temperature: str) -> None:
    rendering = rendered(f"---\ndescription: x\ntemperature: {temperature}\n---\nWork.")
    assert losses(rendering) == ["temperature"]


@pytest.mark.parametrize(("model", "written"), [("gemini-3-pro", "gemini-3-pro"), ("inherit", None), ("opus", None)])
def test_only_models_of_gemini_are_written(model: str, written: str | None) -> None:
    rendering = rendered(f"---\ndescription: x\nmodel: {model}\n---\nWork.")
    assert parts(rendering)[0].get("model") == written
    assert losses(rendering) == (["model"] if model == "opus" else [])


@pytest.mark.parametrize("turns", ["0", "-1", "many", "1.5", "٣", "9" * 400])
def test_turns_that_are_no_number_are_lost(turns: str) -> None:
    rendering = rendered(f"---\ndescription: x\nmaxTurns: {turns}\n---\nWork.")
    assert "max_turns" not in parts(rendering)[0]
    assert losses(rendering) == ["maxTurns"]


@pytest.mark.parametrize(("name", "written"), [("_Über Prüfer", "uber-prufer"), ("a_b-c", "a_b-c"), ("日本 1", "1")])
def test_a_name_is_written_as_the_reader_takes_it(name: str, written: str) -> None:
    assert parts(rendered("---\ndescription: x\n---\nWork.", name))[0]["name"] == written


def test_an_agent_called_like_one_of_geminis_own_gets_another_name_and_it_is_said() -> None:
    rendering = rendered("---\ndescription: x\n---\nWork.", "Generalist")
    assert rendering.paths[0].path == ".gemini/agents/project-generalist.md"
    assert parts(rendering)[0]["name"] == "project-generalist"
    assert losses(rendering) == ["name"]


def test_a_file_begins_with_no_underscore_as_such_are_not_read() -> None:
    assert rendered("Work.", "__draft").paths[0].path == ".gemini/agents/draft.md"
    with pytest.raises(PathError):
        rendered("Work.", "_")


def test_two_agents_that_the_reader_would_take_for_one_are_one_file() -> None:
    paths = {rendered("Work.", name).paths[0].path for name in ("One", "one!")}
    assert paths == {".gemini/agents/one.md"}


def test_a_server_that_cannot_be_started_is_left_out_and_it_is_said() -> None:
    rendering = rendered(
        "---\ndescription: x\nmcpServers: {a: {type: ws, url: 'wss://x'}, '日': {command: y}}\n---\nWork."
    )
    assert "mcp_servers" not in parts(rendering)[0]
    assert losses(rendering) == ["mcpServers.a.type", "mcpServers.a", "mcpServers.日"]


def test_an_agent_without_text_has_no_place() -> None:
    answer = MODULE.renders[ArtifactType.AGENT](agent("---\ndescription: x\n---\n"), LAYOUT)
    assert isinstance(answer, Unsupported)


def test_the_folder_is_the_profiles() -> None:
    assert rendered("x", layout=MODULE.default_layout("ai/g")).paths[0].path == "ai/g/agents/checker.md"
    moved = ProfileLayout(LAYOUT.platform, ".gemini", {ArtifactType.AGENT: "other"})
    assert rendered("x", layout=moved).paths[0].path == "other/checker.md"


WORDS = st.one_of(
    st.sampled_from(["---", "\n---\n", "${A}", "${x}", "${", "}", ": ", "#", '"', "'", "\\", "\n", "null"]),
    st.text(max_size=6),
)


@settings(max_examples=150, deadline=None)
@given(
    values=st.dictionaries(
        st.sampled_from(["name", "description", "tools", "disallowedTools", "model", "maxTurns", "mcpServers", "x"]),
        st.lists(WORDS, max_size=4).map("".join),
    ),
    text=st.lists(WORDS, min_size=1, max_size=8).map("".join),
)
def test_whatever_the_agent_the_reader_takes_it_and_gets_its_text(values: dict[str, str], text: str) -> None:
    front = "".join(f"{key}: {value}\n" for key, value in values.items())
    answer = MODULE.renders[ArtifactType.AGENT](agent(f"---\n{front}---\n{text}"), LAYOUT)
    if isinstance(answer, Unsupported):
        return
    fields, body = parts(answer)
    assert fields.keys() <= KEYS
    assert re.fullmatch(r"[a-z0-9_-]+", str(fields["name"]))
    assert fields["description"]
    assert re.search(r"\$\{\w+\}", body, re.ASCII) is None
