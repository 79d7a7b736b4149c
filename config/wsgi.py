"""The WSGI application that granian serves."""

import os
from collections.abc import Callable, Iterable
from email.message import Message
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's, with every request read as UTF-8.

    A request may name another charset, and Django would read even its address so, before anything of ours has seen
    it: with a name that is none it fails, with another it reads other words.
    """
    content_type = environ.get("CONTENT_TYPE", "")
    if "charset" in content_type.lower():
        environ["CONTENT_TYPE"] = _without_charset(content_type)
    return _django(environ, start_response)


def _without_charset(content_type: str) -> str:
    header = Message()
    header["Content-Type"] = content_type
    header.del_param("charset")
    return str(header["Content-Type"])
