"""Gemini CLI's agents: a Markdown file whose frontmatter holds what the reader knows and nothing else.

Keys as docs/core/subagents.md of google-gemini/gemini-cli has them, and as the reader in the npm package
@google/gemini-cli 0.61.0 checks them: a key, type or tool name it does not know makes it refuse the whole agent
(agents/agentLoader.js), and so does, once it runs, a `${word}` in its text (agents/utils.js).
"""

import re
from collections.abc import Iterator, Mapping

from profiles.entries import Value
from profiles.platforms.agents import known_as, misread
from profiles.platforms.claude_tools import TOOLS as CLAUDE_TOOLS
from profiles.platforms.claude_tools import bare_name
from profiles.platforms.gemini_servers import translated_server
from profiles.platforms.gemini_tools import EVERY_SERVERS_TOOLS, TOOLS, server_name, tool_name
from profiles.platforms.markdown_file import MarkdownFile, description_of
from profiles.platforms.names import ascii_name
from profiles.platforms.prose import shortened
from profiles.platforms.translated import render_text
from profiles.platforms.yaml_text import quoted_frontmatter
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported, Warnings
from projects.paths import MAX_NAME_LENGTH, PathError, file_name

# An agent of Gemini CLI calls no other agents, and is never given the tool for it.
_NOT_FOR_AGENTS = "invoke_agent"
# It ignores an agent of a project that is called like one of these.
_OWN_AGENTS = ("browser_agent", "cli_help", "codebase_investigator", "generalist")
_FILLED_IN = re.compile(r"\$\{(\w+)\}(\w?)", re.ASCII)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_LONGEST_NUMBER = 9
_SERVER_KEYS = {"httpUrl": "http_url", "includeTools": "include_tools", "excludeTools": "exclude_tools"}
_SERVER_KEYS_IN_SETTINGS = {written: key for key, written in _SERVER_KEYS.items()}
_TEMPERATURE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,9})?", re.ASCII)
# Fields of an agent that Claude Code has not.
_OWN = frozenset({"display_name", "kind", "max_turns", "mcp_servers", "readonly", "temperature", "timeout_mins"})
_DROPPED = {
    "background": "Gemini CLI decides itself whether an agent runs in the background.",
    "effort": "Gemini CLI sets no effort for an agent.",
    "hooks": "Gemini CLI has no hooks of an agent; deploy them as a hook.",
    "initialPrompt": "Gemini CLI has no first prompt of an agent.",
    "isolation": "Gemini CLI runs agents in the project itself.",
    "memory": "Gemini CLI keeps no memory of an agent.",
    "permissionMode": "Gemini CLI has no permission mode of an agent; that of the conversation holds.",
    "readonly": "Gemini CLI has no agents that only read but by their tools; list those in 'tools'.",
    "skills": "Gemini CLI loads no skills into an agent beforehand.",
}


