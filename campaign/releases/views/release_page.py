"""The page of one release: what is in it, how it stands, and what can be done next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import registry as log_registry
from wagtail.models import Locale

from campaign.assurance.rules import key_of
from campaign.releases.approval import why_not_approvable, why_unchecked
from campaign.releases.enums import (
    APPROVED_RELEASE_STATES,
    ItemAction,
    LanguagePolicy,
    ReleaseState,
)
from campaign.releases.membership import Suggestion, suggestions
from campaign.releases.models import DueWork, Release, ReleaseCheck
from campaign.releases.preflight import FEW_ITEMS
from campaign.releases.views.release_checks import Waiting, findings_of, is_stale, waiting_of
from campaign.releases.views.release_forms import AddPageForm, ReasonForm
from campaign.releases.views.release_items import ItemRow, edit_urls, rows_of, type_name_of
from campaign.releases.views.release_words import (
    STATE_CLASSES,
    times_of,
)
from campaign.releases.views.releases import POLICY, SEE, url_of

TROUBLE = "campaign_releases_trouble"
HISTORY_LENGTH = 100


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step on the way of a release, as the page lists them.

    Attributes:
        done: whether it is done.
        text: what it is.
        detail: how it stands.
        anchor: the part of the page where it is done.
        is_wrong: whether something stands in the way.
    """

    done: bool
    text: str
    detail: str = ""
    anchor: str = ""
    is_wrong: bool = False


def put_trouble(request: HttpRequest, release: Release, panel: str, text: str) -> None:
    """Keep what went wrong for the next look at the release: it is shown in its own panel."""
    request.session[TROUBLE] = {"release": release.pk, "panel": panel, "text": text}


def _take_trouble(request: HttpRequest, release: Release) -> dict[str, str]:
    kept = request.session.get(TROUBLE)
    if not kept:
        return {}
    del request.session[TROUBLE]
    return {kept["panel"]: kept["text"]} if kept["release"] == release.pk else {}


