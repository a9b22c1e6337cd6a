"""The page of one release: what it shows, and what can be done from it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Page

from campaign.releases.enums import ReleaseState
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.models import Release
from tests.factories.pages import campaign_home
from tests.factories.releases import ReleaseStory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> Any:
    """Somebody who may do everything."""
    beat(Beating.WORKER, at=timezone.now())
    campaign_home()
    return UserFactory(editor_in_chief=True)


@pytest.fixture
def desk(client: Client, chief: Any) -> Client:
    client.force_login(chief)
    return client


def address(release: Release, act: str = "view", *more: Any) -> str:
    return reverse(f"campaign_release:{act}", args=[release.pk, *more])


def text_of(response: Any) -> str:
    """The text of an answer as a reader meets it: no tags, no double spaces."""
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def shown(desk: Client, release: Release) -> str:
    return text_of(desk.get(address(release)))


def did(desk: Client, release: Release, act: str, *more: Any, **data: Any) -> str:
    """Do an act and read the page to which it leads."""
    return text_of(desk.post(address(release, act, *more), data, follow=True))


# --- What the page shows --------------------------------------------------------------------------


def test_an_empty_release_says_what_to_do_next(desk: Client, at: datetime) -> None:
    release = ReleaseStory.draft(at=at)

    page = shown(desk, release)

    assert "Nothing is in this release yet." in page
    assert "Add what goes live with it (to do)" in page
    assert "No time is set yet" in page
    assert "There is nothing in this release yet." in page


def test_items_are_shown_with_type_version_and_editor(desk: Client, at: datetime) -> None:
    page = ReleaseStory.page("Hotels in spring")
    term = ReleaseStory.term("Grooming")
    release = ReleaseStory.draft(page, term, at=at)

    response = desk.get(address(release))

    text = text_of(response)
    assert "Hotels in spring" in text
    assert "guidance page" in text.lower()
    assert "Grooming" in text
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in response.content.decode()
    assert "Add what goes live with it (done)" in text


def test_the_times_are_said_in_words(desk: Client, at: datetime) -> None:
    release = ReleaseStory.draft(ReleaseStory.page(), at=at)
    start = (at + timedelta(days=400)).replace(month=3, day=18, hour=6, minute=0, second=0)
    ReleaseStory.timed(release, start, start + timedelta(days=14))

    text = shown(desk, release)

    assert re.search(
        r"Everything goes live together on \w{3} 18 March \d{4}, 06:00 UTC "
        r"and comes down on \w{3} 1 April \d{4}, 06:00 UTC\.",
        text,
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_needs_the_same_queries_for_one_item_and_for_three(
    desk: Client,
    at: datetime,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    release = ReleaseStory.draft(*(ReleaseStory.page() for _number in range(count)), at=at)
    desk.get(address(release))

    with django_assert_num_queries(PAGE_QUERIES):
        desk.get(address(release))


PAGE_QUERIES = 19
