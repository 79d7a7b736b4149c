"""No artifact name, no path inside an artifact and no folder of a profile leads out of the project."""

import json
import posixpath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from profiles.entries import Element, EntryError, Member, Section, encode_key
from profiles.enums import ArtifactType, Platform
from profiles.platforms import claude_code, codex, other
from profiles.platforms.shape import PlatformModule
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported
from projects.exceptions import PathError

COPYING = [claude_code.MODULE, other.MODULE]
MODULES = [*COPYING, codex.MODULE]
PIECES = st.sampled_from(["..", ".", "/", "\\", "\x00", "a", "SKILL.md", "C:", "~", " ", "é", "%2e", "‮", "con", "\n"])
hostile = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=8).map("".join))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.platform.value)
@given(
    artifact_type=st.sampled_from(ArtifactType),
    name=hostile,
    paths=st.lists(hostile, max_size=3),
    folder=hostile,
)
@example(artifact_type=ArtifactType.SKILL, name="..", paths=["SKILL.md"], folder=".claude/skills")
@example(artifact_type=ArtifactType.SKILL, name="pdf", paths=["../../escape"], folder=".claude/skills")
@example(artifact_type=ArtifactType.COMMAND, name="a/../../b", paths=[""], folder=".claude/commands")
@example(artifact_type=ArtifactType.COMMAND, name="ok", paths=[""], folder="../elsewhere")
@example(artifact_type=ArtifactType.AGENT, name="ok", paths=[""], folder="/etc")
def test_nothing_leads_out_of_the_project(
    module: PlatformModule, artifact_type: ArtifactType, name: str, paths: list[str], folder: str
) -> None:
    content = ArtifactContent(artifact_type, "", name, tuple(ContentFile(path, b"") for path in paths))
    layout = ProfileLayout(
        platform=Platform.CLAUDE_CODE,
        root_dir=folder,
        artifact_path_map=dict.fromkeys(ArtifactType, folder),
        context_path_prefixes=(folder,),
    )
    try:
        answer = module.renders[artifact_type](content, layout)
    except (PathError, EntryError):
        return
    if isinstance(answer, Rendering):
        assert_inside(answer)


def assert_inside(rendering: Rendering) -> None:
    """Every path of the rendering stays in the project, under a name that every system takes."""
    paths = [entry.path for entry in rendering.entries]
    for placement in rendering.paths:
        paths += [f"{placement.path}/{file.path}" if file.path else placement.path for file in placement.files]
    for path in paths:
        assert posixpath.normpath(path) == path
        assert not path.startswith(("/", "../"))
        assert path not in (".", "..")
        assert "\x00" not in path
        assert "\\" not in path


texts = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(
            [
                "${CLAUDE_PLUGIN_ROOT}",
                "$CLAUDE_PROJECT_DIR",
                "/",
                "run.sh",
                '"',
                "'",
                "\\",
                " ",
                "..",
                ":",
                "*",
                "$(",
                "\ud800",
            ]
        ),
        max_size=8,
    ).map("".join),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
handlers = st.fixed_dictionaries(
    {"type": st.one_of(st.just("command"), values), "command": texts}, optional={"args": values, "shell": values}
)
groups = st.fixed_dictionaries({"hooks": st.lists(handlers | values, max_size=3)}, optional={"matcher": values})
hook_definitions = st.fixed_dictionaries(
    {"hooks": st.dictionaries(st.sampled_from(["Stop", "PreToolUse"]) | texts, st.lists(groups | values, max_size=3))}
)
server_definitions = st.fixed_dictionaries(
    {}, optional={"command": texts | values, "url": texts | values, "httpUrl": texts, "type": values, "args": values}
)