class ReleaseView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One release."""

    permission_policy = POLICY
    any_permission_required = SEE
    template_name = "campaign_releases/releases/release.html"
    header_icon = "calendar-check"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the release."""
        super().setup(request, *args, **kwargs)
        self.release = get_object_or_404(
            Release.objects.select_related("owner", "approved_by", "created_by", "inverse_of"),
            pk=kwargs["pk"],
        )

    def get_page_title(self) -> str:
        """Its title."""
        return str(self.release)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where we are."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("campaign_release:index"), "label": _("Releases")},
            {"url": "", "label": str(self.release)},
        ]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """The form, and the calendar."""
        buttons = [
            HeaderButton(
                _("Calendar"),
                url=reverse("campaign_release_calendar:month"),
                icon_name="calendar",
                priority=20,
            )
        ]
        if self.may_change and (self.release.is_open or self.release.state == ReleaseState.LIVE):
            buttons.insert(
                0,
                HeaderButton(
                    _("Edit"),
                    url=reverse("campaign_release:edit", args=[self.release.pk]),
                    icon_name="edit",
                    priority=10,
                ),
            )
        return buttons

    @cached_property
    def may_change(self) -> bool:
        """Whether this person may change what goes out."""
        return bool(self.user_has_permission("change"))

    @cached_property
    def may_approve(self) -> bool:
        """Whether this person may say that a release goes out."""
        return bool(self.user_has_permission("approve"))

    @cached_property
    def rows(self) -> list[ItemRow]:
        """The lines of the table of items."""
        return rows_of(self.release, user=self.request.user)

    @cached_property
    def check(self) -> ReleaseCheck | None:
        """The newest check."""
        return self.checks[0] if self.checks else None

    @cached_property
    def checks(self) -> list[ReleaseCheck]:
        """The checks, the newest first."""
        return list(self.release.checks.all()[:20])

    @cached_property
    def log(self) -> list[Any]:
        """What was done with it, the newest first."""
        entries = log_registry.get_logs_for_instance(self.release)
        return list(entries.select_related("user")[:HISTORY_LENGTH])

    @cached_property
    def is_check_stale(self) -> bool:
        """Whether what goes out, or when, has changed since the newest check."""
        return self.check is not None and is_stale(self.release, self.check)

    @cached_property
    def waiting(self) -> Waiting | None:
        """The check that was asked for and is not there yet."""
        return waiting_of(self.release, self.check, at=timezone.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Everything that the page shows."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        release = self.release
        context |= {
            "release": release,
            "state_classes": STATE_CLASSES[ReleaseState(release.state)],
            "sentence": times_of(release),
            "trouble": _take_trouble(self.request, release),
            "rows": self.rows,
            "newer_count": sum(row.newer is not None for row in self.rows),
            "may_change": self.may_change and release.is_open,
            "may_approve": self.may_approve,
            "check": self.check,
            "checks": self.checks,
            "is_check_stale": self.is_check_stale,
            "findings": findings_of(self.check, self.rows) if self.check else [],
            "is_large": len(self.rows) > FEW_ITEMS,
            "waiting": self.waiting,
            "is_watched": self.waiting is not None and not self.waiting.is_given_up,
            "steps": self._steps(),
            "log": self.log,
            "attempts": self._attempts(),
            "reason_form": ReasonForm(),
            "inverses": list(release.inverses.all()) if release.published_at else [],
        }
        context |= self._acts() | self._languages()
        elsewhere = context["trouble"].keys() - self._panels(context)
        context["trouble_elsewhere"] = [context["trouble"][panel] for panel in elsewhere]
        if context["may_change"]:
            context["add_page_form"] = AddPageForm()
            context["media"] = context["add_page_form"].media
        return context

    def _panels(self, context: dict[str, Any]) -> set[str]:
        """The parts of the page that are shown in this state."""
        release, is_open = self.release, self.release.is_open
        shown = {
            "items": True,
            "languages": context["has_languages"],
            "preflight": is_open or self.check is not None,
            "approval": is_open or release.approved_at is not None,
            "times": is_open or release.state == ReleaseState.LIVE,
            "put_back": release.published_at is not None,
        }
        return {panel for panel, is_shown in shown.items() if is_shown}

    def _acts(self) -> dict[str, Any]:
        """What can be done with it in its state, by this person."""
        state = self.release.state
        approved = state in APPROVED_RELEASE_STATES
        scheduled = state in (ReleaseState.SCHEDULED, ReleaseState.FAILED)
        why_not = unchecked = None
        if state == ReleaseState.DRAFT and (self.may_approve or self.may_change):
            why_not = why_not_approvable(self.release, user=self.request.user)
            unchecked = why_not and why_unchecked(self.release)
        return {
            "why_not_approvable": why_not,
            "needs_check": why_not is not None and why_not == unchecked,
            "can_approve": state == ReleaseState.DRAFT and self.may_approve and why_not is None,
            "can_void": approved and (self.may_approve or self.may_change),
            "can_schedule": state == ReleaseState.APPROVED and self.may_change,
            "can_unschedule": scheduled and self.may_change,
            "can_publish": approved and self.may_approve,
            "can_end": state == ReleaseState.LIVE and self.may_approve,
            "can_put_back": self.release.published_at is not None and self.may_change,
            "can_cancel": self.release.is_open and self.may_change,
            "can_check": self.release.is_open
            and (self.may_change or self.may_approve)
            and (self.waiting is None or self.waiting.is_given_up),
        }

    def _languages(self) -> dict[str, Any]:
        members = list(self.release.languages.select_related("locale"))
        inside = {one.locale_id for one in members}
        locales = list(Locale.objects.all())
        return {
            "languages": members,
            "other_locales": [one for one in locales if one.pk not in inside],
            "has_languages": len(locales) > 1,
            "policies": LanguagePolicy.choices,
        }

    def _attempts(self) -> list[DueWork]:
        """What the worker did with it, and what went wrong."""
        type_id = ContentType.objects.get_for_model(Release).pk
        return list(
            DueWork.objects.filter(content_type_id=type_id, object_id=str(self.release.pk))
            .prefetch_related("attempt_log")
            .order_by("-due_at", "-pk")[:20]
        )

    def _steps(self) -> list[Step]:
        """The way of a release that is still to go live, each step with how it stands."""
        release, check = self.release, self.check
        if not release.is_open:
            return []
        state = ReleaseState(release.state)
        return [
            Step(done=bool(self.rows), text=_("Add what goes live with it"), anchor="items"),
            Step(
                done=release.goes_live_at is not None,
                text=_("Say when"),
                anchor="times",
            ),
            Step(
                done=check is not None and check.ok and not self.is_check_stale,
                is_wrong=check is not None and not check.ok,
                text=_("Check what would fail"),
                detail=self._check_detail(),
                anchor="preflight",
            ),
            Step(
                done=release.is_approved,
                is_wrong=bool(release.approval_void_reason) and not release.is_approved,
                text=_("Have it approved"),
                detail=self._approval_detail(),
                anchor="approval",
            ),
            Step(
                done=state == ReleaseState.SCHEDULED,
                is_wrong=state == ReleaseState.FAILED,
                text=_("Schedule it, or publish it at once"),
                detail=_("It failed: see the history below.")
                if state == ReleaseState.FAILED
                else "",
                anchor="times",
            ),
        ]

    def _check_detail(self) -> str:
        if self.waiting is not None:
            return _("A check has been asked for.")
        if self.check is None:
            return ""
        if not self.check.ok:
            return _("It would not go live as it is.")
        return _("Something has changed since.") if self.is_check_stale else ""

    def _approval_detail(self) -> str:
        if not self.release.is_approved and self.release.approval_void_reason:
            return _("The approval no longer stands.")
        return ""


@dataclass(frozen=True, kw_only=True)
class SuggestionRow:
    """One suggestion as the page shows it."""

    suggestion: Suggestion
    key: str
    title: str
    type_name: str
    edit_url: str | None
    blocked_url: str | None


def key_text(thing: Any) -> str:
    """The key of a page or snippet as a form carries it."""
    type_id, object_id = key_of(thing)
    return f"{type_id}-{object_id}"


class SuggestionsView(PermissionCheckedMixin, TemplateView):
    """What the release links to that is not public. Fetched after the page: it reads much."""

    permission_policy = POLICY
    any_permission_required = SEE
    template_name = "campaign_releases/releases/suggestions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The suggestions, with titles and addresses."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        release = get_object_or_404(Release, pk=kwargs["pk"])
        found = suggestions(release) if release.is_open else []
        urls = edit_urls(self.request.user, [one.instance for one in found])
        context["release"] = release
        context["may_change"] = self.user_has_permission("change")
        context["rows"] = [
            SuggestionRow(
                suggestion=one,
                key=key_text(one.instance),
                title=str(one.instance),
                type_name=type_name_of(one.instance),
                edit_url=urls.get((type(one.instance), one.instance.pk)),
                blocked_url=url_of(one.blocked_by) if one.blocked_by else None,
            )
            for one in found
        ]
        context["addable"] = sum(row.blocked_url is None for row in context["rows"])
        return context


def moves_of(release: Release, at: datetime) -> list[str]:  # noqa: ARG001 - the same for every act
    """For a confirmation: what the release does, one line for each item."""
    return [
        _("“%(title)s” goes live.") % {"title": item.title}
        if item.action == ItemAction.PUBLISH
        else _("“%(title)s” comes down.") % {"title": item.title}
        for item in release.items.order_by("position", "pk")
    ]
