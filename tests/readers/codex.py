"""What Codex loads, as its own commands say.

- `app-server` (JSON-RPC) lists skills, hooks and MCP servers, and warns of files that it drops. A skill that is only
  used by name is listed like any other.
- `debug prompt-input` prints what the model would be sent: `AGENTS.md`, and the agents it may spawn.

Seen with 0.169.0: a `SKILL.md` anywhere below a skill is a skill of its own, unless a folder on the way is hidden. With
`--strict-config` it does not start where the project's `config.toml` has a field it does not know. An agent called like
one of its own takes that one's place.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from profiles.enums import ArtifactType
from tests.readers.programs import CODEX, Home, Loaded

_FIRST_OF_CODEX = "\ndefault: {\n"
_ABOUT_THE_MACHINE = "bubblewrap"


def load(home: Home) -> Loaded:
    """Everything Codex finds in the project."""
    answers, complaints = _ask(home)
    prompt = _prompt(home)
    instructions = _instructions(prompt)
    skills = [Path(each["path"]).relative_to(home.project).parent for each in _of(answers["skills/list"], "skills")]
    hooks = _of(answers["hooks/list"], "hooks")
    return Loaded.of(
        {
            ArtifactType.SKILL: ["/".join(path.parts[2:]) for path in skills if path.parts[0] == ".agents"],
            ArtifactType.COMMAND: ["/".join(path.parts[2:]) for path in skills if path.parts[0] == ".codex"],
            ArtifactType.AGENT: _agents(prompt),
            ArtifactType.RULE: SECTION.findall(instructions),
            ArtifactType.HOOK: [each.get("command") or each["tool"] for each in hooks],
            ArtifactType.MCP: list(answers["config/read"]["config"].get("mcp_servers") or {}),
        },
        instructions=instructions,
        complaints=complaints,
    )


SECTION = re.compile(r"^<!-- deployment-sets: begin (.+) -->$", re.MULTILINE)
_INSTRUCTIONS = re.compile(r"# AGENTS\.md instructions for .*?<INSTRUCTIONS>(.*)</INSTRUCTIONS>", re.DOTALL)
_ROLE = re.compile(r"^(\S.*): \{$", re.MULTILINE)


def _ask(home: Home) -> tuple[dict[str, Any], list[str]]:
    """What the server answers to each question, and what it complains about."""
    here = [str(home.project)]
    questions: list[tuple[str, dict[str, Any]]] = [
        ("initialize", {"clientInfo": {"name": "deployment-sets", "version": "1"}}),
        ("skills/list", {"cwds": here}),
        ("hooks/list", {"cwds": here}),
        ("config/read", {"cwd": here[0]}),
    ]
    first, *others = [{"id": method, "method": method, "params": given} for method, given in questions]
    heard = home.ask([CODEX, "app-server", "--strict-config"], [first, {"method": "initialized"}, *others])
    answers = {each["id"]: each["result"] for each in heard if "id" in each}
    warnings = [each["params"]["summary"] for each in heard if each.get("method") == "configWarning"]
    listed = [
        f"{problem}"
        for method, kinds in {"skills/list": ["errors"], "hooks/list": ["errors", "warnings"]}.items()
        for kind in kinds
        for problem in _of(answers[method], kind)
    ]
    return answers, [*(each for each in warnings if _ABOUT_THE_MACHINE not in each), *listed]


def _of(answer: dict[str, Any], kind: str) -> list[Any]:
    """What is listed for the project; what Codex brings along is left out."""
    (data,) = answer["data"]
    return [each for each in data[kind] if not (isinstance(each, dict) and each.get("scope") == "system")]


def _prompt(home: Home) -> list[Any]:
    done = home.run(CODEX, "debug", "prompt-input", "Hello")
    assert done.returncode == 0, done.stderr
    prompt = json.loads(done.stdout)
    assert isinstance(prompt, list)
    return prompt


def _instructions(prompt: list[Any]) -> str:
    texts = [part.get("text", "") for item in prompt for part in item.get("content", ())]
    return "".join(found[1] for text in texts if (found := _INSTRUCTIONS.fullmatch(text)))


def _agents(prompt: list[Any]) -> list[str]:
    """What the tool that starts an agent offers before what Codex brings along; with nothing else it does not ask."""
    (spawn,) = [tool["parameters"]["properties"] for tool in _tools(prompt) if tool["name"] == "spawn_agent"]
    offered: str = spawn.get("agent_type", {}).get("description", "")
    return _ROLE.findall(offered.partition(_FIRST_OF_CODEX)[0])


def _tools(part: Any) -> Iterator[dict[str, Any]]:
    """The functions among the tools, however deep they are grouped."""
    if isinstance(part, list):
        for each in part:
            yield from _tools(each)
    elif isinstance(part, dict):
        if part.get("type") == "function":
            yield part
        yield from _tools(part.get("tools", []))
