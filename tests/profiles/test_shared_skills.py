"""Skills for the platforms that look into one folder: what all of them load, and what each is said to leave aside."""

from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for
from profiles.rendering import ArtifactContent, ContentFile, RenderedPath, Rendering, RenderWarning, Unsupported
from projects.paths import PathError
from tests.profiles.rendered import layout_of, placed

SHARING = (Platform.CODEX, Platform.GEMINI, Platform.CURSOR)
PLAIN = b"---\nname: pdf\ndescription: Reads PDF files.\n---\n\nRead the file.\n"


def skill(document: bytes, *others: ContentFile, name: str = "pdf", source_path: str = "skills/pdf") -> ArtifactContent:
    return ArtifactContent(ArtifactType.SKILL, "", name, (ContentFile("SKILL.md", document), *others), source_path)


def rendered(content: ArtifactContent, platform: Platform = Platform.CODEX) -> Rendering:
    return placed(content, layout_of(platform))


def document(rendering: Rendering) -> str:
    (folder,) = rendering.paths
    return next(file for file in folder.files if file.path == "SKILL.md").data.decode()


def fields(rendering: Rendering) -> Mapping[str, object]:
    read = yaml.safe_load(document(rendering).split("---\n")[1])
    assert isinstance(read, dict)
    return read


def said(rendering: Rendering) -> dict[str, str]:
    return {warning.field: warning.message for warning in rendering.warnings}


def lost(rendering: Rendering) -> set[str]:
    return {warning.field for warning in rendering.warnings if warning.is_loss}


def test_a_skill_that_every_reader_loads_is_copied_as_it_is() -> None:
    script = ContentFile("scripts/run.sh", b"#!/bin/sh\n", executable=True)
    for platform in SHARING:
        rendering = rendered(skill(PLAIN, script), platform)
        assert rendering.paths[0].path == ".agents/skills/pdf"
        assert rendering.paths[0].files == (ContentFile("SKILL.md", PLAIN), script)
        assert rendering.warnings == ()


MESSY = [
    pytest.param(b"---\nname: Other Name\ndescription: Reads.\n---\nText\n", "name", id="another name"),
    pytest.param(b"---\nname: 2024\ndescription: Reads.\n---\nText\n", "name", id="a number for a name"),
    pytest.param(b"---\ndescription: Reads.\n---\nText\n", "name", id="no name"),
    pytest.param(b"---\nname: pdf\ndescription: Use it: always\n---\nText\n", "SKILL.md", id="an unquoted colon"),
    pytest.param(b"---\nname: pdf\nname: pdf\ndescription: Reads.\n---\nText\n", "frontmatter", id="a field twice"),
    pytest.param(b"--- \nname: pdf\ndescription: Reads.\n---\nText\n", "frontmatter", id="a blank after the fence"),
    pytest.param(b"Text of a skill\nin two lines.\n", "name", id="no frontmatter"),
    pytest.param(b"\xef\xbb\xbf" + PLAIN, "SKILL.md", id="a byte order mark"),
    pytest.param(PLAIN.replace(b"\n", b"\r\n"), "SKILL.md", id="CRLF"),
    pytest.param(b"---\nname: pdf\ndescription: 2024-01-01\n---\nText\n", "description", id="a date for a description"),
    pytest.param(b"---\nname: pdf\ndescription: ''\n---\nText\n", "description", id="an empty description"),
    pytest.param(PLAIN.replace(b"files.", b"x" * 1100), "description", id="a long description"),
    pytest.param(PLAIN.replace(b"files.", b"files.\nmetadata: none"), "metadata", id="metadata that is no list"),
    pytest.param(PLAIN.replace(b"files.", b"files.\nmetadata: {short-description: []}"), "metadata", id="a list"),
    pytest.param(PLAIN.replace(b"files.", b"caf\xe9."), "SKILL.md", id="Latin 1"),
]


@pytest.mark.parametrize(("data", "field"), MESSY)
def test_what_some_reader_refuses_is_put_right_in_the_copy_and_said(data: bytes, field: str) -> None:
    copies = {document(rendered(skill(data), platform)) for platform in SHARING}
    assert len(copies) == 1
    rendering = rendered(skill(data))
    front = fields(rendering)
    assert front["name"] == "pdf"
    description = front["description"]
    assert isinstance(description, str)
    assert 0 < len(description) <= 1024
    assert "metadata" not in front
    assert "\r" not in document(rendering)
    assert document(rendering).startswith("---\nname: ")
    assert field in said(rendering)


def test_a_colon_in_a_description_stays() -> None:
    data = b"---\nname: pdf\ndescription: Use it: always\nlicense: MIT\n---\n\nText\n"
    assert document(rendered(skill(data))) == (
        '---\nname: "pdf"\ndescription: "Use it: always"\nlicense: "MIT"\n---\n\nText\n'
    )


