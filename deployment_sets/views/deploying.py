"""The dialogs in which a set is deployed into a project, and taken out of one: a target, its plan, then the run."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import user_of
from accounts.models import User
from accounts.text import is_storable
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import set_of
from deployment_sets.services.batch_deploy import (
    claimant_of,
    deploying_set,
    failures_of,
    set_id_of,
    sets_claiming,
    undeploying_set,
)
from deployment_sets.targets import (
    Claimed,
    only_project,
    profile_choices,
    projects_claimed_by,
    projects_to_choose,
)
from deployment_sets.views.switch import sets_page
from deployments.exceptions import ProjectFolderError, StalePlanError
from deployments.installer.decisions import Claimant, OnConflict
from deployments.models import Run
from deployments.plan_page import plan_page
from deployments.queries import claimed_in, run_of
from deployments.services.background import start
from deployments.services.folders import run_at_work
from deployments.services.runs import Job, RunOptions, carry_out
from deployments.views.runs import run_begun
from profiles.exceptions import UnknownProfileError
from profiles.models import DeploymentProfile
from profiles.queries import profiles_of, profiles_to_deploy_under
from projects.exceptions import ProjectError, ProjectExistsError
from projects.forms import RegisterForm
from projects.models import Project
from projects.queries import project_of
from projects.services import register_project


class ChoicesForm(forms.Form):
    """What was chosen so far, be it by a link, a field or what the dialog kept. What means nothing chooses nothing."""

    project = forms.UUIDField(required=False)
    on_conflict = forms.TypedChoiceField(
        choices=[(each.value, each.value) for each in OnConflict],
        coerce=OnConflict,
        required=False,
        empty_value=OnConflict.FAIL,
    )
    prune = forms.BooleanField(required=False)
    atomic = forms.BooleanField(required=False)
    retry = forms.UUIDField(required=False)
    fingerprint = forms.CharField(required=False, max_length=64)


class FolderForm(RegisterForm):
    """The same below a choice of projects, where it does not take the focus."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["path"].widget.attrs["autofocus"]


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for a run; `profiles` are ids, None where nobody chose."""

    project: UUID | None
    profiles: list[str] | None
    on_conflict: OnConflict
    prune: bool
    atomic: bool
    retry: UUID | None
    fingerprint: str

    @classmethod
    def read(cls, data: QueryDict) -> "Choices":
        """What `data` chooses."""
        form = ChoicesForm(data)
        form.is_valid()
        found = form.cleaned_data
        project = found.get("project")
        # What no database could look up is no profile's id.
        profiles = [each if is_storable(each) else "" for each in data.getlist("profile")]
        # Those of one project say nothing about another.
        is_elsewhere = data.get("ticked_in", str(project)) != str(project)
        return cls(
            project=project,
            profiles=None if is_elsewhere else profiles or None,
            on_conflict=found.get("on_conflict") or OnConflict.FAIL,
            prune=found.get("prune", False),
            atomic=found.get("atomic", False),
            retry=found.get("retry"),
            fingerprint=found.get("fingerprint", ""),
        )

    def options(self, *, dry_run: bool) -> RunOptions:
        """What they mean for a run, or for looking at its plan."""
        return RunOptions(
            on_conflict=self.on_conflict,
            atomic=self.atomic,
            dry_run=dry_run,
            diffs=dry_run,
            fingerprint=None if dry_run else self.fingerprint,
        )


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_deploy(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """Choose a target, look at the plan, and begin the run that was seen.

    Where only one project can be meant, the plan comes at once.
    """
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    if request.method == "POST":
        return _deploy(request, owner, deployment_set, request.POST, begins=True)
    return _deploy(request, owner, deployment_set, request.GET)


def _deploy(
    request: HttpRequest, owner: User, deployment_set: DeploymentSet, data: QueryDict, *, begins: bool = False
) -> HttpResponseBase:
    """The step that `data` leads to: the target, its plan, or the run of the plan that was seen."""
    choices = Choices.read(data)
    retried = _retried(owner, deployment_set, choices.retry)
    project = _project(owner, deployment_set, choices, retried)
    if project is None or "target" in data:
        return _target(request, owner, deployment_set, choices, project)
    unticked = choices.profiles is None and data.get("ticked_in") == str(project.pk)
    if unticked:
        return _target(request, owner, deployment_set, choices, project, problem="Tick at least one profile.")
    try:
        profiles = _profiles(project, choices, retried)
    except UnknownProfileError as error:
        if begins:
            raise
        return _target(
            request, owner, deployment_set, choices, project, problem=" ".join(error.problems["profile_ids"])
        )
    if not profiles:
        return _target(request, owner, deployment_set, choices, project)

    def job(*, dry_run: bool) -> Job:
        return deploying_set(
            by=owner,
            deployment_set=deployment_set,
            project=project,
            profiles=profiles,
            options=choices.options(dry_run=dry_run),
            prune=choices.prune,
            only=None if retried is None else failures_of(retried),
        )

    problem = ""
    if begins:
        try:
            return run_begun(request, start(job=job(dry_run=False)))
        except StalePlanError as error:
            problem = str(error)
    try:
        report = carry_out(job=job(dry_run=True))
    except ProjectFolderError as error:
        return _target(request, owner, deployment_set, choices, project, problem=str(error))
    claimed = claimed_in(project, claimant_of(deployment_set.pk, deployment_set.name))
    plan = plan_page(report, data, claimed)
    context = {
        "set": deployment_set,
        "project": project,
        "profiles": profiles,
        "choices": choices,
        "retried": retried,
        "plan": plan,
        "asks_about_conflicts": bool(plan.conflicts) or choices.on_conflict is not OnConflict.FAIL,
        "at_work": run_at_work(project),
        "problem": problem,
    }
    return render(request, "deployment_sets/deploy.html", context, status=409 if problem else 200)


@sets_page
@require_POST
def set_deploy_folder(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """Register a folder as a project, and show what deploying the set there would do."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    form = FolderForm(request.POST)
    if not form.is_valid():
        return _target(request, owner, deployment_set, Choices.read(QueryDict()), None, form=form)
    try:
        project = register_project(owner=owner, **form.cleaned_data)
    except ProjectExistsError as error:
        project = error.project
    except ProjectError as error:
        form.refuse(error.problems)
        return _target(request, owner, deployment_set, Choices.read(QueryDict()), None, form=form)
    chosen = QueryDict(mutable=True)
    chosen["project"] = str(project.pk)
    return _deploy(request, owner, deployment_set, chosen)


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_undeploy(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """Take a set, be it deleted, out of a project: look at the plan, and begin the run that was seen."""
    owner = user_of(request)
    data = request.POST if request.method == "POST" else request.GET
    choices = Choices.read(data)
    places = projects_claimed_by(owner, set_id)
    if choices.project is None and len(places.projects) != 1:
        return _undeploy_where(request, owner, set_id, places)
    project = places.projects[0] if choices.project is None else project_of(owner, choices.project)

    def job(*, dry_run: bool) -> Job:
        return undeploying_set(
            by=owner,
            set_id=set_id,
            project=project,
            profile_ids=choices.profiles,
            options=choices.options(dry_run=dry_run),
        )

    problem = ""
    if request.method == "POST":
        try:
            return run_begun(request, start(job=job(dry_run=False)))
        except StalePlanError as error:
            problem = str(error)
    plan = plan_page(carry_out(job=job(dry_run=True)), data)
    context = {
        "name": sets_claiming(project).get(set_id, ""),
        "set_id": set_id,
        "project": project,
        "choices": choices,
        "plan": plan,
        "asks_about_conflicts": bool(plan.conflicts) or choices.on_conflict is not OnConflict.FAIL,
        "problem": problem,
    }
    return render(request, "deployment_sets/undeploy.html", context, status=409 if problem else 200)


@sets_page
@require_safe
def run_retry(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The way to try again what failed in a run, for the page of the run; nothing where there is no such way."""
    owner = user_of(request)
    run = run_of(owner, run_id)
    set_id = set_id_of(Claimant(run.claimant, run.claimant_label))
    address = ""
    if set_id is not None and run.kind == Run.Kind.DEPLOY and DeploymentSet.objects.owned_by(owner).filter(pk=set_id):
        address = f"{reverse('sets:deploy', args=[set_id])}?retry={run.pk}"
    elif set_id is not None and run.kind == Run.Kind.UNDEPLOY and set_id in sets_claiming(run.project):
        address = f"{reverse('sets:undeploy', args=[set_id])}?project={run.project_id}"
    return render(request, "deployment_sets/_retry.html", {"run": run, "address": address})


def _undeploy_where(request: HttpRequest, owner: User, set_id: UUID, places: Claimed) -> HttpResponse:
    """The step in which one of several projects is chosen. DeploymentSet.DoesNotExist where nothing knows the set."""
    if places.projects:
        deployment_set = DeploymentSet.objects.owned_by(owner).filter(pk=set_id).first()
        name = sets_claiming(places.projects[0])[set_id] if deployment_set is None else deployment_set.name
    else:
        deployment_set = set_of(owner, set_id)
        name = deployment_set.name
    context = {"set": deployment_set, "name": name, "set_id": set_id, "places": places}
    return render(request, "deployment_sets/undeploy_where.html", context)


def _target(
    request: HttpRequest,
    owner: User,
    deployment_set: DeploymentSet,
    choices: Choices,
    project: Project | None,
    *,
    form: FolderForm | None = None,
    problem: str = "",
) -> HttpResponse:
    """The step in which a project and its profiles are chosen."""
    search = request.GET.get("search", "")
    choice = projects_to_choose(owner, deployment_set, search, project)
    chosen = project or (choice.projects[0] if choice.projects else None)
    context = {
        "set": deployment_set,
        "choice": choice,
        "search": search,
        "chosen": chosen,
        "profiles": [] if chosen is None else profile_choices(chosen, choices.profiles),
        "form": form or FolderForm(),
        "problem": problem,
    }
    status = 422 if problem or (form is not None and form.errors) else 200
    return render(request, "deployment_sets/deploy_target.html", context, status=status)


def _retried(owner: User, deployment_set: DeploymentSet, run_id: UUID | None) -> Run | None:
    """The run that is tried again; Run.DoesNotExist where it is none of this set's."""
    if run_id is None:
        return None
    run = run_of(owner, run_id)
    if set_id_of(Claimant(run.claimant, run.claimant_label)) != deployment_set.pk:
        raise Run.DoesNotExist
    return run


def _project(owner: User, deployment_set: DeploymentSet, choices: Choices, retried: Run | None) -> Project | None:
    if retried is not None:
        return retried.project
    if choices.project is not None:
        return project_of(owner, choices.project)
    return only_project(owner, deployment_set)


def _profiles(project: Project, choices: Choices, retried: Run | None) -> list[DeploymentProfile]:
    """The profiles that are meant, where nobody chose all there are. Raises UnknownProfileError.

    Those that a retried run failed under and that are gone are left out as long as any is left.
    """
    if choices.profiles is not None:
        return profiles_to_deploy_under(project, choices.profiles)
    profiles = list(profiles_of(project))
    if retried is None or not (failed := {profile_id for _, profile_id in failures_of(retried)}):
        return profiles
    left = [profile for profile in profiles if profile.profile_id in failed]
    return left or profiles_to_deploy_under(project, sorted(failed))
