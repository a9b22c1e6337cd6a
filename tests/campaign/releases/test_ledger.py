# ruff: noqa: S608 - statements over our own two tables

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from wagtail.models import Page, Revision, Site

from campaign.releases import ledger
from campaign.releases.addresses import address_of, path_of, record_address
from campaign.releases.enums import Cause
from campaign.releases.exceptions import LedgerIsAppendOnlyError
from campaign.releases.gate import PublicChange, acting
from campaign.releases.gateposts import maintenance
from campaign.releases.ledger_text import COLUMNS, Line, as_csv, as_json, lines_of
from campaign.releases.models import LedgerContent, LedgerEntry, Release, append_only
from campaign.releases.signals import public_state_changed
from tests.factories.content_blocks import ContactRouteFactory, HotspotFactory
from tests.factories.pages import (
    GuidancePageFactory,
    HotspotIndexPageFactory,
    HotspotPageFactory,
    SectionPageFactory,
    add_locale,
    campaign_home,
)
from tests.factories.releases import UserFactory

pytestmark = pytest.mark.django_db

HOTELS = "/en/hotels/"


def rows(address: str = "") -> list[tuple[str, str]]:
    """Address and change of every entry, in the order in which they were written."""
    entries = LedgerEntry.objects.order_by("pk")
    if address:
        entries = entries.filter(address=address)
    return list(entries.values_list("address", "change"))


def changes(address: str) -> list[str]:
    return [change for _address, change in rows(address)]


@pytest.fixture
def home() -> Any:
    return campaign_home()


@pytest.fixture
def guidance(home: Any) -> Any:
    return GuidancePageFactory(parent=home, title="Hotels", slug="hotels")


def publish(thing: Any, **fields: Any) -> Revision:
    for name, value in fields.items():
        setattr(thing, name, value)
    revision: Revision = thing.save_revision()
    revision.publish()
    thing.refresh_from_db()
    return revision


def change_of(instance: Any, **values: Any) -> PublicChange:
    return PublicChange(
        **{"instance": instance, "was_public": True, "is_public": True, "at": timezone.now()}
        | values
    )


# --- What is recorded -----------------------------------------------------------------------------


def test_a_page_is_recorded_as_it_is_published_changed_and_withdrawn(guidance: Any) -> None:
    publish(guidance, title="Hotels and guest houses")
    guidance.unpublish()
    publish(guidance)

    assert changes(HOTELS) == ["shown", "changed", "gone", "shown"]


def test_an_entry_says_everything(guidance: Any) -> None:
    boss = UserFactory(first_name="Amina", last_name="Khan")
    editor = UserFactory(username="editor")
    at = timezone.now()
    guidance.title = "Hotels and guest houses"
    revision = guidance.save_revision()
    with acting(cause=Cause.PERSON, approved_by=boss, reason="New duty of care", at=at):
        revision.publish(user=editor, skip_permission_checks=True)

    entry = LedgerEntry.objects.latest("pk")
    values = {
        field.attname: getattr(entry, field.attname)
        for field in LedgerEntry._meta.get_fields()
        if field.attname not in ("id", "recorded_at", "content_id")
    }
    assert values == {
        "address": HOTELS,
        "site_id": str(Site.objects.get().pk),
        "language": "en",
        "content_type": "campaign_pages.guidancepage",
        "object_id": str(guidance.pk),
        "translation_key": guidance.translation_key,
        "title": "Hotels and guest houses",
        "revision_id": str(revision.pk),
        "change": "changed",
        "at": at,
        "user_id": str(editor.pk),
        "user_name": "editor",
        "approved_by_id": str(boss.pk),
        "approved_by_name": "Amina Khan",
        "release_id": None,
        "release_title": "",
        "cause": "person",
        "reason": "New duty of care",
    }
    assert entry.content.content["title"] == "Hotels and guest houses"
    assert entry.content_hash == ledger.content_hash(guidance)


def test_the_title_of_a_release_is_kept(guidance: Any) -> None:
    release = Release.objects.create(
        title="Safer hotels week", owner=UserFactory(), created_at=timezone.now()
    )
    with acting(cause=Cause.RELEASE, release_id=release.pk):
        publish(guidance, title="Hotels!")
    entry = LedgerEntry.objects.latest("pk")

    assert (entry.release_id, entry.release_title, entry.cause) == (
        release.pk,
        "Safer hotels week",
        "release",
    )


