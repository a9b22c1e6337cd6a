"""The addresses of releases outside the admin. Include them before Wagtail's own."""

from __future__ import annotations

from django.urls import path

from campaign.releases.views.calendar import feed

app_name = "campaign_releases_public"

urlpatterns = [path("releases.ics", feed, name="calendar_feed")]
