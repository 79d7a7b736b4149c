"""What lands where for Claude Code."""

import pytest

from profiles.entries import Section
from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for
from profiles.platforms.claude_code import MODULE
from profiles.platforms.plain import PLUGIN_ROOT
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported
from projects.exceptions import PathError

LAYOUT = MODULE.default_layout(".claude")
SINGLE_FILE_TYPES = [ArtifactType.COMMAND, ArtifactType.AGENT, ArtifactType.RULE]


def rendered(content: ArtifactContent, layout: ProfileLayout = LAYOUT) -> Rendering | Unsupported:
    return MODULE.renders[content.type](content, layout)


def placed(content: ArtifactContent, layout: ProfileLayout = LAYOUT) -> Rendering:
    answer = rendered(content, layout)
    assert isinstance(answer, Rendering)
    return answer


def refused(content: ArtifactContent, layout: ProfileLayout = LAYOUT) -> str:
    answer = rendered(content, layout)
    assert isinstance(answer, Unsupported)
    return answer.reason


def single(artifact_type: ArtifactType, data: bytes = b"text\n", name: str = "review") -> ArtifactContent:
    return ArtifactContent(artifact_type, "", name, (ContentFile("", data),))


def skill(*files: ContentFile, name: str = "pdf", source_path: str = "skills/pdf") -> ArtifactContent:
    return ArtifactContent(ArtifactType.SKILL, "documents", name, files, source_path)


def with_map(**folders: str) -> ProfileLayout:
    return ProfileLayout(
        platform=Platform.CLAUDE_CODE,
        root_dir=".claude",
        artifact_path_map={ArtifactType(kind): folder for kind, folder in folders.items()},
        context_path_prefixes=(".claude/rules",),
    )


def test_the_defaults_are_the_folders_claude_code_reads() -> None:
    assert LAYOUT.artifact_path_map == {
        ArtifactType.SKILL: ".claude/skills",
        ArtifactType.COMMAND: ".claude/commands",
        ArtifactType.AGENT: ".claude/agents",
        ArtifactType.RULE: ".claude/rules",
        ArtifactType.HOOK: ".claude/hooks",
    }
    assert LAYOUT.project_config_filenames == ("CLAUDE.md",)
    assert LAYOUT.context_path_prefixes == (".claude/rules",)
    assert LAYOUT.supported_artifact_types == tuple(ArtifactType)
    assert MODULE.default_root_dir == ".claude"


def test_every_default_follows_the_root() -> None:
    layout = MODULE.default_layout("packages/web/.claude")
    assert all(folder.startswith("packages/web/.claude/") for folder in layout.artifact_path_map.values())
    assert layout.context_path_prefixes == ("packages/web/.claude/rules",)


def test_a_skill_is_one_folder_with_all_its_files_byte_for_byte() -> None:
    files = (
        ContentFile("SKILL.md", b"\xef\xbb\xbf---\r\nname: x\r\n"),
        ContentFile("scripts/run.sh", b"#!/bin/sh\n", executable=True),
        ContentFile("assets/logo.png", bytes(range(256))),
    )
    rendering = placed(skill(*files))
    assert [placement.path for placement in rendering.paths] == [".claude/skills/pdf"]
    assert rendering.paths[0].files == files
    assert rendering.paths[0].is_folder
    assert rendering.warnings == ()


@pytest.mark.parametrize("artifact_type", SINGLE_FILE_TYPES)
def test_a_single_file_keeps_its_bytes_under_its_own_name(artifact_type: ArtifactType) -> None:
    data = b"caf\xe9 \x00 $ARGUMENTS\r\n"
    rendering = placed(single(artifact_type, data))
    placement = rendering.paths[0]
    assert placement.path == f".claude/{artifact_type.value}s/review.md"
    assert not placement.is_folder
    assert placement.files == (ContentFile("", data),)


def test_a_single_file_keeps_its_executable_bit() -> None:
    content = ArtifactContent(ArtifactType.COMMAND, "", "run", (ContentFile("", b"x", executable=True),))
    assert placed(content).paths[0].files[0].executable


