"""The addresses of this room.

`urlpatterns` go to the root of the site, `language_urlpatterns` into its `i18n_patterns`, before
Wagtail's own.
"""

from __future__ import annotations

from django.urls import path

from campaign.pages import views

urlpatterns = [
    path("robots.txt", views.robots, name="campaign_robots"),
    path("sitemap.xml", views.sitemap, name="campaign_sitemap"),
    path("favicon.ico", views.favicon, name="campaign_favicon"),
]

language_urlpatterns = [
    path("search/", views.search, name="campaign_search"),
]
