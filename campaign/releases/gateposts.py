"""Where the gate stands, so that no path to the public goes round it.

Three rings, from the outside in. `docs/decisions/0016-the-gate.md` says why, and what else was
considered; `tests/campaign/releases/gate_paths/` drives every path through them.

1. *Wagtail's two actions.* Publishing and unpublishing end in `PublishRevisionAction.execute` and
   `UnpublishAction.execute`, the editor's own button included. Here both run in one transaction and
   ask the gate first. Setting a schedule is our own few lines: Wagtail's announce a publication
   (`page_published`) and make aliases public although nothing is public yet.
2. *The write of a row.* Aliases, code that sets `live` and saves, deletions, and a schedule written
   to a revision do not pass through an action. Signals of the models check them.
3. *The database connection.* Bulk writes send no signal. A wrapper around every statement refuses
   those that would change what is public, outside the first two rings.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connections, transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, post_save, pre_delete, pre_migrate, pre_save
from django.utils import timezone
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.actions.delete_page import DeletePageAction
from wagtail.actions.publish_revision import PublishRevisionAction
from wagtail.actions.unpublish import UnpublishAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import DraftStateMixin, Page, Revision, WorkflowMixin

from campaign.assurance.rules import Key, key_of
from campaign.releases.enums import Cause, TransitionKind
from campaign.releases.exceptions import UngatedWriteError
from campaign.releases.gate import (
    PublicChange,
    Transition,
    acting,
    acting_now,
    bulk_writes,
    bulk_writes_allowed,
    check,
    moment,
)
from campaign.releases.language_sets import follow_time_of_source, scheduled_time
from campaign.releases.schedules import draft_state_models
from campaign.releases.signals import public_state_changed, transition_made
from campaign.releases.takedown import takedown_against

BOOKKEEPING = frozenset(
    {
        "latest_revision",
        "latest_revision_created_at",
        "has_unpublished_changes",
        "draft_title",
        "locked",
        "locked_at",
        "locked_by",
        "owner",
        "numchild",
    }
)
"""Columns that change nothing a reader sees."""


@dataclass(frozen=True)
class Pass:
    """A transition that was let through and is being written now."""

    key: Key
    revision: Any = None


_passes: ContextVar[tuple[Pass, ...]] = ContextVar("campaign_releases_passes", default=())
_tickets: ContextVar[frozenset[tuple[str, str]]] = ContextVar(
    "campaign_releases_tickets", default=frozenset()
)
_migrating = False


@contextmanager
def maintenance(*, reason: str) -> Iterator[None]:
    """Let code inside write to `live` and to schedules as it likes: repair, imports, tests.

    Nobody is asked. What is saved object by object is still recorded, with this reason; bulk
    writes are not.
    """
    with bulk_writes(), acting(cause=Cause.MAINTENANCE, reason=reason):
        yield


def install() -> None:
    """Put the gate in its places. Called once, when the app is ready."""
    _install_actions()
    _install_signals()
    connection_created.connect(_guard_connection, dispatch_uid="campaign_releases.gate.guard")
    for connection in connections.all(initialized_only=True):
        _guard_connection(connection=connection)


# --- Ring 1: Wagtail's two actions --------------------------------------------------------------


def _install_actions() -> None:
    if hasattr(PublishRevisionAction.execute, "campaign_releases_gate"):
        return
    for action, gated in (
        (PublishRevisionAction, _gated_publish),
        (UnpublishAction, _gated_unpublish),
        (UnpublishPageAction, _atomic),
        # These write the log first, or several pages one by one: refused half-way, all is undone.
        (CopyPageAction, _atomic),
        (CopyPageForTranslationAction, _atomic),
        (CreatePageAliasAction, _atomic),
        (DeletePageAction, _atomic),
    ):
        action.execute = gated(action.execute)
        action.execute.campaign_releases_gate = True


def _gated_publish(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def execute(action: Any, skip_permission_checks: bool = False) -> Any:
        with transaction.atomic(), acting(user=action.user or acting_now().user):
            action.check(skip_permission_checks=skip_permission_checks)
            thing = action.object
            follow_time_of_source(thing, at=moment())
            transition = _publication_of(thing, action.revision)
            check(transition)
            if transition.kind is TransitionKind.SCHEDULE:
                transition = replace(transition, former_at=scheduled_time(thing))
            with _passing(thing, action.revision):
                if transition.kind is TransitionKind.SCHEDULE:
                    _set_schedule(action)
                else:
                    _publish(action, original)
                    _end_workflow(thing)
            transition_made.send(sender=Transition, transition=transition)

    return execute


def _publication_of(thing: Any, revision: Any) -> Transition:
    """A version with a time ahead of the moment that counts is scheduled, any other published."""
    at = moment()
    if _in_release() and thing.go_live_at:
        # The release sets the time, whatever the version says.
        thing.go_live_at = None
    if thing.go_live_at and thing.go_live_at > at:
        kind, at = TransitionKind.SCHEDULE, thing.go_live_at
    else:
        kind = TransitionKind.PUBLISH
    return Transition(kind=kind, instance=thing, revision=revision, at=at, acting=acting_now())


def _in_release() -> bool:
    return acting_now().cause is Cause.RELEASE


def _end_workflow(thing: Any) -> None:
    """A person who publishes ends the workflow under way; a schedule or release leaves it alone."""
    if acting_now().cause is not Cause.PERSON or not isinstance(thing, WorkflowMixin):
        return
    under_way = thing.current_workflow_state
    if under_way is not None:
        under_way.cancel(user=acting_now().user)


def _publish(action: Any, original: Callable[..., Any]) -> None:
    """Publish through Wagtail, as of the moment that counts.

    Scheduled work begins shortly before its moment and commits at it. Wagtail looks at the clock of
    the machine and would schedule the version again, so the time is put aside meanwhile.
    """
    thing, as_of = action.object, acting_now().at
    if as_of is None or as_of <= timezone.now():
        original(action, skip_permission_checks=True)
        return
    planned, first = thing.go_live_at, thing.first_published_at
    thing.go_live_at = None
    original(action, skip_permission_checks=True)
    stamps: dict[str, Any] = {"go_live_at": planned, "last_published_at": as_of}
    if first is None:
        stamps["first_published_at"] = as_of
    _row(thing).update(**stamps)
    for name, value in stamps.items():
        setattr(thing, name, value)


def _set_schedule(action: Any) -> None:
    """Approve a version for its time. Nothing becomes public, and nothing is announced as such."""
    thing, revision = action.object, action.revision
    revision.approved_go_live_at = thing.go_live_at
    revision.save(update_fields=["approved_go_live_at"])
    thing.revisions.exclude(pk=revision.pk).update(approved_go_live_at=None)
    thing.has_unpublished_changes = True
    if not thing.live:
        # What is not public shows its next version in the admin's lists. Wagtail asks for a live
        # version instead, and so takes down what is public without one (made by code).
        thing.expired = False
        thing.save()
    if action.log_action:
        action.log_scheduling_action()


def _gated_unpublish(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def execute(action: Any, skip_permission_checks: bool = False) -> Any:
        with transaction.atomic(), acting(user=action.user or acting_now().user):
            thing = action.object
            action.check(skip_permission_checks=skip_permission_checks)
            if not thing.live:
                return original(action, skip_permission_checks=True)
            transition = _transition(TransitionKind.WITHDRAW, thing)
            check(transition)
            with _passing(thing):
                result = original(action, skip_permission_checks=True)
            if not action.commit:
                # The row is about to be deleted.
                _announce(thing, was_public=True, old_path=getattr(thing, "url_path", ""))
            transition_made.send(sender=Transition, transition=transition)
            return result

    return execute


def _atomic(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def execute(action: Any, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            return original(action, *args, **kwargs)

    return execute


@contextmanager
def _passing(thing: Any, revision: Any = None) -> Iterator[None]:
    token = _passes.set((*_passes.get(), Pass(key_of(thing), revision)))
    try:
        yield
    finally:
        _passes.reset(token)


def _pass_of(thing: Any) -> Pass | None:
    key = key_of(thing)
    return next((one for one in reversed(_passes.get()) if one.key == key), None)


def _transition(kind: TransitionKind, thing: Any, revision: Any = None) -> Transition:
    return Transition(
        kind=kind, instance=thing, revision=revision, at=moment(), acting=_acting_for(thing)
    )


def _acting_for(thing: Any) -> Any:
    """An alias moves because its original does, when nobody said otherwise."""
    now = acting_now()
    if getattr(thing, "alias_of_id", None) and now.cause in (Cause.PERSON, Cause.SCHEDULE):
        return replace(now, cause=Cause.LANGUAGE_SET)
    return now


# --- Ring 2: the write of a row -----------------------------------------------------------------


def _install_signals() -> None:
    pre_migrate.connect(_migration_begins, dispatch_uid="campaign_releases.gate.pre_migrate")
    post_migrate.connect(_migration_ends, dispatch_uid="campaign_releases.gate.post_migrate")
    pre_save.connect(_before_schedule, sender=Revision, dispatch_uid="campaign_releases.gate.set")
    post_save.connect(_after_schedule, sender=Revision, dispatch_uid="campaign_releases.gate.was")
    for model in _models_with_drafts():
        name = model._meta.label_lower
        pre_save.connect(_before_write, sender=model, dispatch_uid=f"gate.before.{name}")
        post_save.connect(_after_write, sender=model, dispatch_uid=f"gate.after.{name}")
        if not issubclass(model, Page):
            # A page is unpublished by Wagtail before it is deleted.
            pre_delete.connect(_before_delete, sender=model, dispatch_uid=f"gate.delete.{name}")


@functools.cache
def _models_with_drafts() -> tuple[type[Any], ...]:
    from django.apps import apps  # noqa: PLC0415 - only once all models are there

    return tuple(model for model in apps.get_models() if issubclass(model, DraftStateMixin))


def _migration_begins(**_kwargs: Any) -> None:
    global _migrating
    _migrating = True


def _migration_ends(**_kwargs: Any) -> None:
    global _migrating
    _migrating = False


def _row(thing: Any) -> Any:
    """The row that holds `live`, as a query: for every page the table of Page."""
    model: Any = Page if isinstance(thing, Page) else type(thing)
    return model._base_manager.filter(pk=thing.pk)


def _before_write(
    instance: Any,
    raw: bool = False,
    update_fields: frozenset[str] | None = None,
    **_kwargs: Any,
) -> None:
    instance.__dict__.pop("_gate_before", None)
    if raw:
        # A fixture: an operator restores rows as they were. Nothing is published by that.
        _add_ticket(instance)
        return
    if _migrating or (update_fields is not None and BOOKKEEPING.issuperset(update_fields)):
        return
    names = ("live", "url_path") if isinstance(instance, Page) else ("live",)
    before = (_row(instance).values(*names).first() if instance.pk else None) or {"live": False}
    _keep_alias_with_its_original(instance)
    is_public, was_public = bool(instance.live), before["live"]
    kind = TransitionKind.PUBLISH if is_public else TransitionKind.WITHDRAW
    if (is_public or was_public) and _pass_of(instance) is None:
        check(_transition(kind, instance))
    instance._gate_before = before
    _add_ticket(instance)


def _keep_alias_with_its_original(instance: Any) -> None:
    """An alias is public only while its original is, and where nobody has taken it down.

    Nothing else says so: it is written whenever its original is, and stops nobody.
    """
    original_id = getattr(instance, "alias_of_id", None)
    if instance.live and original_id is not None:
        instance.live = (
            Page._base_manager.filter(pk=original_id, live=True).exists()
            and takedown_against(instance, cause=acting_now().cause) is None
        )


def _after_write(instance: Any, **_kwargs: Any) -> None:
    _drop_tickets(instance)
    before = instance.__dict__.pop("_gate_before", None)
    if before is None:
        return
    old_path = before.get("url_path", "")
    if instance.live or before["live"]:
        held = _pass_of(instance)
        _announce(
            instance,
            was_public=before["live"],
            is_public=bool(instance.live),
            old_path=old_path,
            revision=held and held.revision,
        )
    if old_path and old_path != instance.url_path:
        _announce_moved_descendants(instance, old_path)


def _announce_moved_descendants(page: Any, old_path: str) -> None:
    """Every page below has another address now; their own rows are written by SQL later."""
    for found in Page.objects.descendant_of(page).filter(live=True).specific().iterator(100):
        was = found.url_path
        below = was.removeprefix(old_path) if was.startswith(old_path) else None
        if below is None:
            # Already written: the move came first.
            was = old_path + found.url_path.removeprefix(page.url_path)
        else:
            found.url_path = page.url_path + below
        _announce(found, was_public=True, is_public=True, old_path=was)


def _before_delete(instance: Any, **_kwargs: Any) -> None:
    if _migrating or not instance.live:
        return
    transition = _transition(TransitionKind.WITHDRAW, instance)
    check(transition)
    _announce(instance, was_public=True)
    transition_made.send(sender=Transition, transition=transition)


def _announce(
    thing: Any,
    *,
    was_public: bool,
    is_public: bool = False,
    old_path: str = "",
    revision: Any = None,
) -> None:
    instance = thing.specific if isinstance(thing, Page) else thing
    public_state_changed.send(
        sender=PublicChange,
        change=PublicChange(
            instance=instance,
            was_public=was_public,
            is_public=is_public,
            old_path=old_path,
            revision=revision,
            at=moment(),
            acting=_acting_for(thing),
        ),
    )


def _before_schedule(
    instance: Any,
    raw: bool = False,
    update_fields: frozenset[str] | None = None,
    **_kwargs: Any,
) -> None:
    instance.__dict__.pop("_gate_scheduled", None)
    if raw:
        _add_ticket(instance)
        return
    written = update_fields is None or "approved_go_live_at" in update_fields
    if _migrating or not written:
        return
    _add_ticket(instance)
    before = _approved_time(instance)
    if before == instance.approved_go_live_at:
        return
    thing = instance.as_object()
    if _pass_of(thing) is not None:
        return
    if instance.approved_go_live_at:
        kind, at = TransitionKind.SCHEDULE, instance.approved_go_live_at
    else:
        kind, at = TransitionKind.UNSCHEDULE, before or moment()
    transition = replace(_transition(kind, thing, instance), at=at, former_at=before)
    check(transition)
    instance._gate_scheduled = transition


def _approved_time(revision: Any) -> datetime | None:
    if revision.pk is None:
        return None
    found: datetime | None = (
        Revision._base_manager.filter(pk=revision.pk)
        .values_list("approved_go_live_at", flat=True)
        .first()
    )
    return found


def _after_schedule(instance: Any, **_kwargs: Any) -> None:
    _drop_tickets(instance)
    transition = instance.__dict__.pop("_gate_scheduled", None)
    if transition is not None:
        transition_made.send(sender=Transition, transition=transition)


# --- Ring 3: the database connection ------------------------------------------------------------


def _add_ticket(instance: Any) -> None:
    """Note that this row's own save may write what is watched."""
    table = _watched_table(instance)
    _tickets.set(_tickets.get() | {(table, str(instance.pk)), (table, "None")})


