"""API tokens: shown once, kept as a hash, worth nothing once revoked or once their owner may not come in."""

from datetime import timedelta
from hashlib import sha256
from unittest import mock
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.exceptions import TokenError, TokenNotFoundError
from accounts.models import ApiToken, User
from accounts.queries import tokens_of
from accounts.services import tokens
from accounts.services.tokens import create_token, revoke_token, user_of_token
from accounts.services.users import local_user
from tests.factories import ApiTokenFactory, UserFactory


def test_a_secret_is_its_owners(owner: User, other_owner: User) -> None:
    _, mine = create_token(owner=owner, name="Laptop")
    _, theirs = create_token(owner=other_owner, name="Laptop")
    assert user_of_token(mine) == owner
    assert user_of_token(theirs) == other_owner


def test_a_secret_is_long_random_and_easy_to_find(owner: User) -> None:
    made = {create_token(owner=owner, name="Again")[1] for _ in range(5)}
    assert len(made) == 5
    for secret in made:
        assert secret.startswith("dset_")
        # 256 bits, six to a character.
        assert len(secret.removeprefix("dset_")) == 43


def test_what_is_kept_is_a_hash_and_a_few_characters_to_recognise_it_by(owner: User) -> None:
    token, secret = create_token(owner=owner, name="  Laptop  ")
    token.refresh_from_db()
    assert token.name == "Laptop"
    assert token.digest == sha256(secret.encode()).hexdigest()
    assert secret.startswith(token.prefix)
    assert len(token.prefix) < 12
    assert secret not in str(ApiToken.objects.values().get())


@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "\ud800", "n" * 256])
def test_a_name_that_cannot_be_stored_is_refused(owner: User, name: str) -> None:
    with pytest.raises(TokenError) as refusal:
        create_token(owner=owner, name=name)
    assert list(refusal.value.problems) == ["name"]
    assert not tokens_of(owner).exists()


def test_the_longest_name_is_taken_with_blanks_around_it(owner: User) -> None:
    assert create_token(owner=owner, name=f" {'n' * 255} ")[0].name == "n" * 255


def test_an_owner_has_a_bounded_number_of_them(owner: User, other_owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_TOKENS", 2)
    first, _ = create_token(owner=owner, name="1")
    create_token(owner=owner, name="2")
    with pytest.raises(TokenError, match=r"2 tokens already.*Revoke one"):
        create_token(owner=owner, name="3")
    create_token(owner=other_owner, name="1")
    revoke_token(owner=owner, token_id=first.pk)
    create_token(owner=owner, name="3")


@pytest.mark.django_db
def test_nobody_gets_a_token_that_opens_nothing() -> None:
    with pytest.raises(TokenError, match="local user needs no token"):
        create_token(owner=local_user(), name="Laptop")
    with pytest.raises(TokenError, match="ann is not active"):
        create_token(owner=UserFactory(username="ann", is_active=False), name="Laptop")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "secret", ["", "dset_", "dset_" + "x" * 43, "x" * 43, "dset_\udfff\x00", "dset_" + "x" * 10_000]
)
def test_another_secret_is_nobodys(secret: str) -> None:
    assert user_of_token(secret) is None


def test_part_of_a_secret_or_its_hash_is_nobodys(owner: User) -> None:
    token, secret = create_token(owner=owner, name="Laptop")
    for wrong in (secret[:-1], secret + "x", f" {secret}", secret.upper(), token.prefix, token.digest):
        assert user_of_token(wrong) is None


def test_a_revoked_token_is_nobodys_and_gone_from_the_list(owner: User) -> None:
    kept, still_good = create_token(owner=owner, name="Kept")
    token, secret = create_token(owner=owner, name="Lost")
    revoke_token(owner=owner, token_id=token.pk)
    assert user_of_token(secret) is None
    assert list(tokens_of(owner)) == [kept]
    assert user_of_token(still_good) == owner
    with pytest.raises(TokenNotFoundError, match=str(token.pk)):
        revoke_token(owner=owner, token_id=token.pk)


def test_another_owners_token_does_not_exist(owner: User, other_owner: User) -> None:
    token, secret = create_token(owner=owner, name="Laptop")
    for token_id in (token.pk, uuid4()):
        with pytest.raises(TokenNotFoundError):
            revoke_token(owner=other_owner, token_id=token_id)
    assert not tokens_of(other_owner).exists()
    assert user_of_token(secret) == owner


def test_the_token_of_a_user_who_is_not_active_opens_nothing(owner: User) -> None:
    _, secret = create_token(owner=owner, name="Laptop")
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert user_of_token(secret) is None
    User.objects.filter(pk=owner.pk).update(is_active=True)
    assert user_of_token(secret) == owner


def test_a_token_of_the_local_user_opens_nothing(owner: User) -> None:
    _, secret = create_token(owner=owner, name="Laptop")
    ApiToken.objects.update(owner=local_user())
    assert user_of_token(secret) is None
    assert ApiToken.objects.get().last_used_at is None


def test_its_last_use_is_noted_at_most_once_a_minute(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, secret = create_token(owner=owner, name="Laptop")
    assert ApiToken.objects.filter(last_used_at=None).exists()
    with django_assert_num_queries(2):
        user_of_token(secret)
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    with django_assert_num_queries(1):
        user_of_token(secret)
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    with django_assert_num_queries(2):
        user_of_token(secret)
    assert ApiToken.objects.filter(last_used_at__gte=first).exists()


def test_other_tokens_do_not_make_it_slower(owner: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ApiTokenFactory.create_batch(20, owner=owner)
    _, secret = create_token(owner=owner, name="Laptop")
    with django_assert_num_queries(2):
        assert user_of_token(secret) == owner


def test_a_busy_database_does_not_close_the_door(owner: User) -> None:
    token, secret = create_token(owner=owner, name="Laptop")
    with mock.patch.object(QuerySet, "update", side_effect=OperationalError("database is locked")):
        assert user_of_token(secret) == owner
    token.refresh_from_db()
    assert token.last_used_at is None


def test_deleting_a_user_takes_their_tokens_along(owner: User) -> None:
    _, secret = create_token(owner=owner, name="Laptop")
    owner.delete()
    assert user_of_token(secret) is None
    assert not ApiToken.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_making_one_holds_the_owners_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else two at once could both be the last that is allowed."""
    inside: list[bool] = []
    monkeypatch.setattr(tokens, "lock_owner", lambda owner: inside.append(connection.in_atomic_block))
    create_token(owner=UserFactory(), name="Laptop")
    assert inside == [True]
