"""Phone numbers as data: read what an editor types, store one form, show another.

Stored forms: E.164 (`+448088005000`); a national short code (`999`, `116000`); or the text relay
prefix `18001` followed by a short code or by the national number (`18001101`,
`1800108001111`), which only a textphone or the Relay UK app dials.
"""

from __future__ import annotations

import re

import phonenumbers

from content_blocks.exceptions import PhoneNumberError

REGION = "GB"

#: Short numbers that work from any United Kingdom phone and have no E.164 form there.
#: Source: Ofcom's National Telephone Numbering Plan; 61016 is British Transport Police's text code.
SHORT_CODES = {
    "999": "999",
    "112": "112",
    "101": "101",
    "111": "111",
    "119": "119",
    "18000": "18000",
    "61016": "61016",
    "116000": "116 000",
    "116111": "116 111",
    "116123": "116 123",
}

#: The text relay prefix of Relay UK.
RELAY_PREFIX = "18001"

_SEPARATORS = re.compile(r"[\s\u00a0\u202f().\-‐‑–]+")


def normalise(text: str) -> str:
    """Return the form that is stored.

    Raises:
        PhoneNumberError: the text is not a valid number of region GB nor a known short code.
    """
    compact = _SEPARATORS.sub("", text)
    if compact in SHORT_CODES:
        return compact
    if compact.startswith(RELAY_PREFIX) and len(compact) > len(RELAY_PREFIX):
        rest = compact.removeprefix(RELAY_PREFIX)
        if rest in SHORT_CODES:
            return compact
        return RELAY_PREFIX + _national_digits(_parse(rest, text))
    number = _parse(compact, text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def display(number: str) -> str:
    """Return a stored number in groups, as it is usually written in this country.

    A number this code does not know is returned as it is: showing it beats hiding it.
    """
    if number in SHORT_CODES:
        return SHORT_CODES[number]
    if number.startswith(RELAY_PREFIX) and len(number) > len(RELAY_PREFIX):
        return f"{RELAY_PREFIX} {display(number.removeprefix(RELAY_PREFIX))}"
    try:
        parsed = _parse(number, number)
    except PhoneNumberError:
        return number
    if parsed.country_code == phonenumbers.country_code_for_region(REGION):
        form = phonenumbers.PhoneNumberFormat.NATIONAL
    else:
        form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def is_same(number: str, shown: str) -> bool:
    """Say whether `shown` is a way of writing the stored `number`."""
    try:
        return normalise(shown) == number
    except PhoneNumberError:
        return False


def _parse(compact: str, text: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(compact, REGION)
    except phonenumbers.NumberParseException as exc:
        raise PhoneNumberError(text) from exc
    if not phonenumbers.is_valid_number(number):
        raise PhoneNumberError(text)
    return number


def _national_digits(number: phonenumbers.PhoneNumber) -> str:
    form = phonenumbers.PhoneNumberFormat.NATIONAL
    return _SEPARATORS.sub("", phonenumbers.format_number(number, form))
