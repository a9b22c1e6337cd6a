"""Two answers that stand in for others: a refusal of the gate, and what was taken down.

`TakenDownMiddleware` looks only at what would be a 404, so that a page that is there costs nothing.
It stands in MIDDLEWARE after (that is, inside) Wagtail's `RedirectMiddleware`: a takedown comes
before a redirect.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, get_language_from_path
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.models import Site

from campaign.releases.enums import TransitionKind
from campaign.releases.exceptions import GateRefusedError
from campaign.releases.takedown_answers import TakenDownAnswer, answer_at

logger = logging.getLogger(__name__)

GONE_TEMPLATES = ("410.html", "campaign_releases/gone.html")
"""The site's own page for 410, and one that needs nothing of the site."""

REFUSED_STATUS = 422


class GateRefusalMiddleware:
    """Turn a refusal of the gate into words, wherever in the admin or an API it came up.

    The editor is sent back to the form of the thing, where the draft is kept, and reads there why
    it was refused and what to do. A caller of an API gets the findings as JSON with status 422.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; only exceptions concern us."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; everything else is not ours."""
        if not isinstance(exception, GateRefusedError):
            return None
        if _wants_json(request):
            return JsonResponse(as_json(exception), status=REFUSED_STATUS)
        if not request.path.startswith(reverse("wagtailadmin_home")):
            return None
        messages.error(request, refusal_html(exception))
        return HttpResponseRedirect(_where_to_mend(request, exception))


def as_json(refusal: GateRefusedError) -> dict[str, Any]:
    """The refusal for a caller of an API."""
    return {
        "error": "refused",
        "message": headline(refusal),
        "findings": [
            {
                "rule": finding.rule,
                "severity": str(finding.severity.value),
                "where": finding.where,
                "why": str(finding.why),
                "what_to_do": str(finding.what_to_do),
            }
            for finding in refusal.findings
        ],
    }


def headline(refusal: GateRefusedError) -> str:
    """One sentence that says what was not done, and what became of the editor's text."""
    thing = refusal.transition.instance
    title = getattr(thing, "title", "") or str(thing)
    texts = {
        TransitionKind.PUBLISH: _(
            "“%(title)s” was not published. Your changes are kept as a draft."
        ),
        TransitionKind.SCHEDULE: _(
            "“%(title)s” was not scheduled. Your changes are kept as a draft."
        ),
        TransitionKind.UNSCHEDULE: _("The schedule of “%(title)s” was not cancelled."),
        TransitionKind.WITHDRAW: _("“%(title)s” was not taken down; it is still public."),
    }
    return texts[refusal.transition.kind] % {"title": title}


def refusal_html(refusal: GateRefusedError) -> str:
    """The headline, and a list of what was found with what to do."""
    return format_html(
        "{} <ul>{}</ul>",
        headline(refusal),
        format_html_join("", "<li>{}</li>", ((str(finding),) for finding in refusal.findings)),
    )


def _wants_json(request: HttpRequest) -> bool:
    api = reverse("wagtailadmin_home") + "api/"
    return (
        request.path.startswith((api, "/api/"))
        or request.content_type == "application/json"
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )


def _where_to_mend(request: HttpRequest, refusal: GateRefusedError) -> str:
    thing = refusal.transition.instance
    finder = AdminURLFinder(request.user)
    edit_url: str | None = finder.get_edit_url(thing) if thing.pk is not None else None
    return edit_url or get_valid_next_url_from_request(request) or reverse("wagtailadmin_home")


class TakenDownMiddleware:
    """Turn a 404 into 410 with an explanation, or into a redirect, where a takedown says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in place of a 404; leave every other answer as it is."""
        response = self.get_response(request)
        if getattr(request, "campaign_alert_is_personal", False):
            # A drill or a preview of an alert is on it, which is not for everybody.
            response.headers.pop("CDN-Cache-Control", None)
        if response.status_code != 404:
            return response
        try:
            answer = _answer_to(request)
        except DatabaseError:
            logger.exception(
                "Takedowns could not be looked up", extra={"event": "takedown_lookup_failed"}
            )
            return response
        if answer is None:
            return response
        found: HttpResponse
        if answer.redirect_to:
            found = HttpResponseRedirect(answer.redirect_to)
        else:
            found = HttpResponse(_gone_page(request, answer), status=410)
        # It can be undone at any time: nobody keeps it, no search engine lists it.
        found["Cache-Control"] = "no-store"
        found["X-Robots-Tag"] = "noindex"
        return found


def _answer_to(request: HttpRequest) -> TakenDownAnswer | None:
    path = request.path_info
    paths = [path]
    if not path.endswith("/"):
        paths.append(f"{path}/")
    if not get_language_from_path(path):
        # `/places/` leads to `/en/places/`, as long as something is there.
        paths += [f"/{get_language()}{one}" for one in paths]
    site = Site.find_for_request(request)
    return answer_at(paths, site_id=site.pk if site is not None else None)


def _gone_page(request: HttpRequest, answer: TakenDownAnswer) -> str:
    context = {"explanation": answer.explanation}
    try:
        return render_to_string(GONE_TEMPLATES, context, request=request)
    except Exception:
        logger.exception(
            "The page for 410 could not be drawn", extra={"event": "error_page_failed"}
        )
        return render_to_string(GONE_TEMPLATES[-1], context)
