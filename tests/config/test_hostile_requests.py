"""Requests that no client of ours sends: none fails, none changes anything."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from config.wsgi import application
from deployment_sets.models import DeploymentSet
from tests.api import Caller
from tests.factories import ArtifactGroupFactory

SETS = "/deployment-sets"


def status_of(path: str, query: str, content_type: str) -> str:
    """How the application, called as a server calls it, answers a GET."""
    said: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
    b"".join(application(environ, lambda status, headers: said.append(status)))
    return said[0]


@pytest.mark.django_db(transaction=True)
def test_another_charset_is_no_reason_to_fail_or_to_read_other_words() -> None:
    for charset in ("hex", "zlib", "undefined", "none-such", "utf-16", "utf-7"):
        content_type = f"text/plain; Charset={charset}"
        assert status_of("/healthz", "a=%ff", content_type) == "200 OK"
        assert status_of("/api/v1/deployment-sets", "name=a&limit=1", content_type) == "200 OK"
        assert status_of("/api/v1/deployment-sets", "limit=0", content_type).startswith("422")


def test_a_condition_that_cannot_be_read_is_not_met(api: Caller) -> None:
    made = api.post(SETS, {"name": "One"}).json()
    for blank in ("", " "):
        assert api.patch(f"{SETS}/{made['id']}", {"name": "Two"}, If_Match=blank).status_code == 412
    assert api.get(f"{SETS}/{made['id']}").json()["name"] == "One"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ('{"name": "One"}', {"content-encoding": "gzip"}, 415),
        ('{"name": "One"}', {"transfer-encoding": "chunked", "content-length": ""}, 400),
        ('{"name": "One"}'.encode("utf-16"), {}, 400),
        ('\ufeff{"name": "One"}', {}, 400),
    ],
    ids=["compressed", "chunked", "utf-16", "byte order mark"],
)
def test_a_body_that_is_not_plain_json_is_refused(
    api: Caller, body: str | bytes, headers: dict[str, str], status: int
) -> None:
    client: Client = api.client
    answer = client.generic("POST", f"/api/v1{SETS}", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert not DeploymentSet.objects.exists()


def test_whoever_is_deleted_while_asking_is_nobody(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(owner: User) -> User:
        raise User.DoesNotExist

    monkeypatch.setattr("deployment_sets.services.sets.lock_owner", nobody)
    assert api.post(SETS, {"name": "One"}).status_code == 401


def test_what_is_not_read_is_refused_rather_than_passed_over(api: Caller) -> None:
    address = f"{SETS}/{api.post(SETS, {'name': 'One'}).json()['id']}"
    group = f"/groups/{ArtifactGroupFactory().pk}"
    unread = [
        (api.post(f"{address}/clone", {"name": "Copy"}), 422),
        (api.client.get(f"/api/v1{SETS}?name=a&name=b"), 422),
        (api.client.get(f"/api/v1{address}?fields=name"), 422),
        (api.delete(group, If_Match='"any"'), 422),
        (api.delete(group, If_Match=""), 422),
    ]
    assert [(answer.status_code, answer.headers["Content-Type"]) for answer, _ in unread] == [
        (status, "application/problem+json") for _, status in unread
    ]
    assert DeploymentSet.objects.count() == 1
    assert api.get(f"{SETS}?limit=1").status_code == 200
