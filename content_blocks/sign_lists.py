"""Lists of signs: which ones a block shows, grouped by what a person is looking at.

A sign is never scored or ranked; groups come in the order of `Observed`, signs by their code or in
the editor's order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from content_blocks.enums import Confirmation, Observed
from content_blocks.models import Hotspot, Sign
from content_blocks.page_links import PageLink, page_links


@dataclass(frozen=True, slots=True)
class SignItem:
    """One sign as it is shown, with the page that says what to do about it, if it is public."""

    sign: Sign
    do_now: PageLink | None


@dataclass(frozen=True, slots=True)
class SignGroup:
    """Signs seen when looking at the same thing."""

    observed: Observed
    signs: list[SignItem]


def signs_at_hotspot(hotspot: Hotspot) -> list[Sign]:
    """Return the public signs of a kind of place; none if the place itself is not public."""
    if not hotspot.live:
        return []
    return list(Sign.objects.public().at_hotspot(hotspot).select_related("do_now"))


def signs_observed(observed: Observed | str, *, hotspot: Hotspot | None = None) -> list[Sign]:
    """Return the public signs to be seen in one thing: at one kind of place, or anywhere.

    Without a place, signs that belong to particular places are left out, since they make sense
    only there. Signs online are all shown: a screen is not tied to a place.
    """
    signs = Sign.objects.public().observed_in(observed).select_related("do_now")
    if hotspot is not None:
        return list(signs.at_hotspot(hotspot)) if hotspot.live else []
    signs = signs.in_locale()
    if observed != Observed.ONLINE:
        signs = signs.any_setting()
    return list(signs)


def public_signs(chosen: Iterable[Sign | None]) -> list[Sign]:
    """Return those of the chosen signs that are public now, in the same order, without doubles.

    A sign that was never saved is a preview's and is kept, unless it awaits confirmation.
    """
    wanted = [sign for sign in chosen if sign is not None]
    saved = [sign.pk for sign in wanted if sign.pk]
    found = Sign.objects.public().select_related("do_now").in_bulk(saved) if saved else {}
    shown: dict[int | str, Sign] = {}
    for sign in wanted:
        if sign.pk in found:
            shown.setdefault(sign.pk, found[sign.pk])
        elif not sign.pk and sign.confirmation != Confirmation.AWAITING:
            shown.setdefault(sign.code, sign)
    return list(shown.values())


def group_signs(signs: Iterable[Sign], *, request: HttpRequest | None = None) -> list[SignGroup]:
    """Group signs by what is observed, with their links resolved in one go; no empty groups."""
    listed = list(signs)
    links = page_links([sign.do_now for sign in listed], request=request)
    found: dict[str, list[SignItem]] = {}
    for sign, link in zip(listed, links, strict=True):
        found.setdefault(sign.observed, []).append(SignItem(sign, link))
    return [SignGroup(observed, found[observed]) for observed in Observed if observed in found]
