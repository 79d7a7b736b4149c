"""What answers a request that changed something, or was refused to."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect, reswap, trigger_client_event

from accounts.pages.layouts import htmx_of
from accounts.pages.toasts import Undo, say


def changed(
    request: HttpRequest, url: str, *, said: str = "", undo: Undo | None = None, leave: bool = False
) -> HttpResponseBase:
    """Say what was done. Pages that are open show the new state; a dialog closes.

    A plain request is sent on to `url`, and so is a page that the change makes pointless, with `leave`.
    """
    if said:
        say(request, said, undo=undo)
    if htmx_of(request) is None:
        return redirect(url)
    if leave:
        return HttpResponseClientRedirect(url)
    answer = _toasts_alone(request)
    trigger_client_event(answer, "changed")
    trigger_client_event(answer, "dialog-done")
    return answer


def refused(request: HttpRequest, sentence: str, *, title: str, status: int) -> HttpResponse:
    """Say why nothing was done: as a page of its own, or as a toast beside the page that is open."""
    if htmx_of(request) is None:
        return render(request, "refused.html", {"title": title, "sentence": sentence}, status=status)
    say(request, sentence, tone="bad")
    return _toasts_alone(request, status=status)


def _toasts_alone(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    """An answer that leaves the page as it is, and adds what is to be said."""
    return reswap(render(request, "_toasts.html", {"out_of_band": True}, status=status), "none")
