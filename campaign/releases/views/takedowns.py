"""Taking down and putting back, in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.auth import any_permission_required, permission_required
from wagtail.admin.ui.tables import Column, TitleColumn, UserColumn
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import DraftStateMixin, Locale, Page
from wagtail.permission_policies import ModelPermissionPolicy

from campaign.releases.enums import TakedownAnswer, TakedownScope, TakedownState
from campaign.releases.exceptions import (
    GateRefusedError,
    PutBackFailedError,
    RedirectRefusedError,
    ReleasesError,
    TakedownNotStandingError,
)
from campaign.releases.models import Release, Takedown
from campaign.releases.takedown import plan_undo, take_down, title_of, undo
from campaign.releases.takedown_drills import ask_for_drill
from campaign.releases.takedown_reach import addresses_of, things_under
from campaign.releases.views.takedown_forms import TakedownForm, UndoForm

NAMESPACE = "campaign_releases_takedowns"
TAKE_DOWN = "campaign_releases.take_down"
SEE = "campaign_releases.view_takedown"

LISTED_AT_MOST = 30
"""So many things are named on a form; of the rest only the number."""

WATCHED_FOR = timedelta(minutes=5)
"""A takedown younger than this shows its progress by itself."""


class TimeToGoneColumn(Column):
    """How long it took until the last address was gone, or that one is not."""

    cell_template_name = "campaign_releases/takedowns/gone_cell.html"


class TakedownStateColumn(Column):
    """Whether it stands, in words."""

    cell_template_name = "campaign_releases/takedowns/state_cell.html"


class TimeColumn(Column):
    """A time with the name of its zone."""

    cell_template_name = "campaign_releases/report/time_cell.html"


class TakedownReport(ReportView):
    """Every takedown and drill: what, why, who, when, and how soon it was gone."""

    model = Takedown
    page_title = gettext_lazy("Takedowns")
    header_icon = "cross"
    index_url_name = f"{NAMESPACE}:list"
    index_results_url_name = f"{NAMESPACE}:list_results"
    results_template_name = "campaign_releases/takedowns/results.html"
    default_ordering = "-taken_down_at"
    is_searchable = False
    permission_policy = ModelPermissionPolicy(Takedown)
    any_permission_required = ["view"]
    columns = [
        TitleColumn(
            "title",
            label=gettext_lazy("What"),
            accessor=str,
            get_url=lambda takedown: reverse(f"{NAMESPACE}:detail", args=[takedown.pk]),
        ),
        TakedownStateColumn("state", label=gettext_lazy("State"), sort_key="state"),
        Column("reason", label=gettext_lazy("Why"), width="28%"),
        UserColumn("taken_down_by", blank_display_name=gettext_lazy("Somebody deleted since")),
        TimeColumn("taken_down_at", label=gettext_lazy("When"), sort_key="taken_down_at"),
        TimeToGoneColumn("time_to_gone", label=gettext_lazy("Time to gone"), accessor=str),
    ]
    list_export = ["scope", "title", "state", "reason", "taken_down_by", "taken_down_at"]

    def get_base_queryset(self) -> QuerySet[Takedown]:
        """All of them, with their addresses in one further query."""
        return Takedown.objects.select_related("taken_down_by").prefetch_related("addresses")

    def get_filtered_queryset(self) -> QuerySet[Takedown]:
        """`get_queryset` has filtered already."""
        return self.get_queryset()

    def get_header_buttons(self) -> list[Any]:
        """The way to take down a language or everything."""
        if not self.request.user.has_perm(TAKE_DOWN):
            return []
        return [
            HeaderButton(
                label=_("Take down a language or the whole campaign"),
                url=reverse(f"{NAMESPACE}:choose"),
                icon_name="cross",
            )
        ]


@permission_required(TAKE_DOWN)
def choose(request: HttpRequest) -> HttpResponse:
    """Choose between the languages and the whole campaign."""
    return _page(
        request,
        "choose.html",
        title=_("Take down a language or the whole campaign"),
        locales=Locale.objects.all(),
    )


@permission_required(TAKE_DOWN)
def take_down_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Take down a page."""
    return _take_down(request, get_object_or_404(Page, pk=pk).specific)


@permission_required(TAKE_DOWN)
def take_down_snippet(request: HttpRequest, app: str, model: str, pk: str) -> HttpResponse:
    """Take down a snippet of any model that has drafts."""
    try:
        found = apps.get_model(app, model)
    except LookupError as error:
        raise Http404 from error
    if not issubclass(found, DraftStateMixin) or issubclass(found, Page):
        raise Http404
    return _take_down(request, get_object_or_404(found, pk=pk))


