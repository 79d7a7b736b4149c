"""Artifacts as people write them, each with something in it at which a reader stumbles."""

import json

from artifacts.models import Artifact
from profiles.enums import ArtifactType
from tests.factories import ArtifactFactory, Files

_LONG = "long-" * 14
_SKILLS: dict[str, Files] = {
    "named-otherwise": {"SKILL.md": "---\nname: Other Name\ndescription: About it.\n---\nText.\n"},
    "with-colons": {"SKILL.md": "---\nname: with-colons\ndescription: Use: when a: b # not c\n---\nText.\n"},
    "without-name": {"SKILL.md": "---\ndescription: About it.\n---\nText.\n"},
    "without-description": {"SKILL.md": "---\nname: without-description\n---\n# Heading\n\nAbout it.\n"},
    "without-frontmatter": {"SKILL.md": "# Heading\n\nAbout it.\n"},
    "with-byte-order-mark": {"SKILL.md": "\ufeff---\nname: with-byte-order-mark\ndescription: It.\n---\nText.\n"},
    "with-crlf": {"SKILL.md": "---\r\nname: with-crlf\r\ndescription: It.\r\n---\r\nText.\r\n"},
    _LONG: {"SKILL.md": f"---\nname: {_LONG}\ndescription: It.\n---\nText.\n"},
    "described-at-length": {"SKILL.md": f"---\nname: described-at-length\ndescription: {'word ' * 220}\n---\nText.\n"},
    "described-by-a-list": {"SKILL.md": "---\nname: described-by-a-list\ndescription: [one, two]\n---\nText.\n"},
    "described-by-nothing": {"SKILL.md": '---\nname: described-by-nothing\ndescription: ""\n---\nText.\n'},
    "with-other-metadata": {"SKILL.md": "---\nname: x\ndescription: It.\nmetadata: [one, 2]\n---\nText.\n"},
    "with-odd-metadata": {
        "SKILL.md": "---\nname: x\ndescription: It.\nmetadata:\n  short-description: [one]\n  2: {a: b}\n---\nText.\n"
    },
    "with-every-key": {
        "SKILL.md": "---\nname: with-every-key\ndescription: It.\nallowed-tools: Read, Bash(git:*)\ncolor: red\n"
        "model: opus\ndisable-model-invocation: true\nlicense: 3\ncompatibility: {a: b}\n---\nText.\n"
    },
    "without-text": {"SKILL.md": "---\nname: without-text\ndescription: It.\n---"},
    "with-odd-fences": {"SKILL.md": "---  \nname: with-odd-fences\ndescription: It.\n---  \n---\nText.\n"},
    "in-latin-1": {"SKILL.md": "---\nname: in-latin-1\ndescription: Gr\xf6\xdfe.\n---\nText.\n".encode("latin-1")},
    "with-skills-inside": {
        "SKILL.md": "---\nname: with-skills-inside\ndescription: It.\n---\nText.\n",
        "examples/SKILL.md": "---\nname: an-example\ndescription: Not for use.\n---\nText.\n",
        "templates/deeper/SKILL.md": "# Of no use\n",
    },
    "Größe Über Alles": {"SKILL.md": "---\nname: Größe\ndescription: It.\n---\nText.\n"},
    "for-people-only": {
        "SKILL.md": "---\nname: for-people-only\ndescription: It.\ndisable-model-invocation: true\n---\nText.\n",
        "agents/openai.yaml": "interface:\n  display_name: It\n",
    },
    "spelt-small": {"skill.md": "---\nname: spelt-small\ndescription: It.\n---\nText.\n"},
}
_AGENTS = {
    "with-tools-and-colour": "---\nname: with-tools-and-colour\ndescription: It.\ntools: Read, Bash(git:*), Nope\n"
    "color: red\nmodel: sonnet\n---\nYou read.\n",
    "with-tools-in-a-list": "---\nname: X Y\ndescription: 'Use: when'\ntools: [Read, Write]\nskills: a\n---\nWrite.\n",
    "with-quotes": "---\nname: with-quotes\ndescription: It says \"a\" and 'b' and \\n.\n---\n"
    "Say '''this''' or \"\"\"that\"\"\" or C:\\new\\\n",
    "without-tools": "---\nname: without-tools\ndescription: It.\ntools: []\n---\nYou think.\n",
    "with-odd-tools": "---\nname: with-odd-tools\ndescription: It.\ntools: {Read: true}\ndisallowedTools: [[Bash]]\n"
    "permissionMode: Plan\n---\nYou read.\n",
    "with-a-server": "---\nname: with-a-server\ndescription: It.\nmcpServers:\n  x: {command: [a, b], url: c}\n"
    "  y: {command: a}\n---\nYou ask.\n",
    "agent-without-frontmatter": "You read.\n",
    "agent-without-text": "---\nname: agent-without-text\ndescription: It.\n---\n",
    "Größe Über": "---\nname: Größe\ndescription: |\n  One: {\n  }\n  two\n---\nYou read.\n",
    "worker": "---\nname: worker\ndescription: A name that Codex has.\n---\nYou do everything.\n",
    "generalist": "---\nname: generalist\ndescription: A name that Gemini CLI has.\n---\nYou do everything.\n",
}
_COMMANDS = {
    "with-arguments": "---\ndescription: It.\nargument-hint: [file]\nallowed-tools: Bash(git:*)\n---\n"
    "Look at $ARGUMENTS, then $1 and $2.\n",
    "with-braces": "Write {{args}} and { this } and } that { and !{ls} and @{file} and !{ never closed.\n",
    "with-shell-and-files": "Branch: !`git status | awk '{print $1'`\nRead @README.md.\n",
    "with-quotes-of-all-kinds": "---\nname: \"with 'quotes'\"\ndescription: 'a: \"b\"'\n---\n"
    "Say \"\"\"this\"\"\" and '''that''' \\ \\u0041\n",
    "Größe Über": "---\ndescription: |\n  One\n  two\n---\nMeasure it.\n",
    "command-without-text": "---\ndescription: It.\n---\n",
    "plan": "---\ndescription: A name that Gemini CLI has.\n---\nPlan it.\n",
}
_RULES = {
    "with-imports": "# Heading\n\nAsk @somebody, type `@name`, or mail me@example.org.\n",
    "with-an-open-fence": "Do this:\n\n```sh\nls\n",
    "for-some-files": '---\npaths: ["src/**"]\n---\nKeep it small.\n',
}
_HOOKS = {
    "of-many-kinds": {
        "PreToolUse": [
            {
                "matcher": "Bash",
                "hooks": [{"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/check.sh", "timeout": 5}],
            },
            {"matcher": "Edit|Write|Nope", "hooks": [{"type": "command", "command": "true 1"}]},
            {"matcher": "mcp__.*", "hooks": [{"type": "command", "command": "true 2", "timeout": 1.5}]},
        ],
        "Stop": [{"hooks": [{"type": "command", "command": 'echo "{}" # é'}, {"type": "prompt", "prompt": "Done?"}]}],
        "Notification": [{"hooks": [{"type": "command", "command": "true 3"}]}],
        "SessionStart": [{"matcher": "", "hooks": [{"type": "command", "command": "true 4"}]}],
        "ConfigChange": [{"hooks": [{"type": "command", "command": "true 5"}]}],
    },
    "of-odd; names": {
        "PreToolUse": [
            {"matcher": matcher, "hooks": [{"type": "command", "command": f"true 7 {number}"}]}
            for number, matcher in enumerate(
                ["Bash, Edit", "Bash | Write", "^Task$|Bash", "Bash\\Z", "(?>Bash)", "[[]"]
            )
        ],
        "PostToolUse": [
            {
                "hooks": [
                    {"type": "mcp_tool", "server": "local", "tool": "t", "input": {"a": {"b": 1}}},
                    {"type": "mcp_tool", "server": "local", "tool": "u", "input": {"a": {"b": None}}},
                    {"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/check.sh", "timeout": 1e306},
                    {"type": "command", "command": "A=b", "args": ["echo"], "timeout": 0.0001},
                ]
            }
        ],
    },
    "with-an-odd-matcher": {"PreToolUse": [{"matcher": "Bash(", "hooks": [{"type": "command", "command": "true 6"}]}]},
}
_SERVERS: dict[str, object] = {
    "local": {
        "type": "stdio",
        "command": "true",
        "args": ["--a", "b c"],
        "env": {"A": "${B}", "C": "${D:-e}", "F": "g"},
    },
    "remote": {
        "type": "http",
        "url": "https://mcp.example.org/",
        "headers": {"Authorization": "Bearer ${TOKEN}", "X": "y"},
    },
    "streaming": {"type": "sse", "url": "https://mcp.example.org/sse", "headers": {"X-Key": "${KEY}"}},
    "Odd Name.1": {"command": "true", "timeout": 5000, "nonsense": True},
    "in-codexs-words": {
        "command": "true",
        "startup_timeout_sec": 9,
        "tool_timeout_sec": 0.5,
        "enabled_tools": ["a"],
        "disabled_tools": [1],
    },
    "in-geminis-words": {"httpUrl": "https://mcp.example.org/", "includeTools": ["a"], "excludeTools": ["b"]},
    "in-nobodys-words": {"command": "true", "startup_timeout_sec": -1, "tool_timeout_sec": "1", "enabled_tools": "a"},
}


def messy_artifacts() -> list[Artifact]:
    """One of each."""
    made = [_made(ArtifactType.SKILL, name, files) for name, files in _SKILLS.items()]
    texts = {ArtifactType.AGENT: _AGENTS, ArtifactType.COMMAND: _COMMANDS, ArtifactType.RULE: _RULES}
    made += [_made(kind, name, {"": text}) for kind, given in texts.items() for name, text in given.items()]
    for name, hooks in _HOOKS.items():
        files = {"hooks/hooks.json": json.dumps({"hooks": hooks}), "check.sh*": "#!/bin/sh\nexit 0\n"}
        made.append(_made(ArtifactType.HOOK, name, files))
    made += [_made(ArtifactType.MCP, name, {"": json.dumps(server)}) for name, server in _SERVERS.items()]
    return made


def _made(kind: ArtifactType, name: str, files: Files) -> Artifact:
    artifact: Artifact = ArtifactFactory(type=kind.value, name=name, files=files)
    return artifact
