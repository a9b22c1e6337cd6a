"""When pages have to be checked again, for the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from wagtail.models import get_page_models

from campaign.pages.models.base import ReviewMixin
from campaign.releases.calendar import Entry, reviews_of


def page_reviews(start: date, end: date) -> Iterator[Entry]:
    """An entry for each public page whose review falls due from `start` to before `end`."""
    for model in get_page_models():
        if issubclass(model, ReviewMixin):
            yield from reviews_of(model, start, end, owner_field="owner_id")
