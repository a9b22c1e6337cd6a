"""What is published with one commit asks once, and misses nothing for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page

from campaign.assurance.rules import Key, key_of
from campaign.releases import attempts, membership, takedown
from campaign.releases.attempts import Result, attempt_together
from campaign.releases.due_work import record_schedules
from campaign.releases.models import DueWork, SetTime, Takedown
from campaign.releases.set_times import record, recorded_at_the_end
from campaign.releases.together import Having, known_without, together
from tests.factories.releases import ReleaseStory, ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def rows(*pages: Page) -> dict[Key, Any]:
    return {key_of(page): Page.objects.get(pk=page.pk) for page in pages}


def having(page: Page) -> set[Having]:
    return {having for having in Having if not known_without(having, page)}


def plain(parent: Page | None = None) -> Page:
    return ScheduledPage.make(live=True, parent=parent)


def take_down(page: Page, *, at: datetime) -> None:
    user = UserFactory(is_superuser=True)
    takedown.take_down(page, reason="A number is wrong.", user=user, at=at)


def due(at: datetime, count: int) -> list[int]:
    for _ in range(count):
        ScheduledPage.make(go_live_at=at - MINUTE)
    record_schedules(at=at)
    return list(DueWork.objects.open().values_list("pk", flat=True))


def statements(at: datetime, count: int) -> int:
    ids = due(at, count)
    with CaptureQueriesContext(connection) as asked:
        results = attempt_together(ids, at=at)
    assert list(results.values()) == [Result.DONE] * count
    return len(asked)


def test_a_further_page_costs_few_statements(at: datetime) -> None:
    """Most are Wagtail's own publication; the rest is the ledger, the effect and the attempt."""
    few, many = statements(at, 2), statements(at, 6)

    assert (many - few) / 4 <= 47


def test_without_anything_nothing_is_asked(at: datetime, django_assert_num_queries: Any) -> None:
    page, other = plain(), plain()
    assert having(page) == set(Having)

    with together(rows(page)):
        with django_assert_num_queries(0):
            assert having(page) == set()
        # It was not asked for.
        assert having(other) == set(Having)

    assert having(page) == set(Having)


def test_what_is_in_a_release_is_looked_at(at: datetime) -> None:
    page, other = ReleaseStory.page(), ReleaseStory.page()
    membership.add_item(
        membership.create_release("March", user=UserFactory(editor_in_chief=True), at=at),
        page,
        user=UserFactory(editor_in_chief=True),
        at=at,
    )

    with together(rows(page, other)):
        assert (having(page), having(other)) == ({Having.OPEN_ITEM}, set())


def test_what_has_translations_is_looked_at(at: datetime) -> None:
    page, other = plain(Page.objects.get(depth=2)), plain()
    translation = page.copy_for_translation(Locale.objects.create(language_code="pl"), True)

    with together(rows(page, other, translation)):
        assert having(page) == having(translation) == {Having.FOLLOWERS}
        assert having(other) == set()


def test_while_a_takedown_stands_everything_is_looked_at(at: datetime) -> None:
    page, other = plain(), plain()
    take_down(other, at=at)

    with together(rows(page)):
        assert having(page) == {Having.TAKEDOWN}


def test_a_takedown_that_comes_meanwhile_takes_everything_back(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its maker cannot see what is written and not yet committed."""
    public = plain()

    def meanwhile(_moment: datetime, **_kwargs: Any) -> None:
        take_down(public, at=at)

    monkeypatch.setattr(attempts, "wait_until", meanwhile)

    results = attempt_together(due(at, 2), at=at)

    assert list(results.values()) == [Result.RETRYING] * 2

    assert "taken down meanwhile" in DueWork.objects.earliest("pk").last_error
    assert list(Page.objects.filter(title__startswith="page-", live=True)) == [public]
    # The test's takedown was part of what was taken back. The next attempt asks again.
    assert not Takedown.objects.exists()


def test_under_a_takedown_the_others_are_published(at: datetime) -> None:
    held, free = (ScheduledPage.make(go_live_at=at - MINUTE, live=True) for _ in range(2))
    takedown.take_down(
        held, reason="A number is wrong.", user=UserFactory(is_superuser=True), at=at
    )
    record_schedules(at=at)

    attempt_together(list(DueWork.objects.values_list("pk", flat=True)), at=at)

    assert not Page.objects.get(pk=held.pk).live
    assert Page.objects.get(pk=free.pk).live


def test_set_times_put_off_are_those_that_stand_in_the_end(at: datetime) -> None:
    first, second = (ScheduledPage.make(go_live_at=at + MINUTE * n) for n in (1, 2))
    kept = set(SetTime.objects.values_list("object_id", "utc"))
    assert len(kept) == 2
    SetTime.objects.all().delete()

    with recorded_at_the_end():
        record(first)
        record(second)
        assert not SetTime.objects.exists()

    assert set(SetTime.objects.values_list("object_id", "utc")) == kept


def test_set_times_put_off_are_forgotten_with_what_failed(at: datetime) -> None:
    page = ScheduledPage.make(go_live_at=at + MINUTE)
    SetTime.objects.all().delete()

    def fail() -> None:
        with recorded_at_the_end():
            record(page)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert not SetTime.objects.exists()
