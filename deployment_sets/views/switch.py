"""Pages of sets are there while sets are switched on."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render


def sets_page[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page that is there while DEPLOYMENT_SETS_ENABLED is true; else a 404 that says why."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not settings.DEPLOYMENT_SETS_ENABLED:
            return render(request, "deployment_sets/switched_off.html", status=404)
        return view(request, *args, **kwargs)

    return page
