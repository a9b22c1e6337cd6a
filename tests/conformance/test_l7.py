"""L7: several pages are published in one transaction; a frontend cache is purged."""

from __future__ import annotations

from django.db import transaction

from tests.conformance.caches import purged
from tests.conformance.sides import Side
from tests.conformance.situations import Observed

SITUATION = "Three pages are published in one transaction"
STOCK = {
    "pages purged inside the transaction": 3,
    "pages purged after the commit": 3,
    "pages purged for what was taken back": 3,
}
PROMISE = {
    "pages purged inside the transaction": 0,
    "pages purged after the commit": 3,
    "pages purged for what was taken back": 0,
}


class ChangedMind(Exception):
    """Takes the transaction back."""


def scenario(side: Side) -> Observed:
    pages = [side.page(title) for title in ("First", "Second", "Third")]
    side.run_effects()
    purged.clear()

    def publish_all() -> None:
        for page in pages:
            page.save_revision().publish(user=side.chief)

    def pages_purged() -> int:
        return sum(any(it.endswith(side.path_of(page)) for it in purged) for page in pages)

    with transaction.atomic():
        publish_all()
        inside = pages_purged()
    side.run_effects()
    observed: Observed = {
        "pages purged inside the transaction": inside,
        "pages purged after the commit": pages_purged(),
    }
    purged.clear()
    try:
        with transaction.atomic():
            publish_all()
            raise ChangedMind
    except ChangedMind:
        side.run_effects()
    observed["pages purged for what was taken back"] = pages_purged()
    return observed


def test_l7_nothing_is_purged_before_the_commit(observed: Observed) -> None:
    assert observed == PROMISE
