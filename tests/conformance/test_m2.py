"""M2: a receiver of `page_published` raises once: the search engine or the CDN is down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Page, PageLogEntry
from wagtail.signals import page_published

from tests.factories.releases import ScheduledPage

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def scenario(platform: Any) -> dict[str, Any]:
    at = timezone.now().replace(microsecond=0)
    first = ScheduledPage.make(go_live_at=at - timedelta(seconds=2))
    second = ScheduledPage.make(go_live_at=at - timedelta(seconds=1))
    errors: list[int] = []

    def cdn_is_down_once(instance: Any, **kwargs: Any) -> None:
        if instance.pk == first.pk and not errors:
            errors.append(instance.pk)
            raise ConnectionError("the CDN does not answer")

    def is_logged() -> bool:
        entries = PageLogEntry.objects.filter(page=first.pk, action="wagtail.publish.scheduled")
        return entries.count() == 1

    page_published.connect(cdn_is_down_once)
    try:
        run = platform.publish_due(at)
    finally:
        page_published.disconnect(cdn_is_down_once)
    first_live = Page.objects.get(pk=first.pk).live
    observed = {
        "the run": run,
        "first page live, yet not in the audit log": first_live and not is_logged(),
        "second page live after this run": Page.objects.get(pk=second.pk).live,
    }
    platform.publish_due(at + timedelta(minutes=1))
    observed["first page live after the next run"] = Page.objects.get(pk=first.pk).live
    observed["its publication logged once"] = is_logged()
    return observed


def test_m2_a_failing_receiver_leaves_no_unlogged_publication_and_stops_nothing(
    compare: Callable[..., tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    stock, waymark = compare("M2", "A page_published receiver raises once", scenario)

    assert stock == {
        "the run": "aborted: ConnectionError",
        "first page live, yet not in the audit log": True,
        "second page live after this run": False,
        "first page live after the next run": True,
        "its publication logged once": False,
    }
    assert waymark == {
        "the run": "ended",
        "first page live, yet not in the audit log": False,
        "second page live after this run": True,
        "first page live after the next run": True,
        "its publication logged once": True,
    }
