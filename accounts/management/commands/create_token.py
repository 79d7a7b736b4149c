"""`manage.py create_token`: a secret with which a script acts as a user, printed once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.exceptions import TokenError
from accounts.models import LOCAL_USERNAME, User
from accounts.services.tokens import create_token
from accounts.services.users import local_user
from accounts.text import printable, storable_text


class Command(BaseCommand):
    help = "Make an API token for a user and print it, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="whom the token acts as")
        parser.add_argument("--name", default="Command line", help="what to call it in lists (default: Command line)")

    def handle(self, *args: Any, user: str, name: str, **options: Any) -> None:
        try:
            token, secret = create_token(owner=_user(user), name=name)
        except TokenError as error:
            raise CommandError(printable(str(error)), returncode=2) from error
        self.stdout.write(secret)
        self.stderr.write(
            f"This is the token “{printable(token.name)}” of {printable(user)}. It cannot be shown again.",
            style_func=str,
        )


def _user(name: str) -> User:
    if name == LOCAL_USERNAME:
        # There or not yet: whoever asks for a token of theirs is told why there is none.
        return local_user()
    try:
        storable_text(name)
        return User.objects.get(username=name)
    except (ValidationError, User.DoesNotExist):
        raise CommandError(f"There is no user {printable(name)!r}.", returncode=2) from None