@given(
    artifact_type=st.sampled_from([ArtifactType.HOOK, ArtifactType.MCP]),
    definition=hook_definitions | server_definitions | values,
    name=hostile,
    root_dir=st.just(".claude") | hostile,
    namespace=st.sampled_from(["", "review"]),
    has_script=st.booleans(),
)
@example(ArtifactType.MCP, {"url": "http://["}, "x", ".claude", "", False)
@example(
    ArtifactType.HOOK, {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x"}]}]}}, "x", "..", "", True
)
def test_no_definition_leads_a_render_astray(
    artifact_type: ArtifactType, definition: object, name: str, root_dir: str, namespace: str, has_script: bool
) -> None:
    is_hook = artifact_type is ArtifactType.HOOK
    file = ContentFile("hooks/hooks.json" if is_hook else "", json.dumps(definition).encode())
    script = (ContentFile("run.sh", b""),) if has_script and is_hook else ()
    content = ArtifactContent(artifact_type, namespace, name, (file, *script), file.path)
    layout = claude_code.MODULE.default_layout(root_dir)
    try:
        answer = claude_code.MODULE.renders[artifact_type](content, layout)
    except (PathError, EntryError):
        return
    assert answer == claude_code.MODULE.renders[artifact_type](content, layout)
    if isinstance(answer, Rendering):
        assert_inside(answer)
        keys = [encode_key(entry.key) for entry in answer.entries]
        assert len(keys) == len(set(keys)) > 0
        assert max(map(len, keys)) <= 255
        for entry in answer.entries:
            assert not isinstance(entry.key, Section)
            assert isinstance(entry.key, Member) or entry.key == Element.of(entry.key.path, entry.value)
            json.dumps(entry.value, allow_nan=False, ensure_ascii=False).encode()


@given(data=st.binary(max_size=200), artifact_type=st.sampled_from([ArtifactType.HOOK, ArtifactType.MCP]))
@example(data=b"[" * 100_000, artifact_type=ArtifactType.MCP)
def test_bytes_that_define_nothing_are_never_placed(data: bytes, artifact_type: ArtifactType) -> None:
    content = ArtifactContent(artifact_type, "", "x", (ContentFile("", data),))
    try:
        answer = claude_code.MODULE.renders[artifact_type](content, claude_code.MODULE.default_layout(".claude"))
    except EntryError:
        return
    assert isinstance(answer, Unsupported)


@pytest.mark.parametrize("module", COPYING, ids=lambda module: module.platform.value)
@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "a\\b", "nul", "x" * 65, "a\nb", "ends.", " a"])
@pytest.mark.parametrize("artifact_type", [ArtifactType.SKILL, ArtifactType.COMMAND])
def test_a_name_that_cannot_be_a_file_name_is_an_error(
    module: PlatformModule, name: str, artifact_type: ArtifactType
) -> None:
    path = "SKILL.md" if artifact_type is ArtifactType.SKILL else ""
    content = ArtifactContent(artifact_type, "", name, (ContentFile(path, b""),))
    with pytest.raises(PathError):
        module.renders[artifact_type](content, module.default_layout(module.default_root_dir))


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a\\b", "", "a\x00b"])
def test_a_path_that_climbs_inside_a_skill_is_an_error(path: str) -> None:
    content = ArtifactContent(ArtifactType.SKILL, "", "pdf", (ContentFile(path, b""),))
    with pytest.raises(PathError):
        claude_code.MODULE.renders[ArtifactType.SKILL](content, claude_code.MODULE.default_layout(".claude"))


@given(data=st.binary(max_size=300), prefix=st.sampled_from([b"", b"${CLAUDE_PLUGIN_ROOT}/skills/pdf", b"$CLAUDE"]))
def test_no_bytes_make_a_render_fail(data: bytes, prefix: bytes) -> None:
    content = ArtifactContent(
        ArtifactType.SKILL, "", "pdf", (ContentFile("SKILL.md", data + prefix + data),), "skills/pdf"
    )
    answer = claude_code.MODULE.renders[ArtifactType.SKILL](content, claude_code.MODULE.default_layout(".claude"))
    assert isinstance(answer, Rendering)
