"""Addresses of logging in and out, and of one's own account."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import account, logins

app_name = "accounts"

urlpatterns = [
    path("login", logins.login, name="login"),
    # Whose session has ended meanwhile is out already, and need not log in for it.
    path("logout", login_not_required(LogoutView.as_view()), name="logout"),
    path("account", account.account, name="account"),
    path("account/password", account.password, name="password"),
    path("account/tokens/new", account.token_new, name="token-new"),
    path("account/tokens/<uuid:token_id>/revoke", account.token_revoke, name="token-revoke"),
]
