"""Addresses of profiles, below those of their projects."""

from django.urls import path

from profiles import views

app_name = "profiles"

urlpatterns = [
    path("projects/folder", views.folder_look, name="folder"),
    path("projects/<uuid:project_id>/profiles/new", views.profile_new, name="new"),
    path("projects/<uuid:project_id>/profiles/layout", views.profile_layout, name="layout"),
    path("projects/<uuid:project_id>/profiles/<slug:profile_id>/edit", views.profile_edit, name="edit"),
    path("projects/<uuid:project_id>/profiles/<slug:profile_id>/delete", views.profile_delete, name="delete"),
]