def test_saving_the_same_again_is_no_entry(guidance: Any) -> None:
    publish(guidance)
    before = rows()
    publish(guidance)
    publish(guidance, go_live_at=timezone.now() - timedelta(days=1))
    publish(guidance, expire_at=timezone.now() + timedelta(days=1))

    assert rows() == before


def test_a_draft_and_a_scheduled_version_are_no_entries(guidance: Any) -> None:
    publish(guidance)
    before = rows()
    guidance.title = "Later"
    guidance.save_revision()
    guidance.go_live_at = timezone.now() + timedelta(days=1)
    guidance.save_revision().publish()

    assert rows() == before


def test_what_is_gone_is_not_gone_again(guidance: Any) -> None:
    guidance.unpublish()

    assert ledger.record(change_of(guidance, is_public=False)) == []
    assert changes(HOTELS) == ["shown", "gone"]


def test_equal_content_is_kept_once_and_has_an_equal_hash(guidance: Any, home: Any) -> None:
    first = LedgerEntry.objects.get(address=HOTELS).content_hash
    publish(guidance, title="Another")
    publish(guidance, title="Hotels")
    alias = guidance.create_alias(parent=home, update_slug="inns")

    hashes = [
        entry.content_hash
        for entry in LedgerEntry.objects.order_by("pk").filter(address__in=[HOTELS, "/en/inns/"])
    ]
    assert hashes[0] == hashes[2] == first
    assert hashes[1] != first
    assert LedgerEntry.objects.get(address="/en/inns/").object_id == str(alias.pk)
    assert LedgerContent.objects.filter(pk=first).count() == 1


def test_an_alias_has_entries_of_its_own(guidance: Any, home: Any) -> None:
    guidance.create_alias(parent=home, update_slug="inns")
    publish(guidance, title="Hotels and inns")
    guidance.unpublish()

    assert changes("/en/inns/") == ["shown", "changed", "gone"]
    assert set(
        LedgerEntry.objects.filter(address="/en/inns/", change="changed").values_list("cause")
    ) == {("language_set",)}


def test_another_address_is_gone_from_the_old_one_and_shown_at_the_new(guidance: Any) -> None:
    publish(guidance, slug="rooms")

    assert rows()[-2:] == [(HOTELS, "gone"), ("/en/rooms/", "shown")]
    newest = LedgerEntry.objects.order_by("-pk")[:2]
    assert newest[0].at == newest[1].at


def test_pages_below_move_with_the_one_above(home: Any) -> None:
    section = SectionPageFactory(parent=home, slug="learn")
    GuidancePageFactory(parent=section, slug="signs")
    GuidancePageFactory(parent=section, slug="draft", draft=True)
    section.refresh_from_db()

    publish(section, slug="know")

    assert sorted(rows()[-4:]) == [
        ("/en/know/", "shown"),
        ("/en/know/signs/", "shown"),
        ("/en/learn/", "gone"),
        ("/en/learn/signs/", "gone"),
    ]


def test_a_page_that_is_moved_in_the_tree_is_recorded(guidance: Any, home: Any) -> None:
    section = SectionPageFactory(parent=home, slug="learn")

    Page.objects.get(pk=guidance.pk).move(section, pos="last-child")

    assert changes(HOTELS) == ["shown", "gone"]
    assert changes("/en/learn/hotels/") == ["shown"]


def test_two_pages_that_swap_addresses_leave_no_gap(guidance: Any, home: Any) -> None:
    other = GuidancePageFactory(parent=home, title="Inns", slug="inns")
    publish(guidance, slug="aside")
    publish(other, slug="hotels")
    publish(guidance, slug="inns")

    in_force = {
        entry.address: entry.title for entry in LedgerEntry.objects.in_force() if entry.content_id
    }
    assert in_force[HOTELS] == "Inns"
    assert in_force["/en/inns/"] == "Hotels"
    assert "/en/aside/" not in in_force


def test_deleting_a_page_keeps_its_history_and_says_that_it_is_gone(
    guidance: Any, home: Any
) -> None:
    section = SectionPageFactory(parent=home, slug="learn")
    GuidancePageFactory(parent=section, slug="signs")
    home.refresh_from_db()
    Page.objects.get(pk=guidance.pk).delete()
    Page.objects.get(pk=section.pk).delete()

    assert changes(HOTELS) == ["shown", "gone"]
    assert changes("/en/learn/") == ["shown", "gone"]
    assert changes("/en/learn/signs/") == ["shown", "gone"]


