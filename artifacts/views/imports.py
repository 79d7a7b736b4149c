"""Pages of imports: beginning one, how far it is, and its report."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import demand_permission, user_of
from accounts.pages.answers import changed
from artifacts.exceptions import CollectionError, CollectionExistsError
from artifacts.forms.collections import ImportAgainForm, ImportForm
from artifacts.models import Collection, CollectionImport
from artifacts.pages import example_source, report_parts, suggested_mappings
from artifacts.queries import import_as_it_is
from artifacts.services.importing import begin_import, begin_import_again, import_in_background


@require_http_methods(["GET", "HEAD", "POST"])
def collection_import(request: HttpRequest) -> HttpResponseBase:
    """The dialog that imports a source for the first time, and goes on to the import; with `example` it names one."""
    user = user_of(request)
    demand_permission(user, "artifacts.add_collection")
    source = example_source() if "example" in request.GET else ""
    form, known = ImportForm(request.POST if request.method == "POST" else None, initial={"source": source}), None
    if form.is_valid():
        try:
            pending = begin_import(**form.asked, started_by=user, only_new=True)
        except CollectionExistsError as error:
            known = error.collection
        except CollectionError as error:
            form.refuse(error.problems or {"": [str(error)]})
        else:
            return _begun(request, import_in_background(pending=pending))
    context = {"form": form, "known": known}
    return render(request, "artifacts/import_new.html", context, status=422 if form.errors or known else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def collection_import_again(request: HttpRequest, collection_id: UUID) -> HttpResponseBase:
    """The dialog that imports a collection again; a suggestion of its report comes with `add`."""
    user = user_of(request)
    demand_permission(user, "artifacts.change_collection")
    collection = Collection.objects.get(pk=collection_id)
    form = ImportAgainForm(request.POST) if request.method == "POST" else ImportAgainForm.of(collection)
    if form.is_valid():
        try:
            changes = _changes(request, form, collection)
            pending = begin_import_again(collection=collection, mappings=changes, started_by=user)
        except CollectionError as error:
            form.refuse(error.problems or {"": [str(error)]})
        else:
            return _begun(request, import_in_background(pending=pending))
    context = {"form": form, "collection": collection}
    return render(request, "artifacts/import_again.html", context, status=422 if form.errors else 200)


@require_safe
def import_detail(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """One import: how far it is, and then its report; with `part` one list of that, page by page."""
    row = import_as_it_is(import_id)
    part = request.GET.get("part", "")
    suggestions = suggested_mappings(row)
    context = {
        "import": row,
        "parts": report_parts(row, part=part, page=request.GET.get("page")),
        "part": part,
        "suggestions": suggestions,
        "suggested_files": sum(each.count for each in suggestions),
    }
    return render(request, "artifacts/import_detail.html", context)


@require_safe
def import_progress(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """How far an import is, asked again and again; when it is done, the page shows the report."""
    row = import_as_it_is(import_id)
    response = render(request, "artifacts/_import_progress.html", {"import": row})
    if row.state != CollectionImport.State.RUNNING:
        response.headers["HX-Trigger"] = "changed"
    return response


def _changes(request: HttpRequest, form: ImportAgainForm, collection: Collection) -> list[str]:
    """The mappings a button adds to those that are kept, or else those of the form in their place."""
    return request.POST.getlist("add") or form.changes_to(collection)


def _begun(request: HttpRequest, row: CollectionImport) -> HttpResponseBase:
    return changed(request, reverse("artifacts:import-report", args=[row.pk]), leave=True)
