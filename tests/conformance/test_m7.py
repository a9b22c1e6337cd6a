"""M7: after the source changed, a translator publishes with one text still untranslated."""

from __future__ import annotations

from tests.conformance.sides import Side
from tests.conformance.situations import Observed

SITUATION = "A translator publishes with one text untranslated"
STOCK = {
    "the translator's request": 200,
    "the translator is told that texts are missing": False,
    "French page shows English text": True,
    "French page shows what it showed before": False,
}
PROMISE = {
    "the translator's request": 200,
    "the translator is told that texts are missing": True,
    "French page shows English text": False,
    "French page shows what it showed before": True,
}


def scenario(side: Side) -> Observed:
    page = side.page("Hotels", text="Call 0800 111 1111.")
    french = side.translate(page, "fr")
    side.publish_translation(french)
    side.change_text(page, "Tell the manager.")
    side.sync_translations(page)
    answer = side.publish_translation(french)
    shown = side.text_of(french)
    return {
        "the translator's request": answer.status,
        "the translator is told that texts are missing": any(
            "translat" in message and "not" in message for message in answer.messages
        ),
        "French page shows English text": "<p>Tell the manager.</p>" in shown,
        "French page shows what it showed before": "fr " in shown and "0800" in shown,
    }


def test_m7_a_half_translated_page_is_refused(observed: Observed) -> None:
    assert observed == PROMISE
