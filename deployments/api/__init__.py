"""Endpoints about what lies in projects, and how it came there."""

from deployments.api import deployments, runs

ROUTERS = (
    ("", deployments.router),
    ("", runs.router),
)
