"""Addresses of logging in and out."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("login", views.login, name="login"),
    # Whose session has ended meanwhile is out already, and need not log in for it.
    path("logout", login_not_required(LogoutView.as_view()), name="logout"),
]
