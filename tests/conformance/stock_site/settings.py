"""Wagtail and wagtail-localize as they come: every setting that they have is left at its default.

`CONFORMANCE_DATABASE` is the address of the database, as in `DATABASE_URL`.
"""

from __future__ import annotations

import environ

env = environ.Env()

SECRET_KEY = "a stock site"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.conformance.stock_site.urls"
DATABASES = {"default": env.db_url("CONFORMANCE_DATABASE")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Kinder than Django's default, with which several writers mostly fail (fact S9).
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
DATABASES["default"]["TEST"] = {"NAME": env.str("CONFORMANCE_DATABASE_NAME")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

USE_TZ = True
TIME_ZONE = "Europe/London"
USE_I18N = WAGTAIL_I18N_ENABLED = True
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("ar", "Arabic"), ("fr", "French")]

STATIC_URL = "/static/"
MEDIA_ROOT = env.str("VAR_DIR")
WAGTAIL_SITE_NAME = "A stock site"
WAGTAILADMIN_BASE_URL = "http://testserver"

# A cache in front, of which the only unusual thing is that it notes what it is asked to forget.
WAGTAILFRONTENDCACHE = {"noting": {"BACKEND": "tests.conformance.caches.NotingBackend"}}

INSTALLED_APPS = [
    "tests.conformance.stock_site",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.frontend_cache",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
