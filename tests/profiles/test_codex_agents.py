"""What becomes of an agent for Codex: a TOML file of the keys that it knows."""

import tomllib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from profiles.enums import ArtifactType
from profiles.platforms.codex import MODULE
from profiles.rendering import ArtifactContent, ContentFile, RenderedPath, Rendering, RenderWarning, Unsupported
from projects.paths import PathError
from tests.profiles.rendered import losses, placed

LAYOUT = MODULE.default_layout(".codex")
READ_ONLY = "It changes no files; that is written as 'sandbox_mode', which holds for its commands too."


def agent(text: str, name: str = "reviewer") -> ArtifactContent:
    return ArtifactContent(ArtifactType.AGENT, "tools", name, (ContentFile("", text.encode()),), f"{name}.md")


def fields_of(rendering: Rendering) -> dict[str, object]:
    (path,) = rendering.paths
    (file,) = path.files
    return tomllib.loads(file.data.decode())


def test_a_rich_agent() -> None:
    rendering = placed(
        agent(
            "---\n"
            "name: Code Reviewer\n"
            'description: "Reviews changes.\\n<example>user: \\"look\\"</example>"\n'
            "tools: Read, Grep\n"
            "model: sonnet\n"
            "color: red\n"
            "effort: high\n"
            "permissionMode: default\n"
            "background: false\n"
            "memory: project\n"
            "---\n"
            "Look for `C:\\new` and '''quotes'''.\n\nRead ${CLAUDE_PLUGIN_ROOT}/style.md.\n"
        ),
        LAYOUT,
    )
    text = (
        'name = "reviewer"\n'
        'description = "Reviews changes. <example>user: \\"look\\"</example>"\n'
        'model_reasoning_effort = "high"\n'
        'sandbox_mode = "read-only"\n'
        'developer_instructions = """\n'
        "Look for `C:\\\\new` and '''quotes'''.\n\n"
        'Read ${CLAUDE_PLUGIN_ROOT}/style.md.\n"""\n'
    )
    assert rendering == Rendering(
        (RenderedPath(".codex/agents/reviewer.toml", (ContentFile("", text.encode()),)),),
        (
            RenderWarning("name", "Codex knows it as 'reviewer', the name of the artifact.", is_loss=False),
            RenderWarning("effort", "It is written as 'model_reasoning_effort'.", is_loss=False),
            RenderWarning("tools", READ_ONLY, is_loss=False),
            RenderWarning("tools", "Codex gives an agent the tools of the session."),
            RenderWarning("model", "Codex does not have this model; the agent uses that of the session."),
            RenderWarning("memory", "Codex keeps no memory for an agent."),
            RenderWarning(
                "${CLAUDE_PLUGIN_ROOT}",
                "reviewer.md refers to ${CLAUDE_PLUGIN_ROOT}; the other files of its plugin are not deployed there.",
            ),
        ),
    )


def test_a_minimal_agent() -> None:
    rendering = placed(
        agent("---\nname: reviewer\ndescription: Reviews.\n---\nLook closely.\nSay it's fine.\n"), LAYOUT
    )
    text = (
        'name = "reviewer"\ndescription = "Reviews."\n'
        "developer_instructions = '''\nLook closely.\nSay it's fine.\n'''\n"
    )
    assert rendering == Rendering((RenderedPath(".codex/agents/reviewer.toml", (ContentFile("", text.encode()),)),), ())


def test_an_agent_without_a_description_gets_one_and_it_is_said() -> None:
    rendering = placed(agent("# Reviewer\n\nYou review.\n"), LAYOUT)
    assert fields_of(rendering)["description"] == "You review."
    assert [(each.field, each.is_loss) for each in rendering.warnings] == [("description", False)]


@pytest.mark.parametrize(
    "front",
    [
        "permissionMode: plan",
        "tools: Read, Grep, Glob, WebFetch",
        "tools: [Read, mcp__docs__find]",
        "tools: Read, Edit, Write\ndisallowedTools: Edit, Write",
        "disallowedTools: Bash, Edit, Write, Task",
    ],
)
def test_an_agent_that_may_change_no_file_runs_in_a_read_only_sandbox(front: str) -> None:
    rendering = placed(agent(f"---\ndescription: x\n{front}\n---\nLook.\n"), LAYOUT)
    assert fields_of(rendering)["sandbox_mode"] == "read-only"
    assert READ_ONLY in [each.message for each in rendering.warnings if not each.is_loss]


@pytest.mark.parametrize(
    "front",
    [
        "permissionMode: acceptEdits",
        "tools: Read, Bash(git log *)",
        "tools: Read, Write",
        "tools: '*'",
        "disallowedTools: Edit, Write",
        "disallowedTools: Bash, Edit, Write",
        "tools: Read, Edit\ndisallowedTools: Write",
    ],
)
def test_any_other_keeps_the_sandbox_of_the_session(front: str) -> None:
    assert "sandbox_mode" not in fields_of(placed(agent(f"---\ndescription: x\n{front}\n---\nLook.\n"), LAYOUT))


@pytest.mark.parametrize(
    "field",
    [
        "disallowedTools",
        "effort",
        "hooks",
        "initialPrompt",
        "isolation",
        "maxTurns",
        "mcpServers",
        "permissionMode",
        "skills",
    ],
)
def test_what_codex_does_not_know_is_a_loss_and_never_written(field: str) -> None:
    rendering = placed(agent(f"---\ndescription: x\n{field}: max\n---\nLook.\n"), LAYOUT)
    assert losses(rendering) == [field]
    assert set(fields_of(rendering)) == {"name", "description", "developer_instructions"}


@pytest.mark.parametrize("front", ["model: inherit", "color: blue", "permissionMode: default", "tools: '*'"])
def test_what_codex_does_anyway_is_no_loss(front: str) -> None:
    assert placed(agent(f"---\ndescription: x\n{front}\n---\nLook.\n"), LAYOUT).warnings == ()


@pytest.mark.parametrize(
    ("model", "stays"), [("gpt-5-codex", True), ("o3", True), ("opus", False), ("gemini-3-pro", False)]
)
def test_only_a_model_of_openai_is_written(model: str, stays: bool) -> None:
    rendering = placed(agent(f"---\ndescription: x\nmodel: {model}\n---\nLook.\n"), LAYOUT)
    assert (fields_of(rendering).get("model") == model) is stays
    assert losses(rendering) == ([] if stays else ["model"])


@pytest.mark.parametrize("text", ["", "---\ndescription: x\n---\n \n"])
def test_an_agent_without_text_is_unsupported(text: str) -> None:
    answer = MODULE.renders[ArtifactType.AGENT](agent(text), LAYOUT)
    assert isinstance(answer, Unsupported)
    assert "no text" in answer.reason


def test_a_name_that_no_file_can_have_is_an_error() -> None:
    with pytest.raises(PathError):
        MODULE.renders[ArtifactType.AGENT](agent("Look.", "a/b"), LAYOUT)


PIECES = st.sampled_from(["'''", '"""', "\\", "\n", "'", '"', "x = 1\n", "[table]\n", "\u2028", "\\u0000"])
bodies = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), st.lists(PIECES, max_size=8).map("".join)
).map(lambda body: f"Look.\n{body}")


@settings(max_examples=60)
@given(body=bodies)
@example(body="ends in a quote\n'")
def test_the_instructions_are_the_text_whatever_it_holds(body: str) -> None:
    assert fields_of(placed(agent(f"---\ndescription: x\n---\n{body}"), LAYOUT)) == {
        "name": "reviewer",
        "description": "x",
        "developer_instructions": body.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd"),
    }
