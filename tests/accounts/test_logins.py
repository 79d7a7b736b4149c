"""Logging in and out by a page, and who never can."""

import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth import SESSION_KEY, authenticate
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.services.tokens import create_token
from accounts.services.users import local_user
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logins_on")]

RIGHT = {"username": "owner", "password": "password"}
WRONG = {"username": "owner", "password": "a-wrong-one"}


def is_logged_in(client: Client) -> bool:
    return client.get("/projects/").status_code == 200


def test_a_page_asks_for_a_login_and_then_comes_up(client: Client, owner: User) -> None:
    asked = client.get("/projects/?page=1")
    assert asked.headers["Location"] == f"/login?{urlencode({'next': '/projects/?page=1'}, safe='/')}"
    form = client.get(asked.headers["Location"])
    assert 'name="next" value="/projects/?page=1"' in form.content.decode()
    assert client.post("/login", {**RIGHT, "next": "/projects/?page=1"}).headers["Location"] == "/projects/?page=1"
    assert is_logged_in(client)


def test_without_a_page_to_come_up_it_is_the_first_one(client: Client, owner: User) -> None:
    assert client.post("/login", RIGHT).headers["Location"] == "/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil"]
)
def test_it_leads_to_no_other_host(client: Client, owner: User, elsewhere: str) -> None:
    assert "evil" not in client.get("/login", {"next": elsewhere}).content.decode()
    assert client.post("/login", {**RIGHT, "next": elsewhere}).headers["Location"] == "/"


@pytest.mark.parametrize("form", [WRONG, {**WRONG, "username": "nobody"}, {**WRONG, "username": "OWNER"}])
def test_what_is_wrong_is_said_beside_the_fields_and_not_which_of_them(
    client: Client, owner: User, form: dict[str, str]
) -> None:
    page = client.post("/login", form)
    assert page.status_code == 200
    text = page.content.decode()
    assert "There is no user with this name and this password." in text
    assert 'id="login-error" role="alert"' in text
    assert (
        len(re.findall(r'<input class="input"[^>]*aria-invalid="true"[^>]*aria-describedby="login-error"', text)) == 2
    )
    assert f'value="{form["username"]}"' in text
    assert form["password"] not in text
    assert not is_logged_in(client)


@pytest.mark.parametrize("form", [{}, {"username": "owner"}, {"username": "a\x00b", "password": "x"}])
def test_what_is_missing_or_no_text_is_said(client: Client, form: dict[str, str]) -> None:
    page = client.post("/login", form)
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()


def test_its_fields_have_labels_and_say_what_a_browser_may_fill_in(client: Client) -> None:
    text = client.get("/login").content.decode()
    for field, completion in (("username", "username"), ("password", "current-password")):
        assert f'<label for="id_{field}">' in text
        assert re.search(rf'id="id_{field}"[^>]*autocomplete="{completion}"', text)


