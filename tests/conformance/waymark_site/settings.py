"""The site as it is, with the languages, the database and the folder of this run.

`CONFORMANCE_DATABASE` is the address of the database, as in `DATABASE_URL`.
"""

from __future__ import annotations

from pathlib import Path

from cms_site.databases import database
from cms_site.settings.test import *  # noqa: F403
from cms_site.settings.test import env

DATABASES = {"default": database(env.str("CONFORMANCE_DATABASE"))}
DATABASES["default"]["TEST"] = {"NAME": env.str("CONFORMANCE_DATABASE_NAME")}
VAR_DIR = Path(env.str("VAR_DIR"))
MEDIA_ROOT = VAR_DIR / "media"
STATIC_ROOT = VAR_DIR / "static"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("ar", "Arabic"), ("fr", "French")]
WAGTAILFRONTENDCACHE = {"noting": {"BACKEND": "tests.conformance.caches.NotingBackend"}}
