"""Pages and answers that belong to no app in particular."""

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, Error, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.http import require_safe

from config.database import is_busy


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page there is: the sets, or the projects where sets are switched off."""
    return redirect("sets:list" if settings.DEPLOYMENT_SETS_ENABLED else "deployments:projects")


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database does, and 503 when it does not. One query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("The database does not answer.\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a request that raised something: 503 where the database was busy, else 500. No query."""
    error = sys.exception()
    if isinstance(error, DatabaseError) and is_busy(error):
        return HttpResponse(render_to_string("503.html"), status=503)
    return defaults.server_error(request)
