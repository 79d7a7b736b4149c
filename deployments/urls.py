"""Addresses of projects and runs."""

from django.urls import path

from deployments.views import places, projects, runs, undeploying

app_name = "deployments"

urlpatterns = [
    path("projects/", projects.project_list, name="projects"),
    path("projects/<uuid:project_id>", projects.project_detail, name="project"),
    path("projects/<uuid:project_id>/statuses", projects.project_statuses, name="statuses"),
    path("projects/<uuid:project_id>/undeploy", undeploying.undeploy, name="undeploy"),
    path("projects/<uuid:project_id>/delete", projects.project_delete, name="project-delete"),
    path("projects/<uuid:project_id>/profiles/<slug:profile_id>/use", projects.under_profile, name="under-profile"),
    path(
        "projects/<uuid:project_id>/deployments/<uuid:deployment_id>/difference",
        projects.deployment_difference,
        name="difference",
    ),
    path("runs/", runs.run_list, name="runs"),
    path("projects/with-artifact/<uuid:artifact_uuid>", places.artifact_places, name="artifact-places"),
    path("runs/<uuid:run_id>", runs.run_detail, name="run"),
    path("runs/<uuid:run_id>/progress", runs.run_progress, name="run_progress"),
    path("runs/<uuid:run_id>/changes", runs.run_changes, name="run_changes"),
    path("runs/<uuid:run_id>/undo", runs.run_undo, name="run_undo"),
    path("runs/<uuid:run_id>/recover", runs.run_recover, name="run_recover"),
]
