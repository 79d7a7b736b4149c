"""Who has been wrong too often waits: counts of wrong passwords and tokens by address.

What is refused here is neither looked at nor counted, so a flood of attempts costs no writes. Attempts that run
at the same time are all looked at before the first of them is counted: a few more than the limit can get through.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, F, Value, When
from django.utils import timezone

from accounts.exceptions import TooManyAttemptsError
from accounts.models import FailedAttempts

COOL_OFF = timedelta(minutes=5)
MAX_FAILURES_PER_NAME = 5
# Many people can share an address.
MAX_FAILURES_PER_ADDRESS = 50

_MAX_USERNAME_LENGTH = 150

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to come in from an address: with a password as somebody, or with a token as nobody knows whom."""

    door: FailedAttempts.Door
    address: str
    username: str = ""

    @property
    def limits(self) -> Mapping[str, int]:
        """How many failures are allowed: in all, under '', and as this user."""
        name = self.username[:_MAX_USERNAME_LENGTH]
        return {"": MAX_FAILURES_PER_ADDRESS, **({name: MAX_FAILURES_PER_NAME} if name else {})}


def demand_patience(attempt: Attempt) -> None:
    """Raise TooManyAttemptsError where earlier ones were wrong too often. One query."""
    now, limits = timezone.now(), attempt.limits
    counts = FailedAttempts.objects.filter(
        door=attempt.door, address=attempt.address, username__in=limits, expires_at__gt=now
    )
    locked = [count for count in counts if count.failures >= limits[count.username]]
    if locked:
        longest = max(locked, key=lambda count: count.expires_at)
        raise TooManyAttemptsError(longest.expires_at - now, longest.username)


def count_failure(attempt: Attempt) -> None:
    """Count an attempt that was wrong."""
    for username, limit in attempt.limits.items():
        _count_one(attempt, username, limit)


def forget_failures(attempt: Attempt) -> None:
    """Begin to count anew as this user, who was right. What was wrong with others stays counted.

    Else whoever has one password could try those of all others.
    """
    FailedAttempts.objects.filter(door=attempt.door, address=attempt.address, username=attempt.username).delete()


def _count_one(attempt: Attempt, username: str, limit: int) -> None:
    """Add to one count, or begin it. It runs from its first failure, and anew from the one that reaches the limit.

    Each statement stands for itself: two rows locked at once, in any order, might be what another one waits for.
    """
    now = timezone.now()
    one = {"door": attempt.door, "address": attempt.address, "username": username}
    running = FailedAttempts.objects.filter(**one, expires_at__gt=now)
    more = {
        "failures": F("failures") + 1,
        "expires_at": Case(When(failures=limit - 1, then=Value(now + COOL_OFF)), default=F("expires_at")),
    }
    if not running.update(**more):
        FailedAttempts.objects.filter(expires_at__lte=now).delete()
        first = {"failures": 1, "expires_at": now + COOL_OFF}
        _, is_first = FailedAttempts.objects.get_or_create(**one, defaults=first)
        if not is_first:
            running.update(**more)
    if running.filter(failures=limit).exists():
        logger.warning(
            "Too many attempts to come in were wrong",
            extra={"door": attempt.door.value, "address": attempt.address, "per": "name" if username else "address"},
        )
