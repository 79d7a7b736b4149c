"""No artifact name, no path inside an artifact and no folder of a profile leads out of the project."""

import posixpath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from profiles.enums import ArtifactType, Platform
from profiles.platforms import claude_code, other
from profiles.platforms.shape import PlatformModule
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering
from projects.exceptions import PathError

MODULES = [claude_code.MODULE, other.MODULE]
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
    except PathError:
        return
    for placement in answer.paths if isinstance(answer, Rendering) else ():
        for file in placement.files:
            whole = f"{placement.path}/{file.path}" if file.path else placement.path
            assert posixpath.normpath(whole) == whole
            assert not whole.startswith(("/", "../"))
            assert whole not in (".", "..")
            assert "\x00" not in whole
            assert "\\" not in whole


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.platform.value)
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
