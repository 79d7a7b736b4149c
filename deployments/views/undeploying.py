"""The dialog in which some of what is deployed is taken out of a project: its plan, then the run."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import user_of
from accounts.text import uuid_in
from deployments.exceptions import StalePlanError
from deployments.installer.decisions import OnConflict
from deployments.plan_page import plan_page
from deployments.project_page import ROWS_PER_PAGE
from deployments.queries import deployments_among
from deployments.services.background import start
from deployments.services.runs import Job, RunOptions, carry_out, undeploying
from deployments.views.runs import run_begun
from projects.queries import project_of


class ChoicesForm(forms.Form):
    """What becomes of what was edited, and which plan was seen. What means nothing chooses nothing."""

    on_conflict = forms.TypedChoiceField(
        choices=[(each.value, each.value) for each in OnConflict],
        coerce=OnConflict,
        required=False,
        empty_value=OnConflict.FAIL,
    )
    fingerprint = forms.CharField(required=False, max_length=64)


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen: `deployments` by id, as many as a page shows at the most."""

    deployments: list[UUID]
    on_conflict: OnConflict
    fingerprint: str

    @classmethod
    def read(cls, data: QueryDict) -> "Choices":
        """What `data` chooses."""
        form = ChoicesForm(data)
        form.is_valid()
        return cls(
            deployments=[each for text in data.getlist("deployment")[:ROWS_PER_PAGE] if (each := uuid_in(text))],
            on_conflict=form.cleaned_data.get("on_conflict") or OnConflict.FAIL,
            fingerprint=form.cleaned_data.get("fingerprint", ""),
        )

    def options(self, *, dry_run: bool) -> RunOptions:
        """What they mean for a run, or for looking at its plan."""
        fingerprint = None if dry_run else self.fingerprint
        return RunOptions(on_conflict=self.on_conflict, dry_run=dry_run, diffs=dry_run, fingerprint=fingerprint)


@require_http_methods(["GET", "HEAD", "POST"])
def undeploy(request: HttpRequest, project_id: UUID) -> HttpResponseBase:
    """Take the chosen deployments out, whoever claims them: look at the plan, and begin the run that was seen."""
    owner = user_of(request)
    project = project_of(owner, project_id)
    data = request.POST if request.method == "POST" else request.GET
    choices = Choices.read(data)
    deployments = list(deployments_among(project, choices.deployments))

    def job(*, dry_run: bool) -> Job:
        chosen = {(each.artifact_uuid, each.deployment_profile_id) for each in deployments}
        return undeploying(project=project, by=owner, only=chosen, options=choices.options(dry_run=dry_run))

    problem = ""
    if request.method == "POST" and deployments:
        try:
            return run_begun(request, start(job=job(dry_run=False)))
        except StalePlanError as error:
            problem = str(error)
    plan = plan_page(carry_out(job=job(dry_run=True)), data) if deployments else None
    claims = {claim.label for each in deployments for claim in each.claims.all()}
    context = {
        "project": project,
        "deployments": deployments,
        "artifact_count": len({each.artifact_uuid for each in deployments}),
        "claimed_by": sorted(claims),
        "choices": choices,
        "plan": plan,
        "asks_about_conflicts": plan is not None and (plan.conflicts or choices.on_conflict is not OnConflict.FAIL),
        "problem": problem,
    }
    return render(request, "deployments/undeploy.html", context, status=409 if problem else 200)
