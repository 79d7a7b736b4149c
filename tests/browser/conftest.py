"""Chromium, and something to look at. Run with `make e2e`; a plain run of the tests leaves these out."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.services.users import local_user
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import claimant_of
from deployments.models import Run, RunItem
from profiles.enums import ArtifactType, Platform
from tests.browser.chromium import MISSING, PROGRAM, launch_arguments
from tests.browser.furniture import Furniture
from tests.browser.house import Visitor, watched
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    ClaimFactory,
    DeploymentFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    DeploymentSetTagFactory,
    ProjectFactory,
    RunFactory,
    RunItemFactory,
    UserFactory,
)

# Playwright runs an event loop in this thread, and Django's own calls are made beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium; root has to do without its sandbox."""
    if PROGRAM is None:
        pytest.skip(MISSING)
    return {**browser_type_launch_args, "executable_path": PROGRAM, "args": launch_arguments()}


@pytest.fixture
def server_with_logins(transactional_db: None, settings: Settings) -> Iterator[str]:
    """The address of a server on which people log in; the common one, `live_server`, has begun without."""
    settings.AUTH_ENABLED = True
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def visitor(request: pytest.FixtureRequest, page: Any, transactional_db: None) -> Iterator[Visitor]:
    """The local user on a server without logins; with `in_both_modes`, then somebody signed in on one with them."""
    if getattr(request, "param", LOCAL) == LOCAL:
        url, user = request.getfixturevalue("live_server").url, local_user()
    else:
        url, user = request.getfixturevalue("server_with_logins"), UserFactory(username="ann")
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="artifacts"))
        sign_in(page, url, user)
    # Whatever it is, it is there by then or never comes.
    page.set_default_timeout(10_000)
    visitor = Visitor(page, url, user, watched(page))
    yield visitor
    assert visitor.complaints == []


LOCAL, SIGNED_IN = "local user", "signed in"
in_both_modes = pytest.mark.parametrize("visitor", [LOCAL, SIGNED_IN], indirect=True)


def sign_in(page: Any, url: str, user: User) -> None:
    """Give the page's browser a session of `user`."""
    client = Client()
    client.force_login(user, "accounts.backends.PasswordBackend")
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


@pytest.fixture
def furniture(visitor: Visitor, tmp_path: Path, settings: Settings) -> Furniture:
    """What the visitor made with the real services: a collection, sets, projects, a deploy."""
    return Furniture.of(visitor.user, tmp_path, settings)


@pytest.fixture
def world(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """Sets, a project and runs of the local user, with addresses by page name."""
    owner = local_user()
    names = {
        ArtifactType.SKILL: ["api-design", "sql-review", "accessibility-pass", "release-notes"],
        ArtifactType.COMMAND: ["plan", "ship"],
        ArtifactType.AGENT: ["visual-reviewer", "security-reviewer"],
        ArtifactType.RULE: ["commit-style"],
        ArtifactType.HOOK: ["format-on-save"],
        ArtifactType.MCP: ["postgres"],
    }
    made = {
        name: ArtifactFactory(type=kind.value, name=name, description=f"Looks after {name.replace('-', ' ')}.")
        for kind, kind_names in names.items()
        for name in kind_names
    }
    made["ship"].gone_at = datetime.now(UTC)
    made["ship"].save()
    made["sql-review"].flags = [
        {"code": "bidi-control", "file": "SKILL.md", "detail": "It holds bidirectional control characters in 2 places."}
    ]
    made["sql-review"].save()
    planning = ArtifactGroupFactory(name="Planning", artifacts=[made["plan"], made["commit-style"]])

    def make_set(name: str, description: str, color: str, tags: list[str], members: list[Any]) -> DeploymentSet:
        made_set = DeploymentSetFactory(owner=owner, name=name, description=description, color=color, members=members)
        for tag in tags:
            DeploymentSetTagFactory(set=made_set, name=tag)
        return made_set

    data = make_set("Data access", "Queries that hold up.", "", [], [made["sql-review"], made["postgres"]])
    back = make_set(
        "Backend",
        "API design, migrations, query review, observability and the house rules for all of them, written down once.",
        "#1c7a4a",
        ["python", "api"],
        [made["api-design"], data, made["format-on-save"]],
    )
    front = make_set(
        "Frontend",
        "Components, accessibility passes, visual review.",
        "#a3245c",
        ["web"],
        [made["accessibility-pass"], made["visual-reviewer"], made["format-on-save"]],
    )
    full = make_set(
        "Full-stack",
        "Everything a web product needs from day one: back end, front end, planning and review.",
        "#3d4bd1",
        ["web", "default"],
        [back, front, planning, made["release-notes"], made["security-reviewer"], made["ship"]],
    )
    make_set("<script>alert(1)</script>", "<b>not bold</b> " + "averylongword" * 30, "#8a5a00", ["ops"], [])
    make_set("New product starter", "", "", [], [full])

    project = ProjectFactory(owner=owner, name="storefront", path="/home/ann/code/clients/example-company/storefront")
    DeploymentProfileFactory(project=project, profile_id="claude_code")
    DeploymentProfileFactory(project=project, profile_id="other", platform=Platform.OTHER.value)
    ProjectFactory(owner=owner, name="empty", path=str(tmp_path))
    run = RunFactory(
        project=project,
        claimant=claimant_of(full.pk, full.name).key,
        claimant_label=full.name,
        started_at=datetime.now(UTC) - timedelta(minutes=3),
    )
    RunFactory(project=project, claimant_label=full.name, state=Run.State.RECOVERED)
    for artifact in made.values():
        folder = f".claude/{artifact.type}s/{artifact.name}"
        deployment = DeploymentFactory(project=project, artifact=artifact)
        ClaimFactory(deployment=deployment, claimant=claimant_of(full.pk, full.name).key, label=full.name)
        outcome: dict[str, Any] = {"status": RunItem.Status.SUCCESS, "action": "create", "paths": [folder]}
        if artifact.type in (ArtifactType.HOOK, ArtifactType.MCP):
            outcome = {
                "status": RunItem.Status.SKIP,
                "action": "unsupported",
                "reason": "Hooks and MCP servers cannot be deployed yet.",
            }
        elif artifact.gone_at:
            outcome = {
                "status": RunItem.Status.ERROR,
                "action": "missing",
                "reason": "command:ship is gone from its collection. Import the collection again, or remove it.",
            }
        elif artifact.type == ArtifactType.AGENT:
            outcome["warnings"] = ["The field tools was dropped: this platform has no such list."]
        RunItemFactory(run=run, artifact=artifact, **outcome)
        RunItemFactory(run=run, artifact=artifact, deployment_profile_id="other", platform=Platform.OTHER, **outcome)
    long_name = "record-a-decision-while-the-reasons-are-known-and-nobody-has-to-guess"
    RunItemFactory(
        run=run,
        artifact=ArtifactFactory(name=long_name),
        status=RunItem.Status.ERROR,
        action="conflict",
        reason=f".claude/skills/{long_name} was changed since it was deployed: SKILL.md is not as it was left. "
        "Nothing was written. Look at the difference, then deploy again and say what is to become of the change.",
    )
    return {
        "sets": "/sets/",
        "set": f"/sets/{full.pk}",
        "inner-set": f"/sets/{back.pk}",
        "projects": "/projects/",
        "project": f"/projects/{project.pk}",
        "run": f"/runs/{run.pk}",
        "run-errors": f"/runs/{run.pk}?status=error",
        "not-found": "/nowhere",
    }
