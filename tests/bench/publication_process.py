"""A process of our site for the bench of publication: it prepares, and looks on from outside."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Locale, Page  # noqa: E402

from campaign.releases import gateposts, releasing  # noqa: E402
from campaign.releases.attempts import attempt_together  # noqa: E402
from campaign.releases.due_work import find_due  # noqa: E402
from campaign.releases.tasks import hand_out_due_work  # noqa: E402
from content_blocks.models import GlossaryTerm  # noqa: E402
from tests.bench.scheduled_pages import approve, make_pages  # noqa: E402
from tests.factories.releases import ReleaseStory  # noqa: E402
from tests.real_site import serve  # noqa: E402

LIVE = "SELECT id FROM wagtailcore_page WHERE live AND id >= %s"
ROUNDS = 5


def migrate() -> None:
    """Make an empty site."""
    call_command("migrate", verbosity=0)


def schedule(first: float, count: int, apart: float = 0.0) -> dict[int, float]:
    """Make pages that fall due from `first` seconds ahead on, `apart` seconds after one another.

    Returns the moment of each as a Unix time.
    """
    moments: dict[int, float] = {}
    with gateposts.maintenance(reason="bench"):
        pages = make_pages(count)
        start = timezone.now() + timedelta(seconds=first)
        if not apart:
            approve(pages, start)
            return dict.fromkeys(pages, start.timestamp())
        for number, pk in enumerate(pages):
            due = start + timedelta(seconds=number * apart)
            approve([pk], due)
            moments[pk] = due.timestamp()
    return moments


def watch(moments: dict[str, float], seconds: float, step: float) -> dict[str, list[float]]:
    """Read what is live, over and over, on a connection that sees only what is committed.

    Returns for each page two Unix times: when a look began that did not show it yet, and when the
    first look that showed it ended. It became public in between.
    """
    waiting = set(map(int, moments))
    lowest = min(waiting)
    seen: dict[str, list[float]] = {}
    deadline, before = time.time() + seconds, time.time()
    while waiting and time.time() < deadline:
        began = time.time()
        with connection.cursor() as cursor:
            cursor.execute(LIVE, [lowest])
            live = {pk for (pk,) in cursor.fetchall()} & waiting
        ended = time.time()
        for pk in live:
            seen[str(pk)] = [before, ended]
        waiting -= live
        before = began
        time.sleep(step)
    return seen


def schedule_release(first: float, pages: int, terms: int, languages: list[str]) -> dict[str, Any]:
    """Schedule a release of new pages and snippets with their translations, `first` s ahead.

    Returns its moment as a Unix time, the ids, and how long its check took.
    """
    locales = [Locale.objects.get_or_create(language_code=code)[0] for code in languages]
    with gateposts.maintenance(reason="bench"):
        sources: list[Any] = [
            *Page.objects.filter(pk__in=make_pages(pages)),
            *(ReleaseStory.term(f"Term {uuid.uuid4()}") for _number in range(terms)),
        ]
        things = [
            *sources,
            *(_translated(source, locale) for locale in locales for source in sources),
        ]
    at = timezone.now()
    release = ReleaseStory.draft(*things, at=at)
    due = (timezone.now() + timedelta(seconds=first)).replace(microsecond=0)
    release = ReleaseStory.approve(ReleaseStory.timed(release, due), at=timezone.now())
    release = releasing.schedule_release(release, user=release.owner, at=timezone.now())
    assert timezone.now() < due - timedelta(seconds=10), "it was not scheduled in time"
    return {
        "due": due.timestamp(),
        "pages": [thing.pk for thing in things if isinstance(thing, Page)],
        "terms": [thing.pk for thing in things if not isinstance(thing, Page)],
        "took": release.checks.latest("run_at").took,
    }


def _translated(source: Any, locale: Locale) -> Any:
    if isinstance(source, Page):
        translation = source.copy_for_translation(locale, copy_parents=True)
    else:
        translation = source.copy_for_translation(locale)
        translation.live = False
        translation.save()
    translation.save_revision()
    return translation


def watch_release(
    pages: list[int], terms: list[int], seconds: float, step: float
) -> dict[str, float]:
    """Look at all of a release in one statement, over and over, until all of it is public.

    Returns the Unix times at which the last look without any of it began and the first with all
    of it ended, how many looks saw a part, and how many there were.
    """
    total = len(pages) + len(terms)
    table = GlossaryTerm._meta.db_table
    # Numbers from the database itself.
    sql = (
        f"SELECT (SELECT COUNT(*) FROM wagtailcore_page WHERE live AND id IN ({_list(pages)}))"  # noqa: S608
        f" + (SELECT COUNT(*) FROM {table} WHERE live AND id IN ({_list(terms)}))"
    )
    found = {"before": time.time(), "until": 0.0, "half": 0, "looks": 0}
    deadline = time.time() + seconds
    while not found["until"] and time.time() < deadline:
        began = time.time()
        with connection.cursor() as cursor:
            cursor.execute(sql)
            (public,) = cursor.fetchone()
        found["looks"] += 1
        if public == total:
            found["until"] = time.time()
        elif public:
            found["half"] += 1
        else:
            found["before"] = began
        time.sleep(step)
    return found


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, map(int, numbers)))


def grow(total: int) -> int:
    """Fill the tree with live pages up to `total`, a hundred to a section."""
    root = Page.objects.get(depth=1)
    page_type = ContentType.objects.get_for_model(Page)
    locale = Locale.get_default()
    with gateposts.maintenance(reason="bench"):
        while (missing := total - Page.objects.count()) > 0:
            section = root.add_child(instance=Page(title="Section", slug=f"s-{uuid.uuid4()}"))
            children = min(missing - 1, 100)
            Page.objects.bulk_create(
                Page(
                    title=f"Page {number}",
                    draft_title=f"Page {number}",
                    slug=f"page-{number}",
                    url_path=f"{section.url_path}page-{number}/",
                    path=Page._get_path(section.path, section.depth + 1, number),
                    depth=section.depth + 1,
                    content_type=page_type,
                    locale=locale,
                )
                for number in range(1, children + 1)
            )
            Page.objects.filter(pk=section.pk).update(numchild=children)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Page.objects.count()


def costs() -> dict[str, tuple[float, int]]:
    """Milliseconds and queries of what is done all the time, and of publishing one page."""
    hand_out_due_work()  # the heartbeat, which is written now and then
    pages = schedule(-60, ROUNDS + 2)
    works = iter(find_due(timezone.now()))

    def publish_one() -> None:
        attempt_together([next(works).pk], at=timezone.now())

    publish_one()  # what is read once is read now
    found = {"publishing a page": cost(publish_one)}
    assert not Page.objects.filter(pk__in=pages, live=False).exists()
    found["a tick, nothing due"] = cost(hand_out_due_work)
    found["finding what is due"] = cost(lambda: find_due(timezone.now()))
    return found


def cost(work: Callable[[], Any]) -> tuple[float, int]:
    """The middle of some rounds in milliseconds, and the queries of one more."""
    seconds = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    with CaptureQueriesContext(connection) as queries:
        work()
    return round(statistics.median(seconds) * 1000, 2), len(queries)


if __name__ == "__main__":
    serve(migrate, schedule, watch, schedule_release, watch_release, grow, costs)
