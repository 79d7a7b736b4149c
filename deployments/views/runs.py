"""Pages of runs, and the dialogs in which they show how far they are and what came of them."""

from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.access import user_of
from accounts.models import User
from accounts.pages.answers import changed
from accounts.pages.layouts import htmx_of, is_for_dialog, piece
from deployments.approvals import awaiting_of
from deployments.exceptions import StalePlanError
from deployments.installer.decisions import OnConflict
from deployments.models import Run, RunItem
from deployments.pages import run_entries
from deployments.plan_page import plan_page
from deployments.queries import items_of, list_runs, run_of
from deployments.run_page import changes_of, places_of, progress_of, results_first_failed, undoing_of
from deployments.services.background import start
from deployments.services.recovery import recover_project
from deployments.services.runs import Job, RunOptions, carry_out
from deployments.services.undo import undoing
from projects.models import Project
from projects.queries import project_of, projects_of

PAGE_SIZE = 100
RUNS_PER_PAGE = 50
PROJECTS_OFFERED = 200


@dataclass(frozen=True, slots=True)
class StatusLink:
    """A way to see only the results of one `status` ('' for all of them)."""

    label: str
    status: str
    count: int


class RunFilter(forms.Form):
    """Which runs are listed. What is none of the choices narrows nothing."""

    project = forms.UUIDField(required=False)
    state = forms.TypedChoiceField(choices=Run.State.choices, coerce=Run.State, required=False, empty_value=None)


class ItemForm(forms.Form):
    """Which result of a run, by its place in it."""

    item = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)


class UndoForm(forms.Form):
    """How an undo goes about what was edited since, and which plan of it was seen."""

    on_conflict = forms.TypedChoiceField(
        choices=[(each.value, each.value) for each in OnConflict],
        coerce=OnConflict,
        required=False,
        empty_value=OnConflict.FAIL,
    )
    fingerprint = forms.CharField(required=False, max_length=64)


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """The runs of whoever asks in all their projects, the last first."""
    owner = user_of(request)
    asked = RunFilter(request.GET)
    asked.is_valid()
    project_id, state = asked.cleaned_data.get("project"), asked.cleaned_data.get("state")
    project = None if project_id is None else project_of(owner, project_id)
    page = Paginator(list_runs(owner, project=project, state=state), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": run_entries(list(page.object_list)),
        "projects": SimpleLazyObject(partial(_offered, owner, project)),
        "states": Run.State.choices,
        "project": project,
        "state": state,
    }
    return render(request, piece(request, "deployments/run_list.html", "results"), context)


def _offered(owner: User, project: Project | None) -> list[Project]:
    """The projects to choose from, that which was chosen among them."""
    offered = list(projects_of(owner)[:PROJECTS_OFFERED])
    if project is not None and project not in offered:
        offered.append(project)
    return offered


@require_safe
def run_detail(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What one run did about each artifact under each profile, and why; with ?status= only what ended so.

    While it is at work, how far it is. In the dialog of a page, a shorter form of it.
    """
    run = run_of(user_of(request), run_id)
    if is_for_dialog(request):
        return _run_dialog(request, run)
    wanted = request.GET.get("status")
    status = RunItem.Status(wanted) if wanted in RunItem.Status.values else None
    items = Paginator(results_first_failed(run) if status is None else items_of(run, status), PAGE_SIZE)
    page = items.get_page(request.GET.get("page"))
    context = {
        **_standing(run),
        "status": status or "",
        "status_links": _status_links(run),
        "page": page,
        "results": places_of(run, page),
        "approvals": awaiting_of(run),
    }
    return render(request, "deployments/run_detail.html", context)


@require_safe
def run_progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How far a run is, for a page or a dialog (?in=dialog) that asks again and again; then that it is over."""
    run = run_of(user_of(request), run_id)
    progress = progress_of(run)
    context = {"run": run, "progress": progress, "in_dialog": request.GET.get("in") == "dialog"}
    answer = render(request, "deployments/_run_progress.html", context)
    if progress is None:
        trigger_client_event(answer, "changed")
    return answer


@require_safe
def run_changes(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What a run changed inside files; with ?item= what it did for that one of its results."""
    run = run_of(user_of(request), run_id)
    asked = ItemForm(request.GET)
    position = asked.cleaned_data["item"] if asked.is_valid() else None
    item = None if position is None else run.items.filter(position=position).first()
    context = {"run": run, "item": item, "diffs": changes_of(run, position)}
    return render(request, "deployments/run_changes.html", context)


def run_begun(request: HttpRequest, run: Run) -> HttpResponseBase:
    """The answer to whoever began `run`: how far it is, or what came of it. Open pages show the new state."""
    if is_for_dialog(request):
        answer = _run_dialog(request, run_of(user_of(request), run.pk))
        trigger_client_event(answer, "changed")
        return answer
    address = reverse("deployments:run", args=[run.pk])
    return redirect(address) if htmx_of(request) is None else HttpResponseClientRedirect(address)


@require_http_methods(["GET", "HEAD", "POST"])
def run_undo(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Undo a run at once if nothing stands against it; else show what does, and ask what is to become of it."""
    owner = user_of(request)
    run = run_of(owner, run_id)
    data = request.POST if request.method == "POST" else request.GET
    asked = UndoForm(data)
    asked.is_valid()
    on_conflict = asked.cleaned_data.get("on_conflict", OnConflict.FAIL)
    fingerprint = asked.cleaned_data.get("fingerprint", "")

    def job(options: RunOptions) -> Job:
        return undoing(project=run.project, by=owner, run_id=run.pk, options=options)

    problem, seeing = "", RunOptions(on_conflict=on_conflict, dry_run=True)
    if request.method == "POST":
        plan = plan_page(carry_out(job=job(seeing)), data)
        if not plan.errors:
            options = RunOptions(on_conflict=on_conflict, fingerprint=fingerprint or plan.fingerprint)
            try:
                return run_begun(request, start(job=job(options)))
            except StalePlanError as error:
                problem = str(error)
    plan = plan_page(carry_out(job=job(replace(seeing, diffs=True))), data)
    context = {
        "run": run,
        "plan": plan,
        "on_conflict": on_conflict,
        "asks": bool(plan.conflicts) or on_conflict is not OnConflict.FAIL,
        "problem": problem,
    }
    return render(request, "deployments/run_undo.html", context, status=409 if problem else 200)


@require_POST
def run_recover(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Make the project whole in which a run was cut off."""
    run = run_of(user_of(request), run_id)
    recover_project(project=run.project)
    run.refresh_from_db(fields=["state"])
    said = "" if run.state == Run.State.RUNNING else f"Run {run.number}: {run.get_state_display().lower()}."
    return changed(request, reverse("deployments:run", args=[run.pk]), said=said)


def _run_dialog(request: HttpRequest, run: Run) -> HttpResponse:
    items = Paginator(results_first_failed(run), PAGE_SIZE).get_page(1)
    context = {
        **_standing(run),
        "page": items,
        "results": places_of(run, items),
        "approvals": awaiting_of(run),
    }
    return render(request, "deployments/run_dialog.html", context)


def _standing(run: Run) -> dict[str, object]:
    progress = progress_of(run)
    (entry,) = run_entries([run])
    return {"run": run, "entry": entry, "progress": progress, "undoing": undoing_of(run)}


def _status_links(run: Run) -> list[StatusLink]:
    """One for all results and one for each status, with the counts that came with the run."""
    links = [
        StatusLink(str(status.label), status.value, getattr(run, f"{status.value}_count")) for status in RunItem.Status
    ]
    return [StatusLink("All", "", sum(link.count for link in links)), *links]
