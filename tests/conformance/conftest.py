"""Stock Wagtail and Waymark, put through the same faults and shown side by side.

Each file `test_<code>.py` is one situation of the list of platform faults. It holds one `scenario`
function that plays the situation with a given platform and returns what was observed, and one test
that plays it on both: the stock result must show the fault, ours must not. A new situation is a new
file; a platform that has more to offer than scheduled publishing gets another method here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pytest
import time_machine
from wagtail.management.commands.publish_scheduled import Command as StockPublishScheduled

from campaign.releases.attempts import run_due

Observed = dict[str, Any]


class Platform(Protocol):
    """What a scenario may ask of either side."""

    name: str

    def publish_due(self, at: datetime) -> str:
        """One run of whatever publishes scheduled things, at a moment; says how the run ended."""


class Stock:
    """Wagtail's own command, imported directly: by name it would be ours."""

    name = "stock"

    def publish_due(self, at: datetime) -> str:
        with time_machine.travel(at, tick=False):
            try:
                StockPublishScheduled().handle(dryrun=False)
            except Exception as error:  # noqa: BLE001 - how it ends is the observation
                return f"aborted: {type(error).__name__}"
        return "ended"


class Waymark:
    """The use case that the Celery task, `publish_due` and our `publish_scheduled` call."""

    name = "waymark"

    def publish_due(self, at: datetime) -> str:
        with time_machine.travel(at, tick=False):
            run_due(at=at)
        return "ended"


@dataclass(frozen=True)
class Comparison:
    """One situation as it went on both platforms."""

    code: str
    situation: str
    stock: Observed
    waymark: Observed


COMPARISONS: list[Comparison] = []


@pytest.fixture
def compare() -> Callable[..., tuple[Observed, Observed]]:
    """Play one scenario on both platforms, keep both results for the table, and return them."""

    def play(
        code: str, situation: str, scenario: Callable[[Platform], Observed]
    ) -> tuple[Observed, Observed]:
        stock, waymark = scenario(Stock()), scenario(Waymark())
        COMPARISONS.append(Comparison(code, situation, stock, waymark))
        return stock, waymark

    return play


@pytest.fixture(scope="session", autouse=True)
def table() -> Iterator[None]:
    """Print both results side by side when all situations were played (shown with `-s`)."""
    yield
    for comparison in sorted(COMPARISONS, key=lambda one: one.code):
        print(f"\n{comparison.code}  {comparison.situation}")
        print(f"  {'observed':<44}{'stock Wagtail':<34}Waymark")
        for name, stock in comparison.stock.items():
            ours = comparison.waymark[name]
            print(f"  {name:<44}{stock!s:<34}{ours}")
