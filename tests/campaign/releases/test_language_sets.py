"""A language set moves together: what happens to a source reaches its translations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.models import Locale, Page, PageLogEntry, Revision
from wagtail_localize.models import StringTranslation, Translation, TranslationSource
from wagtail_localize.operations import translate_object

from campaign.releases.attempts import run_due
from campaign.releases.enums import Cause
from campaign.releases.exceptions import GateRefusedError
from campaign.releases.gate import acting
from campaign.releases.gateposts import maintenance
from campaign.releases.language_sets import followers_of, scheduled_time
from tests.factories.content_blocks import GlossaryTermFactory
from tests.factories.releases import ScheduledPage, UserFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def urdu() -> Locale:
    return Locale.objects.create(language_code="ur")


@pytest.fixture
def polish() -> Locale:
    return Locale.objects.create(language_code="pl")


def a_page(*, live: bool = True, expire_at: datetime | None = None) -> Page:
    return ScheduledPage.make(live=live, expire_at=expire_at, parent=home())


def home() -> Page:
    return Page.objects.get(depth=2, locale__language_code="en")


def home_in(locale: Locale) -> Page:
    return home().get_translation_or_none(locale) or _copied_home(locale)


def _copied_home(locale: Locale) -> Page:
    copy = home().copy_for_translation(locale)
    with maintenance(reason="test"):
        copy.live = True
        copy.save()
    return Page.objects.get(pk=copy.pk)


def translated(page: Page, locale: Locale, *, live: bool = False) -> Page:
    """A translation written by hand, with one version."""
    home_in(locale)
    translation = page.copy_for_translation(locale)
    translation.title = f"{page.title} in {locale.language_code}"
    revision = translation.save_revision()
    if live:
        revision.publish()
    return fresh(translation)


def fresh(page: Page) -> Page:
    return Page.objects.get(pk=page.pk)


def schedule(page: Page, when: datetime | None) -> Revision:
    draft = fresh(page).get_latest_revision_as_object()
    draft.go_live_at = when
    revision: Revision = draft.save_revision()
    revision.publish()
    revision.refresh_from_db()
    return revision


# --- Who follows whom ---------------------------------------------------------------------------


def test_the_translations_follow_their_source_and_not_each_other(
    urdu: Locale, polish: Locale
) -> None:
    page = a_page()
    translations = {translated(page, urdu, live=True), translated(page, polish, live=True)}

    assert set(followers_of(page)) == translations
    for translation in translations:
        assert list(followers_of(translation)) == []


def test_a_record_has_followers_too(urdu: Locale) -> None:
    term = GlossaryTermFactory()
    copy = term.copy_for_translation(urdu)
    copy.save()

    assert list(followers_of(term)) == [copy]


# --- Going live ---------------------------------------------------------------------------------


def test_a_translation_is_refused_while_its_source_has_no_time(urdu: Locale) -> None:
    translation = translated(a_page(live=False), urdu)

    with pytest.raises(GateRefusedError) as refused:
        translation.get_latest_revision().publish()

    assert "is not public" in str(refused.value)
    assert not fresh(translation).live


def test_a_translation_published_before_its_scheduled_source_waits_for_it(urdu: Locale) -> None:
    page = a_page(live=False)
    translation = translated(page, urdu)
    when = timezone.now().replace(microsecond=0) + 5 * DAY
    schedule(page, when)

    translation.get_latest_revision().publish()

    assert not fresh(translation).live
    assert scheduled_time(translation) == when


def test_a_translation_scheduled_too_early_moves_to_the_time_of_its_source(urdu: Locale) -> None:
    page = a_page(live=False)
    translation = translated(page, urdu)
    when = timezone.now().replace(microsecond=0) + 5 * DAY
    schedule(page, when)

    schedule(translation, when - 2 * DAY)

    assert scheduled_time(translation) == when


def test_a_translation_may_be_scheduled_later_than_its_source(urdu: Locale) -> None:
    page = a_page(live=False)
    translation = translated(page, urdu)
    when = timezone.now().replace(microsecond=0) + 5 * DAY
    schedule(page, when)

    schedule(translation, when + 2 * DAY)

    assert scheduled_time(translation) == when + 2 * DAY


def test_source_and_translation_go_live_in_the_same_moment(urdu: Locale) -> None:
    at = timezone.now().replace(microsecond=0)
    page = a_page(live=False)
    translation = translated(page, urdu)
    schedule(page, at + DAY)
    schedule(translation, at + DAY)

    run_due_at(at + DAY)

    assert fresh(page).live
    assert fresh(translation).live


def run_due_at(at: datetime) -> None:
    """Run what is due at a moment ahead, as if it were now."""
    import time_machine  # noqa: PLC0415

    with time_machine.travel(at, tick=False):
        run_due(at=at)


def test_a_release_decides_for_itself(urdu: Locale) -> None:
    translation = translated(a_page(live=False), urdu)

    with acting(cause=Cause.RELEASE):
        translation.get_latest_revision().publish()

    assert fresh(translation).live


# --- Moving the time ------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [60, 2])
def test_what_is_scheduled_with_its_source_moves_with_it(urdu: Locale, days: int) -> None:
    page = a_page(live=False)
    translation = translated(page, urdu)
    when = timezone.now().replace(microsecond=0) + 5 * DAY
    schedule(page, when)
    schedule(translation, when)
    moved = timezone.now().replace(microsecond=0) + days * DAY

    schedule(page, moved)

    assert scheduled_time(translation) == moved
    revision = Revision.objects.for_instance(translation).get(approved_go_live_at__isnull=False)
    assert revision.content["go_live_at"] == moved.isoformat()


def test_a_later_time_of_its_own_stays_unless_the_source_comes_even_later(urdu: Locale) -> None:
    page = a_page(live=False)
    translation = translated(page, urdu)
    when = timezone.now().replace(microsecond=0) + 5 * DAY
    schedule(page, when)
    schedule(translation, when + 9 * DAY)

    schedule(page, when + DAY)
    assert scheduled_time(translation) == when + 9 * DAY

    schedule(page, when + 20 * DAY)
    assert scheduled_time(translation) == when + 20 * DAY


def test_an_own_time_of_a_translation_of_a_live_page_stays(urdu: Locale) -> None:
    page = a_page()
    translation = translated(page, urdu, live=True)
    when = timezone.now().replace(microsecond=0) + 5 * DAY
    schedule(translation, when)

    schedule(page, when + DAY)

    assert scheduled_time(translation) == when


def test_a_cancelled_schedule_cancels_what_was_scheduled_with_it(
    urdu: Locale, polish: Locale
) -> None:
    page = a_page(live=False)
    with_it, later = translated(page, urdu), translated(page, polish)
    when = timezone.now().replace(microsecond=0) + 5 * DAY
    revision = schedule(page, when)
    schedule(with_it, when)
    schedule(later, when + DAY)

    revision.approved_go_live_at = None
    revision.save(update_fields=["approved_go_live_at"])

    assert scheduled_time(with_it) is None
    assert scheduled_time(later) == when + DAY


# --- Coming down ----------------------------------------------------------------------------------


def test_what_takes_the_source_down_takes_its_translations_down(
    urdu: Locale, polish: Locale
) -> None:
    page = a_page()
    live, scheduled = translated(page, urdu, live=True), translated(page, polish)
    schedule(scheduled, timezone.now() + DAY)

    page.unpublish()

    assert not fresh(live).live
    assert scheduled_time(scheduled) is None
    assert PageLogEntry.objects.filter(page=live.pk, action="wagtail.unpublish").count() == 1


def test_a_translation_comes_down_although_it_is_locked_or_somebody_elses(urdu: Locale) -> None:
    page = a_page()
    translation = translated(page, urdu, live=True)
    schedule(translation, timezone.now() + DAY)
    moderator = UserFactory(editor_in_chief=True)

    page.unpublish(user=moderator)

    assert not fresh(translation).live


def test_a_record_comes_down_with_its_source(urdu: Locale) -> None:
    term = GlossaryTermFactory(live=True)
    copy = term.copy_for_translation(urdu)
    copy.save()

    term.unpublish()

    copy.refresh_from_db()
    assert not copy.live


def test_the_end_of_the_source_is_the_end_of_its_translations(urdu: Locale) -> None:
    at = timezone.now().replace(microsecond=0)
    page = a_page(expire_at=at - timedelta(seconds=1))
    translation = translated(page, urdu, live=True)
    later = schedule(translation, at + 3 * DAY)

    run_due(at=at)

    assert [fresh(page).live, fresh(translation).live] == [False, False]
    assert [fresh(page).expired, fresh(translation).expired] == [True, True]
    assert scheduled_time(translation) == later.approved_go_live_at


def test_a_later_schedule_outlives_the_end_of_a_source_that_has_an_end_alone(urdu: Locale) -> None:
    at = timezone.now().replace(microsecond=0)
    page = a_page(expire_at=at - timedelta(seconds=1))
    translation = translated(page, urdu, live=True)
    later = schedule(translation, at + 3 * DAY)
    with maintenance(reason="A row from before ends were passed on."):
        Page.objects.filter(pk=translation.pk).update(expire_at=None)

    run_due(at=at)

    assert not fresh(translation).live
    assert scheduled_time(translation) == later.approved_go_live_at


def test_a_later_schedule_of_what_is_not_live_outlives_the_end_of_its_source(urdu: Locale) -> None:
    at = timezone.now().replace(microsecond=0)
    page = a_page(expire_at=at - timedelta(seconds=1))
    translation = translated(page, urdu)
    later = schedule(translation, at + 3 * DAY)

    run_due(at=at)

    assert scheduled_time(translation) == later.approved_go_live_at


def test_deleting_the_source_takes_its_translations_down(urdu: Locale) -> None:
    page = a_page()
    translation = translated(page, urdu, live=True)

    page.delete()

    assert not fresh(translation).live


def test_a_postponed_end_reaches_the_translations(urdu: Locale) -> None:
    soon, late = timezone.now() + DAY, timezone.now().replace(microsecond=0) + 30 * DAY
    page = a_page(expire_at=soon)
    translation = translated(page, urdu, live=True)
    assert fresh(translation).expire_at == fresh(page).expire_at

    page = fresh(page)
    page.expire_at = late
    page.save_revision().publish()

    assert fresh(translation).expire_at == late


def test_a_translation_does_not_inherit_an_end_that_has_passed(urdu: Locale) -> None:
    page = a_page(expire_at=timezone.now() - timedelta(seconds=1))
    translation = translated(page, urdu)
    revision = translation.get_latest_revision()
    revision.content["expire_at"] = None
    revision.save(update_fields=["content"])

    revision.publish()

    assert (fresh(translation).live, fresh(translation).expire_at) == (True, None)


# --- Addresses ------------------------------------------------------------------------------------


def test_a_new_address_of_the_source_becomes_that_of_its_translations(
    urdu: Locale, polish: Locale
) -> None:
    page = a_page()
    same, own = translated(page, urdu, live=True), translated(page, polish, live=True)
    own.slug = "osobny"
    own.save()
    same.save_revision()
    page = fresh(page)
    slug = f"new-{uuid4()}"
    page.slug = slug

    page.save_revision().publish()

    assert [fresh(same).slug, fresh(own).slug] == [slug, "osobny"]
    assert fresh(same).get_latest_revision().content["slug"] == slug


def test_a_new_address_that_another_translation_has_refuses_all_of_it(urdu: Locale) -> None:
    page, other = a_page(), a_page()
    translated(page, urdu, live=True)
    blocking = translated(other, urdu, live=True)
    blocking.slug = "taken"
    blocking.save()
    page = fresh(page)
    former = page.slug
    page.slug = "taken"
    revision = page.save_revision()

    with pytest.raises(ValidationError):
        revision.publish()

    assert fresh(page).slug == former


def test_an_edited_title_leaves_addresses_alone(urdu: Locale) -> None:
    page = a_page()
    translation = translated(page, urdu, live=True)
    page = fresh(page)
    page.title = "Another title"

    page.save_revision().publish()

    assert fresh(translation).slug == page.slug


# --- wagtail-localize -----------------------------------------------------------------------------


def submitted(page: Page, locale: Locale) -> tuple[Page, Translation]:
    home_in(locale)
    translate_object(page, [locale])
    return page.get_translation(locale), Translation.objects.get(target_locale=locale)


def translate_all(translation: Translation) -> None:
    for segment in translation.source.stringsegment_set.all():
        StringTranslation.objects.update_or_create(
            translation_of=segment.string,
            locale=translation.target_locale,
            context=segment.context,
            defaults={"data": f"{segment.string.data}-ur", "has_error": False},
        )


def test_an_incomplete_translation_is_refused_and_a_complete_one_is_not(
    urdu: Locale, django_capture_on_commit_callbacks: Any
) -> None:
    page = a_page()
    target, translation = submitted(page, urdu)

    # wagtail-localize publishes after its own commit.
    with (
        pytest.raises(GateRefusedError) as refused,
        django_capture_on_commit_callbacks(execute=True),
    ):
        translation.save_target(publish=True)
    assert "texts are not translated yet" in str(refused.value)
    assert not fresh(target).live

    with acting(cause=Cause.TAKEDOWN):
        # The undo of a takedown: it was public before.
        fresh(target).get_latest_revision().publish()
    assert fresh(target).live
    fresh(target).unpublish()

    translate_all(translation)
    with django_capture_on_commit_callbacks(execute=True):
        translation.save_target(publish=True)
    assert fresh(target).live


def test_when_the_source_is_published_its_translation_no_longer_reads_as_current(
    urdu: Locale,
) -> None:
    page = a_page()
    _target, translation = submitted(page, urdu)
    translate_all(translation)
    assert translation.get_status_display() == "Up to date"
    page = fresh(page)
    page.title = "Another title"

    page.save_revision().publish()

    assert TranslationSource.objects.get().object_repr == "Another title"
    assert translation.get_status_display() == "Waiting for translations"


# --- Another version's schedule -------------------------------------------------------------------


def test_publishing_one_version_does_not_lose_the_schedule_of_another(urdu: Locale) -> None:
    page = a_page()
    when = timezone.now() + DAY
    schedule(page, when)
    draft = fresh(page)
    draft.title = "Today's"

    with pytest.raises(GateRefusedError) as refused:
        draft.save_revision().publish()

    assert "would be lost" in str(refused.value)
    assert scheduled_time(page) is not None


def test_a_thing_that_has_no_language_is_left_alone() -> None:
    class Plain:
        pk = 1

    found: Any = Plain()
    from translations import sources  # noqa: PLC0415

    assert sources.source_of(found) is None
    assert sources.untranslated(found) is None
    assert sources.note_source_changed(found) is False


def test_withdrawing_the_source_by_hand_cancels_the_time_of_a_translation(urdu: Locale) -> None:
    page = a_page()
    translation = translated(page, urdu)
    revision = schedule(translation, timezone.now() + DAY)
    assert revision.approved_go_live_at is not None

    fresh(page).unpublish()

    revision.refresh_from_db()
    assert revision.approved_go_live_at is None
    assert not fresh(translation).live


def test_withdrawing_the_source_leaves_drafts_without_a_time_alone(urdu: Locale) -> None:
    page = a_page()
    draft = translated(page, urdu)

    page.unpublish()

    assert not fresh(draft).live
    assert fresh(draft).get_latest_revision() == draft.get_latest_revision()


def test_a_new_address_leaves_a_translation_alone_whose_draft_has_another(urdu: Locale) -> None:
    page = a_page()
    translation = translated(page, urdu, live=True)
    draft = fresh(translation)
    draft.slug = f"draft-{uuid4()}"
    own = draft.save_revision()
    page = fresh(page)
    page.slug = f"new-{uuid4()}"

    page.save_revision().publish()

    assert fresh(translation).slug == page.slug
    own.refresh_from_db()
    assert own.content["slug"] == draft.slug
