"""Who uses the application, and whose things are whose."""

import uuid
from typing import Self

from django.contrib.auth.models import AbstractUser
from django.db import models

LOCAL_USERNAME = "local-user"


class User(AbstractUser):
    """A person, or the one local user when login is off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


class OwnedQuerySet[T: models.Model](models.QuerySet[T]):
    """Rows that belong to an owner. Every read that serves a person starts with `owned_by`."""

    def owned_by(self, user: User) -> Self:
        """Only the rows that belong to `user`."""
        return self.filter(owner=user)
