from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaign.releases import effects
from campaign.releases.conf import get_settings
from campaign.releases.effects import Outcome, run_effects
from campaign.releases.enums import EffectPriority, EffectState
from campaign.releases.exceptions import EffectNotRetryableError, EffectOutsideTransactionError
from campaign.releases.models import Effect
from tests.factories.releases import DueWorkFactory

pytestmark = pytest.mark.django_db


class Probe:
    """A kind of effect that notes what it was asked to do, and fails when told to."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.fails: Callable[[Effect], bool] = lambda effect: False
        self.in_transaction: list[bool] = []

    def __call__(self, wanted: Sequence[Effect]) -> None:
        self.in_transaction.append(connection.in_atomic_block)
        self.seen.append([effect.payload["n"] for effect in wanted])
        if any(self.fails(effect) for effect in wanted):
            raise OSError("no route to host")


@pytest.fixture
def probe() -> Iterator[Probe]:
    probe = Probe()
    effects.register_kind("probe", probe, label="Probe")
    yield probe
    effects.unregister_kind("probe")


@pytest.fixture
def batches() -> Iterator[Probe]:
    probe = Probe()
    effects.register_kind("batches", probe, batch=3)
    yield probe
    effects.unregister_kind("batches")


def add(n: str, address: str = "", kind: str = "probe", **options: Any) -> Effect:
    with transaction.atomic():
        return effects.add(kind, address=address, payload={"n": n}, **options)


def states() -> dict[str, str]:
    return {effect.payload["n"]: effect.state for effect in Effect.objects.order_by("pk")}


def test_effects_are_carried_out_once_in_order(probe: Probe, at: datetime) -> None:
    for n in "abc":
        add(n, "/x/")

    assert run_effects(at) == Outcome(done=3)
    assert run_effects(at) == Outcome()
    assert probe.seen == [["a"], ["b"], ["c"]]
    assert set(states().values()) == {"done"}
