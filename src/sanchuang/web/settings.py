"""Settings. SQLite by default; PostgreSQL by the one environment variable `DATABASE_URL`."""

from __future__ import annotations

import os
import secrets
import shlex
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import unquote, urlsplit

from sanchuang.operations.logs import configuration
from sanchuang.web.account_settings import *  # noqa: F403
from sanchuang.web.admin_look import UNFOLD as UNFOLD
from sanchuang.web.environment import count, mail, one_of
from sanchuang.web.variables import check, given

check(os.environ)
GIVEN = given(os.environ)
ROOT = Path(__file__).resolve().parents[3]
WEB = Path(__file__).resolve().parent
VAR = Path(GIVEN.get("SANCHUANG_VAR") or (ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()) / "var")


def kept_secret(name: str) -> str:
    """A random text made once and kept under `VAR`, readable only by its owner.

    Processes that start at once agree: each offers a finished file, and the first to take the name wins.
    """
    path = VAR / name
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=VAR, prefix=f".{name}-") as offer:  # made with mode 600
            offer.write(secrets.token_urlsafe(48))
            offer.flush()
            with suppress(FileExistsError):
                os.link(offer.name, path)
    return path.read_text()


def whole(name: str, usual: int, unit: str) -> int:
    """The whole number above 0, in `unit`, that the environment gives; `usual` where it gives none."""
    text = GIVEN.get(name, str(usual))
    if not text.isdecimal() or int(text) == 0:
        raise ValueError(f"{name}={text}；请写大于 0 的整数（{unit}），例如 {name}={usual}")
    return int(text)


