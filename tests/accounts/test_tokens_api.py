"""Tokens over the API."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import ApiToken, User
from accounts.queries import tokens_of
from accounts.services import tokens
from tests.api import ROOT, Caller
from tests.factories import ApiTokenFactory

TOKENS = "/tokens"


def with_token(secret: str) -> Caller:
    return Caller(client=Client(headers={"authorization": f"Bearer {secret}"}))


def made(api: Caller, name: str = "Nightly") -> Any:
    response = api.post(TOKENS, {"name": name})
    assert response.status_code == 201, response.content
    return response.json()


def test_a_new_token_is_shown_once_and_works(api: Caller, owner: User) -> None:
    response = api.post(TOKENS, {"name": " Nightly "})
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    token = response.json()
    assert token["name"] == "Nightly"
    assert token["token"].startswith(token["prefix"])
    assert token["last_used_at"] is None
    read = with_token(token["token"]).get(f"{TOKENS}/{token['id']}")
    assert read.status_code == 200
    assert "token" not in read.json()
    assert {name: read.json()[name] for name in ("id", "name", "prefix")} == {
        name: token[name] for name in ("id", "name", "prefix")
    }
    assert read.json()["last_used_at"] is not None
    assert token["token"] not in api.get(TOKENS).content.decode()


def test_they_are_listed_in_pages_oldest_first(
    api: Caller, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    names = [f"Token {number}" for number in range(4)]
    for name in names:
        ApiTokenFactory(owner=owner, name=name)
    ApiTokenFactory(name="Somebody else's")
    listed = api.get(TOKENS).json()
    assert ([each["name"] for each in listed["items"]], listed["total"]) == (names, 4)
    page = api.get(TOKENS, limit=2, offset=1).json()
    assert ([each["name"] for each in page["items"]], page["total"]) == (names[1:3], 4)
    # Two for the session, two for the list.
    with django_assert_num_queries(4):
        api.get(TOKENS)


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"offset": -1}, {"name": "x"}])
def test_a_list_asked_for_wrongly_is_refused(api: Caller, query: dict[str, Any]) -> None:
    assert api.get(TOKENS, **query).status_code == 422


def test_a_revoked_token_opens_nothing_any_more(api: Caller, owner: User) -> None:
    token = made(api)
    program = with_token(token["token"])
    assert program.get(TOKENS).status_code == 200
    assert api.delete(f"{TOKENS}/{token['id']}").status_code == 204
    refused = program.get(TOKENS)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert api.get(f"{TOKENS}/{token['id']}").status_code == 404
    assert api.delete(f"{TOKENS}/{token['id']}").status_code == 404


def test_a_token_can_revoke_itself(api: Caller) -> None:
    token = made(api)
    program = with_token(token["token"])
    assert program.delete(f"{TOKENS}/{token['id']}").status_code == 204
    assert program.get(TOKENS).status_code == 401


def test_another_owners_token_is_not_there(api: Caller, other_api: Caller, other_owner: User) -> None:
    address = f"{TOKENS}/{made(api)['id']}"
    for one in (address, f"{TOKENS}/{uuid4()}"):
        for response in (other_api.get(one), other_api.delete(one)):
            assert response.status_code == 404
            assert response.json()["detail"].startswith("There is no token with the id")
    assert api.get(address).status_code == 200
    assert not tokens_of(other_owner).exists()


def test_without_a_login_nothing_is_shown_or_made(api: Caller) -> None:
    address = f"{TOKENS}/{made(api)['id']}"
    nobody = Caller()
    for response in (
        nobody.get(TOKENS),
        nobody.post(TOKENS, {"name": "x"}),
        nobody.get(address),
        nobody.delete(address),
    ):
        assert response.status_code == 401
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "  "}, {"name": None}, {"name": "n" * 256}, {"name": "a\x00"}, {"name": 1}]
)
def test_a_name_that_cannot_be_used_is_refused(api: Caller, owner: User, body: dict[str, Any]) -> None:
    response = api.post(TOKENS, body)
    assert response.status_code == 422
    assert [each["field"] for each in response.json()["errors"]] == ["name"]
    assert not tokens_of(owner).exists()


@pytest.mark.parametrize("field", ["prefix", "digest", "token", "owner_id"])
def test_nothing_but_the_name_is_chosen(api: Caller, field: str) -> None:
    response = api.post(TOKENS, {"name": "Nightly", field: "x"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


def test_there_are_not_more_than_allowed(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_TOKENS", 1)
    made(api)
    response = api.post(TOKENS, {"name": "One more"})
    assert response.status_code == 422
    assert "which is the limit" in response.json()["detail"]


def test_while_nobody_has_to_log_in_a_token_is_refused_with_the_reason(settings: Settings, db: None) -> None:
    settings.AUTH_ENABLED = False
    response = Caller().post(TOKENS, {"name": "Nightly"})
    assert response.status_code == 422
    assert "AUTH_ENABLED is false" in response.json()["detail"]
    assert Caller().get(TOKENS).json() == {"items": [], "total": 0}


@pytest.mark.parametrize("method", ["post", "delete"])
def test_a_session_has_to_prove_where_it_asks_from(api: Caller, owner: User, method: str) -> None:
    address = TOKENS if method == "post" else f"{TOKENS}/{made(api)['id']}"
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    body = {"data": {"name": "x"}, "content_type": "application/json"} if method == "post" else {}
    assert getattr(browser, method)(f"{ROOT}{address}", **body).status_code == 403
