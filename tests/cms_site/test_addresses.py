"""Addresses without a language in front."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import pages as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("/", "/en/"),
        ("/places/", "/en/places/"),
        ("/places", "/en/places/"),
        ("/search/", "/en/search/"),
        ("/contacts/adults/", "/en/contacts/adults/"),
    ],
)
def test_known_address_leads_to_the_language(client: Client, asked: str, found: str) -> None:
    home = make.campaign_home()
    make.HotspotIndexPageFactory(parent=home, slug="places")
    make.ContactDirectoryPageFactory(parent=home, slug="contacts")

    response = client.get(asked)

    assert (response.status_code, response.url) == (302, found)


@pytest.mark.parametrize("asked", ["/nowhere/", "/places/nowhere/", "/draft/", "/nowhere"])
def test_what_is_not_there_is_not_sent_elsewhere(client: Client, asked: str) -> None:
    home = make.campaign_home()
    make.HotspotIndexPageFactory(parent=home, slug="places")
    make.GuidancePageFactory(parent=home, slug="draft", draft=True)

    response = client.get(asked)

    assert response.status_code == 404
    assert 'href="tel:999"' in response.content.decode()


def test_what_is_not_found_in_the_editor_stays_there(admin_client: Client) -> None:
    make.campaign_home()

    assert admin_client.get("/admin/nowhere/").status_code == 404
    assert admin_client.get("/style/nowhere/").status_code == 404


def test_style_page_is_not_found_by_everybody_else(client: Client) -> None:
    make.campaign_home()

    assert client.get("/style/").status_code == 404
