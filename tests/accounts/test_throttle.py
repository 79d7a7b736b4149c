"""Whoever is wrong too often waits; nobody else does."""

import re
import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY, authenticate
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.exceptions import TooManyAttemptsError
from accounts.models import FailedAttempts, User
from accounts.services import throttle
from accounts.services.tokens import create_token
from accounts.services.users import local_user
from tests.factories import FailedAttemptsFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("logins_on")]

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.1"
LIMIT = throttle.MAX_FAILURES_PER_NAME


@pytest.fixture
def few_per_address(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(throttle, "MAX_FAILURES_PER_ADDRESS", LIMIT + 3)
    return LIMIT + 3


def login(client: Client, username: str, password: str, address: str = HERE, page: str = "/login") -> Any:
    return client.post(page, {"username": username, "password": password}, REMOTE_ADDR=address)


def fail(client: Client, times: int, username: str = "owner", address: str = HERE) -> None:
    for _ in range(times):
        assert login(client, username, "wrong", address).status_code == 200


def writes(captured: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in captured if not query["sql"].startswith("SELECT")]


def let_time_pass(passed: timedelta) -> None:
    for count in FailedAttempts.objects.all():
        count.expires_at -= passed
        count.save()


def present(token: str, address: str = HERE, **headers: str) -> User | None:
    request = RequestFactory().get("/api/v1/tokens", REMOTE_ADDR=address, headers=headers)
    user = authenticate(request, token=token)
    assert user is None or isinstance(user, User)
    return user


def test_a_name_that_was_wrong_too_often_has_to_wait_even_with_the_right_password(client: Client, owner: User) -> None:
    fail(client, LIMIT)
    page = login(client, "owner", "password")
    assert page.status_code == 429
    assert "Try again in 5 minutes." in page.content.decode()
    assert 290 < int(page.headers["Retry-After"]) <= 300
    assert SESSION_KEY not in client.session


def test_who_has_to_wait_is_told_with_which_name_or_with_all(client: Client, owner: User, few_per_address: int) -> None:
    fail(client, LIMIT, "<owner>")
    refused = login(client, "<owner>", "password").content.decode()
    assert "to sign in as “&lt;owner&gt;” from your address were wrong" in refused
    for number in range(few_per_address - LIMIT):
        fail(client, 1, f"name-{number}")
    assert "Too many attempts from your address were wrong" in login(client, "owner", "password").content.decode()


def test_the_wait_ends_and_the_count_begins_anew(client: Client, owner: User) -> None:
    fail(client, LIMIT)
    let_time_pass(timedelta(minutes=4, seconds=30))
    page = login(client, "owner", "password")
    assert "Try again in a minute." in page.content.decode()
    assert int(page.headers["Retry-After"]) <= 30
    let_time_pass(timedelta(seconds=31))
    fail(client, LIMIT)
    assert login(client, "owner", "wrong").status_code == 429


def test_the_last_allowed_attempt_may_be_right(client: Client, owner: User) -> None:
    fail(client, LIMIT - 1)
    assert login(client, "owner", "password").status_code == 302


def test_being_right_begins_the_count_anew(client: Client, owner: User) -> None:
    for _ in range(3):
        fail(client, LIMIT - 1)
        assert login(client, "owner", "password").status_code == 302


def test_the_whole_wait_begins_with_the_failure_that_was_one_too_many(client: Client, owner: User) -> None:
    fail(client, LIMIT - 1)
    let_time_pass(timedelta(minutes=4))
    fail(client, 1)
    assert int(login(client, "owner", "wrong").headers["Retry-After"]) > 240


def test_failures_that_lie_apart_do_not_add_up(client: Client, owner: User) -> None:
    for _ in range(3):
        fail(client, LIMIT - 1)
        let_time_pass(timedelta(minutes=5, seconds=1))
    assert login(client, "owner", "password").status_code == 302


def test_the_same_name_elsewhere_and_other_names_here_need_not_wait(
    client: Client, owner: User, other_owner: User
) -> None:
    fail(client, LIMIT)
    assert login(client, "owner", "password", ELSEWHERE).status_code == 302
    assert login(client, "other-owner", "password").status_code == 302
    assert login(client, "owner", "password").status_code == 429


def test_names_that_nobody_has_are_counted_alike(client: Client) -> None:
    fail(client, LIMIT, "nobody")
    assert login(client, "nobody", "wrong").status_code == 429


def test_the_local_users_name_is_counted_alike(client: Client) -> None:
    local_user()
    fail(client, LIMIT, "local-user")
    assert login(client, "local-user", "wrong").status_code == 429


def test_an_address_that_tries_many_names_has_to_wait_with_all_of_them(
    client: Client, owner: User, few_per_address: int
) -> None:
    for number in range(few_per_address):
        fail(client, 1, f"user-{number}")
    assert login(client, "owner", "password").status_code == 429
    assert login(client, "owner", "password", ELSEWHERE).status_code == 302


def test_being_right_with_one_name_does_not_help_an_address_with_the_others(
    client: Client, owner: User, few_per_address: int
) -> None:
    for number in range(few_per_address - 1):
        fail(client, 1, f"user-{number}")
    assert login(client, "owner", "password").status_code == 302
    fail(client, 1, "user-x")
    assert login(client, "owner", "password").status_code == 429


def test_what_has_to_wait_is_not_counted_and_writes_nothing(client: Client, owner: User) -> None:
    fail(client, LIMIT)
    before = list(FailedAttempts.objects.values())
    with CaptureQueriesContext(connection) as captured:
        assert login(client, "owner", "wrong").status_code == 429
    assert writes(captured) == []
    assert list(FailedAttempts.objects.values()) == before


def test_counts_that_are_over_are_cleared_away(client: Client, owner: User) -> None:
    FailedAttemptsFactory.create_batch(3, expires_at=timezone.now() - timedelta(seconds=1))
    fail(client, 1)
    assert sorted(FailedAttempts.objects.values_list("username", flat=True)) == ["", "owner"]


def test_the_door_of_the_admin_is_the_same(client: Client, owner: User) -> None:
    fail(client, LIMIT)
    page = client.post("/admin/login/", {"username": "owner", "password": "password"}, REMOTE_ADDR=HERE)
    assert page.status_code == 302
    assert login(client, "owner", "password", page=page.headers["Location"]).status_code == 429


def test_a_session_goes_on_while_its_address_has_to_wait(client: Client, owner: User) -> None:
    login(client, "owner", "password")
    fail(Client(), LIMIT)
    assert client.get("/projects/", REMOTE_ADDR=HERE).status_code == 200


def test_the_page_that_says_so_leads_back(client: Client, owner: User) -> None:
    fail(client, LIMIT)
    text = login(client, "owner", "wrong").content.decode()
    assert re.search(r"<h1>\s*Too many attempts\s*</h1>", text)
    assert 'href="/login"' in text


def test_the_log_says_once_that_the_limit_was_reached_and_no_name(
    client: Client, owner: User, server_log: StringIO
) -> None:
    fail(client, LIMIT, "owner")
    said = [line for line in server_log.getvalue().splitlines() if "accounts.services.throttle" in line]
    assert len(said) == 1
    assert f"address={HERE}" in said[0]
    assert "owner" not in said[0]


def test_who_says_to_be_elsewhere_is_not_believed(client: Client, owner: User) -> None:
    for number in range(LIMIT):
        client.post(
            "/login",
            {"username": "owner", "password": "wrong"},
            REMOTE_ADDR=HERE,
            headers={"x-forwarded-for": f"203.0.113.{number}"},
        )
    assert login(client, "owner", "password").status_code == 429


def test_wrong_tokens_have_to_wait_and_then_write_nothing(few_per_address: int) -> None:
    for number in range(few_per_address):
        assert present(f"dset_{number}") is None
    with pytest.raises(TooManyAttemptsError) as refusal, CaptureQueriesContext(connection) as captured:
        present("dset_x")
    assert 290 < refusal.value.seconds <= 300
    assert writes(captured) == []
    assert len(captured) == 2
    assert present("dset_x", ELSEWHERE) is None


def test_a_right_token_is_let_in_from_where_others_have_to_wait(
    client: Client, owner: User, few_per_address: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, secret = create_token(owner=owner, name="Laptop")
    for number in range(few_per_address):
        present(f"dset_{number}")
        fail(client, 1, f"user-{number}")
    with django_assert_num_queries(2):
        assert present(secret) == owner
    with django_assert_num_queries(1):
        assert present(secret) == owner


def test_wrong_tokens_keep_nobody_from_logging_in_nor_wrong_passwords_a_token_from_failing_as_ever(
    client: Client, owner: User, few_per_address: int
) -> None:
    for number in range(few_per_address):
        present(f"dset_{number}")
    assert login(client, "owner", "password").status_code == 302
    for number in range(few_per_address):
        fail(client, 1, f"user-{number}", ELSEWHERE)
    assert present("dset_x", ELSEWHERE) is None


def test_a_failed_login_takes_as_many_queries_however_many_others_there_were(client: Client, owner: User) -> None:
    def queries(username: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            fail(client, 1, username)
        return len(captured)

    fail(client, 1, "first")
    before = queries("second")
    FailedAttemptsFactory.create_batch(30)
    assert queries("third") == before


def test_someone_behind_a_long_name_is_counted_too() -> None:
    request = RequestFactory().post("/login", REMOTE_ADDR=HERE)
    for _ in range(LIMIT):
        assert authenticate(request, username="n" * 400, password="wrong") is None
    with pytest.raises(TooManyAttemptsError):
        authenticate(request, username="n" * 400, password="wrong")


def test_two_at_once_that_begin_a_count_are_both_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one begins it between this one's look and its own beginning."""
    attempt = throttle.Attempt(FailedAttempts.Door.API, HERE)
    real = FailedAttempts.objects.get_or_create

    def other_was_faster(**fields: object) -> object:
        FailedAttemptsFactory(door=FailedAttempts.Door.API, address=HERE, username="")
        return real(**fields)  # type: ignore[arg-type]

    monkeypatch.setattr(FailedAttempts.objects, "get_or_create", other_was_faster)
    throttle.count_failure(attempt)
    assert FailedAttempts.objects.get().failures == 2


def test_an_administrator_can_end_a_wait(client: Client, owner: User) -> None:
    fail(client, LIMIT)
    admin = Client()
    admin.force_login(UserFactory(is_staff=True, is_superuser=True))
    keys = list(FailedAttempts.objects.values_list("pk", flat=True))
    listed = admin.get("/admin/accounts/failedattempts/").content.decode()
    assert re.search(rf"{HERE}.*owner", listed, re.DOTALL)
    admin.post(
        "/admin/accounts/failedattempts/", {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    )
    assert login(client, "owner", "password").status_code == 302


def test_the_api_says_how_long_to_wait(few_per_address: int, owner: User) -> None:
    def call(token: str) -> Any:
        return Client().get("/api/v1/deployment-sets", headers={"authorization": f"Bearer {token}"})

    for number in range(few_per_address):
        assert call(f"dset_{number}").status_code == 401
    refused = call("dset_x")
    assert refused.status_code == refused.json()["status"] == 429
    assert 290 < int(refused.headers["Retry-After"]) <= 300
    _, secret = create_token(owner=owner, name="Laptop")
    assert call(secret).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_all_counted_and_stand_in_nobodys_way() -> None:
    attempts = [
        throttle.Attempt(FailedAttempts.Door.LOGIN, HERE, name) for name in ("ann", "bob", "ann", "cleo", "bob", "ann")
    ]
    FailedAttemptsFactory.create_batch(5, expires_at=timezone.now() - timedelta(seconds=1))
    failures: list[Exception] = []
    start = threading.Barrier(len(attempts))

    def be_wrong(attempt: throttle.Attempt) -> None:
        start.wait()
        try:
            throttle.count_failure(attempt)
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=be_wrong, args=[attempt]) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    counted = dict(FailedAttempts.objects.values_list("username", "failures"))
    assert counted == {"": 6, "ann": 3, "bob": 2, "cleo": 1}
