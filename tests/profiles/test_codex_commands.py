"""What becomes of a command for Codex: a skill that runs only when it is named."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.enums import ArtifactType
from profiles.platforms.codex import MODULE
from profiles.rendering import ArtifactContent, ContentFile, RenderedPath, Rendering, RenderWarning, Unsupported
from projects.paths import PathError
from tests.profiles.rendered import losses, placed

LAYOUT = MODULE.default_layout(".codex")
POLICY = ContentFile("agents/openai.yaml", b"policy:\n  allow_implicit_invocation: false\n")
# Cursor, which finds the skill too, goes by this.
EXPLICIT = "disable-model-invocation: true\n"


def command(text: str, name: str = "review") -> ArtifactContent:
    return ArtifactContent(ArtifactType.COMMAND, "tools", name, (ContentFile("", text.encode()),), f"{name}.md")


def called(name: str) -> RenderWarning:
    message = f"Codex has no commands in projects; it becomes a skill that runs only when called as ${name}."
    return RenderWarning("name", message, is_loss=False)


def test_a_rich_command() -> None:
    rendering = placed(
        command(
            "---\n"
            'description: "Review: a change"\n'
            "argument-hint: [branch] [depth]\n"
            "arguments: branch depth\n"
            "allowed-tools: Bash(git *)\n"
            "model: opus\n"
            "disable-model-invocation: true\n"
            "---\n"
            "Compare $branch with main, then $ARGUMENTS. Costs \\$1.\n\n"
            "Changed: !`git diff --stat`\n\n"
            "See @docs/style.md and ${CLAUDE_PLUGIN_ROOT}/more.md.\n",
            "Review Change",
        ),
        LAYOUT,
    )
    text = (
        "---\n"
        'name: "review-change"\n'
        'description: "Review: a change"\n'
        "disable-model-invocation: true\n"
        "---\n"
        "\n"
        "Compare $branch with main, then (the text given after the name of this skill). Costs $1.\n\n"
        "Changed: (run `git diff --stat` for this)\n\n"
        "See @docs/style.md and ${CLAUDE_PLUGIN_ROOT}/more.md.\n"
    )
    assert rendering == Rendering(
        (RenderedPath(".codex/skills/review-change", (ContentFile("SKILL.md", text.encode()), POLICY)),),
        (
            called("review-change"),
            RenderWarning("argument-hint", "Codex shows no hint; what is typed is used all the same.", is_loss=False),
            RenderWarning("allowed-tools", "Codex asks about every tool as it does elsewhere; a skill allows none."),
            RenderWarning("model", "Codex keeps the model of the session."),
            RenderWarning(
                "$branch", "Codex does not take what the user types apart; the agent has to work out what is meant."
            ),
            RenderWarning(
                "$ARGUMENTS",
                "Codex fills in nothing; it is written as words for what the user types.",
                is_loss=False,
            ),
            RenderWarning("!`git diff --stat`", "Codex runs nothing beforehand; the agent is told to run it."),
            RenderWarning("@docs/style.md", "Codex does not read the file in; the agent has to open it."),
            RenderWarning(
                "${CLAUDE_PLUGIN_ROOT}",
                "SKILL.md refers to ${CLAUDE_PLUGIN_ROOT}; the other files of its plugin are not deployed there.",
            ),
        ),
    )


def test_a_minimal_command() -> None:
    rendering = placed(command("# Title\n\nTidy up\nthe code.\n"), LAYOUT)
    text = f'---\nname: "review"\ndescription: "Tidy up the code."\n{EXPLICIT}---\n\n# Title\n\nTidy up\nthe code.\n'
    assert rendering == Rendering(
        (RenderedPath(".codex/skills/review", (ContentFile("SKILL.md", text.encode()), POLICY)),), (called("review"),)
    )


def test_a_description_longer_than_codex_takes_is_cut_and_it_is_said() -> None:
    rendering = placed(command(f"---\ndescription: {'x' * 1100}\n---\nDo it.\n"), LAYOUT)
    assert f'description: "{"x" * 1024}"\n' in rendering.paths[0].files[0].data.decode()
    assert losses(rendering) == ["description"]


@pytest.mark.parametrize("field", ["agent", "background", "context", "disallowed-tools", "effort", "hooks"])
def test_what_codex_does_not_know_is_a_loss(field: str) -> None:
    assert losses(placed(command(f"---\n{field}: x\n---\nDo it.\n"), LAYOUT)) == [field]


def test_a_command_that_only_the_model_may_call_loses_that() -> None:
    assert losses(placed(command("---\nuser-invocable: false\n---\nDo.\n"), LAYOUT)) == ["user-invocable"]


def test_what_says_no_is_no_loss() -> None:
    text = "---\nbackground: false\nuser-invocable: true\n---\nDo it.\n"
    assert placed(command(text), LAYOUT).warnings == (called("review"),)


def test_a_command_of_two_files_is_unsupported() -> None:
    content = ArtifactContent(ArtifactType.COMMAND, "", "x", (ContentFile("a", b""), ContentFile("b", b"")))
    assert isinstance(MODULE.renders[ArtifactType.COMMAND](content, LAYOUT), Unsupported)


def test_a_name_of_which_nothing_is_left_is_an_error() -> None:
    with pytest.raises(PathError):
        MODULE.renders[ArtifactType.COMMAND](command("Do it.", "…"), LAYOUT)


@settings(max_examples=60)
@given(body=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), description=st.text(min_size=1))
def test_the_frontmatter_is_what_it_says_whatever_the_text(body: str, description: str) -> None:
    front = yaml.safe_dump({"description": description})
    rendering = placed(command(f"---\n{front}---\n---\n{body}"), LAYOUT)
    written = rendering.paths[0].files[0].data.decode()
    _, block, rest = written.split("---\n", 2)
    fields = yaml.safe_load(block)
    assert list(fields) == ["name", "description", "disable-model-invocation"]
    assert fields["name"] == "review"
    assert len(fields["description"]) <= 1024
    assert rest.startswith("\n---\n")
