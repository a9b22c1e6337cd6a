"""Every path to the public, by the time, a command, or code, against a gate that says no.

A gatekeeper refuses everything. Then a path is tried, and nothing that readers see has changed, no
schedule, and no entry of the audit log says that it had; and whoever tried is told what to do.
`tests/architecture/test_publication_callers.py` names the test for each place in Wagtail and
wagtail-localize that publishes, schedules or withdraws.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Page, Revision
from wagtail.signals import page_published

from campaign.pages.models import GuidancePage, HomePage
from campaign.releases.attempts import run_due
from campaign.releases.exceptions import GateRefusedError, UngatedWriteError
from campaign.releases.gateposts import maintenance
from cms_site.first_start import DEMONSTRATION
from content_blocks.models import GlossaryTerm
from tests.campaign.releases.gate_paths.shut_gate import (
    Gate,
    again,
    public_state,
    schedule,
    tomorrow,
)
from tests.factories.content_blocks import GlossaryTermFactory
from tests.factories.releases import ReleaseStory

pytestmark = pytest.mark.django_db


def test_scheduled_publication(gate: Gate, hotels: GuidancePage, draft: GuidancePage) -> None:
    at = tomorrow()
    revision = schedule(draft, at)
    with time_machine.travel(at + timedelta(seconds=1)), gate.shut():
        outcomes = [str(outcome) for _work, outcome in run_due(at=timezone.now())]

    revision.refresh_from_db()
    assert (outcomes, revision.approved_go_live_at) == (["retrying"], at)


def test_scheduled_expiry(gate: Gate, hotels: GuidancePage) -> None:
    at = tomorrow()
    hotels.expire_at = at
    hotels.save_revision().publish()
    with time_machine.travel(at + timedelta(seconds=1)), gate.shut():
        outcomes = [str(outcome) for _work, outcome in run_due(at=timezone.now())]

    assert outcomes == ["retrying"]


@pytest.mark.parametrize("command", ["publish_due", "publish_scheduled"])
def test_command_that_publishes(command: str, gate: Gate, draft: GuidancePage) -> None:
    at = tomorrow()
    schedule(draft, at)
    with (
        time_machine.travel(at + timedelta(seconds=1)),
        gate.shut(),
        pytest.raises(Exception, match="1 of 1 items failed"),
    ):
        call_command(command, stdout=StringIO())


def test_wagtails_own_command(gate: Gate, draft: GuidancePage) -> None:
    from wagtail.management.commands.publish_scheduled import Command  # noqa: PLC0415

    at = tomorrow()
    schedule(draft, at)
    with (
        time_machine.travel(at + timedelta(seconds=1)),
        gate.shut(),
        pytest.raises(GateRefusedError),
    ):
        Command(stdout=StringIO()).handle(dryrun=False)


def test_release(gate: Gate, at: datetime) -> None:
    """One item that is refused keeps all of it where it was."""
    things = [ReleaseStory.term("Luring"), ReleaseStory.page("Parks"), ReleaseStory.page("Bars")]
    last = things[-1]
    release = ReleaseStory.scheduled(*things, at=at, goes_live_at=at + timedelta(hours=2))
    with (
        time_machine.travel(at + timedelta(hours=2), tick=False),
        gate.shut(lambda thing: thing.pk == last.pk and isinstance(thing, Page)),
    ):
        outcomes = {work.kind: str(outcome) for work, outcome in run_due(at=timezone.now())}

    release.refresh_from_db()
    assert (outcomes["release_start"], release.state) == ("retrying", "scheduled")
    assert [again(thing).live for thing in things] == [False, False, False]


def test_command_that_loads_a_campaign(gate: Gate, home: HomePage) -> None:
    with gate.shut(), pytest.raises(GateRefusedError):
        call_command("load_campaign", str(DEMONSTRATION), verbosity=0)


def test_purging_versions_keeps_those_that_are_scheduled(draft: GuidancePage) -> None:
    revision = schedule(draft, tomorrow())
    draft.save_revision()

    call_command("purge_revisions", stdout=StringIO())

    assert Revision.objects.filter(pk=revision.pk, approved_go_live_at__isnull=False).exists()


def _save_as_live(draft: Page, hotels: Page) -> None:
    draft.live = True
    draft.save()


def _save_only_live(draft: Page, hotels: Page) -> None:
    draft.live = True
    draft.save(update_fields=["live"])


def _save_other_words(draft: Page, hotels: Page) -> None:
    hotels.title = "Inns"
    hotels.save()


def _save_another_slug(draft: Page, hotels: Page) -> None:
    hotels.slug = "inns"
    hotels.save()


def _save_as_base_page(draft: Page, hotels: Page) -> None:
    base = Page.objects.get(pk=hotels.pk)
    base.live = False
    base.save()


def _insert_live_page(draft: Page, hotels: Page) -> None:
    hotels.get_parent().add_child(instance=GuidancePage(title="Parks", slug="parks", live=True))


def _insert_live_term(draft: Page, hotels: Page) -> None:
    GlossaryTermFactory(live=True)


def _set_schedule_on_the_version(draft: Page, hotels: Page) -> None:
    revision = draft.get_latest_revision()
    revision.approved_go_live_at = tomorrow()
    revision.save()


def _save_version_with_schedule(draft: Page, hotels: Page) -> None:
    draft.save_revision(approved_go_live_at=tomorrow())


def _publish_version(draft: Page, hotels: Page) -> None:
    draft.get_latest_revision().publish()


def _publish_thing(draft: Page, hotels: Page) -> None:
    draft.publish(draft.get_latest_revision())


def _publish_base(draft: Page, hotels: Page) -> None:
    Page.objects.get(pk=draft.pk).publish(draft.get_latest_revision())


def _unpublish(draft: Page, hotels: Page) -> None:
    hotels.unpublish()


def _unpublish_set(draft: Page, hotels: Page) -> None:
    Page.objects.filter(pk=hotels.pk).unpublish()


def _unpublish_without_saving(draft: Page, hotels: Page) -> None:
    hotels.unpublish(commit=False)


def _delete(draft: Page, hotels: Page) -> None:
    hotels.delete()


def _delete_set(draft: Page, hotels: Page) -> None:
    GuidancePage.objects.filter(pk=hotels.pk).delete()


def _copy(draft: Page, hotels: Page) -> None:
    hotels.copy(update_attrs={"slug": "again"})


def _copy_with_what_is_below(draft: Page, hotels: Page) -> None:
    hotels.get_parent().copy(recursive=True, update_attrs={"slug": "again"})


def _create_alias(draft: Page, hotels: Page) -> None:
    hotels.create_alias(update_slug="again")


def _update_aliases(draft: Page, hotels: Page) -> None:
    with maintenance(reason="Made for the test"):
        hotels.create_alias(parent=hotels.get_parent(), update_slug="again")
    hotels.update_aliases()


def _move(draft: Page, hotels: Page) -> None:
    hotels.move(hotels.get_parent().get_parent(), pos="last-child")


def _show_another_version(draft: Page, hotels: Page) -> None:
    hotels.title = "Inns"
    hotels.save_revision().as_object().save()


def _update_or_create(draft: Page, hotels: Page) -> None:
    GuidancePage.objects.update_or_create(pk=draft.pk, defaults={"live": True})


def _expire_later(draft: Page, hotels: Page) -> None:
    hotels.expire_at = tomorrow()
    hotels.save()


@pytest.mark.parametrize(
    "path",
    [
        _save_as_live,
        _save_only_live,
        _save_other_words,
        _save_another_slug,
        _save_as_base_page,
        _insert_live_page,
        _insert_live_term,
        _set_schedule_on_the_version,
        _save_version_with_schedule,
        _publish_version,
        _publish_thing,
        _publish_base,
        _unpublish,
        _unpublish_set,
        _unpublish_without_saving,
        _delete,
        _delete_set,
        _copy,
        _copy_with_what_is_below,
        _create_alias,
        _update_aliases,
        _move,
        _show_another_version,
        _update_or_create,
        _expire_later,
    ],
)
def test_code_that_moves_a_page(
    path: Callable[[Page, Page], None], gate: Gate, draft: GuidancePage, hotels: GuidancePage
) -> None:
    with gate.shut(), pytest.raises(GateRefusedError), transaction.atomic():
        path(draft, hotels)


@pytest.mark.parametrize(
    "path",
    [
        lambda term: term.publish(term.save_revision()),
        lambda term: term.unpublish(),
        lambda term: term.delete(),
        lambda term: term.save_revision(approved_go_live_at=tomorrow()),
        lambda term: _with(term, term="Luring").save_revision().as_object().save(),
        lambda term: _with(term, live=False).save(update_fields=["live"]),
        lambda term: type(term).objects.filter(pk=term.pk).delete(),
    ],
    ids=["publish", "unpublish", "delete", "schedule", "save", "take down", "delete the set"],
)
def test_code_that_moves_a_snippet(
    path: Callable[[GlossaryTerm], None], gate: Gate, term: GlossaryTerm
) -> None:
    with gate.shut(), pytest.raises(GateRefusedError), transaction.atomic():
        path(term)


def _with(thing: Any, **changes: Any) -> Any:
    for name, value in changes.items():
        setattr(thing, name, value)
    return thing


def execute(sql: str, params: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _bulk_writes(draft: Page, hotels: Page, term: GlossaryTerm) -> dict[str, Callable[[], Any]]:
    """Every way to write what is public, or will be, without saving an object."""
    version = draft.get_latest_revision()
    another = GlossaryTermFactory.build(locale=term.locale, live=True)
    same = GlossaryTermFactory.build(pk=term.pk, slug=term.slug, locale=term.locale, live=False)
    at = tomorrow()
    return {
        "update": lambda: Page.objects.filter(pk=draft.pk).update(live=True),
        "update by subclass": lambda: GuidancePage.objects.filter(pk=draft.pk).update(live=True),
        "update by another column": lambda: Page.objects.filter(title="Taxis").update(live=True),
        "update with others": lambda: Page.objects.update(title="x", live=False),
        "update of the end": lambda: Page.objects.filter(pk=hotels.pk).update(expire_at=at),
        "bulk_update": lambda: Page.objects.bulk_update([_with(draft, live=True)], ["live"]),
        "snippet update": lambda: GlossaryTerm.objects.update(live=False),
        "snippet bulk_create": lambda: GlossaryTerm.objects.bulk_create([another]),
        "snippet bulk_create over what is there": lambda: GlossaryTerm.objects.bulk_create(
            [same], update_conflicts=True, update_fields=["live"], unique_fields=["id"]
        ),
        "SQL": lambda: execute("UPDATE wagtailcore_page SET live = (1 = 0)"),
        "SQL with a condition": lambda: execute(
            "update wagtailcore_page set title = 'x', live = (1 = 1) where id = %s", [draft.pk]
        ),
        "schedule": lambda: Revision.objects.filter(pk=version.pk).update(approved_go_live_at=at),
        "cancel all schedules": lambda: Revision.objects.update(approved_go_live_at=None),
        "schedule in bulk": lambda: Revision.objects.bulk_update(
            [_with(version, approved_go_live_at=at)], ["approved_go_live_at"]
        ),
    }


@pytest.mark.parametrize(
    "name",
    [
        "update",
        "update by subclass",
        "update by another column",
        "update with others",
        "update of the end",
        "bulk_update",
        "snippet update",
        "snippet bulk_create",
        "snippet bulk_create over what is there",
        "SQL",
        "SQL with a condition",
        "schedule",
        "cancel all schedules",
        "schedule in bulk",
    ],
)
def test_bulk_write_is_refused_even_by_an_open_gate(
    name: str, draft: GuidancePage, hotels: GuidancePage, term: GlossaryTerm
) -> None:
    """Nobody could judge it: no object is saved that a gatekeeper could look at."""
    write = _bulk_writes(draft, hotels, term)[name]
    before = public_state()

    with pytest.raises(UngatedWriteError), transaction.atomic():
        write()

    assert public_state() == before


def test_bulk_write_by_a_receiver_of_a_publication_is_refused(
    draft: GuidancePage, hotels: GuidancePage
) -> None:
    """What passes the gate passes alone."""

    def listen(instance: Any, **kwargs: Any) -> None:
        Page.objects.filter(pk=draft.pk).update(live=True)

    page_published.connect(listen)
    try:
        with pytest.raises(UngatedWriteError):
            hotels.save_revision().publish()
    finally:
        page_published.disconnect(listen)

    assert again(draft).live is False


def test_bulk_write_with_such_a_condition_is_none(draft: GuidancePage) -> None:
    revision = schedule(draft, tomorrow())

    changed = Revision.objects.filter(approved_go_live_at=revision.approved_go_live_at).update(
        object_str="Taxis and cabs"
    )

    assert changed == 1
    assert Page.objects.filter(expire_at=None, live=False).update(locked=False) >= 1


def test_repair_may_write_in_bulk(
    draft: GuidancePage, hotels: GuidancePage, term: GlossaryTerm
) -> None:
    for write in _bulk_writes(draft, hotels, term).values():
        with maintenance(reason="Restored from a backup"), transaction.atomic():
            write()
            transaction.set_rollback(True)


def test_bookkeeping_is_no_business_of_the_gate(gate: Gate, hotels: GuidancePage) -> None:
    with gate.shut():
        hotels.locked = True
        hotels.save(update_fields=["locked"])
        Page.objects.filter(pk=hotels.pk).update(has_unpublished_changes=True)

    assert gate.asked == []