def test_purging_revisions_takes_nothing_from_the_ledger(guidance: Any) -> None:
    first = publish(guidance, title="First")
    second = publish(guidance, title="Second")
    publish(guidance, title="Third")
    call_command("purge_revisions", verbosity=0)
    assert not Revision.objects.filter(pk__in=[first.pk, second.pk]).exists()

    entries = LedgerEntry.objects.filter(address=HOTELS).order_by("pk")
    assert [entry.content.content["title"] for entry in entries] == [
        "Hotels",
        "First",
        "Second",
        "Third",
    ]
    assert [entry.revision_id for entry in entries[1:3]] == [str(first.pk), str(second.pk)]


def test_people_can_be_deleted(guidance: Any) -> None:
    editor = UserFactory(username="leaver")
    guidance.title = "By somebody"
    guidance.save_revision().publish(user=editor, skip_permission_checks=True)
    editor.delete()

    assert LedgerEntry.objects.latest("pk").user_name == "leaver"


def test_a_record_is_recorded_under_its_name(guidance: Any) -> None:
    route = ContactRouteFactory(name="Helpline")
    address = record_address("content_blocks.contactroute", route.pk)
    route.name = "National helpline"
    route.save_revision().publish()
    route.unpublish()

    assert changes(address) == ["shown", "changed", "gone"]
    entry = LedgerEntry.objects.filter(address=address).earliest("pk")
    assert (entry.language, entry.is_record, entry.title) == ("en", True, "Helpline")
    assert not LedgerEntry.objects.get(address=HOTELS).is_record


def test_a_page_outside_every_site_is_recorded_like_a_record() -> None:
    home = campaign_home()
    Site.objects.all().delete()
    page = GuidancePageFactory(parent=home)

    assert address_of(page).path == f"record:campaign_pages.guidancepage/{page.pk}"
    assert LedgerEntry.objects.latest("pk").address == address_of(page).path


def test_a_site_that_begins_elsewhere_gives_every_page_another_address(
    guidance: Any, home: Any
) -> None:
    section = SectionPageFactory(parent=home, slug="learn")
    GuidancePageFactory(parent=section, slug="signs")
    site = Site.objects.get()
    site.root_page = Page.objects.get(pk=section.pk)
    site.save()

    record = record_address("campaign_pages.guidancepage", guidance.pk)
    assert (changes(HOTELS), changes(record)) == (["shown", "gone"], ["shown"])
    assert changes("/en/learn/signs/") == ["shown", "gone"]
    assert changes("/en/signs/") == ["shown"]

    site.save()
    site.delete()
    assert changes("/en/signs/") == ["shown", "gone"]


def test_a_transaction_that_is_taken_back_leaves_nothing(guidance: Any) -> None:
    before = rows()
    with transaction.atomic():
        publish(guidance, title="Never")
        transaction.set_rollback(True)

    assert rows() == before
    assert not LedgerContent.objects.filter(content__title="Never").exists()


@pytest.mark.parametrize(
    ("late", "counts_from_its_moment"), [(0.0, True), (4.0, True), (6.0, False), (-2.0, True)]
)
def test_what_comes_late_counts_from_when_it_was_done(
    guidance: Any, late: float, counts_from_its_moment: bool
) -> None:
    now = timezone.now()
    due = now - timedelta(seconds=late)
    guidance.title = "New"
    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        due += timedelta(minutes=1)
        ledger.record(change_of(guidance, at=due))

    entry = LedgerEntry.objects.latest("pk")
    assert entry.at == (due if counts_from_its_moment else now + timedelta(minutes=1))
    assert entry.recorded_at == now + timedelta(minutes=1)


def test_an_entry_never_begins_before_the_one_it_follows(guidance: Any) -> None:
    ahead = timezone.now() + timedelta(seconds=3)
    guidance.title = "Set for a moment ahead"
    ledger.record(change_of(guidance, at=ahead))
    guidance.title = "By hand, right before"
    ledger.record(change_of(guidance, at=ahead - timedelta(seconds=1)))

    assert [entry.at for entry in LedgerEntry.objects.order_by("-pk")[:2]] == [ahead, ahead]


def test_what_was_public_before_the_ledger_began_is_recorded_when_it_ends(guidance: Any) -> None:
    other = GuidancePageFactory(parent=Page.objects.get(slug="campaign"), slug="new")
    other.slug = "unseen"
    ledger.record(change_of(other, old_path=other.url_path, is_public=False))
    ledger.record(change_of(guidance, was_public=False, is_public=False))

    assert changes("/en/new/") == ["shown", "gone"]
    assert changes(HOTELS) == ["shown"]


