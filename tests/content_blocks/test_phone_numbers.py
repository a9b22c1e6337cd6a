"""What an editor types, what is stored, what a reader sees."""

from __future__ import annotations

import pytest

from content_blocks import phone_numbers
from content_blocks.exceptions import PhoneNumberError


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("0800 1111", "+448001111", "0800 1111"),
        ("0808 800 5000", "+448088005000", "0808 800 5000"),
        ("+44 (0)808 800 5000", "+448088005000", "0808 800 5000"),
        ("+448088005000", "+448088005000", "0808 800 5000"),
        ("01709\u00a0336080", "+441709336080", "01709 336080"),
        ("08 08 16 89 111", "+448081689111", "0808 168 9111"),
        ("0800-40-50-40", "+44800405040", "0800 405040"),
        ("+353 1 234 5678", "+35312345678", "+353 1 234 5678"),
        ("999", "999", "999"),
        ("101", "101", "101"),
        ("61016", "61016", "61016"),
        ("116 000", "116000", "116 000"),
        ("119", "119", "119"),
        ("18000", "18000", "18000"),
        ("18001 101", "18001101", "18001 101"),
        ("18001 0800 1111", "1800108001111", "18001 0800 1111"),
    ],
)
def test_number_is_stored_in_one_form_and_shown_in_groups(typed, stored, shown):
    assert phone_numbers.normalise(typed) == stored
    assert phone_numbers.display(stored) == shown
    assert phone_numbers.normalise(stored) == stored


@pytest.mark.parametrize(
    "typed", ["", "12", "998", "0808 800 500", "ring us", "18001", "18001 12", "+44"]
)
def test_number_that_cannot_be_dialled_is_refused_in_an_editors_words(typed):
    with pytest.raises(PhoneNumberError) as refusal:
        phone_numbers.normalise(typed)

    assert refusal.value.text == typed
    assert refusal.value.messages == [
        f"“{typed}” is not a number that can be called from the United Kingdom. Write it in full, "
        "for example 0808 800 5000 or +44 808 800 5000, or use a known short number such as 999, "
        "101, 61016 or 116 000."
    ]


def test_number_of_no_known_form_is_shown_rather_than_hidden():
    assert phone_numbers.display("12345") == "12345"


@pytest.mark.parametrize(
    ("number", "shown", "same"),
    [
        ("+448081689111", "08 08 16 89 111", True),
        ("+448081689111", "0808 168 9112", False),
        ("999", "999", True),
        ("999", "101", False),
        ("+448081689111", "ring us", False),
    ],
)
def test_shown_number_is_the_same_number(number, shown, same):
    assert phone_numbers.is_same(number, shown) is same
