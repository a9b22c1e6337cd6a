"""Taking things off the site in one act, keeping them off, and putting them back as they were."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from wagtail.models import Locale, Page, Revision

from campaign.pages.models import GuidancePage, HomePage, SectionPage
from campaign.releases import takedown
from campaign.releases.enums import TakedownAddressKind, TakedownScope, TakedownState
from campaign.releases.exceptions import (
    GateRefusedError,
    MissingReasonError,
    NothingToTakeDownError,
    PutBackFailedError,
    TakedownNotStandingError,
)
from campaign.releases.models import Takedown
from campaign.releases.signals import public_state_changed
from tests.factories import pages as make
from tests.factories.content_blocks import SignFactory
from tests.factories.releases import UserFactory

pytestmark = pytest.mark.django_db

REASON = "A mother has asked us to."


@pytest.fixture
def home(settings: Any) -> HomePage:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("pl", "Polski")]
    make.add_locale("pl")
    return make.campaign_home()


@pytest.fixture
def polish_home(home: HomePage) -> HomePage:
    return translate(home, title="Zajrzyj", slug="kampania")


def translate(page: Page, **fields: Any) -> Any:
    copy = page.copy_for_translation(Locale.objects.get(language_code="pl"), copy_parents=True)
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save_revision().publish()
    copy.refresh_from_db()
    return copy


def public(page: Page, **fields: Any) -> Any:
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


@pytest.fixture
def section(home: HomePage) -> SectionPage:
    return public(make.SectionPageFactory(parent=home, slug="help", title="Help"))


@pytest.fixture
def guidance(section: SectionPage) -> GuidancePage:
    return public(make.GuidancePageFactory(parent=section, slug="hotels", title="Hotels"))


@pytest.fixture
def moderator() -> Any:
    return UserFactory(editor_in_chief=True)


@pytest.fixture
def take(moderator: Any, at: datetime) -> Any:
    def take_down(target: Any, **options: Any) -> Takedown:
        return takedown.take_down(
            target, **({"user": moderator, "reason": REASON, "at": at} | options)
        )

    return take_down


def is_live(thing: Any) -> bool:
    return bool(type(thing)._base_manager.get(pk=thing.pk).live)


def status(url: str) -> int:
    return Client().get(url).status_code


def test_a_page_comes_down_in_every_language_and_with_its_alias(
    guidance: GuidancePage, home: HomePage, polish_home: HomePage, take: Any, moderator: Any
) -> None:
    polish = translate(guidance, title="Hotele")
    alias = guidance.create_alias(parent=home, update_slug="hotels-again")
    other = public(make.GuidancePageFactory(parent=home, slug="parks"))
    assert [is_live(page) for page in (guidance, polish, alias, other)] == [True] * 4

    found = take(guidance)

    assert [is_live(page) for page in (guidance, polish, alias, other)] == [False] * 3 + [True]
    assert found.state == TakedownState.STANDING
    assert (found.title, found.reason, found.taken_down_by) == ("Hotels", REASON, moderator)
    assert {item.title for item in found.items.all()} == {"Hotels", "Hotele"}
    assert {(address.path, address.language) for address in found.addresses.all()} == {
        (guidance.url, "en"),
        (alias.url, "en"),
        (polish.url, "pl"),
    }


@pytest.mark.parametrize("which", ["translation", "alias"])
def test_naming_the_translation_or_the_alias_means_the_whole_set(
    which: str, guidance: GuidancePage, home: HomePage, polish_home: HomePage, take: Any
) -> None:
    polish = translate(guidance, title="Hotele")
    alias = guidance.create_alias(parent=home, update_slug="hotels-again")

    take(polish if which == "translation" else alias)

    assert [is_live(page) for page in (guidance, polish, alias)] == [False] * 3


def test_the_pages_below_come_down_only_if_they_are_meant(
    section: SectionPage, guidance: GuidancePage, take: Any
) -> None:
    found = take(section)
    assert (is_live(section), is_live(guidance)) == (False, True)
    takedown.undo(found, user=None, at=found.taken_down_at)

    take(section, with_descendants=True)

    assert (is_live(section), is_live(guidance)) == (False, False)


# --- Answers ------------------------------------------------------------------------------------


def test_its_addresses_answer_410_in_each_language(
    guidance: GuidancePage, polish_home: HomePage, take: Any
) -> None:
    polish = translate(guidance, title="Hotele")
    assert (status(guidance.url), status(polish.url)) == (200, 200)

    take(guidance, explanations={"en": "We found a mistake.", "pl": " "})

    english = Client().get(guidance.url)
    assert english.status_code == 410
    html = english.content.decode()
    assert "This page has been taken down" in html
    assert "We found a mistake." in html
    assert REASON not in html
    assert guidance.title not in html
    assert 'href="tel:999"' in html
    assert '<meta name="robots" content="noindex">' in html
    assert english["Cache-Control"] == "no-store"
    assert english["X-Robots-Tag"] == "noindex"
    html = Client().get(polish.url).content.decode()
    assert '<html lang="pl"' in html
    assert "We found a mistake." not in html


def test_an_address_without_a_language_says_so_too(guidance: GuidancePage, take: Any) -> None:
    take(guidance)

    assert status(guidance.url.removeprefix("/en")) == 410
    assert status("/en/never-there/") == 404


def test_addresses_below_a_page_that_answers_them_are_gone_with_it(
    home: HomePage, guidance: GuidancePage, take: Any
) -> None:
    directory = public(make.ContactDirectoryPageFactory(parent=home, slug="contacts"))
    take(directory)
    take(guidance)

    assert status(f"{directory.url}children/") == 410
    assert status(f"{guidance.url}never/") == 404


def test_whatever_is_public_at_the_address_later_is_shown(
    guidance: GuidancePage, section: SectionPage, take: Any
) -> None:
    take(guidance)
    Page.objects.get(pk=guidance.pk).move(section.get_parent(), pos="last-child")
    public(make.GuidancePageFactory(parent=section, slug="hotels", title="Better"))

    assert status(guidance.url) == 200


def test_a_page_for_410_that_cannot_be_drawn_is_replaced(
    guidance: GuidancePage, take: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(template: Any, context: Any, request: Any = None) -> str:
        if request is not None:
            raise ZeroDivisionError
        return render_to_string(template, context)

    take(guidance, explanations={"en": "We found a mistake."})
    monkeypatch.setattr("campaign.releases.middleware.render_to_string", draw)

    response = Client().get(guidance.url)

    assert response.status_code == 410
    assert "We found a mistake." in response.content.decode()
    assert 'href="tel:999"' in response.content.decode()


def test_without_the_database_the_404_stays(
    guidance: GuidancePage, take: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError

    take(guidance)
    monkeypatch.setattr("campaign.releases.middleware.answer_at", fail)

    assert status(guidance.url) == 404
