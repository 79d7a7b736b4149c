"""The page of one's own account: tokens, the password, and what the server is set to."""

import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import ApiToken, User
from accounts.services.throttle import MAX_FAILURES_PER_NAME
from accounts.services.tokens import create_token, user_of_token
from tests.factories import ApiTokenFactory, UserFactory

pytestmark = pytest.mark.django_db

NEW = "correct horse battery"
CHANGE = {"current": "password", "new": NEW, "again": NEW}


@pytest.fixture
def mine(logins_on: None, client: Client, owner: User) -> Client:
    """`owner`, signed in."""
    client.post("/login", {"username": "owner", "password": "password"})
    return client


def text_of(client: Client, path: str = "/account") -> str:
    page = client.get(path)
    assert page.status_code == 200
    return page.content.decode()


def test_without_logins_it_says_that_tokens_are_not_needed(client: Client) -> None:
    page = text_of(client)
    assert "local-user" in page
    assert "Tokens come with logins" in page
    assert "/account/tokens/new" not in page
    assert "/account/password" not in page
    for path in ("/account/tokens/new", "/account/password"):
        assert client.get(path).status_code == 404
        assert client.post(path, CHANGE).status_code == 404


def test_it_lists_ones_own_tokens_without_their_secrets(mine: Client, owner: User) -> None:
    _, secret = create_token(owner=owner, name="Nightly")
    ApiTokenFactory(owner=UserFactory(), name="Theirs")
    page = text_of(mine)
    assert "Nightly" in page
    assert "never" in page
    assert secret[:11] in page
    assert secret not in page
    assert "Theirs" not in page


def test_a_new_tokens_secret_is_shown_once_and_works(mine: Client, owner: User) -> None:
    made = mine.post("/account/tokens/new", {"name": "Nightly"}, headers={"HX-Request": "true", "HX-Target": "dialog"})
    assert made.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert "changed" in made.headers["HX-Trigger"]
    (secret,) = set(re.findall(r"dset_[\w-]{20,}", made.content.decode()))
    assert user_of_token(secret) == owner
    assert secret not in text_of(mine)


def test_a_token_that_cannot_be_made_says_why_and_keeps_what_was_typed(mine: Client, owner: User) -> None:
    assert "This field is required." in mine.post("/account/tokens/new", {"name": " "}).content.decode()
    ApiTokenFactory.create_batch(100, owner=owner)
    refused = mine.post("/account/tokens/new", {"name": "One more"})
    assert refused.status_code == 422
    assert "Revoke one that is not in use." in refused.content.decode()
    assert 'value="One more"' in refused.content.decode()


def test_revoking_names_the_token_and_ends_it(mine: Client, owner: User) -> None:
    token, secret = create_token(owner=owner, name="Nightly")
    asked = text_of(mine, f"/account/tokens/{token.pk}/revoke")
    assert "Revoke <bdi>Nightly</bdi>" in asked
    done = mine.post(f"/account/tokens/{token.pk}/revoke", follow=True)
    assert "Revoked “Nightly”" in done.content.decode()
    assert user_of_token(secret) is None


def test_nobody_revokes_anothers_token(mine: Client) -> None:
    theirs = ApiTokenFactory(owner=UserFactory())
    for answer in (mine.get, mine.post):
        assert answer(f"/account/tokens/{theirs.pk}/revoke").status_code == 404
    assert ApiToken.objects.filter(pk=theirs.pk).exists()


def test_a_new_password_ends_every_other_session_and_not_this_one(mine: Client, owner: User) -> None:
    elsewhere = Client()
    elsewhere.post("/login", {"username": "owner", "password": "password"})
    assert elsewhere.get("/account").status_code == 200
    done = mine.post("/account/password", CHANGE, follow=True)
    assert "Changed your password." in done.content.decode()
    assert mine.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    owner.refresh_from_db()
    assert owner.check_password(NEW)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({**CHANGE, "current": "wrong"}, "This is not your password."),
        ({**CHANGE, "again": "something else"}, "This is not the same as the new password above."),
        ({**CHANGE, "new": "short", "again": "short"}, "This password is too short."),
        ({**CHANGE, "new": "password123", "again": "password123"}, "This password is too common."),
        ({"current": "password"}, "This field is required."),
    ],
)
def test_a_password_that_cannot_be_changed_stays_and_says_why(
    mine: Client, owner: User, form: dict[str, str], said: str
) -> None:
    refused = mine.post("/account/password", form)
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert NEW not in refused.content.decode()
    owner.refresh_from_db()
    assert owner.check_password("password")


def test_nobody_finds_a_password_out_by_trying_it_there(mine: Client) -> None:
    for _ in range(MAX_FAILURES_PER_NAME):
        mine.post("/account/password", {**CHANGE, "current": "wrong"})
    refused = mine.post("/account/password", CHANGE)
    assert refused.status_code == 422
    assert "Too many attempts" in refused.content.decode()


def test_it_shows_what_the_server_is_set_to_and_no_secret(mine: Client, settings: Settings) -> None:
    page = text_of(mine)
    assert str(settings.PROJECT_ROOTS[0]) in page
    assert str(settings.IMPORT_ROOTS[0]) in page
    assert settings.VERSION in page
    assert "/api/v1/docs" in page
    assert settings.SECRET_KEY not in page


def test_the_navigation_leads_there(mine: Client) -> None:
    assert 'href="/account"' in text_of(mine, "/projects/")
