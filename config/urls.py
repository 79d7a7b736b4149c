"""Every address of the application."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config import views
from config.api import api

handler500 = views.server_error

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("search", views.search_everywhere, name="search"),
    path("keys", views.keys, name="keys"),
    path("sets/", include("deployment_sets.urls")),
    path("", include("artifacts.urls")),
    path("", include("projects.urls")),
    path("", include("profiles.urls")),
    path("", include("deployments.urls")),
    path("", include("accounts.urls")),
    path("api/v1/", api.urls),
    path("components", views.components, name="components"),
    path("healthz", views.healthz, name="healthz"),
    # There is one door. The admin's own would know nothing of what guards it.
    path(
        "admin/login/",
        login_not_required(RedirectView.as_view(pattern_name="accounts:login", query_string=True)),
        name="admin-login",
    ),
    path("admin/", admin.site.urls),
]
