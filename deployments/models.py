"""What lies in projects because of us, who wants it there, and how it came about.

`Deployment` → `DeploymentPlacement` → `Placement` is the present; `Run`, `RunItem` and
`JournalEntry` are the history. Placement, deployment and claim rows change only in the commit of a
run. None of them refers to a profile, a set or an artifact by foreign key: they outlive all three.
"""

import uuid

from django.conf import settings
from django.db import models

from accounts.text import storable_text
from artifacts.models import Blob, Version
from profiles.enums import artifact_type_choices, platform_choices
from projects.models import Project


class Placement(models.Model):
    """One thing on disk that we answer for: a path, or one `entry` in a file others share.

    `state` is what we left there: the manifest of a path, the JSON of an entry's value. `adopted` means it
    was there, the same, before we came: undeploying forgets it and leaves it. `trace` says how an
    entry came into its file, `file_format` how that is written. `created_folders` were made for this
    placement, and go with it once they are empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="placements", db_index=False)
    path = models.CharField(max_length=1024)
    folded_path = models.CharField(max_length=1024)
    entry = models.CharField(max_length=255, blank=True)
    artifact_uuid = models.UUIDField()
    version = models.ForeignKey(Version, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    adopted = models.BooleanField(default=False)
    file_format = models.CharField(max_length=32, blank=True)
    trace = models.JSONField(null=True, blank=True)
    created_folders = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["project", "path", "entry"]
        constraints = [
            models.UniqueConstraint(fields=["project", "folded_path", "entry"], name="placement_project_path_entry")
        ]

    def __str__(self) -> str:
        return f"{self.path} › {self.entry}" if self.entry else self.path


class Deployment(models.Model):
    """The fact that an artifact is in a project under a profile."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="deployments", db_index=False)
    artifact_uuid = models.UUIDField()
    artifact_type = models.CharField(max_length=16, choices=artifact_type_choices)
    label = models.CharField(max_length=300, validators=[storable_text])
    namespace = models.CharField(max_length=255, blank=True, validators=[storable_text])
    deployment_profile_id = models.CharField(max_length=64)
    platform = models.CharField(max_length=32, choices=platform_choices)
    profile_root_dir = models.CharField(max_length=255)
    placements = models.ManyToManyField(Placement, through="DeploymentPlacement", related_name="deployments")
    deployed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    deployed_at = models.DateTimeField()

    class Meta:
        ordering = ["project", "label", "deployment_profile_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "artifact_uuid", "deployment_profile_id"],
                name="deployment_project_artifact_profile",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.deployment_profile_id})"


class DeploymentPlacement(models.Model):
    """That a deployment needs a placement; several may need the same one."""

    id = models.BigAutoField(primary_key=True)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+", db_index=False)
    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deployment", "placement"], name="deployment_placement_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.deployment} → {self.placement}"


class Claim(models.Model):
    """Who wants a deployment there. The claimant is an opaque key, with a label for people."""

    id = models.BigAutoField(primary_key=True)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="claims", db_index=False)
    claimant = models.CharField(max_length=255)
    label = models.CharField(max_length=255)

    class Meta:
        ordering = ["label"]
        constraints = [models.UniqueConstraint(fields=["deployment", "claimant"], name="claim_deployment_claimant")]
        indexes = [models.Index(fields=["claimant"], name="claim_claimant")]

    def __str__(self) -> str:
        return self.label


class Run(models.Model):
    """One deploy, undeploy or undo in one project.

    `folder_key` names the folder by device and inode, as its lock does: a run that was cut off is
    found by whoever takes the lock next, whichever owner registered the folder. `rows_before` are the records
    as they were before the run, where it changed them; None when the run cannot be undone (any more).
    `left_folders`, each with its mode, were made by us once and go if they are empty now.
    """

    class Kind(models.TextChoices):
        DEPLOY = "deploy", "Deploy"
        UNDEPLOY = "undeploy", "Undeploy"
        UNDO = "undo", "Undo"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        RECOVERED = "recovered", "Cut off and taken back"
        UNDONE = "undone", "Undone"
        GIVEN_UP = "given_up", "Failed, nothing changed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    claimant = models.CharField(max_length=255, blank=True)
    claimant_label = models.CharField(max_length=255, blank=True)
    options = models.JSONField(default=dict, blank=True)
    folder_key = models.CharField(max_length=64)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=list, blank=True)
    rows_before = models.JSONField(null=True, blank=True)
    left_folders = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["project", "-number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="run_project_number")]
        indexes = [
            models.Index(fields=["folder_key"], name="run_unfinished_folder", condition=models.Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.project} #{self.number}"


class RunItem(models.Model):
    """What a run did about one artifact under one profile, and why."""

    class Status(models.TextChoices):
        SUCCESS = "success", "Success"
        SKIP = "skip", "Skipped"
        ERROR = "error", "Error"

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveIntegerField()
    artifact_uuid = models.UUIDField()
    artifact_label = models.CharField(max_length=300)
    artifact_namespace = models.CharField(max_length=255, blank=True)
    deployment_profile_id = models.CharField(max_length=64)
    platform = models.CharField(max_length=32, choices=platform_choices)
    status = models.CharField(max_length=16, choices=Status)
    action = models.CharField(max_length=16)
    reason = models.TextField(blank=True)
    warnings = models.JSONField(default=list, blank=True)
    notes = models.JSONField(default=list, blank=True)
    paths = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["run", "position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="run_item_run_position")]

    def __str__(self) -> str:
        return f"{self.artifact_label}: {self.status}"

    @property
    def artifact_type(self) -> str:
        """The type in its label; it may be one that this release does not know."""
        return self.artifact_label.partition(":")[0]


class JournalEntry(models.Model):
    """What a run set out to do to one path: the states before and after (null: nothing there).

    `slot` is the name of the path's place in the run's staging folder. `created_folders` are the
    parents the run had to make, outermost first. `item_position` is the run's item it was done for. `shared`
    is there for a file that others share: our entries before and after, and the items they were changed for.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="journal", db_index=False)
    position = models.PositiveIntegerField()
    path = models.CharField(max_length=1024)
    slot = models.CharField(max_length=16)
    before = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    after = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_folders = models.JSONField(default=list, blank=True)
    item_position = models.PositiveIntegerField(null=True, blank=True)
    shared = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["run", "position"]
        verbose_name_plural = "journal entries"
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="journal_entry_run_position")]

    def __str__(self) -> str:
        return self.path
