"""The two vocabularies everything else is written in. Pure Python."""

from enum import StrEnum


class Platform(StrEnum):
    """An agent platform. The first is the one a new project gets."""

    CLAUDE_CODE = "claude_code"
    CODEX = "codex"
    GEMINI = "gemini"
    CURSOR = "cursor"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The name people use."""
        return _PLATFORM_LABELS[self]


class ArtifactType(StrEnum):
    """What an artifact is."""

    SKILL = "skill"
    COMMAND = "command"
    AGENT = "agent"
    RULE = "rule"
    HOOK = "hook"
    MCP = "mcp"

    @property
    def label(self) -> str:
        """The name people use."""
        return _TYPE_LABELS[self]


_PLATFORM_LABELS = {
    Platform.CLAUDE_CODE: "Claude Code",
    Platform.CODEX: "Codex",
    Platform.GEMINI: "Gemini",
    Platform.CURSOR: "Cursor",
    Platform.OTHER: "Other",
}

_TYPE_LABELS = {
    ArtifactType.SKILL: "Skill",
    ArtifactType.COMMAND: "Command",
    ArtifactType.AGENT: "Agent",
    ArtifactType.RULE: "Rule",
    ArtifactType.HOOK: "Hook",
    ArtifactType.MCP: "MCP server",
}


def platform_choices() -> list[tuple[str, str]]:
    """Django choices; a callable, so that adding a platform needs no migration."""
    return [(platform.value, platform.label) for platform in Platform]


def artifact_type_choices() -> list[tuple[str, str]]:
    """Django choices; a callable, so that adding a type needs no migration."""
    return [(artifact_type.value, artifact_type.label) for artifact_type in ArtifactType]
