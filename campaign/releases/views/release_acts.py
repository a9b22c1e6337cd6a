"""What can be done with a release: each act at its own address, by POST.

An act calls one use case. What the use case refuses is shown in the part of the release's page
where the act stands; nothing has changed then. Acts that readers notice ask first, and say what
happens.
"""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.models import Locale, Page, Revision

from campaign.releases.approval import approve, void_approval
from campaign.releases.enums import ItemAction, LanguagePolicy, ReleaseState
from campaign.releases.exceptions import ReleasesError
from campaign.releases.inverse import make_inverse, put_back
from campaign.releases.membership import (
    add_item,
    cancel_release,
    pin,
    pin_all_to_newest,
    remove_item,
    remove_language,
    set_language,
    suggestions,
)
from campaign.releases.models import Release, ReleaseItem
from campaign.releases.moving import StepBack, steps_at_end, steps_back
from campaign.releases.preflight import ask_for_check
from campaign.releases.releasing import (
    end_release,
    publish_now,
    schedule_release,
    unschedule_release,
)
from campaign.releases.views.release_forms import (
    AddPageForm,
    LanguageForm,
    ReasonForm,
    TypedConfirmationForm,
)
from campaign.releases.views.release_page import key_text, put_trouble
from campaign.releases.views.release_words import message_of, times_of
from campaign.releases.views.releases import POLICY, url_of


class ActView(PermissionCheckedMixin, ContextMixin, View):
    """One act on one release.

    Attributes:
        panel: the part of the release's page where a refusal is shown.
    """

    permission_policy = POLICY
    permission_required: str | None = "change"
    http_method_names = ["post"]
    panel = "times"

    @cached_property
    def release(self) -> Release:
        """The release of the address."""
        return get_object_or_404(Release, pk=self.kwargs["pk"])

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        """Do it, and say what has happened or why nothing has."""
        try:
            target = self.act()
        except ReleasesError as error:
            put_trouble(request, self.release, self.panel, message_of(error))
            return self.back()
        return target or self.back()

    def act(self) -> HttpResponse | None:
        """Call the use case and say what has happened; an address to go on to, or None."""
        raise NotImplementedError

    def back(self) -> HttpResponse:
        """Go back to where the act stands."""
        return redirect(f"{url_of(self.release)}#{self.panel}")

    def say(self, message: str) -> None:
        """Say what has happened."""
        messages.success(self.request, message)

    def say_if_void(self, was_approved: bool) -> None:
        """Say that the approval no longer stands, if it stood before."""
        self.release.refresh_from_db()
        if was_approved and not self.release.is_approved:
            messages.warning(
                self.request,
                _("What goes out has changed, so it must be approved again."),
            )


