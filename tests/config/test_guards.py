"""What stands around every page: its security policy, its errors, its navigation."""

import re
from io import StringIO
from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views import defaults
from pytest_django import DjangoAssertNumQueries

from accounts.access import user_of
from accounts.services.users import local_user
from config.urls import urlpatterns as real_urlpatterns
from tests.factories import DeploymentSetFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the server")


urlpatterns = [*real_urlpatterns, path("broken", broken)]


def test_health_is_good_while_the_database_answers(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_health_is_bad_when_the_database_does_not_answer(client: Client) -> None:
    with patch.object(connection, "cursor", side_effect=OperationalError("connection refused")):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"The database does not answer.\n")


@override_settings(AUTH_ENABLED=True)
def test_health_needs_no_login(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


def test_pages_run_under_a_strict_policy(client: Client) -> None:
    policy = client.get("/sets/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("address", ["/sets/", "/projects/", "/nowhere"])
def test_pages_hold_no_inline_code_or_style(client: Client, address: str) -> None:
    text = client.get(address).content.decode()
    assert re.findall(r"<script(?![^>]* src=)", text) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|hx-on", text) == []
    assert "//" not in " ".join(re.findall(r'(?:src|href)="([^"]*)"', text))


def test_an_unknown_host_is_refused(client: Client) -> None:
    assert client.get("/sets/", headers={"host": "sets.example.org"}).status_code == 400


def test_an_unknown_address_gives_the_page_for_it(client: Client) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "Nothing here" in response.content.decode()


@override_settings(ROOT_URLCONF="tests.config.test_guards")
def test_a_failure_gives_a_page_that_tells_no_detail() -> None:
    response = Client(raise_request_exception=False).get("/broken")
    assert response.status_code == 500
    text = response.content.decode()
    assert "Something broke" in text
    assert "secret" not in text


@pytest.mark.parametrize("address", ["/admin/deployment_sets/deploymentsetmember/add/", "/nowhere"])
def test_a_refusal_is_one_line_of_the_log(client: Client, server_log: StringIO, address: str) -> None:
    assert client.get(address).status_code in (403, 404)
    assert len(server_log.getvalue().splitlines()) == 1
    assert address in server_log.getvalue()


def test_a_host_that_is_refused_is_one_line_of_the_log(client: Client, server_log: StringIO) -> None:
    assert client.get("/sets/", headers={"host": "sets.example.org"}).status_code == 400
    assert len(server_log.getvalue().splitlines()) == 1


@override_settings(ROOT_URLCONF="tests.config.test_guards")
def test_a_failure_is_logged_whole(server_log: StringIO) -> None:
    Client(raise_request_exception=False).get("/broken")
    assert server_log.getvalue().splitlines()[-1] == "RuntimeError: a secret of the server"


def test_the_page_for_a_failure_asks_no_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert "Something broke" in defaults.server_error(RequestFactory().get("/broken")).content.decode()


def test_a_request_that_is_refused_gets_a_page() -> None:
    request = RequestFactory().get("/")
    request.user = local_user()
    for view, status, words in (
        (defaults.bad_request, 400, "That request made no sense"),
        (defaults.permission_denied, 403, "Not allowed"),
    ):
        response = view(request, Exception("detail"))
        assert response.status_code == status
        assert words in response.content.decode()
        assert "detail" not in response.content.decode()


def test_a_form_from_elsewhere_gets_a_page_that_says_so() -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "ann"})
    assert response.status_code == 403
    assert "Nothing was changed." in response.content.decode()


def test_the_first_page_is_the_list_of_sets(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/sets/"


def test_navigation_counts_only_what_is_ours(client: Client) -> None:
    for user, count in ((local_user(), 2), (UserFactory(), 3)):
        DeploymentSetFactory.create_batch(count, owner=user)
    text = " ".join(client.get("/projects/").content.decode().split())
    assert re.search(r'href="/sets/" >? ?Sets <span class="count">2</span>', text)
    assert re.search(r'aria-current="page"> Projects <span class="count">0</span>', text)


def test_navigation_marks_the_place_a_page_belongs_to(client: Client) -> None:
    project = ProjectFactory(owner=local_user())
    text = " ".join(client.get(f"/projects/{project.pk}").content.decode().split())
    assert re.search(r'href="/projects/" aria-current="true"', text)


@override_settings(DEPLOYMENT_SETS_ENABLED=False)
def test_sets_switched_off_leave_navigation_and_answer_404(client: Client) -> None:
    DeploymentSetFactory(owner=local_user(), name="Full-stack")
    assert client.get("/").headers["Location"] == "/projects/"
    assert 'href="/sets/"' not in client.get("/projects/").content.decode()
    for address in ("/sets/", "/sets/00000000-0000-0000-0000-000000000000"):
        response = client.get(address)
        assert response.status_code == 404
        assert "Deployment sets are switched off" in response.content.decode()
        assert "Full-stack" not in response.content.decode()


def test_every_page_needs_a_login_where_logins_are_on() -> None:
    middleware = [name for name in settings.MIDDLEWARE if name != "accounts.middleware.LocalUserMiddleware"]
    with override_settings(MIDDLEWARE=middleware):
        for address in ("/", "/sets/", "/projects/", f"/runs/{local_user().pk}"):
            response = Client().get(address)
            assert response.status_code == 302
            assert response.headers["Location"].startswith("/login?next=")


def test_a_view_that_needs_somebody_refuses_nobody() -> None:
    request = RequestFactory().get("/sets/")
    request.user = AnonymousUser()
    with pytest.raises(TypeError, match="lets nobody in without a login"):
        user_of(request)