def database(url: str) -> dict[str, object]:
    """Django's description of the database at `url` (`postgres://user:pw@host:port/name`)."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR / "sanchuang.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL 以 {parts.scheme}:// 开头；请写 postgres://用户:口令@主机:端口/库名")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # A server that does not answer is known to be gone after some seconds, so that pages can say so.
        "OPTIONS": {"prepare_threshold": 2, "connect_timeout": 5},
    }


# A production site sets SANCHUANG_PRODUCTION=1: no demo users, no debug pages, secure cookies.
PRODUCTION = GIVEN.get("SANCHUANG_PRODUCTION", "") == "1"
DEMO = not PRODUCTION
DEBUG = GIVEN.get("SANCHUANG_DEBUG", "") == "1" and not PRODUCTION
SECRET_KEY = os.environ.get("SANCHUANG_SECRET_KEY") or kept_secret("secret-key")
SECRET_KEY_FALLBACKS = [key for key in GIVEN.get("SANCHUANG_OLD_SECRET_KEYS", "").split(",") if key]
ALLOWED_HOSTS = GIVEN.get("SANCHUANG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
# Where people reach the site: addresses in mails and on papers begin with it.
SITE_URL = GIVEN.get("SANCHUANG_SITE", "http://127.0.0.1:8000").rstrip("/")

# Each room is an application and serves its pages under its own name; see docs/how-to-add-a-room.md.
ROOMS = ["policies"]
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # before the admin, whose templates it replaces
    "sanchuang.web.admin_site.RecordsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "rules",
    "sanchuang.core",
    "sanchuang.registry",
    "sanchuang.ledger",
    *(f"sanchuang.{name}" for name in ROOMS),
]
MIDDLEWARE = [
    "sanchuang.web.requests.RequestMiddleware",
    "sanchuang.web.watching.WatchMiddleware",
    "sanchuang.web.watching.SignsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "sanchuang.web.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "sanchuang.web.uploads.UploadMiddleware",  # before CSRF, which reads the whole form
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sanchuang.web.views.errors.SessionEndedMiddleware",
    # Closed unless opened: a view that strangers may see carries login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "sanchuang.web.requests.ActingMiddleware",
    "sanchuang.web.language.LanguageMiddleware",
    "sanchuang.web.script.ScriptMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sanchuang.web.views.errors.UnfitMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sanchuang.web.context.shell",
            ],
        },
    },
]
ROOT_URLCONF = "sanchuang.web.urls"
WSGI_APPLICATION = "sanchuang.web.wsgi.application"

DATABASES = {"default": database(GIVEN.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first, as it refuses before a password is looked at
    "rules.permissions.ObjectPermissionBackend",
    "sanchuang.core.backends.AccountBackend",
]

CSRF_FAILURE_VIEW = "sanchuang.web.views.errors.csrf_failure"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体"), ("zh-hant", "繁體"), ("en", "English")]
LOCALE_PATHS = [WEB / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [WEB / "static"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a root that is not there
WHITENOISE_USE_FINDERS = True  # a site whose files were not collected yet is plain, not bare
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "sanchuang.web.storage.StaticStorage"},
}
DJANGO_TABLES2_TEMPLATE = "core/table.html"

# How many proxies of ours stand in front: each adds to X-Forwarded-For, the first also says whether TLS was used.
PROXIES = count("SANCHUANG_PROXIES", GIVEN.get("SANCHUANG_PROXIES", ""), 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_SSL_REDIRECT = PRODUCTION and GIVEN.get("SANCHUANG_SSL_REDIRECT", "1") == "1"
SECURE_HSTS_SECONDS = (
    count("SANCHUANG_HSTS", GIVEN.get("SANCHUANG_HSTS", ""), 31_536_000) if PRODUCTION else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
# The hash of new rows of the audit trail: sha256, or sm3 where the state asks for its own.
AUDIT_HASH = GIVEN.get("SANCHUANG_AUDIT_HASH", "sha256").lower()
X_FRAME_OPTIONS = "DENY"

MAIL = mail(GIVEN.get("SANCHUANG_EMAIL", ""), VAR / "mail")
EMAIL_BACKEND, EMAIL_FILE_PATH, EMAIL_TIMEOUT = MAIL.backend, MAIL.folder, 10
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.host, MAIL.port, MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.tls, MAIL.ssl
DEFAULT_FROM_EMAIL = SERVER_EMAIL = GIVEN.get("SANCHUANG_EMAIL_FROM", "sanchuang@localhost")

# Files that people upload. The scanner is a command that is given the file's path: "clamdscan --fdpass --no-summary".
# One that fails or takes too long means that nothing is taken, unless SANCHUANG_SCAN_MUST=0.
MAX_UPLOAD = whole("SANCHUANG_MAX_UPLOAD", 20, "MB") * 2**20
SCANNER = shlex.split(GIVEN.get("SANCHUANG_SCANNER", ""))
SCAN_SECONDS = whole("SANCHUANG_SCAN_SECONDS", 60, "秒")
SCAN_MUST = GIVEN.get("SANCHUANG_SCAN_MUST", "1") != "0"

# What is done behind the requests' backs waits in the database, and `sanchuang worker` does it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# How many requests a minute the interface answers: to one account, and to one address of which nobody is known.
API_RATE = whole("SANCHUANG_API_RATE", 600, "次")
API_STRANGER_RATE = whole("SANCHUANG_API_STRANGER_RATE", 60, "次")

# Whether other systems in the site's own network may be told of acts; a demonstration may, a production site must say so.
WEBHOOK_PRIVATE = GIVEN.get("SANCHUANG_WEBHOOK_PRIVATE", "1" if DEMO else "0") == "1"

# A request whose body comes slowly holds a thread of its process. So there are many, and not all of them for bodies:
# however many people stall in the middle of a form or a file, pages are still answered.
THREADS = 32
THREADS_WITH_BODIES = 24

# How long a stopping server waits for requests in flight.
STOP_SECONDS = whole("SANCHUANG_STOP_SECONDS", 20, "秒")

# Prometheus shows this token as `Authorization: Bearer …`; see docs/operations.md.
METRICS_TOKEN = GIVEN.get("SANCHUANG_METRICS_TOKEN", "")

LOG = one_of("SANCHUANG_LOG", GIVEN.get("SANCHUANG_LOG", ""), "auto", "json", "text")
LOGGING = configuration(LOG)
