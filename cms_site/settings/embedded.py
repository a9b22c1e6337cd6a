"""The embedded default: SQLite and a file broker, for a laptop and a demonstration."""

from __future__ import annotations

from cms_site.settings.base import *  # noqa: F403
from cms_site.settings.base import VAR_DIR

SECRET_KEY = "embedded"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
DEBUG = True
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / "db.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
        },
    }
}
VAR_DIR.mkdir(parents=True, exist_ok=True)
