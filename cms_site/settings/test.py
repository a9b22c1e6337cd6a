"""Settings for tests: explicit about every external thing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from cms_site.databases import database
from cms_site.settings.base import *  # noqa: F403
from cms_site.settings.base import env

SECRET_KEY = "tests-only"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES = {"default": database(env.str("DATABASE_URL", default="sqlite://:memory:"))}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="memory://")
# Nothing is written into the project; tests/conftest.py gives each test a folder of its own.
VAR_DIR = Path(tempfile.gettempdir()) / "waymark-tests"
MEDIA_ROOT = VAR_DIR / "media"
STATIC_ROOT = VAR_DIR / "static"
# The lock needs a request to look at, which `client.login()` has not; its own tests turn it on.
AXES_ENABLED = False
# Static files are looked up when asked for: no test pays for reading a thousand of them.
WHITENOISE_AUTOREFRESH = True
