"""Every address of the application."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import views
from config.api import api

handler500 = views.server_error

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("sets/", include("deployment_sets.urls")),
    path("", include("deployments.urls")),
    path("api/v1/", api.urls),
    path("healthz", views.healthz, name="healthz"),
    path("admin/", admin.site.urls),
]
