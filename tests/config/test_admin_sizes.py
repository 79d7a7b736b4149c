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
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import inlines
from accounts.administration import FewRelatedFilter, SteadyAdmin
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
PAGES = {"changelist", "add", "change", "delete", "history"}
# How much longer a page may get: less than eight short lines, or eight options of a choice.
FEW_CHARACTERS = 400

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


def costs(client: Client, hub: Hub) -> Costs:
    found: Costs = {}

    def visit(name: str, at: str, data: Any = None, *, post: bool = False) -> Any:
        with CaptureQueriesContext(connection) as captured:
            page = client.post(at, data) if post else client.get(at, data)
        assert page.status_code in (200, 302, 403), name
        found[name] = len(captured), as_long_as(page.content.decode())
        return page

    for model in MODELS:
        name = model._meta.label
        rows = address(model, "changelist")
        changelist = visit(f"{name} list", rows).context["cl"]
        visit(f"{name} search, with counts", rows, {"q": "a", "_facets": "True"})
        chosen_filters: dict[str, str] = {}
        for filter_spec in changelist.filter_specs:
            *_, last = filter_spec.choices(changelist)
            chosen_filters |= dict(parse_qsl(last["query_string"].removeprefix("?")))
        visit(f"{name} filtered", rows, chosen_filters)
        visit(f"{name} add", address(model, "add"))
        for page in PAGES - {"changelist", "add"}:
            visit(f"{name} {page}", address(model, page, hub[model].pk))
        chosen = list(model._default_manager.values_list("pk", flat=True))
        visit(f"{name} delete several", rows, {"action": "delete_selected", "_selected_action": chosen}, post=True)
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model in admin.site._registry:
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
    monkeypatch.setattr(FewRelatedFilter, "most", 2)
    monkeypatch.setattr(inlines, "MOST_ROWS", 2)
    monkeypatch.setattr(AutocompleteJsonView, "paginate_by", 2)
    hub: Hub = {model: FACTORIES[model]() for model in MODELS if model is not User} | {User: owner}
    grow(hub, 4)
    ContentType.objects.get_for_models(*MODELS)
    before = costs(client, hub)
    grow(hub, 8)
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
