"""What happens to members when a group or a set is deleted, by whatever path."""

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.services.users import lock_all_owners, lock_owner
from artifacts.models import ArtifactGroup
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.services.members import drop_members


@receiver(pre_delete, sender=ArtifactGroup)
def leave_sets_of_group(instance: ArtifactGroup, **_: object) -> None:
    """Take a group out of the sets that hold it.

    Groups are everyone's, and anyone may be about to add this one: so nobody's sets change meanwhile.
    """
    lock_all_owners()
    drop_members(DeploymentSetMember.objects.filter(group=instance))


@receiver(pre_delete, sender=DeploymentSet)
def leave_outer_sets(instance: DeploymentSet, origin: object, **_: object) -> None:
    """Take a set out of the sets that contain it."""
    if origin is instance:
        lock_owner(instance.owner)
    else:
        # A whole queryset goes, in an order of its own: take the locks in theirs.
        lock_all_owners()
    drop_members(DeploymentSetMember.objects.filter(member_set=instance))
