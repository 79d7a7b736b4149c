"""What an address asks of the admin's lists: what their pages lead to, and nothing that a database chokes on."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from artifacts.models import Artifact
from deployment_sets.models import DeploymentSetMember
from tests.admin_pages import address
from tests.factories import ArtifactFactory, DeploymentSetMemberFactory

KINDS = {
    type(field): (model, field.name)
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label)
    for field in model._meta.get_fields()
}
LOOKUPS = {
    "": ["x", "9" * 5000, "{", "é"],
    "__in": ["x", ",".join("1" * 100_000)],
    "__isnull": ["x", ""],
    "__gte": ["x", "9" * 30],
    "__contains": ["x", "x" * 60_000],
    "__contained_by": ["[]"],
    "__regex": ["("],
    "__iregex": ["(a+)+$"],
    "__range": ["", "1", "1,2", "1,2,3"],
    "__year": ["x", "0", "99999999"],
    "__iso_year": ["0"],
    "__date__year": ["99999999"],
    "__nosuch": ["x"],
}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("model", "field"), KINDS.values(), ids=[kind.__name__ for kind in KINDS])
def test_no_lookup_breaks_a_list(client: Client, model: type[models.Model], field: str) -> None:
    for lookup, values in LOOKUPS.items():
        for value in values:
            page = client.get(address(model, "changelist"), {f"{field}{lookup}": value})
            assert page.status_code in (200, 302, 400), (lookup, value[:20])


@pytest.mark.parametrize("lookup", ["regex", "iregex"])
def test_a_regular_expression_is_not_matched(client: Client, lookup: str) -> None:
    ArtifactFactory(name="pdf")
    for name in ("name", "collection__name"):
        assert client.get(address(Artifact, "changelist"), {f"{name}__{lookup}": "p.f"}).status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "a " * 2000},
        {"q": "x" * 60_000},
        {"q": "a:" * 2000},
        {"q": ":", "uuid__exact": ["1" * 32] * 900},
        {"o": ".".join(["1"] * 2500)},
        {"name__exact": ["x y"] * 900},
    ],
    ids=lambda asked: " ".join(asked),
)
def test_a_list_asked_for_without_end_is_refused(client: Client, asked: dict[str, Any]) -> None:
    ArtifactFactory()
    page = client.get(address(Artifact, "changelist"), asked)
    assert (page.status_code, page.headers["Location"]) == (302, f"{address(Artifact, 'changelist')}?e=1")


def test_nothing_is_found_for_a_search_without_end(client: Client) -> None:
    DeploymentSetMemberFactory()
    about = {"app_label": "deployment_sets", "model_name": "deploymentsetmember", "field_name": "artifact"}
    for term in ("a " * 2000, "x" * 60_000, "a:" * 2000):
        page = client.get(reverse("admin:autocomplete"), about | {"term": term})
        assert page.json()["results"] == []


def test_a_list_is_found_by_as_many_words_as_it_may_be_asked_for(client: Client) -> None:
    ArtifactFactory(name="pdf")
    page = client.get(address(Artifact, "changelist"), {"q": "p " * 499})
    assert page.context["cl"].result_count == 1


def test_what_a_page_leads_to_is_still_listed(client: Client) -> None:
    member = DeploymentSetMemberFactory()
    page = client.get(address(DeploymentSetMember, "changelist"), {"set__id__exact": str(member.set_id)})
    assert list(page.context["cl"].result_list) == [member]
