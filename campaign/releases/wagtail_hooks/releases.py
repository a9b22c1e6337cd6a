"""Releases and their calendar in the admin: menu, addresses, buttons, notices, dashboard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import SearchArea
from wagtail.admin.widgets.button import Button
from wagtail.models import DraftStateMixin, Page
from wagtail.snippets.action_menu import ActionMenuItem

from campaign.assurance.rules import key_of
from campaign.releases.views import (
    calendar,
    release_acts,
    release_adding,
    release_checks,
    release_page,
    releases,
)
from campaign.releases.views.release_adding import may_add, open_item_of
from campaign.releases.views.release_words import times_of
from campaign.releases.views.releases import POLICY, SEE, url_of
from campaign.releases.views.upcoming import UpcomingPanel


@hooks.register("register_admin_urls")
def register_release_urls() -> list[Any]:
    """Everything about releases."""
    acts = release_acts
    patterns = [
        path("", releases.ReleaseIndexView.as_view(), name="index"),
        path(
            "results/",
            releases.ReleaseIndexView.as_view(results_only=True),
            name="index_results",
        ),
        path("new/", releases.ReleaseCreateView.as_view(), name="add"),
        path("sentence/", releases.SentenceView.as_view(), name="sentence"),
        path(
            "add/<int:type_id>/<str:object_id>/",
            release_adding.AddToReleaseView.as_view(),
            name="add_to_release",
        ),
        path("<int:pk>/", release_page.ReleaseView.as_view(), name="view"),
        path("<int:pk>/edit/", releases.ReleaseEditView.as_view(), name="edit"),
        path("<int:pk>/suggestions/", release_page.SuggestionsView.as_view(), name="suggestions"),
        path("<int:pk>/add-page/", acts.AddPageView.as_view(), name="add_page"),
        path("<int:pk>/add-suggested/", acts.AddSuggestedView.as_view(), name="add_suggested"),
        path(
            "<int:pk>/restore/<int:type_id>/<str:object_id>/",
            acts.RestoreItemView.as_view(),
            name="restore_item",
        ),
        path("<int:pk>/items/newest/", acts.PinAllView.as_view(), name="pin_all"),
        path("<int:pk>/items/<int:item_pk>/pin/", acts.PinView.as_view(), name="pin"),
        path(
            "<int:pk>/items/<int:item_pk>/remove/",
            acts.RemoveItemView.as_view(),
            name="remove_item",
        ),
        path("<int:pk>/languages/", acts.SetLanguageView.as_view(), name="set_language"),
        path(
            "<int:pk>/languages/<int:locale_pk>/remove/",
            acts.RemoveLanguageView.as_view(),
            name="remove_language",
        ),
        path("<int:pk>/check/", acts.CheckView.as_view(), name="check"),
        path(
            "<int:pk>/check/status/", release_checks.CheckStatusView.as_view(), name="check_status"
        ),
        path("<int:pk>/approve/", acts.ApproveView.as_view(), name="approve"),
        path("<int:pk>/void/", acts.VoidView.as_view(), name="void"),
        path("<int:pk>/schedule/", acts.ScheduleView.as_view(), name="schedule"),
        path("<int:pk>/unschedule/", acts.UnscheduleView.as_view(), name="unschedule"),
        path("<int:pk>/publish/", acts.PublishView.as_view(), name="publish"),
        path("<int:pk>/end/", acts.EndView.as_view(), name="end"),
        path("<int:pk>/cancel/", acts.CancelView.as_view(), name="cancel"),
        path("<int:pk>/put-back/", acts.PutBackView.as_view(), name="put_back"),
    ]
    calendar_patterns = [
        path("", calendar.CalendarView.as_view(), name="month"),
        path("feed/", calendar.FeedView.as_view(), name="feed"),
    ]
    return [
        path(
            "releases/calendar/",
            include((calendar_patterns, "campaign_release_calendar"), "campaign_release_calendar"),
        ),
        path("releases/", include((patterns, "campaign_release"), "campaign_release")),
    ]


class ReleasesMenuItem(MenuItem):
    """Releases in the main menu, for those who may see them."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this user may open the list."""
        return bool(POLICY.user_has_any_permission(request.user, SEE))


@hooks.register("register_admin_menu_item")
def register_releases_menu_item() -> MenuItem:
    """Below pages, above what is used less."""
    return ReleasesMenuItem(
        gettext_lazy("Releases"),
        reverse("campaign_release:index"),
        name="releases",
        icon_name="calendar-check",
        order=150,
    )