def _drop_tickets(instance: Any) -> None:
    table = _watched_table(instance)
    _tickets.set(_tickets.get() - {(table, str(instance.pk)), (table, "None")})


def _watched_table(instance: Any) -> str:
    model: Any = Page if isinstance(instance, Page) else type(instance)
    return str(model._meta.db_table)


@functools.cache
def _watched() -> dict[str, tuple[str, ...]]:
    """The columns that decide what is public, for each table."""
    tables = {model._meta.db_table: ("live", "expire_at") for model in draft_state_models()}
    return tables | {Revision._meta.db_table: ("approved_go_live_at",)}


_WRITE = re.compile(r'\s*(UPDATE|INSERT(?: OR \w+)? INTO)\s+["`]?(\w+)["`]?\s', re.IGNORECASE)


def _guard_connection(connection: Any, **_kwargs: Any) -> None:
    if _guard_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_guard_statement)


def _guard_statement(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if isinstance(sql, str) and not sql.startswith("SELECT") and (found := _WRITE.match(sql)):
        _guard_write(sql, table=found[2], is_update=found[1].upper() == "UPDATE", params=params)
    return execute(sql, params, many, context)


def _guard_write(sql: str, *, table: str, is_update: bool, params: Any) -> None:
    columns = _watched().get(table)
    if columns is None or _migrating or bulk_writes_allowed():
        return
    values = list(params or ())
    if is_update:
        touched, key = _columns_set(sql, columns), str(values[-1]) if values else ""
    else:
        touched, key = _columns_given_a_value(sql, values, columns), "None"
    if not touched or (table, key) in _tickets.get() or _belongs_to_a_pass(table, values):
        return
    raise UngatedWriteError(table, touched[0])


def _belongs_to_a_pass(table: str, values: Sequence[Any]) -> bool:
    """Whether Wagtail clears the other schedules of what it publishes or withdraws just now."""
    # A version names its thing by the key as text, and nothing else there is such a text.
    return table == Revision._meta.db_table and any(one.key[1] in values for one in _passes.get())


def _columns_set(sql: str, columns: Sequence[str]) -> list[str]:
    """The watched columns that an UPDATE sets, or an INSERT where a row is there already.

    In a condition Django writes the table before the column; in what it sets, never.
    """
    assignments = re.split(r"\bWHERE\b", sql, maxsplit=1, flags=re.IGNORECASE)[0]
    return [
        column
        for column in columns
        if re.search(rf'(?<![.\w])["`]{column}["`]\s*=', sql)
        or re.search(rf"(?<![.\w]){column}\s*=", assignments)
    ]


def _columns_given_a_value(sql: str, values: Sequence[Any], columns: Sequence[str]) -> list[str]:
    """The watched columns to which an INSERT gives a value other than false or nothing."""
    inserted, _conflict, update = sql.partition(" ON CONFLICT")
    named = re.search(r"\(([^)]*)\)", inserted)
    names = [name.strip(' "`') for name in named[1].split(",")] if named else []
    return [
        column
        for column in columns
        if column in names
        and any(values[index] for index in range(names.index(column), len(values), len(names)))
    ] + _columns_set(update, columns)