def test_the_form_needs_its_proof_of_where_it_is_from(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/login", RIGHT).status_code == 403
    client.get("/login")
    form = {**RIGHT, "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert client.post("/login", form).status_code == 302


def test_behind_https_the_form_is_taken_from_https_alone(settings: Settings, owner: User) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    proxied = {"host": "testserver", "x-forwarded-proto": "https", "origin": "https://testserver"}
    client = Client(enforce_csrf_checks=True, headers=proxied)
    client.get("/login")
    form = {**RIGHT, "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert client.post("/login", form, headers={"origin": "http://testserver"}).status_code == 403
    assert client.post("/login", form).status_code == 302


def test_the_session_is_a_new_one_and_scripts_cannot_read_it(client: Client, owner: User) -> None:
    session = client.session
    session["theme"] = "dark"
    session.save()
    assert session.session_key
    client.cookies["sessionid"] = session.session_key
    client.post("/login", RIGHT)
    cookie = client.cookies["sessionid"]
    assert cookie.value != session.session_key
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_who_is_logged_in_is_told_and_can_leave_from_any_page(client: Client, owner: User) -> None:
    client.post("/login", RIGHT)
    text = client.get("/projects/").content.decode()
    assert re.search(r'href="/account"\s*>owner</a>', text)
    assert 'method="post" action="/logout"' in text
    assert client.post("/logout").headers["Location"] == "/login"
    assert not is_logged_in(client)
    assert 'action="/logout"' not in client.get("/login").content.decode()


def test_leaving_is_a_form_and_no_link(client: Client, owner: User) -> None:
    client.post("/login", RIGHT)
    assert client.get("/logout").status_code == 405
    assert is_logged_in(client)


def test_who_is_out_already_can_leave_again(client: Client) -> None:
    assert client.post("/logout").headers["Location"] == "/login"


@pytest.mark.parametrize("change", ["inactive", "password"])
def test_a_session_ends_when_its_user_is_set_inactive_or_gets_another_password(
    client: Client, owner: User, change: str
) -> None:
    client.post("/login", RIGHT)
    assert is_logged_in(client)
    if change == "inactive":
        owner.is_active = False
    else:
        owner.set_password("another")
    owner.save()
    assert not is_logged_in(client)


def test_an_inactive_user_cannot_log_in(client: Client, owner: User) -> None:
    User.objects.update(is_active=False)
    assert client.post("/login", RIGHT).status_code == 200
    assert not is_logged_in(client)


def test_the_local_user_cannot_log_in_even_with_a_password(client: Client) -> None:
    user = local_user()
    user.set_password("password")
    user.save()
    for page in ("/login", "/admin/login/"):
        client.post(page, {"username": user.username, "password": "password"}, follow=True)
        assert SESSION_KEY not in client.session
    assert authenticate(username=user.username, password="password") is None


@pytest.mark.parametrize("backend", ["accounts.backends.PasswordBackend", "django.contrib.auth.backends.ModelBackend"])
def test_a_session_of_the_local_user_from_before_is_worth_nothing(client: Client, backend: str) -> None:
    client.force_login(local_user(), backend=backend)
    assert not is_logged_in(client)
    assert isinstance(client.get("/login").wsgi_request.user, AnonymousUser)


def test_a_token_opens_no_session(client: Client, owner: User) -> None:
    client.force_login(owner, backend="accounts.backends.TokenBackend")
    assert not is_logged_in(client)


def test_the_admin_has_no_door_of_its_own(client: Client, owner: User) -> None:
    asked = client.get("/admin/artifacts/").headers["Location"]
    assert asked == "/admin/login/?next=/admin/artifacts/"
    for response in (client.get(asked), client.post(asked, RIGHT)):
        assert response.headers["Location"] == "/login?next=/admin/artifacts/"
    assert SESSION_KEY not in client.session


def test_staff_get_into_the_admin(client: Client) -> None:
    UserFactory(username="ann", is_staff=True, is_superuser=True)
    asked = client.get("/admin/", follow=True)
    form = {"username": "ann", "password": "password", "next": "/admin/"}
    assert asked.context["next"] == "/admin/"
    assert client.post("/login", form, follow=True).redirect_chain == [("/admin/", 302)]


def test_who_is_not_staff_is_told_so_instead_of_being_sent_in_circles(client: Client, owner: User) -> None:
    client.post("/login", RIGHT)
    page = client.get("/admin/", follow=True)
    assert page.status_code == 200
    text = " ".join(page.content.decode().split())
    assert "You are signed in as <bdi>owner</bdi>. That user may not open the page you asked for" in text


@pytest.mark.parametrize("password", ["short-1", "password123", "annabelle-2"])
def test_a_password_that_is_easily_guessed_is_not_given(client: Client, password: str) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    form = {"username": "annabelle-1", "usable_password": "true", "password1": password, "password2": password}
    page = client.post("/admin/accounts/user/add/", form)
    assert page.context["adminform"].form.errors
    assert not User.objects.filter(username="annabelle-1").exists()


def test_while_nobody_has_to_log_in_there_is_no_page_for_it(settings: Settings, owner: User) -> None:
    settings.AUTH_ENABLED = False
    client = Client()
    for response in (client.get("/login"), client.post("/login", RIGHT)):
        assert response.headers["Location"] == "/"
    assert SESSION_KEY not in client.session
    assert 'action="/logout"' not in client.get("/projects/").content.decode()


@pytest.mark.usefixtures("owner")
def test_a_password_is_checked_without_a_request_too() -> None:
    assert authenticate(username="owner", password="password") is not None
    assert authenticate(username="owner", password="pass") is None


def test_a_token_proves_who_a_program_is(owner: User) -> None:
    _, secret = create_token(owner=owner, name="Laptop")
    assert authenticate(token=secret) == owner
    assert authenticate(token=secret + "x") is None


def test_the_addresses_have_names() -> None:
    assert (reverse("accounts:login"), reverse("accounts:logout")) == ("/login", "/logout")


def test_a_page_that_is_open_is_told_that_the_session_has_ended_and_gets_no_login_page(client: Client) -> None:
    told = client.get("/projects/", headers={"HX-Request": "true", "HX-Target": "page"})
    assert told.status_code == 401
    assert told.content == b"You are not signed in any more."
    back = client.get("/projects/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert back.status_code == 302
