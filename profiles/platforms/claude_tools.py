"""The tools of Claude Code, and which of them a matcher of its hooks means. What others call them, each platform says.

Names as documented (https://code.claude.com/docs/en/tools-reference), with those of older versions, for which there
are still hooks and agents. Matchers as documented (https://code.claude.com/docs/en/hooks, matcher patterns): letters,
digits, `_`, `-`, blanks, `,` and `|` are names; anything else is a regular expression that is looked for in the name.
"""

import re
from warnings import catch_warnings

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
# Those that change files themselves, or run what can.
WRITING = frozenset({"Bash", "Edit", "Monitor", "MultiEdit", "NotebookEdit", "PowerShell", "Write"})
TOOLS = (
    READING
    | WRITING
    | {
        "Agent",
        "CronCreate",
        "CronDelete",
        "CronList",
        "EnterWorktree",
        "ExitWorktree",
        "KillShell",
        "SendMessage",
        "Skill",
        "SlashCommand",
        "Task",
        "TaskCreate",
        "TaskStop",
        "TaskUpdate",
    }
)
_EVERYTHING = frozenset({"", "*", ".*", ".+"})
_LIST = re.compile(r"[\w\s|,-]+")
_SERVER_TOOLS = re.compile(r"mcp__[\w.*+-]*")
_LONGEST = 1000


def is_everything(matcher: str) -> bool:
    """Whether it limits nothing."""
    return matcher.strip() in _EVERYTHING


def is_list(matcher: str) -> bool:
    """Whether it lists names, rather than being an expression."""
    return _LIST.fullmatch(matcher) is not None


def names_in(matcher: str) -> list[str]:
    """What a matcher means: the names it lists, or the tools that its expression is found in.

    Tools of MCP servers are not known here: of an expression, what it says of them is answered as it is written,
    `mcp__memory__.*`. An expression that cannot be read means nothing.
    """
    if is_list(matcher):
        return list(dict.fromkeys(name for part in re.split("[|,]", matcher) if (name := part.strip())))
    return [*_found_in(matcher), *dict.fromkeys(_SERVER_TOOLS.findall(matcher))]


def bare_name(tool: str) -> str:
    """The name of a tool without what may limit it: `Bash` of `Bash(git *)`."""
    return tool.partition("(")[0].strip()


def as_expression(matcher: str) -> re.Pattern[str] | None:
    """The expression that a matcher is, by Python's rules, which are close to those of the readers; None for none."""
    if len(matcher) > _LONGEST:
        return None
    try:
        # What another kind of expression may come to mean is no concern here.
        with catch_warnings(action="ignore"):
            return re.compile(matcher)
    except (re.error, OverflowError, RecursionError):
        return None


def _found_in(matcher: str) -> list[str]:
    pattern = as_expression(matcher)
    return [name for name in sorted(TOOLS) if pattern.search(name)] if pattern else []
