from django.apps import AppConfig


class DeploymentSetsConfig(AppConfig):
    name = "deployment_sets"
