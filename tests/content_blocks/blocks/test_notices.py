"""Warning, inset note, content note, details."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from tests.content_blocks.blocks.conftest import Render, stored, text, texts
from tests.factories.pages import GuidancePageFactory, campaign_home


def test_warning_says_in_words_that_it_is_important(render: Render) -> None:
    soup = render("warning", {"heading": "Do not confront anyone", "text": "<p>It can harm.</p>"})
    assert texts(soup, "section.warning > h2") == ["Important: Do not confront anyone"]
    assert texts(soup, ".warning__text > p") == ["It can harm."]


def test_inset_is_text_without_a_heading(render: Render) -> None:
    soup = render("inset", {"text": "<p>A child is anyone under 18.</p>"})
    assert texts(soup, "div.inset > p") == ["A child is anyone under 18."]


def test_details_open_without_a_script(render: Render) -> None:
    soup = render("details", {"summary": "What if I am wrong?", "text": "<p>That is fine.</p>"})
    [details] = soup.select("details")
    assert not details.has_attr("open")
    assert texts(details, "summary") == ["What if I am wrong?"]
    assert texts(details, ".details__text > p") == ["That is fine."]


@pytest.mark.django_db
def test_content_note_links_only_to_pages_that_are_public(rf: RequestFactory) -> None:
    home = campaign_home()
    support = GuidancePageFactory(parent=home, title="Getting help", slug="help")
    draft = GuidancePageFactory(parent=home, title="Secret draft", slug="secret", draft=True)
    value = {"text": "This page talks about abuse.", "support_page": support.pk}
    html = str(stored(("content_note", value | {"shorter_page": draft.pk}))[0].render())
    assert "Secret draft" not in html
    assert '<a href="/en/help/">' in html


@pytest.mark.django_db
def test_content_note_without_pages_is_one_sentence(render: Render) -> None:
    soup = render(
        "content_note",
        {"text": "This page talks about abuse.", "support_page": None, "shorter_page": None},
    )
    assert text(soup) == "This page talks about abuse."
    assert soup.select("a, ul") == []
