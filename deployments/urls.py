"""Addresses of projects and runs."""

from django.urls import path

from deployments.views import projects, runs

app_name = "deployments"

urlpatterns = [
    path("projects/", projects.project_list, name="projects"),
    path("projects/<uuid:project_id>", projects.project_detail, name="project"),
    path("runs/<uuid:run_id>", runs.run_detail, name="run"),
]
