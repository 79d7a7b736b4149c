"""Addresses of sets."""

from django.urls import path

from deployment_sets.views import deploying, sets

app_name = "sets"

urlpatterns = [
    path("", sets.set_list, name="list"),
    path("new", sets.set_new, name="new"),
    path("<uuid:set_id>", sets.set_detail, name="detail"),
    path("<uuid:set_id>/edit", sets.set_edit, name="edit"),
    path("<uuid:set_id>/clone", sets.set_clone, name="clone"),
    path("<uuid:set_id>/delete", sets.set_delete, name="delete"),
    path("<uuid:set_id>/deploy", deploying.set_deploy, name="deploy"),
    path("<uuid:set_id>/deploy/folder", deploying.set_deploy_folder, name="deploy_folder"),
    path("<uuid:set_id>/undeploy", deploying.set_undeploy, name="undeploy"),
    path("runs/<uuid:run_id>/retry", deploying.run_retry, name="retry"),
]
