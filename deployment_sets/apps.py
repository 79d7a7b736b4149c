from django.apps import AppConfig


class DeploymentSetsConfig(AppConfig):
    name = "deployment_sets"

    def ready(self) -> None:
        """Connect the receivers that keep members right when something they refer to is deleted."""
        from deployment_sets import receivers  # noqa: F401
