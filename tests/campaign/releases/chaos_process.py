"""The process of a site in which workers are killed while releases go live.

    python -m tests.campaign.releases.chaos_process

It makes the content, sets one release after the other, and forks the processes that matter: real
Celery workers and beats, and a reader who looks at the database from outside all the time. A fork,
since a worker that has to import everything first would not be there again for the next kill.

There are twenty things in two halves. Each release, called a round, brings a new version of one
half to the public and withdraws the other: at any moment readers must see exactly one half, all of
it in the version of one round, and in the ledger all of that round and nothing of a later one.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Locale, ModelLogEntry, Page, PageLogEntry  # noqa: E402

from campaign.releases import approval, membership  # noqa: E402
from campaign.releases.enums import ItemAction, ReleaseState, WorkKind  # noqa: E402
from campaign.releases.exceptions import NotApprovableError  # noqa: E402
from campaign.releases.models import DueWork, Effect, LedgerEntry, Release  # noqa: E402
from cms_site.celery import app  # noqa: E402
from tests.factories.pages import campaign_home  # noqa: E402
from tests.factories.releases import ReleaseStory, ScheduledPage, UserFactory  # noqa: E402
from tests.real_site import serve  # noqa: E402

PAGES, TERMS = 6, 3
"""In each half, beside the translation of the first page."""

NOTICE = 2.2
"""Seconds from setting a release to its moment, at least."""

PATIENCE = 30.0
"""Seconds after which a release counts as lost: a loaded machine is slow, and loses nothing."""


# --- The twenty things ----------------------------------------------------------------------------


@dataclass
class Stage:
    """What the rounds move: the halves by number 0 and 1, and who moves them."""

    halves: tuple[list[Any], list[Any]]
    editor: Any
    approver: Any

    @property
    def keys(self) -> list[list[str]]:
        """Each half as `page-7`, `term-3`, sorted."""
        return [sorted(map(key, half)) for half in self.halves]


_stage: list[Stage] = []


def key(thing: Any) -> str:
    """A name for a thing that a plain SQL query can make as well."""
    return f"{'page' if isinstance(thing, Page) else 'term'}-{thing.pk}"


def migrate() -> None:
    """Make an empty site."""
    call_command("migrate", verbosity=0)


def prepare() -> list[list[str]]:
    """Make the twenty things, none of them public."""
    home = campaign_home()
    polish = Locale.objects.create(language_code="pl")
    home.copy_for_translation(polish).save_revision().publish()
    halves = []
    for _half in range(2):
        pages = [ReleaseStory.page(f"Page {uuid.uuid4()}", parent=home) for _ in range(PAGES)]
        terms = [ReleaseStory.term(f"Term {uuid.uuid4()}") for _ in range(TERMS)]
        translation = pages[0].copy_for_translation(polish)
        halves.append([*pages, translation, *terms])
    editor, approver = (UserFactory(editor_in_chief=True) for _ in range(2))
    _stage[:] = [Stage((halves[0], halves[1]), editor, approver)]
    return _stage[0].keys


def set_release(number: int) -> tuple[Release, float]:
    """Schedule the release of a round as soon as it can be on time; returns its moment, too.

    By the use cases, its check and its approval included.
    """
    stage, at = _stage[0], timezone.now()
    coming, going = stage.halves[number % 2], stage.halves[1 - number % 2]
    for place, thing in enumerate(coming):
        words = f"Round {number}, {place}"
        ReleaseStory.edit(thing, **{"title" if isinstance(thing, Page) else "term": words})
    release = membership.create_release(f"Round {number}", user=stage.editor, at=at)
    for thing in coming:
        membership.add_item(release, type(thing).objects.get(pk=thing.pk), user=stage.editor, at=at)
    for thing in going if number > 1 else ():
        membership.add_item(
            release,
            type(thing).objects.get(pk=thing.pk),
            user=stage.editor,
            at=at,
            action=ItemAction.WITHDRAW,
        )
    due = (timezone.now() + timedelta(seconds=NOTICE + 1)).replace(microsecond=0)
    ReleaseStory.timed(release, due)
    try:
        release = ReleaseStory.approve(release, at=at, approver=stage.approver)
    except NotApprovableError as error:
        raise AssertionError(release.checks.first().results) from error
    approval.change_state(
        release, ReleaseState.SCHEDULED, scheduled_at=at, description=str(due.timestamp())
    )
    return release, due.timestamp()


# --- What readers see -----------------------------------------------------------------------------

ONE_LOOK = """
SELECT 'page', id, CASE WHEN live THEN 1 ELSE 0 END, title
  FROM wagtailcore_page WHERE id IN ({pages})
UNION ALL
SELECT 'term', id, CASE WHEN live THEN 1 ELSE 0 END, term
  FROM content_blocks_glossaryterm WHERE id IN ({terms})
