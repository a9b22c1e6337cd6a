"""How early work begins, as this machine has taught it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaign.releases import timing
from campaign.releases.enums import WorkKind
from campaign.releases.models import DueWork

pytestmark = pytest.mark.django_db

ONE = DueWork(kind=WorkKind.EXPIRY)


@pytest.fixture(autouse=True)
def known_settings(settings: Any) -> None:
    settings.CAMPAIGN_RELEASES = {"lead": 0.15, "seconds_per_item": 0.06}


def lead_for_one() -> float:
    return timing.lead([ONE]).total_seconds()


def test_single_things_on_a_slow_machine_begin_earlier_from_the_second_on() -> None:
    assert lead_for_one() == pytest.approx(0.21)

    timing.note_pace(1, 0.5)

    assert lead_for_one() == pytest.approx((0.5 - 0.06) * timing.MARGIN + 0.06)
    assert lead_for_one() > 0.5


def test_single_things_on_a_fast_machine_change_nothing() -> None:
    for seconds in (0.01, 0.05, 0.1):
        timing.note_pace(1, seconds)

    assert lead_for_one() == pytest.approx(0.21)


def test_one_slow_thing_says_nothing_about_many_together() -> None:
    together, pace = timing.most_together(), timing.seconds_per_item()

    timing.note_pace(1, 1.5)

    assert timing.seconds_per_item() == pace
    # Only what it takes longer at the beginning goes off.
    assert together - timing.most_together() == 31
    assert timing.lead([ONE] * 50) == timedelta(seconds=1.44 * timing.MARGIN + 50 * 0.06)


def test_one_slow_thing_is_forgotten_by_halves_and_is_never_more_than_a_little() -> None:
    timing.note_pace(1, 60.0)
    assert timing.head_start() == pytest.approx(timing.MOST_BEYOND * timing.MARGIN)

    timing.note_pace(1, 0.05)
    assert timing.head_start() == pytest.approx(timing.MOST_BEYOND / 2 * timing.MARGIN)
    for _time in range(5):
        timing.note_pace(2, 0.05)
    assert timing.head_start() == 0.15


def test_what_one_takes_beyond_is_counted_from_what_one_of_many_takes() -> None:
    timing.note_pace(10, 0.2)
    timing.note_pace(2, 0.34)

    assert timing.head_start() == pytest.approx((0.34 - 2 * 0.02) * timing.MARGIN)
