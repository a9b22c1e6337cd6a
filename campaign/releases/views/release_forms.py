"""The forms of releases."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Locale

from campaign.releases.enums import ItemAction, LanguagePolicy
from campaign.releases.exceptions import WallTimeError
from campaign.releases.models import Release
from campaign.releases.releasing import WALL_FORMAT
from campaign.releases.views.release_words import times_in_words
from campaign.releases.wall_time import Candidate, candidates, resolve

TYPED_FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", WALL_FORMAT]


class WallField(forms.CharField):
    """A date and time as a clock on the wall shows it; naive. Which clock is another field."""

    default_error_messages = {
        "invalid": gettext_lazy("Write the date and the time like this: 2027-03-18 06:00")
    }

    def __init__(self, **kwargs: Any) -> None:
        # The browser's own field: by keyboard, by touch and aloud, it is the better one.
        super().__init__(widget=forms.TextInput(attrs={"type": "datetime-local"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The stored wall time, or what was typed, as the browser's field takes it."""
        return value[:16] if isinstance(value, str) and value.endswith(":00") else value

    def clean(self, value: Any) -> Any:
        """The naive time, or None."""
        text = super().clean(value)
        if not text:
            return None
        for pattern in TYPED_FORMATS:
            try:
                return datetime.strptime(text, pattern)  # noqa: DTZ007 - a wall time has no zone
            except ValueError:
                continue
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


def zone_choices() -> list[tuple[str, str]]:
    """The campaign's own zone first, then every other that this machine knows."""
    own = settings.TIME_ZONE
    others = sorted(zoneinfo.available_timezones() - {own})
    return [(name, name.replace("_", " ")) for name in (own, *others) if "/" in name or name == own]


def people_of_the_admin() -> Any:
    """Everybody who can be told about a release: who may open the admin."""
    return (
        get_user_model()
        ._default_manager.filter(is_active=True)
        .filter(
            Q(is_superuser=True)
            | Q(groups__permissions__codename="access_admin")
            | Q(user_permissions__codename="access_admin")
        )
        .distinct()
        .order_by("username")
    )


class ReleaseForm(forms.Form):
    """What a release is called, whose it is, and when it goes live and ends.

    `moments` holds what the times mean once the form is clean; `which` the two moments of a time
    that clocks show twice, by field.
    """

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=255,
        help_text=gettext_lazy("What colleagues call it: “Hotels week, spring”."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "What goes out, and why at that time. Whoever approves it reads this."
        ),
    )
    owner: Any = forms.ModelChoiceField(
        label=gettext_lazy("Owner"),
        queryset=None,
        help_text=gettext_lazy("Is told what would fail, and what became of the release."),
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zone_choices,
        help_text=gettext_lazy("The clock on which the two times are read."),
    )
    goes_live = WallField(
        label=gettext_lazy("Goes live"),
        required=False,
        help_text=gettext_lazy("Everything at that moment, or nothing. You can set it later."),
    )
    goes_live_which = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("0", "0"), ("1", "1")]
    )
    ends = WallField(
        label=gettext_lazy("Ends"),
        required=False,
        help_text=gettext_lazy(
            "What it brought comes down then, and what it replaced comes back. Leave it empty if "
            "it stays."
        ),
    )
    ends_which = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("0", "0"), ("1", "1")]
    )

    def __init__(
        self, *args: Any, release: Release | None = None, user: Any, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"owner": user, "zone": settings.TIME_ZONE}
        if release is not None:
            initial = {
                "title": release.title,
                "description": release.description,
                "owner": release.owner,
                "zone": release.zone or settings.TIME_ZONE,
                "goes_live": release.goes_live_wall,
                "goes_live_which": release.goes_live_fold,
                "ends": release.ends_wall,
                "ends_which": release.ends_fold,
            }
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.release = release
        self.fields["owner"].queryset = people_of_the_admin()  # type: ignore[attr-defined]
        if release is not None and release.published_at is not None:
            for name in ("goes_live", "zone"):
                self.fields[name].disabled = True
        self.moments: dict[str, datetime | None] = {}

    def clean(self) -> dict[str, Any]:
        """Say of each time which moment it is, or why it is none."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("goes_live", "ends"):
            self._resolve(name, cleaned)
        return cleaned

    def _resolve(self, name: str, cleaned: dict[str, Any]) -> None:
        wall, zone = cleaned.get(name), cleaned.get("zone")
        self.moments[name] = None
        if wall is None or not zone or name in self.errors:
            return
        try:
            self.moments[name] = resolve(wall, zone, fold=cleaned.get(f"{name}_which"))
        except WallTimeError as error:
            self.add_error(name, str(error))

    def which(self, name: str) -> tuple[Candidate, ...]:
        """The two moments that the time in a field may mean; nothing when it means one."""
        zone = self["zone"].value()
        try:
            wall = self.fields[name].clean(self[name].value())
        except forms.ValidationError:
            return ()
        if wall is None or zone not in dict(self.fields["zone"].choices):  # type: ignore[attr-defined]
            return ()
        return candidates(wall, zone)

    @property
    def choices_of_moments(self) -> list[dict[str, Any]]:
        """For the template: each time that clocks show twice, with its two moments."""
        found = []
        for name in ("goes_live", "ends"):
            options = self.which(name)
            if options:
                chosen = str(self[f"{name}_which"].value())
                found.append(
                    {
                        "name": f"{name}_which",
                        "label": self.fields[name].label,
                        "options": options,
                        "chosen": chosen,
                    }
                )
        return found

    @property
    def sentence(self) -> str:
        """What the times in the form mean, in words; empty while something is wrong with them."""
        if not self.is_bound or {"goes_live", "ends", "zone"} & set(self.errors):
            return ""
        return times_in_words(
            goes_live_at=self.moments.get("goes_live"),
            ends_at=self.moments.get("ends"),
            zone=self.cleaned_data["zone"],
        )


class ReasonForm(forms.Form):
    """Why somebody does something that others will ask about."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept in the history, and sent to the owner."),
    )