UNION ALL
SELECT 'ledger', release_id, count(*), ''
  FROM campaign_releases_ledgerentry
  WHERE release_id >= (SELECT max(id) - 1 FROM campaign_releases_release) GROUP BY release_id
UNION ALL
SELECT 'release', id, CASE WHEN state = 'live' THEN 1 ELSE 0 END, title || '|' || description
  FROM campaign_releases_release
  WHERE id >= (SELECT max(id) - 1 FROM campaign_releases_release)
"""
"""One statement sees one state of the database, whatever is committed meanwhile."""


def statement(halves: list[list[str]]) -> str:
    """The look at these things."""
    numbers: dict[str, list[str]] = {"page": [], "term": []}
    for one in (*halves[0], *halves[1]):
        kind, number = one.split("-")
        numbers[kind].append(number)
    return ONE_LOOK.format(pages=",".join(numbers["page"]), terms=",".join(numbers["term"]))


def look(query: str, halves: list[list[str]]) -> tuple[int, str]:
    """Which round is public (0 for none), and what is wrong with that, if anything."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    now = time.time()
    shown = {
        f"{kind}-{pk}": words for kind, pk, live, words in rows if kind in ("page", "term") and live
    }
    rounds = {int(words.partition(",")[0].removeprefix("Round ")) for words in shown.values()}
    number = max(rounds, default=0)
    expected = halves[number % 2] if number else []
    wrong = []
    if len(rounds) > 1 or sorted(shown) != expected:
        wrong.append(f"half a release: {sorted(shown.items())}")
    entries = {pk: count for kind, pk, count, _words in rows if kind == "ledger"}
    for kind, pk, live, words in rows:
        if kind != "release":
            continue
        title, _bar, due = words.partition("|")
        of_round = int(title.removeprefix("Round "))
        public = of_round <= number
        complete = (10 if of_round == 1 else 20) if public else 0
        if entries.get(pk, 0) != complete or bool(live) != public:
            wrong.append(f"{title}: {entries.get(pk, 0)} entries in the ledger, live: {live}")
        if live and due and now < float(due):
            wrong.append(f"{title} {float(due) - now:.3f} s early")
    return number, "; ".join(wrong)


def read(halves: list[list[str]]) -> None:
    """Look at the database until told to end; then write down what was wrong, and how often."""
    query, ended = statement(halves), []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    looks, wrong = 0, Counter[str]()
    rounds: set[int] = set()
    while not ended:
        number, trouble = look(query, halves)
        looks += 1
        rounds.add(number)
        if trouble:
            wrong[trouble] += 1
        time.sleep(0.002)
    report = {"looks": looks, "rounds": len(rounds - {0}), "wrong": dict(wrong)}
    (Path(os.environ["VAR_DIR"]) / "reader.json").write_text(json.dumps(report))


# --- Processes ------------------------------------------------------------------------------------


def fork(work: Callable[[], Any]) -> int:
    """Do the work in a process and a process group of its own, in silence."""
    connections.close_all()
    if pid := os.fork():
        return pid
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nowhere, descriptor)
        sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115 - for ever
        random.seed()
        work()
    finally:
        os._exit(0)


