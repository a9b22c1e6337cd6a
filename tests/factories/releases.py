"""Scheduled things, and the rows that record them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import factory
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Page, Revision

from campaign.releases.enums import WorkKind, WorkState
from campaign.releases.models import DueAttempt, DueWork


class ScheduledPage:
    """Plain Wagtail pages in each situation that due work meets, made through Wagtail itself.

    A schedule can only be set ahead of time, so the clock is put back while it is set.
    """

    @staticmethod
    def make(
        title: str = "",
        *,
        go_live_at: datetime | None = None,
        expire_at: datetime | None = None,
        live: bool = False,
        user: Any = None,
        parent: Page | None = None,
    ) -> Page:
        """Make a page that is live or not, with a draft approved for `go_live_at` if given.

        `expire_at` belongs to the scheduled version if there is one, else to the live page.
        """
        name = f"page-{uuid.uuid4()}"
        page = Page(title=title or name, slug=name, live=live)
        (parent or Page.objects.get(depth=1)).add_child(instance=page)
        earliest = min(moment for moment in (go_live_at, expire_at, timezone.now()) if moment)
        with time_machine.travel(earliest - timedelta(days=1), tick=False):
            if live:
                page.expire_at = None if go_live_at else expire_at
                page.save_revision(user=user).publish(user=user, skip_permission_checks=True)
            if go_live_at:
                ScheduledPage.schedule(page, go_live_at=go_live_at, expire_at=expire_at, user=user)
        return Page.objects.get(pk=page.pk)

    @staticmethod
    def schedule(
        page: Page, *, go_live_at: datetime, expire_at: datetime | None = None, user: Any = None
    ) -> Revision:
        """Approve a new version of a page for a moment, on the day before that moment."""
        with time_machine.travel(go_live_at - timedelta(days=1), tick=False):
            draft = Page.objects.get(pk=page.pk).get_latest_revision_as_object()
            draft.go_live_at = go_live_at
            draft.expire_at = expire_at
            revision = draft.save_revision(user=user)
            revision.publish(user=user, skip_permission_checks=True)
        revision.refresh_from_db()
        return revision


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()

    class Params:
        editor_in_chief = factory.Trait(is_staff=True, is_superuser=True)

    username = factory.Sequence(lambda number: f"editor-{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")


class DueWorkFactory(factory.django.DjangoModelFactory):
    """A row of due work as the use cases leave it. Without a page behind it unless one is given."""

    class Meta:
        model = DueWork

    class Params:
        failed = factory.Trait(
            state=WorkState.FAILED, attempts=6, tries=6, last_error="DatabaseError: disk full"
        )
        done = factory.Trait(
            state=WorkState.DONE,
            attempts=1,
            tries=1,
            finished_at=factory.LazyAttribute(lambda work: work.due_at + timedelta(seconds=0.2)),
        )

    kind = WorkKind.EXPIRY
    content_type = factory.LazyFunction(lambda: ContentType.objects.get_for_model(Page))
    object_id = factory.Sequence(lambda number: str(90_000 + number))
    title = factory.Sequence(lambda number: f"Thing {number}")
    due_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=5))
    state = WorkState.DUE


class DueAttemptFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DueAttempt

    work = factory.SubFactory(DueWorkFactory)
    number = 1
    started_at = factory.LazyFunction(timezone.now)
