"""Endpoints about sets."""

from deployment_sets.api import deploying, members, portable, resolving, sets, usage

ROUTERS = (
    ("/deployment-sets", sets.router),
    ("/deployment-sets", members.router),
    ("/deployment-sets", resolving.router),
    ("/deployment-sets", deploying.router),
    ("/deployment-sets", portable.router),
    ("", usage.router),
)
