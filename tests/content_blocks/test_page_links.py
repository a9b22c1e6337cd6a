"""Which chosen pages become links."""

from __future__ import annotations

import pytest
from wagtail.models import Page

from content_blocks.page_links import PageLink, page_links
from tests.factories.pages import GuidancePageFactory, campaign_home

pytestmark = pytest.mark.django_db


def test_a_page_outside_every_site_is_no_link_and_keeps_its_place() -> None:
    home = campaign_home()
    inside = GuidancePageFactory(parent=home, slug="inside", title="Inside")
    outside = Page(title="Outside", slug="outside", live=True)
    Page.objects.get(depth=1).add_child(instance=outside)

    links = page_links([outside, None, inside])

    assert links == [None, None, PageLink("Inside", "/en/inside/")]
