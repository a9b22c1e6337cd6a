"""What the gate's refusals look like to the person in front of the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.utils import get_valid_next_url_from_request

from campaign.releases.enums import TransitionKind
from campaign.releases.exceptions import GateRefusedError

REFUSED_STATUS = 422


class GateRefusalMiddleware:
    """Turn a refusal of the gate into words, wherever in the admin or an API it came up.

    The editor is sent back to the form of the thing, where the draft is kept, and reads there why it
    was refused and what to do. A caller of an API gets the findings as JSON with status 422.
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
