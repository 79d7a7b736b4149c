"""Artifacts made here, of files that somebody sends: the rules of an import, without a source."""

from functools import partial
from pathlib import Path

import pytest

from accounts.text import is_storable
from artifacts.exceptions import ArtifactError, ArtifactExistsError, ArtifactGoneError, ImportedArtifactError
from artifacts.importing.inline import LIMITS, InlineFile
from artifacts.models import Artifact, Blob, Collection, Version
from artifacts.queries import content_of, load_artifacts
from artifacts.services.artifacts import create_artifact, delete_artifact, update_artifact
from artifacts.services.importing import import_collection
from profiles.enums import ArtifactType
from profiles.platforms import claude_code
from profiles.rendering import Rendering
from tests.artifacts.sources import agent, skill, write_files
from tests.factories import ArtifactFactory, CollectionFactory, Files
from tests.processes import run_together

pytestmark = pytest.mark.django_db

HOOKS = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/run.sh"}]}]}}'
GOOD: dict[ArtifactType, Files] = {
    ArtifactType.SKILL: {"SKILL.md": skill("x"), "scripts/run.sh*": "#!/bin/sh\n", "logo.png": b"\x89PNG\x00"},
    ArtifactType.COMMAND: {"whatever.txt": "Commit.\n"},
    ArtifactType.AGENT: {"x.md": agent("x")},
    ArtifactType.RULE: {"": "Be kind.\n"},
    ArtifactType.HOOK: {"hooks/hooks.json": HOOKS, "run.sh*": "#!/bin/sh\n", "lib/more.sh": "true\n"},
    ArtifactType.MCP: {".mcp.json": '{"mcpServers": {"theirs": {"command": "npx"}}}'},
}


def sent(files: Files) -> dict[str, InlineFile]:
    return {
        path.removesuffix("*"): InlineFile(
            content.encode() if isinstance(content, str) else content, path.endswith("*")
        )
        for path, content in files.items()
    }


def make(kind: ArtifactType = ArtifactType.SKILL, files: Files | None = None, name: str = "x") -> Artifact:
    return create_artifact(type=kind, name=name, files=sent(GOOD[kind] if files is None else files))


def held(artifact: Artifact) -> dict[str, bytes | str]:
    """What it holds, in the form of `Files`."""
    files = content_of(Artifact.objects.get(pk=artifact.pk))
    return {f"{file.path}*" if file.executable else file.path: file.data for file in files}


def problems(files: Files, kind: ArtifactType = ArtifactType.SKILL, name: str = "x") -> str:
    """What is wrong with these files, and that nothing is left of the attempt."""
    with pytest.raises(ArtifactError) as caught:
        make(kind, files, name)
    assert list(caught.value.problems) == ["files"]
    assert not Artifact.objects.exists()
    assert not Blob.objects.exists()
    return " ".join(caught.value.problems["files"])


@pytest.mark.parametrize("kind", [ArtifactType.SKILL, ArtifactType.HOOK])
def test_a_folder_is_kept_byte_for_byte_with_its_executables(kind: ArtifactType) -> None:
    wanted = {path: content.encode() if isinstance(content, str) else content for path, content in GOOD[kind].items()}
    assert held(make(kind)) == wanted


@pytest.mark.parametrize("kind", [ArtifactType.COMMAND, ArtifactType.AGENT, ArtifactType.RULE])
def test_a_single_file_is_kept_whatever_it_is_called(kind: ArtifactType) -> None:
    ((_, content),) = GOOD[kind].items()
    assert held(make(kind)) == {"": str(content).encode()}


@pytest.mark.parametrize(
    "definition",
    [
        '{"command": "npx"}',
        '{"theirs": {"command": "npx"}}',
        '{"mcpServers": {"x": {"command": "npx"}}}',
        '\ufeff{"mcpServers":{"theirs":{"command":"npx"}}}',
    ],
)
def test_a_server_is_kept_alone_in_the_canonical_form(definition: str) -> None:
    artifact = make(ArtifactType.MCP, {"server.json": definition})
    assert held(artifact) == {"": b'{\n  "command": "npx"\n}\n'}
    assert artifact.name == "x"


