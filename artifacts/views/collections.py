"""Pages of collections: the list, one of them, renaming it and deleting it."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import demand_permission, user_of
from accounts.pages.answers import changed
from accounts.pages.layouts import piece
from artifacts.exceptions import CollectionNameError
from artifacts.forms.collections import RenameForm
from artifacts.models import Collection
from artifacts.pages import collection_entries, example_source
from artifacts.queries import as_they_are, imports_of, list_collections
from artifacts.services.collections import delete_collection, rename_collection

ROWS_PER_PAGE = 50
IMPORTS_PER_PAGE = 20


@require_safe
def collection_list(request: HttpRequest) -> HttpResponseBase:
    """Collections by name, each with what it has and how its last import went."""
    name = request.GET.get("name", "")
    page = Paginator(list_collections(name=name), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    entries = collection_entries(list(page.object_list))
    context = {"page": page, "entries": entries, "name": name, "example": "" if entries else example_source()}
    return render(request, piece(request, "artifacts/collection_list.html", "results"), context)


@require_safe
def collection_detail(request: HttpRequest, collection_id: UUID) -> HttpResponseBase:
    """One collection: where it comes from, what it has, and its imports."""
    collection = Collection.objects.get(pk=collection_id)
    (entry,) = collection_entries([collection])
    page = Paginator(imports_of(collection), IMPORTS_PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = as_they_are(page.object_list)
    context = {
        "collection": collection,
        "entry": entry,
        "page": page,
        "is_own": collection.kind == Collection.Kind.OWN,
        "is_unused": not (entry.counts.artifacts or entry.counts.gone),
    }
    return render(request, "artifacts/collection_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def collection_rename(request: HttpRequest, collection_id: UUID) -> HttpResponseBase:
    """The dialog that gives a collection another name."""
    demand_permission(user_of(request), "artifacts.change_collection")
    collection = Collection.objects.get(pk=collection_id)
    form = RenameForm(request.POST if request.method == "POST" else None, initial={"name": collection.name})
    if form.is_valid():
        try:
            renamed = rename_collection(collection=collection, name=form.cleaned_data["name"])
        except CollectionNameError as error:
            form.refuse(error.problems)
        else:
            url = reverse("artifacts:collection", args=[collection_id])
            return changed(request, url, said=f"The collection is called “{renamed.name}” now.")
    context = {"form": form, "collection": collection}
    return render(request, "artifacts/collection_rename.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def collection_delete(request: HttpRequest, collection_id: UUID) -> HttpResponseBase:
    """The dialog that deletes a collection from which nothing was ever imported."""
    demand_permission(user_of(request), "artifacts.delete_collection")
    collection = Collection.objects.get(pk=collection_id)
    if request.method == "POST":
        delete_collection(collection=collection)
        said = f"Deleted the collection “{collection.name}”."
        return changed(request, reverse("artifacts:collections"), said=said, leave=True)
    return render(request, "artifacts/collection_delete.html", {"collection": collection})
