"""What `manage.py import_collection` says about an import."""

import io
import json
import shlex
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from artifacts.models import Artifact, Collection
from artifacts.services.importing import import_collection
from tests.artifacts.sources import agent, git_repository, labels, plugin, skill, write_files

pytestmark = pytest.mark.django_db


def printed(*arguments: str) -> list[str]:
    """The lines of the report, whether the import fails or not."""
    output = io.StringIO()
    try:
        call_command("import_collection", *arguments, stdout=output, stderr=io.StringIO(), no_color=True)
    except CommandError as failure:
        assert failure.returncode == 1
    return output.getvalue().splitlines()


def section(lines: list[str], heading: str) -> list[str]:
    """What stands below the heading that begins so."""
    start = next((number for number, line in enumerate(lines) if line.startswith(heading)), len(lines))
    found = []
    for line in lines[start + 1 :]:
        if not line.startswith("  "):
            break
        found.append(line.strip())
    return found


def heading(lines: list[str], words: str) -> str:
    return next(line for line in lines if line.startswith(words))


def test_flags_are_listed_with_their_files(source: Path) -> None:
    server = {"command": "x", "env": {"TOKEN": "hunter2-hunter2"}}
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": plugin("p"),
            "p/skills/x/SKILL.md": skill("x"),
            "p/skills/x/notes.md": "a\u202eb",
            "p/hooks/hooks.json": '{"hooks": {"Stop": []}}',
            "p/hooks/run.sh": "# \u200b\u200b",
            "commands/fine.md": "Fine.",
            ".mcp.json": json.dumps({"s": server}),
        },
    )
    lines = printed(str(source))
    assert heading(lines, "Look at these before you deploy") == "Look at these before you deploy (3)"
    found = section(lines, "Look at these before you deploy")
    assert [line.partition(": ")[0] for line in found] == [
        "p/skills/x/notes.md (skill:x (p))",
        "p/hooks/run.sh (hook:p (p))",
        ".mcp.json (mcp:s)",
    ]
    assert "bidirectional control characters" in found[0]
    assert "env.TOKEN" in found[2]
    assert "hunter2" not in "\n".join(lines)


def test_flags_are_listed_again_though_nothing_has_changed(source: Path) -> None:
    write_files(source, {"rules/x.md": "a\u202eb"})
    printed(str(source))
    lines = printed(str(source))
    assert "  Nothing has changed since the last import." in lines
    assert len(section(lines, "Look at these before you deploy")) == 1


def test_flags_are_kept_in_the_report(source: Path) -> None:
    write_files(source, {"rules/x.md": "a\u202eb"})
    report = import_collection(source=str(source)).report
    (flag,) = report["flags"]
    assert (flag["artifact"], flag["file"], flag["code"]) == ("rule:x", "rules/x.md", "bidi-control")
    assert report["counts"]["flags"] == 1
    assert flag["detail"] == Artifact.objects.get().flags[0]["detail"]


def test_nothing_to_look_at_has_no_heading(source: Path) -> None:
    write_files(source, {"rules/x.md": "Fine."})
    assert "Look at these" not in "\n".join(printed(str(source)))


def test_what_became_of_each_artifact_is_named(source: Path) -> None:
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": plugin("p"),
            "p/agents/critic.md": agent("critic"),
            "commands/leaves.md": "1",
            "commands/changes.md": "1",
            "commands/stays.md": "1",
            "hooks/hooks.json": '{"hooks": {"Stop": []}}',
        },
    )
    lines = printed(str(source))
    assert sorted(section(lines, "Added (5)")) == [
        "agent:critic (p)",
        "command:changes",
        "command:leaves",
        "command:stays",
        "hook:hooks",
    ]
    (source / "commands/leaves.md").unlink()
    write_files(source, {"commands/changes.md": "2", "hooks/hooks.json": "{"})
    lines = printed(str(source))
    assert section(lines, "Updated (1)") == ["command:changes"]
    assert section(lines, "Gone (1: no longer found") == ["command:leaves"]
    assert section(lines, "Kept (1: their files are there but cannot be read") == ["hook:hooks"]
    assert section(lines, "Added") == []
    write_files(source, {"commands/leaves.md": "1"})
    assert section(printed(str(source)), "Returned (1: gone before") == ["command:leaves"]


