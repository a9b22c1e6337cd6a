"""Makers of pages: `campaign_home()` first, then a factory for each page type with `parent=`."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import factory
import wagtail_factories
from wagtail.models import Locale, Page, Site

from campaign.pages.models import (
    AccessibilityStatementPage,
    AudiencePage,
    CampaignSettings,
    ContactDirectoryPage,
    GlossaryPage,
    GuidancePage,
    HomePage,
    HotspotIndexPage,
    HotspotPage,
    PrivacyPage,
    ReportingPage,
    SectionPage,
    StandardPage,
    StatementPage,
    SupportIndexPage,
    SupportPage,
    UpdateIndexPage,
    UpdatePage,
)
from tests.factories.content_blocks import HotspotFactory


def text_block(html: str) -> dict[str, Any]:
    """One `text` block of a StreamField, in the form in which it is stored."""
    return {"type": "text", "value": html, "id": str(uuid4())}


class BasePageFactory(wagtail_factories.PageFactory):
    """What all pages have in common. Traits: `draft`, `secret` (marked sensitive)."""

    class Meta:
        abstract = True

    class Params:
        draft = factory.Trait(live=False, has_unpublished_changes=True)
        secret = factory.Trait(sensitive=True)

    title = factory.Sequence(lambda n: f"Page {n}")
    slug = factory.Sequence(lambda n: f"page-{n}")
    summary = "What this page is about."


class BodyPageFactory(BasePageFactory):
    """A page with one block of text."""

    class Meta:
        abstract = True

    body = factory.LazyFunction(lambda: [text_block("<p>Tell someone today.</p>")])


class HomePageFactory(BodyPageFactory):
    class Meta:
        model = HomePage

    title = "Look closer"
    introduction = "<p>You do not have to be sure.</p>"


class HotspotIndexPageFactory(BodyPageFactory):
    class Meta:
        model = HotspotIndexPage

    introduction = "<p>Kinds of place.</p>"


class HotspotPageFactory(BodyPageFactory):
    class Meta:
        model = HotspotPage

    hotspot = factory.SubFactory(HotspotFactory)
    introduction = "<p>Most guests are here for ordinary reasons.</p>"
    what_to_do = factory.LazyFunction(lambda: [text_block("<p>Note what you saw.</p>")])
    staff = factory.LazyFunction(lambda: [text_block("<p>Tell your manager.</p>")])


class SectionPageFactory(BodyPageFactory):
    class Meta:
        model = SectionPage


class AudiencePageFactory(BodyPageFactory):
    class Meta:
        model = AudiencePage

    audience_label = factory.Sequence(lambda n: f"Readers {n}")


class GuidancePageFactory(BodyPageFactory):
    class Meta:
        model = GuidancePage


class ReportingPageFactory(BodyPageFactory):
    class Meta:
        model = ReportingPage


class SupportIndexPageFactory(BodyPageFactory):
    class Meta:
        model = SupportIndexPage


class SupportPageFactory(BodyPageFactory):
    class Meta:
        model = SupportPage


class ContactDirectoryPageFactory(BasePageFactory):
    class Meta:
        model = ContactDirectoryPage


class GlossaryPageFactory(BasePageFactory):
    class Meta:
        model = GlossaryPage


class UpdateIndexPageFactory(BasePageFactory):
    class Meta:
        model = UpdateIndexPage


class UpdatePageFactory(BodyPageFactory):
    class Meta:
        model = UpdatePage

    date = date(2026, 11, 1)


class StandardPageFactory(BodyPageFactory):
    class Meta:
        model = StandardPage


class StatementPageFactory(BodyPageFactory):
    class Meta:
        model = StatementPage


class AccessibilityStatementPageFactory(BasePageFactory):
    class Meta:
        model = AccessibilityStatementPage

    compliance = "partial"
    issues = factory.LazyFunction(
        lambda: [
            {
                "type": "issue",
                "id": str(uuid4()),
                "value": {
                    "kind": "non_compliant",
                    "what": "Two films have no audio description.",
                    "why": "",
                    "fix_by": "2027-03-31",
                },
            }
        ]
    )
    contact_email = "access@example.org"
    contact_phone = "0808 800 5000"
    prepared_on = date(2026, 11, 1)
    reviewed_on = date(2026, 11, 21)
    tested_on = date(2026, 11, 20)
    tested_by = "The campaign team"
    tested_how = "Every page, with a keyboard, a screen reader and automated tools."


class PrivacyPageFactory(BodyPageFactory):
    class Meta:
        model = PrivacyPage

    contact_email = "privacy@example.org"


def campaign_home(**fields: Any) -> HomePage:
    """Put a home page in the place of Wagtail's welcome page; the default site begins there."""
    root = Page.objects.get(depth=1)
    site = Site.objects.filter(is_default_site=True).first()
    home: HomePage = HomePageFactory(parent=root, slug="campaign", **fields)
    if site is None:
        Site.objects.create(hostname="testserver", root_page=home, is_default_site=True)
    else:
        welcome = site.root_page
        site.root_page = home
        site.hostname = "testserver"
        site.save()
        if welcome.specific_class is Page and welcome.depth > 1:
            welcome.delete()
    # Not only its fields: the page has kept where sites began before.
    return HomePage.objects.get(pk=home.pk)


def campaign_settings(**fields: Any) -> CampaignSettings:
    """The settings of the default site, changed and saved."""
    settings = CampaignSettings.for_site(Site.objects.get(is_default_site=True))
    for name, value in fields.items():
        setattr(settings, name, value)
    settings.save()
    return settings


def add_locale(code: str) -> Locale:
    """Another language of the site."""
    locale, _created = Locale.objects.get_or_create(language_code=code)
    return locale
