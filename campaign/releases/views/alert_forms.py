"""The form of an alert: one message for each language, and moments in the site's own time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page

from campaign.releases.alerts import LONGEST_TEXT
from campaign.releases.enums import AlertKind
from campaign.releases.exceptions import AmbiguousTimeError, NonexistentTimeError
from campaign.releases.models import Alert
from campaign.releases.wall_time import describe, name_of_place, resolve, wall_of
from translations.languages import get_language

USUAL_LENGTH = timedelta(hours=24)


class MomentField(forms.DateTimeField):
    """A wall time of the site's zone, whatever the editor's own; the value is an aware moment."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """Read a naive time, and find the moment at which clocks of the site show it."""
        if value in self.empty_values:
            return None
        try:
            wall = datetime.fromisoformat(str(value).strip())
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        try:
            return resolve(wall.replace(tzinfo=None), settings.TIME_ZONE)
        except AmbiguousTimeError as error:
            raise forms.ValidationError(
                _("Clocks show that time twice that day. Choose one that is an hour away.")
            ) from error
        except NonexistentTimeError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        """Show a moment as clocks of the site do."""
        if isinstance(value, datetime):
            return wall_of(value, settings.TIME_ZONE)[0]
        return value


class AlertForm(forms.Form):
    """Everything about one alert."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=AlertKind.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The words above the message. All kinds look calm."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages that show it"), widget=forms.CheckboxSelectMultiple
    )
    fallback_language = forms.ChoiceField(
        label=gettext_lazy("Where a language has no words of its own"),
        required=False,
        help_text=gettext_lazy("Words of another language are marked as such, for screen readers."),
    )
    link_page = forms.ModelChoiceField(
        label=gettext_lazy("Page with more (optional)"),
        queryset=Page.objects.all(),
        required=False,
        widget=AdminPageChooser,
        help_text=gettext_lazy("The link is left out while that page is not public."),
    )
    starts_at = MomentField(label=gettext_lazy("Starts"), required=False)
    ends_at = MomentField(label=gettext_lazy("Ends"))
    drill = forms.BooleanField(
        label=gettext_lazy("This is a drill"),
        required=False,
        help_text=gettext_lazy(
            "Only people who are logged in to the editor see it on the pages, marked as a drill."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [(code, str(name)) for code, name in settings.WAGTAIL_CONTENT_LANGUAGES]
        self.fields["languages"].choices = languages  # type: ignore[attr-defined]
        self.fields["fallback_language"].choices = [  # type: ignore[attr-defined]
            ("", _("Every language has its own words")),
            *((code, _("Show the words of %(name)s") % {"name": name}) for code, name in languages),
        ]
        for code, name in languages:
            self.fields[f"text_{code}"] = _text_field(code, name)
        place = {"place": name_of_place(settings.TIME_ZONE)}
        self.fields["starts_at"].help_text = _("%(place)s time. Empty: at once.") % place
        self.fields["ends_at"].help_text = (
            _("%(place)s time. It ends by itself; you can end it earlier or move the end.") % place
        )
        self.order_fields(["kind", "languages", *(f"text_{code}" for code, _name in languages)])

    def texts(self) -> dict[str, str]:
        """The message by language code; words of languages that do not show it are left out."""
        chosen = {*self.cleaned_data["languages"], self.cleaned_data["fallback_language"]}
        return {code: self.cleaned_data[f"text_{code}"] for code in chosen if code}

    def values(self) -> dict[str, Any]:
        """What `alerts.show` and `alerts.change` take, apart from who and when."""
        given = self.cleaned_data
        names = ("languages", "fallback_language", "link_page", "starts_at", "ends_at", "drill")
        return {name: given[name] for name in names} | {
            "kind": AlertKind(given["kind"]),
            "texts": self.texts(),
        }

    @staticmethod
    def blank(at: datetime) -> dict[str, Any]:
        """The first values of a new alert: every language, for a day."""
        codes = [code for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES]
        return {
            "kind": AlertKind.SAFETY,
            "languages": codes,
            "ends_at": at + USUAL_LENGTH,
        }

    @staticmethod
    def of(alert: Alert) -> dict[str, Any]:
        """The values of an alert."""
        texts: Mapping[str, Any] = {f"text_{one.language}": one.text for one in alert.texts.all()}
        names = ("kind", "languages", "fallback_language", "starts_at", "ends_at", "drill")
        return {name: getattr(alert, name) for name in names} | {
            "link_page": alert.link_page,
            **texts,
        }


def _text_field(code: str, name: str) -> forms.CharField:
    language = get_language(code)
    return forms.CharField(
        label=_("Message (%(language)s)") % {"language": name},
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 2, "lang": language.tag, "dir": language.direction}),
    )


def times_sentence(alert: Alert) -> str:
    """Say in a sentence from when to when an alert shows, or did, in the site's own time."""
    words = {
        "start": describe(alert.starts_at, settings.TIME_ZONE),
        "end": describe(alert.last_moment, settings.TIME_ZONE),
    }
    if alert.is_over(timezone.now()):
        if alert.last_moment <= alert.starts_at:
            return _("Ended before it was shown.")
        return _("Was on every page from %(start)s to %(end)s.") % words
    return _("Shows on every page from %(start)s to %(end)s, then ends by itself.") % words