def test_without_a_description_the_first_paragraph_is_one() -> None:
    rendering = rendered(skill(b"# PDF\n\nReads PDF files,\nall of them.\n\nMore.\n"))
    assert fields(rendering) == {"name": "pdf", "description": "Reads PDF files, all of them."}
    assert document(rendering).endswith("---\n\n# PDF\n\nReads PDF files,\nall of them.\n\nMore.\n")
    assert lost(rendering) == set()


def test_when_to_use_it_becomes_part_of_the_description() -> None:
    rendering = rendered(skill(PLAIN.replace(b"files.", b"files.\nwhen_to_use: For\n  PDF")))
    assert fields(rendering) == {"name": "pdf", "description": "Reads PDF files. For PDF"}
    assert lost(rendering) == set()


def test_a_description_that_is_cut_is_a_loss() -> None:
    rendering = rendered(skill(PLAIN.replace(b"files.", b"x" * 1100)))
    assert lost(rendering) == {"description"}
    assert "1110 characters" in said(rendering)["description"]


@pytest.mark.parametrize(
    ("name", "placed"), [("Other Name", "other-name"), ("Übung", "ubung"), ("a__b", "a-b"), ("PDF", "pdf")]
)
def test_a_name_becomes_one_that_every_reader_takes(name: str, placed: str) -> None:
    rendering = rendered(skill(PLAIN, name=name))
    assert rendering.paths[0].path == f".agents/skills/{placed}"
    assert fields(rendering)["name"] == placed
    assert placed in said(rendering)["name"]


def test_a_name_of_which_nothing_is_left_is_an_error() -> None:
    with pytest.raises(PathError, match="no letter"):
        rendered(skill(PLAIN, name="技能"))


def test_a_skill_without_its_file_has_nothing_to_be_read_from() -> None:
    module = module_for(Platform.CODEX)
    content = ArtifactContent(ArtifactType.SKILL, "", "pdf", (ContentFile("notes.md", b""),))
    answer = module.renders[ArtifactType.SKILL](content, module.default_layout(".codex"))
    assert isinstance(answer, Unsupported)
    assert "SKILL.md" in answer.reason


def test_what_a_platform_does_not_heed_is_a_loss_there() -> None:
    data = PLAIN.replace(b"files.", b"files.\nallowed-tools: Read\npaths: [docs]\ndisable-model-invocation: true")
    assert {platform: lost(rendered(skill(data), platform)) for platform in SHARING} == {
        Platform.CODEX: {"allowed-tools", "paths"},
        Platform.GEMINI: {"allowed-tools", "paths", "disable-model-invocation"},
        Platform.CURSOR: {"allowed-tools"},
    }


def test_a_skill_for_people_only_says_so_to_codex_in_a_file_of_its_own() -> None:
    data = PLAIN.replace(b"files.", b"files.\ndisable-model-invocation: true")
    files = {file.path: file.data for file in rendered(skill(data)).paths[0].files}
    assert yaml.safe_load(files["agents/openai.yaml"]) == {"policy": {"allow_implicit_invocation": False}}
    assert all(file.path == "SKILL.md" for file in rendered(skill(PLAIN)).paths[0].files)


EXPLICIT = PLAIN.replace(b"files.", b"files.\ndisable-model-invocation: true")
POLICY = b"policy:\n  allow_implicit_invocation: false\n"


@pytest.mark.parametrize(
    "own", [b"interface:\n  display_name: PDF", b"interface: {}\n", b"# A comment\ndependencies: {}\n"]
)
def test_a_policy_is_added_to_the_file_that_a_skill_has_for_codex(own: bytes) -> None:
    content = skill(EXPLICIT, ContentFile("agents/openai.yaml", own))
    for platform in SHARING:
        assert rendered(content, platform).paths[0].files[-1].data == own.rstrip() + b"\n" + POLICY
    assert rendered(content, Platform.CODEX).warnings == (
        RenderWarning(
            "agents/openai.yaml",
            "The policy that Codex uses the skill only when it is called is added at its end.",
            is_loss=False,
        ),
    )
    assert rendered(content, Platform.CURSOR).warnings == ()


