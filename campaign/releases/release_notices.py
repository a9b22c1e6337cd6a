"""Write to people about a release. Each message is an effect: sent after the commit, and not lost.

A use case calls `tell` in its transaction; a worker sends the message. A message may come twice
when a worker dies in the middle; none is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from campaign.releases import effects
from campaign.releases.models import Effect, Release, ReleaseCheck
from campaign.releases.notices import write_to
from campaign.releases.wall_time import name_of_place

RELEASE_MAIL = "release_mail"


def tell(release: Release, about: str, *, people: Sequence[Any], **payload: Any) -> None:
    """Have a message sent to each of these users (None is left out), once for each of them.

    Args:
        release: what it is about.
        about: `check`, `held_down`, `voided` or `time_moved`.
        people: the users.
        payload: ids and plain values that the message needs.
    """
    wanted = {person.pk for person in people if person is not None}
    effects.add_all(
        effects.NewEffect(
            kind=RELEASE_MAIL,
            address=f"release:{release.pk}:{pk}",
            payload={"release": release.pk, "about": about, "user": pk, **payload},
        )
        for pk in sorted(wanted)
    )


def send(wanted: Sequence[Effect]) -> None:
    """Send these messages; one about a release that is gone is left out."""
    for effect in wanted:
        payload = effect.payload
        release = Release.objects.filter(pk=payload["release"]).first()
        person = get_user_model()._default_manager.filter(pk=payload["user"]).first()
        if release is None:
            continue
        context = MESSAGES[payload["about"]](release, payload)
        if context is not None:
            context |= {"release": release, "release_url": release_url(release)}
            write_to(person, f"campaign_releases/email/release_{payload['about']}", context)


def release_url(release: Release) -> str:
    """Where an editor sees the release, as a whole address."""
    try:
        path = reverse("campaign_release:view", args=[release.pk])
    except NoReverseMatch:
        # A site may leave the screens of releases out.
        path = reverse("wagtailadmin_home")
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path


def _check(release: Release, payload: dict[str, Any]) -> dict[str, Any] | None:
    check = ReleaseCheck.objects.filter(pk=payload["check"], release=release).first()
    if check is None:
        return None
    return {
        "check": check,
        "failing": [
            {**one, "findings": [f for f in one["findings"] if f["severity"] != "minor"]}
            for one in check.results
            if any(f["severity"] != "minor" for f in one["findings"])
        ],
    }


def _voided(_release: Release, payload: dict[str, Any]) -> dict[str, Any]:
    return {"reason": payload["reason"]}


def _held_down(_release: Release, payload: dict[str, Any]) -> dict[str, Any]:
    return {"left": payload["left"]}


def _time_moved(release: Release, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "field": payload["field"],
        "wall": getattr(release, f"{payload['field']}_wall").replace("T", " "),
        "place": name_of_place(release.zone),
        "was": datetime.fromisoformat(payload["was"]),
        "now": datetime.fromisoformat(payload["now"]),
    }


MESSAGES: dict[str, Callable[[Release, dict[str, Any]], dict[str, Any] | None]] = {
    "check": _check,
    "held_down": _held_down,
    "voided": _voided,
    "time_moved": _time_moved,
}
"""What each message needs to be written; None when it is not to be sent any more."""


def register() -> None:
    """Let the worker send these messages."""
    effects.register_kind(RELEASE_MAIL, send, label=_("Write about a release"))
