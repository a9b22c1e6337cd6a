"""Languages as members of a release: wait, go when ready, go with a notice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from wagtail.models import Locale, Page, Task, Workflow, WorkflowTask
from wagtail_localize.models import StringTranslation, Translation, TranslationSource
from wagtail_localize.operations import translate_object

from campaign.assurance.rules import key_of
from campaign.releases import membership, owed, preflight, releasing
from campaign.releases.enums import CheckTrigger, LanguagePolicy
from campaign.releases.exceptions import GateRefusedError, NotApprovableError
from campaign.releases.gateposts import maintenance
from campaign.releases.inverse import put_back
from campaign.releases.models import OwedTranslation, Release, ReleaseItem
from tests.factories.pages import add_locale
from tests.factories.releases import ReleaseStory, UserFactory
from translations.progress import (
    Progress,
    live_translations,
    offer_draft_of_source,
    readiness,
    save_translated,
)

pytestmark = pytest.mark.django_db
story = ReleaseStory
HOUR = timedelta(hours=1)


@pytest.fixture
def urdu() -> Locale:
    return add_locale("ur")


def submitted(page: Any, locale: Locale) -> Any:
    """A translation of a page that wagtail-localize manages, without any text translated."""
    home = page.get_parent().specific
    if not home.has_translation(locale):
        copy = home.copy_for_translation(locale)
        with maintenance(reason="test"):
            copy.live = True
            copy.save()
    translate_object(page, [locale])
    return page.get_translation(locale).specific


def manager_of(translation: Any) -> Translation:
    return Translation.objects.get(
        source__object_id=translation.translation_key, target_locale=translation.locale
    )


def translate(translation: Any, *, leave: int = 0, save: bool = True) -> None:
    """Translate every text but the last `leave`, and save a draft as a translator does."""
    managed = manager_of(translation)
    segments = list(managed.source.stringsegment_set.order_by("order", "pk"))
    for segment in segments[: len(segments) - leave]:
        StringTranslation.objects.update_or_create(
            translation_of=segment.string,
            locale=managed.target_locale,
            context=segment.context,
            defaults={"data": f"{segment.string.data} (ur)", "has_error": False},
        )
    if save:
        managed.save_target(publish=False)


def fresh(page: Any) -> Any:
    return Page.objects.get(pk=page.pk).specific


def with_language(*pages: Any, locale: Locale, policy: LanguagePolicy, at: datetime) -> Release:
    release = story.draft(*pages, at=at)
    membership.set_language(release, locale, policy=policy, user=release.owner, at=at)
    release.refresh_from_db()
    return release


def go(release: Release, at: datetime) -> Release:
    """Bring the translations up to date, approve, publish."""
    membership.refresh_translations(release, user=release.owner, at=at)
    release.refresh_from_db()
    release = ReleaseStory.approve(release, at=at)
    return releasing.publish_now(release, user=release.owner, at=at)


def findings(release: Release, at: datetime) -> list[tuple[str, str, str]]:
    return [
        (one.item.title if one.item else "", finding.rule.partition(".")[2], finding.why)
        for one in preflight.find(release, moment=at)
        for finding in one.findings
    ]


# --- Wait ----------------------------------------------------------------------------------------


def test_nothing_goes_live_while_a_translation_is_waited_for(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)

    assert findings(release, at) == [
        ("Taxis", "translation_not_ready", "There is no translation into Urdu.")
    ]
    translation = submitted(page, urdu)
    translate(translation, leave=1)
    (found,) = [one for one in findings(release, at) if one[1] == "translation_not_ready"]
    assert "misses 1 of" in found[2]
    with pytest.raises(NotApprovableError, match="found what stops it"):
        go(release, at)
    assert not fresh(page).live


def test_a_complete_translation_goes_live_with_its_source(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    translate(translation)

    release = go(release, at)

    items = {item.title: item.translation_of for item in release.items.all()}
    assert items == {"Taxis": None, "Taxis (ur)": release.items.get(title="Taxis")}
    assert (fresh(page).live, fresh(translation).live) == (True, True)
    assert fresh(translation).title == "Taxis (ur)"
    assert not OwedTranslation.objects.exists()


def test_a_version_is_made_of_what_translators_have_finished(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    # wagtail-localize keeps the texts apart from the page until somebody publishes it.
    translate(translation, save=False)
    assert readiness(page, urdu).progress is Progress.UNSAVED
    assert "but its page was not saved since." in findings(release, at)[0][2]

    assert preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at).ok

    assert readiness(page, urdu).progress is Progress.READY
    assert release.items.get(title="Taxis (ur)").revision == fresh(translation).latest_revision
    assert not save_translated(fresh(translation))
    assert not save_translated(page)
    assert not save_translated(UserFactory.build())


def test_a_translation_in_review_is_waited_for(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    translate(translation)
    task = Task.objects.create(name="Read it")
    workflow = Workflow.objects.create(name="Review")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    workflow.start(fresh(translation), UserFactory())

    assert readiness(page, urdu).progress is Progress.UNREVIEWED
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    assert findings(release, at)[0] == (
        "Taxis",
        "translation_not_ready",
        "The translation into Urdu waits for a review.",
    )


def test_an_alias_in_the_language_is_no_translation(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    home = page.get_parent().copy_for_translation(urdu)
    page.copy_for_translation(urdu, alias=True)

    assert home.locale == urdu
    assert readiness(page, urdu).progress is Progress.MISSING


def test_a_translation_by_hand_is_ready_as_it_is(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    page.get_parent().copy_for_translation(urdu)
    translation = page.copy_for_translation(urdu)
    translation.save_revision()

    found = readiness(page, urdu)

    assert (found.progress, found.translation, found.total) == (
        Progress.READY,
        translation,
        0,
    )


def test_the_source_itself_and_what_has_no_language_wait_for_nobody(at: datetime) -> None:
    page = story.page("Taxis")
    english = page.locale

    release = with_language(page, locale=english, policy=LanguagePolicy.WAIT, at=at)

    assert findings(release, at) == []
    assert go(release, at).state == "live"


# --- The text to translate -----------------------------------------------------------------------


def test_translators_are_given_the_pinned_version_before_it_is_public(
    at: datetime, urdu: Locale
) -> None:
    page = story.page("Taxis", live=True)
    translation = submitted(page, urdu)
    translate(translation)
    story.edit(page, title="Taxis at night")

    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    assert TranslationSource.objects.get(object_id=page.translation_key).object_repr == (
        "Taxis at night"
    )
    assert readiness(release.items.first().revision.as_object(), urdu).progress is (
        Progress.INCOMPLETE
    )
    translate(translation)
    go(release, at)

    assert (fresh(page).title, fresh(translation).title) == (
        "Taxis at night",
        "Taxis at night (ur)",
    )
    assert (fresh(page).live, fresh(translation).live) == (True, True)


def test_a_version_of_a_public_translation_is_not_public_before_the_release(
    at: datetime, urdu: Locale
) -> None:
    page = story.page("Taxis", live=True)
    translation = submitted(page, urdu)
    translate(translation)
    fresh(translation).get_latest_revision().publish()
    story.edit(page, title="Taxis at night")
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)

    translate(translation, save=False)
    membership.refresh_translations(release, user=release.owner, at=at)
    assert (fresh(translation).live, fresh(translation).title) == (True, "Taxis (ur)")

    go(release, at)
    assert (fresh(page).title, fresh(translation).title) == (
        "Taxis at night",
        "Taxis at night (ur)",
    )


@pytest.mark.parametrize("undo", ["remove_item", "cancel"])
def test_translators_go_back_to_the_public_text_when_it_is_given_up(
    at: datetime, urdu: Locale, undo: str
) -> None:
    page = story.page("Taxis", live=True)
    translate(submitted(page, urdu))
    story.edit(page, title="Taxis at night")
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    assert readiness(page, urdu).progress is Progress.READY

    if undo == "cancel":
        membership.cancel_release(release, user=release.owner)
    else:
        membership.remove_item(release.items.get(translation_of=None), user=release.owner)

    assert TranslationSource.objects.get(object_id=page.translation_key).object_repr == "Taxis"


def test_another_language_does_not_tell_what_the_source_does_not_say_yet(
    at: datetime, urdu: Locale
) -> None:
    polish = add_locale("pl")
    page = story.page("Taxis", live=True)
    translation = submitted(page, polish)
    translate(translation)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at)

    with pytest.raises(GateRefusedError, match="This translates “Taxis” as it will be with"):
        fresh(translation).get_latest_revision().publish()

    go(release, at)
    fresh(translation).get_latest_revision().publish()
    assert fresh(translation).live


def test_without_languages_a_translation_is_its_own(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis", live=True)
    translation = submitted(page, urdu)
    translate(translation)
    story.draft(page, at=at)

    fresh(translation).get_latest_revision().publish()
    assert fresh(translation).live


# --- Go when ready -------------------------------------------------------------------------------


def test_what_is_not_ready_follows_by_itself(
    at: datetime, urdu: Locale, django_capture_on_commit_callbacks: Any
) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at)
    assert {one[1] for one in findings(release, at)} == {"translation_follows"}

    release = go(release, at)
    assert (fresh(page).live, fresh(translation).live) == (True, False)
    (debt,) = OwedTranslation.objects.unsettled()
    assert (debt.release, debt.item.title, debt.locale) == (release, "Taxis", urdu)

    with django_capture_on_commit_callbacks(execute=True):
        translate(translation, leave=1)
    assert not fresh(translation).live
    with django_capture_on_commit_callbacks(execute=True):
        translate(translation)

    assert fresh(translation).live
    assert fresh(translation).title == "Taxis (ur)"
    assert not OwedTranslation.objects.unsettled().exists()


def test_texts_that_were_never_saved_as_a_page_follow_with_the_next_look(
    at: datetime, urdu: Locale, django_assert_num_queries: Any
) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at)
    with django_assert_num_queries(1):
        assert owed.settle_owed(at=at) == []
    go(release, at)
    with django_assert_num_queries(2):
        assert owed.settle_owed(at=timezone.now()) == []

    translate(translation, leave=1, save=False)
    assert owed.settle_owed(at=timezone.now()) == []
    translate(translation, save=False)
    assert owed.settle_owed(at=timezone.now()) == [translation]

    assert (fresh(translation).live, fresh(translation).title) == (True, "Taxis (ur)")


def test_a_record_is_translated_and_goes_along_as_a_page_does(at: datetime, urdu: Locale) -> None:
    term = story.term("Grooming")
    translate_object(term, [urdu])
    release = with_language(term, locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    translation = term.get_translation(urdu)
    translate(translation, save=False)

    go(release, at)

    translation.refresh_from_db()
    assert (translation.live, translation.term) == (True, "Grooming (ur)")


def test_what_was_deleted_meanwhile_has_no_languages(at: datetime, urdu: Locale) -> None:
    gone, page = story.page("Gone"), story.page("Taxis")
    translate(submitted(page, urdu))
    release = with_language(gone, page, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at)
    release.items.filter(title="Gone").update(object_id="999999")

    membership.refresh_translations(release, user=release.owner, at=at)
    assert membership.staying_behind(release) == []
    owed.note_owed(release, at=at)
    assert not OwedTranslation.objects.exists()
    assert live_translations(UserFactory.build()) == []
    assert not offer_draft_of_source(UserFactory.build())


def test_a_translation_that_is_an_item_of_its_own_keeps_its_pin(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    translate(translation)
    release = story.draft(page, fresh(translation), at=at)
    pinned = release.items.get(title="Taxis (ur)").revision
    story.edit(fresh(translation), title="By hand")
    polish = add_locale("pl")
    for locale in (urdu, polish, page.locale):
        membership.set_language(
            release, locale, policy=LanguagePolicy.GO_WITH_NOTICE, user=release.owner, at=at
        )

    assert release.items.get(title="Taxis (ur)").revision == pinned
    membership.remove_language(release, polish, user=release.owner)
    assert release.items.count() == 2
    go(release, at)
    assert not OwedTranslation.objects.exists()


def test_what_fails_stays_owed_and_does_not_stop_the_others(
    at: datetime, urdu: Locale, saves_fail: Any
) -> None:
    pages = [story.page("One"), story.page("Two")]
    translations = [submitted(page, urdu) for page in pages]
    go(with_language(*pages, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at), at)
    for translation in translations:
        translate(translation, save=False)

    with saves_fail(translations[0]):
        assert owed.settle_owed(at=timezone.now()) == [translations[1]]
    assert OwedTranslation.objects.unsettled().count() == 1
    assert owed.settle_owed(at=timezone.now(), instance=translations[0]) == [translations[0]]


def test_what_is_ready_at_the_moment_goes_along_although_it_was_not_when_approved(
    at: datetime, urdu: Locale
) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at)
    release = ReleaseStory.approve(release, at=at)
    translate(translation)

    releasing.publish_now(release, user=release.owner, at=at)

    assert (fresh(page).live, fresh(translation).live) == (True, True)
    assert not OwedTranslation.objects.exists()


def test_what_is_no_longer_ready_at_the_moment_stays_behind(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    translate(translation)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at)
    assert release.items.count() == 2
    release = ReleaseStory.approve(release, at=at)
    StringTranslation.objects.filter(data__startswith="Taxis").delete()

    release = releasing.publish_now(release, user=release.owner, at=at)

    assert (fresh(page).live, fresh(translation).live) == (True, False)
    assert [item.title for item in release.items.all()] == ["Taxis"]
    assert OwedTranslation.objects.unsettled().count() == 1


def test_a_draft_release_drops_what_is_not_ready_any_more(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translate(submitted(page, urdu))
    release = with_language(page, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at)
    assert release.items.count() == 2

    StringTranslation.objects.all().delete()
    membership.refresh_translations(release, user=release.owner, at=at)
    assert release.items.count() == 1


def test_a_translation_that_cannot_follow_stays_owed(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    go(with_language(page, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at), at)
    translate(translation)

    def follow() -> list[Any]:
        return owed.settle_owed(at=at, instance=translation)

    other = story.draft(fresh(translation), at=at)
    assert follow() == []
    membership.cancel_release(other, user=other.owner)
    fresh(page).unpublish()
    assert follow() == []
    fresh(page).get_latest_revision().publish()
    assert follow() == [translation]
    assert follow() == []


def test_what_has_no_translation_or_no_source_any_more_stays_owed(
    at: datetime, urdu: Locale
) -> None:
    pages = [story.page("One"), story.page("Two")]
    go(with_language(*pages, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at), at)
    translation = submitted(fresh(pages[0]), urdu)
    translate(translation, save=False)
    Page.objects.get(pk=pages[0].pk).specific_class.objects.filter(pk=pages[0].pk).update(
        translation_key=uuid4()
    )

    assert owed.settle_owed(at=timezone.now()) == []
    assert owed.settle_owed(at=timezone.now(), instance=translation) == []


def test_publishing_it_by_hand_settles_it_too(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    go(with_language(page, locale=urdu, policy=LanguagePolicy.GO_WHEN_READY, at=at), at)
    translate(translation)

    fresh(translation).get_latest_revision().publish()

    assert not OwedTranslation.objects.unsettled().exists()


# --- Go with a notice ----------------------------------------------------------------------------


def test_a_page_that_is_behind_says_so_until_it_is_not(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis", live=True)
    translation = submitted(page, urdu)
    translate(translation)
    fresh(translation).get_latest_revision().publish()
    story.edit(page, title="Taxis at night")
    release = with_language(page, locale=urdu, policy=LanguagePolicy.GO_WITH_NOTICE, at=at)
    assert owed.translation_notice(fresh(translation)) is None

    release = go(release, at)

    assert (fresh(page).title, fresh(translation).title) == ("Taxis at night", "Taxis (ur)")
    notice = owed.translation_notice(fresh(translation))
    assert notice == owed.TranslationNotice(release=release, since=at)
    assert owed.translation_notice(fresh(page)) is None
    assert owed.settle_owed(at=at) == []

    translate(translation)
    fresh(translation).get_latest_revision().publish()
    assert fresh(translation).title == "Taxis at night (ur)"
    assert owed.translation_notice(fresh(translation)) is None


def test_the_notice_costs_one_query_and_none_for_what_has_no_language(
    at: datetime, urdu: Locale, django_assert_num_queries: Any
) -> None:
    page = story.page("Taxis")
    with django_assert_num_queries(1):
        owed.translation_notice(page)
    with django_assert_num_queries(0):
        assert owed.translation_notice(UserFactory.build()) is None


def test_an_end_settles_what_is_owed(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    submitted(page, urdu)
    release = go(with_language(page, locale=urdu, policy=LanguagePolicy.GO_WITH_NOTICE, at=at), at)
    assert OwedTranslation.objects.unsettled().count() == 1

    releasing.end_release(release, user=release.owner, at=at + HOUR)

    assert not OwedTranslation.objects.unsettled().exists()


# --- Members -------------------------------------------------------------------------------------


def test_a_language_and_its_translations_are_removed_again(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translate(submitted(page, urdu))
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    assert release.items.count() == 2

    membership.remove_language(release, urdu, user=release.owner)
    membership.remove_language(release, urdu, user=release.owner)

    assert [item.title for item in release.items.all()] == ["Taxis"]
    assert not release.languages.exists()


def test_the_translations_of_other_languages_stay(at: datetime, urdu: Locale) -> None:
    page, polish = story.page("Taxis"), add_locale("pl")
    translate(submitted(page, urdu))
    in_polish = submitted(page, polish)
    translate(in_polish)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    membership.set_language(release, polish, policy=LanguagePolicy.WAIT, user=release.owner, at=at)
    assert release.items.count() == 3

    membership.remove_language(release, urdu, user=release.owner)

    assert {item.key for item in release.items.all()} == {key_of(page), key_of(in_polish)}


def test_setting_the_same_policy_again_changes_nothing(at: datetime, urdu: Locale) -> None:
    release = with_language(story.page(), locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    language = release.languages.get()

    again = membership.set_language(
        release, urdu, policy=LanguagePolicy.WAIT, user=release.owner, at=at
    )
    assert again == language
    changed = membership.set_language(
        release, urdu, policy=LanguagePolicy.GO_WITH_NOTICE, user=release.owner, at=at
    )
    assert (changed.pk, changed.policy) == (language.pk, "go_with_notice")


def test_an_approved_release_keeps_its_translations_as_they_were_approved(
    at: datetime, urdu: Locale
) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    translate(translation)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)
    release = ReleaseStory.approve(release, at=at)
    before = list(release.items.values_list("pk", "revision"))

    membership.refresh_translations(release, user=release.owner, at=at)

    assert list(release.items.values_list("pk", "revision")) == before


def test_a_translation_in_another_release_is_left_there(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    translate(translation)
    other = story.draft(fresh(translation), at=at)
    release = with_language(page, locale=urdu, policy=LanguagePolicy.WAIT, at=at)

    assert release.items.count() == 1
    assert ReleaseItem.objects.get(title="Taxis (ur)").release == other
    assert ("Taxis", "translation_elsewhere") in [one[:2] for one in findings(release, at)]


def test_a_translation_that_goes_live_before_its_source_is_a_clash(
    at: datetime, urdu: Locale
) -> None:
    page = story.page("Taxis")
    translation = submitted(page, urdu)
    translate(translation)
    other = story.draft(fresh(translation), at=at)
    Release.objects.filter(pk=other.pk).update(goes_live_at=at + HOUR)
    release = story.draft(page, at=at)

    assert [one[1] for one in findings(release, at + 2 * HOUR)] == ["translation_goes_first"]


def test_a_language_brings_translations_of_what_is_added_later(at: datetime, urdu: Locale) -> None:
    page = story.page("Taxis")
    translate(submitted(page, urdu))
    release = with_language(locale=urdu, policy=LanguagePolicy.WAIT, at=at)

    membership.add_item(release, page, user=release.owner, at=at)

    assert [item.title for item in release.items.all()] == ["Taxis", "Taxis (ur)"]


def test_what_is_withdrawn_takes_its_translations_along_and_brings_them_back(
    at: datetime, urdu: Locale
) -> None:
    page = story.page("Taxis", live=True)
    translation = submitted(page, urdu)
    translate(translation)
    fresh(translation).get_latest_revision().publish()
    release = story.live(at=at, withdraw=[page])
    assert (fresh(page).live, fresh(translation).live) == (False, False)

    put_back(release, user=UserFactory(editor_in_chief=True), at=at + HOUR, reason="")

    assert (fresh(page).live, fresh(translation).live) == (True, True)
    assert fresh(translation).title == "Taxis (ur)"
