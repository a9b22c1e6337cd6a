"""Waymark in a scenario's terms."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone

from campaign.pages.models import GuidancePage
from campaign.releases.effects import run_effects
from content_blocks.models import ContactRoute
from tests.conformance.sides import Side
from tests.factories.content_blocks import ContactRouteFactory
from tests.factories.pages import campaign_home, text_block


class Waymark(Side):
    """The site as `cms_site` runs it."""

    name = "waymark"
    page_model = GuidancePage

    @staticmethod
    def text_block(text: str) -> dict[str, Any]:
        return text_block(f"<p>{text}</p>")

    def make_home(self) -> None:
        campaign_home()

    def run_effects(self) -> None:
        """Carry out what the publications left to be done after their commit."""
        run_effects(timezone.now())

    def helpline(
        self, name: str, number: str, *, expire_at: datetime
    ) -> tuple[ContactRoute, dict[str, Any]]:
        route = ContactRouteFactory(
            name=name, number="+448005551111", number_display=number, expire_at=expire_at
        )
        route.save_revision().publish()
        value = {"heading": "", "audience": "", "routes": [route.pk], "layout": "full"}
        return route, {"type": "contacts", "value": value, "id": str(uuid4())}
