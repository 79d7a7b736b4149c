"""Logging in, and what stands in its way."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.exceptions import TooManyAttemptsError
from accounts.forms import LoginForm

_login = LoginView.as_view(template_name="accounts/login.html", authentication_form=LoginForm)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponseBase:
    """The page to log in on; while nobody has to, the way to the first page."""
    if not settings.AUTH_ENABLED:
        return redirect("home")
    try:
        return _login(request)
    except TooManyAttemptsError as error:
        page = render(request, "accounts/too_many_attempts.html", {"reason": error}, status=429)
        page.headers["Retry-After"] = str(error.seconds)
        return page
