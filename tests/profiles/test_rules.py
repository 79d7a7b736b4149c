"""Rules where a platform has no folder for them: sections of its instruction files."""

from dataclasses import replace

import pytest

from profiles.entries import EntryError, Format, Section
from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    RenderedEntry,
    Rendering,
    RenderWarning,
    Unsupported,
)
from tests.profiles.rendered import layout_of, losses, placed

MERGING = [(Platform.CODEX, "AGENTS.md"), (Platform.GEMINI, "GEMINI.md")]


def rule(data: bytes, name: str = "plain-words") -> ArtifactContent:
    return ArtifactContent(ArtifactType.RULE, "", name, (ContentFile("", data),))


def rendered(content: ArtifactContent, platform: Platform = Platform.CODEX) -> Rendering:
    return placed(content, layout_of(platform))


@pytest.mark.parametrize(("platform", "path"), MERGING)
def test_a_rule_is_a_section_of_the_instruction_file(platform: Platform, path: str) -> None:
    rendering = rendered(rule(b"# Words\n\nWrite plainly.\n"), platform)
    entry = RenderedEntry(path, Format.MARKDOWN, Section("plain-words"), "# Words\n\nWrite plainly.")
    assert rendering == Rendering(entries=(entry,))


def test_frontmatter_stays_behind_and_what_limited_the_rule_is_lost() -> None:
    rendering = rendered(rule(b"---\ndescription: Words\npaths:\n  - docs/*.md\n  - '*.txt'\n---\n\nWrite plainly.\n"))
    assert [entry.value for entry in rendering.entries] == ["Write plainly."]
    (warning,) = rendering.warnings
    assert (warning.field, warning.is_loss) == ("paths", True)
    assert "docs/*.md, *.txt" in warning.message


RICH = "---\ndescription: Words\nglobs: docs/*.md\nlicense: MIT\n---\n\nSee @docs/a.md and @anna.\n\n```\n@b/c.md\n"
LIMITED = RenderWarning(
    "globs", "An instruction file holds for the whole project; the rule is not limited to docs/*.md."
)


def test_a_rich_rule_for_codex() -> None:
    text = "See @docs/a.md and @anna.\n\n```\n@b/c.md\n```"
    unread = RenderWarning("@docs/a.md", "Codex does not read the file in; the agent has to open it.")
    assert rendered(rule(RICH.encode())) == Rendering(
        entries=(RenderedEntry("AGENTS.md", Format.MARKDOWN, Section("plain-words"), text),), warnings=(LIMITED, unread)
    )


def test_a_rich_rule_for_gemini() -> None:
    text = "See @docs/a.md and `@anna`.\n\n```\n@b/c.md\n```"
    read = "Gemini CLI reads it in, counted from the instruction file; there must be such a file."
    code = "It is written as code: Gemini CLI would take it for a file to read in."
    assert rendered(rule(RICH.encode()), Platform.GEMINI) == Rendering(
        entries=(RenderedEntry("GEMINI.md", Format.MARKDOWN, Section("plain-words"), text),),
        warnings=(
            LIMITED,
            RenderWarning("@docs/a.md", read, is_loss=False),
            RenderWarning("@anna", code, is_loss=False),
        ),
    )


@pytest.mark.parametrize(
    ("platform", "unread"),
    [
        (Platform.CLAUDE_CODE, ()),
        (
            Platform.CURSOR,
            (RenderWarning("@docs/a.md", "Cursor does not read the file in; the agent has to open it."),),
        ),
    ],
)
def test_a_rich_rule_where_the_profile_gives_rules_no_folder(
    platform: Platform, unread: tuple[RenderWarning, ...]
) -> None:
    layout = ProfileLayout(platform, "x", {}, ("docs/NOTES.md",))
    text = "See @docs/a.md and @anna.\n\n```\n@b/c.md\n```"
    assert placed(rule(RICH.encode()), layout) == Rendering(
        entries=(RenderedEntry("docs/NOTES.md", Format.MARKDOWN, Section("plain-words"), text),),
        warnings=(LIMITED, *unread),
    )


@pytest.mark.parametrize("platform", [platform for platform, _ in MERGING])
def test_a_rule_that_the_agent_brings_in_when_it_needs_it_always_holds_in_a_section(platform: Platform) -> None:
    rendering = rendered(rule(b"---\ndescription: Words\nalwaysApply: false\n---\nText\n"), platform)
    message = "An instruction file always holds; the rule is not one that the agent brings in when it needs it."
    assert rendering.warnings == (RenderWarning("alwaysApply", message),)
    scoped = rendered(rule(b"---\nglobs: a.md\nalwaysApply: false\n---\nText\n"), platform)
    assert losses(scoped) == ["globs"]


@pytest.mark.parametrize("line", ["<!-- deployment-sets: begin x -->", "<!-- deployment-sets: end other --> \t"])
@pytest.mark.parametrize("platform", [platform for platform, _ in MERGING])
def test_a_line_that_would_mark_a_section_is_an_error_that_names_it(platform: Platform, line: str) -> None:
    with pytest.raises(EntryError, match=r"deployment-sets: .*Change that line of the rule"):
        rendered(rule(f"One\n{line}\nTwo\n".encode()), platform)
    assert rendered(rule(f"One {line}\n".encode()), platform).entries


