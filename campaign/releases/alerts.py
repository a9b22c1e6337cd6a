"""Alerts: a short message on every page, in each language its own words, until its end.

Pages ask `current`, which costs no query for `FRESH_SECONDS` after it has read the table; what a
reader sees is never older than that. Each alert is compared with the clock at every page, so that
it begins and ends at its moment, without any job.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page

from campaign.releases.enums import AlertKind
from campaign.releases.exceptions import AlertRefusedError
from campaign.releases.models import Alert, AlertText

FRESH_SECONDS = 5
CACHE_KEY = "campaign_releases.alerts.1"
TRUSTED_SECONDS = 60
"""For so long what was read is believed where the table cannot be read; as long as the copy of a
page in a shared cache may show an alert that somebody has ended."""
LAST_KEY = "campaign_releases.alerts.last.1"
SHOW_ACTION = "campaign_releases.alert.show"
CHANGE_ACTION = "campaign_releases.alert.change"
END_ACTION = "campaign_releases.alert.end"
LONGEST_TEXT = 300
ENGLISH = "en"
PREVIEW_PARAMETER = "alert-preview"
"""In an address: the key of a drill, for whoever was given the link."""


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """An alert as readers of one language see it.

    Attributes:
        pk: of the alert.
        kind: of the alert; `label` says it in words.
        text: the message.
        lang: the language of the text, only where it is not the one being read.
        dir: the direction of that language, "ltr" or "rtl"; empty with `lang`.
        url: where readers find more; empty if nowhere.
        link_text: the title of the page at `url`.
        drill: whether it is a drill, for those who see drills.
    """

    pk: int
    kind: AlertKind
    text: str
    lang: str = ""
    dir: str = ""
    url: str = ""
    link_text: str = ""
    drill: bool = False

    @property
    def label(self) -> str:
        """What kind of message it is, in the active language."""
        return str(self.kind.label)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the cache keeps of an alert: all that is needed to show it, in every language."""

    pk: int
    kind: str
    starts_at: datetime
    ends_at: datetime
    drill: bool
    languages: tuple[str, ...]
    fallback: str
    texts: dict[str, str]
    links: dict[str, tuple[str, str]]


# --- Showing ------------------------------------------------------------------------------------


def current(language: str, at: datetime, *, drills: bool = False) -> list[ShownAlert]:
    """The alerts that readers of a language see at `at`, the most urgent kind first.

    Args:
        language: a language code ("en", "ur").
        at: now (aware).
        drills: whether to show drills; only to people who know that they are drills.
    """
    kept = cache.get(CACHE_KEY)
    if kept is None:
        kept = _read(at)
        cache.set(CACHE_KEY, kept, FRESH_SECONDS)
        cache.set(LAST_KEY, kept, TRUSTED_SECONDS)
    return _shown(
        (one for one in kept if one.starts_at <= at < one.ends_at and (drills or not one.drill)),
        language,
    )


def last_seen(language: str, at: datetime, *, database_is_out: bool = False) -> list[ShownAlert]:
    """As `current`, for an error page: without the database, from what was read a moment ago.

    No drills, and no links, since what they lead to may not work either. Who cannot be told in the
    language of the page is told in English, where readers of English are.

    Args:
        language: the language code of the error page.
        at: now (aware).
        database_is_out: it could not be reached, so nobody can have ended an alert meanwhile: what
            was known stays known for another while.
    """
    if database_is_out:
        cache.touch(LAST_KEY, TRUSTED_SECONDS)
    kept: list[_Kept] = [
        one
        for one in cache.get(LAST_KEY) or ()
        if one.starts_at <= at < one.ends_at and not one.drill
    ]
    found = _shown(kept, language)
    told = {one.pk for one in found}
    found += [
        one if one.lang else replace(one, lang=ENGLISH, dir="ltr")
        for one in _shown(kept, ENGLISH)
        if one.pk not in told
    ]
    return [replace(one, url="", link_text="") for one in found]


def any_drill(at: datetime) -> bool:
    """Whether a drill is on, so that it matters who asks. Costs nothing right after `current`."""
    kept = cache.get(CACHE_KEY)
    return any(one.drill and one.starts_at <= at < one.ends_at for one in kept or ())


def preview(key: str, language: str) -> list[ShownAlert]:
    """One alert as it will look, whatever its times, for whoever has its preview key."""
    found = Alert.objects.filter(preview_key=key).prefetch_related("texts")
    return _shown([_keep(alert) for alert in found], language, in_any_language=True)


def forget() -> None:
    """Read the table again at the next page of this process (and of all that share the cache)."""
    cache.delete_many([CACHE_KEY, LAST_KEY])


