"""Every page type, once, in one campaign."""

from __future__ import annotations

import pytest
from wagtail.models import Page

from campaign.pages.models import HomePage
from tests.factories import pages as make
from tests.factories.content_blocks import (
    ContactRouteFactory,
    GlossaryTermFactory,
    HotspotFactory,
    SignFactory,
)

#: Every page type and its parent type, by name; the parent comes before the child.
PARENTS = {
    "HomePage": "Page",
    "HotspotIndexPage": "HomePage",
    "HotspotPage": "HotspotIndexPage",
    "SectionPage": "HomePage",
    "AudiencePage": "SectionPage",
    "GuidancePage": "SectionPage",
    "ReportingPage": "HomePage",
    "SupportIndexPage": "HomePage",
    "SupportPage": "SupportIndexPage",
    "ContactDirectoryPage": "HomePage",
    "GlossaryPage": "HomePage",
    "UpdateIndexPage": "HomePage",
    "UpdatePage": "UpdateIndexPage",
    "StandardPage": "HomePage",
    "StatementPage": "HomePage",
    "AccessibilityStatementPage": "HomePage",
    "PrivacyPage": "HomePage",
}


@pytest.fixture
def home(db: None) -> HomePage:
    return make.campaign_home()


@pytest.fixture
def whole_campaign(home: HomePage) -> dict[str, Page]:
    """One live page of every type, with signs, contact routes and a word."""
    hotels = HotspotFactory(slug="hotels", name="Hotels", pictogram="bed")
    SignFactory(code="HO-01", text="Pays cash for a few hours", observed="adult", hotspots=[hotels])
    SignFactory(code="HO-02", text="A child who looks afraid", hotspots=[hotels])
    ContactRouteFactory(
        slug="childline", name="Childline", number="+448001111", number_display="0800 1111"
    )
    ContactRouteFactory(name="Kind listeners", audiences=["survivor"], urgency="any_time")
    GlossaryTermFactory(term="Grooming", slug="grooming")
    pages: dict[str, Page] = {"HomePage": home}
    for name, parent in PARENTS.items():
        if name in pages:
            continue
        fields = {"hotspot": hotels} if name == "HotspotPage" else {}
        factory = getattr(make, f"{name}Factory")
        pages[name] = factory(parent=pages[parent], slug=f"a-{name.lower()}", **fields)
    make.campaign_settings(campaign_name="Look closer", council_name="Example Council")
    return pages
