"""The collection that comes with the project."""

import json
import os
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from artifacts.exceptions import SourceError
from artifacts.models import Artifact, ArtifactGroup, CollectionImport
from artifacts.queries import load_artifacts
from artifacts.services.importing import import_collection
from profiles.enums import ArtifactType
from profiles.platforms.claude_code import MODULE
from profiles.rendering import Rendering

EXAMPLES = Path(django_settings.BASE_DIR) / "examples"

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(settings: Settings) -> CollectionImport:
    settings.IMPORT_ROOTS = [EXAMPLES]
    return import_collection(source=str(EXAMPLES / "collection"))


def test_it_holds_every_artifact_type_and_two_groups(done: CollectionImport) -> None:
    assert set(done.report["by_type"]) == {kind.value for kind in ArtifactType}
    assert sorted(ArtifactGroup.objects.values_list("name", flat=True)) == ["planning", "review"]
    assert Artifact.objects.filter(namespace="").exists()


def test_there_is_nothing_to_remark_on(done: CollectionImport) -> None:
    assert done.report["not_imported"] == []
    assert done.report["notes"] == []
    assert done.report["suggestions"] == []
    assert done.report["other_files"] == []
    assert not Artifact.objects.exclude(flags=[]).exists()


def test_its_readme_names_every_artifact(done: CollectionImport) -> None:
    text = (EXAMPLES / "README.md").read_text()
    assert [row.artifact_id for row in Artifact.objects.all() if f"`{row.artifact_id}`" not in text] == []
    assert text.count("| `") == Artifact.objects.count()


def test_its_readme_says_how_to_import_it_from_outside_of_the_home_folder(settings: Settings, tmp_path: Path) -> None:
    settings.IMPORT_ROOTS = [tmp_path.resolve()]
    with pytest.raises(SourceError) as refusal:
        import_collection(source=str(EXAMPLES / "collection"))
    (setting,) = re.findall(r"the setting (\w+)", str(refusal.value))
    assert f'{setting}="$HOME,$PWD" manage.py import_collection' in (EXAMPLES / "README.md").read_text()


def test_its_scripts_can_be_run() -> None:
    scripts = list(EXAMPLES.rglob("*.sh"))
    assert scripts
    assert all(os.access(script, os.X_OK) for script in scripts)


@pytest.mark.usefixtures("done")
def test_its_hook_and_its_server_land_in_claude_code_without_a_loss() -> None:
    rows = {
        row.artifact_id: row.uuid for row in Artifact.objects.filter(type__in=[ArtifactType.HOOK, ArtifactType.MCP])
    }
    loaded = load_artifacts(list(rows.values()))
    layout = MODULE.default_layout(".claude")
    renderings = {}
    for label, uuid in rows.items():
        content = loaded[uuid].content
        assert content is not None
        answer = MODULE.renders[content.type](content, layout)
        assert isinstance(answer, Rendering)
        assert answer.warnings == ()
        renderings[label] = answer

    (folder,) = renderings["hook:review"].paths
    assert [(file.path, file.executable) for file in folder.files] == [("hooks/no-notes-to-self.sh", True)]
    (group,) = renderings["hook:review"].entries
    assert f'{folder.path}\\"/hooks/no-notes-to-self.sh' in json.dumps(group.value)
    assert [entry.path for entry in renderings["mcp:github"].entries] == [".mcp.json"]
