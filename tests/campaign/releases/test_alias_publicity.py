"""Whether an alias may be public is said in one place, wherever its row is written."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Page

from campaign.releases import takedown
from campaign.releases.enums import TransitionKind
from campaign.releases.gate import Transition, acting_now
from tests.factories.pages import GuidancePageFactory, SectionPageFactory, campaign_home
from tests.factories.releases import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def alias() -> Any:
    """A page, with an alias in a section that was taken down with all that is below it."""
    home = campaign_home()
    section = SectionPageFactory(parent=home, slug="learn")
    page = GuidancePageFactory(parent=home, title="Hotels")
    takedown.take_down(
        section,
        user=UserFactory(),
        reason="Wrong",
        at=timezone.now(),
        with_descendants=True,
    )
    return page.create_alias(parent=Page.objects.get(pk=section.pk), update_slug="again")


def test_an_alias_where_something_was_taken_down_is_not_public(alias: Any) -> None:
    assert not Page.objects.get(pk=alias.pk).live

    alias.live = True
    alias.save()

    assert not Page.objects.get(pk=alias.pk).live
    assert Page.objects.get(pk=alias.alias_of_id).live


def test_the_gatekeeper_of_takedowns_changes_nothing_that_it_is_asked_about(alias: Any) -> None:
    alias.live = True
    asked = Transition(
        kind=TransitionKind.PUBLISH,
        instance=alias,
        revision=None,
        at=timezone.now(),
        acting=acting_now(),
    )

    assert list(takedown.stop_what_is_taken_down(asked)) == []
    assert alias.live
