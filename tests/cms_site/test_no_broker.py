"""The broker is gone: editors notice a banner and nothing else, and nothing is lost."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError
from wagtail.test.utils.form_data import nested_form_data, streamfield

from cms_site.celery import app
from tests.factories.pages import GuidancePageFactory, campaign_home

pytestmark = pytest.mark.django_db


@dataclass
class ClosedBroker:
    """A port at which nothing listens, and every attempt to reach it."""

    port: int
    attempts: list[Any] = field(default_factory=list)


@pytest.fixture(params=["redis://127.0.0.1:{}/0", "amqp://guest:guest@127.0.0.1:{}//"])
def closed_broker(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ClosedBroker]:
    """Celery's broker is a port that refuses every connection."""
    connect = socket.socket.connect
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # taken, but nothing listens: nobody else can answer there
        broker = ClosedBroker(taken.getsockname()[1])

        def connect_and_tell(self: socket.socket, address: Any) -> None:
            if isinstance(address, tuple) and address[1] == broker.port:
                broker.attempts.append(address)
            connect(self, address)

        monkeypatch.setattr(socket.socket, "connect", connect_and_tell)
        # The address to write to comes first: unset, it reads as the other, and is put back so.
        monkeypatch.setattr(app.conf, "broker_write_url", request.param.format(broker.port))
        monkeypatch.setattr(app.conf, "broker_url", request.param.format(broker.port))
        monkeypatch.setattr(app.amqp, "_producer_pool", None)  # forget the broker of before
        monkeypatch.setattr(app, "_pool", None)
        yield broker


def test_sending_fails_at_once(closed_broker: ClosedBroker) -> None:
    with pytest.raises(OperationalError):
        app.send_task("campaign_releases.hand_out_due_work")

    assert closed_broker.attempts


def test_editors_save_publish_and_schedule_and_never_ask_for_the_broker(
    closed_broker: ClosedBroker, admin_client: Client
) -> None:
    page = GuidancePageFactory(parent=campaign_home(), title="First", draft=True)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])

    def send(title: str, **changes: Any) -> None:
        fields = {"title": title, "slug": page.slug, "body": streamfield([]), **changes}
        assert admin_client.post(edit, nested_form_data(fields)).status_code == 302
        page.refresh_from_db()

    send("Saved")
    assert (page.live, page.latest_revision.as_object().title) == (False, "Saved")
    send("Published", **{"action-publish": "1"})
    assert (page.live, page.title) == (True, "Published")
    ahead = timezone.localtime() + timedelta(minutes=5)
    send("Scheduled", **{"action-publish": "1", "go_live_at": f"{ahead:%Y-%m-%d %H:%M}"})
    assert (page.title, page.latest_revision.approved_go_live_at is None) == ("Published", False)

    admin = unescape(admin_client.get(reverse("wagtailadmin_home")).content.decode())
    assert "Scheduled pages are not going live or coming down." in admin
    health = admin_client.get("/health/deep")
    assert (health.status_code, health.json()["problems"]) == (503, ["No worker has run yet."])

    with time_machine.travel(ahead + timedelta(seconds=1)):
        call_command("publish_due", verbosity=0)
        assert admin_client.get("/health/deep").json()["problems"] == []
    page.refresh_from_db()
    assert (page.live, page.title) == (True, "Scheduled")
    assert closed_broker.attempts == []
