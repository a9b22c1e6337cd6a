"""How exactly and how fast scheduled pages become public, and what that costs.

On both set-ups: SQLite with the folder as broker, and PostgreSQL with Valkey. A worker and a beat
run as `manage.py run` starts them; a process of its own reads the database all the time, and what
it sees counts. The peer is Wagtail's own `publish_scheduled` on a stock site, on the same kind of
database with the same settings, as many pages of the same kind.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.real_site import (
    PostgresServer,
    RealSite,
    broker_of,
    environment_of,
    postgres_server,
    stopped_in_the_end,
)

PROCESS = "tests.bench.publication_process"
STOCK_PROCESS = "tests.bench.stock_process"
WORKER = ("worker", "--pool", "threads", "--concurrency", "4")
"""As `manage.py run` starts it."""

SINGLES, APART = 30, 0.73
HUNDREDS = 3
MANY = 1000
IDLE_SECONDS = 30
TREES = (100, 1_000, 10_000)
RELEASE = (40, 12)
RELEASES: dict[str, tuple[list[str], float]] = {
    "one language": (["fr"], 60.0),
    "seven languages": (["ar", "fa", "fr", "pl", "ro", "sk", "ur"], 150.0),
}
"""Into what the pages and snippets of a release are translated, and how far ahead it is set."""
"""Pages and snippets of the release, each with a translation; it is checked before it is set."""
AHEAD = 10.0
"""Seconds between setting a schedule and its moment: more than the horizon, as in real life."""


@dataclass(frozen=True)
class Lateness:
    """Seconds after the moment at which readers saw pages."""

    seconds: list[float]

    def at(self, part: float) -> float:
        """The lateness that `part` of the pages do not exceed."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]

    def __str__(self) -> str:
        return f"median {self.at(0.5):6.3f}   p99 {self.at(0.99):6.3f}   most {self.at(1):6.3f} s"


def main() -> None:
    """Measure both set-ups, and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-bench-")))
        server = stack.enter_context(postgres_server())
        for name in ("SQLite and a folder as broker", "PostgreSQL and Valkey"):
            print(f"\n=== Publication on {name} ===", flush=True)
            place = folder / name.split()[0].lower()
            place.mkdir()
            measure(place, server if name.startswith("PostgreSQL") else None)


def measure(folder: Path, server: PostgresServer | None) -> None:
    """One set-up."""
    stock_rate = measure_stock(folder, server)
    environment = environment_of(folder, LOG_LEVEL="ERROR")
    if server is not None:
        environment["DATABASE_URL"] = server.new_database()
    with broker_of(environment, folder):
        site = RealSite(environment, PROCESS)
        try:
            site.ask("migrate")
            worker, beat = site.start_celery(*WORKER), site.start_celery("beat")
            with stopped_in_the_end(worker, beat):
                measure_publication(site, stock_rate, {"worker": worker.pid, "beat": beat.pid})
            measure_costs(site)
        finally:
            site.close()


def measure_stock(folder: Path, server: PostgresServer | None) -> float:
    """Pages per second of `publish_scheduled`, alone on the machine."""
    database = server.new_database() if server else f"sqlite:///{folder / 'stock.sqlite3'}"
    stock = RealSite(
        os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.bench.stock_settings",
            "CONFORMANCE_DATABASE": database,
            "CONFORMANCE_DATABASE_NAME": "unused",
            "VAR_DIR": str(folder),
        },
        STOCK_PROCESS,
    )
    try:
        return MANY / float(stock.ask("publish_scheduled", MANY))
    finally:
        stock.close()


def measure_publication(site: RealSite, stock_rate: float, processes: dict[str, int]) -> None:
    """Lateness and rate while a worker runs; and what it costs to do nothing."""
    publish(site, 1, step=0.01)  # the worker is up, and has read what is read once
    print(f"late, one at a time      {publish(site, SINGLES, apart=APART, step=0.002)}", flush=True)
    together = [publish(site, 100, step=0.005) for _round in range(HUNDREDS)]
    print(f"late, 100 together       {merged(together)}", flush=True)
    for name in RELEASES:
        print(release(site, name), flush=True)
    many = publish(site, MANY, step=0.02)
    rate = MANY / many.at(1)
    print(f"late, {MANY:,} together     {many}; the first {many.at(0):.3f} s")
    print(
        f"{MANY:,} together          {rate:.0f} pages/s, publish_scheduled {stock_rate:.0f}: "
        f"{rate / stock_rate:.2f} x",
        flush=True,
    )
    time.sleep(10)  # effects of what was published are over
    print(f"with nothing to do       {idle(processes)}", flush=True)


def publish(site: RealSite, count: int, *, step: float, apart: float = 0.0) -> Lateness:
    """Schedule pages, look on from outside, and say how late each was."""
    moments = site.ask("schedule", AHEAD, count, apart)
    limit = AHEAD + count * apart + 120
    seen = site.ask("watch", moments, limit, step)
    assert len(seen) == count, f"only {len(seen)} of {count} pages went live in {limit:.0f} s"
    early = [pk for pk, (_before, until) in seen.items() if until < moments[pk]]
    assert not early, f"{len(early)} pages were public early"
    return Lateness([until - moments[pk] for pk, (_before, until) in seen.items()])


def release(site: RealSite, name: str) -> str:
    """How exactly a large release becomes public, and whether a look ever saw a part of it."""
    languages, ahead = RELEASES[name]
    made = site.ask("schedule_release", ahead, *RELEASE, languages)
    pages, terms = made["pages"], made["terms"]
    seen = site.ask("watch_release", pages, terms, ahead + 120, 0.002)
    assert seen["until"], "the release did not go live"
    assert seen["until"] >= made["due"], "the release was public early"
    return (
        f"release of {RELEASE[0]} pages, {RELEASE[1]} snippets, translated into {name}: "
        f"{len(pages) + len(terms)} items, first reader to see it "
        f"{(seen['until'] - made['due']) * 1000:.0f} ms late; looks that saw half: "
        f"{seen['half']:.0f} of {seen['looks']:.0f}; the check took {made['took']:.1f} s"
    )


def merged(parts: Iterable[Lateness]) -> Lateness:
    """Several measurements as one."""
    return Lateness([seconds for part in parts for seconds in part.seconds])


def idle(processes: dict[str, int]) -> str:
    """What part of one core each process uses over some time."""
    before = {name: cpu_seconds(pid) for name, pid in processes.items()}
    time.sleep(IDLE_SECONDS)
    used = {
        name: (cpu_seconds(pid) - before[name]) / IDLE_SECONDS * 100
        for name, pid in processes.items()
    }
    parts = " + ".join(f"{name} {percent:.2f}" for name, percent in used.items())
    return f"{parts} = {sum(used.values()):.2f} % of a core"


def cpu_seconds(pid: int) -> float:
    """The processor time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_costs(site: RealSite) -> None:
    """What one look and one publication cost as the tree grows."""
    table = {}
    for size in TREES:
        site.ask("grow", size)
        table[size] = site.ask("costs")
    print("\nms (queries), pages     " + "".join(f"{size:>16,}" for size in TREES) + "     ratio")
    for name in table[TREES[0]]:
        cells = [table[size][name] for size in TREES]
        row = "".join(f"{f'{ms:.2f} ({queries})':>16}" for ms, queries in cells)
        print(f"{name:24}{row}{cells[-1][0] / cells[0][0]:>8.1f} x", flush=True)


if __name__ == "__main__":
    sys.exit(main())
