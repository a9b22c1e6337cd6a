"""What is there when a path to the public is tried: live, drafted, and the gate."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Locale

from campaign.pages.models import GuidancePage, HomePage, SectionPage
from content_blocks.models import GlossaryTerm
from tests.campaign.releases.gate_paths.shut_gate import Gate, again
from tests.factories import pages as make
from tests.factories.content_blocks import GlossaryTermFactory


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def home() -> HomePage:
    return make.campaign_home()


@pytest.fixture
def section(home: HomePage) -> SectionPage:
    return make.SectionPageFactory(parent=home, title="Advice", slug="advice")


@pytest.fixture
def hotels(section: SectionPage) -> GuidancePage:
    """A live page, published as the editor does."""
    made = make.GuidancePageFactory(parent=section, title="Hotels", slug="hotels")
    made.save_revision().publish()
    return again(made)


@pytest.fixture
def draft(section: SectionPage) -> GuidancePage:
    """A page that was never public, with one version."""
    made = make.GuidancePageFactory(parent=section, title="Taxis", slug="taxis", draft=True)
    made.save_revision()
    return again(made)


@pytest.fixture
def term(home: HomePage) -> GlossaryTerm:
    """A live record."""
    made = GlossaryTermFactory(term="Grooming", slug="grooming")
    made.save_revision().publish()
    return again(made)


@pytest.fixture
def draft_term(home: HomePage) -> GlossaryTerm:
    made = GlossaryTermFactory(term="Consent", slug="consent", draft=True)
    made.save_revision()
    return again(made)


@pytest.fixture
def french(settings: Any) -> Locale:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    return make.add_locale("fr")


@pytest.fixture
def editor(admin_client: Client) -> Client:
    return admin_client