@pytest.mark.parametrize("kind", ArtifactType)
def test_it_is_what_importing_the_same_files_makes(source: Path, kind: ArtifactType) -> None:
    places = {
        ArtifactType.SKILL: "skills/x/",
        ArtifactType.COMMAND: "commands/x.md",
        ArtifactType.AGENT: "agents/x.md",
        ArtifactType.RULE: "rules/x.md",
        ArtifactType.HOOK: "",
        ArtifactType.MCP: ".mcp.json",
    }
    files = {ArtifactType.MCP: {"": '{"x": {"command": "npx", "env": {"TOKEN": "abcdefgh"}}}'}}.get(kind, GOOD[kind])
    folder = kind in (ArtifactType.SKILL, ArtifactType.HOOK)
    write_files(
        source, {places[kind] + (path if folder else ""): data for path, data in files.items() if path != "lib/more.sh"}
    )
    import_collection(source=str(source))
    imported = Artifact.objects.get(type=kind)
    made = make(kind, {path: data for path, data in files.items() if path != "lib/more.sh"}, name=imported.name)
    assert held(made) == held(imported)
    assert (made.description, made.flags) == (imported.description, imported.flags)
    assert made.uuid != imported.uuid


@pytest.mark.parametrize("path", ["hooks.json", "hooks/hooks.json"])
def test_a_hook_can_be_deployed_from_either_place(path: str) -> None:
    artifact = make(ArtifactType.HOOK, {path: HOOKS, "run.sh*": "#!/bin/sh\n"})
    content = load_artifacts([artifact.pk])[artifact.pk].content
    assert content is not None
    module = claude_code.MODULE
    rendering = module.renders[ArtifactType.HOOK](content, module.default_layout(".claude"))
    assert isinstance(rendering, Rendering)
    assert rendering.entries


@pytest.mark.parametrize(
    ("kind", "files", "said"),
    [
        (ArtifactType.SKILL, {}, "at least one"),
        (ArtifactType.SKILL, {"skill.md": "x"}, "SKILL.md at its top"),
        (ArtifactType.SKILL, {"x/SKILL.md": skill("x")}, "SKILL.md at its top"),
        (ArtifactType.SKILL, {"SKILL.md": b"version https://git-lfs.github.com/spec/v1"}, "Git LFS"),
        (ArtifactType.COMMAND, {}, "at least one"),
        (ArtifactType.COMMAND, {"a.md": "A", "b.md": "B"}, "single file"),
        (ArtifactType.COMMAND, {"../a.md": "A"}, "climbs"),
        (ArtifactType.AGENT, {"x.md": "No frontmatter."}, "begins with frontmatter"),
        (ArtifactType.AGENT, {"x.md": " \n"}, "empty"),
        (ArtifactType.HOOK, {"settings.json": HOOKS}, "hooks.json"),
        (ArtifactType.HOOK, {"hooks.json": HOOKS, "hooks/hooks.json": HOOKS}, "one file"),
        (ArtifactType.HOOK, {"hooks.json": "{"}, "not valid JSON"),
        (ArtifactType.HOOK, {"hooks.json": "{}"}, "no 'hooks' object"),
        (ArtifactType.MCP, {".mcp.json": "[]"}, "JSON object"),
        (ArtifactType.MCP, {".mcp.json": '{"args": []}'}, "neither a command nor a URL"),
        (ArtifactType.MCP, {".mcp.json": '{"mcpServers": 1}'}, "exactly one"),
        (ArtifactType.MCP, {".mcp.json": "{}"}, "exactly one"),
        (ArtifactType.MCP, {".mcp.json": '{"a": {"command": "a"}, "b": {"url": "b"}}'}, "exactly one"),
    ],
)
def test_what_makes_no_artifact_is_refused(kind: ArtifactType, files: Files, said: str) -> None:
    assert said in problems(files, kind)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../x", "climbs"),
        ("/etc/passwd", "not relative"),
        ("a\\b", "backslash"),
        ("a\x00b", "control"),
        ("a/\ud800", "not UTF-8"),
        ("", "empty"),
        (".git/hooks/post-commit", "never part"),
        ("node_modules/x.js", "never part"),
        ("a/__pycache__/x.py", "never part"),
        (".deployment-sets/x", "never part"),
        ("skill.md", "same file as SKILL.md"),
        ("./SKILL.md", "same file as SKILL.md"),
        ("SKILL.md/x", "folder of another"),
        ("skill.MD/x", "folder of another"),
        ("/".join("d" * 60), "folders deep"),
        ("x" * 1001, "longer than"),
        ("é" * 128, "longer than 255 bytes"),
    ],
)
def test_a_path_that_cannot_be_is_refused_by_name(path: str, said: str) -> None:
    assert said in problems({"SKILL.md": skill("x"), path: "x"})


