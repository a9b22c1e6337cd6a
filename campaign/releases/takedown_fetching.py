"""Is it really gone? Every address of a takedown is fetched until it no longer shows what it did.

The worker does it, over HTTP, at the addresses that readers use, caches in between included.
`CAMPAIGN_RELEASES["fetch_from"]` names another way to the web server where the worker cannot reach
the sites at their own addresses.
"""

from __future__ import annotations

import html
import http.client
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from django.utils import timezone

from campaign.releases.conf import get_settings
from campaign.releases.models import TakedownAddress

TIMEOUT_SECONDS = 5.0
AT_ONCE = 8
MOST_IN_ONE_GO = 200
LARGEST_BODY = 2_000_000

LEASE = timedelta(seconds=2 * TIMEOUT_SECONDS)
"""How long a worker that fetches an address keeps others from it."""

PACE = (
    (timedelta(minutes=1), timedelta(seconds=1)),
    (timedelta(minutes=10), timedelta(seconds=10)),
    (timedelta(days=1), timedelta(minutes=5)),
)
"""While a takedown is younger than the first, each address is fetched again after the second."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What an address answered: a status and a text, or why there was no answer."""

    status: int | None = None
    body: str = ""
    error: str = ""


Fetcher = Callable[[str, str], Fetched]
"""Fetches one address, given its origin and its decoded path."""


def fetch_due(*, at: datetime, fetch: Fetcher | None = None) -> int:
    """Fetch every address that is to be fetched at `at`, and note what it answered.

    Any number of workers may do so at once. Not to be called inside a transaction: others wait
    while it talks to the network. Returns how many addresses were fetched.
    """
    claimed = _claim(TakedownAddress.objects.to_fetch(at).select_related("takedown"), at=at)
    for address, found, seen_at in fetch_all(claimed, fetch=fetch):
        note(address, found, at=seen_at)
    return len(claimed)


def fetch_all(
    addresses: Iterable[TakedownAddress], *, fetch: Fetcher | None = None
) -> list[tuple[TakedownAddress, Fetched, datetime]]:
    """Fetch some addresses, several at once; with each, when its answer was there."""
    get = fetch or fetch_over_http

    def one(address: TakedownAddress) -> tuple[TakedownAddress, Fetched, datetime]:
        found = get(address.origin, address.path)
        return address, found, timezone.now()

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(one, addresses))


def note(address: TakedownAddress, found: Fetched, *, at: datetime) -> None:
    """Write down what an address answered at `at`, and when to fetch it again if it must be."""
    gone = found.status is not None and address.is_gone(status=found.status, body=found.body)
    TakedownAddress.objects.filter(pk=address.pk, gone_at=None).update(
        checks=address.checks + 1,
        last_status=found.status,
        last_error=found.error[:300],
        last_checked_at=at,
        gone_at=at if gone else None,
        next_check_at=None if gone else _next_time(address, at=at),
    )


def _claim(due: Iterable[TakedownAddress], *, at: datetime) -> list[TakedownAddress]:
    return [
        address
        for address in list(due)[:MOST_IN_ONE_GO]
        if TakedownAddress.objects.filter(
            pk=address.pk, next_check_at=address.next_check_at
        ).update(next_check_at=at + LEASE)
    ]


def _next_time(address: TakedownAddress, *, at: datetime) -> datetime | None:
    age = at - address.takedown.taken_down_at
    return next((at + pause for limit, pause in PACE if age < limit), None)


def fetch_over_http(origin: str, path: str) -> Fetched:
    """Fetch one address as a reader's browser would, without following where it leads."""
    own = urlsplit(origin)
    way = urlsplit(get_settings().fetch_from or origin)
    kind = http.client.HTTPSConnection if way.scheme == "https" else http.client.HTTPConnection
    connection = kind(way.hostname or "", way.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(
            "GET",
            quote(path),
            headers={"Host": own.netloc, "User-Agent": "Waymark takedown check", "Accept": "*/*"},
        )
        response = connection.getresponse()
        text = response.read(LARGEST_BODY).decode("utf-8", "replace")
        return Fetched(status=response.status, body=html.unescape(text))
    except (OSError, http.client.HTTPException) as error:
        return Fetched(error=f"{type(error).__name__}: {error}")
    finally:
        connection.close()
