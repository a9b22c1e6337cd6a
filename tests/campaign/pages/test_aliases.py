"""An alias is never public before the page it repeats (platform facts M3 and M4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from campaign.pages.models import GuidancePage, HomePage
from tests.factories import pages as make


@pytest.fixture
def embargoed(home: HomePage) -> GuidancePage:
    section = make.SectionPageFactory(parent=home)
    return make.GuidancePageFactory(parent=section, title="Under embargo", draft=True)


def _alias(page: Page, **kwargs: Any) -> Page:
    return page.create_alias(parent=page.get_parent(), update_slug=f"{page.slug}-again", **kwargs)


def test_alias_of_a_scheduled_page_stays_hidden(embargoed: GuidancePage, client: Client) -> None:
    alias = _alias(embargoed)
    embargoed.go_live_at = timezone.now() + timedelta(days=30)

    embargoed.save_revision().publish()

    alias.refresh_from_db()
    assert (alias.live, client.get(alias.url).status_code) == (False, 404)


def test_alias_in_another_language_stays_hidden(embargoed: GuidancePage, settings: Any) -> None:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("ur", "Urdu")]
    alias = embargoed.copy_for_translation(make.add_locale("ur"), copy_parents=True, alias=True)
    embargoed.go_live_at = timezone.now() + timedelta(days=30)

    embargoed.save_revision().publish()

    alias.refresh_from_db()
    assert not alias.live


def test_alias_follows_a_page_that_goes_live(embargoed: GuidancePage, client: Client) -> None:
    alias = _alias(embargoed)
    embargoed.title = "Public at last"

    embargoed.save_revision().publish()

    alias.refresh_from_db()
    assert (alias.live, alias.title) == (True, "Public at last")
    assert client.get(alias.url).status_code == 200


def test_alias_of_a_live_page_keeps_the_live_words_while_a_change_is_scheduled(
    embargoed: GuidancePage,
) -> None:
    alias = _alias(embargoed)
    embargoed.save_revision().publish()
    embargoed.title = "Tomorrow's title"
    embargoed.go_live_at = timezone.now() + timedelta(days=1)

    embargoed.save_revision().publish()

    alias.refresh_from_db()
    assert (alias.live, alias.title) == (True, "Under embargo")
