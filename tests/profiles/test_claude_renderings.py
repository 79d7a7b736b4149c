"""Claude Code: for each type the whole of what becomes of one artifact that has everything."""

import json

from profiles.entries import Element, EntryKey, Format, Member, Section
from profiles.enums import ArtifactType
from profiles.platforms.claude_code import MODULE
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    RenderedEntry,
    RenderedPath,
    Rendering,
    RenderWarning,
    Unsupported,
)

LAYOUT = MODULE.default_layout(".claude")
OTHER_FILES = "refers to ${CLAUDE_PLUGIN_ROOT}; the other files of its plugin are not deployed there."
# https://code.claude.com/docs/en/hooks
EVENTS = """
    ConfigChange CwdChanged DirectoryAdded Elicitation ElicitationResult FileChanged InstructionsLoaded MessageDisplay
    Notification PermissionDenied PermissionRequest PostCompact PostModelSwitch PostToolBatch PostToolUse
    PostToolUseFailure PreCompact PreModelSwitch PreToolUse SessionEnd SessionStart Setup Stop StopFailure SubagentStart
    SubagentStop TaskCompleted TaskCreated TeammateIdle UserPromptExpansion UserPromptSubmit WorktreeCreate
    WorktreeRemove
"""


def rendered(
    artifact_type: ArtifactType, *files: ContentFile, source_path: str = "", layout: ProfileLayout = LAYOUT
) -> Rendering | Unsupported:
    content = ArtifactContent(artifact_type, "docs", "release-notes", files, source_path)
    return MODULE.renders[artifact_type](content, layout)


def file(path: str, text: str, *, executable: bool = False) -> ContentFile:
    return ContentFile(path, text.encode(), executable)


def definition(value: object, path: str = "") -> ContentFile:
    return file(path, json.dumps(value))


def entry(path: str, key: EntryKey, value: object) -> RenderedEntry:
    return RenderedEntry(path, Format.JSON, key, value)


def test_a_skill_is_its_folder_counted_from_itself() -> None:
    head = "---\nname: notes\ndescription: Writes release notes.\nallowed-tools: Bash(git log:*)\n---\n\n"
    before = head + "Run ${CLAUDE_PLUGIN_ROOT}/skills/notes/scripts/log.sh on $0, see ${CLAUDE_PLUGIN_ROOT}/style.md.\n"
    after = head + "Run ${CLAUDE_SKILL_DIR}/scripts/log.sh on $0, see ${CLAUDE_PLUGIN_ROOT}/style.md.\n"
    others = (
        file("scripts/log.sh", "#!/bin/sh\ngit log $1\n", executable=True),
        file("docs/SKILL.md", "Of $CLAUDE_PLUGIN_ROOT/skills/notes\n"),
        ContentFile("logo.png", b"\x00\xff"),
        file(".claude-plugin/plugin.json", "{}"),
    )
    answer = rendered(ArtifactType.SKILL, file("SKILL.md", before), *others, source_path="skills/notes")
    assert answer == Rendering(
        paths=(RenderedPath(".claude/skills/release-notes", (file("SKILL.md", after), *others)),),
        warnings=(
            RenderWarning(
                ".claude-plugin/plugin.json",
                "With this file Claude Code takes the folder for a plugin, not for a skill.",
            ),
            RenderWarning("${CLAUDE_PLUGIN_ROOT}", f"SKILL.md {OTHER_FILES}"),
            RenderWarning("${CLAUDE_PLUGIN_ROOT}", f"docs/SKILL.md {OTHER_FILES}"),
        ),
    )


def test_a_command_is_its_file() -> None:
    text = (
        "---\r\ndescription: Writes notes: all of them\r\nargument-hint: '[from] [to]'\r\nmodel: opus\r\n---\r\n"
        "From $1 to $2, $ARGUMENTS: !`git log $1..$2` in @CHANGELOG.md by ${CLAUDE_PLUGIN_ROOT}/style.md\r\n"
    )
    assert rendered(ArtifactType.COMMAND, file("", text, executable=True)) == Rendering(
        paths=(RenderedPath(".claude/commands/release-notes.md", (file("", text, executable=True),)),),
        warnings=(
            RenderWarning(
                "$1",
                "Claude Code counts from $0 by now, so $1 is the second word that is typed; older versions took the "
                "first. Look which is meant, and write \\$1 for a shell's own.",
            ),
            RenderWarning("${CLAUDE_PLUGIN_ROOT}", f"release-notes.md {OTHER_FILES}"),
        ),
    )


