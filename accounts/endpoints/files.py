"""Answers that are files, to be kept and sent again."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

JSON = "application/json"
# https://www.iana.org/assignments/media-types/application/toml
TOML = "application/toml"


def file_response(text: str, media_type: str, name: str) -> HttpResponse:
    """`text` as a file that a browser keeps under `name`."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        text, content_type=f"{media_type}; charset=utf-8", headers={"Content-Disposition": str(disposition)}
    )
