"""The public addresses that are not pages: search, robots, the icon."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.contrib.sitemaps.views import sitemap as wagtail_sitemap
from wagtail.models import Locale, Site

from campaign.pages.headers import keep_out_of_the_browser
from campaign.pages.metadata import describe_address
from campaign.pages.models import CampaignSettings
from campaign.pages.search import LONGEST_QUERY, SearchResults, search_public
from campaign.pages.sitemaps import CampaignSitemap


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Show the search form; search what is posted to it.

    The words travel in the body of a POST, since an address with the words in it would stay in the
    browsing history and in server logs. The view is exempt from the CSRF check because it changes
    nothing, and because the check would set a cookie on a site that promises none.
    """
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    query = request.POST.get("q", "").strip()[:LONGEST_QUERY]
    results = SearchResults()
    if query:
        results = search_public(
            query,
            root=site.root_page.specific_deferred,
            locale=Locale.get_active(),
            on=timezone.localdate(),
        )
    response = TemplateResponse(
        request,
        "campaign_pages/search.html",
        {
            "asked": request.method == "POST",
            "query": query,
            "results": results,
            "metadata": describe_address(
                _("Search"), campaign=CampaignSettings.for_request(request), request=request
            ),
        },
    )
    return keep_out_of_the_browser(response)


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines out of the editor and the search, and show them the sitemap."""
    languages = [code for code, _name in settings.LANGUAGES]
    lines = ["User-agent: *", "Disallow: /admin/"]
    for code in languages:
        with translation.override(code):
            lines.append(f"Disallow: {reverse('campaign_search')}")
    lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('campaign_sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_GET
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page of every language that search engines may list."""
    response: HttpResponse = wagtail_sitemap(request, sitemaps={"pages": CampaignSitemap})
    return response


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Answer with no icon: browsers ask by themselves, and a picture would be kept by name."""
    response = HttpResponse(status=204)
    response["Cache-Control"] = "public, max-age=604800"
    return response
