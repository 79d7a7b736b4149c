"""The cast of the tests: two owners, and a project with a real folder."""

import logging
import os
from collections.abc import Generator
from io import StringIO
from pathlib import Path

import hypothesis
import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import User
from projects.models import Project
from tests import shared_collections
from tests.api import Caller
from tests.factories import DeploymentProfileFactory, ProjectFactory, UserFactory

# How long one example takes says more about the machine than about the code.
hypothesis.settings.register_profile("without deadline", deadline=None)
hypothesis.settings.load_profile("without deadline")


@pytest.fixture
def owner(db: None) -> User:
    """Whose things they are."""
    return UserFactory(username="owner")


@pytest.fixture
def other_owner(db: None) -> User:
    """Somebody else, who must not see them."""
    return UserFactory(username="other-owner")


@pytest.fixture
def api(owner: User, settings: Settings) -> Caller:
    """The API as `owner` uses it, on a server where people sign in."""
    settings.AUTH_ENABLED = True
    return Caller(owner)


@pytest.fixture
def other_api(other_owner: User, settings: Settings) -> Caller:
    """The API as somebody else uses it."""
    settings.AUTH_ENABLED = True
    return Caller(other_owner)


@pytest.fixture
def server_log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the server writes into its log from now on."""
    written = StringIO()
    handler = logging.getHandlerByName("stderr")
    assert isinstance(handler, logging.StreamHandler)
    monkeypatch.setattr(handler, "stream", written)
    return written


@pytest.fixture
def project_folder(tmp_path: Path) -> Path:
    """An empty folder in which a project may be registered."""
    folder = tmp_path.resolve() / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def project(owner: User, project_folder: Path) -> Project:
    """A project of `owner` in `project_folder`, with the profile a new project gets."""
    project = ProjectFactory(owner=owner, name="Project", path=str(project_folder))
    DeploymentProfileFactory(project=project, profile_id="claude_code")
    return project


@pytest.hookimpl(trylast=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """A test that may not touch the database says the same whatever database there is."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("django_db") is None and not fixtures & {"db", "transactional_db", "live_server"}:
        item.add_marker("any_database")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With NO_SKIPS=1 a test that was skipped has failed, unless what it needs cannot be there in this run."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("NO_SKIPS") and not _may_skip(item):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{reason} (NO_SKIPS is set)"
    return report


def _may_skip(item: pytest.Item) -> bool:
    if item.get_closest_marker("postgresql"):
        return bool(connection.vendor != "postgresql")
    return item.get_closest_marker("shared_collections") is not None and not shared_collections.FOLDER.is_dir()
