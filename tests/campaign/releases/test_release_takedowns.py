"""A release and a takedown of the same thing: what is taken down stays gone, the rest goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from wagtail.models import ModelLogEntry, Page

from campaign.releases import inverse, preflight, releasing
from campaign.releases.attempts import Result, run_due
from campaign.releases.effects import run_effects
from campaign.releases.enums import CheckTrigger, ReleaseState, TakedownScope
from campaign.releases.models import Release, Takedown
from campaign.releases.takedown import take_down, undo
from campaign.releases.views.release_words import log_text
from tests.factories.releases import ReleaseStory, UserFactory

pytestmark = pytest.mark.django_db
story = ReleaseStory
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def fresh(page: Any) -> Any:
    return Page.objects.get(pk=page.pk)


def taken(target: Any, at: datetime) -> Takedown:
    return take_down(target, user=UserFactory(editor_in_chief=True), reason="Wrong", at=at)


def undone(takedown: Takedown, at: datetime) -> None:
    undo(takedown, user=UserFactory(editor_in_chief=True), at=at)


def test_the_end_leaves_what_was_taken_down_and_does_the_rest(at: datetime) -> None:
    """The page that was withdrawn for the time of the release is under a takedown by its end."""
    old, new, other = (
        story.page("Old", live=True),
        story.page("New"),
        story.page("Other", live=True),
    )
    release = story.draft(new, at=at, withdraw=[old, other])
    release = story.approve(story.timed(release, at + HOUR, at + DAY), at=at)
    releasing.publish_now(release, user=release.owner, at=at)
    story.page("Public", live=True)
    takedown = taken(TakedownScope.CAMPAIGN, at)
    # Taken down with the campaign, and put back with all but this by hand: a takedown of its own.
    takedown.scope = TakedownScope.PAGE
    takedown.save()
    takedown.items.exclude(object_id=str(new.pk)).delete()
    takedown.items.create(
        content_type_id=release.items.first().content_type_id,
        object_id=str(old.pk),
        title="Old",
        was_live=False,
    )

    with time_machine.travel(at + DAY, tick=False):
        ((_work, result),) = [
            one for one in run_due(at=at + DAY) if one[0].object_id == str(release.pk)
        ]
    run_effects(at + 2 * DAY)

    assert result is Result.DONE
    assert [fresh(page).live for page in (old, new, other)] == [False, False, True]
    release = Release.objects.get(pk=release.pk)
    assert release.state == ReleaseState.ENDED
    entry = ModelLogEntry.objects.for_instance(release).latest("timestamp")
    assert "Left as it is: “New”: It was taken down" in log_text(entry)
    assert "“Old”: It was taken down (“The whole campaign”) and stays gone. When" in log_text(entry)
    (message,) = [one for one in mail.outbox if "stays taken down" in one.subject]
    assert message.to == [release.owner.email]
    assert "- Old: It was taken down" in message.body

    undone(takedown, at + DAY + HOUR)
    assert (fresh(old).live, fresh(old).title) == (True, "Old")
    assert not fresh(new).live


def test_undoing_later_shows_the_version_from_before_the_release(at: datetime) -> None:
    page, beside = story.page("Hotels", live=True), story.page("Beside")
    story.edit(page, title="Hotels in March")
    release = story.live(page, beside, at=at)
    takedown = taken(fresh(page), at + HOUR)

    releasing.end_release(release, user=release.owner, at=at + DAY)

    assert [fresh(page).live, fresh(beside).live] == [False, False]
    undone(takedown, at + 2 * DAY)
    assert (fresh(page).live, fresh(page).title) == (True, "Hotels")


def test_a_version_newer_than_the_release_comes_back_when_the_takedown_is_undone(
    at: datetime,
) -> None:
    page = story.page("Hotels")
    release = story.live(page, at=at)
    story.edit(page, title="Hotels, corrected").publish()
    takedown = taken(fresh(page), at + HOUR)

    releasing.end_release(release, user=release.owner, at=at + DAY)

    undone(takedown, at + 2 * DAY)
    assert (fresh(page).live, fresh(page).title) == (True, "Hotels, corrected")


def test_what_was_withdrawn_is_noted_for_a_takedown_that_covers_it_without_naming_it(
    at: datetime,
) -> None:
    page = story.page("Hotels", live=True)
    release = story.live(story.page("New"), at=at, withdraw=[page])
    story.page("Public", live=True)
    takedown = taken(TakedownScope.CAMPAIGN, at + HOUR)
    assert not takedown.items.filter(object_id=str(page.pk)).exists()

    releasing.end_release(release, user=release.owner, at=at + DAY)
    assert not fresh(page).live

    undone(takedown, at + 2 * DAY)
    assert fresh(page).live


def test_putting_back_leaves_what_was_taken_down(at: datetime) -> None:
    page, beside = story.page("Hotels", live=True), story.page("Beside", live=True)
    for one in (page, beside):
        story.edit(one, title=f"{one.title} in March")
    release = story.live(page, beside, at=at)
    takedown = taken(fresh(page), at + HOUR)

    back = inverse.put_back(
        release, user=UserFactory(editor_in_chief=True), at=at + 2 * HOUR, reason="Wrong"
    )

    assert [item.title for item in back.items.all()] == ["Beside"]
    assert (fresh(beside).title, fresh(page).live) == ("Beside", False)
    undone(takedown, at + 2 * DAY)
    assert (fresh(page).live, fresh(page).title) == (True, "Hotels")


def test_what_stands_under_a_takedown_stops_the_release_before_it_goes_live(at: datetime) -> None:
    story.page("Public", live=True)
    taken(TakedownScope.CAMPAIGN, at)
    release = story.draft(story.page("Hotels"), at=at)

    check = preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at)

    assert not check.ok
    findings = {finding["rule"]: finding for finding in check.results[1]["findings"]}
    finding = findings["releases.taken_down"]
    assert finding["severity"] == "critical"
    assert "Undo that takedown first" in finding["what_to_do"]
