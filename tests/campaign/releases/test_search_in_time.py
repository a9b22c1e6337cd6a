"""Search follows a publication at once, and shows nothing that is not public."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from campaign.pages.search import search_public
from campaign.releases.attempts import attempt_together
from campaign.releases.due_work import record_schedules
from campaign.releases.effects import run_effects
from campaign.releases.models import DueWork
from campaign.releases.search_index import left_to_the_effect
from tests.factories.pages import GuidancePageFactory, campaign_home

pytestmark = pytest.mark.django_db

INDEX = "wagtailsearch_indexentry"


@pytest.fixture
def home() -> Any:
    return campaign_home()


def public(home: Page, words: str) -> list[str]:
    found = search_public(words, root=home, locale=home.locale, on=date(2027, 4, 3))
    return [page.title for page in found.pages]


def in_admin(words: str) -> list[str]:
    return [page.title for page in get_search_backend().search(words, Page.objects.all())]


def test_only_what_is_public_is_found_whether_or_not_an_effect_has_run(home: Any) -> None:
    page = GuidancePageFactory(parent=home, title="Sandcastle", draft=True)
    # A draft is found in the editor at once, and by nobody else.
    assert (in_admin("Sandcastle"), public(home, "Sandcastle")) == (["Sandcastle"], [])
    run_effects(timezone.now())
    assert public(home, "Sandcastle") == []

    page.save_revision().publish()

    assert public(home, "Sandcastle") == ["Sandcastle"]
    run_effects(timezone.now())
    assert public(home, "Sandcastle") == ["Sandcastle"]

    Page.objects.get(pk=page.pk).specific.unpublish()

    assert (in_admin("Sandcastle"), public(home, "Sandcastle")) == (["Sandcastle"], [])
    run_effects(timezone.now())
    assert public(home, "Sandcastle") == []


def test_a_publication_writes_the_index_once(home: Any) -> None:
    page = GuidancePageFactory(parent=home, title="Sandcastle")
    page.title = "Sand"
    revision = page.save_revision()

    with CaptureQueriesContext(connection) as queries:
        revision.publish()

    # SQLite has a second statement for the norm of the title.
    texts = [q["sql"].strip() for q in queries if INDEX in q["sql"] and "body" in q["sql"]]
    written = [sql for sql in texts if sql.startswith(("INSERT", "UPDATE"))]
    assert len(written) == 1
    assert public(home, "Sand") == ["Sand"]


def scheduled(home: Page, title: str) -> DueWork:
    at = timezone.now()
    with time_machine.travel(at - timedelta(days=1), tick=False):
        page = GuidancePageFactory(parent=home, title=title, draft=True)
        page.go_live_at = at - timedelta(minutes=1)
        page.save_revision().publish()
    record_schedules(at=at)
    return DueWork.objects.get(object_id=str(page.pk))


@pytest.mark.django_db(transaction=True)
def test_what_is_published_on_time_writes_the_index_after_its_commit(home: Any) -> None:
    """In the transaction it would hold rows of other things until the moment has come."""
    run_effects(timezone.now())
    works = [scheduled(home, title) for title in ("Sandcastle", "Rockpool")]

    with CaptureQueriesContext(connection) as queries:
        attempt_together([work.pk for work in works], at=timezone.now())

    assert Page.objects.filter(title__in=("Sandcastle", "Rockpool"), live=True).count() == 2
    written = [q["sql"] for q in queries if INDEX in q["sql"] and "SELECT" not in q["sql"][:20]]
    assert written == []
    run_effects(timezone.now())
    assert public(home, "Sandcastle") == ["Sandcastle"]


def test_what_is_saved_elsewhere_is_indexed_as_ever(home: Any) -> None:
    with left_to_the_effect():
        GuidancePageFactory(parent=home, title="Inside")
        assert in_admin("Inside") == []

    page = GuidancePageFactory(parent=home, title="Outside")
    assert in_admin("Outside") == ["Outside"]
    page.delete()
    assert in_admin("Outside") == []
