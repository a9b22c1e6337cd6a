"""M9: the English page is unpublished."""

from __future__ import annotations

from django.urls import reverse

from tests.conformance.sides import Side
from tests.conformance.situations import Observed

SITUATION = "The English page is unpublished"
STOCK = {"French page before": 200, "English page after": 404, "French page after": 200}
PROMISE = {"French page before": 200, "English page after": 404, "French page after": 404}


def scenario(side: Side) -> Observed:
    page = side.page("Hotels")
    french = side.translate(page, "fr")
    side.publish_translation(french)
    observed: Observed = {"French page before": side.status(french)}
    side.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]), {})
    observed["English page after"] = side.status(page)
    observed["French page after"] = side.status(french)
    return observed


def test_m9_translations_come_down_with_their_source(observed: Observed) -> None:
    assert observed == PROMISE