class ConfirmedActView(WagtailAdminTemplateMixin, TemplateResponseMixin, ActView):
    """An act that asks first. Readers without JavaScript get the same page."""

    http_method_names = ["get", "post"]
    template_name = "campaign_releases/releases/confirm.html"
    header_icon = "warning"
    form_class: type[Form] | None = None
    question: str | Promise = ""
    yes: str | Promise = ""
    no: str | Promise = gettext_lazy("No, go back")
    is_serious = False

    def get_page_title(self) -> str:
        """What is asked."""
        return str(self.question)

    def get_page_subtitle(self) -> str:
        """Of which release."""
        return str(self.release)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Where we are."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("campaign_release:index"), "label": _("Releases")},
            {"url": url_of(self.release), "label": str(self.release)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        """Ask."""
        return self.ask(self.make_form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, once the form is right."""
        self.form = self.make_form(request.POST)
        if self.form is not None and not self.form.is_valid():
            return self.ask(self.form)
        return super().post(request, **kwargs)

    def make_form(self, data: Any = None) -> Any:
        """The form of the question, if it has one."""
        return self.form_class(data, **self.form_kwargs()) if self.form_class else None

    def form_kwargs(self) -> dict[str, Any]:
        """What the form has to know."""
        return {}

    def ask(self, form: Any) -> HttpResponse:
        """Show the question."""
        return self.render_to_response(
            self.get_context_data(
                form=form,
                release=self.release,
                back_url=f"{url_of(self.release)}#{self.panel}",
                warnings=[str(one) for one in self.warnings()],
                lines=self.lines(),
                yes=self.yes,
                no=self.no,
                is_serious=self.is_serious,
            )
        )

    def warnings(self) -> list[str]:
        """Sentences about what happens."""
        return []

    def lines(self) -> list[dict[str, Any]]:
        """What happens to each thing: `title`, `text`, and `is_left` for what stays as it is."""
        return []


# --- Items ---------------------------------------------------------------------------------------


def thing_of(type_id: int | str, object_id: str) -> Any:
    """The page (specific) or snippet of a key from an address or a form; 404 when there is none."""
    try:
        model: Any = ContentType.objects.get_for_id(int(type_id)).model_class()
        found = None if model is None else model._base_manager.filter(pk=object_id).first()
    except (ContentType.DoesNotExist, ValueError, TypeError) as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found.specific if isinstance(found, Page) else found


class AddPageView(ActView):
    """Put the page that was chosen on the release's page into the release."""

    panel = "items"

    def act(self) -> HttpResponse | None:
        """Add it."""
        form = AddPageForm(self.request.POST)
        page = None
        if form.is_valid():
            page = Page.objects.filter(pk=form.cleaned_data["page"]).first()
        if page is None:
            put_trouble(self.request, self.release, self.panel, _("Choose a page first."))
            return None
        was_approved = self.release.is_approved
        item = add_item(self.release, page, user=self.request.user, at=timezone.now())
        self.say(_("“%(title)s” is in this release.") % {"title": item.title})
        self.say_if_void(was_approved)
        return None


class RestoreItemView(ActView):
    """Put back what was just removed, pinned to the same version."""

    panel = "items"

    def act(self) -> HttpResponse | None:
        """Add it again."""
        thing = thing_of(self.kwargs["type_id"], self.kwargs["object_id"])
        revision = Revision.objects.filter(pk=self.request.GET.get("revision") or None).first()
        action = ItemAction.PUBLISH if revision else ItemAction.WITHDRAW
        item = add_item(
            self.release,
            thing,
            user=self.request.user,
            at=timezone.now(),
            action=action,
            revision=revision,
        )
        self.say(_("“%(title)s” is in this release again.") % {"title": item.title})
        return None


class AddSuggestedView(ActView):
    """Add what the release links to: one thing, or all of them."""

    panel = "items"

    def act(self) -> HttpResponse | None:
        """Add what was asked for, of what is really suggested."""
        wanted = self.request.POST.get("key", "")
        was_approved = self.release.is_approved
        added = []
        for suggestion in suggestions(self.release):
            if suggestion.blocked_by is not None:
                continue
            if wanted in ("", key_text(suggestion.instance)):
                added.append(
                    add_item(
                        self.release,
                        suggestion.instance,
                        user=self.request.user,
                        at=timezone.now(),
                    )
                )
        if not added:
            messages.info(self.request, _("There was nothing left to add."))
            return None
        if len(added) == 1:
            self.say(_("“%(title)s” is in this release.") % {"title": added[0].title})
        else:
            self.say(
                ngettext("%(count)d thing was added.", "%(count)d things were added.", len(added))
                % {"count": len(added)}
            )
        self.say_if_void(was_approved)
        return None


class ItemMixin:
    """An act on one item."""

    panel = "items"
    release: Any
    kwargs: dict[str, Any]

    @cached_property
    def item(self) -> ReleaseItem:
        """The item of the address."""
        return get_object_or_404(
            ReleaseItem.objects.select_related("release"),
            pk=self.kwargs["item_pk"],
            release=self.release,
        )


class PinView(ItemMixin, ActView):
    """Take the newest version of one item."""

    def act(self) -> HttpResponse | None:
        """Pin it."""
        was_approved = self.release.is_approved
        if pin(self.item, user=self.request.user, at=timezone.now()):
            self.say(_("The newest version of “%(title)s” goes out.") % {"title": self.item.title})
            self.say_if_void(was_approved)
        else:
            messages.info(
                self.request,
                _("“%(title)s” is at its newest version already.") % {"title": self.item.title},
            )
        return None


class PinAllView(ActView):
    """Take the newest version of every item."""

    panel = "items"

    def act(self) -> HttpResponse | None:
        """Pin them."""
        was_approved = self.release.is_approved
        changed = pin_all_to_newest(self.release, user=self.request.user, at=timezone.now())
        self.say(
            ngettext(
                "%(count)d item was set to its newest version.",
                "%(count)d items were set to their newest versions.",
                len(changed),
            )
            % {"count": len(changed)}
        )
        self.say_if_void(was_approved)
        return None


class RemoveItemView(ItemMixin, ConfirmedActView):
    """Take an item out of the release."""

    question = gettext_lazy("Remove from this release?")
    yes = gettext_lazy("Yes, remove it")

    def warnings(self) -> list[str]:
        """What removing means."""
        said = [
            _(
                "“%(title)s” stays as it is, with its drafts. It only does not go out with this "
                "release."
            )
            % {"title": self.item.title}
        ]
        if self.item.translations.exists():
            said.append(_("The translations that came with it are removed too."))
        if self.release.is_approved:
            said.append(_("The release must be approved again afterwards."))
        return said

    def act(self) -> HttpResponse | None:
        """Remove it, and offer to put it back."""
        item, was_approved = self.item, self.release.is_approved
        undo = reverse(
            "campaign_release:restore_item",
            args=[self.release.pk, item.content_type_id, item.object_id],
        )
        undo += f"?revision={item.revision_id or ''}"
        remove_item(item, user=self.request.user)
        self.say(
            format_html(
                '{} <button type="button" class="button button-small button-secondary" '
                'data-controller="w-action" data-action="w-action#post" '
                'data-w-action-url-value="{}">{}</button>',
                _("“%(title)s” was removed.") % {"title": item.title},
                undo,
                _("Undo"),
            )
        )
        self.say_if_void(was_approved)
        return None


# --- Languages -----------------------------------------------------------------------------------


class SetLanguageView(ActView):
    """Make a language belong to the release, or change what its translations do."""

    panel = "languages"

    def act(self) -> HttpResponse | None:
        """Set it."""
        form = LanguageForm(self.request.POST)
        if not form.is_valid():
            put_trouble(self.request, self.release, self.panel, _("Choose a language first."))
            return None
        was_approved = self.release.is_approved
        language = set_language(
            self.release,
            form.cleaned_data["locale"],
            policy=LanguagePolicy(form.cleaned_data["policy"]),
            user=self.request.user,
            at=timezone.now(),
        )
        self.say(
            _("%(language)s: %(policy)s.")
            % {"language": language.locale, "policy": language.get_policy_display()}
        )
        self.say_if_void(was_approved)
        return None


class RemoveLanguageView(ConfirmedActView):
    """Take a language out of the release, with the translations that came with it."""

    panel = "languages"
    question = gettext_lazy("Remove this language?")
    yes = gettext_lazy("Yes, remove it")

    @cached_property
    def locale(self) -> Locale:
        """The language of the address."""
        return get_object_or_404(Locale, pk=self.kwargs["locale_pk"])

    def warnings(self) -> list[str]:
        """What removing means."""
        said = [
            _(
                "Translations into %(language)s that came with this release are removed from it. "
                "They stay as they are."
            )
            % {"language": self.locale}
        ]
        if self.release.is_approved:
            said.append(_("The release must be approved again afterwards."))
        return said

    def act(self) -> HttpResponse | None:
        """Remove it."""
        was_approved = self.release.is_approved
        remove_language(self.release, self.locale, user=self.request.user)
        self.say(_("%(language)s was removed.") % {"language": self.locale})
        self.say_if_void(was_approved)
        return None


# --- Check, approve, schedule --------------------------------------------------------------------


class CheckView(ActView):
    """Look at everything as it would be at its moment, and rehearse it. Changes nothing."""

    permission_required = None
    any_permission_required = ["change", "approve"]
    panel = "preflight"

    def act(self) -> HttpResponse | None:
        """Check it."""
        if not self.release.is_open:
            raise Http404
        check = ask_for_check(self.release, at=timezone.now())
        if check is None:
            self.say(_("The site checks it now. How that stands is shown here."))
        elif check.ok:
            self.say(_("Checked: nothing would fail."))
        else:
            messages.warning(
                self.request, _("Checked: it would not go live as it is. See what was found.")
            )
        return None


class ApproveView(ActView):
    """Say that it may go out as it is now."""

    permission_required = "approve"
    panel = "approval"

    def act(self) -> HttpResponse | None:
        """Approve it."""
        approve(self.release, user=self.request.user, at=timezone.now())
        self.say(_("Approved. Whatever changes from now on voids this approval, and says so."))
        return None


class VoidView(ConfirmedActView):
    """Take the approval back."""

    permission_required = None
    any_permission_required = ["change", "approve"]
    panel = "approval"
    form_class = ReasonForm
    question = gettext_lazy("Take the approval back?")
    yes = gettext_lazy("Yes, take it back")

    def warnings(self) -> list[str]:
        """What it means."""
        said = [_("The release is a draft again, and everybody who is told learns your reason.")]
        if self.release.state in (ReleaseState.SCHEDULED, ReleaseState.FAILED):
            said.append(_("It comes off its schedule: it will not go live."))
        return said

    def act(self) -> HttpResponse | None:
        """Void it."""
        reason = self.form.cleaned_data["reason"]
        if void_approval(self.release, reason=reason, user=self.request.user):
            self.say(_("The approval was taken back."))
        return None


class ScheduleView(ActView):
    """Let it go live by itself at its time."""

    panel = "times"

    def act(self) -> HttpResponse | None:
        """Schedule it, after a check."""
        release = schedule_release(self.release, user=self.request.user, at=timezone.now())
        self.say(_("Scheduled. %(sentence)s") % {"sentence": times_of(release)})
        return None


class UnscheduleView(ConfirmedActView):
    """Take it off its schedule."""

    question = gettext_lazy("Take this release off its schedule?")
    yes = gettext_lazy("Yes, take it off")

    def warnings(self) -> list[str]:
        """What it means."""
        return [
            _("Nothing goes live then. The approval stands, so it can be scheduled again at once."),
        ]

    def act(self) -> HttpResponse | None:
        """Unschedule it."""
        unschedule_release(self.release, user=self.request.user)
        self.say(_("It is off its schedule."))
        return None


def _lines_of_items(release: Release) -> list[dict[str, Any]]:
    return [
        {"title": item.title, "text": item.get_action_display(), "is_left": False}
        for item in release.items.order_by("position", "pk")
    ]


class PublishView(ConfirmedActView):
    """Let it go live now."""

    permission_required = "approve"
    form_class = TypedConfirmationForm
    question = gettext_lazy("Publish everything now?")
    yes = gettext_lazy("Publish everything now")
    is_serious = True

    def form_kwargs(self) -> dict[str, Any]:
        """The title that has to be typed."""
        return {"title": self.release.title}

    def warnings(self) -> list[str]:
        """What it means."""
        said = [_("All of this changes for readers at once. It is checked first.")]
        if self.release.goes_live_at is not None:
            said.append(_("Without this: %(sentence)s") % {"sentence": times_of(self.release)})
        return said

    def lines(self) -> list[dict[str, Any]]:
        """What happens to each item."""
        return _lines_of_items(self.release)

    def act(self) -> HttpResponse | None:
        """Publish it."""
        publish_now(self.release, user=self.request.user, at=timezone.now())
        self.say(_("Everything is live."))
        return None


class EndView(ConfirmedActView):
    """End it now."""

    permission_required = "approve"
    form_class = TypedConfirmationForm
    question = gettext_lazy("End this release now?")
    yes = gettext_lazy("End it now")
    is_serious = True

    def form_kwargs(self) -> dict[str, Any]:
        """The title that has to be typed."""
        return {"title": self.release.title}

    def warnings(self) -> list[str]:
        """What it means."""
        return [
            _("What it brought comes down, and what it replaced comes back, for readers at once."),
            _("What was published since then stays."),
        ]

    def lines(self) -> list[dict[str, Any]]:
        """What happens to each item."""
        return lines_of_steps(steps_at_end(self.release))

    def act(self) -> HttpResponse | None:
        """End it."""
        end_release(self.release, user=self.request.user, at=timezone.now())
        self.say(_("It has ended."))
        return None


class CancelView(ConfirmedActView):
    """Give it up before it goes live."""

    form_class = ReasonForm
    question = gettext_lazy("Cancel this release?")
    yes = gettext_lazy("Yes, cancel the release")
    no = gettext_lazy("No, keep it")
    is_serious = True

    def warnings(self) -> list[str]:
        """What it means."""
        return [
            _("It never goes live, and cannot be opened again. Its pages and drafts stay."),
            _("They are free for other releases."),
        ]

    def act(self) -> HttpResponse | None:
        """Cancel it."""
        cancel_release(
            self.release, user=self.request.user, reason=self.form.cleaned_data["reason"]
        )
        self.say(_("“%(title)s” was cancelled.") % {"title": self.release.title})
        return redirect("campaign_release:index")


# --- Put back ------------------------------------------------------------------------------------

BACK_TEXTS = {
    ItemAction.WITHDRAW: gettext_lazy("Comes down: it was not public before"),
    ItemAction.PUBLISH: gettext_lazy("Shows again what it showed before"),
}


def lines_of_steps(steps: list[StepBack]) -> list[dict[str, Any]]:
    """For a confirmation: what happens to each thing, or why it is left as it is."""
    return [
        {
            "title": step.item.title,
            "text": BACK_TEXTS[step.action] if step.action else step.why,
            "is_left": step.action is None,
        }
        for step in steps
    ]


class PutBackView(ConfirmedActView):
    """Put back what was public before: at once, or as a release that goes the usual way."""

    panel = "put_back"
    form_class = ReasonForm
    question = gettext_lazy("Put back what was before?")
    template_name = "campaign_releases/releases/confirm_put_back.html"
    is_serious = True

    def warnings(self) -> list[str]:
        """What it means."""
        return [
            _(
                "This makes a release of its own, with a record: it says who put what back, when "
                "and why."
            )
        ]

    def lines(self) -> list[dict[str, Any]]:
        """What happens to each item."""
        if self.release.state != ReleaseState.LIVE:
            return []
        return lines_of_steps(steps_back(self.release))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether this person may do it at once."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["at_once"] = self.user_has_permission("approve")
        return context

    def act(self) -> HttpResponse | None:
        """Put it back, or make the release that would."""
        user, at = self.request.user, timezone.now()
        if "later" in self.request.POST:
            inverse = make_inverse(self.release, user=user, at=at)
            self.say(_("A release that puts it back was made. Check it, and have it approved."))
        else:
            reason = self.form.cleaned_data["reason"]
            inverse = put_back(self.release, user=user, at=at, reason=reason)
            self.say(_("What was public before is public again."))
        return redirect(url_of(inverse))
