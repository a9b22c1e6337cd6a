"""The embedded site with one more kind of effect, and a short claim."""

from __future__ import annotations

from cms_site.settings.embedded import *  # noqa: F403
from cms_site.settings.embedded import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.campaign.releases.noting.NotingConfig"]
CAMPAIGN_RELEASES = {"effect_lease": 4.0}
ALLOWED_HOSTS = ["testserver"]
