"""Addresses of collections, artifacts and groups."""

from django.urls import path

from artifacts.views import artifacts, collections, group_members, groups, imports, own_artifacts

app_name = "artifacts"

urlpatterns = [
    path("artifacts/", artifacts.artifact_list, name="list"),
    path("artifacts/new", own_artifacts.artifact_new, name="new"),
    path("artifacts/<uuid:artifact_uuid>", artifacts.artifact_detail, name="artifact"),
    path("artifacts/<uuid:artifact_uuid>/edit", artifacts.artifact_edit, name="edit"),
    path("artifacts/<uuid:artifact_uuid>/files", own_artifacts.artifact_files, name="files"),
    path("artifacts/<uuid:artifact_uuid>/delete", own_artifacts.artifact_delete, name="delete"),
    path("groups/", groups.group_list, name="groups"),
    path("groups/new", groups.group_new, name="group-new"),
    path("groups/<uuid:group_id>", groups.group_detail, name="group"),
    path("groups/<uuid:group_id>/edit", groups.group_edit, name="group-edit"),
    path("groups/<uuid:group_id>/copy", groups.group_copy, name="group-copy"),
    path("groups/<uuid:group_id>/delete", groups.group_delete, name="group-delete"),
    path("groups/<uuid:group_id>/add", group_members.group_add, name="group-add"),
    path("groups/<uuid:group_id>/remove", group_members.group_remove, name="group-remove"),
    path("groups/<uuid:group_id>/put-back", group_members.group_put_back, name="group-put-back"),
    path("groups/<uuid:group_id>/sort", group_members.group_sort, name="group-sort"),
    path("collections/", collections.collection_list, name="collections"),
    path("collections/import", imports.collection_import, name="import"),
    path("collections/<uuid:collection_id>", collections.collection_detail, name="collection"),
    path("collections/<uuid:collection_id>/import", imports.collection_import_again, name="import-again"),
    path("collections/<uuid:collection_id>/rename", collections.collection_rename, name="collection-rename"),
    path("collections/<uuid:collection_id>/delete", collections.collection_delete, name="collection-delete"),
    path("imports/<uuid:import_id>", imports.import_detail, name="import-report"),
    path("imports/<uuid:import_id>/progress", imports.import_progress, name="import-progress"),
]
