"""The project's own settings, for a process that does not wait for a busy database or for collected static files."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES, STORAGES

_options = DATABASES["default"]["OPTIONS"]
assert isinstance(_options, dict)
_options["timeout"] = 0
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
