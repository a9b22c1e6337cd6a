"""M6: a fully translated page; a phone number in the English changes and is published."""

from __future__ import annotations

from tests.conformance.sides import Side
from tests.conformance.situations import Observed

SITUATION = "The English of a translated page changes"
STOCK = {
    "the translation reads, before": "Up to date",
    "the translation reads, after": "Up to date",
    "English page shows the new number": True,
}
PROMISE = {
    "the translation reads, before": "Up to date",
    "the translation reads, after": "Waiting for translations",
    "English page shows the new number": True,
}


def scenario(side: Side) -> Observed:
    page = side.page("Hotels", text="Call 0800 111 1111.")
    french = side.translate(page, "fr")
    side.publish_translation(french)
    before = side.record_of(french).get_status_display()
    side.change_text(page, "Call 0800 222 2222.")
    return {
        "the translation reads, before": str(before),
        "the translation reads, after": str(side.record_of(french).get_status_display()),
        "English page shows the new number": "0800 222 2222" in side.text_of(page),
    }


def test_m6_a_translation_knows_that_its_source_has_changed(observed: Observed) -> None:
    assert observed == PROMISE
