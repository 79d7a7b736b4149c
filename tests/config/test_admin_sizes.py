"""Every page of the admin costs the same and stays as long, however many rows there are, and hang on a row."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import inlines
from accounts.administration import FewRelatedFilter, SteadyAdmin
from accounts.dependents import references_to
from accounts.models import User
from accounts.services.users import local_user
from artifacts.models import Artifact
from tests import factories
from tests.admin_pages import address

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
FACTORIES: dict[type[models.Model], Callable[..., Any]] = {
    factory._meta.model: factory
    for name, factory in vars(factories).items()
    if name.endswith("Factory") and factory._meta.model
}
FACTORIES[Group] = lambda: Group.objects.create(name=f"Group {Group.objects.count()} {'x' * 60}")
# The history, which is not visited, is Django's own for every model: a hundred lines at a time.
PAGES = {"changelist", "add", "change", "delete", "history"}
# How much longer a page may get: less than four short lines, or four options of a choice.
FEW_CHARACTERS = 200

type Hub = dict[type[models.Model], models.Model]
"""A row of each model, on which others hang."""

type Costs = dict[str, tuple[int, int]]
"""The number of queries and of characters, by page."""


def grow(hub: Hub, number: int) -> None:
    """`number` more rows of every model, and as many on each row of `hub` by every field that can refer to it."""
    for _ in range(number):
        for model in MODELS:
            FACTORIES[model]()
            for field in model._meta.fields:
                target = field.related_model
                if isinstance(field, models.ForeignKey) and target in hub:
                    content: dict[str, Any] = {"files": {}} if model is Artifact else {}
                    FACTORIES[model](**{field.name: hub[target]}, **content)
        member = factories.UserFactory()
        member.groups.add(hub[Group])


def as_long_as(content: str) -> int:
    """How long a page is without the links to its other pages, of which there are few at first."""
    return len(re.sub(r'<nav class="paginator".*?</nav>', "", content, flags=re.DOTALL))


def filtered(model_admin: Any, changelist: Any, user: User) -> int:
    """How many queries it takes to search the list with one choice of each filter. The page is the list's own."""
    asked = {"q": "e"}
    for filter_spec in changelist.filter_specs:
        *_, last = filter_spec.choices(changelist)
        asked |= dict(parse_qsl(last["query_string"].removeprefix("?")))
    request = RequestFactory().get("", asked)
    request.user = user
    with CaptureQueriesContext(connection) as captured:
        list(model_admin.get_changelist_instance(request).result_list)
    return len(captured)


def costs(client: Client, hub: Hub) -> Costs:
    """Of every page that can grow: not of one on whose row nothing can hang, or that nobody may see."""
    found: Costs = {}

    def visit(name: str, at: str, data: Any = None, *, post: bool = False) -> Any:
        with CaptureQueriesContext(connection) as captured:
            page = client.post(at, data) if post else client.get(at, data)
        assert page.status_code in (200, 302), name
        found[name] = len(captured), as_long_as(page.content.decode())
        return page

    searched = set()
    for model in MODELS:
        name, model_admin = model._meta.label, admin.site.get_model_admin(model)
        rows, row = address(model, "changelist"), hub[model].pk
        listed = visit(f"{name} list", rows)
        request = listed.wsgi_request
        found[f"{name} filtered"] = filtered(model_admin, listed.context_data["cl"], request.user), 0
        if model_admin.has_add_permission(request):
            visit(f"{name} add", address(model, "add"))
        may_be_deleted = model_admin.has_delete_permission(request)
        if may_be_deleted:
            chosen = list(model._default_manager.values_list("pk", flat=True))
            visit(f"{name} delete several", rows, {"action": "delete_selected", "_selected_action": chosen}, post=True)
        if any(references_to(model)):
            visit(f"{name} change", address(model, "change", row))
            if may_be_deleted:
                visit(f"{name} delete", address(model, "delete", row))
        for field in model._meta.get_fields():
            target = field.related_model
            if field.concrete and target in admin.site._registry and target not in searched:
                searched.add(target)
                about = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
                visit(f"{name} {field.name}", reverse("admin:autocomplete"), about | {"field_name": field.name})
    return found


def test_every_admin_is_steady_and_has_no_page_that_is_not_measured() -> None:
    for model in MODELS:
        model_admin = admin.site.get_model_admin(model)
        assert isinstance(model_admin, SteadyAdmin)
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        names = {url.name.removeprefix(prefix) for url in model_admin.get_urls() if url.name}
        assert names - {"auth_user_password_change"} == PAGES, model


@pytest.mark.filterwarnings("error::django.core.paginator.UnorderedObjectListWarning")
def test_no_page_costs_more_or_gets_longer_with_more_rows(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_user()
    for name in ("list_per_page", "list_max_show_all", "delete_confirmation_max_display"):
        monkeypatch.setattr(SteadyAdmin, name, 2)
    monkeypatch.setattr(admin.site, "enable_nav_sidebar", False)
    monkeypatch.setattr(FewRelatedFilter, "most", 2)
    monkeypatch.setattr(inlines, "MOST_ROWS", 2)
    monkeypatch.setattr(AutocompleteJsonView, "paginate_by", 2)
    hub: Hub = {model: FACTORIES[model]() for model in MODELS if model is not User} | {User: owner}
    grow(hub, 3)
    ContentType.objects.get_for_models(*MODELS)
    before = costs(client, hub)
    grow(hub, 4)
    after = costs(client, hub)
    assert before.keys() == after.keys()
    more_queries = {name: (before[name][0], after[name][0]) for name in after if after[name][0] > before[name][0]}
    assert more_queries == {}
    grown = {
        name: (before[name][1], after[name][1])
        for name in after
        if after[name][1] > before[name][1] + FEW_CHARACTERS and not name.endswith("delete several")
    }
    assert grown == {}
