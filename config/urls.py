"""Every address of the application."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import views

handler500 = views.server_error

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("sets/", include("deployment_sets.urls")),
    path("", include("deployments.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("admin/", admin.site.urls),
]