@pytest.mark.parametrize("artifact_type", [ArtifactType.SKILL, *SINGLE_FILE_TYPES])
def test_the_map_of_the_profile_decides_the_folder(artifact_type: ArtifactType) -> None:
    content = skill(ContentFile("SKILL.md", b"")) if artifact_type is ArtifactType.SKILL else single(artifact_type)
    layout = with_map(**{artifact_type.value: ".claude/rules/deep"})
    assert placed(content, layout).paths[0].path.startswith(".claude/rules/deep/")


@pytest.mark.parametrize("artifact_type", [ArtifactType.SKILL, *SINGLE_FILE_TYPES])
def test_a_type_without_a_folder_in_the_profile_is_unsupported(artifact_type: ArtifactType) -> None:
    content = skill(ContentFile("SKILL.md", b"")) if artifact_type is ArtifactType.SKILL else single(artifact_type)
    assert artifact_type.value in refused(content, with_map(hook=".claude/hooks"))


def test_a_rule_outside_the_context_path_prefixes_is_unsupported() -> None:
    reason = refused(single(ArtifactType.RULE), with_map(rule="docs/rules"))
    assert "docs/rules" in reason
    assert ".claude/rules" in reason


def test_a_prefix_is_whole_folders() -> None:
    assert "outside" in refused(single(ArtifactType.RULE), with_map(rule=".claude/rules-of-others"))


def test_a_rule_without_a_folder_is_a_section_of_the_instruction_file() -> None:
    layout = ProfileLayout(
        platform=Platform.CLAUDE_CODE,
        root_dir=".claude",
        artifact_path_map={},
        project_config_filenames=("CLAUDE.md",),
    )
    (entry,) = placed(single(ArtifactType.RULE), layout).entries
    assert (entry.path, entry.key, entry.value) == ("CLAUDE.md", Section("review"), "text")


def test_a_command_of_two_files_is_unsupported() -> None:
    content = ArtifactContent(ArtifactType.COMMAND, "", "two", (ContentFile("a.md", b""), ContentFile("b.md", b"")))
    assert "2 files" in refused(content)


def test_a_skill_without_files_is_unsupported() -> None:
    assert "no files" in refused(skill())


def test_a_skill_of_two_files_that_are_one_path_elsewhere_is_an_error() -> None:
    with pytest.raises(PathError, match=r"README.md.*readme.md"):
        rendered(skill(ContentFile("README.md", b""), ContentFile("readme.md", b"")))


def test_a_file_that_is_also_a_folder_is_an_error() -> None:
    with pytest.raises(PathError, match="folder of"):
        rendered(skill(ContentFile("Notes/a.md", b""), ContentFile("notes", b"")))


def test_a_skills_own_path_becomes_its_folder() -> None:
    text = (
        b"Run `${CLAUDE_PLUGIN_ROOT}/skills/pdf/scripts/run.sh` from ${CLAUDE_PLUGIN_ROOT}/skills/pdf.\n"
        b'Or "${CLAUDE_PLUGIN_ROOT}/skills/pdf" \xff'
    )
    rendering = placed(skill(ContentFile("SKILL.md", text, executable=True)))
    (file,) = rendering.paths[0].files
    assert file.data == (
        b'Run `${CLAUDE_SKILL_DIR}/scripts/run.sh` from ${CLAUDE_SKILL_DIR}.\nOr "${CLAUDE_SKILL_DIR}" \xff'
    )
    assert file == ContentFile("SKILL.md", file.data, executable=True)
    assert rendering.warnings == ()