@pytest.mark.parametrize(
    "own",
    [
        b"{interface: {}}\n",
        b"policy: {}\n",
        b"policy:\n  allow_implicit_invocation: true\n",
        b"policy:\n  allow_implicit_invocation: no\n",
        b"policy:\n  allow_implicit_invocation: 'false'\n",
        b"interface: {}\n" + POLICY + POLICY,
        b"\xef\xbb\xbf" + POLICY,
        b"interface: {}\n...\n",
        b"interface: [\n",
        b"interface: \xe9\n",
    ],
)
def test_a_file_for_codex_that_lets_it_use_the_skill_stays_and_is_a_loss(own: bytes) -> None:
    """Codex 0.169.0 lists each of these skills to the model."""
    file = ContentFile("agents/openai.yaml", own)
    rendering = rendered(skill(EXPLICIT, file))
    assert rendering.paths[0].files[-1] == file
    assert rendering.warnings == (
        RenderWarning(
            "disable-model-invocation",
            "Codex goes by the skill's own agents/openai.yaml, which does not keep it from using the skill by itself.",
        ),
    )
    assert rendered(skill(EXPLICIT, file), Platform.CURSOR).warnings == ()


@pytest.mark.parametrize(
    "own", [POLICY, b"{policy: {allow_implicit_invocation: False}}\n", POLICY + b"interface: {}\n"]
)
def test_a_file_for_codex_that_keeps_it_from_using_the_skill_stays(own: bytes) -> None:
    file = ContentFile("agents/openai.yaml", own)
    rendering = rendered(skill(EXPLICIT, file))
    assert (rendering.paths[0].files[-1], rendering.warnings) == (file, ())
    free = ContentFile("agents/openai.yaml", b"interface: {}\n")
    assert rendered(skill(PLAIN, free)).paths[0].files[-1] == free


def test_a_path_in_the_project_is_none_in_the_skill() -> None:
    rendering = rendered(skill(PLAIN + b"Run ${CLAUDE_SKILL_DIR}/a.sh, not ${CLAUDE_PROJECT_DIR}/a.sh.\n"))
    assert document(rendering) == PLAIN.decode() + "Run a.sh, not ${CLAUDE_PROJECT_DIR}/a.sh.\n"
    assert lost(rendering) == {"${CLAUDE_PROJECT_DIR}"}


@pytest.mark.parametrize(
    ("data", "message", "is_loss"),
    [
        (b"\xef\xbb\xbf" + PLAIN, "It begins with a byte order mark. The copy that is placed does not.", False),
        (PLAIN.replace(b"\n", b"\r\n"), "Its lines end with CRLF. The copy that is placed does not.", False),
        (
            PLAIN.replace(b"Reads", b"It: reads"),
            "Its frontmatter is not valid YAML (line 3: mapping values are not allowed here); it was read line by line."
            " The copy that is placed has one that every reader takes.",
            False,
        ),
        (
            PLAIN + b"caf\xe9\n",
            "It is not UTF-8 text (byte 68). What is no text is written as \N{REPLACEMENT CHARACTER}.",
            True,
        ),
        (
            PLAIN.replace(b"files.", b"files.\nnote: " + b"x" * 65536),
            "Its frontmatter is longer than 16384 characters; it was read line by line."
            " The copy that is placed has one that every reader takes.",
            True,
        ),
    ],
)
def test_a_problem_of_the_file_is_said_and_what_the_copy_has_instead(data: bytes, message: str, is_loss: bool) -> None:
    warnings = rendered(skill(data)).warnings
    assert RenderWarning("SKILL.md", message, is_loss) in warnings


RICH = (
    b"---\n"
    b"name: PDF Reader\n"
    b"description: Reads PDF files.\n"
    b"when_to_use: For PDF.\n"
    b"argument-hint: '[file]'\n"
    b"allowed-tools: Read\n"
    b"disallowed-tools: Bash\n"
    b"model: opus\n"
    b"effort: high\n"
    b"context: fork\n"
    b"agent: reader\n"
    b"background: true\n"
    b"shell: powershell\n"
    b"hooks: {Stop: []}\n"
    b"paths: ['*.pdf']\n"
    b"user-invocable: false\n"
    b"disable-model-invocation: true\n"
    b"license: MIT\n"
    b"---\n\n"
    b"Read $0 of $ARGUMENTS with ${CLAUDE_SKILL_DIR}/read.sh, as @docs/pdf.md says, in ${CLAUDE_SESSION_ID}.\n\n"
    b"Now: !`git status`\n"
)
RICH_COPY = (
    "---\n"
    'name: "pdf"\n'
    'description: "Reads PDF files. For PDF."\n'
    'argument-hint: "[file]"\n'
    'allowed-tools: "Read"\n'
    'disallowed-tools: "Bash"\n'
    'model: "opus"\n'
    'effort: "high"\n'
    'context: "fork"\n'
    'agent: "reader"\n'
    "background: true\n"
    'shell: "powershell"\n'
    "hooks:\n"
    "  Stop: []\n"
    "paths:\n"
    '- "*.pdf"\n'
    "user-invocable: false\n"
    "disable-model-invocation: true\n"
    'license: "MIT"\n'
    "---\n\n"
    "Read $0 of (the text given after the name of this skill) with read.sh, as @docs/pdf.md says,"
    " in ${CLAUDE_SESSION_ID}.\n\n"
    "Now: (run `git status` for this)\n"
)
UNHEEDED = {
    Platform.CODEX: ("paths", "user-invocable"),
    Platform.GEMINI: ("disable-model-invocation", "paths", "user-invocable"),
    Platform.CURSOR: (),
}
UNHEEDED_BY_ALL = (
    "agent",
    "allowed-tools",
    "background",
    "context",
    "disallowed-tools",
    "effort",
    "hooks",
    "model",
    "shell",
)


