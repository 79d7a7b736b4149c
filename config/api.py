"""The one API: its routers, who may call it, and how it reads bodies."""

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.parser import Parser

from accounts.api import router as tokens
from accounts.endpoints.callers import CALLERS
from accounts.endpoints.passed_over import reading_all
from accounts.strict_json import read_strictly
from artifacts.api.artifacts import router as artifacts
from artifacts.api.collections import imports
from artifacts.api.collections import router as collections
from artifacts.api.groups import router as groups
from config.openapi import documented
from config.problems.handlers import exception_handlers
from deployment_sets.api import ROUTERS as DEPLOYMENT_SETS
from deployments.api import ROUTERS as DEPLOYMENTS
from profiles.api import router as profiles
from projects.api import router as projects

VERSION = "1.0.0"

DESCRIPTION = """
Everything a page does, a program can do here, with the same rules.

Send bodies as `application/json`. Lists answer `{items, total}` and take `limit` (1 to 200) and `offset`. An error is
`application/problem+json`: `type` says which kind it is, `detail` what happened and the way out, `errors` which values
were wrong. Where an answer has an `ETag`, a later change with `If-Match` is refused (412) if somebody was faster.
"""


class StrictParser(Parser):
    """JSON in UTF-8 that means one thing."""

    def parse_body(self, request: HttpRequest) -> Any:
        return read_strictly(request.body.decode())


class Api(NinjaAPI):
    """Ninja's own, with problem details in its OpenAPI document."""

    def get_openapi_schema(self, **options: Any) -> Any:
        return documented(super().get_openapi_schema(**options))


api = Api(
    title="Deployment Sets",
    version=VERSION,
    description=DESCRIPTION,
    urls_namespace="api",
    auth=CALLERS,
    parser=StrictParser(),
)
api.add_decorator(reading_all)
for exception, handler in exception_handlers().items():
    api.add_exception_handler(exception, handler)
for prefix, router in (*DEPLOYMENT_SETS, *DEPLOYMENTS):
    api.add_router(prefix, router)
api.add_router("/projects", projects)
api.add_router("/projects", profiles)
api.add_router("/tokens", tokens)
api.add_router("/artifacts", artifacts)
api.add_router("/groups", groups)
api.add_router("/collections", collections)
api.add_router("/imports", imports)