@pytest.mark.parametrize(
    "path",
    [
        b"${CLAUDE_PLUGIN_ROOT}/skills/pdf-forms/run.sh",
        b"${CLAUDE_PLUGIN_ROOT}/skills/pdf.md",
        b"${CLAUDE_PLUGIN_ROOT}/skills/pdf/../docx/run.sh",
        b"${CLAUDE_PLUGIN_ROOT}/shared/run.sh",
        b"${CLAUDE_PLUGIN_ROOT:-.}/skills/pdf",
        b"$CLAUDE_PLUGIN_ROOT/skills/pdf",
    ],
)
def test_a_path_outside_the_skill_stays_and_is_warned_about(path: bytes) -> None:
    rendering = placed(skill(ContentFile("SKILL.md", b"Run " + path)))
    assert rendering.paths[0].files[0].data == b"Run " + path
    (warning,) = rendering.warnings
    assert warning.field == "${CLAUDE_PLUGIN_ROOT}"
    assert "SKILL.md" in warning.message
    assert "not deployed" in warning.message


def test_other_files_of_a_skill_stay_and_are_warned_about_one_by_one() -> None:
    text = b"cat ${CLAUDE_PLUGIN_ROOT}/skills/pdf/a"
    rendering = placed(
        skill(
            ContentFile("SKILL.md", b"plain"),
            ContentFile("run.sh", text),
            ContentFile("notes.md", b"\xff" + text),
            ContentFile("data.bin", b"\x00" + text),
        )
    )
    assert [file.data for file in rendering.paths[0].files][1:] == [text, b"\xff" + text, b"\x00" + text]
    assert [warning.message.split()[0] for warning in rendering.warnings] == ["run.sh", "notes.md"]


@pytest.mark.parametrize("artifact_type", SINGLE_FILE_TYPES)
def test_single_files_that_name_the_plugins_folder_are_warned_about(artifact_type: ArtifactType) -> None:
    text = b"Run ${CLAUDE_PLUGIN_ROOT}/scripts/x"
    rendering = placed(single(artifact_type, text))
    assert rendering.paths[0].files[0].data == text
    assert [warning.message.split()[0] for warning in rendering.warnings if warning.field == PLUGIN_ROOT] == [
        "review.md"
    ]


def test_a_skill_whose_origin_is_unknown_is_not_rewritten() -> None:
    content = skill(ContentFile("SKILL.md", b"${CLAUDE_PLUGIN_ROOT}/x"), source_path="")
    assert placed(content).paths[0].files[0].data == b"${CLAUDE_PLUGIN_ROOT}/x"


def test_every_type_has_a_render_or_a_reason() -> None:
    for platform in Platform:
        assert module_for(platform).platform is platform
        assert set(module_for(platform).renders) == set(ArtifactType)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (b"---\nname: reader\ndescription: Reads.\n---\nText\n", []),
        (b"\xef\xbb\xbf---\r\nname: reader\r\ndescription: >\r\n  Reads.\r\n---\r\n", []),
        (b"---\nname: a-reader\ndescription: 'Reads: much'\n---\n", []),
        (b"Text\n", ["frontmatter"]),
        (b"---\nname: reader\ndescription: Reads.\n", ["frontmatter"]),
        (b"---\nname: reader\ndescription: Reads: much\n---\n", ["frontmatter"]),
        (b"---\nname: a\nname: b\ndescription: Reads.\n---\n", ["frontmatter"]),
        (b"---\ndescription: Reads.\n---\n", ["name"]),
        (b"---\nname: -reader\ndescription: Reads.\n---\n", ["name"]),
        (b"---\nname: docs:reader\ndescription: Reads.\n---\n", ["name"]),
        (b"---\nname: reader\ndescription: ''\n---\n", ["description"]),
        (b"---\n---\n", ["name", "description"]),
    ],
)
def test_an_agent_that_claude_code_skips_is_placed_and_it_is_said_why(text: bytes, fields: list[str]) -> None:
    rendering = placed(single(ArtifactType.AGENT, text))
    assert rendering.paths[0].files == (ContentFile("", text),)
    assert [warning.field for warning in rendering.warnings] == fields
    assert all(warning.is_loss and warning.message.startswith("Claude Code skips") for warning in rendering.warnings)


