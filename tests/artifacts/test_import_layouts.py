"""What an import understands without being told."""

import json
from pathlib import Path

import pytest

from artifacts.exceptions import ImportFailedError
from artifacts.manifests import Manifest
from artifacts.models import Artifact, ArtifactGroup
from artifacts.services.blobs import load_blobs
from artifacts.services.importing import import_collection
from profiles.enums import ArtifactType
from tests.artifacts.sources import agent, labels, notes, plugin, refusals, skill, write_files

pytestmark = pytest.mark.django_db

HOOKS = json.dumps(
    {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/scripts/done.sh"}]}]}}
)


def contents(artifact: Artifact) -> dict[str, tuple[bytes, bool]]:
    """Bytes and executable bit by path."""
    assert artifact.version is not None
    manifest = Manifest.decode(bytes(artifact.version.manifest.data))
    blobs = load_blobs({file.sha256 for file in manifest.files})
    return {file.path: (blobs[file.sha256], file.executable) for file in manifest.files}


def members(name: str) -> list[str]:
    return [row.artifact.artifact_id for row in ArtifactGroup.objects.get(name=name).memberships.order_by("position")]


def test_it_takes_every_type_from_a_plain_layout(source: Path) -> None:
    write_files(
        source,
        {
            "skills/pdf/SKILL.md": skill("pdf"),
            "commands/git/tidy.md": "Tidy up.",
            "agents/critic.md": agent("critic"),
            "rules/words.md": "# Words",
            "hooks/hooks.json": HOOKS,
            ".mcp.json": '{"mcpServers": {"github": {"url": "https://x.example"}, "files": {"command": "files"}}}',
        },
    )
    done = import_collection(source=str(source))
    assert labels() == [
        "agent:critic",
        "command:tidy",
        "hook:hooks",
        "mcp:files",
        "mcp:github",
        "rule:words",
        "skill:pdf",
    ]
    assert done.state == "done"
    assert done.report["counts"]["added"] == 7


def test_it_takes_the_same_below_the_claude_folder(source: Path) -> None:
    write_files(
        source,
        {
            ".claude/skills/pdf/SKILL.md": skill("pdf"),
            ".claude/commands/tidy.md": "Tidy up.",
            ".claude/agents/critic.md": agent("critic"),
            ".claude/rules/words.md": "# Words",
        },
    )
    import_collection(source=str(source))
    assert labels() == ["agent:critic", "command:tidy", "rule:words", "skill:pdf"]


def test_it_takes_hooks_from_the_settings_with_their_scripts_and_nothing_else(source: Path) -> None:
    command = '"$CLAUDE_PROJECT_DIR"/.claude/hooks/check.sh'
    hooks = {"Stop": [{"hooks": [{"type": "command", "command": command}]}]}
    write_files(
        source,
        {
            ".claude/settings.json": json.dumps({"env": {"KEY": "private"}, "hooks": hooks}),
            ".claude/hooks/check.sh*": "#!/bin/sh\n",
        },
    )
    import_collection(source=str(source))
    found = contents(Artifact.objects.get(type="hook"))
    assert found.keys() == {".claude/settings.json", ".claude/hooks/check.sh"}
    assert found[".claude/hooks/check.sh"][1]
    assert json.loads(found[".claude/settings.json"][0]) == {"hooks": hooks}


def test_a_skill_keeps_every_file_and_executable_bit(source: Path) -> None:
    picture = bytes(range(256))
    write_files(
        source,
        {
            "skills/pdf/SKILL.md": skill("pdf"),
            "skills/pdf/scripts/run.sh*": "#!/bin/sh\r\n",
            "skills/pdf/assets/picture.png": picture,
            "skills/pdf/examples/SKILL.md": "An example that belongs to the skill.",
        },
    )
    import_collection(source=str(source))
    assert labels() == ["skill:pdf"]
    assert contents(Artifact.objects.get()) == {
        "SKILL.md": (skill("pdf").encode(), False),
        "scripts/run.sh": (b"#!/bin/sh\r\n", True),
        "assets/picture.png": (picture, False),
        "examples/SKILL.md": (b"An example that belongs to the skill.", False),
    }


def test_an_artifact_remembers_its_description_and_where_it_lay(source: Path) -> None:
    write_files(source, {"plugins/docs/.claude-plugin/plugin.json": plugin("docs"),
                         "plugins/docs/skills/pdf/SKILL.md": skill("pdf")})  # fmt: skip
    import_collection(source=str(source))
    artifact = Artifact.objects.get()
    assert artifact.description == "About pdf."
    assert artifact.source_path == "plugins/docs/skills/pdf"
    assert artifact.plugin_path == "plugins/docs"
    assert artifact.target_platforms is None


def test_a_plugin_is_a_namespace_and_becomes_a_group(source: Path) -> None:
    write_files(
        source,
        {
            "a/.claude-plugin/plugin.json": plugin("docs"),
            "a/skills/pdf/SKILL.md": skill("pdf"),
            "a/commands/tidy.md": "Tidy up.",
            "b/.claude-plugin/plugin.json": plugin("papers"),
            "b/skills/pdf/SKILL.md": skill("pdf"),
            "skills/pdf/SKILL.md": skill("pdf"),
        },
    )
    import_collection(source=str(source))
    assert labels() == ["skill:pdf", "docs/command:tidy", "docs/skill:pdf", "papers/skill:pdf"]
    assert members("docs") == ["skill:pdf", "command:tidy"]
    assert ArtifactGroup.objects.get(name="docs").description == "About docs"
    assert not Artifact.objects.get(namespace="", name="pdf").groups.exists()


def test_a_plugin_at_the_top_owns_the_plain_layout(source: Path) -> None:
    write_files(source, {".claude-plugin/plugin.json": plugin("docs"), "skills/pdf/SKILL.md": skill("pdf")})
    import_collection(source=str(source))
    assert labels() == ["docs/skill:pdf"]


def test_listed_commands_and_agents_replace_the_default_folders_and_keep_their_order(source: Path) -> None:
    manifest = {"name": "p", "agents": ["./z.md", "./more/a.md"], "commands": "./extra"}
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": json.dumps(manifest),
            "p/z.md": agent("z"),
            "p/more/a.md": agent("a"),
            "p/agents/left-out.md": agent("left-out"),
            "p/extra/one.md": "One.",
            "p/commands/left-out.md": "Left out.",
        },
    )
    import_collection(source=str(source))
    assert members("p") == ["command:one", "agent:z", "agent:a"]


