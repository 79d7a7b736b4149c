"""Addresses of projects that need no more than their rows; the others are in `deployments/urls.py`."""

from django.urls import path

from projects import views

app_name = "projects"

urlpatterns = [
    path("projects/new", views.project_new, name="new"),
    path("projects/<uuid:project_id>/rename", views.project_rename, name="rename"),
]