def test_two_names_of_one_file_are_refused() -> None:
    files = {"SKILL.md": skill("x"), "caf\u00e9.md": "1", "cafe\u0301.md": "2"}
    assert "same file" in problems(files)


def test_number_and_size_of_the_files_are_bounded() -> None:
    many = {"SKILL.md": skill("x")} | {f"{number}.md": "x" for number in range(LIMITS.files)}
    assert "1001 files" in problems(many)
    half = bytes(LIMITS.total_bytes // 2)
    assert "bytes" in problems({"SKILL.md": skill("x"), "a": half, "b": half})


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 256, "../x", "a/b", ".x", "con"])
def test_a_name_that_could_not_be_deployed_is_refused(name: str) -> None:
    with pytest.raises(ArtifactError) as caught:
        make(name=name)
    assert list(caught.value.problems) == ["name"]


def test_a_server_may_be_called_what_no_file_can() -> None:
    assert make(ArtifactType.MCP, name="io.github/x").name == "io.github/x"


def test_blanks_around_names_do_not_count() -> None:
    files = sent(GOOD[ArtifactType.RULE])
    artifact = create_artifact(type=ArtifactType.RULE, name=" x ", namespace=" mine ", files=files)
    assert (artifact.name, artifact.namespace) == ("x", "mine")
    with pytest.raises(ArtifactError) as caught:
        create_artifact(type=ArtifactType.RULE, name="x", namespace="a\x1bb", files=files)
    assert list(caught.value.problems) == ["namespace"]


def test_it_is_flagged_as_an_import_flags_it() -> None:
    hidden = make(files={"SKILL.md": "---\nname: x\ndescription: \u202eAbout.\n---\n"})
    secret = make(ArtifactType.MCP, {"": '{"command": "npx", "env": {"TOKEN": "abcdefgh"}}'})
    assert [flag["code"] for flag in hidden.flags] == ["bidi-control"]
    assert [flag["code"] for flag in secret.flags] == ["literal-secret"]


@pytest.mark.parametrize("key", ["TO\\u0000KEN", "TO\\ud800KEN"])
def test_what_a_flag_names_is_written_so_that_it_can_be_kept(key: str) -> None:
    secret = make(ArtifactType.MCP, {"": f'{{"command": "npx", "env": {{"{key}": "ghp_{"a" * 40}"}}}}'})
    (flag,) = Artifact.objects.get(pk=secret.pk).flags
    assert "TO\\" in flag["detail"]
    assert is_storable(flag["detail"])


def test_everything_said_about_it_is_kept() -> None:
    artifact = create_artifact(
        type=ArtifactType.SKILL,
        name="x",
        namespace="mine",
        description="Mine.",
        target_platforms=["codex"],
        tags=["b", "a"],
        files=sent(GOOD[ArtifactType.SKILL]),
    )
    kept = Artifact.objects.get(pk=artifact.pk)
    assert (kept.namespace, kept.description, kept.target_platforms, kept.tags) == (
        "mine",
        "Mine.",
        ["codex"],
        ["a", "b"],
    )