def _read(at: datetime) -> list[_Kept]:
    return [
        _keep(alert)
        for alert in Alert.objects.not_over(at)
        .select_related("link_page")
        .prefetch_related("texts")
    ]


def _keep(alert: Alert) -> _Kept:
    return _Kept(
        pk=alert.pk,
        kind=alert.kind,
        starts_at=alert.starts_at,
        ends_at=alert.last_moment,
        drill=alert.drill,
        languages=tuple(alert.languages),
        fallback=alert.fallback_language,
        texts={one.language: one.text for one in alert.texts.all()},
        links=_links(alert.link_page),
    )


def _links(page: Page | None) -> dict[str, tuple[str, str]]:
    """Address and title of the page in each language in which it is public."""
    if page is None:
        return {}
    found = {}
    versions = page.get_translations(inclusive=True).live().public().select_related("locale")
    for version in versions:
        url = version.get_url()
        if url:
            found[version.locale.language_code] = (url, version.title)
    return found


def _shown(
    kept: Iterable[_Kept], language: str, *, in_any_language: bool = False
) -> list[ShownAlert]:
    order = list(AlertKind)
    found = []
    for one in sorted(kept, key=lambda one: (order.index(AlertKind(one.kind)), one.pk)):
        spoken = _language_to_show(one, language, in_any_language=in_any_language)
        if spoken is None:
            continue
        foreign = "" if spoken == language else spoken
        url, link_text = one.links.get(spoken, ("", ""))
        found.append(
            ShownAlert(
                pk=one.pk,
                kind=AlertKind(one.kind),
                text=one.texts[spoken],
                lang=foreign,
                dir=_direction(foreign),
                url=url,
                link_text=link_text,
                drill=one.drill,
            )
        )
    return found


def _language_to_show(one: _Kept, language: str, *, in_any_language: bool) -> str | None:
    """In which language the alert speaks to readers of `language`; None if not at all."""
    if language in one.languages:
        for code in (language, one.fallback):
            if code in one.texts:
                return code
    return next(iter(one.texts), None) if in_any_language else None


def _direction(code: str) -> str:
    if not code:
        return ""
    try:
        return "rtl" if get_language_info(code)["bidi"] else "ltr"
    except KeyError:
        return "ltr"


# --- Editing ------------------------------------------------------------------------------------


@transaction.atomic
def show(
    *,
    kind: AlertKind,
    texts: Mapping[str, str],
    languages: Sequence[str],
    starts_at: datetime | None = None,
    ends_at: datetime,
    user: Any,
    at: datetime,
    fallback_language: str = "",
    link_page: Page | None = None,
    drill: bool = False,
    replaces: Alert | None = None,
) -> Alert:
    """Have an alert shown from `starts_at` (now, if None) until `ends_at`.

    Args:
        kind: what it is about.
        texts: the message by language code.
        languages: the codes of the languages in which it shows.
        starts_at, ends_at: moments (aware).
        user: who asked for it.
        at: now (aware).
        fallback_language: whose words the languages without words of their own show, marked.
        link_page: where readers find more.
        drill: shown only to people who are logged in to the editor.
        replaces: an alert that this one corrects; it ends when this one begins.

    Raises:
        AlertRefusedError: something is missing or does not fit; `field` says what.
    """
    starts_at = at if starts_at is None else max(starts_at, at)
    words = _words(texts)
    _check(words, languages, fallback_language, starts_at=starts_at, ends_at=ends_at, at=at)
    alert = Alert.objects.create(
        kind=kind,
        languages=list(languages),
        fallback_language=fallback_language,
        link_page=link_page,
        starts_at=starts_at,
        ends_at=ends_at,
        drill=drill,
        replaces=replaces,
        created_at=at,
        created_by=user,
    )
    _write_words(alert, words)
    if replaces is not None and not replaces.is_over(starts_at):
        _end(replaces, user=user, at=starts_at)
    _record(alert, SHOW_ACTION, user)
    return alert


