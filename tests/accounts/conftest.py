"""A server on which people log in."""

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture
def logins_on(settings: Settings) -> None:
    """Logins are on, for clients made after this."""
    settings.AUTH_ENABLED = True
