"""The process of a site whose effects are carried out by real workers.

python -m tests.campaign.releases.effects_process
"""

from __future__ import annotations

import time
from typing import Any

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from wagtail.models import Page  # noqa: E402
from wagtail.test.utils.form_data import nested_form_data, streamfield  # noqa: E402

from campaign.releases import effects  # noqa: E402
from campaign.releases.models import Effect  # noqa: E402
from tests.campaign.releases import noting  # noqa: E402
from tests.factories.pages import GuidancePageFactory, campaign_home  # noqa: E402
from tests.real_site import serve  # noqa: E402


def add(address: str, numbers: list[int], *, commit: bool = True, seconds: float = 0) -> None:
    """Add effects in one transaction; take it back unless it is to be committed."""
    with transaction.atomic():
        for number in numbers:
            payload = {"n": number, "seconds": seconds}
            effects.add("note", address=address, payload=payload)
        transaction.set_rollback(not commit)


def add_taken_back(address: str, numbers: list[int]) -> None:
    """Add effects in a transaction that is taken back."""
    add(address, numbers, commit=False)


def add_slow(address: str, seconds: float) -> None:
    """Add an effect that takes its time, the first time."""
    add(address, [0], seconds=seconds)


def notes() -> list[list[str]]:
    """What the workers wrote down."""
    return noting.notes()


def states() -> dict[str, int]:
    """How many effects there are in each state."""
    found: dict[str, int] = {}
    for state in Effect.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def edit_often(times: int) -> list[float]:
    """Publish a page through the editor's own form again and again; the seconds of each request."""
    user = get_user_model().objects.create_superuser("boss", "boss@example.org", "x")
    home = campaign_home()
    page: Any = GuidancePageFactory(parent=home, slug="hotels")
    client = Client()
    client.force_login(user)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    seconds = []
    for number in range(times):
        fields = {
            "title": f"Version {number}",
            "slug": page.slug,
            "body": streamfield([]),
            "action-publish": "1",
        }
        begun = time.perf_counter()
        response = client.post(edit, nested_form_data(fields))
        seconds.append(time.perf_counter() - begun)
        assert response.status_code == 302, response.content.decode()[:2000]
    assert Page.objects.get(pk=page.pk).title == f"Version {times - 1}"
    return seconds


if __name__ == "__main__":
    serve(add, add_taken_back, add_slow, notes, states, edit_often)