@transaction.atomic
def change(
    alert: Alert,
    *,
    kind: AlertKind,
    texts: Mapping[str, str],
    languages: Sequence[str],
    starts_at: datetime | None,
    ends_at: datetime,
    user: Any,
    at: datetime,
    fallback_language: str = "",
    link_page: Page | None = None,
    drill: bool = False,
) -> Alert:
    """Change an alert. One that has begun stays as it was shown: a new one takes its place.

    Only its end may move without that. Returns the alert that shows from now on.

    Raises:
        AlertRefusedError: it is over, or something is missing or does not fit.
    """
    alert = Alert.objects.select_for_update(no_key=True).get(pk=alert.pk)
    if alert.is_over(at):
        raise AlertRefusedError(_("This alert is over. Show it again instead."))
    words = _words(texts)
    if at >= alert.starts_at:
        same = (
            kind == alert.kind
            and words == {one.language: one.text for one in alert.texts.all()}
            and list(languages) == alert.languages
            and fallback_language == alert.fallback_language
            and link_page == alert.link_page
            and drill == alert.drill
        )
        if not same:
            return show(
                kind=kind,
                texts=words,
                languages=languages,
                ends_at=ends_at,
                user=user,
                at=at,
                fallback_language=fallback_language,
                link_page=link_page,
                drill=drill,
                replaces=alert,
            )
        starts_at = alert.starts_at
    else:
        starts_at = at if starts_at is None else max(starts_at, at)
    _check(words, languages, fallback_language, starts_at=starts_at, ends_at=ends_at, at=at)
    alert.kind, alert.languages, alert.fallback_language = kind, list(languages), fallback_language
    alert.starts_at, alert.ends_at = starts_at, ends_at
    alert.link_page, alert.drill = link_page, drill
    alert.save()
    alert.texts.all().delete()
    _write_words(alert, words)
    _record(alert, CHANGE_ACTION, user)
    return alert


@transaction.atomic
def end(alert: Alert, *, user: Any, at: datetime) -> Alert:
    """End an alert at `at`. One that has not begun is never shown.

    Raises:
        AlertRefusedError: it is over already.
    """
    alert = Alert.objects.select_for_update(no_key=True).get(pk=alert.pk)
    if alert.ended_at is not None or alert.is_over(at):
        raise AlertRefusedError(_("This alert is over already."))
    return _end(alert, user=user, at=at)


def put_back(alert: Alert, *, user: Any, at: datetime) -> Alert:
    """Show an alert that was ended early again, until the end that it had.

    It is a new alert, so that the record says when it was away.

    Raises:
        AlertRefusedError: it was not ended early, or its end has passed.
    """
    if alert.ended_at is None or alert.ends_at <= at:
        raise AlertRefusedError(_("Its end has passed. Show a new alert instead."))
    return show(
        kind=AlertKind(alert.kind),
        texts={one.language: one.text for one in alert.texts.all()},
        languages=alert.languages,
        starts_at=alert.starts_at,
        ends_at=alert.ends_at,
        user=user,
        at=at,
        fallback_language=alert.fallback_language,
        link_page=alert.link_page,
        drill=alert.drill,
        replaces=alert,
    )


def _end(alert: Alert, *, user: Any, at: datetime) -> Alert:
    alert.ended_at, alert.ended_by = at, user
    alert.save(update_fields=["ended_at", "ended_by"])
    _record(alert, END_ACTION, user)
    return alert


def _words(texts: Mapping[str, str]) -> dict[str, str]:
    return {code: text.strip() for code, text in texts.items() if text.strip()}


def _write_words(alert: Alert, words: Mapping[str, str]) -> None:
    AlertText.objects.bulk_create(
        AlertText(alert=alert, language=code, text=text) for code, text in words.items()
    )


def _check(
    words: Mapping[str, str],
    languages: Sequence[str],
    fallback: str,
    *,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
) -> None:
    if ends_at <= at:
        raise AlertRefusedError(_("The end has passed. Choose a later one."), field="ends_at")
    if ends_at <= starts_at:
        raise AlertRefusedError(_("It must end after it starts."), field="ends_at")
    if not languages:
        raise AlertRefusedError(_("Choose at least one language."), field="languages")
    if not words:
        raise AlertRefusedError(_("Write the message."), field="texts")
    for code, text in words.items():
        if len(text) > LONGEST_TEXT:
            raise AlertRefusedError(
                _("A message has at most %(most)d characters.") % {"most": LONGEST_TEXT},
                field=f"text_{code}",
            )
    if fallback and fallback not in words:
        raise AlertRefusedError(
            _("Write the message in the language that stands in for the others."),
            field=f"text_{fallback}",
        )
    if not fallback and (missing := [code for code in languages if code not in words]):
        raise AlertRefusedError(
            _("Write the message in this language too, or choose a language to stand in for it."),
            field=f"text_{missing[0]}",
        )


def _record(alert: Alert, action: str, user: Any) -> None:
    log(
        instance=alert,
        action=action,
        user=user,
        data={
            "starts_at": alert.starts_at.isoformat(),
            "ends_at": alert.last_moment.isoformat(),
            "texts": {one.language: one.text for one in alert.texts.all()},
            "drill": alert.drill,
        },
    )
    transaction.on_commit(forget)
