"""Small pieces that many pages write the same way."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.context import RequestContext
from django.template.defaultfilters import stringfilter
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from accounts.text import printable
from deployment_sets.drawing.colours import in_both_themes
from deployments.approvals import approval_kept
from deployments.installer.diffs import FileDiff
from deployments.models import Run, RunItem
from deployments.report import counted

register = template.Library()

_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_KINDS = {"+": "added", "-": "removed", "@": "place", "\\": "place"}
_DONE = {"create": "created", "update": "updated", "remove": "removed", "unchanged": "already up to date"}


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


@register.simple_tag
def narrowing(address: str, region: str = "results", keeps_address: bool = True) -> SafeString:
    """What a form says that narrows the list in `region` as one types and chooses.

    HTMX asks again only once it is answered, so no late answer takes the place of a newer one. With `keeps_address`
    the page's address tells what is shown.
    """
    return format_html(
        'action="{}" hx-get="{}" hx-target="#{}" hx-swap="outerHTML" hx-trigger="{}"{}',
        address,
        address,
        region,
        "input delay:200ms target:[type=search], change target::not([type=search]), submit",
        SafeString(' hx-replace-url="true"') if keeps_address else "",
    )


@register.simple_tag
def moment(time: datetime) -> SafeString:
    """How long ago something was, with the moment itself for machines and for who points at it."""
    passed = timezone.now() - time
    words = f"{timesince(time, depth=1)} ago" if passed > timedelta(minutes=1) else "just now"
    exactly = time.strftime("%Y-%m-%d %H:%M:%S UTC")
    return format_html('<time datetime="{}" title="{}">{}</time>', time.isoformat(), exactly, words)


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """The drawing of Lucide's with this name, in the colour of the words around it; nothing for an unknown one."""
    try:
        return SafeString(lucide(name, size=size, aria_hidden="true", stroke_width="1.5"))
    except IconDoesNotExist:
        return SafeString()


@register.filter
def own_colour(color: str) -> str:
    """A set's own colour for an attribute of SVG, so that it is seen in both themes; that of the words for none."""
    return in_both_themes(color) if color else "currentColor"


@register.filter
def artifact_type(label: str) -> str:
    """The type in `type:name`."""
    return label.partition(":")[0]


@register.filter
def artifact_name(label: str) -> str:
    """The name in `type:name`."""
    return label.partition(":")[2]


@register.filter
@stringfilter
def in_reading_order(sentence: str) -> str:
    """`sentence` with a mark in place of each character that would turn the words after it around.

    For sentences that quote names. A name beside other words stands in a <bdi> instead.
    """
    return _DIRECTIONS.sub("\N{REPLACEMENT CHARACTER}", sentence)


@register.filter
def diff_lines(diff: FileDiff) -> list[tuple[str, str]]:
    """The lines of a diff below its headers, each with what it is: `added`, `removed`, a `place`, or '' for context.

    What a browser would obey, or not show, is written as an escape.
    """
    lines = diff.text.removesuffix("\n").split("\n")[2:]
    return [(_LINE_KINDS.get(line[:1], ""), "\t".join(map(printable, line.split("\t")))) for line in lines]


@register.filter
def what_happened(item: RunItem) -> str:
    """The reason of a result, or what was done where that says it all."""
    return in_reading_order(item.reason) or _DONE.get(item.action, item.action)


@register.filter
def awaits(item: RunItem) -> bool:
    """Whether what this result wrote is used only once the user of its platform agrees."""
    return approval_kept(item) is not None


@register.filter
def counts(run: Run) -> str:
    """How a run ended, in numbers: of one that was read with its counts."""
    return counted(run.kind, *(getattr(run, f"{status.value}_count") for status in RunItem.Status))
