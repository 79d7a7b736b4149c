"""The tools of Claude Code, and which of them a matcher of its hooks means. What others call them, each platform says.

Names as documented (https://code.claude.com/docs/en/tools-reference), with those of older versions, for which there
are still hooks and agents. Matchers as documented (https://code.claude.com/docs/en/hooks, matcher patterns): letters,
digits, `_`, `-`, blanks, `,` and `|` are names; anything else is a regular expression that is looked for in the name.
"""

import re
from fnmatch import fnmatchcase

# Those that neither change a file nor start what could.
READING = frozenset(
    {
        "AskUserQuestion",
        "BashOutput",
        "EnterPlanMode",
        "ExitPlanMode",
        "Glob",
        "Grep",
        "LS",
        "LSP",
        "ListMcpResourcesTool",
        "NotebookRead",
        "Read",
        "ReadMcpResourceTool",
        "TaskGet",
        "TaskList",
        "TaskOutput",
        "TodoWrite",
        "ToolSearch",
        "WebFetch",
        "WebSearch",
    }
)
TOOLS = READING | {
    "Agent",
    "Bash",
    "CronCreate",
    "CronDelete",
    "CronList",
    "Edit",
    "EnterWorktree",
    "ExitWorktree",
    "KillShell",
    "Monitor",
    "MultiEdit",
    "NotebookEdit",
    "PowerShell",
    "SendMessage",
    "Skill",
    "SlashCommand",
    "Task",
    "TaskCreate",
    "TaskStop",
    "TaskUpdate",
    "Write",
}
# Those of older versions, which an expression means only where it names them.
_OLDER = frozenset({"BashOutput", "KillShell", "LS", "MultiEdit", "NotebookRead", "SlashCommand"})
# Two names that have nothing in common but what all such names have.
_ANY_SERVERS_TOOLS = ("mcp__a__b", "mcp__C-1__D_2")
_LIST = re.compile(r"[\w\s|,-]+")
# The expressions whose meaning nobody can doubt: words and `.*`, anchors, and one group of them in each alternative.
_PART = re.compile(r"\^?[\w-]*(?:\.[*+][\w-]*)*\$?", re.ASCII)
_ALTERNATIVE = re.compile(r"(?P<before>[^()|]*)(?:\((?:\?:)?(?P<group>[^()]*)\)(?P<after>[^()|]*))?")
_LONGEST = 1000


def is_everything(matcher: str) -> bool:
    """Whether it limits nothing: it is blank, `*`, or an expression that any tool answers to."""
    if matcher.strip() in ("", "*"):
        return True
    parts = [] if is_list(matcher) else [_glob(part) for part in _parts(matcher)]
    return all(any(fnmatchcase(tool, part) for part in parts) for tool in (*TOOLS, *_ANY_SERVERS_TOOLS))


def is_list(matcher: str) -> bool:
    """Whether it lists names, rather than being an expression."""
    return len(matcher) <= _LONGEST and _LIST.fullmatch(matcher) is not None


def words_in(matcher: str) -> list[str]:
    """The words it lists, or those that its expression looks for, `.*` among them.

    There are none of an expression that is not made of words, `.*`, `|`, anchors and plain brackets alone: what it
    means is not sure to be the same for every reader, and a stranger's expression is not tried.
    """
    words = re.split("[|,]", matcher) if is_list(matcher) else (part.strip("^$") for part in _parts(matcher))
    return list(dict.fromkeys(word for each in words if (word := each.strip())))


def names_in(matcher: str) -> list[str]:
    """What a matcher means: the names it lists, or the tools that its expression is found in, those it names first.

    A word that means no tool of Claude Code's own is answered as it is written, `mcp__memory__.*`: tools of MCP
    servers are not known here. There are none where `words_in` has none.
    """
    if is_list(matcher):
        return words_in(matcher)
    able = [name for name in TOOLS if name not in _OLDER or name in matcher]
    found: dict[str, None] = {}
    for part in _parts(matcher):
        tools = [name for name in able if fnmatchcase(name, _glob(part))]
        found.update(dict.fromkeys(tools or filter(None, [part.strip("^$")])))
    return sorted(found, key=lambda name: (name not in matcher, matcher.find(name), name))


def unreadable(label: str) -> str:
    """What to say of a matcher that has no words, to those who use the platform called `label`."""
    return (
        f"{label} may not read this expression as Claude Code does. Sure to mean the same are names parted by |, "
        "with .* in them."
    )


def bare_name(tool: str) -> str:
    """The name of a tool without what may limit it: `Bash` of `Bash(git *)`."""
    return tool.partition("(")[0].strip()


def _parts(matcher: str) -> list[str]:
    """The alternatives of an expression, each without brackets; none if it is not of the simple kind."""
    matcher = matcher.strip()
    found: dict[str, None] = {}
    end = -1
    while end < len(matcher) <= _LONGEST:
        match = _ALTERNATIVE.match(matcher, end + 1)
        if match is None or matcher[match.end() : match.end() + 1] not in ("", "|"):
            return []
        end = match.end()
        before, after = match["before"], match["after"] or ""
        for inner in (match["group"] or "").split("|"):
            if not all(map(_PART.fullmatch, (before, inner, after, part := before + inner + after))):
                return []
            found[part] = None
    return list(found) if sum(map(len, found)) <= _LONGEST else []


def _glob(part: str) -> str:
    """An alternative as a pattern that is compared with the whole name, in a time that nobody can make long."""
    start = "" if part.startswith("^") else "*"
    end = "" if part.endswith("$") else "*"
    return start + part.strip("^$").replace(".*", "*").replace(".+", "?*") + end