@pytest.mark.parametrize("platform", SHARING)
def test_a_rich_skill(platform: Platform) -> None:
    label = platform.label
    rendering = rendered(skill(RICH), platform)
    files = (ContentFile("SKILL.md", RICH_COPY.encode()), ContentFile("agents/openai.yaml", POLICY))
    unheeded = (*UNHEEDED[platform], *UNHEEDED_BY_ALL)
    assert rendering == Rendering(
        (RenderedPath(".agents/skills/pdf", files),),
        (
            note("name", "It is written as 'pdf': readers want the name of the skill's folder."),
            note("when_to_use", "It is written at the end of the description, which is what readers go by."),
            RenderWarning(
                "$0", f"{label} does not take what the user types apart; the agent has to work out what is meant."
            ),
            note("$ARGUMENTS", f"{label} fills in nothing; it is written as words for what the user types."),
            note("${CLAUDE_SKILL_DIR}", f"{label} fills in nothing; paths are written as they are counted from there."),
            RenderWarning("@docs/pdf.md", f"{label} does not read the file in; the agent has to open it."),
            RenderWarning("${CLAUDE_SESSION_ID}", f"{label} does not fill it in."),
            RenderWarning("!`git status`", f"{label} runs nothing beforehand; the agent is told to run it."),
            *(RenderWarning(field, f"{label} does not heed it in a skill.") for field in unheeded),
        ),
    )


def note(field: str, message: str) -> RenderWarning:
    return RenderWarning(field, message, is_loss=False)


def test_a_description_of_as_many_characters_as_readers_take_stays_whole() -> None:
    data = PLAIN.replace(b"Reads PDF files.", b"x" * 1024)
    assert rendered(skill(data)).warnings == ()
    assert document(rendered(skill(data))) == data.decode()


def test_paths_are_counted_from_the_skill() -> None:
    data = (
        PLAIN + b"Run ${CLAUDE_PLUGIN_ROOT}/skills/pdf/run.sh, then ${CLAUDE_SKILL_DIR}/b.sh in ${CLAUDE_SKILL_DIR}.\n"
    )
    rendering = rendered(skill(data))
    assert document(rendering) == PLAIN.decode() + "Run run.sh, then b.sh in ..\n"
    assert lost(rendering) == set()


def test_a_skill_file_further_down_is_no_skill_of_its_own() -> None:
    """Codex 0.169.0 loads every SKILL.md below a skill, and none that is written otherwise."""
    rendering = rendered(skill(PLAIN, ContentFile("examples/small/SKILL.md", PLAIN)))
    assert [file.path for file in rendering.paths[0].files] == ["SKILL.md", "examples/small/skill.md"]
    assert lost(rendering) == {"examples/small/SKILL.md"}


def test_arguments_are_said_in_words() -> None:
    rendering = rendered(skill(PLAIN + b"Fix $ARGUMENTS, $1 first. Now: !`git status`\n"))
    assert document(rendering).endswith(
        "Fix (the text given after the name of this skill), $1 first. Now: (run `git status` for this)\n"
    )
    assert lost(rendering) == {"$1", "!`git status`"}


def test_a_dollar_is_a_shells_where_nothing_says_otherwise() -> None:
    rendering = rendered(skill(PLAIN + b"```sh\nawk '{ print $1 }'\n```\n"))
    assert rendering.warnings == ()


@settings(max_examples=60, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: f"---\n{text}\n---\n{text}".encode("utf-8", "replace")),
        st.builds(
            lambda name, text: f"---\nname: {name}\ndescription: {text}\nmetadata: {text}\n---\n{text}".encode(
                "utf-8", "replace"
            ),
            st.text(max_size=30),
            st.text(max_size=60),
        ),
    )
)
def test_whatever_is_in_it_the_copy_has_a_frontmatter_that_names_it(data: bytes) -> None:
    copies = {document(rendered(skill(data), platform)) for platform in SHARING}
    (text,) = copies
    assert text.startswith("---\n")
    front = yaml.safe_load(text[4 : text.index("\n---\n", 3) + 1])
    assert front["name"] == "pdf"
    assert isinstance(front["description"], str)
    assert 0 < len(front["description"]) <= 1024
