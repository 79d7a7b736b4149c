"""Which sets stand behind the claims that a page of a lower floor shows."""

from collections.abc import Iterable, Mapping

from django import template
from django.conf import settings
from django.template.context import RequestContext

from accounts.access import user_of
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import set_id_of
from deployments.installer.decisions import Claimant
from deployments.models import Claim, Deployment

register = template.Library()


@register.simple_tag(takes_context=True)
def claiming_sets(context: RequestContext, deployments: Iterable[Deployment]) -> Mapping[str, DeploymentSet]:
    """By claimant, the sets of whoever asks that claim `deployments`, which came with their claims. One query.

    None while sets are switched off.
    """
    if not settings.DEPLOYMENT_SETS_ENABLED:
        return {}
    claims = {claim.claimant: claim for deployment in deployments for claim in deployment.claims.all()}
    ids = {key: set_id_of(Claimant(key, claim.label)) for key, claim in claims.items()}
    found = DeploymentSet.objects.owned_by(user_of(context["request"])).in_bulk(
        [set_id for set_id in ids.values() if set_id is not None]
    )
    return {key: found[set_id] for key, set_id in ids.items() if set_id in found}


@register.filter
def behind(sets: Mapping[str, DeploymentSet], claim: Claim) -> DeploymentSet | None:
    """The one of `sets` that made `claim`."""
    return sets.get(claim.claimant)
