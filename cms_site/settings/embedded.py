"""The embedded default: works with nothing set, on one machine, for one team trying it out.

SQLite and a broker that is a folder, unless `DATABASE_URL` and `CELERY_BROKER_URL` say otherwise.
Answers only to this machine's own names. docs/decisions/0003-embedded-default.md has the reasons.
"""

from __future__ import annotations

from cms_site import file_broker
from cms_site.databases import database
from cms_site.local_secrets import read_or_create
from cms_site.log_format import log_configuration
from cms_site.settings.base import *  # noqa: F403
from cms_site.settings.base import LOG_LEVEL, STATIC_ROOT, VAR_DIR, env

PORT = env.int("PORT", default=8000)

SECRET_KEY = env.str("SECRET_KEY", default="") or read_or_create(VAR_DIR / "secret_key", length=50)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
WAGTAILADMIN_BASE_URL = env.str("WAGTAILADMIN_BASE_URL", default=f"http://127.0.0.1:{PORT}")

DATABASES = {
    "default": database(env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}"))
}

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=file_broker.address(VAR_DIR / "broker"))
if CELERY_BROKER_URL.startswith(file_broker.SCHEME):
    # The folder has no fan-out, which is what remote control needs.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False

# The demonstration's pages say "localhost" without a port; the worker fetches them from here.
# One person tries it out alone, so one pair of eyes is enough to approve a release.
CAMPAIGN_RELEASES = {"fetch_from": f"http://127.0.0.1:{PORT}", "four_eyes": False}

LOGGING = log_configuration(level=LOG_LEVEL, as_json=False)

# Mail is written into a folder, so that nothing leaves the machine.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"

# Static files straight from the packages: no collecting step before the first start.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a folder that is not there