def test_nothing_is_made_of_values_that_cannot_be_kept() -> None:
    with pytest.raises(ArtifactError) as caught:
        create_artifact(
            type=ArtifactType.RULE,
            name="x",
            description="x" * 20_001,
            target_platforms=[],
            tags=["No"],
            files=sent(GOOD[ArtifactType.RULE]),
        )
    assert set(caught.value.problems) == {"description", "target_platforms", "tags"}
    assert not Artifact.objects.exists()
    assert not Collection.objects.exists()


def test_all_of_them_are_in_one_collection() -> None:
    CollectionFactory(name="Made here")
    artifacts = [make(kind) for kind in ArtifactType]
    collection = Collection.objects.get(kind=Collection.Kind.OWN)
    assert {artifact.collection for artifact in artifacts} == {collection}
    assert collection.name == "Made here (2)"


def test_one_that_is_there_is_not_made_again() -> None:
    artifact = make()
    with pytest.raises(ArtifactExistsError, match=str(artifact.uuid)):
        make()
    make(ArtifactType.RULE)
    create_artifact(type=ArtifactType.SKILL, name="x", namespace="other", files=sent(GOOD[ArtifactType.SKILL]))
    assert Artifact.objects.count() == 3


def test_deleted_it_is_gone_and_made_again_it_is_the_same() -> None:
    artifact = make(ArtifactType.RULE)
    update_artifact(artifact=artifact, tags=["old"], target_platforms=["codex"], description="Old.")
    assert delete_artifact(artifact=artifact).gone_at is not None
    gone_at = Artifact.objects.get().gone_at
    delete_artifact(artifact=artifact)
    assert Artifact.objects.get().gone_at == gone_at
    again = make(ArtifactType.RULE, {"": "Be kinder.\n"})
    assert again.pk == artifact.pk
    kept = Artifact.objects.get()
    assert (kept.gone_at, kept.description, kept.tags, kept.target_platforms) == (None, "Be kinder.", [], None)
    assert held(kept) == {"": b"Be kinder.\n"}


def test_new_files_are_a_new_version_and_the_old_ones_the_old_again() -> None:
    artifact = make()
    first = artifact.version
    update_artifact(artifact=artifact, files=sent({"SKILL.md": "---\nname: x\ndescription: New.\n---\n"}))
    assert held(artifact) == {"SKILL.md": b"---\nname: x\ndescription: New.\n---\n"}
    assert Artifact.objects.get().version != first
    update_artifact(artifact=artifact, files=sent(GOOD[ArtifactType.SKILL]))
    assert Artifact.objects.get().version == first
    assert Version.objects.count() == 2


def test_a_description_follows_the_files_unless_it_says_something_else() -> None:
    artifact = make(ArtifactType.RULE)
    assert artifact.description == "Be kind."
    artifact = update_artifact(artifact=artifact, files=sent({"": "Be brave."}))
    assert artifact.description == "Be brave."
    artifact = update_artifact(artifact=artifact, description="Mine.")
    artifact = update_artifact(artifact=artifact, files=sent({"": "Be calm."}))
    assert artifact.description == "Mine."
    assert update_artifact(artifact=artifact, description=None).description == "Be calm."
    assert update_artifact(artifact=artifact, description="").description == ""
    artifact = update_artifact(artifact=artifact, files=sent({"": "Be."}), description="Both.")
    assert (artifact.description, held(artifact)) == ("Both.", {"": b"Be."})


def test_files_that_make_nothing_change_nothing() -> None:
    artifact = make()
    before = held(artifact)
    with pytest.raises(ArtifactError):
        update_artifact(artifact=artifact, files=sent({"x.md": "x"}), description="New.")
    with pytest.raises(ArtifactError):
        update_artifact(artifact=artifact, files=sent({"SKILL.md": "New."}), tags=["No"])
    assert held(artifact) == before
    assert Artifact.objects.get().description == "About x."


