"""Addresses of projects and runs."""

from django.urls import path

from deployments import views

app_name = "deployments"

urlpatterns = [
    path("projects/", views.project_list, name="projects"),
    path("projects/<uuid:project_id>", views.project_detail, name="project"),
    path("runs/<uuid:run_id>", views.run_detail, name="run"),
]
