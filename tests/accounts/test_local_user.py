"""The user everybody is while login is off."""

import threading

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import LOCAL_USERNAME, User
from accounts.services.users import local_user, lock_all_owners, lock_owner
from tests.factories import UserFactory


@pytest.mark.django_db
def test_it_is_made_once_with_every_permission() -> None:
    first, second = local_user(), local_user()
    assert first == second
    assert first.username == LOCAL_USERNAME == "local-user"
    assert first.is_active
    assert first.has_perm("artifacts.change_artifactgroup")


@pytest.mark.django_db
def test_it_can_never_log_in() -> None:
    user = local_user()
    assert not user.has_usable_password()
    for password in ("", "!", LOCAL_USERNAME, user.password):
        assert authenticate(username=LOCAL_USERNAME, password=password) is None


@pytest.mark.django_db
def test_every_request_acts_as_it(client: Client) -> None:
    page = client.get("/admin/")
    assert page.status_code == 200
    assert page.wsgi_request.user == local_user()


@pytest.mark.django_db(transaction=True)
def test_several_first_requests_make_one() -> None:
    made: list[User] = []
    failures: list[Exception] = []
    start = threading.Barrier(6)

    def first_request() -> None:
        start.wait()
        try:
            made.append(local_user())
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=first_request) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len({user.pk for user in made}) == 1


@pytest.mark.django_db
def test_it_takes_one_query_once_it_is_there(django_assert_num_queries: object) -> None:
    local_user()
    with django_assert_num_queries(1):  # type: ignore[operator]
        local_user()


@pytest.mark.django_db
def test_a_user_name_is_one_persons() -> None:
    UserFactory(username="ada")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(username="ada")


@pytest.mark.django_db(transaction=True)
def test_the_owners_lock_needs_a_transaction() -> None:
    user = UserFactory()
    with pytest.raises(transaction.TransactionManagementError):
        lock_owner(user)
    with pytest.raises(transaction.TransactionManagementError):
        lock_all_owners()
    with transaction.atomic():
        assert lock_owner(user) == user
        lock_all_owners()
