"""The dialogs that write a set into a file and make sets of one."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from artifacts.models import Artifact
from deployment_sets.models import DeploymentSet
from profiles.models import DeploymentProfile
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    ProjectFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def me() -> User:
    return local_user()


@pytest.fixture
def full_stack(me: User) -> DeploymentSet:
    back = DeploymentSetFactory(owner=me, name="Backend", members=[ArtifactFactory(name="sql-review")])
    group = ArtifactGroupFactory(name="Planning", artifacts=[ArtifactFactory()])
    made: DeploymentSet = DeploymentSetFactory(owner=me, name="Full-stack", members=[back, group])
    return made


def exported(client: Client, deployment_set: DeploymentSet, **query: str) -> Any:
    asked = {"format": "json", "nested_sets": "on", "groups": "on", **query}
    return json.loads(client.get(f"/sets/{deployment_set.pk}/export", asked).content)


def document(*sets: dict[str, Any], **rest: Any) -> str:
    return json.dumps({"format": 1, "sets": [{"id": str(uuid4()), **each} for each in sets], **rest})


def send(client: Client, text: str = "", status: int = 200, **fields: Any) -> str:
    answer = client.post("/sets/import", {"text": text, **fields})
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def test_the_export_dialog_offers_the_owners_projects(client: Client, me: User, full_stack: DeploymentSet) -> None:
    ProjectFactory(owner=me, name="storefront")
    ProjectFactory(owner=UserFactory(), name="Theirs")
    text = words(client.get(f"/sets/{full_stack.pk}/export").content.decode())
    assert "storefront" in text
    assert "Theirs" not in text


@pytest.mark.parametrize(("format", "kind"), [("toml", "application/toml"), ("json", "application/json")])
def test_a_set_is_downloaded_in_either_form(client: Client, full_stack: DeploymentSet, format: str, kind: str) -> None:
    answer = client.get(f"/sets/{full_stack.pk}/export", {"format": format, "nested_sets": "on"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="full-stack.{format}"'
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"


def test_what_is_not_ticked_stays_out(client: Client, me: User, full_stack: DeploymentSet) -> None:
    project = ProjectFactory(owner=me)
    DeploymentProfileFactory(project=project, profile_id="claude_code")
    whole = exported(client, full_stack, project=str(project.pk))
    assert [each["name"] for each in whole["sets"]] == ["Full-stack", "Backend"]
    assert [each["name"] for each in whole["groups"]] == ["Planning"]
    assert [each["profile_id"] for each in whole["profiles"]] == ["claude_code"]
    bare = json.loads(client.get(f"/sets/{full_stack.pk}/export", {"format": "json"}).content)
    assert len(bare["sets"]) == 1
    assert "groups" not in bare
    assert "profiles" not in bare


def test_what_cannot_be_asked_for_is_said_at_its_field(client: Client, full_stack: DeploymentSet) -> None:
    answer = client.get(f"/sets/{full_stack.pk}/export", {"format": "yaml"})
    assert answer.status_code == 422
    assert "yaml is not one of the available choices" in answer.content.decode()
    theirs = ProjectFactory(owner=UserFactory())
    answer = client.get(f"/sets/{full_stack.pk}/export", {"format": "json", "project": str(theirs.pk)})
    assert answer.status_code == 404


def test_only_so_many_projects_are_offered(client: Client, me: User, full_stack: DeploymentSet) -> None:
    for number in range(201):
        ProjectFactory(owner=me, name=f"{number:03}")
    content = client.get(f"/sets/{full_stack.pk}/export").content.decode()
    assert content.count("<option") == 1 + 200
    assert "These are the first 200 by name." in content


def test_an_import_first_says_what_it_would_make(client: Client, me: User) -> None:
    text = document({"name": "Web"}, {"name": "Backend"})
    DeploymentSetFactory(owner=me, name="Web")
    content = send(client, text)
    assert "Would make 2 sets; nothing is written yet" in words(content)
    assert "You had a set" in words(content)
    assert "Import 2 sets" in words(content)
    assert "&quot;Backend&quot;" in content, "what was pasted is still there"
    assert DeploymentSet.objects.count() == 1


def test_an_import_makes_the_sets_and_goes_to_the_first(client: Client, me: User) -> None:
    text = document({"name": "Web"}, {"name": "Backend"})
    answer = client.post("/sets/import", {"text": text, "step": "import"}, follow=True)
    web = DeploymentSet.objects.get(owner=me, name="Web")
    assert answer.redirect_chain == [(f"/sets/{web.pk}", 302)]
    assert "Imported “Web” and 1 more." in answer.content.decode()


def test_in_a_dialog_an_import_leads_to_the_first_set(client: Client, me: User) -> None:
    headers = {"HX-Request": "true", "HX-Target": "dialog"}
    answer = client.post("/sets/import", {"text": document({"name": "Web"}), "step": "import"}, headers=headers)
    assert answer.headers["HX-Redirect"] == f"/sets/{DeploymentSet.objects.get().pk}"


def test_what_was_exported_can_be_imported_as_a_file(client: Client, me: User, full_stack: DeploymentSet) -> None:
    file = client.get(f"/sets/{full_stack.pk}/export", {"format": "toml", "nested_sets": "on", "groups": "on"})
    upload = SimpleUploadedFile("full-stack.toml", file.content)
    content = send(client, file=upload)
    assert "Full-stack (imported)" in content
    assert "1 group is here already" in words(content)
    # The browser sends no file a second time; its text is in the form now.
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", content, re.DOTALL)
    assert text is not None
    assert "Full-stack" in text[1]


def test_a_file_of_something_else_is_refused(client: Client, me: User) -> None:
    content = send(client, status=422, file=SimpleUploadedFile("a.toml", b"\xff\xfe\x00"))
    assert "This is not a text file" in content


def test_a_file_that_is_too_long_is_told_so_wherever_it_would_be_cut(client: Client, me: User) -> None:
    text = SimpleUploadedFile("a.toml", b"#" + "ü".encode() * (4 * 1024 * 1024))
    assert "It is longer than 8388608 bytes" in words(send(client, status=422, file=text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Choose a file that was exported, or paste what is in it."),
        ("{", "It is not JSON that can be read"),
        ("= 1", "It is not TOML that can be read"),
        (document({"name": "Web", "colour": "#123456"}), "sets.0.colour: There is no such key here"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(client: Client, me: User, text: str, message: str) -> None:
    content = send(client, text, status=422)
    assert message in words(content)
    assert json.dumps(text)[1:-1].replace('\\"', "&quot;") in content
    assert "Check the file" in words(content)


def test_all_that_is_not_here_is_listed(client: Client, me: User, full_stack: DeploymentSet) -> None:
    text = json.dumps(exported(client, full_stack))
    DeploymentSet.objects.all().delete()
    Artifact.objects.all().delete()
    content = words(send(client, text, status=422))
    assert "Nothing can be imported, for 2 things it refers to are not here." in content
    assert "sql-review" in content
    assert DeploymentSet.objects.count() == 0


def test_of_very_much_that_is_not_here_the_first_is_listed(client: Client, me: User) -> None:
    references = [{"id": str(uuid4()), "kind": "set", "name": f"House rules {number}"} for number in range(150)]
    members = [{"set": each["id"]} for each in references]
    content = words(send(client, document({"name": "Web", "members": members}, references=references), status=422))
    assert "150 things it refers to are not here" in content
    assert "and 50 more" in content
    assert content.count("House rules") < 350


def test_profiles_that_differ_are_refused_at_their_box_and_changed_on_request(
    client: Client, me: User, full_stack: DeploymentSet
) -> None:
    project = ProjectFactory(owner=me)
    profile = DeploymentProfileFactory(project=project, profile_id="claude_code", description="Old")
    text = json.dumps(exported(client, full_stack, project=str(project.pk)))
    DeploymentProfile.objects.update(description="New")
    content = send(client, text, status=422, project=str(project.pk))
    assert "the project has other profiles of the same id: claude_code" in content
    assert f'<option value="{project.pk}" selected' in content
    send(client, text, project=str(project.pk), update_profiles="on")
    profile.refresh_from_db()
    assert profile.description == "New", "only tried out"
    client.post("/sets/import", {"text": text, "project": str(project.pk), "update_profiles": "on", "step": "import"})
    profile.refresh_from_db()
    assert profile.description == "Old"


def test_a_project_of_another_owner_takes_nothing(client: Client, me: User) -> None:
    theirs = ProjectFactory(owner=UserFactory())
    assert client.post("/sets/import", {"text": document({"name": "Web"}), "project": theirs.pk}).status_code == 404
