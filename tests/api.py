"""A program that uses the API, as a test writes it."""

import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client

from accounts.models import User

ROOT = "/api/v1"


def as_told(time: datetime) -> str:
    """How the API writes a moment: in UTC, to the millisecond."""
    return str(DjangoJSONEncoder().default(time))


class Caller:
    """Calls the API over HTTP as `user`, who is signed in; without one, as nobody (or the local user)."""

    def __init__(self, user: User | None = None, client: Client | None = None) -> None:
        self.client = client or Client()
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, /, **query: Any) -> Any:
        """A GET with these query parameters."""
        return self.client.get(f"{ROOT}{path}", query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """A POST of `body` as JSON; without one, of nothing."""
        return self._send("POST", path, body, headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        """A PUT of `body` as JSON."""
        return self._send("PUT", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """A PATCH of `body` as JSON."""
        return self._send("PATCH", path, body, headers)

    def delete(self, path: str, **headers: str) -> Any:
        """A DELETE."""
        return self._send("DELETE", path, None, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return self.client.generic(method, f"{ROOT}{path}", headers=named)
        return self.client.generic(
            method, f"{ROOT}{path}", json.dumps(body), content_type="application/json", headers=named
        )
