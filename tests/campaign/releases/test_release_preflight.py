"""What would fail is said before, for each item; and nothing of the rehearsal stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import TestCase
from wagtail.models import ModelLogEntry, Page, PageLogEntry, Revision
from wagtail.signals import page_published, page_unpublished, published, unpublished

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.assurance.rules import Situation, register_rule, unregister_rule
from campaign.releases import membership, preflight, rehearsal
from campaign.releases.effects import run_effects
from campaign.releases.enums import Cause, CheckTrigger, ItemAction
from campaign.releases.gateposts import maintenance
from campaign.releases.models import Effect, LedgerEntry, Release
from campaign.releases.rehearsal import explain, is_rehearsing, rehearse
from campaign.releases.signals import release_checked, transition_made
from tests.factories.releases import ReleaseStory, ScheduledPage

pytestmark = pytest.mark.django_db
story = ReleaseStory
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def found(release: Release, at: datetime) -> dict[str, list[str]]:
    """What a check finds, as rule names for each title; nothing for what is fine."""
    return {
        one.item.title if one.item else "": [
            finding.rule.partition(".")[2] for finding in one.findings
        ]
        for one in preflight.find(release, moment=at)
        if one.findings
    }


def why(release: Release, at: datetime) -> list[str]:
    return [finding.why for one in preflight.find(release, moment=at) for finding in one.findings]


# --- The record ----------------------------------------------------------------------------------


def test_a_check_is_kept_with_what_it_found(at: datetime) -> None:
    release = story.draft(story.page("Good"), story.page("Bad", slug="taken"), at=at)
    taken = story.page("Taken", slug="other", live=True)
    with maintenance(reason="test"):
        Page.objects.filter(pk=taken.pk).update(slug="taken")

    check = preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at)

    assert (check.ok, check.trigger, check.run_at, check.goes_live_at) == (
        False,
        "asked",
        at,
        None,
    )
    assert check.took > 0
    titles = [one["title"] for one in check.results]
    assert titles == ["", "Good", "Bad"]
    assert check.results[0] == {"item": None, "title": "", "findings": []}
    assert check.results[1]["findings"] == []
    assert check.results[2]["findings"][0] == {
        "rule": "releases.slug_taken",
        "severity": "major",
        "where": "",
        "why": "“Taken” has the address “taken” then.",
        "what_to_do": "Change the slug of one of the two, and take in the new version.",
    }


def test_a_check_that_finds_nothing_is_ok(at: datetime) -> None:
    release = story.draft(story.page(), story.term("Grooming"), at=at)

    check = preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at)

    assert check.ok
    assert [one.stops for one in preflight.find(release, moment=at)] == [False, False, False]


def test_the_owner_is_told_what_would_fail_unless_somebody_looks(
    at: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    page, hidden = story.page("Taxis"), story.page("Hidden")
    child = story.page("Drivers", parent=hidden)
    release = story.draft(page, child, at=at)
    Release.objects.update(goes_live_at=at + DAY, title="Taxi & bus")
    release.refresh_from_db()
    told = []

    def listen(**arguments: Any) -> None:
        told.append(arguments["check"].trigger)

    release_checked.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            for trigger in (CheckTrigger.ASKED, CheckTrigger.DAY_BEFORE):
                preflight.check_release(release, trigger=trigger, at=at)
    finally:
        release_checked.disconnect(listen)
    send_effects(at)

    assert told == ["asked", "day_before"]
    (message,) = mail.outbox
    assert message.to == [release.owner.email]
    assert message.subject == "Action needed: the release “Taxi & bus” would not go live"
    assert "Drivers\n- “Hidden”, the page above it, is not public then." in message.body
    assert "Taxis\n" not in message.body
    assert "none of it would be published" in message.body


def send_effects(at: datetime) -> None:
    run_effects(at + DAY)


# --- The release as a whole ----------------------------------------------------------------------


def test_an_empty_release_would_not_go_live(at: datetime) -> None:
    assert found(story.draft(at=at), at) == {"": ["empty"]}


def test_an_end_before_the_start_and_an_approver_without_account(at: datetime) -> None:
    release = story.approved(story.page(), at=at)
    release.approved_by.is_active = False
    release.approved_by.save()
    Release.objects.update(ends_at=at + HOUR)
    release = Release.objects.get(pk=release.pk)

    assert found(release, at + 2 * HOUR)[""] == ["ends_before_it_goes_live", "approver_has_left"]


# --- One item ------------------------------------------------------------------------------------


def test_a_broken_pin_is_said_once(at: datetime) -> None:
    release = story.draft(story.page("Gone"), story.page("Changed"), story.page("Good"), at=at)
    release.items.filter(title="Gone").update(revision=None)
    release.items.filter(title="Changed").update(content_hash="0" * 64)

    assert found(release, at) == {"Gone": ["pin_broken"], "Changed": ["pin_broken"]}
    assert why(release, at) == [
        "The pinned version does not exist any more. Pin another.",
        "The pinned version was changed after it was pinned.",
    ]


def test_a_newer_version_is_mentioned(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.draft(page, at=at)
    story.edit(page, title="Taxis at night")

    assert found(release, at) == {"Taxis": ["newer_version"]}
    assert preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at).ok


def test_a_deleted_thing_is_said(at: datetime) -> None:
    release = story.draft(story.page("Taxis"), at=at)
    release.items.update(object_id="999999")

    assert found(release, at) == {"Taxis": ["deleted"]}


def test_what_a_rule_finds_is_part_of_it(at: datetime) -> None:
    page = story.page("Taxis")
    seen = []

    def rule(instance: Any, situation: Situation) -> Iterator[Finding]:
        seen.append((instance.title, situation))
        yield Finding(
            rule="tests.words", severity=Severity.MAJOR, why="A word.", what_to_do="Another."
        )

    withdrawn = story.page("Old", live=True)
    release = story.draft(page, at=at, withdraw=[withdrawn])
    story.edit(page, title="Not this version")
    keys = {item.title: item.key for item in release.items.all()}
    register_rule("tests.words", rule)
    try:
        result = found(release, at + DAY)
    finally:
        unregister_rule("tests.words")

    assert result["Taxis"] == ["newer_version", "words"]
    assert seen[-1] == (
        "Taxis",
        Situation(
            at=at + DAY,
            becomes_public=frozenset({keys["Taxis"]}),
            comes_down=frozenset({keys["Old"]}),
        ),
    )


def test_a_link_to_what_goes_live_with_it_is_fine_and_to_what_comes_down_is_not(
    at: datetime,
) -> None:
    together, down = story.page("Together"), story.page("Down", live=True)
    links = "".join(f'<a linktype="page" id="{page.pk}">x</a>' for page in (together, down))
    page = story.page("Start", body=[{"type": "text", "value": f"<p>{links}</p>"}])
    release = story.draft(page, together, at=at, withdraw=[down])

    assert found(release, at) == {"Start": ["links_to_what_is_not_public"]}
    assert why(release, at) == ["“Down” is withdrawn at the same moment."]


def test_schedules_of_its_own_clash(at: datetime) -> None:
    page = story.page("Taxis")
    release = story.draft(page, at=at)
    with maintenance(reason="as before the gate was there"):
        Revision.objects.for_instance(page).update(approved_go_live_at=at + 2 * DAY)

    assert found(release, at + DAY) == {"Taxis": ["own_schedule"]}


def test_an_end_of_its_own_is_before_the_start_or_the_end_of_the_release(at: datetime) -> None:
    page = story.page("Taxis")
    story.edit(page, expire_at=at + 2 * DAY)
    release = story.draft(page, at=at)

    assert found(release, at + DAY) == {}
    Release.objects.update(ends_at=at + 3 * DAY)
    release.refresh_from_db()
    assert found(release, at + DAY) == {"Taxis": ["expires_early"]}
    Release.objects.update(ends_at=None)
    release.refresh_from_db()
    assert found(release, at + 2 * DAY)["Taxis"][0] == "expires_before"


def test_a_page_below_what_is_not_public_then_would_be_lost(at: datetime) -> None:
    parent = story.page("Parent")
    release = story.draft(story.page("Child", parent=parent), at=at)

    assert found(release, at) == {"Child": ["parent_not_public"]}
    membership.add_item(release, parent, user=release.owner, at=at)
    assert found(release, at) == {}


def test_a_slug_is_taken_by_what_will_be_public(at: datetime) -> None:
    page, beside = story.page("Taxis"), story.page("Beside", live=True)
    story.edit(page, slug="night")
    release = story.draft(page, at=at)
    assert found(release, at + DAY) == {}

    ScheduledPage.schedule(beside, go_live_at=at + HOUR)
    scheduled = Revision.objects.for_instance(beside).get(approved_go_live_at__isnull=False)
    with maintenance(reason="test"):
        scheduled.content["slug"] = "night"
        scheduled.save()

    assert found(release, at + DAY) == {"Taxis": ["slug_taken"]}
    assert found(release, at + HOUR / 2) == {}


def test_two_items_of_one_release_with_one_address_are_found_by_the_rehearsal(
    at: datetime,
) -> None:
    one, two = story.page("One"), story.page("Two")
    story.edit(one, slug="same")
    story.edit(two, slug="same")
    release = story.draft(one, two, at=at)

    assert found(release, at) == {"Two": ["rehearsal_failed"]}
    assert "already in use" in why(release, at)[0]


def test_the_approver_has_to_hold_the_right_to_publish_still(at: datetime) -> None:
    release = story.approved(story.page("Taxis"), at=at, withdraw=[story.page("Old", live=True)])
    release.approved_by.is_superuser = False
    release.approved_by.save()

    assert found(Release.objects.get(pk=release.pk), at) == {
        "Taxis": ["approver_may_not_publish"],
        "Old": ["approver_may_not_publish"],
    }


def test_pages_below_what_comes_down_would_stay(at: datetime) -> None:
    parent = story.page("Parent", live=True)
    child = story.page("Child", parent=parent, live=True)
    story.page("Draft", parent=parent)
    release = story.draft(at=at, withdraw=[parent])

    assert found(release, at) == {"Parent": ["pages_below_stay"]}
    assert "“Child” first of them" in why(release, at)[0]
    membership.add_item(release, child, user=release.owner, at=at, action=ItemAction.WITHDRAW)
    assert found(release, at) == {}


def test_what_still_links_to_what_comes_down_is_mentioned(at: datetime) -> None:
    down = story.page("Down", live=True)
    link = f'<p><a linktype="page" id="{down.pk}">x</a></p>'
    start = story.page("Start", body=[{"type": "text", "value": link}], live=True)
    release = story.draft(at=at, withdraw=[down])

    assert found(release, at) == {"Down": ["still_linked"]}
    membership.add_item(release, start, user=release.owner, at=at)
    assert found(release, at)["Start"] == ["links_to_what_is_not_public"]
    assert "Down" not in found(release, at)


def test_a_live_release_that_ends_later_is_mentioned(at: datetime) -> None:
    page = story.page("Taxis")
    live = story.live(page, at=at)
    Release.objects.filter(pk=live.pk).update(ends_at=at + 2 * DAY)
    release = story.draft(page, at=at)

    assert found(release, at + DAY) == {"Taxis": ["in_a_live_release"]}
    assert found(release, at + 3 * DAY) == {}


# --- The rehearsal -------------------------------------------------------------------------------


def everything() -> list[Any]:
    """What a rehearsal might leave behind."""
    return [
        list(model._base_manager.order_by("pk").values())
        for model in (Page, Revision, PageLogEntry, ModelLogEntry, Effect, LedgerEntry)
    ]


def test_a_rehearsal_leaves_nothing_behind(at: datetime) -> None:
    page, term = story.page("New"), story.term("Grooming")
    alias_of = story.page("Original", live=True)
    alias_of.create_alias(update_slug="alias")
    story.edit(alias_of, title="Changed")
    release = story.draft(page, term, alias_of, at=at, withdraw=[story.page("Old", live=True)])
    before, leaked = everything(), []

    def leak(**_arguments: Any) -> None:
        leaked.append("sent")

    signals = (page_published, page_unpublished, published, unpublished)
    for signal in signals:
        signal.connect(leak)
    try:
        with TestCase.captureOnCommitCallbacks(execute=True) as callbacks:
            result = rehearse(release, moment=at + DAY)
    finally:
        for signal in signals:
            signal.disconnect(leak)

    assert (result.errors, leaked, callbacks, mail.outbox) == ({}, [], [], [])
    assert everything() == before
    assert not is_rehearsing()


def test_a_rehearsal_really_publishes_and_finds_every_error_at_once(at: datetime) -> None:
    pages = [story.page(title) for title in ("One", "Two", "Three")]
    release = story.draft(*pages, at=at)
    seen = []

    def watch(transition: Any, **_arguments: Any) -> None:
        assert is_rehearsing()
        row = Page.objects.get(pk=transition.instance.pk)
        seen.append((row.title, row.live, transition.at, transition.acting.cause))
        if row.title != "Two":
            raise OSError("No space left on device")

    transition_made.connect(watch)
    try:
        result = rehearse(release, moment=at + DAY)
    finally:
        transition_made.disconnect(watch)

    assert seen == [(title, True, at + DAY, Cause.RELEASE) for title in ("One", "Two", "Three")]
    titles = {item.pk: item.title for item in release.items.all()}
    assert {titles[pk]: explain(error) for pk, error in result.errors.items()} == {
        "One": "OSError: No space left on device",
        "Three": "OSError: No space left on device",
    }
    assert not Page.objects.filter(title__in=titles.values(), live=True).exists()


def test_an_error_of_the_database_does_not_end_the_rehearsal(at: datetime) -> None:
    pages = [story.page("One"), story.page("Two")]
    release = story.draft(*pages, at=at)

    def break_it(transition: Any, **_arguments: Any) -> None:
        if transition.instance.title == "One":
            connection.cursor().execute("SELECT * FROM a_table_that_is_not_there")

    transition_made.connect(break_it)
    try:
        result = rehearse(release, moment=at)
    finally:
        transition_made.disconnect(break_it)

    assert [type(error).__name__ for error in result.errors.values()] in (
        ["OperationalError"],
        ["ProgrammingError"],
    )


def test_what_the_gate_says_is_said_once(at: datetime) -> None:
    def rule(instance: Any, _situation: Situation) -> Iterator[Finding]:
        if instance.title == "Taxis":
            yield Finding(
                rule="tests.never", severity=Severity.CRITICAL, why="Never.", what_to_do="Stop."
            )

    release = story.draft(story.page("Taxis"), at=at)
    register_rule("tests.never", rule)
    try:
        result = found(release, at)
    finally:
        unregister_rule("tests.never")

    assert result == {"Taxis": ["never"]}


def test_announcements_are_sent_again_after_a_rehearsal(at: datetime) -> None:
    told = []

    def listen(instance: Any, **_arguments: Any) -> None:
        told.append(instance.title)

    release = story.draft(story.page("Rehearsed"), at=at)
    page_published.connect(listen)
    try:
        rehearse(release, moment=at)
        story.page("Published", live=True)
    finally:
        page_published.disconnect(listen)

    assert told == ["Published"]


def test_a_record_comes_down_without_a_word_about_pages(at: datetime) -> None:
    release = story.draft(at=at, withdraw=[story.term("Grooming", live=True)])

    assert found(release, at) == {}


def test_a_sibling_of_the_same_release_is_the_rehearsals_affair(at: datetime) -> None:
    first, second = story.page("First", slug="wanted"), story.page("Second")
    story.edit(first, slug="free")
    second.slug = "wanted"
    second.save_revision(clean=False)
    release = story.draft(first, second, at=at)

    assert found(release, at) == {}


def test_rehearsals_are_kept_quiet_once(at: datetime) -> None:
    before = page_published.send
    rehearsal.install()
    assert page_published.send is before
