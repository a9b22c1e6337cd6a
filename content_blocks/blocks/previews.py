"""Records for previews of blocks: complete, invented, never saved, made without the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from content_blocks.enums import (
    Anonymity,
    Audience,
    Channel,
    Cost,
    Independence,
    PoliceIndependence,
    RouteStatus,
    ShownOnBill,
    Urgency,
)
from content_blocks.models import ContactRoute


def is_preview(records: Iterable[Any]) -> bool:
    """Whether a value holds records that were never saved, as only a block's preview does."""
    return any(record is not None and record.pk is None for record in records)


def preview_emergency() -> ContactRoute:
    """999 for a preview."""
    return ContactRoute(
        slug="999",
        name=_("Police, emergency"),
        short_use=_("A child is in danger now, or is being hurt or taken somewhere."),
        urgency=Urgency.NOW,
        channel=Channel.PHONE,
        number="999",
        number_display="999",
        cost=Cost.FREE,
        status=RouteStatus.LIVE,
    )


def preview_route(slug: str, name: str, number: str, shown: str, short_use: str) -> ContactRoute:
    """Return a route for a preview: invented but complete, never saved."""
    return ContactRoute(
        slug=slug,
        name=name,
        short_use=short_use,
        audiences=[Audience.WORRIED_ADULT],
        channel=Channel.PHONE,
        number=number,
        number_display=shown,
        operator="An independent charity",
        independent_of_council=Independence.YES,
        independent_of_police=PoliceIndependence.YES,
        anonymity=Anonymity.CAN_STAY_ANONYMOUS,
        what_is_shared="If a child is in danger they tell the police or the council.",
        always_open=True,
        cost=Cost.FREE,
        shows_on_bill=ShownOnBill.UNKNOWN,
        languages_text="Interpreters on request",
        verified_on=date(2026, 11, 21),
        verified_by="Campaign team",
        review_due=date(9999, 12, 31),
        status=RouteStatus.LIVE,
    )


def preview_page(title: str, summary: str = "") -> Page:
    """Return a page for a preview; given a content type, it does not look its own up."""
    return Page(title=title, search_description=summary, content_type_id=-1)


def preview_image(title: str) -> Any:
    """Return an image for a preview; given no collection, it does not look the root one up."""
    return get_image_model()(title=title, width=960, height=540, collection_id=None)


def preview_document(title: str, name: str, size: int = 0) -> Any:
    """Return a document for a preview, as `preview_image` does."""
    return get_document_model()(title=title, file=name, file_size=size, collection_id=None)