def test_listed_skills_add_to_the_default_folder(source: Path) -> None:
    manifest = {"name": "p", "skills": ["./extra", "./single"]}
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": json.dumps(manifest),
            "p/skills/one/SKILL.md": skill("one"),
            "p/extra/two/SKILL.md": skill("two"),
            "p/single/SKILL.md": skill("single"),
        },
    )
    import_collection(source=str(source))
    assert members("p") == ["skill:one", "skill:two", "skill:single"]


def test_a_plugin_may_be_one_skill(source: Path) -> None:
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": plugin("p"),
            "p/SKILL.md": skill("fold"),
            "p/reference.md": "More.",
            "p/commands/tidy.md": "Tidy up.",
        },
    )
    import_collection(source=str(source))
    assert labels() == ["p/command:tidy", "p/skill:fold"]
    assert contents(Artifact.objects.get(type="skill")).keys() == {"SKILL.md", "reference.md"}


def test_commands_may_be_a_map(source: Path) -> None:
    manifest = {
        "name": "p",
        "commands": {"short": {"content": "Be short."}, "long": {"source": "./texts/x.md"}, "no": {}},
    }
    write_files(source, {"p/.claude-plugin/plugin.json": json.dumps(manifest), "p/texts/x.md": "Be long."})
    done = import_collection(source=str(source))
    assert labels() == ["p/command:long", "p/command:short"]
    assert contents(Artifact.objects.get(name="short"))[""][0] == b"Be short."
    assert refusals(done) == {"p/.claude-plugin/plugin.json": "no-source"}


