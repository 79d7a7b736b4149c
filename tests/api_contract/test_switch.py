"""Every address of sets while sets are switched off, and on again."""

import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from config.api import api
from tests.api_contract.calls import call_of, ids_of, send
from tests.api_contract.document import OPERATIONS, Operation
from tests.api_contract.provers import is_about_sets
from tests.api_contract.routes import PAGES, Route
from tests.api_contract.test_owners import address_in
from tests.api_contract.world import World

ABOUT_SETS = [operation for operation in OPERATIONS.values() if is_about_sets(operation)]
PAGES_OF_SETS = [page for page in PAGES if page.view.__module__.startswith("deployment_sets.")]


def test_all_that_the_app_of_sets_serves_is_about_sets() -> None:
    served = {
        operation.operation_id
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        if operation.view_func.__module__.startswith("deployment_sets.")
    }
    assert served == {operation.id for operation in ABOUT_SETS}
    assert len(served) >= 11
    assert len(PAGES_OF_SETS) >= 2


@pytest.mark.parametrize("operation", ABOUT_SETS, ids=str)
def test_an_operation_about_sets_is_there_only_while_they_are_switched_on(
    world: World, client: Client, settings: Settings, operation: Operation
) -> None:
    call = call_of(operation, world)
    ids = ids_of(operation, world, call)
    settings.DEPLOYMENT_SETS_ENABLED = False
    off = send(client, operation, ids, call)
    assert (off.status_code, off.json()["type"]) == (404, "urn:deployment-sets:problem:switched-off")
    assert "DEPLOYMENT_SETS_ENABLED" in off.json()["detail"]
    assert world.set.name not in off.content.decode()
    settings.DEPLOYMENT_SETS_ENABLED = True
    assert send(client, operation, ids, call).status_code in (200, 201, 204)


@pytest.mark.parametrize("page", PAGES_OF_SETS, ids=str)
def test_a_page_about_sets_is_there_only_while_they_are_switched_on(
    world: World, client: Client, settings: Settings, page: Route
) -> None:
    address = address_in(page, world)
    settings.DEPLOYMENT_SETS_ENABLED = False
    off = client.get(address)
    assert off.status_code == 404
    assert "Deployment sets are switched off" in off.content.decode()
    assert "<nav" in off.content.decode()
    assert world.set.name not in off.content.decode()
    settings.DEPLOYMENT_SETS_ENABLED = True
    # Some only take what is sent to them.
    assert client.get(address).status_code in (200, 405)


OTHER_PAGES = [page for page in PAGES if page not in PAGES_OF_SETS and page.name != "healthz"]


@pytest.mark.parametrize("page", OTHER_PAGES, ids=str)
def test_no_page_leads_to_sets_while_they_are_switched_off(
    world: World, client: Client, settings: Settings, page: Route
) -> None:
    address = address_in(page, world)
    on = client.get(address, follow=True)
    settings.DEPLOYMENT_SETS_ENABLED = False
    off = client.get(address, follow=True)
    assert off.status_code == on.status_code
    assert re.findall(r'(?:href|action|hx-get|hx-post)="(/sets[^"]*)"', off.content.decode(errors="replace")) == []


def test_the_navigation_leads_to_sets_while_they_are_switched_on(
    world: World, client: Client, settings: Settings
) -> None:
    def first_page() -> str:
        return client.get("/", follow=True).content.decode()

    assert 'href="/sets/"' in first_page()
    settings.DEPLOYMENT_SETS_ENABLED = False
    assert 'href="/sets/"' not in first_page()
    assert "<h1>Projects</h1>" in first_page()


def test_what_is_not_about_sets_stays(world: World, client: Client, settings: Settings) -> None:
    settings.DEPLOYMENT_SETS_ENABLED = False
    for operation in OPERATIONS.values():
        if operation.reads and not is_about_sets(operation):
            call = call_of(operation, world)
            assert send(client, operation, ids_of(operation, world, call), call).status_code == 200
