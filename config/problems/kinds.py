"""The kinds of problems there are, each with what is said where nothing more is known."""

from enum import Enum


class Kind(Enum):
    """A kind of problem: a name that never changes, so that programs can tell by it; a status; a title; a way out."""

    MALFORMED = (
        "malformed-request",
        400,
        "The request cannot be read",
        "Its host name, its address or its body is not as it must be.",
    )
    WHO_IS_IT = (
        "not-signed-in",
        401,
        "Nobody is signed in",
        "Send a token (Authorization: Bearer …), or sign in first.",
    )
    FORBIDDEN = ("forbidden", 403, "Not allowed", "You may not do this.")
    NOT_FOUND = (
        "not-found",
        404,
        "Not found",
        "There is nothing at this address. The addresses there are stand in /api/v1/openapi.json.",
    )
    SWITCHED_OFF = ("switched-off", 404, "Deployment sets are switched off", "")
    WRONG_METHOD = (
        "method-not-allowed",
        405,
        "Not done at this address",
        "The header Allow says what can be done at this address.",
    )
    CONFLICT = ("conflict", 409, "In conflict with what is there", "")
    BUSY = ("busy", 409, "Somebody else is at work there", "")
    STALE_PLAN = ("stale-plan", 409, "Not the plan that was shown", "")
    EDITED = ("edited-meanwhile", 412, "Changed since it was read", "")
    TOO_LARGE = ("too-large", 413, "The body is too large", "Send less at a time.")
    NOT_JSON = (
        "not-json",
        415,
        "The body is not JSON",
        "Send the body as JSON, and say so: Content-Type: application/json.",
    )
    INVALID = ("invalid", 422, "Values that cannot be used", "")
    IMPORT_FAILED = ("import-failed", 422, "Nothing was imported", "")
    CIRCULAR = ("circular-reference", 422, "A set would contain itself", "")
    TOO_DEEP = ("nested-too-deep", 422, "Sets nested too deep", "")
    UNRESOLVABLE = ("unresolvable", 422, "A set that cannot be resolved", "")
    TOO_MANY = (
        "too-many-attempts",
        429,
        "Too many attempts",
        "Wait before you try again; the header Retry-After says how many seconds.",
    )
    FAILED = (
        "server-error",
        500,
        "The server failed",
        "This is an error of the application; its log says more. Nothing was changed by halves.",
    )
    UNAVAILABLE = (
        "database-busy",
        503,
        "The database is busy",
        "Something else is writing to the database for a long time. Try again in a moment.",
    )

    def __init__(self, word: str, status: int, title: str, way_out: str) -> None:
        self.word = word
        self.status = status
        self.title = title
        self.way_out = way_out

    @property
    def type(self) -> str:
        """Its name as a URI."""
        return f"urn:deployment-sets:problem:{self.word}"


def plain_kind(status: int) -> Kind:
    """The kind of a problem of which no more is known than its status."""
    known = {kind.status: kind for kind in Kind if kind.way_out}
    return known.get(status) or (Kind.MALFORMED if status < 500 else Kind.FAILED)