def test_the_receiver_listens_to_the_signal(guidance: Any) -> None:
    guidance.title = "Said by the gate"
    public_state_changed.send(sender=PublicChange, change=change_of(guidance))

    assert LedgerEntry.objects.latest("pk").title == "Said by the gate"


# --- Nobody changes it ----------------------------------------------------------------------------


def statement(table: str, kind: str) -> str:
    """SQL that changes the ledger. The tables are our own names."""
    column = "title" if table == append_only.ENTRIES else "refers_to"
    same = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    other = f"INSERT OR REPLACE INTO {table} SELECT hash, '{{}}', refers_to FROM {table}"
    return {
        "update": f"UPDATE {table} SET {column} = '[]'",
        "delete": f"DELETE FROM {table}",
        "replace": same if table == append_only.ENTRIES else other,
        "truncate": f"TRUNCATE {', '.join(append_only.TABLES)}",
        "upsert": f"INSERT INTO {table} SELECT * FROM {table} "
        + ("WHERE true " if connection.vendor == "sqlite" else "")
        + f"ON CONFLICT ({'id' if table == append_only.ENTRIES else 'hash'}) "
        f"DO UPDATE SET {column} = '[]'",
    }[kind]


KINDS = {
    "sqlite": ("update", "delete", "upsert", "replace"),
    "postgresql": ("update", "delete", "upsert", "truncate"),
}