@permission_required(TAKE_DOWN)
def take_down_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Take down all that a release holds."""
    return _take_down(request, get_object_or_404(Release, pk=pk))


@permission_required(TAKE_DOWN)
def take_down_language(request: HttpRequest, pk: int) -> HttpResponse:
    """Take down one language."""
    return _take_down(request, get_object_or_404(Locale, pk=pk))


@permission_required(TAKE_DOWN)
def take_down_campaign(request: HttpRequest) -> HttpResponse:
    """Take everything down."""
    return _take_down(request, TakedownScope.CAMPAIGN)


def _take_down(request: HttpRequest, target: Any) -> HttpResponse:
    title = title_of(target)
    things = things_under(target)
    wider = things_under(target, with_descendants=True) if isinstance(target, Page) else things
    is_drill = "drill" in request.POST
    form = TakedownForm(
        request.POST if request.method == "POST" else None,
        title=title,
        below=len(wider) - len(things),
        drill=is_drill,
    )
    if request.method == "POST" and form.is_valid():
        found = _act(request, target, form, is_drill=is_drill)
        if found is not None:
            return redirect(f"{NAMESPACE}:detail", found.pk)
    return _page(
        request,
        "take_down.html",
        title=_("Take down “%(title)s”") % {"title": title},
        form=form,
        media=form.media,
        things=things[:LISTED_AT_MOST],
        more=max(0, len(things) - LISTED_AT_MOST),
        count=len(things),
        address_count=len(addresses_of(things)),
        is_source_language=isinstance(target, Locale) and target == Locale.get_default(),
    )


def _act(
    request: HttpRequest, target: Any, form: TakedownForm, *, is_drill: bool
) -> Takedown | None:
    """Take down, or ask for a drill; None, with the message on the form, if it was refused."""
    given = form.cleaned_data
    below = given.get("with_descendants", False)
    common: dict[str, Any] = {
        "user": request.user,
        "at": timezone.now(),
        "reason": given["reason"],
        "with_descendants": below,
    }
    try:
        if is_drill:
            found = ask_for_drill(target, **common)
            messages.success(request, _("The drill has begun. Nothing is taken down."))
            return found
        found = take_down(
            target,
            **common,
            answer=TakedownAnswer(given["answer"]),
            explanations=form.explanations(),
            redirect_page=given["redirect_page"],
            redirect_path=given["redirect_path"],
        )
    except RedirectRefusedError as error:
        form.add_error("redirect_page", str(error))
    except GateRefusedError as error:
        form.add_error(None, error.messages)
    except ReleasesError as error:
        form.add_error(None, str(error))
    else:
        messages.success(request, _("“%(title)s” has been taken down.") % {"title": found.title})
        return found
    return None


@any_permission_required(SEE, TAKE_DOWN)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One takedown: what it did, and address by address whether it is gone."""
    takedown = get_object_or_404(Takedown.objects.select_related("redirect_page"), pk=pk)
    addresses = list(takedown.addresses.select_related("takedown"))
    is_open = takedown.state in (TakedownState.DRILL_WAITING, TakedownState.DRILL_RUNNING) or (
        takedown.is_standing and any(address.gone_at is None for address in addresses)
    )
    is_watched = is_open and timezone.now() - takedown.taken_down_at < WATCHED_FOR
    response = _page(
        request,
        "detail.html",
        title=str(takedown),
        takedown=takedown,
        addresses=addresses,
        gone=sum(address.gone_at is not None for address in addresses),
        items=takedown.items.count(),
        time_to_gone=takedown.time_to_gone(),
        is_watched=is_watched,
        may_undo=takedown.is_standing and request.user.has_perm(TAKE_DOWN),
        target_url=_again_url(takedown),
    )
    if is_watched:
        response["Refresh"] = "2"
    return response


def _again_url(takedown: Takedown) -> str:
    """Where the same thing can be taken down in earnest, after a drill."""
    if not takedown.drill:
        return ""
    if takedown.scope == TakedownScope.CAMPAIGN:
        return reverse(f"{NAMESPACE}:campaign")
    if takedown.target is None:
        return ""
    if takedown.scope == TakedownScope.SNIPPET:
        return snippet_url(takedown.target)
    return reverse(f"{NAMESPACE}:{takedown.scope}", args=[takedown.object_id])


def snippet_url(snippet: Model) -> str:
    """Where a snippet is taken down."""
    options = snippet._meta
    return reverse(f"{NAMESPACE}:snippet", args=[options.app_label, options.model_name, snippet.pk])


@permission_required(TAKE_DOWN)
def undo_takedown(request: HttpRequest, pk: int) -> HttpResponse:
    """List what would come back, and put it back."""
    takedown = get_object_or_404(Takedown, pk=pk, drill=False)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = undo(
                takedown, user=request.user, at=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except PutBackFailedError as error:
            form.add_error(None, str(error))
        except TakedownNotStandingError as error:
            messages.warning(request, str(error))
            return redirect(f"{NAMESPACE}:detail", takedown.pk)
        else:
            messages.success(request, _("“%(title)s” has been put back.") % {"title": found.title})
            return redirect(f"{NAMESPACE}:detail", found.pk)
    if not takedown.is_standing:
        return redirect(f"{NAMESPACE}:detail", takedown.pk)
    return _page(
        request,
        "undo.html",
        title=_("Undo the takedown of “%(title)s”") % {"title": takedown.title},
        takedown=takedown,
        form=form,
        plan=plan_undo(takedown, at=timezone.now()),
    )


def _page(request: HttpRequest, template: str, *, title: str, **context: Any) -> TemplateResponse:
    breadcrumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse(f"{NAMESPACE}:list"), "label": _("Takedowns")},
        {"url": "", "label": title},
    ]
    return TemplateResponse(
        request,
        f"campaign_releases/takedowns/{template}",
        {
            "header_title": title,
            "page_title": title,
            "header_icon": "cross",
            "breadcrumbs_items": breadcrumbs,
            **context,
        },
    )
