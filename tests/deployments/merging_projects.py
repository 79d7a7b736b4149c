"""Projects in which runs merge hooks and servers into files that a user wrote, for runs of every kind.

Each `make_…` gives a project just before one run; `assert_no_entry_names_a_missing_script` is what holds at any moment.
"""

import errno
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from unittest import mock

from artifacts.models import Artifact
from deployments.installer import changes, exchange
from deployments.installer.decisions import OnConflict
from deployments.services.reports import Report
from tests.deployments.busy_project import BusyProject, Picture, put_file
from tests.deployments.conftest import Desk
from tests.factories import give_version

SETTINGS = ".claude/settings.json"
SERVERS = ".mcp.json"
# As people keep them: no two indented alike, no line end at the end.
THEIR_SETTINGS = (
    b'{ "permissions": {"allow": ["Bash(ls)"]},\n     "hooks": {"Stop": [\n'
    b'  { "hooks": [ {"type":"command",  "command":"echo mine"} ] }\n ]},\n\t"env": {"A":   "1"}}'
)
THEIR_SERVERS = (
    b'{"mcpServers":\n   { "mine":{"command":"x"},\n    "same" : { "command": "same-server" },\n'
    b'        "other": {"command":"their-server"} } }\n'
)
_SCRIPT = "scripts/run.sh"


def make_hook(desk: Desk, name: str, text: str = "new") -> Artifact:
    """A hook with one handler and its script."""
    artifact = desk.artifact(f"hook:{name}", source_path="hooks/hooks.json")
    give_hook(artifact, text)
    return artifact


def give_hook(artifact: Artifact, text: str) -> None:
    """A version of a hook whose handler and script say `text`."""
    command = f"${{CLAUDE_PLUGIN_ROOT}}/{_SCRIPT} {text}"
    handlers = {"hooks": {"PostToolUse": [{"matcher": "Edit", "hooks": [{"type": "command", "command": command}]}]}}
    give_version(artifact, {"hooks/hooks.json": json.dumps(handlers), f"{_SCRIPT}*": f"echo {text}\n"})


def make_server(desk: Desk, name: str) -> Artifact:
    """An MCP server."""
    return desk.artifact(f"mcp:{name}", {"": json.dumps({"command": f"{name}-server"})})


def assert_no_entry_names_a_missing_script(now: Picture, *, but: tuple[str, ...] = ()) -> None:
    """Every script of ours that a handler in the settings runs is there, and can be run; those in `but` may lack."""
    if SETTINGS not in now:
        return
    groups = [group for groups in json.loads(now[SETTINGS][2]).get("hooks", {}).values() for group in groups]
    for command in (handler["command"] for group in groups for handler in group["hooks"]):
        if "${CLAUDE_PROJECT_DIR}" in command:
            script = command.replace('"', "").removeprefix("${CLAUDE_PROJECT_DIR}/").split()[0]
            if script.startswith(but):
                continue
            assert now.get(script, ("missing", 0, b""))[:2] == ("file", 0o755), script


def share_of(whole: Picture, artifact_id: str) -> list[object]:
    """What a hook or a server has in the shared files."""
    kind, _, name = artifact_id.partition(":")
    settings, servers = (json.loads(whole[path][2]) if path in whole else {} for path in (SETTINGS, SERVERS))
    match kind:
        case "hook":
            groups = [group for groups in settings.get("hooks", {}).values() for group in groups]
            return [group for group in groups if f"/hooks/{name}" in json.dumps(group)]
        case "mcp":
            return [server for key, server in servers.get("mcpServers", {}).items() if key == name]
    return []


def prepare_merging(desk: Desk) -> Callable[..., Report]:
    """Hooks of ours in a user's files; the deploy that brings an update, new entries, an overwritten and an adopted
    one, and prunes.
    """
    put_file(desk.folder / SETTINGS, THEIR_SETTINGS, 0o640)
    put_file(desk.folder / SERVERS, THEIR_SERVERS, 0o600)
    kept, leaving = make_hook(desk, "kept", "old"), make_hook(desk, "leaving")
    desk.deploy(kept, leaving, desk.artifact("agent:leaving", {"": "leaving"}))
    (desk.folder / ".claude/agents").chmod(0o711)
    (desk.folder / ".claude/agents/leaving.md").chmod(0o604)
    give_hook(kept, "new")
    servers = [make_server(desk, "same"), make_server(desk, "other")]
    return partial(desk.deploy, kept, make_hook(desk, "fresh"), *servers, on_conflict=OnConflict.OVERWRITE, prune=True)


def make_deploy(desk: Desk) -> BusyProject:
    """Before that deploy."""
    return BusyProject(desk, prepare_merging(desk))


def make_undo(desk: Desk) -> BusyProject:
    """Before it is undone."""
    prepare_merging(desk)()
    return BusyProject(desk, desk.undo, can_be_repeated=False)


def make_undeploy(desk: Desk) -> BusyProject:
    """Before everything it brought is taken out again."""
    prepare_merging(desk)()
    return BusyProject(desk, desk.undeploy)


def refusing_to_move(name: str) -> AbstractContextManager[object]:
    """Within the block, the disk refuses to move away what is called `name`, when a run first tries."""

    def place(source: exchange.Spot, target: exchange.Spot) -> None:
        if source.name == name:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), name)
        exchange.place(source, target)

    return mock.patch.object(changes, "place", place)


def make_failing(desk: Desk) -> BusyProject:
    """Before a deploy that fails at one of the last things it does; its entries were out by then."""
    deploy = prepare_merging(desk)

    def job() -> Report:
        with refusing_to_move("leaving"):
            return deploy()

    return BusyProject(desk, job, attempt=deploy)


def make_giving_up(desk: Desk) -> BusyProject:
    """Before a deploy that gives all up when it fails at one of the last things it does."""
    deploy = prepare_merging(desk)

    def job(*, atomic: bool = True) -> Report:
        with refusing_to_move("leaving.md"):
            return deploy(atomic=atomic)

    return BusyProject(desk, job, attempt=partial(job, atomic=False))


RUNS = {
    "deploy": make_deploy,
    "undo": make_undo,
    "undeploy": make_undeploy,
    "failing": make_failing,
    "giving up": make_giving_up,
}


def prepare_small(desk: Desk) -> Callable[..., Report]:
    """The settings of a user; the deploy of one hook into them, and of a server whose file there is not yet."""
    put_file(desk.folder / SETTINGS, THEIR_SETTINGS, 0o640)
    return partial(desk.deploy, make_hook(desk, "fresh"), make_server(desk, "docs"))


def make_small_deploy(desk: Desk) -> BusyProject:
    """Before that deploy."""
    return BusyProject(desk, prepare_small(desk))


def make_small_undo(desk: Desk) -> BusyProject:
    """Before it is undone."""
    prepare_small(desk)()
    return BusyProject(desk, desk.undo, can_be_repeated=False)


def make_small_undeploy(desk: Desk) -> BusyProject:
    """Before its hook and its server are taken out."""
    prepare_small(desk)()
    return BusyProject(desk, desk.undeploy)


SMALL_RUNS = {"deploy": make_small_deploy, "undo": make_small_undo, "undeploy": make_small_undeploy}
