"""Addresses of sets."""

from django.urls import path

from deployment_sets import views

app_name = "sets"

urlpatterns = [
    path("", views.set_list, name="list"),
    path("<uuid:set_id>", views.set_detail, name="detail"),
]
