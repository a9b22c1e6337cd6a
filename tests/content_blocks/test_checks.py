"""Settings that would weaken the promises are refused at the start."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from content_blocks.checks import check_settings
from content_blocks.conf import ContentBlocksSettings, get_settings


def test_default_settings_are_complete():
    assert get_settings() == ContentBlocksSettings(
        emergency_slug="999",
        fallback_slugs=("999", "101"),
        gov_uk_url="https://www.gov.uk/report-child-abuse-to-local-council",
        audience_fallbacks={
            "child": ("childline",),
            "survivor": ("napac", "survivors-trust", "gov-uk-support-list"),
            "family": ("survivors-trust", "gov-uk-support-list"),
            "whistleblower": ("nspcc-whistleblowing",),
        },
    )
    assert check_settings() == []


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({"EMERGENCY": "999"}, ["content_blocks.E001"]),
        ({"FALLBACK_SLUGS": 5}, ["content_blocks.E001"]),
        ({"AUDIENCE_FALLBACKS": {"parents": ["napac"]}}, ["content_blocks.E001"]),
        ({"AUDIENCE_FALLBACKS": {"survivor": "napac"}}, ["content_blocks.E001"]),
        ({"AUDIENCE_FALLBACKS": {"survivor": [""]}}, ["content_blocks.E001"]),
        ({"AUDIENCE_FALLBACKS": ["survivor"]}, ["content_blocks.E001"]),
        ({"AUDIENCE_FALLBACKS": {"whistleblower": ["gov-uk"]}}, ["content_blocks.E006"]),
        ({"EMERGENCY_SLUG": "", "FALLBACK_SLUGS": [""]}, ["content_blocks.E002"]),
        ({"FALLBACK_SLUGS": ["101", "999"]}, ["content_blocks.E003"]),
        ({"FALLBACK_SLUGS": []}, ["content_blocks.E003"]),
        ({"GOV_UK_URL": "http://www.gov.uk/help"}, ["content_blocks.E004"]),
        ({"GOV_UK_URL": "https://example.org/"}, ["content_blocks.E004"]),
        ({"GOV_UK_URL": "https://evilgov.uk/"}, ["content_blocks.E004"]),
    ],
)
def test_settings_that_weaken_the_promises_are_errors(settings, given, ids):
    settings.CONTENT_BLOCKS = given

    assert [message.id for message in check_settings()] == ids


def test_unknown_setting_is_named(settings):
    settings.CONTENT_BLOCKS = {"EMERGENCY": "999"}

    with pytest.raises(ImproperlyConfigured) as refusal:
        get_settings()

    assert str(refusal.value) == (
        "CONTENT_BLOCKS has unknown keys: EMERGENCY. "
        "Known keys: EMERGENCY_SLUG, FALLBACK_SLUGS, GOV_UK_URL, AUDIENCE_FALLBACKS."
    )
