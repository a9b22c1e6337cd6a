"""What every environment shares. Nothing here is open by default: no key, no debug, no host.

Settings that come from the environment are listed in one table in the README; a test compares.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.utils.translation import gettext_lazy as _

from cms_site.log_format import log_configuration

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# Everything that the site writes on this machine: database, broker folder, media, generated keys.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()

DEBUG = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "cms_site.apps.SiteConfig",
    "campaign.packs.apps.PacksConfig",
    "campaign.pages.apps.PagesConfig",
    "campaign.releases.apps.ReleasesConfig",
    "campaign.assurance.apps.AssuranceConfig",
    "translations.apps.TranslationsConfig",
    "content_blocks.apps.ContentBlocksConfig",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
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
    "axes",
    "csp",
    "django_structlog",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "cms_site.security.ContentSecurityPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cms_site.log_format.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cms_site.addresses.KnownAddressLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "campaign.releases.middleware.TakenDownMiddleware",
    "campaign.releases.middleware.GateRefusalMiddleware",
    # Last: it turns a refused login into its own answer.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cms_site.urls"
WSGI_APPLICATION = "cms_site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "campaign.pages.context_processors.campaign",
            ],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Languages and time -----------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English"))]
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
TIME_ZONE = "Europe/London"
FORMAT_MODULE_PATH = "cms_site.formats"
USE_TZ = True

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"

# --- Who may log in ---------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    # First: it refuses a locked-out login before a password is compared.
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"

# How many proxies stand before the site. With none, a forwarded address is not believed: anyone
# could send one, and so get round the login lock.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# One person at one address: a whole office behind one address is not locked out by one colleague,
# and a stranger elsewhere cannot lock an editor out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_IPWARE_PROXY_COUNT = TRUSTED_PROXIES or None
AXES_IPWARE_META_PRECEDENCE_ORDER = (
    ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if TRUSTED_PROXIES else ["REMOTE_ADDR"]
)

# --- What a browser may do with our pages (docs/decisions/0013-security-headers.md) -------------

SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": browsers would then send `Origin: null` with every POST, and CSRF refuse it.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # Wagtail itself allows the preview in the editor
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"

# --- Wagtail ----------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Waymark"
WAGTAILADMIN_BASE_URL = env.str("WAGTAILADMIN_BASE_URL", default="http://127.0.0.1:8000")
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "svg"]
# The admin never calls out to a third party.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# A translation is a draft until a person publishes it.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
# A person who publishes ends the workflow; a schedule or a release leaves it alone (releases room).
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = False

# --- Background work --------------------------------------------------------------------------

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# An editor's request never waits for a broker: give up quickly, the tick finds the work anyway.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
# The schedule lives in code, so beat keeps no file: a shelf left half written by a kill would
# stop it from starting.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
# Each entry says why that interval.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # Every five seconds: a sign of life, and the net under the look-out of each worker, which looks
    # every second and sends the same task as soon as there is something to do.
    # A tick older than ten seconds says nothing that the next one does not say.
    "hand-out-due-work": {
        "task": "campaign_releases.hand_out_due_work",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    # Every ten minutes, a limited number of rows: nobody waits for it.
    "prune-releases": {
        "task": "campaign_releases.prune",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
}

# --- Logs: quiet, and nothing that could point at a reader (cms_site.log_format) ----------------

LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING")
LOGGING = log_configuration(level=LOG_LEVEL, as_json=True)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = 10  # DEBUG: the tick runs every second
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = ""
DJANGO_STRUCTLOG_STATUS_DEFAULT_LOG_LEVEL = 10
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20