def render_agent(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The agent with the keys and tools that Gemini CLI has, in a file of its name.

    Raises PathError for names nothing can be made of.
    """
    # The reader takes no file whose name begins with an underscore.
    slug = ascii_name(content.name, "a-z0-9_", edges="-_", is_small=True)[:MAX_NAME_LENGTH]
    name = f"project-{slug}" if slug in _OWN_AGENTS else slug

    def write(file: MarkdownFile, warnings: Warnings) -> str:
        if name != slug:
            message = f"Gemini CLI has an agent {slug} itself and ignores others of the name; it is written as {name}."
            warnings.loss("name", message)
        elif name != content.name:
            message = f"Gemini CLI takes small letters, digits, '-' and '_' in it; it is written as {name}."
            warnings.note("name", message)
        warnings.add(*known_as(file, content.name, name, "Gemini CLI"))
        fields = _fields(file, name, warnings)
        return f"{quoted_frontmatter(fields)}\n{_text(file.body.strip('\n'), warnings)}\n"

    return render_text(content, layout, f"{file_name(name)}.md", write)


def _fields(file: MarkdownFile, name: str, warnings: Warnings) -> dict[str, object]:
    fields: dict[str, object] = {"name": name, "description": description_of(file, name)}
    if file.text("display_name"):
        fields["display_name"] = file.text("display_name")
    tools = _tools(file, warnings)
    if tools is not None:
        fields["tools"] = tools
    if servers := _servers(file, warnings):
        fields["mcp_servers"] = servers
    fields.update(_model(file, warnings))
    fields.update(_numbers(file, warnings))
    warnings.add(*file.dropped(_DROPPED))
    warnings.add(*misread(file, "Gemini CLI", own=_OWN))
    return fields


def _tools(file: MarkdownFile, warnings: Warnings) -> list[str] | None:
    """The tools the agent is limited to; None for all. Never more than the artifact grants."""
    denied = _denied(file, warnings)
    if file.says("tools"):
        granted = _granted(file.items("tools"), warnings)
    elif denied:
        granted = [*(each for each in TOOLS if each != _NOT_FOR_AGENTS), EVERY_SERVERS_TOOLS]
        message = "Gemini CLI takes no tools away from an agent; the tools that are left are written as 'tools'."
        warnings.note("disallowedTools", message)
    else:
        return None
    left = [tool for tool in granted if denied.isdisjoint(_with_it(tool))]
    partly_denied = {each for tool in denied for each in _with_it(tool)}
    kept = [tool for tool in left if tool not in partly_denied]
    if kept != left:
        message = "Gemini CLI cannot leave out single tools of a server; the agent gets none that come with them."
        warnings.loss("disallowedTools", message)
    return kept


def _with_it(tool: str) -> Iterator[str]:
    """What grants or denies `tool`: itself, what stands for its server's tools, and what stands for all."""
    yield from (tool, "*")
    if tool.startswith("mcp_"):
        # No underscore is in the name of a server.
        yield from (EVERY_SERVERS_TOOLS, f"mcp_{tool.split('_')[1]}_*")


def _granted(names: list[str], warnings: Warnings) -> list[str]:
    found = {name: tool_name(name) for name in names}
    usable = [tool for tool in found.values() if tool and tool != _NOT_FOR_AGENTS]
    lost = [name for name, tool in found.items() if not tool or tool == _NOT_FOR_AGENTS]
    if lost:
        end = "" if usable else " The agent gets no tools at all, as without a list it would get every one."
        message = f"Gemini CLI has nothing for {', '.join(lost)} in an agent, whole tools being all it grants.{end}"
        warnings.loss("tools", message)
    return list(dict.fromkeys(usable))


def _denied(file: MarkdownFile, warnings: Warnings) -> set[str]:
    denied = set()
    for name in file.items("disallowedTools"):
        bare = bare_name(name)
        tool = tool_name(bare)
        if tool and bare != name:
            message = f"Gemini CLI denies whole tools only; for {name} the agent does without {tool}."
            warnings.loss("disallowedTools", message)
        if tool:
            denied.add(tool)
        is_pattern = bare != "*" and "*" in bare.removesuffix("__*")
        # What Gemini CLI has not, it need not deny.
        if is_pattern or not (tool or bare in CLAUDE_TOOLS):
            warnings.loss("disallowedTools", f"Gemini CLI knows no tool {shortened(name)} to take away.")
    return denied


def _model(file: MarkdownFile, warnings: Warnings) -> Mapping[str, object]:
    model = file.text("model")
    if model.startswith("gemini-"):
        return {"model": model}
    if file.says("model"):
        message = f"Gemini CLI has no model {model or 'like this'}; the agent runs with that of the conversation."
        warnings.loss("model", message)
    return {}


def _numbers(file: MarkdownFile, warnings: Warnings) -> Iterator[tuple[str, object]]:
    for given, key in {"maxTurns": "max_turns", "max_turns": "max_turns", "timeout_mins": "timeout_mins"}.items():
        text = file.text(given)
        if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER and int(text) > 0:
            if given != key:
                warnings.note(given, f"Gemini CLI calls it {key}.")
            yield key, int(text)
        else:
            warnings.add(*file.dropped({given: "It is no number above zero; it is left out."}))
    if _TEMPERATURE.fullmatch(file.text("temperature")):
        yield "temperature", float(file.text("temperature"))
    else:
        warnings.add(*file.dropped({"temperature": "It is no number; it is left out."}))


def _servers(file: MarkdownFile, warnings: Warnings) -> dict[str, object]:
    """The servers that the agent defines for itself; those it names are the project's, which it has anyway."""
    servers: dict[str, object] = {}
    for field in ("mcpServers", "mcp_servers"):
        servers.update(_servers_in(field, file, warnings))
    return servers


def _servers_in(field: str, file: MarkdownFile, warnings: Warnings) -> dict[str, object]:
    servers: dict[str, object] = {}
    for name, definition in _definitions(file.fields.get(field)):
        place = f"{field}.{name}"
        if definition is None:
            message = "Gemini CLI gives an agent the project's servers as far as its tools go; it is not named."
            warnings.note(place, message)
            continue
        value, losses = _server(definition)
        warnings.add(*(RenderWarning(f"{place}.{each.field}", each.message, each.is_loss) for each in losses))
        try:
            key = server_name(name)
        except PathError as error:
            warnings.loss(place, f"{error} It is left out.")
            continue
        if value:
            servers[key] = {_SERVER_KEYS.get(each, each): inner for each, inner in value.items()}
        else:
            warnings.loss(place, "Gemini CLI cannot start it; it is left out.")
    return servers


def _definitions(value: object) -> Iterator[tuple[str, Mapping[str, Value] | None]]:
    match value:
        case str():
            yield from ((name.strip(), None) for name in value.split(",") if name.strip())
        case list():
            for each in value:
                yield from _definitions(each)
        case dict():
            yield from ((name, each if isinstance(each, dict) else None) for name, each in value.items())


def _server(definition: Mapping[str, Value]) -> tuple[Mapping[str, Value], list[RenderWarning]]:
    """The definition in Gemini CLI's keys; nothing where there is none."""
    definition = {_SERVER_KEYS_IN_SETTINGS.get(key, key): value for key, value in definition.items()}
    if not any(isinstance(definition.get(key), str) for key in ("command", "url", "httpUrl", "serverUrl")):
        return {}, []
    timeout = definition.get("timeout")
    if isinstance(timeout, str) and timeout.isascii() and timeout.isdigit() and len(timeout) <= _LONGEST_NUMBER:
        definition = {**definition, "timeout": int(timeout)}
    answer = translated_server(definition)
    return ({}, [RenderWarning("type", answer.reason)]) if isinstance(answer, Unsupported) else answer


def _text(body: str, warnings: Warnings) -> str:
    """`body` without anything that Gemini CLI would want to fill in."""

    def written(match: re.Match[str]) -> str:
        name, after = match.groups()
        is_variable = _VARIABLE.fullmatch(name) is not None and not after
        word = f"${name}" if is_variable else f"${{ {name} }}"
        message = f"Gemini CLI would stop at it, wanting a value for it; it is written as {word}."
        warnings.note(f"${{{name}}}", message)
        return f"{word}{after}"

    return _FILLED_IN.sub(written, body)
