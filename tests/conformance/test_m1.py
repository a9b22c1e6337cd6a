"""M1: two pages are due; the first raises one transient error while it is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.signals import pre_save
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, Revision

from tests.factories.releases import ScheduledPage

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def scenario(platform: Any) -> dict[str, Any]:
    at = timezone.now().replace(microsecond=0)
    first = ScheduledPage.make(go_live_at=at - timedelta(seconds=2))
    second = ScheduledPage.make(go_live_at=at - timedelta(seconds=1))
    errors: list[int] = []

    def disk_is_full_once(instance: Any, **kwargs: Any) -> None:
        if isinstance(instance, Page) and instance.pk == first.pk and not errors:
            errors.append(instance.pk)
            raise OSError("No space left on device")

    pre_save.connect(disk_is_full_once)
    try:
        run = platform.publish_due(at)
    finally:
        pre_save.disconnect(disk_is_full_once)
    observed = {
        "the run": run,
        "second page live after this run": Page.objects.get(pk=second.pk).live,
        "first page still scheduled": Revision.objects.for_instance(first)
        .filter(approved_go_live_at__isnull=False)
        .exists(),
    }
    for minutes in (1, 2, 3):
        platform.publish_due(at + timedelta(minutes=minutes))
    observed["first page live after three more runs"] = Page.objects.get(pk=first.pk).live
    observed["publications logged"] = PageLogEntry.objects.filter(
        page__in=[first.pk, second.pk], action="wagtail.publish.scheduled"
    ).count()
    return observed


def test_m1_a_transient_error_neither_loses_a_schedule_nor_stops_the_others(
    compare: Callable[..., tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    stock, waymark = compare("M1", "One of two due pages fails once while saving", scenario)

    assert stock == {
        "the run": "aborted: OSError",
        "second page live after this run": False,
        "first page still scheduled": False,
        "first page live after three more runs": False,
        "publications logged": 1,
    }
    assert waymark == {
        "the run": "ended",
        "second page live after this run": True,
        "first page still scheduled": True,
        "first page live after three more runs": True,
        "publications logged": 2,
    }