def test_a_rule_longer_than_all_that_codex_reads_is_a_loss_there() -> None:
    longest = "ä" * (16 * 1024)
    assert rendered(rule(f"{longest}\n".encode())).warnings == ()
    longer = rendered(rule(f"{longest}x\n".encode()))
    message = "Codex reads 32 KiB of instruction files in all, and the rule is longer; the rest of it is left out."
    assert longer.warnings == (RenderWarning("text", message),)
    assert rendered(rule(f"{longest}x\n".encode()), Platform.GEMINI).warnings == ()


@pytest.mark.parametrize("platform", [platform for platform, _ in MERGING])
def test_a_folder_of_rules_is_read_by_nobody_there(platform: Platform) -> None:
    layout = ProfileLayout(platform, "x", {ArtifactType.RULE: "docs/rules"}, ("AGENTS.md",), ("docs",))
    message = f"{platform.label} reads no folder of rules; an instruction file has to name it."
    assert placed(rule(b"Text\n"), layout).warnings == (RenderWarning("text", message),)
    for reader in (Platform.CLAUDE_CODE, Platform.OTHER):
        assert placed(rule(b"Text\n"), replace(layout, platform=reader)).warnings == ()


def test_a_code_fence_that_is_left_open_ends_with_the_section() -> None:
    assert rendered(rule(b"~~~~sh\nmake\n```\n")).entries[0].value == "~~~~sh\nmake\n```\n~~~~"


def test_what_is_no_text_is_said() -> None:
    rendering = rendered(rule(b"a\x00b\xff\r\nc\n"))
    assert rendering.entries[0].value == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}\nc"
    assert [warning.field for warning in rendering.warnings] == ["text"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"---\npaths: x\n---\n"])
def test_a_rule_without_text_has_nothing_to_say(data: bytes) -> None:
    answer = module_for(Platform.CODEX).renders[ArtifactType.RULE](rule(data), layout_of(Platform.CODEX))
    assert isinstance(answer, Unsupported)


def test_a_rule_of_several_files_is_no_rule() -> None:
    content = ArtifactContent(ArtifactType.RULE, "", "x", (ContentFile("a.md", b"a"), ContentFile("b.md", b"b")))
    answer = module_for(Platform.CODEX).renders[ArtifactType.RULE](content, layout_of(Platform.CODEX))
    assert isinstance(answer, Unsupported)
    assert "2 files" in answer.reason


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 300])
def test_a_name_that_no_section_can_have_is_an_error(name: str) -> None:
    with pytest.raises(EntryError):
        rendered(rule(b"Text\n", name))


@pytest.mark.parametrize("platform", [platform for platform, _ in MERGING])
def test_every_instruction_file_that_the_profile_names_gets_the_section(platform: Platform) -> None:
    render = module_for(platform).renders[ArtifactType.RULE]
    before = layout_of(platform)
    files = ("AGENTS.md", "backend/AGENTS.md")
    layout = ProfileLayout(platform, before.root_dir, before.artifact_path_map, files)
    answer = render(rule(b"Text\n"), layout)
    assert isinstance(answer, Rendering)
    assert tuple(entry.path for entry in answer.entries) == files
    without = render(rule(b"Text\n"), ProfileLayout(platform, before.root_dir, before.artifact_path_map))
    assert isinstance(without, Unsupported)
    assert "instruction file" in without.reason


def test_a_profile_that_gives_rules_a_folder_has_them_there_if_they_may_be_there() -> None:
    render = module_for(Platform.CODEX).renders[ArtifactType.RULE]
    folders = {ArtifactType.RULE: "docs/rules"}
    outside = render(rule(b"Text\n"), ProfileLayout(Platform.CODEX, ".codex", folders, ("AGENTS.md",)))
    assert isinstance(outside, Unsupported)
    inside = render(rule(b"Text\n"), ProfileLayout(Platform.CODEX, ".codex", folders, ("AGENTS.md",), ("docs",)))
    assert isinstance(inside, Rendering)
    assert [path.path for path in inside.paths] == ["docs/rules/plain-words.md"]


def test_a_word_after_an_at_sign_is_no_file_for_gemini() -> None:
    data = b"Ask @anna, or use @scope/package; see @docs/a.md.\n\n`@x` me@example.org\n\n```\n@media\n```\n"
    rendering = rendered(rule(data), Platform.GEMINI)
    assert rendering.entries[0].value == (
        "Ask `@anna`, or use `@scope/package`; see @docs/a.md .\n\n`@x` me@example.org\n\n```\n@media\n```"
    )
    assert {warning.field for warning in rendering.warnings} == {"@anna", "@scope/package", "@docs/a.md"}
    assert not any(warning.is_loss for warning in rendering.warnings)


def test_a_file_that_nobody_reads_in_is_a_loss() -> None:
    (warning,) = rendered(rule(b"See @docs/a.md and @anna.\n"), Platform.CODEX).warnings
    assert (warning.field, warning.is_loss) == ("@docs/a.md", True)


def test_half_a_character_from_an_escape_is_no_text() -> None:
    """YAML can name one, which no file can hold."""
    content = ArtifactContent(
        ArtifactType.AGENT, "", "x", (ContentFile("", b'---\nname: x\ndescription: "a\\ud800b"\n---\nText\n'),)
    )
    for platform in Platform:
        answer = module_for(platform).renders[ArtifactType.AGENT](content, layout_of(platform))
        assert isinstance(answer, Rendering)
