"""S1: four processes run over forty due pages at once."""

from __future__ import annotations

from tests.conformance.sides import Side, later
from tests.conformance.situations import MoreThan, Observed

SITUATION = "Four processes, forty due pages"
STOCK = {"live pages": 40, "publications logged": MoreThan(40)}
PROMISE = {"live pages": 40, "publications logged": 40}


PAGES = 40


def scenario(side: Side) -> Observed:
    pages = [side.page(f"Page {number}", live=False) for number in range(PAGES)]
    for page in pages:
        side.schedule(page, go_live_at=later(days=1))
    side.in_processes(4, lambda: side.publish_due(later(days=1, seconds=1)))
    return {
        "live pages": sum(side.is_live(page) for page in pages),
        "publications logged": side.times_logged(*pages),
    }


def test_s1_each_page_is_published_once(observed: Observed) -> None:
    assert observed == PROMISE
