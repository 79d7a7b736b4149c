"""`manage.py create_token`: the secret alone on standard output, and 2 for whom no token can be."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.queries import tokens_of
from accounts.services.tokens import user_of_token


def create_token(*arguments: str) -> tuple[str, str]:
    output, notes = StringIO(), StringIO()
    call_command("create_token", *arguments, stdout=output, stderr=notes)
    return output.getvalue(), notes.getvalue()


def test_it_prints_a_secret_that_works_and_nothing_else(owner: User) -> None:
    output, notes = create_token("owner", "--name", "Nightly\x1b[2J")
    assert user_of_token(output.removesuffix("\n")) == owner
    assert "cannot be shown again" in notes
    assert "Nightly\\x1b[2J" in notes
    assert output.strip() not in notes


def test_a_token_without_a_name_is_named_after_where_it_was_made(owner: User) -> None:
    create_token("owner")
    assert tokens_of(owner).get().name == "Command line"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nobody"], "There is no user 'nobody'."),
        (["no\x00body"], "There is no user"),
        (["\udcff"], "There is no user"),
        (["local-user"], "The local user needs no token"),
        (["owner", "--name", " "], "blank"),
        (["owner", "--name", "n" * 256], "255"),
    ],
)
def test_what_cannot_be_made_exits_with_2_and_says_why(owner: User, arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason) as refusal:
        create_token(*arguments)
    assert refusal.value.returncode == 2
    assert not tokens_of(owner).exists()
