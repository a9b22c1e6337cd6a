"""A process of a stock Wagtail site: its own `publish_scheduled`, and nothing of ours."""

from __future__ import annotations

import time
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Page  # noqa: E402

from tests.bench.scheduled_pages import approve, make_pages  # noqa: E402
from tests.real_site import serve  # noqa: E402


def publish_scheduled(count: int) -> float:
    """Seconds in which the command publishes `count` pages; migrates the database first."""
    call_command("migrate", verbosity=0)
    pages = make_pages(count)
    approve(pages, timezone.now() - timedelta(seconds=1))
    begun = time.perf_counter()
    call_command("publish_scheduled")
    seconds = time.perf_counter() - begun
    assert Page.objects.filter(pk__in=pages, live=True).count() == count
    return seconds


if __name__ == "__main__":
    serve(publish_scheduled)
