"""L1: as M4, by the addresses that readers ask for."""

from __future__ import annotations

from django.test import Client

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "Three addresses of a page that is scheduled a month ahead"
STOCK = {
    "/en/camp/, /ar/camp/, /fr/camp/ when scheduled": [404, 200, 200],
    "the three addresses on the day": [200, 200, 200],
}
PROMISE = {
    "/en/camp/, /ar/camp/, /fr/camp/ when scheduled": [404, 404, 404],
    "the three addresses on the day": [200, 200, 200],
}


def scenario(side: Side) -> Observed:
    side.mirror_the_tree("ar", "fr")
    page = side.create("Camp")
    side.schedule(page, go_live_at=later(days=30))

    def answers() -> list[int]:
        return [Client().get(f"/{code}/camp/").status_code for code in ("en", "ar", "fr")]

    observed: Observed = {"/en/camp/, /ar/camp/, /fr/camp/ when scheduled": answers()}
    side.publish_due(later(days=30, seconds=1))
    observed["the three addresses on the day"] = answers()
    return observed


def test_l1_no_language_answers_before_the_day(observed: Observed) -> None:
    assert observed == PROMISE
