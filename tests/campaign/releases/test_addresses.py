"""Addresses as the ledger keeps them, and small answers for what has no address or language."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.utils import timezone

from campaign.assurance.links import is_public_at
from campaign.assurance.rules import Situation, key_of
from campaign.releases import alerts
from campaign.releases.addresses import path_of
from campaign.releases.models import OwedTranslation
from campaign.releases.owed import note_published
from tests.factories.releases import ScheduledPage


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://example.org/ur/a/?q=1#top", "/ur/a/"),
        (" record:content_blocks.sign/7 ", "record:content_blocks.sign/7"),
        ("/en/b/", "/en/b/"),
    ],
)
def test_an_address_is_kept_as_its_path(given: str, kept: str) -> None:
    assert path_of(given) == kept


@pytest.mark.django_db
def test_what_comes_down_at_the_moment_is_not_public_at_it() -> None:
    page = ScheduledPage.make(live=True)
    situation = Situation(at=timezone.now(), comes_down=frozenset({key_of(page)}))

    assert is_public_at(page, Situation(at=timezone.now()))
    assert not is_public_at(page, situation)


@pytest.mark.django_db
def test_nothing_is_owed_for_what_has_no_language() -> None:
    note_published(SimpleNamespace(pk=1), at=timezone.now())

    assert not OwedTranslation.objects.exists()


def test_an_unknown_language_is_written_from_the_left() -> None:
    assert [alerts._direction(code) for code in ("ur", "xx-unknown", "")] == ["rtl", "ltr", ""]
