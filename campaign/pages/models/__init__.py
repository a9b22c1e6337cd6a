"""The page types of a campaign and its settings. Import them from here.

Inside the package the arrows point one way: the families (`home`, `hotspots`, `guidance`,
`support`, `directory`, `glossary`, `updates`, `standard`, `statements`) import `base`, and `base`
imports `settings`; only `home` knows other families.
"""

from __future__ import annotations

from campaign.pages.models.base import BasePage
from campaign.pages.models.directory import ContactDirectoryPage
from campaign.pages.models.glossary import GlossaryPage
from campaign.pages.models.guidance import AudiencePage, GuidancePage, ReportingPage, SectionPage
from campaign.pages.models.home import HomePage
from campaign.pages.models.hotspots import HotspotIndexPage, HotspotPage
from campaign.pages.models.settings import ActionRouteChoice, CampaignSettings
from campaign.pages.models.standard import StandardPage
from campaign.pages.models.statements import (
    AccessibilityStatementPage,
    PrivacyPage,
    StatementPage,
)
from campaign.pages.models.support import SupportIndexPage, SupportPage
from campaign.pages.models.updates import UpdateIndexPage, UpdatePage

__all__ = [
    "AccessibilityStatementPage",
    "ActionRouteChoice",
    "AudiencePage",
    "BasePage",
    "CampaignSettings",
    "ContactDirectoryPage",
    "GlossaryPage",
    "GuidancePage",
    "HomePage",
    "HotspotIndexPage",
    "HotspotPage",
    "PrivacyPage",
    "ReportingPage",
    "SectionPage",
    "StandardPage",
    "StatementPage",
    "SupportIndexPage",
    "SupportPage",
    "UpdateIndexPage",
    "UpdatePage",
]
