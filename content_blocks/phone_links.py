"""How a phone number is painted.

Measured in Urdu text: a number with plain spaces is painted with its groups reversed. No-break
spaces between the groups and isolation from left to right (`dir` on the element) keep the order.
"""

from __future__ import annotations

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString

from content_blocks import phone_numbers
from content_blocks.enums import Channel
from content_blocks.models import ContactRoute

_SPACES = re.compile(r"\s+")
NO_BREAK_SPACE = "\u00a0"


def phone_link(number: str, shown: str = "", *, scheme: str = "tel") -> SafeString:
    """Return a link that dials a stored number (or, with scheme `sms`, writes to it).

    `shown` is how the number is grouped; without it the usual groups are used.
    """
    text = _SPACES.sub(NO_BREAK_SPACE, (shown or phone_numbers.display(number)).strip())
    return format_html(
        '<a class="tel" href="{}:{}" dir="ltr">{}</a>', scheme, _dialled(number), text
    )


def route_phone_link(route: ContactRoute) -> SafeString:
    """Return the link of a route's number, or nothing when it has none."""
    if not route.number:
        return SafeString("")
    scheme = "sms" if route.channel == Channel.TEXT else "tel"
    return phone_link(route.number, route.number_shown, scheme=scheme)


def _dialled(number: str) -> str:
    return "".join(character for character in number if character.isdigit() or character == "+")
