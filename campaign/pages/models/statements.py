"""What the council has to say in its own words or in words the law fixes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from campaign.pages.enums import AccessibilityIssueKind, ComplianceStatus
from campaign.pages.fields import GuidanceStreamField
from campaign.pages.models.base import BasePage, BodyMixin
from content_blocks import phone_numbers
from content_blocks.exceptions import PhoneNumberError
from content_blocks.phone_links import phone_link

#: The regulations ask for a review at least once a year; a leap year has one day more.
REVIEW_AT_LEAST_EVERY = timedelta(days=366)


class StatementPage(BodyMixin, BasePage):
    """A place for the council's approved words, such as an apology.

    Nobody else writes it: until it is filled the page says that the council's own words go here.
    """

    statement = GuidanceStreamField(
        verbose_name=_("the council's own words"),
        help_text=_(
            "Only words that the council has approved. Leave it empty until then: the page says "
            "that the council's own words go here."
        ),
    )
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    approved_by_body = models.CharField(
        _("approved by"),
        max_length=150,
        blank=True,
        help_text=_("The body that approved the words, never a person: for example “Cabinet”."),
    )

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types: list[str] = []
    page_description = _("The council's approved words, dated. May stay empty.")

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("statement"),
                FieldRowPanel([FieldPanel("approved_on"), FieldPanel("approved_by_body")]),
            ],
            heading=_("Statement"),
        ),
        *BodyMixin.body_panels,
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("statement"),
        *BodyMixin.search_fields,
    ]

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")

    def clean(self) -> None:
        """Words without a date and a body that approved them are not a statement."""
        super().clean()
        if self.statement and not (self.approved_on and self.approved_by_body):
            raise ValidationError(
                {
                    "approved_on": _(
                        "Say when these words were approved, and by which body. Or empty the "
                        "statement: the page then says that the council's own words go here."
                    )
                }
            )


class AccessibilityIssueBlock(blocks.StructBlock):
    """One thing on the site that is not accessible, with its reason."""

    kind = blocks.ChoiceBlock(choices=AccessibilityIssueKind.choices, label=_("Why it is listed"))
    what = blocks.TextBlock(
        label=_("What does not work"),
        help_text=_("What does not work, and for whom. Name the success criterion that it fails."),
    )
    why = blocks.TextBlock(
        required=False,
        label=_("Reason"),
        help_text=_("For a disproportionate burden or what is out of scope: why."),
    )
    fix_by = blocks.DateBlock(
        required=False, label=_("Fixed by"), help_text=_("When you plan to have fixed it.")
    )

    class Meta:
        icon = "warning"
        label = _("Known problem")


class AccessibilityStatementPage(BasePage):
    """The accessibility statement that the law requires, made from facts.

    The words that the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility
    Regulations 2018 fix stand in the template; the council only owns the facts, so the statement
    cannot drift. It must be reviewed at least yearly.
    """

    compliance = models.CharField(
        _("compliance"),
        max_length=10,
        choices=ComplianceStatus.choices,
        default=ComplianceStatus.PARTIAL,
        help_text=_("How far the whole site meets WCAG 2.2 AA. Only “fully” needs no problems."),
    )
    issues = StreamField(
        [("issue", AccessibilityIssueBlock())],
        blank=True,
        verbose_name=_("known problems"),
        help_text=_("Everything you know that is not accessible."),
    )
    contact_email = models.EmailField(
        _("email for problems"),
        help_text=_("Where people tell you about a problem or ask for another format."),
    )
    contact_phone = models.CharField(
        _("phone for problems"),
        max_length=30,
        blank=True,
        help_text=_("As people would dial it, with spaces."),
    )
    reply_days = models.PositiveSmallIntegerField(
        _("working days to reply"), default=10, help_text=_("How soon people get an answer.")
    )
    prepared_on = models.DateField(_("prepared on"))
    reviewed_on = models.DateField(
        _("reviewed on"),
        help_text=_("The law asks for a review at least once a year."),
    )
    tested_on = models.DateField(_("last tested on"))
    tested_by = models.CharField(_("tested by"), max_length=150)
    tested_how = models.TextField(
        _("how it was tested"),
        help_text=_("Which pages, with which tools and which people."),
    )

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    page_description = _("The statement the law requires. You give facts; the words are fixed.")

    content_panels = [
        *BasePage.content_panels,
        HelpPanel(
            content=_(
                "The law fixes most of the words of this page. Give the facts below and they are "
                "put in place."
            )
        ),
        MultiFieldPanel(
            [FieldPanel("compliance"), FieldPanel("issues")], heading=_("How accessible it is")
        ),
        MultiFieldPanel(
            [
                FieldPanel("contact_email"),
                FieldPanel("contact_phone"),
                FieldPanel("reply_days"),
            ],
            heading=_("Whom to ask"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("prepared_on"), FieldPanel("reviewed_on")]),
                FieldRowPanel([FieldPanel("tested_on"), FieldPanel("tested_by")]),
                FieldPanel("tested_how"),
            ],
            heading=_("Preparing this statement"),
        ),
    ]
    search_fields = [*BasePage.search_fields]

    class Meta:
        verbose_name = _("accessibility statement")
        verbose_name_plural = _("accessibility statements")

    @property
    def contact_phone_link(self) -> SafeString:
        """The phone number as people dial it, as a link."""
        return phone_link(phone_numbers.normalise(self.contact_phone), self.contact_phone)

    @property
    def review_is_overdue(self) -> bool:
        """Whether the yearly review that the law asks for has been missed."""
        return self.reviewed_on + REVIEW_AT_LEAST_EVERY < timezone.localdate()

    def clean(self) -> None:
        """Keep the facts consistent with each other and with the law."""
        super().clean()
        errors: dict[str, Any] = {}
        if self.contact_phone:
            try:
                phone_numbers.normalise(self.contact_phone)
            except PhoneNumberError as exc:
                errors["contact_phone"] = exc
        if self.prepared_on and self.reviewed_on:
            if self.reviewed_on < self.prepared_on:
                errors["reviewed_on"] = _("A statement cannot be reviewed before it was prepared.")
            elif self.review_due and self.review_due > self.reviewed_on + REVIEW_AT_LEAST_EVERY:
                errors["review_due"] = _(
                    "The law asks for a review at least once a year. Choose a day no later than "
                    "one year after the last review."
                )
        non_compliant = [
            issue
            for issue in self.issues
            if issue.value["kind"] == AccessibilityIssueKind.NON_COMPLIANT
        ]
        if self.compliance == ComplianceStatus.FULL and non_compliant:
            errors["compliance"] = _(
                "The site cannot be fully compliant while a problem below does not meet the "
                "standard. Choose “partially compliant”, or remove the problem once it is fixed."
            )
        if self.compliance != ComplianceStatus.FULL and not self.issues:
            errors["issues"] = _(
                "Say what is not accessible: a site that is not “fully compliant” must list it."
            )
        if errors:
            raise ValidationError(errors)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Set the yearly review date when the editor left it open."""
        if self.review_due is None and self.reviewed_on:
            self.review_due = self.reviewed_on + timedelta(days=365)
        super().full_clean(*args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the known problems in the three groups of the model statement."""
        context = super().get_context(request, *args, **kwargs)
        groups: dict[str, list[Any]] = {kind: [] for kind in AccessibilityIssueKind.values}
        for issue in self.issues:
            groups[issue.value["kind"]].append(issue.value)
        context["issues"] = {
            **groups,
            "exempt": [
                *groups[AccessibilityIssueKind.DISPROPORTIONATE_BURDEN],
                *groups[AccessibilityIssueKind.OUT_OF_SCOPE],
            ],
        }
        return context


class PrivacyPage(BodyMixin, BasePage):
    """What the site does not collect, from facts, and then the council's own notice."""

    log_retention_days = models.PositiveSmallIntegerField(
        _("days that server logs are kept"),
        default=14,
        help_text=_("The logs hold no names. Keep them as briefly as your security team allows."),
    )
    contact_email = models.EmailField(
        _("data protection email"), help_text=_("Where people ask about their data.")
    )
    controller = models.CharField(
        _("data controller"),
        max_length=150,
        blank=True,
        help_text=_("The body that answers for personal data. Leave empty for the council."),
    )

    parent_page_types = ["campaign_pages.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    page_description = _("What the site does not collect. You give facts; the words are fixed.")

    content_panels = [
        *Page.content_panels,
        BasePage.summary_panel,
        MultiFieldPanel(
            [
                FieldPanel("controller"),
                FieldPanel("contact_email"),
                FieldPanel("log_retention_days"),
            ],
            heading=_("Facts"),
        ),
        *BodyMixin.body_panels,
    ]
    search_fields = [*BasePage.search_fields, *BodyMixin.search_fields]

    class Meta:
        verbose_name = _("privacy page")
        verbose_name_plural = _("privacy pages")
