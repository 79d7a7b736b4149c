"""In which frame a page or a dialog comes: whole for its address, as a fragment for HTMX."""

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django_htmx.middleware import HtmxDetails

DIALOG = "dialog"
"""The id of the element that a dialog's content goes into."""

_OPENS_DIALOG = SafeString(f'hx-boost="true" hx-target="#{DIALOG}"')
_NOTHING = SafeString("")


def htmx_of(request: HttpRequest) -> HtmxDetails | None:
    """What HTMX says of the request; None for one that wants a whole page."""
    details = getattr(request, "htmx", None)
    if not isinstance(details, HtmxDetails) or not details or details.history_restore_request:
        return None
    return details


def is_for(request: HttpRequest, region: str) -> bool:
    """Whether the answer goes into the element of that id alone, on the page that is open."""
    details = htmx_of(request)
    return details is not None and details.target == region


def is_for_dialog(request: HttpRequest) -> bool:
    """Whether the answer goes into the dialog of the page that is open."""
    return is_for(request, DIALOG)


def piece(request: HttpRequest, template: str, region: str) -> str:
    """What of `template` to answer with: for an element of that id alone the `partialdef` of its name, else all."""
    return f"{template}#{region}" if is_for(request, region) else template


def is_open(request: HttpRequest, url: str) -> bool:
    """Whether it is the page at `url`, a path, from which HTMX asks. No page is open at what cannot be read."""
    details = htmx_of(request)
    try:
        return details is not None and details.current_url_abs_path == url
    except ValueError:
        return False


def layouts(request: HttpRequest) -> dict[str, object]:
    """A context processor: the templates that pages and dialogs extend, and what links and forms say to stay in one.

    A link or form with `opens_dialog` shows its answer in the page's dialog. One with `stays_in_dialog` does so
    only if it stands in that dialog itself; in a dialog that is a page of its own it leads to a page.
    """
    in_dialog = is_for_dialog(request)
    page_layout = "base.html" if htmx_of(request) is None else "_page.html"
    return {
        "page_layout": page_layout,
        "dialog_layout": "_dialog.html" if in_dialog else "dialog_page.html",
        "opens_dialog": _OPENS_DIALOG,
        "stays_in_dialog": _OPENS_DIALOG if in_dialog else _NOTHING,
    }