def start(what: str, name: str = "") -> int:
    """Start a worker, a beat or the reader; returns the number of the process."""
    if what == "reader":
        halves = _stage[0].keys
        return fork(lambda: read(halves))
    arguments = {
        "worker": [
            *("worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "CRITICAL"),
            *("--without-gossip", "--without-mingle", "--hostname", name),
        ],
        "beat": ["beat", "--loglevel", "CRITICAL"],
    }[what]
    return fork(lambda: app.start(arguments))


def kill(pid: int) -> None:
    """End a process at once, whatever it is doing."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def stop_reader(pid: int) -> Any:
    """Ask the reader what it saw."""
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    return json.loads((Path(os.environ["VAR_DIR"]) / "reader.json").read_text())


# --- Rounds ---------------------------------------------------------------------------------------


def wait_for_instant(chance: random.Random, release: Release, due: float) -> None:
    """Wait until it is time to kill: mostly while it is written, often at its commit, or anywhere.

    How early it is begun differs from machine to machine, so that is looked at and not guessed.
    """
    where = chance.random()
    if where < 0.5:
        while phase(release) == "waiting" and time.time() < due + 2:
            time.sleep(0.004)
        time.sleep(chance.uniform(0.0, max(0.0, due - time.time()) + 0.05))
        return
    at = due + (chance.gauss(0.0, 0.012) if where < 0.8 else chance.uniform(-1.5, 0.2))
    time.sleep(max(0.0, at - time.time()))


def play(number: int, seed: str, worker: int) -> dict[str, Any]:
    """One round: a release, a kill of the worker in the middle of it, another worker, the end.

    Args:
        worker: the process to kill; 0 to kill nobody.
    """
    halves = _stage[0].keys
    query = statement(halves)
    release, due = set_release(number)
    answer: dict[str, Any] = {"round": number, "wrong": []}
    if worker:
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - no secret
        wait_for_instant(chance, release, due)
        kill(worker)
        killed_at = time.time()
        answer["killed"] = killed_at - due
        answer["worker"] = start("worker", f"worker-{number}")
        seen, trouble = look(query, halves)
        answer["found"] = "public" if seen == number else phase(release)
        if trouble:
            answer["wrong"].append(f"after the kill: {trouble}")
    deadline = due + PATIENCE
    while (seen := look(query, halves)[0]) < number and time.time() < deadline:
        time.sleep(0.01)
    answer["late"] = time.time() - due if seen == number else None
    answer["resumed"] = resumed_after(release, killed_at) if worker else 0.0
    answer["wrong"] += wrong_with(release, number)
    return answer


def phase(release: Release) -> str:
    """How far the killed worker had come with a release that is not public."""
    work = DueWork.objects.filter(object_id=str(release.pk), kind="release_start").first()
    return "waiting" if work is None or not work.attempts else "begun"


def resumed_after(release: Release, killed_at: float) -> float:
    """Seconds from the kill to the next attempt; 0 where nothing was left to do."""
    work = DueWork.objects.get(object_id=str(release.pk), kind="release_start")
    begun = [attempt.started_at.timestamp() for attempt in work.attempt_log.all()]
    return min((moment - killed_at for moment in begun if moment > killed_at), default=0.0)


def wrong_with(release: Release, number: int) -> list[str]:
    """What happened to a release other than exactly once."""
    release.refresh_from_db()
    work = DueWork.objects.get(object_id=str(release.pk), kind="release_start")
    tries = Counter(work.attempt_log.values_list("outcome", flat=True))
    items = list(release.items.all())
    pages = [item for item in items if isinstance(item.instance(), Page)]
    logged = Counter(
        PageLogEntry.objects.filter(
            page_id__in=[item.object_id for item in pages],
            action__in=("wagtail.publish", "wagtail.unpublish"),
            timestamp__gte=release.created_at,
        ).values_list("page_id", flat=True)
    )
    announced = ModelLogEntry.objects.filter(
        object_id=str(release.pk), action="campaign_releases.release.publish"
    ).count()
    complete = 10 if number == 1 else 20
    facts = {
        "the release is live": (release.state, "live"),
        "the work is done": (work.state, "done"),
        "attempts that were done": (tries["done"], 1),
        "attempts that failed": (tries["failed"], 0),
        "items": (len(items), complete),
        "entries in the ledger": (
            LedgerEntry.objects.filter(release_id=release.pk).count(),
            complete,
        ),
        "things in the ledger": (
            LedgerEntry.objects.filter(release_id=release.pk)
            .values("content_type", "object_id")
            .distinct()
            .count(),
            complete,
        ),
        "log entries of each page": (set(logged.values()), {1}),
        "pages with log entries": (len(logged), len(pages)),
        "log entries of the release": (announced, 1),
    }
    return [
        f"{what}: {is_} instead of {should}"
        for what, (is_, should) in facts.items()
        if is_ != should
    ]


def schedule_pages(count: int, first: float, apart: float) -> list[int]:
    """Schedule pages one after another, `apart` seconds."""
    start_at = timezone.now() + timedelta(seconds=first)
    return [
        ScheduledPage.make(go_live_at=start_at + timedelta(seconds=number * apart)).pk
        for number in range(count)
    ]


def pages_published(pages: list[int]) -> dict[str, Any]:
    """How often each page was published, by the log, the ledger and the record of attempts.

    The last of them may be under way: it waits until all are public, or long enough to say no.
    """
    until = time.monotonic() + PATIENCE
    while Page.objects.filter(pk__in=pages, live=True).count() < len(pages):
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    attempts = Counter(
        DueWork.objects.filter(
            kind=WorkKind.GO_LIVE, object_id__in=list(map(str, pages))
        ).values_list("attempt_log__outcome", flat=True)
    )
    logged = PageLogEntry.objects.filter(page__in=pages, action="wagtail.publish.scheduled")
    return {
        "live": Page.objects.filter(pk__in=pages, live=True).count(),
        "logged": logged.count(),
        "ledger": LedgerEntry.objects.filter(object_id__in=list(map(str, pages))).count(),
        "attempts": dict(attempts),
    }


def effects() -> dict[str, int]:
    """How many effects there are in each state."""
    return dict(Counter(Effect.objects.values_list("state", flat=True)))


if __name__ == "__main__":
    serve(
        migrate, prepare, start, kill, stop_reader, play, schedule_pages, pages_published, effects
    )
