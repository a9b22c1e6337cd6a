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

from campaign.releases import approval, membership, preflight, releasing
from campaign.releases.enums import CheckTrigger, ItemAction, WorkKind, WorkState
from campaign.releases.models import DueAttempt, DueWork, Release
from content_blocks.models import GlossaryTerm
from tests.factories.content_blocks import GlossaryTermFactory
from tests.factories.pages import GuidancePageFactory, campaign_home


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


# --- Releases -------------------------------------------------------------------------------------


class ReleaseFactory(factory.django.DjangoModelFactory):
    """A draft release without items. `ReleaseStory` leads one through its life by the use cases."""

    class Meta:
        model = Release

    title = factory.Sequence(lambda number: f"Release {number}")
    owner = factory.SubFactory(UserFactory)
    created_by = factory.SelfAttribute("owner")
    zone = "Europe/London"
    created_at = factory.LazyFunction(timezone.now)


class ReleaseStory:
    """Releases in each situation, made through the use cases themselves."""

    @staticmethod
    def page(
        title: str = "", *, live: bool = False, parent: Page | None = None, **fields: Any
    ) -> Any:
        """A guidance page with one version; a draft unless `live`."""
        home = parent or Page.objects.filter(depth=2).first() or campaign_home()
        page = GuidancePageFactory(
            parent=home, title=title or f"Page {uuid.uuid4()}", live=False, **fields
        )
        revision = page.save_revision()
        if live:
            revision.publish()
        page.refresh_from_db()
        return page

    @staticmethod
    def term(name: str, *, live: bool = False) -> GlossaryTerm:
        """A record with one version; a draft unless `live`."""
        term = GlossaryTermFactory(term=name, live=False)
        revision = term.save_revision()
        if live:
            revision.publish()
        term.refresh_from_db()
        return term

    @staticmethod
    def edit(thing: Any, *, user: Any = None, **fields: Any) -> Revision:
        """Save a new draft of a page or record."""
        draft = type(thing).objects.get(pk=thing.pk).get_latest_revision_as_object()
        for name, value in fields.items():
            setattr(draft, name, value)
        return draft.save_revision(user=user)

    @staticmethod
    def draft(*things: Any, at: datetime, user: Any = None, withdraw: Any = ()) -> Release:
        """A draft release with these things, and those in `withdraw` coming down."""
        user = user or UserFactory(editor_in_chief=True)
        release = membership.create_release("March", user=user, at=at)
        for thing in things:
            membership.add_item(release, thing, user=user, at=at)
        for thing in withdraw:
            membership.add_item(release, thing, user=user, at=at, action=ItemAction.WITHDRAW)
        return release

    @staticmethod
    def approved(*things: Any, at: datetime, withdraw: Any = (), approver: Any = None) -> Release:
        """The same, approved by somebody else."""
        release = ReleaseStory.draft(*things, at=at, withdraw=withdraw)
        return ReleaseStory.approve(release, at=at, approver=approver)

    @staticmethod
    def approve(release: Release, *, at: datetime, approver: Any = None) -> Release:
        """Check a draft, and let somebody approve it."""
        preflight.check_release(release, trigger=CheckTrigger.ASKED, at=at)
        approver = approver or UserFactory(editor_in_chief=True)
        return approval.approve(release, user=approver, at=at)

    @staticmethod
    def timed(release: Release, goes_live_at: datetime, ends_at: datetime | None = None) -> Release:
        """Give a release these moments, as clocks in UTC show them."""
        return releasing.set_release_times(
            release,
            goes_live=goes_live_at.replace(tzinfo=None),
            ends=ends_at and ends_at.replace(tzinfo=None),
            zone="UTC",
            user=release.owner,
            at=min(goes_live_at, timezone.now()) - timedelta(days=30),
        )

    @staticmethod
    def scheduled(
        *things: Any,
        at: datetime,
        goes_live_at: datetime,
        ends_at: datetime | None = None,
        withdraw: Any = (),
    ) -> Release:
        """The same, scheduled at `at`."""
        release = ReleaseStory.draft(*things, at=at, withdraw=withdraw)
        release = ReleaseStory.timed(release, goes_live_at, ends_at)
        release = ReleaseStory.approve(release, at=at)
        return releasing.schedule_release(release, user=release.owner, at=at)

    @staticmethod
    def live(*things: Any, at: datetime, withdraw: Any = ()) -> Release:
        """The same, published at `at`."""
        release = ReleaseStory.approved(*things, at=at, withdraw=withdraw)
        return releasing.publish_now(release, user=release.owner, at=at)
