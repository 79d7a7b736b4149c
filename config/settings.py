"""Settings of the project, read from the environment or a `.env` file.

`docs/settings.md` lists them for people; this file is where they are read.
"""

import tomllib
from pathlib import Path
from urllib.parse import quote

from django.utils.csp import CSP

from config.environment import Environment, private_folder

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
environment = Environment(BASE_DIR / ".env")

DATA_DIR = private_folder(BASE_DIR / Path(environment.text("DATA_DIR", "var")).expanduser())
DEBUG = environment.flag("DEBUG", default=False)
SECRET_KEY = environment.secret("SECRET_KEY", DATA_DIR / "secret-key")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
AUTH_ENABLED = environment.flag("AUTH_ENABLED", default=False)
HTTPS = environment.flag("HTTPS", default=False)
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES")
DEPLOYMENT_SETS_ENABLED = environment.flag("DEPLOYMENT_SETS_ENABLED", default=True)
LOG_FORMAT = environment.choice("LOG_FORMAT", "text", ("text", "json"))

if AUTH_ENABLED and not environment.text("PROJECT_ROOTS", ""):
    raise environment.wrong(
        "PROJECT_ROOTS", "it is missing, and AUTH_ENABLED is true", "Name the folders that hold your users' projects."
    )
PROJECT_ROOTS = environment.folders("PROJECT_ROOTS")
IMPORT_ROOTS = environment.folders("IMPORT_ROOTS")
# git knows more of them, and some, `ext` among them, start programs that a URL names.
IMPORT_GIT_PROTOCOLS = environment.words(
    "IMPORT_GIT_PROTOCOLS", ["https"], choices=("https", "http", "ssh", "git", "file")
)

DATABASES = {"default": environment.database("DATABASE_URL", f"sqlite:///{quote(str(DATA_DIR / 'db.sqlite3'))}")}
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PasswordBackend", "accounts.backends.TokenBackend"]

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "deployment_sets",
    "deployments",
    "artifacts",
    "profiles",
    "projects",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "config.problems.middleware.ProblemMiddleware",
    "config.guards.RequestGuardMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LocalUserMiddleware",
    "accounts.middleware.TokenMiddleware",
    "accounts.middleware.CallerRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.pages.middleware.FragmentMiddleware",
    "config.problems.pages.PageProblemMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.pages.layouts.layouts",
                "config.navigation.navigation",
            ],
        },
    },
]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}

# What a body may be: an artifact's files, which base64 makes a third longer, or a document of sets.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# HTTPS is the business of a proxy, which says so to us. So is sending everybody there: promises like
# HSTS bind all that runs under the same name, on other ports too.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "config.logging.TextFormatter"},
        "json": {"()": "config.logging.JsonFormatter"},
    },
    "filters": {"refusals": {"()": "config.logging.RefusalsInOneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["refusals"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}
