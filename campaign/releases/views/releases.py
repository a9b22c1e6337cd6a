"""The list of releases, and the form in which one is made or changed."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.forms import CheckboxSelectMultiple
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.models import IndexView
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import Locale, TranslatableMixin
from wagtail.permission_policies import ModelPermissionPolicy

from campaign.releases.enums import ReleaseState
from campaign.releases.exceptions import ReleasesError
from campaign.releases.membership import change_description, create_release
from campaign.releases.models import Release, ReleaseItem, ReleaseLanguage
from campaign.releases.releasing import set_release_times
from campaign.releases.schedules import draft_state_models
from campaign.releases.views.release_forms import ReleaseForm
from campaign.releases.views.release_words import STATE_CLASSES, message_of, times_of

POLICY = ModelPermissionPolicy(Release)
SEE = ["view", "add", "change", "approve"]
"""Whoever may do anything with releases may see them."""


def url_of(release: Release | Any) -> str:
    """The page of a release in the admin."""
    return reverse("campaign_release:view", args=[getattr(release, "pk", release)])


class StateColumn(Column):
    """The state, in words and colour."""

    cell_template_name = "campaign_releases/releases/state_cell.html"

    def get_cell_context_data(
        self, instance: Release, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Add the look of the state."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        context["classes"] = STATE_CLASSES[ReleaseState(instance.state)]
        return context


class WallColumn(Column):
    """A moment on the release's own clock, with the name of the place."""

    cell_template_name = "campaign_releases/releases/wall_cell.html"


def in_language(queryset: Any, locale: Locale) -> Any:
    """Releases to which a language belongs, or that have an item in it."""
    wanted = Q(Exists(ReleaseLanguage.objects.filter(release=OuterRef("pk"), locale=locale)))
    for model in draft_state_models():
        if not issubclass(model, TranslatableMixin) and not hasattr(model, "locale"):
            continue
        inside = (
            model._base_manager.filter(locale=locale)
            .annotate(pk_text=Cast("pk", CharField()))
            .values("pk_text")
        )
        wanted |= Q(
            Exists(
                ReleaseItem.objects.filter(
                    release=OuterRef("pk"),
                    content_type__app_label=model._meta.app_label,
                    content_type__model=model._meta.model_name,
                    object_id__in=inside,
                )
            )
        )
    return queryset.filter(wanted)


class ReleaseFilterSet(WagtailFilterSet):
    """Which releases to show."""

    state = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("State"), choices=ReleaseState.choices, widget=CheckboxSelectMultiple
    )
    owner = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Owner"),
        queryset=lambda request: get_user_model()._default_manager.filter(  # noqa: ARG005
            pk__in=Release.objects.values("owner")
        ),
    )
    language = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Language"),
        queryset=lambda request: Locale.objects.all(),  # noqa: ARG005 - the filter's call
        method="filter_language",
    )

    class Meta:
        model = Release
        fields: list[str] = []

    def filter_language(self, queryset: Any, name: str, value: Locale) -> Any:  # noqa: ARG002
        """Keep what has something in this language."""
        return in_language(queryset, value)