def test_hooks_and_servers_may_be_written_inside_the_manifest(source: Path) -> None:
    manifest = {
        "name": "p",
        "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/bin/done.sh"}]}]},
        "mcpServers": {"files": {"command": "files"}},
    }
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": json.dumps(manifest),
            "p/bin/done.sh*": "#!/bin/sh\n",
            "p/.mcp.json": '{"github": {"url": "https://x.example"}}',
        },
    )
    import_collection(source=str(source))
    assert labels() == ["p/hook:p-inline", "p/mcp:files", "p/mcp:github"]
    assert contents(Artifact.objects.get(type="hook")).keys() == {".claude-plugin/plugin.json", "bin/done.sh"}


def test_a_hook_brings_its_folder_and_the_scripts_it_names(source: Path) -> None:
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": plugin("p"),
            "p/hooks/hooks.json": HOOKS,
            "p/hooks/helper.py": "pass\n",
            "p/hooks/README.md": "About the hooks.",
            "p/scripts/done.sh*": "#!/bin/sh\n",
            "p/scripts/common.sh": "true\n",
            "p/other/far.sh": "true\n",
        },
    )
    import_collection(source=str(source))
    artifact = Artifact.objects.get()
    assert artifact.artifact_id == "hook:p"
    found = contents(artifact)
    assert found.keys() == {"hooks/hooks.json", "hooks/helper.py", "scripts/done.sh", "scripts/common.sh"}
    assert found["hooks/hooks.json"][0] == HOOKS.encode()
    assert found["scripts/done.sh"][1]


def test_a_server_is_kept_alone_in_one_canonical_form(source: Path) -> None:
    write_files(source, {".mcp.json": '{"mcpServers":{"a":{"command":"ä","args":[1]},"b":{"command":"b"}}}'})
    import_collection(source=str(source))
    expected = '{\n  "command": "ä",\n  "args": [\n    1\n  ]\n}\n'
    assert contents(Artifact.objects.get(name="a")) == {"": (expected.encode(), False)}


def test_a_marketplace_lists_plugins_with_and_without_manifests(source: Path) -> None:
    marketplace = {
        "name": "m",
        "metadata": {"pluginRoot": "./plugins"},
        "plugins": [
            {"name": "bare", "source": "bare", "description": "From the list"},
            {"name": "full", "source": "./plugins/full", "commands": ["./more.md"]},
            {"name": "far", "source": {"source": "github", "repo": "somebody/far"}},
            {"name": "lost", "source": "./nowhere"},
        ],
    }
    write_files(
        source,
        {
            ".claude-plugin/marketplace.json": json.dumps(marketplace),
            "plugins/bare/skills/one/SKILL.md": skill("one"),
            "plugins/full/.claude-plugin/plugin.json": plugin("full"),
            "plugins/full/more.md": "More.",
        },
    )
    done = import_collection(source=str(source))
    assert labels() == ["bare/skill:one", "full/command:more"]
    assert ArtifactGroup.objects.get(name="bare").description == "From the list"
    reasons = [row["reason"] for row in done.report["not_imported"]]
    assert "somebody/far" in reasons[0]
    assert "'./nowhere'" in reasons[1]


def test_entries_at_the_top_of_a_marketplace_get_only_the_skills_they_list(source: Path) -> None:
    marketplace = {
        "name": "m",
        "plugins": [
            {"name": "papers", "source": "./", "strict": False, "skills": ["./skills/pdf", "./skills/docx"]},
            {"name": "sums", "source": "./", "strict": False, "skills": ["./skills/xlsx"]},
        ],
    }
    names = ("docx", "pdf", "xlsx")
    write_files(
        source,
        {".claude-plugin/marketplace.json": json.dumps(marketplace)}
        | {f"skills/{name}/SKILL.md": skill(name) for name in names},
    )
    import_collection(source=str(source))
    assert members("papers") == ["skill:pdf", "skill:docx"]
    assert members("sums") == ["skill:xlsx"]
    assert len(labels()) == 3


