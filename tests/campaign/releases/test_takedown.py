"""Taking things off the site in one act, keeping them off, and putting them back as they were."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Locale, Page, Revision
from wagtail.rich_text import RichText
from wagtail_localize.models import TranslationSource

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.assurance.rules import key_of
from campaign.pages.models import GuidancePage, HomePage, SectionPage
from campaign.releases import takedown, takedown_answers
from campaign.releases.enums import Cause, TakedownAddressKind, TakedownScope, TakedownState
from campaign.releases.exceptions import (
    GateRefusedError,
    MissingReasonError,
    NothingToTakeDownError,
    PutBackFailedError,
    RedirectRefusedError,
    TakedownNotStandingError,
)
from campaign.releases.gate import PublicChange, register_gatekeeper, unregister_gatekeeper
from campaign.releases.gateposts import maintenance
from campaign.releases.models import Release, Takedown
from campaign.releases.signals import public_state_changed, takedown_undone, taken_down
from campaign.releases.takedown_reach import (
    PublicAddress,
    register_addresses,
    unregister_addresses,
)
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


def test_a_redirect_leads_readers_to_the_page_in_their_language(
    guidance: GuidancePage, home: HomePage, polish_home: HomePage, take: Any
) -> None:
    polish = translate(guidance, title="Hotele")
    better = public(make.GuidancePageFactory(parent=home, slug="better"))
    better_polish = translate(better, slug="lepiej")

    take(guidance, answer="redirect", redirect_page=better)

    english = Client().get(guidance.url)
    assert (english.status_code, english["Location"]) == (302, better.url)
    assert (english["Cache-Control"], english["X-Robots-Tag"]) == ("no-store", "noindex")
    assert Client().get(polish.url)["Location"] == better_polish.url
    better_polish.unpublish()
    assert Client().get(polish.url)["Location"] == better.url
    better.unpublish()
    assert (status(guidance.url), status(polish.url)) == (410, 410)


def test_a_redirect_may_lead_to_an_address_that_is_no_page(
    guidance: GuidancePage, take: Any
) -> None:
    take(guidance, answer="redirect", redirect_path="http://testserver/en/search/?x=1")

    assert Client().get(guidance.url)["Location"] == "/en/search/"


def test_it_comes_before_a_redirect_of_the_site(
    guidance: GuidancePage, home: HomePage, take: Any
) -> None:
    Redirect.add_redirect(guidance.url, home)
    take(guidance)

    assert status(guidance.url) == 410


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "Choose the page"),
        ("https://example.com/", "not led off this site"),
        ("//example.com/", "not led off this site"),
        ("/\\example.com/", "not led off this site"),
        ("javascript:alert(1)", "not led off this site"),
        ("en/help/", "begins with “/”"),
        ("/en/nothing/", "There is nothing public at “/en/nothing/”"),
        ("/admin/", "There is nothing public"),
        ("/admin/pages/", "There is nothing public"),
        ("/en/draft/", "“Draft” is not public"),
        ("/en/secret/", "“Secret” is not open to everybody"),
        ("/en/help/hotels/", "“Hotels” is being taken down too"),
        ("/en/help/hotels", "“Hotels” is being taken down too"),
        ("/old/", "“Hotels” is being taken down too"),
        ("/off/", "not led off this site"),
        ("/round/", "leads readers in a circle"),
        ("/en/down/", "has been taken down too"),
        ("/en/contacts/never/such/", "There is nothing public"),
        ("/nowhere.txt", "There is nothing public at “/nowhere.txt/”"),
    ],
)
def test_a_redirect_in_a_circle_off_the_site_or_to_nothing_is_refused(
    path: str, message: str, guidance: GuidancePage, home: HomePage, take: Any
) -> None:
    make.GuidancePageFactory(parent=home, slug="draft", title="Draft", live=False)
    secret = public(make.GuidancePageFactory(parent=home, slug="secret", title="Secret"))
    secret.view_restrictions.create(restriction_type="login")
    public(make.ContactDirectoryPageFactory(parent=home, slug="contacts"))
    Redirect.add_redirect("/old", guidance)
    Redirect.objects.create(old_path="/off", redirect_link="https://example.com/")
    Redirect.objects.create(old_path="/round", redirect_link="/square/")
    Redirect.objects.create(old_path="/square", redirect_link="/round/")
    take(public(make.GuidancePageFactory(parent=home, slug="down")))

    with pytest.raises(RedirectRefusedError, match=message):
        take(guidance, answer="redirect", redirect_path=path)

    assert is_live(guidance)


def test_a_redirect_to_a_page_that_is_down_or_hidden_is_refused(
    guidance: GuidancePage, home: HomePage, take: Any
) -> None:
    draft = make.GuidancePageFactory(parent=home, live=False)
    nowhere = Page.objects.get(depth=1).add_child(instance=Page(title="Nowhere", slug="nowhere"))
    for page, message in (
        (guidance, "being taken down too"),
        (draft, "is not public"),
        (nowhere, "has no address"),
    ):
        with pytest.raises(RedirectRefusedError, match=message):
            take(guidance, answer="redirect", redirect_page=page)


def test_a_redirect_may_follow_redirects_to_something_public(
    guidance: GuidancePage, home: HomePage, take: Any
) -> None:
    better = public(make.GuidancePageFactory(parent=home, slug="better"))
    public(make.ContactDirectoryPageFactory(parent=home, slug="contacts"))
    Redirect.add_redirect("/old", better)
    other = public(make.GuidancePageFactory(parent=home, slug="other"))
    take(other, answer="redirect", redirect_page=better)

    for path in ("/old/", "/en/contacts/now/", "/en/other/"):
        found = take(guidance, answer="redirect", redirect_path=path)
        assert status(guidance.url) == 302
        takedown.undo(found, user=None, at=found.taken_down_at)


def test_below_a_home_page_that_is_down_there_is_nothing(
    home: HomePage, guidance: GuidancePage, take: Any
) -> None:
    public(make.ContactDirectoryPageFactory(parent=home, slug="contacts"))
    takedown.check_redirect(page=None, path="/en/contacts/now/")
    take(home, with_descendants=True)

    with pytest.raises(RedirectRefusedError, match="taken down too"):
        takedown.check_redirect(page=None, path="/en/contacts/now/")
    with pytest.raises(RedirectRefusedError, match="There is nothing public"):
        takedown.check_redirect(page=None, path="/pl/nothing/")


def test_where_the_site_keeps_no_redirects_none_are_followed(
    guidance: GuidancePage, home: HomePage, take: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Redirect.add_redirect("/old", home)
    takedown.check_redirect(page=None, path="/old/")
    without = SimpleNamespace(is_installed=lambda app: app != "wagtail.contrib.redirects")
    monkeypatch.setattr(takedown_answers, "apps", without)

    with pytest.raises(RedirectRefusedError, match="There is nothing public at “/old/”"):
        take(guidance, answer="redirect", redirect_path="/old/")


# --- Larger than a page -------------------------------------------------------------------------


def test_a_snippet_comes_down_in_every_language_and_its_pages_are_watched(
    home: HomePage, polish_home: HomePage, take: Any
) -> None:
    index = public(make.HotspotIndexPageFactory(parent=home, slug="places"))
    page = public(make.HotspotPageFactory(parent=index, slug="hotels"))
    sign = SignFactory(hotspots=[page.hotspot], text="Pays cash for a few hours")
    polish = sign.copy_for_translation(Locale.objects.get(language_code="pl"))
    polish.live = True
    polish.save()

    found = take(page.hotspot)

    assert not is_live(page.hotspot)
    assert is_live(page)
    (address,) = found.addresses.all()
    assert (address.kind, address.path) == (TakedownAddressKind.SHOWS, page.url)
    assert address.marker == str(page.hotspot)
    take(sign)
    assert [is_live(one) for one in (sign, polish)] == [False, False]


def test_a_release_comes_down_with_all_its_items(
    guidance: GuidancePage, home: HomePage, polish_home: HomePage, take: Any, at: datetime
) -> None:
    polish = translate(guidance, title="Hotele")
    sign = SignFactory()
    other = public(make.GuidancePageFactory(parent=home, slug="other"))
    release = Release.objects.create(title="Spring", created_at=at)
    for thing in (guidance, sign):
        type_id, object_id = key_of(thing)
        release.items.create(
            content_type_id=type_id, object_id=object_id, title=str(thing), added_at=at
        )

    found = take(release)

    assert [is_live(thing) for thing in (guidance, polish, sign, other)] == [False] * 3 + [True]
    assert (found.scope, found.title, found.target) == (TakedownScope.RELEASE, "Spring", release)


def test_of_a_release_only_what_is_public_or_will_be_comes_down(
    guidance: GuidancePage, polish_home: HomePage, take: Any, at: datetime
) -> None:
    """Neither a draft of a translation, nor what is of a type that is gone."""
    draft = guidance.copy_for_translation(Locale.objects.get(language_code="pl"), copy_parents=True)
    release = Release.objects.create(title="Spring", created_at=at)
    type_id, object_id = key_of(guidance)
    gone = ContentType.objects.create(app_label="gone", model="gone")
    for content_type_id, pk in ((type_id, object_id), (gone.pk, "1")):
        release.items.create(
            content_type_id=content_type_id, object_id=pk, title="Hotels", added_at=at
        )

    found = take(release)

    assert not draft.live
    assert [item.object_id for item in found.items.all()] == [str(guidance.pk)]


def test_a_language_comes_down_alone(
    guidance: GuidancePage, home: HomePage, polish_home: HomePage, take: Any
) -> None:
    polish = translate(guidance, title="Hotele")

    found = take(Locale.objects.get(language_code="pl"))

    assert not any(map(is_live, (polish, polish_home)))
    assert all(map(is_live, (guidance, home)))
    assert found.title == "Polski"
    with pytest.raises(GateRefusedError, match="was taken down on"):
        polish.get_latest_revision().publish()
    takedown.undo(found, user=None, at=found.taken_down_at)
    assert all(map(is_live, (polish, polish_home)))


def test_the_language_of_the_sources_takes_its_translations_along(
    guidance: GuidancePage, home: HomePage, polish_home: HomePage, take: Any
) -> None:
    polish = translate(guidance, title="Hotele")

    found = take(Locale.get_default())

    assert not any(map(is_live, (polish, polish_home, guidance, home)))
    takedown.undo(found, user=None, at=found.taken_down_at)
    assert all(map(is_live, (polish, polish_home, guidance, home)))


def test_the_whole_campaign_comes_down_and_back(
    guidance: GuidancePage, home: HomePage, polish_home: HomePage, take: Any
) -> None:
    sign = SignFactory()
    draft = make.GuidancePageFactory(parent=home, live=False)

    found = take(TakedownScope.CAMPAIGN)

    assert not Page.objects.live().filter(depth__gt=1).exists()
    assert not is_live(sign)
    assert status(home.url) == 410
    with pytest.raises(GateRefusedError):
        draft.save_revision().publish()
    takedown.undo(found, user=None, at=found.taken_down_at)
    assert status(home.url) == 200
    assert [is_live(thing) for thing in (guidance, polish_home, sign, draft)] == [
        True,
        True,
        True,
        False,
    ]


def test_what_has_nothing_public_cannot_be_taken_down(
    home: HomePage, take: Any, at: datetime
) -> None:
    draft = make.GuidancePageFactory(parent=home, live=False)
    release = Release.objects.create(title="Empty", created_at=at)

    for target in (draft, release, Locale.objects.get(language_code="pl")):
        with pytest.raises(NothingToTakeDownError):
            take(target)
    with pytest.raises(MissingReasonError):
        take(home, reason=" \n")
    assert not Takedown.objects.exists()


# --- All or nothing -----------------------------------------------------------------------------


def test_a_failure_in_the_middle_takes_everything_back(
    guidance: GuidancePage, home: HomePage, take: Any
) -> None:
    alias = guidance.create_alias(parent=home, update_slug="hotels-again")
    seen: list[Any] = []

    def fail(change: PublicChange, **_kwargs: Any) -> None:
        seen.append((change.instance.pk, change.acting.cause, change.acting.reason))
        if len(seen) == 2:
            raise OSError("disk full")

    public_state_changed.connect(fail)
    try:
        with pytest.raises(OSError, match="disk full"):
            take(guidance)
    finally:
        public_state_changed.disconnect(fail)

    assert {cause for _pk, cause, _reason in seen} == {Cause.TAKEDOWN}
    assert {reason for _pk, _cause, reason in seen} == {REASON}
    assert (is_live(guidance), is_live(alias)) == (True, True)
    assert not Takedown.objects.exists()


def test_signals_are_sent_once_it_is_written(
    guidance: GuidancePage, take: Any, django_capture_on_commit_callbacks: Any
) -> None:
    seen: list[str] = []

    def down(takedown: Takedown, **_kwargs: Any) -> None:
        seen.append(f"down {takedown.pk}")

    def back(takedown: Takedown, **_kwargs: Any) -> None:
        seen.append(f"back {takedown.pk}")

    taken_down.connect(down)
    takedown_undone.connect(back)
    with django_capture_on_commit_callbacks(execute=True):
        found = take(guidance)
        assert seen == []
    with django_capture_on_commit_callbacks(execute=True):
        takedown.undo(found, user=None, at=found.taken_down_at)

    assert seen == [f"down {found.pk}", f"back {found.pk}"]


# --- Keeping it down ----------------------------------------------------------------------------


def test_nothing_of_it_is_published_or_scheduled_while_it_stands(
    guidance: GuidancePage, polish_home: HomePage, take: Any
) -> None:
    polish = translate(guidance, title="Hotele")
    found = take(guidance)

    for page in (guidance, polish):
        page = type(page).objects.get(pk=page.pk)
        revision = page.save_revision()
        with pytest.raises(GateRefusedError) as refused:
            revision.publish()
        (finding,) = [one for one in refused.value.findings if one.rule == takedown.RULE_TAKEN_DOWN]
        assert REASON in finding.why
        assert "Undo that takedown first" in finding.what_to_do
        page.go_live_at = found.taken_down_at + timedelta(days=1)
        revision = page.save_revision()
        with pytest.raises(GateRefusedError):
            revision.publish()
        assert not is_live(page)


def test_a_translation_made_later_is_under_it_too(
    guidance: GuidancePage, polish_home: HomePage, take: Any
) -> None:
    take(guidance)
    polish = guidance.copy_for_translation(
        Locale.objects.get(language_code="pl"), copy_parents=True
    )

    with pytest.raises(GateRefusedError, match="was taken down"):
        polish.save_revision().publish()


def test_a_page_put_below_later_is_under_it_only_if_the_pages_below_were_meant(
    section: SectionPage, guidance: GuidancePage, home: HomePage, take: Any
) -> None:
    found = take(section)
    newer = make.GuidancePageFactory(parent=section, live=False)
    newer.save_revision().publish()
    takedown.undo(found, user=None, at=found.taken_down_at)

    take(section, with_descendants=True)
    newest = make.GuidancePageFactory(parent=section, live=False)
    with pytest.raises(GateRefusedError, match="was taken down"):
        newest.save_revision().publish()
    elsewhere = make.GuidancePageFactory(parent=home, live=False)
    elsewhere.save_revision().publish()
    assert (is_live(newest), is_live(elsewhere)) == (False, True)


def test_an_alias_under_it_stays_down_and_does_not_stop_its_original(
    guidance: GuidancePage, polish_home: HomePage, section: SectionPage, take: Any
) -> None:
    polish = Locale.objects.get(language_code="pl")
    section.copy_for_translation(polish, alias=True)
    alias = guidance.copy_for_translation(polish, alias=True)
    guidance.save_revision().publish()
    assert is_live(alias)
    found = take(polish)

    page = GuidancePage.objects.get(pk=guidance.pk)
    page.title = "Hotels, again"
    page.save_revision().publish()

    alias.refresh_from_db()
    assert (alias.live, alias.title) == (False, "Hotels, again")
    takedown.undo(found, user=None, at=found.taken_down_at)
    assert is_live(alias)


# --- Putting back -------------------------------------------------------------------------------


def test_what_was_public_comes_back_at_that_version_and_edits_stay_drafts(
    guidance: GuidancePage, home: HomePage, polish_home: HomePage, take: Any, moderator: Any
) -> None:
    polish = translate(guidance, title="Hotele")
    alias = guidance.create_alias(parent=home, update_slug="hotels-again")
    version = guidance.live_revision_id
    found = take(guidance)
    page = GuidancePage.objects.get(pk=guidance.pk)
    page.title = "Hotels, rewritten"
    page.save_revision()
    later = found.taken_down_at + timedelta(hours=1)

    takedown.undo(found, user=moderator, at=later, reason="She agrees now.")

    page.refresh_from_db()
    assert (page.title, page.live_revision_id, page.has_unpublished_changes) == (
        "Hotels",
        version,
        True,
    )
    assert page.get_latest_revision().content["title"] == "Hotels, rewritten"
    assert [status(one.url) for one in (guidance, polish, alias)] == [200, 200, 200]
    found.refresh_from_db()
    assert (found.state, found.undone_at, found.undone_by, found.undo_reason) == (
        TakedownState.UNDONE,
        later,
        moderator,
        "She agrees now.",
    )
    with pytest.raises(TakedownNotStandingError):
        takedown.undo(found, user=moderator, at=later)


def test_the_version_is_made_again_when_it_was_purged(guidance: GuidancePage, take: Any) -> None:
    page = make.GuidancePageFactory(parent=guidance.get_parent(), slug="bare", title="Bare")
    assert page.live_revision is None
    found = take(guidance)
    bare = take(page)
    draft = GuidancePage.objects.get(pk=guidance.pk)
    draft.title = "A later draft"
    draft.save_revision()
    Revision.objects.filter(pk=guidance.live_revision_id).delete()

    for one in (found, bare):
        takedown.undo(one, user=None, at=found.taken_down_at)

    draft.refresh_from_db()
    assert (draft.live, draft.title, draft.draft_title) == (True, "Hotels", "A later draft")
    assert draft.get_latest_revision().content["title"] == "A later draft"
    page.refresh_from_db()
    assert (page.live, page.title, page.has_unpublished_changes) == (True, "Bare", False)
    assert page.latest_revision == page.live_revision


def test_schedules_are_cancelled_and_come_back_if_they_are_still_ahead(
    guidance: GuidancePage, home: HomePage, take: Any, at: datetime
) -> None:
    other = public(make.GuidancePageFactory(parent=home, slug="other", title="Other"))
    never = make.GuidancePageFactory(parent=home, slug="never", title="Never yet", live=False)
    soon, far = at + timedelta(hours=1), at + timedelta(days=9)
    scheduled = [schedule(page, moment) for page, moment in ((guidance, soon), (other, far))]
    unborn = schedule(never, far)

    def approved() -> list[datetime | None]:
        revisions = [*scheduled, unborn]
        return [Revision.objects.get(pk=one.pk).approved_go_live_at for one in revisions]

    assert approved() == [soon, far, far]
    downs = [take(page) for page in (guidance, other, never)]
    assert approved() == [None, None, None]

    for one in downs:
        takedown.undo(one, user=None, at=at + timedelta(hours=2))

    assert approved() == [None, far, far]
    assert [is_live(page) for page in (guidance, other, never)] == [True, True, False]
    notes = [Takedown.objects.get(pk=one.pk).results["not_put_back"] for one in downs]
    assert [len(note) for note in notes] == [1, 0, 0]
    assert "was to go live on" in notes[0][0]["note"]


def test_a_schedule_that_ends_with_the_one_it_follows_is_kept_to_come_back(
    polish_home: HomePage, take: Any, at: datetime
) -> None:
    """A page written in Polish first: its English translation follows its schedule."""
    source = make.GuidancePageFactory(
        parent=polish_home, slug="hotele", live=False, locale=polish_home.locale
    )
    english = source.copy_for_translation(Locale.get_default())
    TranslationSource.get_or_create_from_instance(source)
    soon = at + timedelta(days=1)
    revisions = [schedule(source, soon), schedule(english, soon)]

    def approved() -> list[datetime | None]:
        return [Revision.objects.get(pk=one.pk).approved_go_live_at for one in revisions]

    assert approved() == [soon, soon]
    found = take(source)
    assert approved() == [None, None]
    takedown.undo(found, user=None, at=at)
    assert approved() == [soon, soon]


def schedule(page: Any, moment: datetime) -> Revision:
    draft = type(page).objects.get(pk=page.pk)
    draft.go_live_at = moment
    revision = draft.save_revision()
    revision.publish()
    return revision


def test_a_schedule_whose_version_was_deleted_is_told(
    guidance: GuidancePage, take: Any, at: datetime
) -> None:
    revision = schedule(guidance, at + timedelta(days=1))
    found = take(guidance)
    Revision.objects.filter(pk=revision.pk).delete()

    (one,) = takedown.plan_undo(found, at=at)

    assert (one.is_public_again, one.schedules) == (True, [])
    assert "has been deleted since" in one.notes[0]


def test_what_was_to_come_down_meanwhile_does_not_come_back(
    guidance: GuidancePage, take: Any, at: datetime
) -> None:
    guidance.expire_at = at + timedelta(hours=1)
    page = public(guidance)
    found = take(page)

    takedown.undo(found, user=None, at=at + timedelta(hours=2))

    assert not is_live(page)
    found.refresh_from_db()
    assert "so it does not come back" in found.results["not_put_back"][0]["note"]


def test_what_was_deleted_meanwhile_is_told(guidance: GuidancePage, take: Any) -> None:
    found = take(guidance)
    GuidancePage.objects.get(pk=guidance.pk).delete()

    takedown.undo(found, user=None, at=found.taken_down_at)

    found.refresh_from_db()
    assert [one["note"] for one in found.results["not_put_back"]] == ["It has been deleted since."]


def test_an_alias_that_was_down_by_itself_stays_down(
    guidance: GuidancePage, home: HomePage, take: Any
) -> None:
    quiet = guidance.create_alias(parent=home, update_slug="quiet")
    loud = guidance.create_alias(parent=home, update_slug="loud")
    quiet.unpublish()

    takedown.undo(take(guidance), user=None, at=timezone.now())

    assert (is_live(quiet), is_live(loud)) == (False, True)


def test_what_another_takedown_covers_stays_down_until_that_is_undone(
    section: SectionPage, guidance: GuidancePage, take: Any
) -> None:
    first = take(guidance)
    second = take(section, with_descendants=True)
    everything = take(TakedownScope.CAMPAIGN)
    at = first.taken_down_at

    takedown.undo(first, user=None, at=at)

    assert not is_live(guidance)
    assert status(guidance.url) == 410
    assert [one["note"] for one in Takedown.objects.get(pk=first.pk).results["not_put_back"]] == [
        "It stays down because of another takedown: “The whole campaign”. Undoing that puts it "
        "back."
    ]
    takedown.undo(second, user=None, at=at)
    assert not is_live(section)
    takedown.undo(everything, user=None, at=at)
    assert (is_live(section), is_live(guidance)) == (True, True)


def test_two_takedowns_of_one_thing_keep_a_record_each(guidance: GuidancePage, take: Any) -> None:
    first = take(guidance)
    with maintenance(reason="Restored from a backup"):
        guidance.refresh_from_db()
        guidance.live = True
        guidance.save()
    second = take(guidance)

    takedown.undo(first, user=None, at=first.taken_down_at)

    assert not is_live(guidance)
    assert status(guidance.url) == 410
    kept = [(one.items.count(), one.addresses.count()) for one in (first, second)]
    assert kept == [(1, 1), (1, 1)]
    takedown.undo(second, user=None, at=second.taken_down_at)
    assert is_live(guidance)


def test_if_one_thing_cannot_come_back_nothing_does(
    section: SectionPage, guidance: GuidancePage, take: Any
) -> None:
    found = take(section, with_descendants=True)

    def stop(transition: Any) -> list[Finding]:
        wrong = transition.instance.pk == guidance.pk
        return [
            Finding(rule="x", severity=Severity.CRITICAL, why="It names a child.", what_to_do="")
        ] * wrong

    register_gatekeeper("test", stop)
    try:
        with pytest.raises(PutBackFailedError, match="“Hotels” could not be: It names a child"):
            takedown.undo(found, user=None, at=found.taken_down_at)
    finally:
        unregister_gatekeeper("test")

    assert (is_live(section), is_live(guidance)) == (False, False)
    found.refresh_from_db()
    assert found.is_standing


# --- Files and other rooms ----------------------------------------------------------------------


def test_other_rooms_say_where_else_it_is_public(guidance: GuidancePage, take: Any) -> None:
    def widgets(things: Any) -> list[PublicAddress]:
        return [
            PublicAddress(
                kind=TakedownAddressKind.WIDGET,
                origin="http://testserver",
                path=f"/embed/v1/en/{thing.slug}/",
                language="en",
            )
            for thing in things
        ]

    register_addresses("widgets", widgets)
    try:
        found = take(guidance)
    finally:
        unregister_addresses("widgets")

    assert sorted(address.path for address in found.addresses.all()) == [
        "/embed/v1/en/hotels/",
        "/en/help/hotels/",
    ]
    assert status("/embed/v1/en/hotels/") == 410


def test_an_address_without_a_language_leads_to_the_page_that_was_chosen(
    guidance: GuidancePage, home: HomePage, polish_home: HomePage, take: Any
) -> None:
    better = public(make.GuidancePageFactory(parent=home, slug="better"))
    translate(better, slug="lepiej")

    def widgets(things: Any) -> list[PublicAddress]:
        kind = TakedownAddressKind.WIDGET
        return [PublicAddress(kind=kind, origin="http://testserver", path="/oembed/hotels/")]

    register_addresses("widgets", widgets)
    try:
        take(guidance, answer="redirect", redirect_page=better)
    finally:
        unregister_addresses("widgets")

    assert Client().get("/oembed/hotels/")["Location"] == better.url


def test_files_that_only_it_uses_are_gone_with_it(
    guidance: GuidancePage, home: HomePage, take: Any
) -> None:
    own, shared = (
        get_document_model().objects.create(
            title=name, file=ContentFile(b"text", name=f"{name}.txt")
        )
        for name in ("own", "shared")
    )
    links = "".join(f'<a linktype="document" id="{one.pk}">x</a>' for one in (own, shared))
    guidance.body = [("text", RichText(f"<p>{links}</p>"))]
    public(guidance)
    other = public(make.GuidancePageFactory(parent=home, slug="other"))
    other.body = [("text", RichText(f'<p><a linktype="document" id="{shared.pk}">x</a></p>'))]
    public(other)

    found = take(guidance)

    files = found.addresses.filter(kind=TakedownAddressKind.MEDIA)
    assert [address.path for address in files] == [own.url]
