"""How each operation is brought to each error status that it documents.

A prover makes the calls that must be answered with its status, all with the same world and none of them changing it.
`ANYWHERE` holds those that every operation can meet; what only one can meet is in `ONLY_HERE`.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django.db import OperationalError, connection, transaction
from django.test import Client, override_settings

from accounts.models import FailedAttempts
from accounts.services.throttle import MAX_FAILURES_PER_ADDRESS as MAX_FAILURES
from tests.api_contract.calls import Call, send
from tests.api_contract.document import Operation
from tests.factories import FailedAttemptsFactory

SECRET = "SELECT the_secret FROM the_server"


@dataclass(frozen=True, slots=True)
class Meeting:
    """An operation, and the call of it that its caller would be answered well."""

    operation: Operation
    caller: Client
    stranger: Client
    ids: Mapping[str, str]
    call: Call

    def send(self, client: Client | None = None, *, raw: bytes | None = None, **headers: str) -> Any:
        """Make the call, as the caller if not as somebody else."""
        return send(client or self.caller, self.operation, self.ids, self.call, raw=raw, **headers)

    def asking(self, **query: str) -> "Meeting":
        """The same, with more in the query."""
        return replace(self, call=replace(self.call, query={**self.call.query, **query}))


type Prover = Callable[[Meeting], Iterator[Any]]

# What is everybody's, and changed only with a permission.
_SHARED = {"Artifacts", "Collections", "Groups"}


def malformed(meeting: Meeting) -> Iterator[Any]:
    """An address with a NUL, a foreign host, and a body that is no JSON."""
    yield meeting.asking(text="\0").send()
    yield meeting.send(Host="elsewhere.example")
    if meeting.operation.body is not None:
        for raw in (b"{", b"\xff", b'{"name": NaN}', b"[" * 10_000, b"9" * 10_000):
            yield meeting.send(raw=raw)


def nobody(meeting: Meeting) -> Iterator[Any]:
    """Nobody, and somebody whose token is wrong, even where a session is right."""
    yield meeting.send(Client())
    for client in (Client(), meeting.caller):
        yield meeting.send(client, Authorization="Bearer dset_wrong")
        yield meeting.send(client, Authorization="Basic b3duZXI6cGFzc3dvcmQ=")


def not_allowed(meeting: Meeting) -> Iterator[Any]:
    """Another origin's page, a session that proves nothing, and no permission for what is everybody's."""
    for site in ("cross-site", "same-site"):
        yield meeting.send(Sec_Fetch_Site=site)
    yield meeting.send(Origin="https://elsewhere.example")
    with _csrf_checks(meeting.caller):
        yield meeting.send()
    if _SHARED & set(meeting.operation.details["tags"]):
        yield meeting.send(meeting.stranger)


def not_there(meeting: Meeting) -> Iterator[Any]:
    """An id that nothing has, or that is another kind of thing; for sets also that they are switched off."""
    for name, known in meeting.ids.items():
        unknown = "nowhere" if name == "profile_id" else str(uuid4())
        for another in {unknown, known[:-1] if name == "profile_id" else known[:-1] + "!"}:
            yield replace(meeting, ids={**meeting.ids, name: another}).send()
    if is_about_sets(meeting.operation):
        with override_settings(DEPLOYMENT_SETS_ENABLED=False):
            yield meeting.send()


def edited(meeting: Meeting) -> Iterator[Any]:
    """An edition that is not the one that is there."""
    yield meeting.send(If_Match='"another"')
    yield meeting.send(If_Match='W/"weak"')


def too_large(meeting: Meeting) -> Iterator[Any]:
    """More than the server takes at a time."""
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1):
        yield meeting.send()


def not_json(meeting: Meeting) -> Iterator[Any]:
    """Other types of content: those that a form on any page can send."""
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        yield meeting.send(Content_Type=content_type)


def invalid(meeting: Meeting) -> Iterator[Any]:
    """Fields, names and values that are not known, and numbers out of bounds."""
    if meeting.operation.body is not None:
        yield replace(meeting, call=replace(meeting.call, body={**(meeting.call.body or {}), "unknown": 1})).send()
        nothing = (b"", b"null") if meeting.operation.details["requestBody"]["required"] else ()
        for raw in (*nothing, b"[]", b'"text"', b"1"):
            yield meeting.send(raw=raw)
    queries = {each["name"]: each["schema"] for each in meeting.operation.parameters("query")}
    yield meeting.asking(unknown="1").send()
    for name, schema in queries.items():
        for wrong in _wrong(schema):
            yield meeting.asking(**{name: wrong}).send()


def too_many_attempts(meeting: Meeting) -> Iterator[Any]:
    """One more wrong token where there were too many; a right session is not refused for that."""
    FailedAttempts.objects.all().delete()
    FailedAttemptsFactory(door=FailedAttempts.Door.API, address="127.0.0.1", username="", failures=MAX_FAILURES)
    yield meeting.send(Client(), Authorization="Bearer dset_wrong")
    FailedAttempts.objects.all().delete()


def failing(meeting: Meeting) -> Iterator[Any]:
    """A fault of the code, in the first thing that the operation asks of the database."""
    with _database_that_raises(RuntimeError(SECRET)):
        yield meeting.send()


def busy(meeting: Meeting) -> Iterator[Any]:
    """A database that somebody else writes to, and goes on writing to."""
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
    error = OperationalError(SECRET)
    error.__cause__ = cause
    with _database_that_raises(error):
        yield meeting.send()


def is_about_sets(operation: Operation) -> bool:
    """Whether the operation is there only while sets are switched on."""
    return "Deployment sets" in operation.details["tags"]


ANYWHERE: Mapping[int, Prover] = {
    400: malformed,
    401: nobody,
    403: not_allowed,
    404: not_there,
    412: edited,
    413: too_large,
    415: not_json,
    422: invalid,
    429: too_many_attempts,
    500: failing,
    503: busy,
}


def _wrong(schema: Mapping[str, Any]) -> Iterator[str]:
    """Texts that a query's value must not be."""
    kinds = [schema, *schema.get("anyOf", ()), *schema.get("allOf", ())]
    for each in kinds:
        if "minimum" in each:
            yield from (str(each["minimum"] - 1), "1e3", "one")
        if "maximum" in each:
            yield from (str(each["maximum"] + 1), "9" * 40)
        if "maxLength" in each:
            yield "x" * (each["maxLength"] + 1)
        if "enum" in each or each.get("type") == "boolean" or each.get("format") == "uuid":
            yield "neither of these"


@contextmanager
def _database_that_raises(error: Exception) -> Iterator[None]:
    """A database that knows who calls, and raises `error` at the first other question."""

    def ask(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        source = sql.partition(" FROM ")[2].partition(" ")[0].strip('"')
        if "SAVEPOINT" in sql or source in {"django_session", "accounts_user"}:
            return execute(sql, params, many, context)
        raise error

    # A statement that fails spoils the transaction around it: this one, not the test's.
    with transaction.atomic(), connection.execute_wrapper(ask):
        yield


@contextmanager
def _csrf_checks(client: Client) -> Iterator[None]:
    """A client that is asked for what it knows from a page, as a browser is."""
    client.handler.enforce_csrf_checks = True
    yield
    client.handler.enforce_csrf_checks = False


def explain(response: Any) -> str:
    """What came back, for whoever reads a failure."""
    return f"{response.status_code}: {response.content.decode()[:300]}"
