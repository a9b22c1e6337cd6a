"""S3: after downtime the whole window of a page has passed."""

from __future__ import annotations

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "The server was down during a page's whole window"
STOCK = {"page after each of three late runs": [200, 404, 404], "publications logged": 1}
PROMISE = {"page after each of three late runs": [404, 404, 404], "publications logged": 0}


def scenario(side: Side) -> Observed:
    page = side.page("One day only", live=False)
    side.schedule(page, go_live_at=later(days=1), expire_at=later(days=2))
    answers = []
    for minutes in range(3):
        side.publish_due(later(days=3, minutes=minutes))
        answers.append(side.status(page))
    return {
        "page after each of three late runs": answers,
        "publications logged": side.times_logged(page),
    }


def test_s3_a_window_that_was_missed_is_never_shown(observed: Observed) -> None:
    assert observed == PROMISE