def test_a_renamed_artifact_is_gone_and_added(source: Path) -> None:
    write_files(source, {"rules/old.md": "1", "rules/leaves.md": "1"})
    printed(str(source))
    (source / "rules/leaves.md").unlink()
    assert "renamed" not in heading(printed(str(source)), "Gone")
    (source / "rules/old.md").rename(source / "rules/new.md")
    lines = printed(str(source))
    assert section(lines, "Added (1)") == ["rule:new"]
    assert section(lines, "Gone (1") == ["rule:old"]
    assert "renamed" in heading(lines, "Gone")


def test_a_long_list_is_cut_and_says_so(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(source, {f"rules/r{n:03}.md": "1" for n in range(60)})
    found = section(printed(str(source)), "Added (60)")
    assert (len(found), found[-1]) == (41, "and 20 more")
    monkeypatch.setattr("artifacts.importing.report.MOST_ROWS", 30)
    write_files(source, {f"agents/n{n:03}.md": "No agent." for n in range(50)})
    lines = printed(str(source))
    assert heading(lines, "Not imported").endswith("(50 remarks on 50 files)")
    assert section(lines, "Not imported")[-1] == "and 20 more"


def test_its_figures_say_what_they_count(source: Path) -> None:
    write_files(
        source,
        {
            "skills/big/SKILL.md": skill("big"),
            "skills/big/skill.md": "Lower.",
            ".mcp.json": '{"one": {}, "two": {}, "good": {"command": "x"}}',
            "agents/empty.md": "",
            "p/.claude-plugin/plugin.json": plugin("p"),
            "p/rules/r.md": "R.",
        },
    )
    lines = printed(str(source))
    assert "  1 MCP server, 1 rule, 1 skill; 1 group" in lines
    assert "  6 files: 3 in artifacts, 1 manifest, 2 not imported, 0 suggested, 0 other" in lines
    assert heading(lines, "Not imported") == "Not imported, in whole or in part (4 remarks on 3 files)"
    assert "agents/empty.md: It is empty." in section(lines, "Not imported")


def test_one_of_a_thing_is_not_many(source: Path) -> None:
    write_files(source, {"skill.md": "Not one.", "agents/empty.md": ""})
    lines = printed(str(source))
    assert heading(lines, "Not imported") == "Not imported, in whole or in part (1 remark on 1 file)"
    (source / "skill.md").unlink()
    assert "  1 file: 0 in artifacts, 0 manifests, 1 not imported, 0 suggested, 0 other" in printed(str(source))


def test_the_hint_needs_only_the_new_mappings(source: Path) -> None:
    write_files(source, {"tools/a.md": "A.", "texts/b.md": "B.", "texts/c.md": "C."})
    printed(str(source), "--map", "tools/*.md=command")
    lines = printed(str(source))
    assert "  Mappings kept with it: tools/*.md=command" in lines
    assert lines[-1] == f"  manage.py import_collection {source} --map 'texts/*.md=command'"
    printed(*shlex.split(lines[-1])[2:])
    assert labels() == ["command:a", "command:b", "command:c"]


def test_the_hint_names_the_ref_that_was_looked_at(source: Path, settings: Settings) -> None:
    settings.IMPORT_GIT_PROTOCOLS = ["file"]
    repository = git_repository(source / "tools.git", {"skills/x/SKILL.md": skill("x"), "more/a.md": agent("a")})
    lines = printed(f"file://{repository}", "--ref", "main")
    assert lines[-1].startswith(f"  manage.py import_collection file://{repository} --ref main --map ")


def test_after_a_failure_the_hint_repeats_what_was_not_kept(source: Path) -> None:
    write_files(source, {"tools/a.md": "A."})
    lines = printed(str(source), "--name", "My own", "--map", "toolz/*.md=rule")
    assert lines[0] == "Collection My own: nothing imported"
    assert not any("Artifacts:" in line or "Mappings" in line for line in lines)
    printed(*shlex.split(lines[-1])[2:])
    assert labels() == ["command:a"]
    assert Collection.objects.get().name == "My own"
    assert Collection.objects.get().mappings == ["toolz/*.md=rule", "tools/*.md=command"]


def test_names_cannot_make_a_terminal_do_anything(source: Path) -> None:
    write_files(source, {"rules/a\u202eb.md": "A."})
    assert section(printed(str(source)), "Added") == ["rule:a\\u202eb"]
