"""What each page type asks of the database: the same for one item as for three."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from campaign.pages.models import HomePage
from tests.factories import pages as make
from tests.factories.content_blocks import (
    ContactRouteFactory,
    GlossaryTermFactory,
    HotspotFactory,
    SignFactory,
)


def _home(home: HomePage, items: int) -> Page:
    index = make.HotspotIndexPageFactory(parent=home)
    section = make.SectionPageFactory(parent=home)
    for _item in range(items):
        make.HotspotPageFactory(parent=index)
        make.AudiencePageFactory(parent=section)
    return home


def _hotspot_index(home: HomePage, items: int) -> Page:
    index = make.HotspotIndexPageFactory(parent=home)
    for _item in range(items):
        make.HotspotPageFactory(parent=index)
    return index


def _hotspot(home: HomePage, items: int) -> Page:
    index = make.HotspotIndexPageFactory(parent=home)
    hotspot = HotspotFactory()
    target = make.GuidancePageFactory(parent=home)
    for _item in range(items):
        for observed in ("child", "adult", "place"):
            SignFactory(hotspots=[hotspot], observed=observed, do_now=target)
    return make.HotspotPageFactory(parent=index, hotspot=hotspot)


def _section(home: HomePage, items: int) -> Page:
    section = make.SectionPageFactory(parent=home)
    for _item in range(items):
        make.GuidancePageFactory(parent=section)
    return section


def _audience(home: HomePage, items: int) -> Page:
    section = make.SectionPageFactory(parent=home)
    return make.AudiencePageFactory(parent=section, body=_blocks(items))


def _guidance(home: HomePage, items: int) -> Page:
    section = make.SectionPageFactory(parent=home)
    return make.GuidancePageFactory(parent=section, body=_blocks(items))


def _reporting(home: HomePage, items: int) -> Page:
    return make.ReportingPageFactory(parent=home, body=_blocks(items))


def _support_index(home: HomePage, items: int) -> Page:
    index = make.SupportIndexPageFactory(parent=home)
    for _item in range(items):
        make.SupportPageFactory(parent=index)
        ContactRouteFactory(audiences=["survivor"])
    return index


def _support(home: HomePage, items: int) -> Page:
    for _item in range(items):
        ContactRouteFactory(audiences=["family"])
    return make.SupportPageFactory(
        parent=make.SupportIndexPageFactory(parent=home), contacts_for="family"
    )


def _directory(home: HomePage, items: int) -> Page:
    for _item in range(items):
        for urgency in ("now", "today", "any_time"):
            ContactRouteFactory(urgency=urgency)
    return make.ContactDirectoryPageFactory(parent=home)


def _glossary(home: HomePage, items: int) -> Page:
    for _item in range(items):
        GlossaryTermFactory()
    return make.GlossaryPageFactory(parent=home)


def _update_index(home: HomePage, items: int) -> Page:
    index = make.UpdateIndexPageFactory(parent=home)
    for _item in range(items):
        make.UpdatePageFactory(parent=index)
    return index


def _update(home: HomePage, items: int) -> Page:
    return make.UpdatePageFactory(
        parent=make.UpdateIndexPageFactory(parent=home), body=_blocks(items)
    )


def _standard(home: HomePage, items: int) -> Page:
    return make.StandardPageFactory(parent=home, body=_blocks(items))


def _statement(home: HomePage, items: int) -> Page:
    return make.StatementPageFactory(parent=home, body=_blocks(items))


def _accessibility(home: HomePage, items: int) -> Page:
    page = make.AccessibilityStatementPageFactory(parent=home)
    page.issues = [("issue", item.value) for item in page.issues] * items
    page.save()
    return page


def _privacy(home: HomePage, items: int) -> Page:
    return make.PrivacyPageFactory(parent=home, body=_blocks(items))


def _blocks(items: int) -> list[dict[str, Any]]:
    return [make.text_block("<p>Tell someone.</p>") for _item in range(items)]


#: Every page type, and how many queries an anonymous reader's visit costs with a warm site cache.
COUNTS = {
    _home: 10,
    _hotspot_index: 11,
    _hotspot: 16,
    _section: 12,
    _audience: 10,
    _guidance: 10,
    _reporting: 10,
    _support_index: 17,
    _support: 16,
    _directory: 16,
    _glossary: 11,
    _update_index: 12,
    _update: 12,
    _standard: 10,
    _statement: 10,
    _accessibility: 10,
    _privacy: 10,
}


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(
    ("build", "expected"), COUNTS.items(), ids=lambda v: getattr(v, "__name__", "")
)
def test_page_type_asks_the_database_as_often_for_three_items_as_for_one(
    home: HomePage,
    client: Client,
    items: int,
    build: Callable[[HomePage, int], Page],
    expected: int,
) -> None:
    make.campaign_settings(
        contact_directory=home, privacy_page=home, accessibility_page=home, safety_page=home
    ).set_action_routes(
        not_sure=[ContactRouteFactory(slug=f"not-sure-{item}") for item in range(items)],
        child=[ContactRouteFactory(slug=f"child-{item}") for item in range(items)],
    )
    page = build(home, items)
    url = page.url
    cache.clear()
    client.get(url)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)

    assert response.status_code == 200
    assert len(queries) == expected, "\n".join(query["sql"] for query in queries)
