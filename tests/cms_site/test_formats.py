"""Dates are written and read the British way, in the editor and on the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django import forms
from django.utils import formats


def test_dates_are_written_day_first() -> None:
    assert formats.date_format(date(2027, 4, 3)) == "3 April 2027"
    assert formats.date_format(date(2027, 4, 3), "SHORT_DATE_FORMAT") == "03/04/2027"
    assert formats.date_format(datetime(2027, 4, 3, 18, 5, tzinfo=UTC), "DATETIME_FORMAT") == (
        "3 April 2027, 18:05"
    )


def test_dates_are_read_day_first() -> None:
    assert forms.DateField(localize=True).clean("03/04/2027") == date(2027, 4, 3)
