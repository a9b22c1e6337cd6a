"""M5: "Translate this page" of a live page, with nothing translated yet."""

from __future__ import annotations

from django.test import override_settings

from tests.conformance.sides import Side
from tests.conformance.situations import Observed

SITUATION = "A live page is sent for translation; nothing is translated"
STOCK = {
    "the editor's request": 200,
    "French page": 200,
    "its draft is there to work on": True,
}
PROMISE = {
    "the editor's request": 200,
    "French page": 404,
    "its draft is there to work on": True,
}


def scenario(side: Side) -> Observed:
    page = side.page("Hotels", text="Call the police.")
    # wagtail-localize's default. Even with it, nothing half done may go out.
    with override_settings(WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE=True):
        answer = side.submit_for_translation(page, "fr")
    french = side.translation_of(page, "fr")
    return {
        "the editor's request": answer.status,
        "French page": side.status(french),
        "its draft is there to work on": french.latest_revision is not None,
    }


def test_m5_a_page_without_its_translation_stays_a_draft(observed: Observed) -> None:
    assert observed == PROMISE