def test_one_that_is_deleted_takes_no_new_files() -> None:
    artifact = delete_artifact(artifact=make())
    with pytest.raises(ArtifactGoneError, match="Make it again"):
        update_artifact(artifact=artifact, files=sent(GOOD[ArtifactType.SKILL]))


def test_what_was_imported_changes_at_its_source_only() -> None:
    artifact = ArtifactFactory(name="pdf", collection__name="Theirs")
    with pytest.raises(ImportedArtifactError, match="skill:pdf comes from the collection 'Theirs'"):
        update_artifact(artifact=artifact, files=sent(GOOD[ArtifactType.SKILL]))
    with pytest.raises(ImportedArtifactError):
        delete_artifact(artifact=artifact)
    assert Artifact.objects.get().gone_at is None


def test_what_is_said_of_an_imported_one_can_change() -> None:
    artifact = ArtifactFactory(description="Theirs.")
    update_artifact(artifact=artifact, description="Mine.", target_platforms=["codex"], tags=["a"])
    kept = Artifact.objects.get()
    assert (kept.description, kept.target_platforms, kept.tags) == ("Mine.", ["codex"], ["a"])
    update_artifact(artifact=artifact, description=None, target_platforms=None, tags=None)
    kept = Artifact.objects.get()
    assert (kept.description, kept.target_platforms, kept.tags) == ("", None, [])


def test_only_what_is_sent_changes() -> None:
    artifact = ArtifactFactory(description="Theirs.", target_platforms=["codex"])
    update_artifact(artifact=artifact, tags=["a"])
    Artifact.objects.update(description="Imported meanwhile.")
    update_artifact(artifact=artifact, target_platforms=["cursor"])
    kept = Artifact.objects.get()
    assert (kept.description, kept.target_platforms, kept.tags) == ("Imported meanwhile.", ["cursor"], ["a"])


def test_tags_and_platforms_outlast_an_import(source: Path) -> None:
    write_files(source, {"rules/x.md": "One."})
    import_collection(source=str(source))
    update_artifact(artifact=Artifact.objects.get(), tags=["a"], target_platforms=["codex"])
    write_files(source, {"rules/x.md": "Two."})
    import_collection(source=str(source))
    kept = Artifact.objects.get()
    assert (kept.description, kept.tags, kept.target_platforms) == ("Two.", ["a"], ["codex"])


@pytest.mark.parametrize("tags", [["Upper"], [""], ["a b"], ["x" * 33], [f"tag-{number}" for number in range(21)]])
def test_tags_are_what_those_of_sets_are(tags: list[str]) -> None:
    artifact = ArtifactFactory()
    with pytest.raises(ArtifactError) as caught:
        update_artifact(artifact=artifact, tags=tags)
    assert list(caught.value.problems) == ["tags"]
    update_artifact(artifact=artifact, tags=[f"tag-{number}" for number in range(20)])
    assert len(artifact.tags) == 20


@pytest.mark.django_db(transaction=True)
def test_of_several_who_make_the_same_at_once_one_does() -> None:
    for name in ("a", "b", "c"):
        outcomes = run_together([partial(make, name=name)] * 4)
        errors = [outcome.error for outcome in outcomes if outcome.error is not None]
        assert errors == [ArtifactExistsError] * 3
        Collection.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_of_several_who_change_it_at_once_all_do_and_one_is_the_last() -> None:
    artifact = make(ArtifactType.RULE)
    texts = [f"Be {number}.".encode() for number in range(4)]
    changes = [partial(update_artifact, artifact=artifact, files={"": InlineFile(text)}) for text in texts]
    assert [outcome.error for outcome in run_together(changes)] == [None] * 4
    kept = Artifact.objects.get()
    assert kept.description.encode() == held(kept)[""]
    assert held(kept)[""] in texts
