"""Addresses of sets."""

from django.urls import path

from deployment_sets.views import sets

app_name = "sets"

urlpatterns = [
    path("", sets.set_list, name="list"),
    path("new", sets.set_new, name="new"),
    path("<uuid:set_id>", sets.set_detail, name="detail"),
    path("<uuid:set_id>/edit", sets.set_edit, name="edit"),
    path("<uuid:set_id>/clone", sets.set_clone, name="clone"),
    path("<uuid:set_id>/delete", sets.set_delete, name="delete"),
]
