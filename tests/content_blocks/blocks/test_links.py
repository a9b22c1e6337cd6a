"""Next steps, related pages, languages, other formats."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.test import RequestFactory
from django.utils import translation
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from tests.content_blocks.blocks.conftest import STREAM, stored, text, texts
from tests.factories.pages import GuidancePageFactory, add_locale, campaign_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Any:
    return campaign_home()


@pytest.fixture
def with_urdu(settings: Any) -> Any:
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("ur", "Urdu")]
    return add_locale("ur")


def rendered(key: str, value: dict[str, Any], **context: Any) -> BeautifulSoup:
    request = RequestFactory().get("/")
    return BeautifulSoup(
        stored((key, value))[0].render({"request": request, **context}), "html.parser"
    )


def link(**changes: Any) -> dict[str, Any]:
    return {"text": "Report it", "page": None, "url": "", "description": ""} | changes


def refused(key: str, value: dict[str, Any]) -> dict[str, list[str]]:
    block = STREAM.child_blocks[key]
    [field] = [name for name in ("links", "items") if name in value]
    item = block.child_blocks[field].child_block
    with pytest.raises(StructBlockValidationError) as caught:
        item.clean(item.to_python(value[field][0]))
    return {name: error.messages for name, error in caught.value.block_errors.items()}


def test_next_steps_link_to_pages_and_addresses_in_order(home: Any) -> None:
    page = GuidancePageFactory(parent=home, slug="report", title="Report")
    soup = rendered(
        "next_steps",
        {
            "heading": "",
            "links": [
                link(page=page.pk, description="What happens next"),
                link(text="Ofsted", url="https://example.org/"),
            ],
        },
    )
    assert texts(soup, "section.next-steps > h2") == ["What you can do next"]
    assert [(a["href"], text(a)) for a in soup.select("ul > li > a")] == [
        ("/en/report/", "Report it"),
        ("https://example.org/", "Ofsted"),
    ]
    assert texts(soup, ".next-steps__description") == ["What happens next"]


@pytest.mark.parametrize("url", ["", "https://example.org/"])
def test_link_goes_to_exactly_one_place(home: Any, url: str) -> None:
    page = home.pk if url else None
    message = "Choose a page or give a web address: one of the two, not both and not neither."
    fields = ["page", "url"] if url else ["page"]
    assert refused("next_steps", {"heading": "", "links": [link(page=page, url=url)]}) == {
        field: [message] for field in fields
    }


def test_next_steps_leave_out_pages_that_readers_cannot_open(home: Any) -> None:
    draft = GuidancePageFactory(parent=home, slug="draft", draft=True)
    private = GuidancePageFactory(parent=home, slug="private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    value = {"heading": "Go on", "links": [link(page=draft.pk), link(page=private.pk)]}
    assert str(rendered("next_steps", value)).strip() == ""


@pytest.mark.parametrize("count", [1, 3])
def test_next_steps_take_the_same_queries_however_many(
    home: Any, count: int, django_assert_num_queries: Any
) -> None:
    pages = [GuidancePageFactory(parent=home) for _number in range(count)]
    value = {"heading": "", "links": [link(page=page.pk) for page in pages]}
    rendered("next_steps", value)  # fills the cache of site addresses
    # Chosen pages; public versions; the site of the request.
    with django_assert_num_queries(3):
        rendered("next_steps", value)


def test_related_shows_title_and_summary_of_the_page_as_it_is_now(home: Any) -> None:
    page = GuidancePageFactory(parent=home, slug="not", title="Old", summary="Old words.")
    type(page).objects.update(title="What not to do", summary="Keep the child safe first.")
    soup = rendered("related", {"heading": "Read more", "pages": [page.pk]})
    assert texts(soup, "section.related > h2") == ["Read more"]
    assert texts(soup, "li a") == ["What not to do"]
    assert texts(soup, ".related__summary") == ["Keep the child safe first."]


@pytest.mark.parametrize("count", [1, 3])
def test_related_takes_the_same_queries_however_many(
    home: Any, count: int, django_assert_num_queries: Any
) -> None:
    pages = [GuidancePageFactory(parent=home).pk for _number in range(count)]
    rendered("related", {"heading": "", "pages": pages})
    # Chosen pages; types and rows of the public versions; locales; the site.
    with django_assert_num_queries(5):
        rendered("related", {"heading": "", "pages": pages})


def test_related_links_to_the_readers_language_if_the_page_is_public_in_it(
    home: Any, with_urdu: Any
) -> None:
    both = GuidancePageFactory(parent=home, slug="both", title="Both")
    english = GuidancePageFactory(parent=home, slug="english", title="English only")
    urdu_home = home.copy_for_translation(with_urdu)
    urdu_home.save_revision().publish()
    urdu = both.copy_for_translation(with_urdu)
    urdu.title = "اردو"
    urdu.save_revision().publish()
    draft = english.copy_for_translation(with_urdu)
    assert not draft.live
    with translation.override("ur"):
        soup = rendered("related", {"heading": "x", "pages": [both.pk, english.pk]})
    assert [(item.get("lang"), item.get("dir")) for item in soup.select("li")] == [
        (None, None),
        ("en", "ltr"),
    ]
    assert [(a["href"], a.get("hreflang"), text(a)) for a in soup.select("li a")] == [
        ("/ur/both/", None, "اردو"),
        ("/en/english/", "en", "English only"),
    ]


def test_languages_are_the_live_translations_of_the_page_each_in_its_own_words(
    home: Any, with_urdu: Any
) -> None:
    page = GuidancePageFactory(parent=home, slug="both")
    home.copy_for_translation(with_urdu).save_revision().publish()
    page.copy_for_translation(with_urdu).save_revision().publish()
    soup = rendered("languages", {"heading": ""}, page=page)
    assert texts(soup, "h2") == ["This page in other languages"]
    [current] = soup.select("[aria-current]")
    assert (current.name, current["lang"], text(current)) == ("span", "en", "English")
    [urdu] = soup.select("li a")
    assert (urdu["href"], urdu["lang"], urdu["hreflang"], urdu["dir"], text(urdu)) == (
        "/ur/both/",
        "ur",
        "ur",
        "rtl",
        "اردو",
    )


def test_languages_do_not_offer_a_draft_translation(home: Any, with_urdu: Any) -> None:
    page = GuidancePageFactory(parent=home, slug="one")
    home.copy_for_translation(with_urdu).save_revision().publish()
    page.copy_for_translation(with_urdu)
    soup = rendered("languages", {"heading": ""}, page=page)
    assert soup.select("li a") == []
    assert texts(soup, ".languages__only") == ["We have this page in one language so far."]


def test_languages_without_a_page_are_left_out() -> None:
    assert str(rendered("languages", {"heading": "x"})).strip() == ""


def item(**changes: Any) -> dict[str, Any]:
    return {
        "format": "easy_read",
        "title": "How to report",
        "page": None,
        "document": None,
        "url": "",
    } | changes


def test_formats_name_the_form_and_say_type_and_size_of_a_file(home: Any) -> None:
    page = GuidancePageFactory(parent=home, slug="easy")
    file = get_document_model().objects.create(
        title="Large", file=ContentFile(b"x" * 2048, name="large.pdf")
    )
    soup = rendered(
        "formats",
        {
            "heading": "",
            "items": [
                item(page=page.pk),
                item(format="large_print", document=file.pk),
                item(format="bsl", url="https://example.org/bsl"),
            ],
        },
    )
    assert texts(soup, "h2") == ["Other formats"]
    assert [(a["href"], text(a)) for a in soup.select("li a")] == [
        ("/en/easy/", "Easy Read: How to report"),
        (file.url, "Large print: How to report (PDF, 2.0 KB)"),
        ("https://example.org/bsl", "British Sign Language video: How to report"),
    ]


def test_format_is_at_exactly_one_place() -> None:
    assert refused("formats", {"heading": "", "items": [item()]}) == {
        "page": ["Choose a page, choose a file, or give a web address: exactly one of the three."]
    }
