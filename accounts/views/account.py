"""The page of one's own account: tokens for programs, the password, and what the server is set to."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from accounts.access import user_of
from accounts.exceptions import PasswordError, TokenError, TooManyAttemptsError
from accounts.forms import PasswordForm, TokenForm
from accounts.pages.answers import changed
from accounts.queries import token_of, tokens_of
from accounts.services.tokens import MAX_TOKENS, create_token, revoke_token
from accounts.services.users import change_password


@require_safe
def account(request: HttpRequest) -> HttpResponseBase:
    """Who one is, one's tokens, how the pages look, and what the server is set to."""
    return render(
        request,
        "accounts/account.html",
        {
            "tokens": tokens_of(user_of(request)) if settings.AUTH_ENABLED else [],
            "max_tokens": MAX_TOKENS,
            "project_roots": settings.PROJECT_ROOTS,
            "import_roots": settings.IMPORT_ROOTS,
            "version": settings.VERSION,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_new(request: HttpRequest) -> HttpResponseBase:
    """The dialog that makes a token, and then shows its secret, this once."""
    _demand_logins()
    form = TokenForm(request.POST or None)
    if form.is_valid():
        try:
            token, secret = create_token(owner=user_of(request), name=form.cleaned_data["name"])
        except TokenError as error:
            form.refuse(error.problems)
        else:
            made = render(request, "accounts/token_made.html", {"token": token, "secret": secret})
            return trigger_client_event(made, "changed")
    return render(request, "accounts/token_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def token_revoke(request: HttpRequest, token_id: UUID) -> HttpResponseBase:
    """The dialog that says what revoking a token means, and does it."""
    token = token_of(user_of(request), token_id)
    if request.method == "POST":
        revoke_token(owner=user_of(request), token_id=token_id)
        said = f"Revoked “{token.name}”. Nothing gets in with it any more."
        return changed(request, reverse("accounts:account"), said=said)
    return render(request, "accounts/token_revoke.html", {"token": token})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponseBase:
    """The dialog that changes one's password. The session it is done in goes on, and every other one ends."""
    _demand_logins()
    user, form = user_of(request), PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            if authenticate(request, username=user.username, password=form.cleaned_data["current"]) is None:
                form.add_error("current", "This is not your password.")
            else:
                update_session_auth_hash(request, change_password(user=user, new=form.cleaned_data["new"]))
        except TooManyAttemptsError as error:
            form.add_error("current", str(error))
        except PasswordError as error:
            form.refuse(error.problems)
    if form.is_bound and not form.errors:
        said = "Changed your password. Wherever else you were signed in, you are not any more; your tokens still count."
        return changed(request, reverse("accounts:account"), said=said)
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


def _demand_logins() -> None:
    """While nobody has to log in there are no tokens and no passwords."""
    if not settings.AUTH_ENABLED:
        raise Http404
