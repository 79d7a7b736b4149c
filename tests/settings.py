"""Settings for the tests: the project's own, in a data folder that belongs to this test process alone."""

import atexit
import os
import shutil
import tempfile

_folder, _process = tempfile.mkdtemp(prefix="deployment-sets-tests-"), os.getpid()


@atexit.register
def _clear_up() -> None:
    # A fork of this process leaves the folder to its parent.
    if os.getpid() == _process:
        shutil.rmtree(_folder, ignore_errors=True)


os.environ["DATA_DIR"] = _folder
for _name, _value in {
    "SECRET_KEY": "only-for-tests, which guard nothing",
    "DEBUG": "false",
    "AUTH_ENABLED": "false",
    "HTTPS": "false",
    "TRUSTED_PROXIES": "",
    "DEPLOYMENT_SETS_ENABLED": "true",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "PROJECT_ROOTS": tempfile.gettempdir(),
    "IMPORT_ROOTS": tempfile.gettempdir(),
    "IMPORT_GIT_PROTOCOLS": "https",
    "LOG_FORMAT": "text",
}.items():
    os.environ[_name] = _value

from config.settings import *  # noqa: E402, F403
from config.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: other processes take part in some tests.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = DATA_DIR / "staticfiles"
STATIC_ROOT.mkdir()
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
