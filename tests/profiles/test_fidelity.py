"""How much of an artifact arrives: exactly when what lands is what it holds."""

import json

import pytest

from profiles.entries import Element, Format, Member, Section
from profiles.enums import ArtifactType, Platform
from profiles.fidelity import Fidelity, fidelity_of
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    RenderedEntry,
    RenderedPath,
    Rendering,
    RenderWarning,
)
from tests.profiles.rendered import layout_of, placed

GROUP = {"matcher": "Edit", "hooks": [{"type": "command", "command": "make format"}]}
SCRIPT = ContentFile("check.sh", b"#!/bin/sh\n")


def content(kind: ArtifactType, *files: ContentFile, name: str = "docs") -> ArtifactContent:
    return ArtifactContent(kind, "", name, files, "hooks/hooks.json" if kind is ArtifactType.HOOK else "")


def data(value: object, path: str = "") -> ContentFile:
    return ContentFile(path, json.dumps(value).encode())


def hook(*scripts: ContentFile, group: object = GROUP) -> ArtifactContent:
    definition = data({"description": "Tidy", "hooks": {"PostToolUse": [group]}}, "hooks/hooks.json")
    return content(ArtifactType.HOOK, definition, *scripts)


def on(platform: Platform, artifact: ArtifactContent) -> Fidelity:
    return fidelity_of(artifact, placed(artifact, layout_of(platform)))


@pytest.mark.parametrize(
    ("artifact", "expected"),
    [
        (content(ArtifactType.SKILL, ContentFile("SKILL.md", b"---\n"), ContentFile("a.py", b"")), Fidelity.EXACT),
        (content(ArtifactType.COMMAND, ContentFile("ship.md", b"Ship")), Fidelity.EXACT),
        (content(ArtifactType.COMMAND, ContentFile("ship.md", b"${CLAUDE_PLUGIN_ROOT}/x")), Fidelity.LOSSY),
        (content(ArtifactType.RULE, ContentFile("style.md", b"Be brief.")), Fidelity.EXACT),
        (content(ArtifactType.MCP, data({"command": "npx"})), Fidelity.EXACT),
        (content(ArtifactType.MCP, data({"url": "https://docs.example"})), Fidelity.TRANSLATED),
        (content(ArtifactType.MCP, data({"httpUrl": "https://docs.example", "type": "http"})), Fidelity.TRANSLATED),
        (content(ArtifactType.MCP, data({"command": "x", "type": "carrier-pigeon"})), Fidelity.LOSSY),
        (hook(), Fidelity.EXACT),
        (hook(SCRIPT), Fidelity.EXACT),
        (
            hook(
                SCRIPT,
                group={"hooks": [{"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/check.sh"}]},
            ),
            Fidelity.TRANSLATED,
        ),
    ],
)
def test_what_claude_code_gets_is_exact_unless_it_had_to_be_changed(
    artifact: ArtifactContent, expected: Fidelity
) -> None:
    assert on(Platform.CLAUDE_CODE, artifact) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"\nBe brief.\n\n", Fidelity.EXACT),
        (b"---\ndescription: Style\n---\nBe brief.\n", Fidelity.TRANSLATED),
        (b"---\npaths: src\n---\nBe brief.\n", Fidelity.LOSSY),
        (b"Be brief.\r\nVery.\r\n", Fidelity.TRANSLATED),
        (b"```\nopen\n", Fidelity.TRANSLATED),
    ],
)
def test_a_section_is_exact_when_it_is_the_whole_text(text: bytes, expected: Fidelity) -> None:
    assert on(Platform.GEMINI, content(ArtifactType.RULE, ContentFile("style.md", text))) is expected


def test_a_loss_among_translations_is_a_loss() -> None:
    warnings = (RenderWarning("a", "So.", is_loss=False), RenderWarning("b", "Gone."))
    rendering = Rendering((RenderedPath("x.md", (ContentFile("", b"Ship"),)),), warnings)
    assert fidelity_of(content(ArtifactType.COMMAND, ContentFile("ship.md", b"Ship")), rendering) is Fidelity.LOSSY


@pytest.mark.parametrize(
    "rendering",
    [
        Rendering((RenderedPath("x.toml", (ContentFile("", b'prompt = "Ship"'),)),)),
        Rendering((RenderedPath("x", (ContentFile("SKILL.md", b"Ship"), ContentFile("agents/openai.yaml", b""))),)),
        Rendering(
            (RenderedPath("x.md", (ContentFile("", b"Ship"),)), RenderedPath("y.md", (ContentFile("", b"Ship"),)))
        ),
    ],
)
def test_what_is_written_otherwise_without_a_word_is_translated(rendering: Rendering) -> None:
    artifact = content(ArtifactType.COMMAND, ContentFile("ship.md", b"Ship"))
    assert fidelity_of(artifact, rendering) is Fidelity.TRANSLATED


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (("mcp_servers", "docs"), {"command": "npx"}, Fidelity.EXACT),
        (("mcp_servers", "docs-2"), {"command": "npx"}, Fidelity.TRANSLATED),
        (("mcp_servers", "docs"), {"command": "npx", "args": []}, Fidelity.TRANSLATED),
    ],
)
def test_a_server_is_exact_under_its_name_with_its_values(
    key: tuple[str, ...], value: object, expected: Fidelity
) -> None:
    rendering = Rendering(entries=(RenderedEntry(".codex/config.toml", Format.TOML, Member(key), value),))
    assert fidelity_of(content(ArtifactType.MCP, data({"command": "npx"})), rendering) is expected


@pytest.mark.parametrize(
    ("event", "value", "expected"),
    [
        ("PostToolUse", GROUP, Fidelity.EXACT),
        ("AfterTool", GROUP, Fidelity.TRANSLATED),
        ("PostToolUse", {**GROUP, "matcher": "Write"}, Fidelity.TRANSLATED),
    ],
)
def test_a_hook_is_exact_for_its_events_with_its_values(event: str, value: object, expected: Fidelity) -> None:
    key = Element.of(("hooks", event), value)
    rendering = Rendering(entries=(RenderedEntry(".codex/hooks.json", Format.JSON, key, value),))
    assert fidelity_of(hook(), rendering) is expected


def test_an_entry_beside_those_of_the_artifact_is_a_translation() -> None:
    version = RenderedEntry(".cursor/hooks.json", Format.JSON, Member(("version",)), 1)
    group = RenderedEntry(".cursor/hooks.json", Format.JSON, Element.of(("hooks", "PostToolUse"), GROUP), GROUP)
    assert fidelity_of(hook(), Rendering(entries=(version, group))) is Fidelity.TRANSLATED


def test_a_section_that_is_no_text_is_no_rule() -> None:
    rendering = Rendering(entries=(RenderedEntry("GEMINI.md", Format.MARKDOWN, Section("docs"), {"a": 1}),))
    artifact = content(ArtifactType.RULE, ContentFile("style.md", b"Be brief."))
    assert fidelity_of(artifact, rendering) is Fidelity.TRANSLATED
