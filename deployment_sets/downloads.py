"""Documents of sets as files that a browser keeps."""

from django.http import HttpResponse
from django.utils.text import slugify

from accounts.endpoints.files import JSON, TOML, file_response
from deployment_sets.portable.document import PortableDocument
from deployment_sets.portable.reading import DocumentFormat
from deployment_sets.portable.writing import as_json, as_toml


def document_file(document: PortableDocument, format: DocumentFormat) -> HttpResponse:
    """`document` as a file called after the set it is about."""
    name = slugify(document.sets[0].name, allow_unicode=True) or "set"
    if format == "toml":
        return file_response(as_toml(document), TOML, f"{name}.toml")
    return file_response(as_json(document), JSON, f"{name}.json")
