"""The addresses of the site."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from campaign.pages import urls as pages_urls
from campaign.releases import urls as releases_urls
from cms_site import health, media, style_page

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("health/deep", health.deep, name="health_deep"),
    path(f"media/{media.PUBLIC_FOLDER}/<path:path>", media.serve_picture, name="media"),
    path("admin/", include(wagtailadmin_urls)),
    path("style/", style_page.style_page, name="style_page"),
    path("documents/<int:number>/<path:name>", media.serve_document, name="document"),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(releases_urls)),
    path("", include(pages_urls)),
    *i18n_patterns(
        path("", include(pages_urls.language_urlpatterns)),
        path("", include(wagtail_urls)),
        prefix_default_language=True,
    ),
]

handler404 = "campaign.pages.errors.page_not_found"
handler500 = "campaign.pages.errors.server_error"