def test_an_agent_is_its_file() -> None:
    text = (
        "---\ndescription: Reads: everything\nname: docs:reader\ntools: Read, Grep\ncolor: red\n---\n"
        "Read ${CLAUDE_PLUGIN_ROOT}/style.md\n"
    )
    assert rendered(ArtifactType.AGENT, file("", text)) == Rendering(
        paths=(RenderedPath(".claude/agents/release-notes.md", (file("", text),)),),
        warnings=(
            RenderWarning(
                "frontmatter",
                "Claude Code skips an agent whose frontmatter is no valid YAML. A text with a colon needs quotes.",
            ),
            RenderWarning(
                "name",
                "Claude Code skips an agent called 'docs:reader': the name must not begin with '-' nor hold a ':'.",
            ),
            RenderWarning("${CLAUDE_PLUGIN_ROOT}", f"release-notes.md {OTHER_FILES}"),
        ),
    )


def test_an_agent_without_anything_is_its_file() -> None:
    assert rendered(ArtifactType.AGENT, file("", "---\ncolor: red\n---\n")) == Rendering(
        paths=(RenderedPath(".claude/agents/release-notes.md", (file("", "---\ncolor: red\n---\n"),)),),
        warnings=(
            RenderWarning("name", "Claude Code skips an agent without a name, whatever its file is called."),
            RenderWarning("description", "Claude Code skips an agent without a description."),
        ),
    )
    assert rendered(ArtifactType.AGENT, file("", "Text\n")) == Rendering(
        paths=(RenderedPath(".claude/agents/release-notes.md", (file("", "Text\n"),)),),
        warnings=(
            RenderWarning(
                "frontmatter",
                "Claude Code skips an agent without a frontmatter. Give it one with a name and a description.",
            ),
        ),
    )


def test_a_rule_is_its_file() -> None:
    text = "---\nglobs: '*.md, docs/**'\napplyTo: '*.txt'\n---\n\nWrite as ${CLAUDE_PLUGIN_ROOT}/style.md says.\n"
    assert rendered(ArtifactType.RULE, file("", text)) == Rendering(
        paths=(RenderedPath(".claude/rules/release-notes.md", (file("", text),)),),
        warnings=(
            RenderWarning(
                "globs", "Claude Code limits a rule by 'paths' alone; there it holds not only for *.md, docs/**."
            ),
            RenderWarning("applyTo", "Claude Code limits a rule by 'paths' alone; there it holds not only for *.txt."),
            RenderWarning("${CLAUDE_PLUGIN_ROOT}", f"release-notes.md {OTHER_FILES}"),
        ),
    )


def test_a_rule_without_a_folder_is_a_section_of_every_instruction_file() -> None:
    layout = ProfileLayout(LAYOUT.platform, ".claude", {}, ("CLAUDE.md", "web/CLAUDE.md"))
    text = "---\npaths:\n  - docs/**\n  - '*.md'\n---\n\n# Words\n\nAs in @docs/style.md.\n\n```\nmake\n"
    section = "# Words\n\nAs in @docs/style.md.\n\n```\nmake\n```"
    assert rendered(ArtifactType.RULE, file("", text), layout=layout) == Rendering(
        warnings=(
            RenderWarning(
                "paths", "An instruction file holds for the whole project; the rule is not limited to docs/**, *.md."
            ),
        ),
        entries=(
            RenderedEntry("CLAUDE.md", Format.MARKDOWN, Section("release-notes"), section),
            RenderedEntry("web/CLAUDE.md", Format.MARKDOWN, Section("release-notes"), section),
        ),
    )


