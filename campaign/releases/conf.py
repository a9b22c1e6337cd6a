"""The one setting of this package, CAMPAIGN_RELEASES, as a validated and frozen value.

| Key | Default | Meaning |
|---|---|---|
| `tick` | 1.0 | seconds between two looks at the database |
| `horizon` | 10.0 | seconds ahead for which work is handed out to be on time |
| `lead` | 0.15 | seconds before its moment at which work begins, to be written by then |
| `seconds_per_item` | 0.06 | how much earlier for each page or record, until it is measured |
| `retry_delays` | (3, 18, 83, 258, 627) | seconds before each further attempt; then it is failed |
| `heartbeat_every` | 10.0 | seconds between two writes of the heartbeat row |
| `heartbeat_limit` | 120.0 | seconds of silence after which the admin says so |
| `effect_lease` | 30.0 | seconds after which an effect is taken from a silent worker |
| `effects_at_once` | 2 | how many workers effects may keep busy, so that due work finds one |
| `effects_kept` | 30.0 | days for which effects that are done are kept |
| `fetch_from` | "" | origin at which the worker reaches the site, if not at its own address |
| `due_work_kept` | 400.0 | days for which due work that is over is kept |
| `four_eyes` | True | whether somebody else than its author has to approve a release |
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

from campaign.releases.exceptions import ReleasesSettingsError

SETTING = "CAMPAIGN_RELEASES"
DRILL_SLUG = "waymark-drill-"
"""How the last part of the address of a drill's copy begins; lists and the search leave it out."""

SECONDS = (
    "tick",
    "horizon",
    "lead",
    "seconds_per_item",
    "heartbeat_every",
    "heartbeat_limit",
    "effect_lease",
)
DAYS = ("effects_kept", "due_work_kept")


@dataclass(frozen=True, kw_only=True)
class ReleasesSettings:
    """How often the database is asked, how failures are retried, when silence is reported."""

    tick: float = 1.0
    horizon: float = 10.0
    lead: float = 0.15
    seconds_per_item: float = 0.06
    retry_delays: tuple[float, ...] = (3, 18, 83, 258, 627)
    heartbeat_every: float = 10.0
    heartbeat_limit: float = 120.0
    effect_lease: float = 30.0
    effects_at_once: int = 2
    effects_kept: float = 30.0
    due_work_kept: float = 400.0
    four_eyes: bool = True
    fetch_from: str = ""

    def __post_init__(self) -> None:
        for key in SECONDS:
            if not _is_positive_number(getattr(self, key)):
                raise ReleasesSettingsError(
                    f"{SETTING}[{key!r}] must be a number of seconds above 0."
                )
        for key in DAYS:
            if not _is_positive_number(getattr(self, key)):
                raise ReleasesSettingsError(f"{SETTING}[{key!r}] must be a number of days above 0.")
        if not isinstance(self.effects_at_once, int) or self.effects_at_once < 1:
            raise ReleasesSettingsError(f"{SETTING}['effects_at_once'] must be 1 or more.")
        self._check_origin()
        if self.horizon <= self.tick:
            raise ReleasesSettingsError(
                f"{SETTING}['horizon'] must be longer than 'tick', or work falls between two ticks."
            )
        if self.heartbeat_limit <= self.heartbeat_every:
            raise ReleasesSettingsError(
                f"{SETTING}['heartbeat_limit'] must be longer than 'heartbeat_every', or a healthy "
                "worker is reported as stopped."
            )
        delays = self.retry_delays
        if not delays or not all(_is_positive_number(delay) and delay >= 1 for delay in delays):
            raise ReleasesSettingsError(
                f"{SETTING}['retry_delays'] must hold at least one number of seconds, each 1 or "
                "more: the first is also how long a dead worker keeps its claim."
            )
        if list(delays) != sorted(delays):
            raise ReleasesSettingsError(f"{SETTING}['retry_delays'] must not get shorter.")

    def _check_origin(self) -> None:
        if self.fetch_from and not re.fullmatch(r"https?://[^/\s]+", str(self.fetch_from)):
            raise ReleasesSettingsError(
                f"{SETTING}['fetch_from'] must be an origin such as 'http://127.0.0.1:8000', "
                "without a slash at the end."
            )

    @property
    def max_tries(self) -> int:
        """How many attempts an item gets before it is failed."""
        return len(self.retry_delays) + 1

    def retry_delay(self, tries: int) -> timedelta:
        """How long after attempt number `tries` (from 1) another one may begin."""
        return timedelta(seconds=self.retry_delays[min(tries, len(self.retry_delays)) - 1])


def _is_positive_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


@functools.cache
def get_settings() -> ReleasesSettings:
    """Read and validate the setting; raises ReleasesSettingsError with the key and the remedy."""
    given: Any = getattr(settings, SETTING, {})
    if not isinstance(given, Mapping):
        raise ReleasesSettingsError(f"{SETTING} must be a dictionary.")
    known = {field.name for field in fields(ReleasesSettings)}
    if unknown := sorted(set(map(str, given)) - known):
        raise ReleasesSettingsError(
            f"{SETTING} has unknown keys: {', '.join(unknown)}. Known are: "
            f"{', '.join(sorted(known))}."
        )
    values = dict(given)
    if "retry_delays" in values:
        if not isinstance(values["retry_delays"], list | tuple):
            raise ReleasesSettingsError(f"{SETTING}['retry_delays'] must be a list of seconds.")
        values["retry_delays"] = tuple(values["retry_delays"])
    return ReleasesSettings(**values)


def _forget_settings(*, setting: str, **_kwargs: object) -> None:
    if setting == SETTING:
        get_settings.cache_clear()


setting_changed.connect(_forget_settings, dispatch_uid="campaign_releases.conf")
