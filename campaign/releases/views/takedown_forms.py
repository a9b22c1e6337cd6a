"""The forms of takedowns: a dangerous act asks for a reason and for words not typed idly."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page

from campaign.releases.enums import TakedownAnswer
from translations.languages import get_language

LONGEST_REASON = 2000


def confirming_words() -> str:
    """What a person types who does not type the title."""
    return _("TAKE DOWN")


class TakedownForm(forms.Form):
    """Reason, answer and confirmation of one takedown.

    Args:
        title: the title of what is taken down; typing it confirms.
        below: how many public pages are below the page that is taken down; 0 asks nothing.
        drill: whether a drill was asked for, which needs no reason and no confirmation.
    """

    reason = forms.CharField(
        label=gettext_lazy("Why is it taken down?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Kept for good, and shown to editors. Readers do not see it."),
    )
    with_descendants = forms.BooleanField(required=False)
    answer = forms.ChoiceField(
        label=gettext_lazy("What do its addresses answer?"),
        choices=TakedownAnswer.choices,
        initial=TakedownAnswer.GONE,
        widget=forms.RadioSelect,
    )
    redirect_page = forms.ModelChoiceField(
        label=gettext_lazy("Lead readers to this page"),
        queryset=Page.objects.all(),
        required=False,
        widget=AdminPageChooser,
        help_text=gettext_lazy(
            "Only if you lead readers elsewhere. They see it in their own language if it is there."
        ),
    )
    redirect_path = forms.CharField(
        label=gettext_lazy("… or to this address of the site"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("For an address that is no page, such as “/en/search/”."),
    )
    confirmation = forms.CharField(required=False, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(
        self, *args: Any, title: str, below: int = 0, drill: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.title = title
        self.drill = drill
        if below:
            self.fields["with_descendants"].label = _(
                "Take down the pages below it too (%(count)d in all languages)"
            ) % {"count": below}
        else:
            del self.fields["with_descendants"]
        for code, name in settings.WAGTAIL_CONTENT_LANGUAGES:
            self.fields[f"explanation_{code}"] = _explanation_field(code, str(name))
        self.order_fields(
            [
                "with_descendants",
                "reason",
                "answer",
                *(f"explanation_{code}" for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES),
                "redirect_page",
                "redirect_path",
                "confirmation",
            ]
        )
        self.fields["confirmation"].label = _("To confirm, type “%(title)s” or %(words)s") % {
            "title": title,
            "words": confirming_words(),
        }
        if drill:
            self.fields["reason"].required = False

    def clean_confirmation(self) -> str:
        """Accept the title, or the words in capitals or not; spaces at the ends do not matter."""
        typed = " ".join(self.cleaned_data["confirmation"].split())
        wanted = {" ".join(self.title.split()).casefold(), confirming_words().casefold()}
        if not self.drill and typed.casefold() not in wanted:
            raise forms.ValidationError(
                _("Type “%(title)s” or %(words)s, so that nothing is taken down by mistake.")
                % {"title": self.title, "words": confirming_words()}
            )
        return typed

    def explanations(self) -> dict[str, str]:
        """What readers are told, by language code."""
        return {
            code: self.cleaned_data[f"explanation_{code}"]
            for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES
        }


def _explanation_field(code: str, name: str) -> forms.CharField:
    language = get_language(code)
    return forms.CharField(
        label=_("What readers are told (%(language)s)") % {"language": name},
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2, "lang": language.tag, "dir": language.direction}),
        help_text=_("Leave it empty for the usual words. Below it they find the numbers to call."),
    )


class UndoForm(forms.Form):
    """Why a takedown is undone."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it put back? (optional)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONGEST_REASON,
    )