def test_a_hook_is_its_groups_and_the_folder_of_its_scripts() -> None:
    command = "${CLAUDE_PLUGIN_ROOT}/hooks/check.sh ${CLAUDE_PLUGIN_ROOT}/style.md"
    hooks = {
        "description": "Checks what is written.",
        "version": 2,
        "hooks": {
            "PostToolUse": [
                {"matcher": "Write|Edit", "hooks": [{"type": "command", "command": command, "timeout": 20}]},
                {"hooks": []},
            ],
            "AfterEverything": [{"hooks": [{"type": "pigeon", "to": "${CLAUDE_PLUGIN_ROOT}/hooks/check.sh"}]}],
        },
    }
    script = "#!/bin/sh\ncat ${CLAUDE_PLUGIN_ROOT}/style.md\n"
    answer = rendered(
        ArtifactType.HOOK,
        definition(hooks, "hooks/hooks.json"),
        file("hooks/check.sh", script),
        file("hooks/words.txt", "plain\n"),
        source_path="hooks/hooks.json",
    )
    placed = '"${CLAUDE_PROJECT_DIR}/.claude/hooks/release-notes"'
    checks = {
        "matcher": "Write|Edit",
        "hooks": [{"type": "command", "command": f"{placed}/hooks/check.sh {placed}/style.md", "timeout": 20}],
    }
    pigeon = {"hooks": [{"type": "pigeon", "to": "${CLAUDE_PROJECT_DIR}/.claude/hooks/release-notes/hooks/check.sh"}]}
    first, second = "hooks.PostToolUse[0].hooks[0]", "hooks.AfterEverything[0].hooks[0]"
    assert answer == Rendering(
        paths=(
            RenderedPath(
                ".claude/hooks/release-notes",
                (file("hooks/check.sh", script, executable=True), file("hooks/words.txt", "plain\n")),
            ),
        ),
        warnings=(
            RenderWarning("version", "Only the hooks go into settings.json; this is left out."),
            RenderWarning(f"{first}.command", "It refers to style.md, which is not among the files of this hook."),
            RenderWarning("hooks.AfterEverything", "Claude Code documents no event of this name and may never run it."),
            RenderWarning(
                f"{second}.type", "Claude Code knows handlers of the types command, http, mcp_tool, prompt, agent."
            ),
            RenderWarning(
                f"{second}.to",
                "Claude Code is not known to fill in ${CLAUDE_PROJECT_DIR} anywhere but in commands.",
            ),
            RenderWarning(
                "hooks/check.sh", "It refers to CLAUDE_PLUGIN_ROOT, which Claude Code sets for plugins only."
            ),
        ),
        entries=(
            entry(".claude/settings.json", Element.of(("hooks", "PostToolUse"), checks), checks),
            entry(".claude/settings.json", Element.of(("hooks", "AfterEverything"), pigeon), pigeon),
        ),
    )


def test_every_event_that_claude_code_documents_is_taken_without_a_word() -> None:
    group = {"hooks": [{"type": "prompt", "prompt": "Fine?"}]}
    events = EVENTS.split()
    answer = rendered(ArtifactType.HOOK, definition({"hooks": {event: [group] for event in events}}))
    assert answer == Rendering(
        entries=tuple(entry(".claude/settings.json", Element.of(("hooks", event), group), group) for event in events)
    )


def test_a_server_is_a_member_of_the_projects_file() -> None:
    server = {
        "httpUrl": "https://example.org/mcp",
        "headers": {"Authorization": "Bearer ${TOKEN:-none}"},
        "env": {"DATA": "${CLAUDE_PLUGIN_ROOT}/data"},
        "timeout": 20,
    }
    answer = rendered(ArtifactType.MCP, definition(server))
    value = {
        "url": "https://example.org/mcp",
        "type": "http",
        "headers": {"Authorization": "Bearer ${TOKEN:-none}"},
        "env": {"DATA": "${CLAUDE_PLUGIN_ROOT}/data"},
        "timeout": 20,
    }
    assert answer == Rendering(
        warnings=(
            RenderWarning("httpUrl", "Claude Code does not know this key; it is written as 'url'.", is_loss=False),
            RenderWarning(
                "type",
                "Claude Code skips a server with a URL and no type; it is written as 'http'.",
                is_loss=False,
            ),
            RenderWarning(
                "env.DATA", "It refers to CLAUDE_PLUGIN_ROOT; no files of its plugin are deployed with a server."
            ),
        ),
        entries=(entry(".mcp.json", Member(("mcpServers", "release-notes")), value),),
    )


def test_a_server_of_a_type_that_claude_code_does_not_know_is_written_and_said() -> None:
    server = {"type": "pigeon", "url": "https://example.org/mcp"}
    assert rendered(ArtifactType.MCP, definition(server)) == Rendering(
        warnings=(
            RenderWarning("type", "Claude Code knows servers of the types stdio, http, streamable-http, sse, ws."),
        ),
        entries=(entry(".mcp.json", Member(("mcpServers", "release-notes")), server),),
    )
