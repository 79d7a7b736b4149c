"""Pages and answers that belong to no app in particular."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe


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