class ReleasesSearchArea(SearchArea):
    """Releases in the admin's search."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this user may open the list."""
        return bool(POLICY.user_has_any_permission(request.user, SEE))


@hooks.register("register_admin_search_area")
def register_releases_search_area() -> SearchArea:
    """Find releases from the search in the menu."""
    return ReleasesSearchArea(
        gettext_lazy("Releases"),
        reverse("campaign_release:index"),
        name="releases",
        icon_name="calendar-check",
        order=250,
    )


@hooks.register("register_permissions")
def register_release_permissions() -> QuerySet[Permission]:
    """Let administrators grant the permissions of releases to groups."""
    return Permission.objects.filter(
        content_type__app_label="campaign_releases",
        codename__in=["view_release", "add_release", "change_release", "approve_release"],
    )


# --- “Add to release” on pages and snippets ------------------------------------------------------


def _address(thing: Any, next_url: str | None) -> str:
    type_id, object_id = key_of(thing)
    address = reverse("campaign_release:add_to_release", args=[type_id, object_id])
    return f"{address}?{urlencode({'next': next_url})}" if next_url else address


def _button(thing: Any, user: Any, next_url: str | None) -> Iterator[Button]:
    if may_add(user, thing):
        yield Button(
            _("Add to release"),
            _address(thing, next_url),
            icon_name="calendar-check",
            priority=55,
        )


@hooks.register("register_page_listing_more_buttons")
def page_listing_button(page: Page, user: Any, next_url: str | None = None) -> Iterable[Button]:
    """In the menu of each line of a list of pages."""
    return _button(page, user, next_url)


@hooks.register("register_page_header_buttons")
def page_header_button(
    page: Page,
    user: Any,
    view_name: str,  # noqa: ARG001 - the hook's call
    next_url: str | None = None,
) -> Iterable[Button]:
    """In the menu at the head of a page's editor, and of the list of what is below it."""
    return _button(page, user, next_url)


@hooks.register("register_snippet_listing_buttons")
def snippet_listing_button(
    snippet: Any, user: Any, next_url: str | None = None
) -> Iterable[Button]:
    """In the menu of each line of a list of snippets."""
    return _button(snippet, user, next_url)


class AddToReleaseMenuItem(ActionMenuItem):
    """In the menu beside “Save draft” of a snippet."""

    name = "action-add-to-release"
    label = gettext_lazy("Add to release")
    icon_name = "calendar-check"
    order = 45

    def is_shown(self, context: dict[str, Any]) -> bool:
        """For a snippet that there is, to whoever may add it."""
        instance = context.get("instance")
        return instance is not None and may_add(context["request"].user, instance)

    def get_url(self, parent_context: dict[str, Any]) -> str:
        """The small form."""
        return _address(parent_context["instance"], parent_context["request"].path)


@hooks.register("register_snippet_action_menu_item")
def snippet_action_menu_item(model: Any) -> ActionMenuItem | None:
    """For every kind of snippet that has drafts."""
    return AddToReleaseMenuItem() if issubclass(model, DraftStateMixin) else None


hooks.register("register_bulk_action", release_adding.AddPagesToRelease)
hooks.register("register_bulk_action", release_adding.AddSnippetsToRelease)


# --- A notice in the editor ----------------------------------------------------------------------


def _tell_membership(request: HttpRequest, thing: Any) -> None:
    if request.method != "GET" or not isinstance(thing, DraftStateMixin):
        return
    item = open_item_of(thing)
    if item is None:
        return
    release = item.release
    said = [
        _("This is in the release “%(release)s”.") % {"release": release.title},
        times_of(release),
    ]
    if release.is_approved:
        said.append(_("Editing it voids the approval of that release."))
    buttons = []
    if POLICY.user_has_any_permission(request.user, SEE):
        buttons.append(messages.button(url_of(release), _("Open the release")))
    messages.warning(request, " ".join(said), buttons=buttons)


@hooks.register("before_edit_page")
def tell_membership_of_page(request: HttpRequest, page: Page) -> None:
    """Say in a page's editor that it is in a release."""
    _tell_membership(request, page)


@hooks.register("before_edit_snippet")
def tell_membership_of_snippet(request: HttpRequest, instance: Any) -> None:
    """Say in a snippet's editor that it is in a release."""
    _tell_membership(request, instance)


# --- The dashboard -------------------------------------------------------------------------------


@hooks.register("construct_homepage_panels")
def add_upcoming_panel(request: HttpRequest, panels: list[Any]) -> None:
    """What is coming up, on the home of the admin."""
    if POLICY.user_has_any_permission(request.user, SEE):
        panels.append(UpcomingPanel())
