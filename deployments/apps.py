from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "deployments"

    def ready(self) -> None:
        """Listen for projects being deleted."""
        from django.db.models.signals import pre_delete

        from deployments.receivers import keep_unfinished_runs
        from projects.models import Project

        pre_delete.connect(keep_unfinished_runs, sender=Project, dispatch_uid="deployments.keep_unfinished_runs")
