"""Addresses of sets."""

from django.urls import path

from deployment_sets.views import deploying, fields, in_project, live, members, portable, sets, understanding, usage

app_name = "sets"

urlpatterns = [
    path("", sets.set_list, name="list"),
    path("new", sets.set_new, name="new"),
    path("import", portable.set_import, name="import"),
    path("with-artifact/<uuid:artifact_uuid>", usage.artifact_usage, name="artifact-usage"),
    path("with-artifact/<uuid:artifact_uuid>/add", usage.artifact_add, name="add-artifact"),
    path("with-group/<uuid:group_id>", usage.group_usage, name="group-usage"),
    path("<uuid:set_id>", sets.set_detail, name="detail"),
    path("<uuid:set_id>/edit", sets.set_edit, name="edit"),
    path("<uuid:set_id>/name", fields.set_field, {"field": "name"}, name="name"),
    path("<uuid:set_id>/description", fields.set_field, {"field": "description"}, name="description"),
    path("<uuid:set_id>/tags", fields.set_tags, name="tags"),
    path("<uuid:set_id>/members/add", members.members_add, name="members_add"),
    path("<uuid:set_id>/members/move", members.member_move, name="member_move"),
    path("<uuid:set_id>/members/restore", members.member_restore, name="member_restore"),
    path("<uuid:set_id>/members/<uuid:member_id>/position", members.member_position, name="member_position"),
    path("<uuid:set_id>/members/<uuid:member_id>/remove", members.member_remove, name="member_remove"),
    path("<uuid:set_id>/clone", sets.set_clone, name="clone"),
    path("<uuid:set_id>/delete", sets.set_delete, name="delete"),
    path("<uuid:set_id>/deploy", deploying.set_deploy, name="deploy"),
    path("<uuid:set_id>/deploy/folder", deploying.set_deploy_folder, name="deploy_folder"),
    path("<uuid:set_id>/undeploy", deploying.set_undeploy, name="undeploy"),
    path("in/<uuid:project_id>", in_project.sets_in_project, name="in-project"),
    path("in/<uuid:project_id>/choose", in_project.set_choose, name="choose"),
    path("runs/<uuid:run_id>/retry", deploying.run_retry, name="retry"),
    path("<uuid:set_id>/graph", understanding.set_graph, name="graph"),
    path("<uuid:set_id>/platforms", understanding.set_platforms, name="platforms"),
    path("<uuid:set_id>/why/<uuid:artifact_uuid>", understanding.set_why, name="why"),
    path("<uuid:set_id>/live", live.set_live, name="live"),
    path("<uuid:set_id>/export", portable.set_export, name="export"),
]
