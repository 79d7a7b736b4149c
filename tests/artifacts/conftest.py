"""A folder to import from, and somebody who may."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import Settings

from tests.api import Caller
from tests.factories import UserFactory


@pytest.fixture
def source(tmp_path: Path, settings: Settings) -> Path:
    """An empty folder that may be imported, and the only one."""
    folder = tmp_path.resolve() / "source"
    folder.mkdir()
    settings.IMPORT_ROOTS = [folder]
    return folder


@pytest.fixture
def keeper(db: None, settings: Settings) -> Caller:
    """The API as somebody uses it who may change what is shared, and nothing else that others may not."""
    settings.AUTH_ENABLED = True
    user = UserFactory(username="keeper")
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="artifacts"))
    return Caller(user)


@pytest.fixture
def reader(db: None, settings: Settings) -> Client:
    """A browser of somebody who may look at what is shared, and change nothing of it."""
    settings.AUTH_ENABLED = True
    client = Client()
    client.force_login(UserFactory(username="reader"))
    return client
