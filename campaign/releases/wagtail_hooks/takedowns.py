"""Takedowns in Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import DraftStateMixin, Page
from wagtail.snippets.action_menu import ActionMenuItem

from campaign.releases.takedown import PUT_BACK_ACTION, TAKE_DOWN_ACTION
from campaign.releases.takedown_drills import DRILL_ACTION
from campaign.releases.views import takedowns as views
from campaign.releases.views.takedowns import NAMESPACE, SEE, TAKE_DOWN, snippet_url


@hooks.register("register_log_actions")
def register_takedown_log_actions(actions: Any) -> None:
    """What the audit log says of takedowns."""
    actions.register_action(TAKE_DOWN_ACTION, _("Take down"), _("Taken down"))
    actions.register_action(PUT_BACK_ACTION, _("Undo takedown"), _("Put back"))
    actions.register_action(DRILL_ACTION, _("Drill of a takedown"), _("Drill of a takedown"))


@hooks.register("register_admin_urls")
def register_takedown_urls() -> list[Any]:
    """The list, the forms and the page of each takedown."""
    patterns = [
        path("", views.TakedownReport.as_view(), name="list"),
        path("results/", views.TakedownReport.as_view(results_only=True), name="list_results"),
        path("new/", views.choose, name="choose"),
        path("new/page/<int:pk>/", views.take_down_page, name="page"),
        path(
            "new/snippet/<slug:app>/<slug:model>/<str:pk>/",
            views.take_down_snippet,
            name="snippet",
        ),
        path("new/release/<int:pk>/", views.take_down_release, name="release"),
        path("new/language/<int:pk>/", views.take_down_language, name="language"),
        path("new/campaign/", views.take_down_campaign, name="campaign"),
        path("<int:pk>/", views.detail, name="detail"),
        path("<int:pk>/undo/", views.undo_takedown, name="undo"),
    ]
    return [path("takedowns/", include((patterns, NAMESPACE), NAMESPACE))]


class TakedownMenuItem(MenuItem):
    """The list's place in the Reports menu, for those who may see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this user may open the list."""
        return bool(request.user.has_perm(SEE))


@hooks.register("register_reports_menu_item")
def register_takedown_report() -> MenuItem:
    """Put the list below due work."""
    return TakedownMenuItem(
        _("Takedowns"), reverse(f"{NAMESPACE}:list"), name="takedowns", icon_name="cross", order=110
    )


@hooks.register("register_page_header_buttons")
def page_button(page: Page, user: Any, **_kwargs: Any) -> Iterator[Button]:
    """ "Take down" in the menu of a page."""
    yield from _page_button(page, user)


@hooks.register("register_page_listing_more_buttons")
def page_listing_button(page: Page, user: Any, **_kwargs: Any) -> Iterator[Button]:
    """ "Take down" in the menu of a page in a list."""
    yield from _page_button(page, user)


def _page_button(page: Page, user: Any) -> Iterator[Button]:
    if user.has_perm(TAKE_DOWN) and not page.is_root():
        yield Button(
            _("Take down"),
            reverse(f"{NAMESPACE}:page", args=[page.pk]),
            icon_name="cross",
            priority=62,
        )


@hooks.register("register_snippet_listing_buttons")
def snippet_button(snippet: Any, user: Any, _next_url: str | None = None) -> Iterator[Button]:
    """ "Take down" in the menu of a snippet in a list."""
    if isinstance(snippet, DraftStateMixin) and user.has_perm(TAKE_DOWN):
        yield Button(_("Take down"), snippet_url(snippet), icon_name="cross", priority=62)


class TakeDownMenuItem(ActionMenuItem):
    """ "Take down" in the menu at the foot of a snippet's form."""

    name = "action-take-down"
    label = _("Take down")
    icon_name = "cross"

    def is_shown(self, context: dict[str, Any]) -> bool:
        """For a snippet that exists and can be public, and who may."""
        is_known = context.get("view") == "edit"
        may = context["request"].user.has_perm(TAKE_DOWN)
        return is_known and may and issubclass(context["model"], DraftStateMixin)

    def get_url(self, context: dict[str, Any]) -> str:
        """The form for this snippet."""
        return snippet_url(context["instance"])


@hooks.register("register_snippet_action_menu_item")
def register_take_down_menu_item(model: Any) -> ActionMenuItem:  # noqa: ARG001
    """Offer it on every snippet's form; it shows itself where it makes sense."""
    return TakeDownMenuItem(order=45)


@hooks.register("register_permissions")
def register_takedown_permissions() -> QuerySet[Permission]:
    """Let administrators grant the permissions to groups."""
    return Permission.objects.filter(
        content_type__app_label="campaign_releases", codename__in=["view_takedown", "take_down"]
    )