@pytest.mark.parametrize("name", ["synced", "Synced"])
def test_a_skill_with_a_name_that_claude_code_keeps_for_itself_is_unsupported(name: str) -> None:
    assert name in refused(skill(ContentFile("SKILL.md", b"Text"), name=name))


def test_a_skill_that_claude_code_takes_for_a_plugin_is_a_loss() -> None:
    files = (ContentFile("SKILL.md", b"Text"), ContentFile(".claude-plugin/plugin.json", b'{"name": "pdf"}'))
    rendering = placed(skill(*files))
    assert rendering.paths[0].files == files
    (warning,) = rendering.warnings
    assert (warning.field, warning.is_loss) == (".claude-plugin/plugin.json", True)
    assert "plugin" in warning.message
    assert placed(skill(files[0], ContentFile("docs/.claude-plugin/plugin.json", b"{}"))).warnings == ()


@pytest.mark.parametrize(
    ("frontmatter", "fields"),
    [
        (b"paths:\n  - docs/*.md", []),
        (b"description: Words\nalwaysApply: true", []),
        (b"globs: '*.py'\nalwaysApply: true", []),
        (b"globs: '*.py'\npaths: '*.py'\nalwaysApply: false", []),
        (b"applyTo: '**'", []),
        (b"globs: ['**/*', '*.py']\nalwaysApply: false", []),
        (b"globs: '*.py, *.pyi'\nalwaysApply: false", ["globs"]),
        (b"applyTo: docs/**", ["applyTo"]),
        (b"alwaysApply: false\nglobs:\ndescription: When words are written", ["alwaysApply"]),
    ],
)
def test_what_limits_a_rule_elsewhere_is_a_loss(frontmatter: bytes, fields: list[str]) -> None:
    text = b"---\n" + frontmatter + b"\n---\nWrite plainly.\n"
    rendering = placed(single(ArtifactType.RULE, text))
    assert rendering.paths[0].files == (ContentFile("", text),)
    assert [(warning.field, warning.is_loss) for warning in rendering.warnings] == [(field, True) for field in fields]
    assert all("Claude Code" in warning.message for warning in rendering.warnings)


def test_a_section_says_once_what_limited_the_rule() -> None:
    layout = ProfileLayout(Platform.CLAUDE_CODE, ".claude", {}, ("CLAUDE.md",))
    rendering = placed(single(ArtifactType.RULE, b"---\nglobs: '*.py'\n---\nSee @docs/a.md.\n"), layout)
    assert [(entry.path, entry.value) for entry in rendering.entries] == [("CLAUDE.md", "See @docs/a.md.")]
    assert [(warning.field, warning.is_loss) for warning in rendering.warnings] == [("globs", True)]


@pytest.mark.parametrize(
    "text",
    [
        b"Compare $1 with $2.",
        b"---\nargument-hint: '[branch]'\n---\nRun `git checkout $1`.",
        b"See !`gh pr view $1`.",
        b"```sh\nmake\n```\nOf $1 first.",
    ],
)
def test_arguments_that_seem_to_be_counted_from_one_are_to_be_looked_at(text: bytes) -> None:
    rendering = placed(single(ArtifactType.COMMAND, text))
    assert rendering.paths[0].files == (ContentFile("", text),)
    assert [(warning.field, warning.is_loss) for warning in rendering.warnings] == [("$1", True)]
    assert "$0" in rendering.warnings[0].message


@pytest.mark.parametrize(
    "text",
    [
        b"Of $ARGUMENTS.",
        b"Compare $0 with $1.",
        b"Compare $ARGUMENTS[0] with $1.",
        b"Of $ARGUMENTS[1].",
        rb"A shell's \$1 stays.",
        b"It costs $5, or $1.50 a piece, or $100.",
        b"---\ndescription: For $1\n---\nText",
        b"```sh\nawk '{print $1}'\n```\n",
        b"~~~\necho $1\n```\necho $1\n~~~\n",
    ],
)
def test_arguments_that_are_none_or_are_counted_from_zero_are_fine(text: bytes) -> None:
    assert placed(single(ArtifactType.COMMAND, text)).warnings == ()
