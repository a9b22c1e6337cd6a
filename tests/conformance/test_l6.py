"""L6: after a scheduled expiry, an editor saves a draft (wagtail#13896)."""

from __future__ import annotations

from django.urls import reverse

from tests.conformance.sides import Side, clock, later
from tests.conformance.situations import Observed

SITUATION = "An editor saves a draft of a page that has expired"
STOCK = {
    "page after its expiry": 404,
    "the editor's request": 200,
    "the editor is told": "refused",
    "the draft's title": "Offer",
}
PROMISE = {
    "page after its expiry": 404,
    "the editor's request": 200,
    "the editor is told": "saved",
    "the draft's title": "A new offer",
}


def scenario(side: Side) -> Observed:
    page = side.page("Offer")
    side.schedule(page, go_live_at=None, expire_at=later(days=5))
    side.publish_due(later(days=5, seconds=1))
    with clock(later(days=6)):
        path = reverse("wagtailadmin_pages:edit", args=[page.pk])
        answer = side.post(path, side.form_of(page, title="A new offer"))
    return {
        "page after its expiry": side.status(page),
        "the editor's request": answer.status,
        "the editor is told": "refused"
        if "could not be saved" in str(answer.messages)
        else "saved",
        "the draft's title": side.again(page).get_latest_revision_as_object().title,
    }


def test_l6_a_draft_can_be_saved_after_an_expiry(observed: Observed) -> None:
    assert observed == PROMISE