class ReleaseIndexView(IndexView):
    """All releases; what is still to go live comes first in time, newest first otherwise."""

    model = Release
    permission_policy = POLICY
    any_permission_required = SEE
    page_title = gettext_lazy("Releases")
    header_icon = "calendar-check"
    index_url_name = "campaign_release:index"
    index_results_url_name = "campaign_release:index_results"
    add_url_name = "campaign_release:add"
    template_name = "campaign_releases/releases/list.html"
    results_template_name = "campaign_releases/releases/list_results.html"
    filterset_class = ReleaseFilterSet
    search_fields = ["title", "description"]
    default_ordering = "-created_at"
    paginate_by = 50
    list_export = ["title", "state", "goes_live_at", "ends_at", "owner", "item_count"]

    @cached_property
    def columns(self) -> list[Column]:
        """What the list says of each release."""
        return [
            TitleColumn("title", label=_("Title"), get_url=url_of, sort_key="title", width="34%"),
            StateColumn("state", label=_("State"), sort_key="state"),
            WallColumn("goes_live_at", label=_("Goes live"), sort_key="goes_live_at"),
            WallColumn("ends_at", label=_("Ends"), sort_key="ends_at", classname="release-wide"),
            Column("owner", label=_("Owner"), accessor="owner", classname="release-wide"),
            Column("item_count", label=_("Items"), sort_key="item_count"),
        ]

    def get_base_queryset(self) -> QuerySet[Release]:
        """Every release with the number of its items."""
        return Release.objects.select_related("owner").annotate(item_count=Count("items"))

    def get_valid_orderings(self) -> list[str]:
        """The columns' orderings, and the one that the list begins with."""
        return [*super().get_valid_orderings(), "-created_at"]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """Make a release; the calendar."""
        buttons = [
            HeaderButton(
                _("Calendar"),
                url=reverse("campaign_release_calendar:month"),
                icon_name="calendar",
                priority=20,
            )
        ]
        if self.add_url:
            buttons.insert(0, self.add_button)
        return buttons

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where we are."""
        return [*self.breadcrumbs_items, {"url": "", "label": _("Releases")}]


class ReleaseFormView(
    PermissionCheckedMixin,
    WagtailAdminTemplateMixin,
    FormView,  # type: ignore[type-arg]
):
    """What the two forms share."""

    permission_policy = POLICY
    form_class = ReleaseForm
    template_name = "campaign_releases/releases/form.html"
    header_icon = "calendar-check"
    release: Release | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form whose hands it is in."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"release": self.release, "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the form's template needs."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["media"] = context["form"].media
        context["release"] = self.release
        context["sentence_url"] = reverse("campaign_release:sentence")
        context["sentence"] = times_of(self.release) if self.release else ""
        return context

    def form_valid(self, form: ReleaseForm) -> HttpResponse:
        """Save all of it or nothing; what a use case refuses is said above the form."""
        try:
            with transaction.atomic():
                release = self.save(form)
                voided = self._set_times(form, release)
        except ReleasesError as error:
            form.add_error(None, message_of(error))
            return self.form_invalid(form)
        release.refresh_from_db()
        messages.success(self.request, f"{self.saved_message(release)} {times_of(release)}")
        if voided:
            messages.warning(
                self.request, _("The times have changed, so it must be approved again.")
            )
        return redirect(url_of(release))

    def _set_times(self, form: ReleaseForm, release: Release) -> bool:
        """Set the times; returns whether an approval stood and no longer does."""
        was_approved = release.is_approved
        values = form.cleaned_data
        if values["goes_live"] is None and values["ends"] is None and not release.goes_live_wall:
            return False
        changed = set_release_times(
            release,
            goes_live=values["goes_live"],
            ends=values["ends"],
            zone=values["zone"],
            goes_live_fold=values["goes_live_which"],
            ends_fold=values["ends_which"],
            user=self.request.user,
            at=timezone.now(),
        )
        return was_approved and not changed.is_approved

    def form_invalid(self, form: ReleaseForm) -> HttpResponse:
        """Say above the form that something has to be put right."""
        messages.validation_error(
            self.request, _("The release was not saved. See what to change below."), form
        )
        response: HttpResponse = super().form_invalid(form)
        return response

    def save(self, form: ReleaseForm) -> Release:
        """Save what the release is called and whose it is."""
        raise NotImplementedError

    def saved_message(self, release: Release) -> str:
        """What is said after saving."""
        raise NotImplementedError


class ReleaseCreateView(ReleaseFormView):
    """A new release."""

    permission_required = "add"
    page_title = gettext_lazy("New release")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where we are."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("campaign_release:index"), "label": _("Releases")},
            {"url": "", "label": _("New release")},
        ]

    def save(self, form: ReleaseForm) -> Release:
        """Make it."""
        values = form.cleaned_data
        return create_release(
            values["title"],
            user=self.request.user,
            at=timezone.now(),
            description=values["description"],
            owner=values["owner"],
            zone=values["zone"],
        )

    def saved_message(self, release: Release) -> str:
        """It is there; now fill it."""
        return _("“%(title)s” was created. Now add what goes live with it.") % {
            "title": release.title
        }


class ReleaseEditView(ReleaseFormView):
    """Change what a release is called, whose it is and when it goes live."""

    permission_required = "change"
    page_title = gettext_lazy("Edit release")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the release."""
        super().setup(request, *args, **kwargs)
        self.release = get_object_or_404(Release, pk=kwargs["pk"])

    def get_page_subtitle(self) -> str:
        """Which release."""
        return str(self.release)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where we are."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("campaign_release:index"), "label": _("Releases")},
            {"url": url_of(self.release), "label": str(self.release)},
            {"url": "", "label": _("Edit")},
        ]

    def _set_times(self, form: ReleaseForm, release: Release) -> bool:
        if release.state in (ReleaseState.ENDED, ReleaseState.CANCELLED):
            return False
        return super()._set_times(form, release)

    def save(self, form: ReleaseForm) -> Release:
        """Change what differs."""
        if self.release is None:
            raise Http404
        values = form.cleaned_data
        names = ("title", "description", "owner")
        if all(getattr(self.release, name) == values[name] for name in names):
            return self.release
        return change_description(
            self.release, **{name: values[name] for name in names}, user=self.request.user
        )

    def saved_message(self, release: Release) -> str:
        """It is saved."""
        return _("“%(title)s” was saved.") % {"title": release.title}


class SentenceView(PermissionCheckedMixin, View):
    """What the times in the form mean, while somebody types them. Saves nothing."""

    permission_policy = POLICY
    any_permission_required = ["add", "change"]
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """The sentence, what is wrong with the times, and which of two."""
        form = ReleaseForm(request.POST, user=request.user)
        form.is_valid()
        return render(
            request, "campaign_releases/releases/sentence.html", {"form": form, "live": True}
        )
