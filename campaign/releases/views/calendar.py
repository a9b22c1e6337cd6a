"""The calendar in the admin, and the same for calendar programs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import get_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.localization import get_available_admin_languages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import Locale

from campaign.assurance.rules import Key
from campaign.releases.calendar import (
    Clash,
    Entry,
    EntryKind,
    campaign_zone,
    clashes,
    day_of,
    entries,
    mark_clashes,
    name_of_month,
    visible_clashes,
    weeks_of,
)
from campaign.releases.calendar_feed import end_feed, feed_for, feed_of, make_feed, user_of_token
from campaign.releases.models import Release
from campaign.releases.moving import things_of
from campaign.releases.views.release_items import edit_urls
from campaign.releases.views.releases import POLICY, SEE, url_of
from campaign.releases.wall_time import name_of_place

ICONS = {
    EntryKind.GO_LIVE: "arrow-up",
    EntryKind.END: "arrow-down",
    EntryKind.REVIEW: "glasses",
    EntryKind.ALERT: "warning",
}
KIND_NAMES = {
    EntryKind.GO_LIVE: gettext_lazy("goes live"),
    EntryKind.END: gettext_lazy("comes down"),
    EntryKind.REVIEW: gettext_lazy("review is due"),
    EntryKind.ALERT: gettext_lazy("alert"),
}
LONGEST_YEARS = range(1900, 2200)


class CalendarView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One month of what goes live, comes down and has to be reviewed, as a grid or as a list."""

    permission_policy = POLICY
    any_permission_required = SEE
    template_name = "campaign_releases/calendar/calendar.html"
    page_title = gettext_lazy("Calendar")
    header_icon = "calendar"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where we are."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("campaign_release:index"), "label": _("Releases")},
            {"url": "", "label": _("Calendar")},
        ]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """The subscription."""
        return [
            HeaderButton(
                _("Subscribe"), url=reverse("campaign_release_calendar:feed"), icon_name="link"
            )
        ]

    @cached_property
    def today(self) -> date:
        """The day it is in the campaign."""
        return day_of(timezone.now())

    @cached_property
    def month(self) -> date:
        """The first day of the month on the screen."""
        asked = self.request.GET.get("month", "")
        try:
            found = datetime.strptime(asked, "%Y-%m").date()  # noqa: DTZ007 - a month, not a moment
        except ValueError:
            return self.today.replace(day=1)
        return found if found.year in LONGEST_YEARS else self.today.replace(day=1)

    @cached_property
    def is_list(self) -> bool:
        """Whether it is shown as a list."""
        return self.request.GET.get("view") == "list"

    def _number(self, name: str) -> int | None:
        asked = self.request.GET.get(name, "")
        return int(asked) if asked.isascii() and asked.isdigit() else None

    def _address(self, **changes: Any) -> str:
        asked = self.request.GET.copy()
        for name, value in changes.items():
            asked[name] = value
        return f"?{asked.urlencode()}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The weeks with their days, the list, the clashes and the filters."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        weeks = weeks_of(self.month, first_weekday=(int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7)
        first, last = weeks[0][0], weeks[-1][-1]
        found = entries(
            first,
            last + timedelta(days=1),
            user=self.request.user,
            locale_id=self._number("language"),
            owner_id=self._number("owner"),
        )
        clashing = visible_clashes(self.request.user, clashes(at=timezone.now()))
        found = mark_clashes(found, clashing)
        addresses = addresses_of(found, self.request.user)
        by_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
        for entry in found:
            by_day[entry.day].append(_shown(entry, addresses))
        following = (self.month + timedelta(days=31)).replace(day=1)
        context |= {
            "weeks": [[self._day(day, by_day) for day in week] for week in weeks],
            "weekdays": [
                (WEEKDAYS[day.weekday()], WEEKDAYS_ABBR[day.weekday()]) for day in weeks[0]
            ],
            "days": [
                self._day(day, by_day)
                for week in weeks
                for day in week
                if by_day[day] and day.month == self.month.month
            ],
            "is_list": self.is_list,
            "zone_note": _("Days and times are those of %(place)s.")
            % {"place": name_of_place(settings.TIME_ZONE)},
            "month_name": name_of_month(self.month),
            "month_value": f"{self.month:%Y-%m}",
            "previous_url": self._address(month=f"{self.month - timedelta(days=1):%Y-%m}"),
            "next_url": self._address(month=f"{following:%Y-%m}"),
            "today_url": self._address(month=f"{self.today:%Y-%m}"),
            "grid_url": self._address(view="grid"),
            "list_url": self._address(view="list"),
            "clashes": self._own_clashes(clashing, found),
            "locales": list(Locale.objects.all()),
            "owners": owners(),
            "language": self._number("language"),
            "owner": self._number("owner"),
            "kinds": [
                {"kind": kind.value, "icon": icon, "name": KIND_NAMES[kind]}
                for kind, icon in ICONS.items()
            ],
        }
        return context

    def _day(self, day: date, by_day: dict[date, list[dict[str, Any]]]) -> dict[str, Any]:
        return {
            "day": day,
            "is_other": day.month != self.month.month,
            "is_today": day == self.today,
            "entries": by_day.get(day, []),
        }

    def _own_clashes(self, clashing: list[Clash], found: list[Entry]) -> list[Clash]:
        """The clashes of what is on the screen."""
        shown = {entry.key for entry in found}
        return [clash for clash in clashing if clash.keys & shown]


def owners() -> list[Any]:
    """Everybody who owns a release."""
    wanted = Release.objects.exclude(owner=None).values("owner")
    return list(get_user_model()._default_manager.filter(pk__in=wanted).order_by("username"))


def addresses_of(found: list[Entry], user: Any) -> dict[Key, str | None]:
    """Where each thing of the calendar is looked at in the admin; None where it may not be."""
    keys = {entry.key for entry in found if entry.source != "release"}
    things = things_of(keys)
    urls = edit_urls(user, things.values())
    addresses = {key: urls[(type(thing), thing.pk)] for key, thing in things.items()}
    for entry in found:
        if entry.source == "release":
            addresses[entry.key] = url_of(entry.key[1])
    return addresses


def _shown(entry: Entry, addresses: dict[Key, str | None]) -> dict[str, Any]:
    return {
        "entry": entry,
        "icon": ICONS[entry.kind],
        "url": addresses.get(entry.key),
        "class": "clash" if entry.clashes else entry.kind.value,
        "clock": f"{entry.at.astimezone(campaign_zone()):%H:%M}" if entry.at else "",
    }


class FeedView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Make, replace and end one's own secret address of the calendar."""

    permission_policy = POLICY
    any_permission_required = SEE
    template_name = "campaign_releases/calendar/feed.html"
    page_title = gettext_lazy("Subscribe to the calendar")
    header_icon = "link"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where we are."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("campaign_release:index"), "label": _("Releases")},
            {"url": reverse("campaign_release_calendar:month"), "label": _("Calendar")},
            {"url": "", "label": _("Subscribe")},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether there is an address; the address itself only right after it was made."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["feed"] = feed_of(self.request.user)
        context["is_served"] = _feed_path() is not None
        return context

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a new address, or end the one there is."""
        if "end" in request.POST:
            if end_feed(request.user):
                messages.success(request, _("The address no longer works."))
            return redirect("campaign_release_calendar:feed")
        path = _feed_path()
        if path is None:
            raise Http404
        token = make_feed(request.user, at=timezone.now())
        address = request.build_absolute_uri(f"{path}?token={token}")
        response: HttpResponse = self.render_to_response(self.get_context_data(address=address))
        response["Cache-Control"] = "no-store"
        return response


def _feed_path() -> str | None:
    """Where the feed is served; None on a site that did not include our public addresses."""
    try:
        return reverse("campaign_releases_public:calendar_feed")
    except NoReverseMatch:
        return None


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The feed behind a token. No session: the token is all there is, and says whose it is."""
    user = user_of_token(request.GET.get("token", ""))
    if user is None or not POLICY.user_has_any_permission(user, SEE):
        raise Http404
    with translation.override(_language_of(user)):
        text = feed_for(
            user, at=timezone.now(), host=request.get_host(), name=_("Campaign releases")
        )
    body = text.encode()
    etag = f'"{hashlib.sha256(body).hexdigest()}"'
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="releases.ics"'
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _language_of(user: Any) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    known = {code for code, _name in get_available_admin_languages()}
    wanted = profile.preferred_language if profile else ""
    return wanted if wanted in known else translation.get_language() or "en"
