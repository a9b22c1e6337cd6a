"""The process of a site whose effects are carried out by real workers.

python -m tests.campaign.releases.effects_process
"""

from __future__ import annotations

import time

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


def prepare() -> int:
    """Make an editor and a page; returns the page's number."""
    get_user_model().objects.create_superuser("boss", "boss@example.org", "x")
    return int(GuidancePageFactory(parent=campaign_home(), slug="hotels").pk)


def publish_often(pk: int, times: int) -> list[float]:
    """Publish a page through the editor's own form again and again; the seconds of each request."""
    client = Client()
    client.force_login(get_user_model().objects.get(username="boss"))
    edit = reverse("wagtailadmin_pages:edit", args=[pk])
    seconds = []
    for _number in range(times):
        title = f"Version {time.time_ns()}"
        fields = {"title": title, "slug": "hotels", "body": streamfield([]), "action-publish": "1"}
        begun = time.perf_counter()
        response = client.post(edit, nested_form_data(fields))
        seconds.append(time.perf_counter() - begun)
        assert response.status_code == 302, response.content.decode()[:2000]
        assert Page.objects.get(pk=pk).title == title
    return seconds


if __name__ == "__main__":
    serve(add, add_taken_back, add_slow, notes, states, prepare, publish_often)
