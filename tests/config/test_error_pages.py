"""Pages that say why there is no other: one look, the way out, and no need of a database."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.services.throttle import MAX_FAILURES_PER_NAME
from config.views import server_error
from deployment_sets.views import sets

pytestmark = pytest.mark.django_db


def broken(*arguments: object) -> None:
    raise RuntimeError("for the test")


def no_host(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.get("/sets/", headers={"Host": "evil.example"})


def from_elsewhere(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.post("/sets/new", headers={"Sec-Fetch-Site": "cross-site"})


def without_proof(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    return Client(enforce_csrf_checks=True).post("/sets/new", {"name": "Forged"})


def nowhere(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.get("/nowhere")


def unknown(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.get("/sets/0f8fad5b-d9cb-469f-a165-70867728950e")


def switched_off(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.DEPLOYMENT_SETS_ENABLED = False
    return client.get("/sets/")


def too_often(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.AUTH_ENABLED = True
    client = Client()
    for _ in range(MAX_FAILURES_PER_NAME):
        client.post("/login", {"username": "ann", "password": "wrong"})
    return client.post("/login", {"username": "ann", "password": "wrong"})


def failed(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sets, "set_cards", broken)
    return Client(raise_request_exception=False).get("/sets/")


@pytest.mark.parametrize(
    ("ask", "status", "title"),
    [
        (no_host, 400, "That request made no sense"),
        (from_elsewhere, 403, "This was not sent from this server's own page"),
        (without_proof, 403, "This was not sent from this server's own page"),
        (nowhere, 404, "Nothing here"),
        (unknown, 404, "Nothing here"),
        (switched_off, 404, "Deployment sets are switched off"),
        (too_often, 429, "Too many attempts"),
        (failed, 500, "Something broke"),
    ],
)
def test_each_says_what_it_is_and_the_way_out(
    client: Client,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[..., Any],
    status: int,
    title: str,
) -> None:
    answer = ask(client, settings, monkeypatch)
    assert answer.status_code == status
    (page,) = re.findall(r'<div class="error-page">.*?</div>', answer.content.decode(), re.DOTALL)
    assert re.sub(r"\s+", " ", re.findall(r"<h1>(.*?)</h1>", page, re.DOTALL)[0]).strip() == title
    assert len(re.findall(r"<p>\s*[A-Z][^<]{20}", page)) == 1
    assert re.search(r'<a href="/[^"]*">[A-Z]', page)


def test_what_broke_is_told_without_a_query() -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = server_error(RequestFactory().get("/sets/"))
    assert answer.status_code == 500
    assert "Something broke" in answer.content.decode()
    assert queries.captured_queries == []


@pytest.mark.parametrize("ask", [nowhere, unknown])
def test_a_page_that_is_open_finds_the_words_in_the_answer(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, ask: Callable[..., Any]
) -> None:
    client.defaults.update({"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog"})
    answer = ask(client, settings, monkeypatch)
    assert answer.status_code == 404
    text = answer.content.decode()
    # Either the server brings a toast, or the script makes one of the heading and the first paragraph.
    assert 'class="toast bad"' in text or re.search(r"<h1>.*?</h1>\s*<p>", text, re.DOTALL)
