"""“Add to release”: from a page, from a snippet, and for many of them at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property, classproperty
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.models import DraftStateMixin, Page, Revision
from wagtail.permissions import policy_registry
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction
from wagtail.snippets.models import get_snippet_models

from campaign.assurance.rules import key_of
from campaign.releases.enums import ItemAction
from campaign.releases.exceptions import InOtherReleaseError, ReleasesError
from campaign.releases.membership import add_item, create_release
from campaign.releases.models import Release, ReleaseItem
from campaign.releases.views.release_acts import thing_of
from campaign.releases.views.release_forms import NEW_RELEASE, AddToReleaseForm
from campaign.releases.views.release_items import edit_urls
from campaign.releases.views.release_words import message_of
from campaign.releases.views.releases import POLICY, url_of


def may_take_part(user: Any) -> bool:
    """Whether somebody may put things into releases at all."""
    return bool(POLICY.user_has_any_permission(user, ["add", "change"]))


def may_add(user: Any, thing: Any) -> bool:
    """Whether somebody may put this page or snippet into a release: who may edit it may."""
    if not may_take_part(user) or not isinstance(thing, DraftStateMixin):
        return False
    if getattr(thing, "alias_of_id", None) is not None:
        return False
    if isinstance(thing, Page):
        return thing.depth > 1 and bool(thing.permissions_for_user(user).can_edit())
    return bool(policy_registry.get(thing).user_has_permission(user, "change"))


def open_item_of(thing: Any) -> ReleaseItem | None:
    """The item that a page or snippet is in a release that is still to go live, or None."""
    items = ReleaseItem.objects.open().for_key(key_of(thing)).select_related("release")
    return items.first()


def own_schedule_of(thing: Any) -> Revision | None:
    """The version of a thing that is scheduled by itself, or None."""
    found: Revision | None = (
        Revision.objects.for_instance(thing).filter(approved_go_live_at__isnull=False).first()
    )
    return found


def error_html(error: Exception) -> str:
    """What an error says, with a link to the release that it names."""
    if isinstance(error, InOtherReleaseError):
        return format_html(
            '{} <a href="{}">{}</a>', message_of(error), url_of(error.other), _("Open that release")
        )
    return message_of(error)


def translations_of(thing: Any) -> list[Any]:
    """The translations of a page or snippet that are no aliases."""
    if getattr(thing, "translation_key", None) is None:
        return []
    found = thing.get_translations()
    if isinstance(thing, Page):
        found = found.filter(alias_of__isnull=True)
    return list(found)


def add_all(things: list[Any], values: dict[str, Any], *, release: Release, user: Any) -> int:
    """Add things as a form says; returns how many are new. All or none: inside a transaction."""
    at, added = timezone.now(), 0
    action = ItemAction(values["action"])
    for thing in things:
        revision = None
        if values.get("version") == "live" and action == ItemAction.PUBLISH:
            revision = thing.live_revision
        before = release.items.count()
        add_item(
            release,
            thing,
            user=user,
            at=at,
            action=action,
            revision=revision,
            take_over_schedule=bool(values.get("take_over_schedule")),
        )
        added += release.items.count() - before
    return added


def with_family(things: list[Any], values: dict[str, Any], *, user: Any) -> list[Any]:
    """The things with the pages below and the translations that the form asks for, each once."""
    found: dict[Any, Any] = {}
    for thing in things:
        some = [thing]
        if values.get("include_descendants") and isinstance(thing, Page):
            some += [
                page
                for page in thing.get_descendants().filter(alias_of__isnull=True).specific()
                if may_add(user, page)
            ]
        if values.get("include_translations"):
            some += [
                other
                for one in list(some)
                for other in translations_of(one)
                if may_add(user, other)
            ]
        for one in some:
            found.setdefault(key_of(one), one)
    return list(found.values())


def release_for(form: AddToReleaseForm, *, user: Any) -> Release:
    """The release that was chosen, or a new one."""
    if form.cleaned_data["release"] == NEW_RELEASE or form.chosen is None:
        return create_release(form.cleaned_data["title"], user=user, at=timezone.now())
    return form.chosen


def add_from_form(form: AddToReleaseForm, things: list[Any], *, user: Any) -> tuple[Release, int]:
    """Add to the release of the form, or to a new one, all or none.

    Raises:
        ReleasesError: one of them cannot be added; nothing has changed.
    """
    with transaction.atomic():
        release = release_for(form, user=user)
        wanted = with_family(things, form.cleaned_data, user=user)
        return release, add_all(wanted, form.cleaned_data, release=release, user=user)


def tell_added(request: HttpRequest, release: Release, added: int, *, was_approved: bool) -> None:
    """Say what has happened, with a link to the release."""
    button = [messages.button(url_of(release), _("Open the release"))]
    if not added:
        text = _("All of it is in the release “%(release)s” already.")
        messages.info(request, text % {"release": release.title}, buttons=button)
        return
    text = ngettext(
        "%(count)d thing was added to the release “%(release)s”.",
        "%(count)d things were added to the release “%(release)s”.",
        added,
    )
    messages.success(request, text % {"count": added, "release": release.title}, buttons=button)
    release.refresh_from_db()
    if was_approved and not release.is_approved:
        messages.warning(request, _("That release must be approved again."), buttons=button)


class AddToReleaseView(
    PermissionCheckedMixin,
    WagtailAdminTemplateMixin,
    FormView,  # type: ignore[type-arg]
):
    """The small form behind “Add to release” of one page or snippet."""

    permission_policy = POLICY
    any_permission_required = ["add", "change"]
    form_class = AddToReleaseForm
    template_name = "campaign_releases/releases/add_to_release.html"
    page_title = gettext_lazy("Add to release")
    header_icon = "calendar-check"

    @cached_property
    def thing(self) -> Any:
        """The page (specific) or snippet of the address."""
        return thing_of(self.kwargs["type_id"], self.kwargs["object_id"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse whoever may not edit the thing itself, and what is in a release already."""
        if may_take_part(request.user):
            if not may_add(request.user, self.thing):
                messages.error(
                    request,
                    _("“%(title)s” cannot be added to a release, or not by you.")
                    % {"title": self.thing},
                )
                return redirect("wagtailadmin_home")
            present = open_item_of(self.thing)
            if present is not None:
                messages.info(
                    request,
                    _("“%(title)s” is in this release already.") % {"title": present.title},
                )
                return redirect(f"{url_of(present.release)}#items")
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        """Of what."""
        return str(self.thing)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where we are."""
        edit_url = edit_urls(self.request.user, [self.thing]).get((type(self.thing), self.thing.pk))
        return [
            *self.breadcrumbs_items,
            {"url": edit_url or "", "label": str(self.thing)},
            {"url": "", "label": _("Add to release")},
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Which questions make sense for this thing."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        user, thing = self.request.user, self.thing
        without = []
        if not (thing.live and thing.live_revision_id and thing.has_unpublished_changes):
            without.append("version")
        if not translations_of(thing):
            without.append("include_translations")
        if not (isinstance(thing, Page) and thing.numchild):
            without.append("include_descendants")
        if own_schedule_of(thing) is None:
            without.append("take_over_schedule")
        if not thing.live:
            without.append("action")
        return kwargs | {
            "may_create": POLICY.user_has_permission(user, "add"),
            "may_change": POLICY.user_has_permission(user, "change"),
            "without": tuple(without),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where “cancel” leads."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["next_url"] = self.next_url
        context["thing"] = self.thing
        context["submit_url"] = self.request.get_full_path()
        return context

    @cached_property
    def next_url(self) -> str:
        """Where the editor came from."""
        found = get_valid_next_url_from_request(self.request)
        edit = edit_urls(self.request.user, [self.thing]).get((type(self.thing), self.thing.pk))
        return str(found or edit or "")

    def form_valid(self, form: AddToReleaseForm) -> HttpResponse:
        """Add it."""
        values = form.cleaned_data
        values.setdefault("action", ItemAction.PUBLISH)
        was_approved = form.chosen is not None and form.chosen.is_approved
        try:
            release, added = add_from_form(form, [self.thing], user=self.request.user)
        except ReleasesError as error:
            form.add_error(None, error_html(error))
            response: HttpResponse = self.form_invalid(form)
            return response
        tell_added(self.request, release, added, was_approved=was_approved)
        return redirect(self.next_url or url_of(release))


# --- Many at once --------------------------------------------------------------------------------


class AddToReleaseBulkAction(BulkAction):
    """What the two bulk actions share."""

    display_name = gettext_lazy("Add to release")
    action_type = "add_to_release"
    action_priority = 35
    template_name = "campaign_releases/releases/bulk_add.html"
    form_class = AddToReleaseForm
    without: tuple[str, ...] = ("version",)

    def check_perm(self, obj: Any) -> bool:
        """Who may edit it may add it."""
        return may_add(self.request.user, obj)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Which questions make sense."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        user = self.request.user
        return kwargs | {
            "may_create": POLICY.user_has_permission(user, "add"),
            "may_change": POLICY.user_has_permission(user, "change"),
            "without": self.without,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name what cannot be added."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["may_take_part"] = may_take_part(self.request.user)
        context["no_access"] = [
            getattr(one, "item", one["item"] if isinstance(one, dict) else one)
            for one in context.get("items_with_no_access", [])
        ]
        return context

    def form_valid(self, form: AddToReleaseForm) -> HttpResponse:
        """Add all of them, or none and say which stands in the way."""
        objects, _no_access = self.get_actionable_objects()
        things = [one.specific if isinstance(one, Page) else one for one in objects]
        was_approved = form.chosen is not None and form.chosen.is_approved
        try:
            release, added = add_from_form(form, things, user=self.request.user)
        except ReleasesError as error:
            form.add_error(None, error_html(error))
            return self.render_to_response(self.get_context_data(form=form))
        tell_added(self.request, release, added, was_approved=was_approved)
        return redirect(self.next_url)

    @classmethod
    def execute_action(cls, objects: Any, **kwargs: Any) -> tuple[int, int]:
        """Not used: `form_valid` adds."""
        raise NotImplementedError


class AddPagesToRelease(AddToReleaseBulkAction, PageBulkAction):
    """For pages."""

    aria_label = gettext_lazy("Add selected pages to a release")
    form_class = AddToReleaseForm


class AddSnippetsToRelease(AddToReleaseBulkAction, SnippetBulkAction):
    """For snippets that have drafts."""

    aria_label = gettext_lazy("Add selected snippets to a release")
    without = ("version", "include_descendants")

    @classproperty
    def models(cls) -> list[Any]:
        """The kinds of snippet that can be in a release."""
        return [model for model in get_snippet_models() if issubclass(model, DraftStateMixin)]
