"""A gatekeeper that says no, and how a test tries to get past it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry, Page, PageLogEntry, Revision
from wagtail.test.utils.form_data import nested_form_data, streamfield

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.pages.models import GuidancePage
from campaign.releases.enums import TransitionKind
from campaign.releases.gate import (
    PublicChange,
    Transition,
    register_gatekeeper,
    unregister_gatekeeper,
)
from campaign.releases.signals import public_state_changed
from content_blocks.models import GlossaryTerm

#: wagtail-localize publishes, and an API deletes, after the commit: such tests really commit.
commits = pytest.mark.django_db(transaction=True)

WHAT_TO_DO = "Ask Sam to lift the embargo."

#: What the audit log says about the public.
PUBLIC_ACTIONS = (
    "wagtail.publish",
    "wagtail.publish.schedule",
    "wagtail.publish.scheduled",
    "wagtail.schedule.cancel",
    "wagtail.unpublish",
    "wagtail.unpublish.scheduled",
    "wagtail.delete",
    "wagtail.move",
    "wagtail.rename",
)
PUBLIC_FIELDS = (
    *("pk", "title", "slug", "url_path", "path", "expire_at", "live_revision_id"),
    *("last_published_at", "alias_of_id", "locale_id"),
)


class Gate:
    """Lets a test shut the gate, and keeps the transitions about which it was asked."""

    def __init__(self) -> None:
        self.asked: list[Transition] = []
        self._stops: Callable[[Any], bool] = bool

    def _refuse(self, transition: Transition) -> list[Finding]:
        self.asked.append(transition)
        if not self._stops(transition.instance):
            return []
        return [
            Finding(
                rule="tests.embargo",
                severity=Severity.CRITICAL,
                why="This is under embargo.",
                what_to_do=WHAT_TO_DO,
            )
        ]

    @contextmanager
    def shut(self, stops: Callable[[Any], bool] = bool) -> Iterator[None]:
        """Inside, nothing passes (or not what it `stops`); afterwards, nothing has changed."""
        self._stops = stops
        before = public_state()
        register_gatekeeper("tests.embargo", self._refuse)
        try:
            yield
        finally:
            unregister_gatekeeper("tests.embargo")
        assert public_state() == before

    @property
    def kinds(self) -> set[TransitionKind]:
        """What it was asked about."""
        return {transition.kind for transition in self.asked}


def public_state() -> dict[str, Any]:
    """All that readers see, all that is scheduled, and what the log says about both."""
    return {
        "pages": sorted(Page.objects.filter(live=True).values_list(*PUBLIC_FIELDS)),
        "content": sorted(
            (hotels.pk, hotels.summary, json.dumps(hotels.body.raw_data[:]))
            for hotels in GuidancePage.objects.filter(live=True)
        ),
        "terms": sorted(
            GlossaryTerm.objects.filter(live=True).values_list("pk", "term", "expire_at", "locale")
        ),
        "schedules": sorted(
            Revision.objects.filter(approved_go_live_at__isnull=False).values_list(
                "pk", "approved_go_live_at"
            )
        ),
        "log": Counter(
            entry
            for log in (PageLogEntry, ModelLogEntry)
            for entry in log.objects.filter(action__in=PUBLIC_ACTIONS).values_list("action")
        ),
    }


@contextmanager
def public_changes() -> Iterator[list[PublicChange]]:
    """Everything that is announced as public meanwhile."""
    changes: list[PublicChange] = []

    def listen(change: PublicChange, **kwargs: Any) -> None:
        changes.append(change)

    public_state_changed.connect(listen)
    yield changes
    public_state_changed.disconnect(listen)


def again(thing: Any) -> Any:
    """The thing as it now is in the database."""
    return type(thing)._base_manager.get(pk=thing.pk)


def schedule(thing: Any, at: datetime) -> Revision:
    """Approve a new version for a moment."""
    version = again(thing).get_latest_revision_as_object()
    version.go_live_at = at
    revision = version.save_revision()
    revision.publish()
    return Revision.objects.get(pk=revision.pk)


def tomorrow() -> datetime:
    return timezone.now().replace(second=0, microsecond=0) + timedelta(days=1)


def typed(moment: datetime) -> str:
    """A time as an editor types it."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def page_form(page: Any, **changes: Any) -> dict[str, Any]:
    fields = {"title": page.title, "slug": page.slug, "body": streamfield([])}
    return nested_form_data(fields | changes)


def term_form(term: Any, /, **changes: Any) -> dict[str, Any]:
    return {"term": term.term, "slug": term.slug, "definition": term.definition} | changes


def edit(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def of_term(view: str, *args: Any) -> str:
    return reverse(f"wagtailsnippets_content_blocks_glossaryterm:{view}", args=args)


def told(client: Client, address: str, data: dict[str, Any] | None = None) -> str:
    """Send a form; whoever sent it reads what to do. Returns the page on which it says so."""
    response = client.post(address, data or {}, follow=True)
    shown = unescape(response.content.decode())
    assert response.status_code == 200
    said = re.findall(r'<li class="(?:success|warning|error|info)">.*?</li>', shown, re.DOTALL)
    assert WHAT_TO_DO in shown, (response.redirect_chain, said)
    assert "under embargo" in shown
    return shown
