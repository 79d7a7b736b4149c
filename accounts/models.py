"""Who uses the application, and whose things are whose."""

import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.lengths import LONGEST_NAME
from accounts.text import storable_text

LOCAL_USERNAME = "local-user"


class User(AbstractUser):
    """A person, or the one local user when login is off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    @property
    def may_come_in(self) -> bool:
        """Whether a password, a session or a token of theirs counts. The local user's never do."""
        return self.is_active and self.username != LOCAL_USERNAME


class OwnedQuerySet[T: models.Model](models.QuerySet[T]):
    """Rows that belong to an owner. Every read that serves a person starts with `owned_by`."""

    def owned_by(self, user: User) -> Self:
        """Only the rows that belong to `user`."""
        return self.filter(owner=user)


class ApiToken(models.Model):
    """A secret with which programs act as its owner. Only the hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens", db_index=False
    )
    name = models.CharField(max_length=LONGEST_NAME, validators=[storable_text])
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=16, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OwnedQuerySet["ApiToken"].as_manager()

    class Meta:
        verbose_name = "API token"
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["owner", "created_at"], name="api_token_owner_created")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class FailedAttempts(models.Model):
    """How often somebody at one network address has lately failed to come in. Gone, or of no meaning, once expired.

    Without a `username` it counts all that were tried from there.
    """

    class Door(models.TextChoices):
        """Where a password is asked for, and where a token is."""

        LOGIN = "login"
        API = "api"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    door = models.CharField(max_length=8, choices=Door)
    address = models.CharField(max_length=64, blank=True)
    username = models.CharField(max_length=150, blank=True)
    failures = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "failed attempts"
        ordering = ["-expires_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["door", "address", "username"], name="failed_attempts_of_one")]

    def __str__(self) -> str:
        return f"{self.door} {self.username} {self.address}"
