"""Every address there is, by asking Django."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True, slots=True)
class Route:
    """A pattern of addresses, and what answers there. `name` is the whole one, with its namespaces."""

    pattern: str
    name: str
    parameters: frozenset[str]
    view: Callable[..., Any]

    def __str__(self) -> str:
        return self.name or self.pattern


def _routes(patterns: Sequence[URLPattern | URLResolver], before: str, namespace: str) -> Iterator[Route]:
    for each in patterns:
        pattern = f"{before}{each.pattern}"
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _routes(each.url_patterns, pattern, inner)
        else:
            names = frozenset([*each.pattern.converters, *each.pattern.regex.groupindex])
            yield Route(f"/{pattern}", f"{namespace}{each.name}" if each.name else "", names, each.callback)


ROUTES = list(_routes(get_resolver().url_patterns, "", ""))
API_ROUTES = [route for route in ROUTES if route.pattern.startswith("/api/")]
ADMIN_ROUTES = [route for route in ROUTES if route.pattern.startswith("/admin/")]
PAGES = [route for route in ROUTES if route not in API_ROUTES and route not in ADMIN_ROUTES]
