"""Pages of one release that take over each other's addresses, without a trace of how."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from campaign.releases import preflight, releasing
from campaign.releases.enums import CheckTrigger
from campaign.releases.models import LedgerEntry
from tests.factories.pages import add_locale, campaign_home
from tests.factories.releases import ReleaseStory

pytestmark = pytest.mark.django_db
story = ReleaseStory
DAY = timedelta(days=1)


def slugs(*pages: Any) -> list[tuple[str, str]]:
    found = [Page.objects.get(pk=page.pk) for page in pages]
    return [(one.slug, one.url_path.rstrip("/").rpartition("/")[2]) for one in found]


def turned(*pages: Any) -> None:
    """A draft of each page has the slug of the next one; the last one's that of the first.

    The editor's form refuses such a draft; other ways of saving one do not ask.
    """
    names = [page.slug for page in pages]
    for page, name in zip(pages, [*names[1:], names[0]], strict=True):
        taking(page, name)
    assert [page.get_latest_revision().content["slug"] for page in pages] == [*names[1:], names[0]]


def taking(page: Any, slug: str) -> None:
    draft = page.get_latest_revision_as_object()
    draft.slug = slug
    draft.save_revision(clean=False)


@pytest.mark.parametrize("count", [2, 3])
def test_addresses_go_round_and_come_back_at_the_end(
    at: datetime, count: int, django_capture_on_commit_callbacks: Any
) -> None:
    names = ["one", "two", "three"][:count]
    pages = [story.page(name, slug=name, live=True) for name in names]
    below = story.page("Below", slug="below", parent=pages[0], live=True)
    turned(*pages)
    release = story.draft(*pages, at=at)
    check = preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at)
    assert [one["findings"] for one in check.results if one["findings"]] == []
    assert slugs(*pages) == [(name, name) for name in names]

    release = story.approve(release, at=at)
    before = LedgerEntry.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        release = releasing.publish_now(release, user=release.owner, at=at)

    assert slugs(*pages) == [(name, name) for name in [*names[1:], names[0]]]
    assert "/two/below/" in Page.objects.get(pk=below.pk).url_path
    addresses = LedgerEntry.objects.order_by("pk").values_list("address", flat=True)[before:]
    assert not [one for one in addresses if "waymark-moving" in one]
    assert not Redirect.objects.filter(old_path__contains="waymark-moving").exists()

    releasing.end_release(release, user=release.owner, at=at + DAY)
    assert slugs(*pages) == [(name, name) for name in names]


def test_translations_go_round_with_their_sources(at: datetime) -> None:
    home = campaign_home()
    french = add_locale("fr")
    home.copy_for_translation(french).save_revision().publish()
    pages = [story.page(name, slug=name, live=True, parent=home) for name in ("one", "two")]
    translations = [page.copy_for_translation(french) for page in pages]
    for translation, name in zip(translations, ("one", "two"), strict=True):
        translation.slug = name
        translation.save_revision().publish()
    turned(*pages)
    release = story.approve(story.draft(*pages, at=at), at=at)

    releasing.publish_now(release, user=release.owner, at=at)

    assert slugs(*pages, *translations) == [(name, name) for name in ("two", "one") * 2]


def test_an_address_that_stays_is_not_taken(at: datetime) -> None:
    page, beside = story.page("One", slug="one"), story.page("Two", slug="two", live=True)
    taking(page, "two")
    release = story.draft(page, beside, at=at)

    assert not preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at).ok
    assert slugs(page, beside) == [("one", "one"), ("two", "two")]


def test_a_page_takes_the_address_that_another_one_leaves_whoever_comes_first(at: datetime) -> None:
    """What the editor's form lets through: the other page got that address after the draft."""
    page, other = story.page("One", slug="one", live=True), story.page("Two", slug="x", live=True)
    story.edit(page, slug="two")
    story.edit(other, slug="two").publish()
    other.refresh_from_db()
    story.edit(other, slug="free")
    release = story.approve(story.draft(page, other, at=at), at=at)

    releasing.publish_now(release, user=release.owner, at=at)

    assert slugs(page, other) == [("two", "two"), ("free", "free")]
