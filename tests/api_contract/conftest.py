"""Two worlds: an owner's, and one of somebody who must see nothing of it."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from tests.api_contract.world import World


@pytest.fixture
def world(owner: User, project_folder: Path, settings: Settings) -> World:
    """The world of `owner`, on a server where people sign in."""
    settings.AUTH_ENABLED = True
    return World.of(owner, project_folder)


@pytest.fixture
def other_world(other_owner: User, tmp_path: Path) -> World:
    """The world of somebody else."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return World.of(other_owner, folder.resolve())


@pytest.fixture
def client(owner: User) -> Client:
    """`owner`, signed in."""
    return signed_in(owner)


@pytest.fixture
def other_client(other_owner: User) -> Client:
    """Somebody else, signed in."""
    return signed_in(other_owner)


def signed_in(user: User) -> Client:
    """`user`, signed in; what fails is answered, as by a server."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client
