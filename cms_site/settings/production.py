"""Settings for a public site: everything is said explicitly, or the site does not start."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from cms_site.databases import database
from cms_site.settings.base import *  # noqa: F403
from cms_site.settings.base import TRUSTED_PROXIES, env

_REQUIRED = {
    "SECRET_KEY": "at least 50 random characters that stay the same",
    "ALLOWED_HOSTS": "the host names that the site answers to, separated by commas",
    "DATABASE_URL": "postgresql://user:password@host:5432/name",
    "CELERY_BROKER_URL": "redis://host:6379/0 or amqp://user:password@host:5672//",
    "WAGTAILADMIN_BASE_URL": "https:// and the host name that editors use",
}

_missing = [name for name in _REQUIRED if not env.str(name, default="").strip()]
if _missing:
    raise ImproperlyConfigured(
        "Set these variables in the environment before the site starts: "
        + "; ".join(f"{name} ({_REQUIRED[name]})" for name in _missing)
        + ". The README lists all settings."
    )

SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
DATABASES = {"default": database(env.str("DATABASE_URL"))}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL")

# A cache in front of the site that takes PURGE (Varnish, Squid). Others: WAGTAILFRONTENDCACHE.
WAGTAILFRONTENDCACHE_LOCATION = env.str("FRONTEND_CACHE_URL", default="") or None

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

_mail = env.email_url("EMAIL_URL", default="smtp://localhost:25")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="webmaster@localhost")

# HTTPS only. The health addresses are asked by machines inside the network.
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^health/"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = [
    # Preloading HSTS binds the council's whole domain for years: its owner decides, not we.
    "security.W021",
]
