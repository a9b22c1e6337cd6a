"""Another Wagtail site can use the rooms: what the README says is done here, without `cms_site`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.one_database, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
# From the bottom of the house to the top.
ROOMS = [
    "translations",
    "content_blocks",
    "campaign.assurance",
    "campaign.releases",
    "campaign.pages",
    "campaign.packs",
]

SETTINGS = """
from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOMS = os.environ["ROOMS"].split(",")

SECRET_KEY = "a second site"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "second_urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HERE / "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
USE_I18N = WAGTAIL_I18N_ENABLED = True
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", "English")]
STATIC_URL = "/static/"
MEDIA_ROOT = HERE / "media"
WAGTAIL_SITE_NAME = "Another site"
WAGTAILADMIN_BASE_URL = "http://testserver"

INSTALLED_APPS = [
    *reversed(ROOMS),
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.contrib.routable_page",
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
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
if "campaign.releases" in ROOMS:
    MIDDLEWARE += [
        "campaign.releases.middleware.TakenDownMiddleware",
        "campaign.releases.middleware.GateRefusalMiddleware",
    ]
    CELERY_BEAT_SCHEDULE = {
        "tick": {"task": "campaign_releases.hand_out_due_work", "schedule": 5.0}
    }
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                *(
                    ["campaign.pages.context_processors.campaign"]
                    if "campaign.pages" in ROOMS
                    else []
                ),
            ],
        },
    },
]
"""

URLS = """
from __future__ import annotations

import os

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]
pages = [path("", include(wagtail_urls))]
if "campaign.pages" in os.environ["ROOMS"].split(","):
    from campaign.pages import urls as pages_urls

    urlpatterns.append(path("", include(pages_urls)))
    pages.insert(0, path("", include(pages_urls.language_urlpatterns)))
urlpatterns += i18n_patterns(*pages, prefix_default_language=True)
"""

USE = """
from __future__ import annotations

import json
import sys

import django

django.setup()

from django.core.management import call_command
from django.test import Client
from wagtail.models import Locale, Page, Site

from campaign.pages.models import GuidancePage, HomePage

call_command("migrate", verbosity=0)
root = Page.objects.get(depth=1)
home = root.add_child(instance=HomePage(title="Another campaign", slug="another"))
guidance = home.add_child(
    instance=GuidancePage(
        title="What to do",
        slug="what-to-do",
        summary="A page on a second site.",
        body=json.dumps([{"type": "text", "value": "<p>Trust what you saw.</p>"}]),
    )
)
Site.objects.update(root_page=home, hostname="testserver", port=80)
Site.clear_site_root_paths_cache()

response = Client().get("/en/what-to-do/")
text = response.content.decode()
print(
    json.dumps(
        {
            "status": response.status_code,
            "says": [words in text for words in ("What to do", "Trust what you saw.", "999")],
            "cookies": len(response.cookies),
            "cms_site": sorted(name for name in sys.modules if name.startswith("cms_site")),
        }
    )
)
"""


def second_site(folder: Path, rooms: list[str]) -> dict[str, str]:
    """Write the site; return the environment that runs it."""
    (folder / "second_settings.py").write_text(SETTINGS, encoding="utf-8")
    (folder / "second_urls.py").write_text(URLS, encoding="utf-8")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "second_settings",
        "ROOMS": ",".join(rooms),
    }


def run(folder: Path, rooms: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=second_site(folder, rooms),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("height", range(1, len(ROOMS)))
def test_room_needs_only_the_rooms_below_it(tmp_path: Path, height: int) -> None:
    rooms = ROOMS[:height]
    checked = run(tmp_path, rooms, "-m", "django", "check", "--fail-level", "WARNING")
    compared = run(
        tmp_path, rooms, "-m", "django", "makemigrations", "--check", "--dry-run", *labels(rooms)
    )

    assert checked.returncode == 0, checked.stderr
    assert compared.returncode == 0, compared.stdout + compared.stderr


def labels(rooms: list[str]) -> list[str]:
    return [room.replace(".", "_") for room in rooms]


def test_second_site_makes_and_shows_a_page(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(USE, encoding="utf-8")

    result = run(tmp_path, ROOMS, "use.py")

    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == (
        '{"status": 200, "says": [true, true, true], "cookies": 0, "cms_site": []}'
    )
