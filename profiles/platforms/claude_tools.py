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
_SERVER_TOOLS = re.compile(r"mcp__[\w.*+-]*")
_LONGEST = 1000


def is_everything(matcher: str) -> bool:
    """Whether it limits nothing: it is blank, `*`, or an expression that any tool answers to."""
    matcher = matcher.strip()
    if matcher in ("", "*"):
        return True
    expression = None if is_list(matcher) else as_expression(matcher)
    return expression is not None and all(map(expression.search, (*TOOLS, *_ANY_SERVERS_TOOLS)))


def is_list(matcher: str) -> bool:
    """Whether it lists names, rather than being an expression."""
    return _LIST.fullmatch(matcher) is not None


def listed(matcher: str) -> list[str]:
    """The names in a list of them."""
    return list(dict.fromkeys(name for part in re.split("[|,]", matcher) if (name := part.strip())))


def names_in(matcher: str) -> list[str]:
    """What a matcher means: the names it lists, or the tools that its expression is found in, those it names first.

    Tools of MCP servers are not known here: of an expression, what it says of them is answered as it is written,
    `mcp__memory__.*`. An expression that cannot be read means no tool of Claude Code's own.
    """
    if is_list(matcher):
        return listed(matcher)
    expression = as_expression(matcher)
    able = [name for name in TOOLS if name not in _OLDER or name in matcher]
    tools = [name for name in able if expression.search(name)] if expression else []
    found = dict.fromkeys((*tools, *_SERVER_TOOLS.findall(matcher)))
    return sorted(found, key=lambda name: (name not in matcher, matcher.find(name), name))


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
