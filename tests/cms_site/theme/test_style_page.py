"""The living style page."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cms_site.style_page import sample_text
from cms_site.theme.stylesheet import style_sources
from content_blocks.enums import Pictogram
from content_blocks.streams import GuidanceStreamBlock

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    """Somebody who may use the admin."""
    client.force_login(User.objects.create_superuser("editor", password="x"))
    return client


def test_style_page_does_not_exist_for_the_public(client: Client) -> None:
    assert client.get("/style/", follow=True).status_code == 404


def test_style_page_does_not_exist_for_an_account_without_admin(client: Client) -> None:
    client.force_login(User.objects.create_user("reader", password="x"))
    assert client.get("/style/", follow=True).status_code == 404


def test_style_page_shows_every_block(editor: Client) -> None:
    response = editor.get("/style/")
    html = response.content.decode()
    assert response.status_code == 200
    shown = [specimen.name for specimen in response.context_data["specimens"]]
    assert shown == list(GuidanceStreamBlock().child_blocks)
    specimens = response.context_data["specimens"]
    assert [specimen.name for specimen in specimens if not specimen.html.strip()] == []
    assert all(
        f'<span class="place__name">{pictogram}</span>' in html for pictogram in Pictogram.values
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_style_page_allows_the_stylesheet_it_forces(editor: Client, scheme: Any) -> None:
    response = editor.get("/style/", {"theme": scheme})
    assert style_sources(scheme)[0] in response.headers["Content-Security-Policy"]


def test_style_page_mirrors_with_sample_text(editor: Client) -> None:
    html = editor.get("/style/", {"dir": "rtl"}).content.decode()
    assert '<html lang="ur" dir="rtl"' in html
    assert "sample text" in html


def test_style_page_ignores_what_it_does_not_know(editor: Client) -> None:
    response = editor.get("/style/", {"theme": "<script>", "dir": "up"})
    assert response.context_data["theme_scheme"] == "auto"
    assert response.context_data["direction"] == "ltr"


def test_style_page_is_kept_by_no_cache(editor: Client) -> None:
    assert "no-store" in editor.get("/style/").headers["Cache-Control"]


def test_sample_text_keeps_numbers_and_markup() -> None:
    html = '<p class="Lead">Call us now</p><a href="tel:999" dir="ltr">999</a>'
    assert (
        sample_text(html) == '<p class="Lead">یہ صرف نمونے</p><a href="tel:999" dir="ltr">999</a>'
    )
