"""Dialogs that write a set into a file, and make sets of one."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import user_of
from accounts.models import User
from accounts.pages.answers import changed
from deployment_sets.downloads import document_file
from deployment_sets.exceptions import (
    DeploymentSetCycleError,
    DeploymentSetResolutionError,
    PortableDocumentError,
    ProfilesDifferError,
    Unmatched,
    UnmatchedError,
)
from deployment_sets.forms import ExportForm, ImportForm
from deployment_sets.queries import set_of
from deployment_sets.services.exporting import export_set
from deployment_sets.services.importing import ImportedSets, import_sets
from deployment_sets.views.switch import sets_page
from profiles.queries import profiles_of
from projects.models import Project
from projects.queries import project_of


@sets_page
@require_safe
def set_export(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """The dialog that asks what goes along; with an answer, the file."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    form = ExportForm(owner, request.GET if "format" in request.GET else None)
    if form.is_valid():
        project = _project(owner, form.cleaned_data["project"])
        try:
            document = export_set(
                owner=owner,
                set_id=set_id,
                profiles=[] if project is None else list(profiles_of(project)),
                nested_sets=form.cleaned_data["nested_sets"],
                groups=form.cleaned_data["groups"],
            )
        except (PortableDocumentError, DeploymentSetResolutionError) as error:
            form.add_error(None, str(error))
        else:
            return document_file(document, form.cleaned_data["format"])
    context = {"set": deployment_set, "form": form}
    return render(request, "deployment_sets/set_export.html", context, status=422 if form.errors else 200)


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_import(request: HttpRequest) -> HttpResponseBase:
    """The dialog that makes sets of a document: what it would make first, and on `step=import` the sets."""
    if request.method != "POST":
        return _import_dialog(request, ImportForm(user_of(request)))
    form = ImportForm(user_of(request), request.POST, request.FILES)
    is_trial = request.POST.get("step") != "import"
    outcome, unmatched = _imported(user_of(request), form, is_trial=is_trial) if form.is_valid() else (None, ())
    if outcome is None or is_trial:
        return _import_dialog(request, form, outcome, unmatched)
    more = f" and {len(outcome.sets) - 1} more" if len(outcome.sets) > 1 else ""
    url = reverse("sets:detail", args=[outcome.root.pk])
    return changed(request, url, said=f"Imported “{outcome.root.name}”{more}.", leave=True)


def _imported(owner: User, form: ImportForm, *, is_trial: bool) -> tuple[ImportedSets | None, Sequence[Unmatched]]:
    """What came of the import, or would; None with the reason in the form, and with all that is not here."""
    project = _project(owner, form.cleaned_data["project"])
    try:
        return (
            import_sets(
                owner=owner,
                document=form.document,
                project=project,
                update_profiles=form.cleaned_data["update_profiles"],
                artifact_metadata=form.cleaned_data["artifact_metadata"],
                dry_run=is_trial,
            ),
            (),
        )
    except UnmatchedError as error:
        number = len(error.unmatched)
        things = "1 thing it refers to is" if number == 1 else f"{number} things it refers to are"
        form.add_error(None, f"Nothing can be imported, for {things} not here.")
        return None, error.unmatched
    except ProfilesDifferError as error:
        form.add_error("update_profiles", str(error))
    except PortableDocumentError as error:
        told = (
            f"{place}: {message}" if place else message for place, each in error.problems.items() for message in each
        )
        form.refuse({"text": list(told)})
    except (DeploymentSetCycleError, DeploymentSetResolutionError) as error:
        form.add_error("text", str(error))
    return None, ()


def _import_dialog(
    request: HttpRequest, form: ImportForm, outcome: ImportedSets | None = None, unmatched: Sequence[Unmatched] = ()
) -> HttpResponseBase:
    """The dialog, with status 422 where what was sent cannot be imported."""
    context = {"form": form, "outcome": outcome, "unmatched": unmatched}
    return render(request, "deployment_sets/set_import.html", context, status=422 if form.errors else 200)


def _project(owner: User, project_id: UUID | None) -> Project | None:
    return None if project_id is None else project_of(owner, project_id)
