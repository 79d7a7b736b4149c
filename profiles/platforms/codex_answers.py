"""What scripts for Claude Code hand back or ask for that Codex has not, seen from the words in them.

As the reader in @openai/codex 0.169.0 says it of each event: it calls the answer unsupported and goes on without it.
"""

import re
from collections.abc import Iterator

from profiles.platforms.claude_tools import is_everything
from profiles.platforms.definitions import Hook
from profiles.rendering import ContentFile, RenderWarning

# Between a key and its value, in JSON or in a program that makes it.
_SAYS = rb"[\s\"'\\:=]{1,16}"
_BEFORE = {
    "continue: false": re.compile(rb"\bcontinue(?=[^;\n]*[:=])" + _SAYS + rb"[Ff]alse\b"),
    "stopReason": re.compile(rb"\bstopReason\b"),
    "suppressOutput": re.compile(rb"\bsuppressOutput\b"),
}
_UNSUPPORTED = {
    "PreToolUse": {
        **_BEFORE,
        "permissionDecision: ask": re.compile(rb"\bpermissionDecision" + _SAYS + rb"ask\b"),
        "decision: approve": re.compile(rb"\bdecision" + _SAYS + rb"approve\b"),
    },
    "PermissionRequest": {
        **_BEFORE,
        "updatedInput": re.compile(rb"\bupdatedInput\b"),
        "updatedPermissions": re.compile(rb"\bupdatedPermissions\b"),
    },
    "PostToolUse": {
        "suppressOutput": _BEFORE["suppressOutput"],
        "updatedMCPToolOutput": re.compile(rb"\bupdatedMCPToolOutput\b"),
    },
}
PATCH = "For an edit Codex tells the hook its patch, in tool_input.command, and no file_path."


def unsupported_words(hook: Hook, files: tuple[ContentFile, ...]) -> Iterator[RenderWarning]:
    """A loss for each file that speaks, at an event of this hook, as Codex does not."""
    events = dict.fromkeys(group.event for group in hook.groups)
    sees_every_tool = any(each.event in _UNSUPPORTED and is_everything(each.matcher or "") for each in hook.groups)
    for file in files:
        for event in events:
            patterns = _UNSUPPORTED.get(event, {})
            if found := [words for words, pattern in patterns.items() if pattern.search(file.data)]:
                message = f"At {event} Codex takes no {' and no '.join(found)}; it goes on as if nothing were answered."
                yield RenderWarning(file.path, message)
        if sees_every_tool and b"file_path" in file.data:
            yield RenderWarning(file.path, PATCH)
