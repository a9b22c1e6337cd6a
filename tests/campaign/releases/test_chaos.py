"""Workers are killed at random instants while releases go live; readers never see half of one.

A few rounds in the suite. `make chaos` plays them all: a hundred kills on PostgreSQL, fifty on
SQLite, and five minutes of two beats and four workers; `CHAOS_KILLS` and `CHAOS_SEED` choose
others. What happens is in `chaos_process`.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.real_site import Databases, RealSite, broker_of

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    pytest.mark.one_database,
    pytest.mark.xdist_group("due_work_processes"),
]

PROCESS = "tests.campaign.releases.chaos_process"
WHOLE = os.environ.get("CHAOS") == "whole"
KILLS = {"sqlite": 50, "postgresql": 100} if WHOLE else {"sqlite": 3, "postgresql": 5}
if "CHAOS_KILLS" in os.environ:
    KILLS = dict.fromkeys(KILLS, int(os.environ["CHAOS_KILLS"]))
MINUTES = 5.0 if WHOLE else 0.2
SEED = os.environ.get("CHAOS_SEED") or str(random.SystemRandom().randrange(10**6))
RESUMES_WITHIN = 10.0


@pytest.fixture(params=["sqlite", "postgresql"])
def chaos(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[RealSite]:
    """A fresh site with its broker and the twenty things of the rounds, none of them public."""
    site = RealSite(databases.environment(request.param, tmp_path), PROCESS)
    with broker_of(site.environment, tmp_path):
        site.ask("prepare")
        try:
            yield site
        finally:
            site.close()


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How many workers die."""
    return KILLS[request.node.callspec.params["chaos"]]


def test_killed_workers_leave_no_half_release(
    chaos: RealSite, kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    beat, reader = chaos.ask("start", "beat"), chaos.ask("start", "reader")
    worker = chaos.ask("start", "worker", "worker-0")
    rounds = []
    with ended_in_the_end(chaos, beat):
        for number in range(1, kills + 1):
            rounds.append(chaos.ask("play", number, SEED, worker))
            worker = rounds[-1]["worker"]
            assert rounds[-1]["late"] is not None, (SEED, rounds[-1])
        seen = chaos.ask("stop_reader", reader)
        chaos.ask("kill", worker)

    with capsys.disabled():
        print(summary(rounds, seen))
    assert [(one["round"], one["wrong"]) for one in rounds if one["wrong"]] == [], SEED
    assert (seen["wrong"], seen["rounds"]) == ({}, kills), SEED
    assert max(one["resumed"] for one in rounds) < RESUMES_WITHIN, SEED
    assert len(rounds) == kills


def summary(rounds: list[dict[str, Any]], seen: dict[str, Any]) -> str:
    """What happened, for people."""
    found = Counter(one["found"] for one in rounds)
    resumed = [one["resumed"] for one in rounds if one["found"] == "begun"] or [0.0]
    late = [one["late"] for one in rounds if one["found"] != "public"] or [0.0]
    wrong = sum(len(one["wrong"]) for one in rounds) + len(seen["wrong"])
    return (
        f"\n{len(rounds)} kills (seed {SEED}): {found['waiting']} before a release was begun, "
        f"{found['begun']} in the middle, {found['public']} after its commit; "
        f"{seen['looks']} looks saw {seen['rounds']} releases and {wrong} faults; "
        f"begun again after at most {max(resumed):.1f} s, median {statistics.median(resumed):.1f}; "
        f"public {statistics.median(late):.1f} s after the moment, at most {max(late):.1f} s"
    )


@contextmanager
def ended_in_the_end(site: RealSite, *processes: int) -> Iterator[None]:
    """Kill processes that the site's process has started, however the block ends."""
    try:
        yield
    finally:
        for process in processes:
            site.ask("kill", process)


def test_two_beats_and_four_workers_publish_once_each(
    chaos: RealSite, capsys: pytest.CaptureFixture[str]
) -> None:
    beats = [chaos.ask("start", "beat") for _number in range(2)]
    workers = [chaos.ask("start", "worker", f"worker-{number}") for number in range(4)]
    reader = chaos.ask("start", "reader")
    pages: list[int] = []
    rounds: list[dict[str, Any]] = []
    with ended_in_the_end(chaos, *beats, *workers):
        begun = time.monotonic()
        while (seconds := time.monotonic() - begun) < MINUTES * 60:
            pages += chaos.ask("schedule_pages", 10, 2.0, 0.2)
            rounds.append(chaos.ask("play", len(rounds) + 1, SEED, 0))
        published = chaos.ask("pages_published", pages)
        seen = chaos.ask("stop_reader", reader)

    with capsys.disabled():
        late = max(one["late"] for one in rounds)
        print(
            f"\n{seconds:.0f} s, 2 beats, 4 workers: {len(pages)} pages and {len(rounds)} releases "
            f"once each, the releases at most {late:.2f} s late; {seen['looks']} looks"
        )
    assert [one["wrong"] for one in rounds if one["wrong"]] == []
    assert (seen["wrong"], seen["rounds"]) == ({}, len(rounds))
    once = len(pages)
    # An attempt is lost where a claim ended while its worker waited for the database: no harm.
    attempts = published.pop("attempts")
    assert published == {"live": once, "logged": once, "ledger": once}
    assert attempts["done"] == once
    assert set(attempts) <= {"done", "lost"}