@pytest.mark.parametrize("table", append_only.TABLES)
@pytest.mark.parametrize("kind", [0, 1, 2, 3])
def test_the_database_itself_refuses_to_change_it(guidance: Any, table: str, kind: int) -> None:
    def held() -> Any:
        return list(LedgerEntry.objects.values()), list(LedgerContent.objects.values())

    before = held()
    # PostgreSQL refuses TRUNCATE by itself while foreign keys are still to be checked.
    connection.check_constraints()

    with (
        pytest.raises(DatabaseError, match="The ledger is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement(table, KINDS[connection.vendor][kind]))

    assert held() == before


def test_the_models_refuse_with_an_error_of_their_own(guidance: Any) -> None:
    entry, content = LedgerEntry.objects.first(), LedgerContent.objects.first()
    assert entry is not None
    assert content is not None
    for forbidden in (
        entry.save,
        entry.delete,
        content.save,
        content.delete,
        LedgerEntry.objects.all().delete,
        LedgerContent.objects.all().delete,
        lambda: LedgerEntry.objects.update(title="x"),
    ):
        with pytest.raises(LedgerIsAppendOnlyError, match="The ledger is append-only"):
            forbidden()


def test_bulk_writes_around_the_models_meet_the_database(guidance: Any) -> None:
    entry = LedgerEntry.objects.first()
    assert entry is not None
    entry.title = "x"
    with pytest.raises((DatabaseError, LedgerIsAppendOnlyError)), transaction.atomic():
        LedgerEntry.objects.bulk_update([entry], ["title"])
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerEntry.objects.filter(pk=entry.pk)._raw_delete(using="default")


def test_the_triggers_are_where_they_belong_and_come_back(guidance: Any) -> None:
    assert append_only.missing(connection) == []
    append_only.remove(connection)
    assert append_only.missing(connection) != []

    call_command("migrate", "campaign_releases", verbosity=0)

    assert append_only.missing(connection) == []


# --- What did it show? ----------------------------------------------------------------------------


def test_what_an_address_showed(guidance: Any) -> None:
    shown_at = LedgerEntry.objects.get(address=HOTELS).at
    with time_machine.travel(shown_at + timedelta(hours=1), tick=False):
        publish(guidance, title="Hotels and inns")
    with time_machine.travel(shown_at + timedelta(hours=2), tick=False):
        guidance.unpublish()

    def title_at(hours: float) -> str | None:
        answer = ledger.shown(HOTELS, "en", shown_at + timedelta(hours=hours))
        assert answer.shown is (answer.content is not None)
        return answer.content["title"] if answer.content else None

    assert [title_at(hours) for hours in (-0.1, 0, 0.9, 1, 1.9, 2, 3)] == [
        None,
        "Hotels",
        "Hotels",
        "Hotels and inns",
        "Hotels and inns",
        None,
        None,
    ]
    assert ledger.shown(HOTELS, "en", shown_at - timedelta(hours=1)).entry is None
    gone = ledger.shown(HOTELS, "en", shown_at + timedelta(hours=3)).entry
    assert gone is not None
    assert (gone.change, gone.until) == ("gone", None)
    first = ledger.shown(HOTELS, "en", shown_at).entry
    assert first is not None
    assert first.until == shown_at + timedelta(hours=1)


@pytest.mark.parametrize(
    "asked",
    [
        "/en/hotels/",
        "en/hotels/",
        " https://council.example/en/hotels/?page=2#top ",
        "//council.example/en/hotels/",
        "/en/hotels/?from=mail",
    ],
)
def test_addresses_are_understood_as_people_paste_them(guidance: Any, asked: str) -> None:
    assert ledger.shown(asked).shown


def test_addresses_in_other_letters_are_kept_encoded() -> None:
    assert path_of("/ur/ہوٹل/") == path_of("/ur/%DB%81%D9%88%D9%B9%D9%84/")
    assert path_of("") == "/"
    assert len(path_of("/" + "x" * 3000)) == 2000


def test_nothing_was_ever_there() -> None:
    answer = ledger.shown("/en/never/")

    assert (answer.entry, answer.shown, answer.content, answer.records) == (None, False, None, ())


def test_languages_of_one_address_are_told_apart(guidance: Any) -> None:
    other = LedgerEntry.objects.get(address=HOTELS)
    other.pk, other.language, other.title, other._state.adding = None, "pl", "Hotele", True
    other.save()

    assert ledger.shown(HOTELS, "pl").entry.title == "Hotele"  # type: ignore[union-attr]
    assert ledger.shown(HOTELS, "en").entry.title == "Hotels"  # type: ignore[union-attr]
    assert not ledger.shown(HOTELS, "ur").shown


def test_sites_of_one_path_are_told_apart(guidance: Any) -> None:
    site = LedgerEntry.objects.get(address=HOTELS).site_id
    other = LedgerEntry.objects.get(address=HOTELS)
    other.pk, other.site_id, other.title, other._state.adding = None, "99", "Elsewhere", True
    other.save()
    guidance.unpublish()

    assert ledger.shown(HOTELS, site_id="99").shown
    assert not ledger.shown(HOTELS, site_id=site).shown
    assert ledger.shown(HOTELS).entry.title == "Elsewhere"  # type: ignore[union-attr]


def test_records_are_shown_as_they_were_then(home: Any) -> None:
    start = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    with time_machine.travel(start, tick=False):
        hotspot = HotspotFactory(name="Hotels")
        index = HotspotIndexPageFactory(parent=home, slug="places")
        HotspotPageFactory(parent=index, slug="hotels", hotspot=hotspot)
    with time_machine.travel(start + timedelta(hours=1), tick=False):
        hotspot.name = "Hotels and B&Bs"
        hotspot.save_revision().publish()

    def names(hours: float) -> list[str]:
        answer = ledger.shown("/en/places/hotels/", "en", start + timedelta(hours=hours))
        return [record.content.content["name"] for record in answer.records]

    assert (names(0.5), names(1.5)) == (["Hotels"], ["Hotels and B&Bs"])
    with time_machine.travel(start + timedelta(hours=2), tick=False):
        hotspot.unpublish()
    assert (names(1.5), names(2.5)) == (["Hotels and B&Bs"], [])


def test_records_are_shown_in_the_language_of_the_page(home: Any) -> None:
    hotspot = HotspotFactory(name="Hotels")
    polish = hotspot.copy_for_translation(add_locale("pl"))
    polish.name = "Hotele"
    polish.save()
    polish.save_revision().publish()
    index = HotspotIndexPageFactory(parent=home, slug="places")
    page = HotspotPageFactory(parent=index, slug="hotels", hotspot=hotspot)
    entry = LedgerEntry.objects.get(object_id=str(page.pk), address="/en/places/hotels/")
    entry.pk, entry.language, entry._state.adding = None, "pl", True
    entry.save()

    assert [row.title for row in ledger.shown("/en/places/hotels/", "pl").records] == ["Hotele"]
    assert [row.title for row in ledger.shown("/en/places/hotels/", "en").records] == ["Hotels"]


# --- Beginning and proving ------------------------------------------------------------------------


def test_a_ledger_can_begin_on_a_site_that_is_older(guidance: Any) -> None:
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {append_only.ENTRIES}")
    append_only.install(connection)
    GuidancePageFactory(parent=Page.objects.get(slug="campaign"), draft=True)
    at = timezone.now()
    unknown = ledger.count_unrecorded()

    added = ledger.reconcile(at=at)

    assert (unknown, ledger.count_unrecorded()) == (2, 0)
    assert sorted(entry.address for entry in added) == ["/en/", HOTELS]
    assert {(row.change, row.cause, row.at) for row in added} == {("shown", "maintenance", at)}
    assert ledger.reconcile(at=at) == []


def test_what_went_round_the_gate_is_found(guidance: Any) -> None:
    with maintenance(reason="Somebody's SQL"), connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_page SET live = %s WHERE id = %s", [False, guidance.pk])

    added = ledger.reconcile(at=timezone.now())

    assert [(row.address, row.change, row.title) for row in added] == [(HOTELS, "gone", "Hotels")]
    assert not ledger.shown(HOTELS).shown
    assert ledger.reconcile(at=timezone.now()) == []


def test_content_that_somebody_changed_is_found(guidance: Any) -> None:
    assert ledger.broken_contents() == []
    entry = LedgerEntry.objects.get(address=HOTELS)
    append_only.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {append_only.CONTENTS} SET content = %s WHERE hash = %s",
            ['{"title": "Never said"}', entry.content_hash],
        )
    append_only.install(connection)

    assert ledger.broken_contents() == [entry.content_hash]


# --- As text --------------------------------------------------------------------------------------


def test_content_is_told_in_lines_of_plain_text() -> None:
    content = {
        "title": "Hotels",
        "summary": "",
        "sensitive": True,
        "noindex": False,
        "checked_on": None,
        "body": [
            {
                "type": "text",
                "id": "1",
                "value": "<p>Ring <a href='https://evil.example'>now</a> &amp; wait</p><p>Then</p>",
            },
            {"type": "empty", "id": "2", "value": ""},
            {"type": "action_panel", "id": "3", "value": {"heading": "Ring", "routes": [7, 8]}},
        ],
        "empty_list": [],
        "empty_block": {"a": ""},
    }

    assert lines_of("campaign_pages.guidancepage", content) == [
        Line(0, "Title", "Hotels"),
        Line(0, "Sensitive", "Yes"),
        Line(0, "Keep out of search engines", "No"),
        Line(0, "Content", ""),
        Line(1, "Text", "Ring now & wait\nThen"),
        Line(1, "Action panel", ""),
        Line(2, "Heading", "Ring"),
        Line(2, "Routes", ""),
        Line(3, "", "7"),
        Line(3, "", "8"),
    ]


@pytest.mark.parametrize("content_type", ["former.page", "nonsense"])
def test_content_of_a_type_that_is_gone_shows_the_bare_names(content_type: str) -> None:
    assert lines_of(content_type, {"call_now": "999"}) == [Line(0, "Call now", "999")]


def test_the_export_as_csv(guidance: Any) -> None:
    publish(guidance, title="=HYPERLINK(0)")
    guidance.unpublish()
    text = "".join(as_csv(LedgerEntry.objects.filter(address=HOTELS).order_by("pk")))
    found = list(csv.DictReader(io.StringIO(text)))

    assert list(found[0]) == list(COLUMNS)
    assert [row["change"] for row in found] == ["shown", "changed", "gone"]
    assert found[1]["title"] == "'=HYPERLINK(0)"
    assert found[0]["until"] == found[1]["from"]
    assert found[0]["from"].endswith("Z")
    assert found[2]["until"] == ""


def test_the_export_as_json_has_the_contents(guidance: Any) -> None:
    publish(guidance, title="=HYPERLINK(0)")
    text = "".join(as_json(LedgerEntry.objects.filter(address=HOTELS).order_by("pk")))
    found = json.loads(text)

    assert [row["title"] for row in found["entries"]] == ["Hotels", "=HYPERLINK(0)"]
    contents = {one["content_hash"]: one["content"]["title"] for one in found["contents"]}
    assert [contents[row["content_hash"]] for row in found["entries"]] == [
        "Hotels",
        "=HYPERLINK(0)",
    ]


def test_an_empty_export_is_still_valid() -> None:
    entries = LedgerEntry.objects.none()

    assert json.loads("".join(as_json(entries))) == {"entries": [], "contents": []}
    assert "".join(as_csv(entries)).strip() == ",".join(COLUMNS)