def test_an_entry_that_is_not_strict_is_all_there_is(source: Path) -> None:
    marketplace = {"plugins": [{"name": "p", "source": "./p", "strict": False, "commands": ["./mine.md"]}]}
    write_files(
        source,
        {
            ".claude-plugin/marketplace.json": json.dumps(marketplace),
            "p/.claude-plugin/plugin.json": json.dumps({"name": "other", "commands": ["./theirs.md"]}),
            "p/mine.md": "Mine.",
            "p/theirs.md": "Theirs.",
        },
    )
    import_collection(source=str(source))
    assert labels() == ["p/command:mine"]


def test_a_mapping_says_what_a_layout_cannot_and_is_kept(source: Path) -> None:
    write_files(source, {"tools/deep/a.md": "A.", "tools/b.md": "B.", "prompts/x/SKILL.md": skill("x")})
    done = import_collection(source=str(source), mappings=["tools/**/*.md=command", "prompts/*/SKILL.md=skill"])
    assert labels() == ["command:a", "command:b", "skill:x"]
    assert done.collection.mappings == ["tools/**/*.md=command", "prompts/*/SKILL.md=skill"]
    assert import_collection(source=str(source)).report["counts"]["unchanged"] == 3


def test_a_mapping_takes_nothing_away_from_a_layout(source: Path) -> None:
    write_files(
        source, {"agents/critic.md": agent("critic"), "skills/x/SKILL.md": skill("x"), "more.md": agent("more")}
    )
    import_collection(source=str(source), mappings=["**/*.md=command"])
    assert labels() == ["agent:critic", "command:more", "skill:x"]


def test_a_mapped_file_of_a_plugin_joins_its_group(source: Path) -> None:
    write_files(source, {"p/.claude-plugin/plugin.json": plugin("p"), "p/x/a.md": agent("a")})
    import_collection(source=str(source), mappings=["p/x/*.md=agent"])
    assert members("p") == ["agent:a"]


def test_a_mapping_that_matches_nothing_is_noted(source: Path) -> None:
    write_files(source, {"agents/critic.md": agent("critic")})
    done = import_collection(source=str(source), mappings=["tool/*.md=command"])
    assert "matches no file" in notes(done, "tool/*.md")


def test_a_star_stays_in_its_folder(source: Path) -> None:
    write_files(source, {"tools/a.md": "A.", "tools/deep/b.md": "B."})
    import_collection(source=str(source), mappings=["tools/*.md=command"])
    assert labels() == ["command:a"]


def test_described_markdown_elsewhere_is_suggested_with_its_mapping(source: Path) -> None:
    write_files(
        source,
        {
            "skills/x/SKILL.md": skill("x"),
            "helpers/one.md": agent("one"),
            "helpers/two.md": agent("two"),
            "loose/SKILL.md": skill("loose"),
            "docs/guide.md": "# Guide",
        },
    )
    done = import_collection(source=str(source))
    assert [row["mapping"] for row in done.report["suggestions"]] == ["helpers/*.md=agent", "loose/SKILL.md=skill"]
    import_collection(source=str(source), mappings=[row["mapping"] for row in done.report["suggestions"]])
    assert labels() == ["agent:one", "agent:two", "skill:loose", "skill:x"]


def test_a_suggestion_for_the_top_of_the_collection_works(source: Path) -> None:
    write_files(source, {"SKILL.md": skill("fold"), "run.sh*": "true\n"})
    with pytest.raises(ImportFailedError) as failure:
        import_collection(source=str(source))
    (suggestion,) = failure.value.collection_import.report["suggestions"]
    import_collection(source=str(source), mappings=[suggestion["mapping"]])
    assert labels(ArtifactType.SKILL) == ["skill:fold"]
    assert contents(Artifact.objects.get()).keys() == {"SKILL.md", "run.sh"}


def test_a_mapping_for_skills_may_match_all_their_files(source: Path) -> None:
    write_files(source, {"more/x/SKILL.md": skill("x"), "more/x/scripts/run.sh*": "true\n", "more/notes.md": "Notes."})
    done = import_collection(source=str(source), mappings=["more/**=skill"])
    assert labels() == ["skill:x"]
    assert refusals(done) == {}
    assert contents(Artifact.objects.get()).keys() == {"SKILL.md", "scripts/run.sh"}