class TypedConfirmationForm(forms.Form):
    """Type the title of the release, so that nobody publishes by a slip of the finger."""

    typed = forms.CharField(label=gettext_lazy("Title of the release"))

    def __init__(self, *args: Any, title: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = title
        self.fields["typed"].help_text = _("Type “%(title)s” to confirm.") % {"title": title}
        self.fields["typed"].widget.attrs["autocomplete"] = "off"

    def clean_typed(self) -> str:
        """Compare without capitals and outer spaces."""
        typed: str = self.cleaned_data["typed"]
        if typed.strip().casefold() != self.title.strip().casefold():
            raise forms.ValidationError(
                _("That is not the title. Nothing has happened. Type “%(title)s”.")
                % {"title": self.title}
            )
        return typed


class LanguageForm(forms.Form):
    """A language of a release and what its translations do."""

    locale: Any = forms.ModelChoiceField(label=gettext_lazy("Language"), queryset=None)
    policy = forms.ChoiceField(
        label=gettext_lazy("Translations that are not ready"), choices=LanguagePolicy.choices
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locale"].queryset = Locale.objects.all()  # type: ignore[attr-defined]


class AddPageForm(forms.Form):
    """Choose a page for the release that is open on the screen."""

    page = forms.IntegerField(
        label=gettext_lazy("Add a page"),
        required=False,
        widget=AdminPageChooser(show_edit_link=False),
    )


NEW_RELEASE = "new"


class AddToReleaseForm(forms.Form):
    """Into which release, and what happens with it there."""

    release = forms.ChoiceField(label=gettext_lazy("Release"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=gettext_lazy("Title of the new release"), max_length=255, required=False
    )
    action = forms.ChoiceField(
        label=gettext_lazy("What happens"),
        choices=ItemAction.choices,
        initial=ItemAction.PUBLISH,
        widget=forms.RadioSelect,
    )
    version = forms.ChoiceField(
        label=gettext_lazy("Version"),
        required=False,
        choices=[
            ("newest", gettext_lazy("The newest version, as it is now")),
            ("live", gettext_lazy("The version that is public now")),
        ],
        initial="newest",
        widget=forms.RadioSelect,
    )
    include_translations = forms.BooleanField(
        label=gettext_lazy("With its translations"),
        required=False,
        help_text=gettext_lazy("Those that there are, each at its newest version."),
    )
    include_descendants = forms.BooleanField(
        label=gettext_lazy("With all pages below"), required=False
    )
    take_over_schedule = forms.BooleanField(
        label=gettext_lazy("Cancel its own schedule"),
        required=False,
        help_text=gettext_lazy("What is scheduled by itself cannot be in a release as well."),
    )

    def __init__(
        self,
        *args: Any,
        may_create: bool,
        may_change: bool,
        without: tuple[str, ...] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.open_releases = list(Release.objects.open()) if may_change else []
        choices = [(str(one.pk), _label_of(one)) for one in self.open_releases]
        if may_create:
            choices.append((NEW_RELEASE, _("A new release")))
        else:
            del self.fields["title"]
        self.fields["release"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["release"].initial = choices[0][0]
        for name in without:
            self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        """A new release needs a title."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("release") == NEW_RELEASE and not cleaned.get("title"):
            self.add_error("title", _("Give the new release a title."))
        return cleaned

    @property
    def chosen(self) -> Release | None:
        """The release that was chosen; None for a new one."""
        wanted = self.cleaned_data["release"]
        return next((one for one in self.open_releases if str(one.pk) == wanted), None)


def _label_of(release: Release) -> str:
    if release.goes_live_at is None:
        return f"{release.title} ({release.get_state_display()})"
    sentence = times_in_words(
        goes_live_at=release.goes_live_at, ends_at=release.ends_at, zone=release.zone
    )
    return f"{release.title} ({release.get_state_display()}). {sentence}"
