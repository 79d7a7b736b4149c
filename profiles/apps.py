from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "profiles"

    def ready(self) -> None:
        """Listen for projects being registered."""
        from profiles.receivers import give_first_profile
        from projects.signals import project_registered

        project_registered.connect(give_first_profile, dispatch_uid="profiles.give_first_profile")
