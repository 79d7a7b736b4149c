"""What the OpenAPI document says of the headers of answers. https://spec.openapis.org/oas/v3.1.0#header-object"""

from typing import Any

type Headers = dict[str, dict[str, Any]]


def _header(name: str, description: str, example: str | int) -> Headers:
    kind = "string" if isinstance(example, str) else "integer"
    return {name: {"description": description, "required": True, "schema": {"type": kind}, "example": example}}


ETAG = _header(
    "ETag",
    "The edition there is now. Sent as `If-Match` with a change, nothing is written if there is another by then (412).",
    '"c0ffee5b9c1d4e7f"',
)
CHALLENGE = _header("WWW-Authenticate", "How to say who calls: with a token.", "Bearer")
RETRY_AFTER = _header("Retry-After", "For how many seconds to wait.", 60)
DOWNLOAD = _header(
    "Content-Disposition", "A name for the file, to download it under.", 'attachment; filename="full-stack.toml"'
)
