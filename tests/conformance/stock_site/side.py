"""The stock site in a scenario's terms."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from wagtail.models import Locale, Page, Site

from tests.conformance.sides import Side
from tests.conformance.stock_site.models import PlainHelpline, PlainPage


class Stock(Side):
    """Wagtail and wagtail-localize as they come."""

    name = "stock"
    page_model = PlainPage

    @staticmethod
    def text_block(text: str) -> dict[str, Any]:
        return {"type": "text", "value": f"<p>{text}</p>", "id": str(uuid4())}

    def make_home(self) -> None:
        site = Site.objects.get()
        welcome = site.root_page
        site.root_page = Page.objects.get(depth=1).add_child(
            instance=PlainPage(title="Home", slug="plain-home")
        )
        site.hostname = "testserver"
        site.save()
        welcome.delete()

    def helpline(
        self, name: str, number: str, *, expire_at: datetime
    ) -> tuple[PlainHelpline, dict[str, Any]]:
        helpline = PlainHelpline.objects.create(
            name=name, number=number, locale=Locale.get_default(), expire_at=expire_at
        )
        helpline.save_revision().publish()
        return helpline, {"type": "helpline", "value": helpline.pk, "id": str(uuid4())}
