from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The project itself: server start, guards, and the commands that span the apps."""

    name = "config"
    verbose_name = "Deployment Sets"

    def ready(self) -> None:
        from config import checks  # noqa: F401
        from config.database import know_json

        know_json()
