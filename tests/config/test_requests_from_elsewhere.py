"""What other pages, other hosts and unreadable addresses get: nothing, and a page that says so."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client, override_settings

ADD = "/admin/auth/group/add/"
ALL_METHODS = ["get", "head", "options", "trace", "post", "put", "patch", "delete"]
CHANGING = ALL_METHODS[4:]

pytestmark = pytest.mark.django_db


def add_group(client: Client, **headers: str) -> int:
    return client.post(ADD, {"name": "Planning"}, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"origin": "http://testserver"},
        {"origin": "http://testserver:80"},
        {"host": "localhost:8000", "origin": "http://localhost:8000"},
        {"host": "LOCALHOST", "origin": "http://localhost"},
    ],
    ids=str,
)
def test_our_own_pages_and_programs_may_change_things(client: Client, headers: dict[str, str]) -> None:
    assert add_group(client, **headers) == 302
    assert Group.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "same-site", "origin": "http://testserver"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"origin": "http://evil.example"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver:8000"},
        {"host": "localhost:8000", "origin": "http://localhost"},
        {"host": "localhost:8000", "origin": "http://localhost:3000"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "http://[not-an-address"},
        {"origin": "null"},
        {"origin": ""},
    ],
    ids=str,
)
def test_a_page_on_another_origin_changes_nothing(client: Client, headers: dict[str, str]) -> None:
    response = client.post(ADD, {"name": "Planning"}, headers=headers)
    assert response.status_code == 403
    text = response.content.decode()
    assert "This was not sent from this server's own page" in text
    assert "Reload the page from this server" in text
    assert not Group.objects.exists()


def test_a_valid_form_token_does_not_help_another_origin() -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(ADD)
    form = {"name": "Planning", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    elsewhere = {"sec-fetch-site": "same-site", "origin": "http://testserver"}
    assert client.post(ADD, form, headers=elsewhere).status_code == 403
    assert client.post(ADD, form, headers={**elsewhere, "sec-fetch-site": "same-origin"}).status_code == 302


@pytest.mark.parametrize("method", CHANGING)
def test_every_way_to_change_something_is_guarded(client: Client, method: str) -> None:
    response = getattr(client, method)("/healthz", headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert getattr(client, method)("/healthz").status_code == 405


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_link_from_elsewhere_opens_a_page(client: Client, method: str) -> None:
    headers = {"sec-fetch-site": "cross-site", "origin": "http://evil.example"}
    assert getattr(client, method)("/projects/", headers=headers).status_code == 200


def test_with_logins_the_guard_is_the_same() -> None:
    middleware = [name for name in settings.MIDDLEWARE if name != "accounts.middleware.LocalUserMiddleware"]
    with override_settings(MIDDLEWARE=middleware, AUTH_ENABLED=True):
        for headers, status in (({"sec-fetch-site": "cross-site"}, 403), ({}, 200)):
            response = Client().post("/login", {"username": "ann"}, headers=headers)
            assert response.status_code == status


def test_a_refusal_has_the_strict_policy_too(client: Client) -> None:
    response = client.post(ADD, headers={"sec-fetch-site": "cross-site"})
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ALL_METHODS)
@pytest.mark.parametrize("address", ["/healthz", "/nowhere", "/static/css/tokens.css"])
def test_the_host_is_asked_for_by_every_request(client: Client, method: str, address: str) -> None:
    middleware = [name for name in settings.MIDDLEWARE if name != "django.middleware.common.CommonMiddleware"]
    with override_settings(MIDDLEWARE=middleware):
        response = getattr(client, method)(address, headers={"host": "sets.example.org"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/admin/artifacts/artifact/?type__exact=%00",
        "/admin/artifacts/artifact/?q=a&q=b%00c",
        "/admin/artifacts/artifact/?%00=a",
        "/admin/artifacts/blob/%00/change/",
        "/sets/?name=%00",
        "/static/%00",
    ],
)
def test_an_address_with_a_nul_is_answered_400(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 400
    assert "That request made no sense" in response.content.decode()


@pytest.mark.parametrize("address", ["/admin/artifacts/blob/%ED%A0%80/change/", "/sets/?name=%ED%A0%80"])
def test_half_of_a_surrogate_pair_breaks_nothing(client: Client, address: str) -> None:
    assert client.get(address).status_code < 500


@pytest.mark.parametrize("address", ["/sets/?name=%F0%9F%98%80", "/sets/?name=%0A%01", "/projects/?page=2"])
def test_other_text_in_an_address_is_let_through(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200
