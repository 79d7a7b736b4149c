"""Small pieces that many pages write the same way."""

from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.context import RequestContext

register = template.Library()


@register.inclusion_tag("_paging.html", takes_context=True)
def paging(context: RequestContext, page: Page[Any], what: str, parameter: str = "page") -> dict[str, object]:
    """Which of how many `what` are shown, with links to the pages beside this one; nothing where one page is all."""
    request: HttpRequest = context["request"]

    def link(number: int) -> str:
        query = request.GET.copy()
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "what": what,
        "previous": link(page.previous_page_number()) if page.has_previous() else "",
        "next": link(page.next_page_number()) if page.has_next() else "",
    }


@register.filter
def artifact_type(label: str) -> str:
    """The type in `type:name`."""
    return label.partition(":")[0]


@register.filter
def artifact_name(label: str) -> str:
    """The name in `type:name`."""
    return label.partition(":")[2]
