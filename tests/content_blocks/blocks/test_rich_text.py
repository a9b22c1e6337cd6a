"""The phone entity: what readers get, what the editor gets, and the way through translation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import ReferenceIndex
from wagtail.rich_text import RichText
from wagtail.templatetags.wagtailcore_tags import richtext
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from content_blocks.blocks.base import TEXT_FEATURES
from content_blocks.models import ContactRoute
from tests.content_blocks.blocks.conftest import text
from tests.factories.content_blocks import ContactRouteFactory, default_locale
from tests.factories.pages import GuidancePageFactory, add_locale, campaign_home, text_block

pytestmark = pytest.mark.django_db

ENTITY = '<a linktype="contact" slug="childline">Childline</a>'


def shown(html: str) -> BeautifulSoup:
    return BeautifulSoup(str(RichText(html)), "html.parser")


@pytest.fixture
def childline() -> ContactRoute:
    return ContactRouteFactory(
        slug="childline", name="Childline", number="+448001111", number_display="0800 1111"
    )


def test_reader_gets_the_number_of_the_live_record(childline: ContactRoute) -> None:
    assert str(RichText(f"<p>Call {ENTITY} today.</p>")) == (
        '<p>Call <a class="tel" href="tel:+448001111" dir="ltr">0800\xa01111</a> today.</p>'
    )


def test_number_follows_the_record_and_never_the_stored_words(childline: ContactRoute) -> None:
    ContactRoute.objects.update(number="+448088005000", number_display="0808 800 5000")
    stale = '<p><a linktype="contact" slug="childline">0800 1111</a></p>'
    soup = shown(stale)
    assert text(soup) == "0808\xa0800\xa05000".replace("\xa0", " ")
    assert soup.a["href"] == "tel:+448088005000"


def test_number_is_shown_the_same_in_a_field_and_in_a_block(childline: ContactRoute) -> None:
    assert str(richtext(f"<p>{ENTITY}</p>")) == str(RichText(f"<p>{ENTITY}</p>"))


def test_other_links_and_bold_beside_the_number_stay_as_they_were(childline: ContactRoute) -> None:
    html = f'<p><a href="https://example.org/">x</a> <b>{ENTITY}</b> <a href="#y">y</a></p>'
    assert [a["href"] for a in shown(html).select("a")] == [
        "https://example.org/",
        "tel:+448001111",
        "#y",
    ]


def test_replaced_record_shows_its_replacement_and_says_so(childline: ContactRoute) -> None:
    ContactRouteFactory(slug="rise", name="Rotherham Rise", withdrawn=True, replaced_by=childline)
    soup = shown('<p><a linktype="contact" slug="rise">Rotherham Rise</a></p>')
    assert text(soup) == "Rotherham Rise is now Childline: 0800 1111"
    assert [a["href"] for a in soup.select("a")] == ["tel:+448001111"]


def test_record_being_checked_shows_no_number_but_999_and_101() -> None:
    ContactRouteFactory(slug="childline", name="Childline", checking=True)
    soup = shown(f"<p>{ENTITY}</p>")
    assert [a["href"] for a in soup.select("a")] == ["tel:999", "tel:101"]
    assert text(soup).startswith("Childline (we are checking the number).")


def test_overdue_record_shows_its_number_with_the_warning() -> None:
    ContactRouteFactory(slug="childline", number="+448001111", overdue=True)
    soup = shown(f"<p>{ENTITY}</p>")
    assert [a["href"] for a in soup.select("a")] == ["tel:+448001111", "tel:999", "tel:101"]
    assert "(we are checking this number)." in text(soup)


def test_withdrawn_record_without_replacement_says_that_it_ended() -> None:
    ContactRouteFactory(slug="childline", name="Childline", withdrawn=True)
    soup = shown(f"<p>{ENTITY}</p>")
    assert text(soup).startswith("Childline has ended.")
    assert [a["href"] for a in soup.select("a")] == ["tel:999", "tel:101"]


@pytest.mark.parametrize(
    ("other", "words", "href"),
    [
        ({}, "You can also use NAPAC: 0808 800 5000.", "tel:+448088005000"),
        ({"mail": True}, "You can also use NAPAC: help@example.org.", "mailto:help@example.org"),
        ({"online": True}, "You can also use NAPAC.", "https://example.org/form"),
    ],
)
def test_record_for_survivors_falls_back_to_a_line_for_survivors(
    other: dict[str, bool], words: str, href: str
) -> None:
    ContactRouteFactory(slug="napac", name="NAPAC", **other)
    ContactRouteFactory(slug="rise", name="Rise", checking=True, audiences=["survivor"])
    soup = shown('<p><a linktype="contact" slug="rise">Rise</a></p>')
    assert soup.get_text().replace("\xa0", " ") == (
        "Rise (we are checking the number). If someone is in danger now, call 999. " + words
    )
    assert [a["href"] for a in soup.select("a")] == ["tel:999", href]


@pytest.mark.parametrize("draft", [True, False])
def test_unpublished_or_missing_record_shows_nothing_of_it(draft: bool) -> None:
    if draft:
        ContactRouteFactory(slug="childline", name="Secret", number="+448001111", draft=True)
    soup = shown('<p>Call <a linktype="contact" slug="childline">Secret</a>.</p>')
    assert "Secret" not in str(soup)
    assert [a["href"] for a in soup.select("a")] == ["tel:999", "tel:101"]


@pytest.mark.parametrize(
    ("traits", "href"),
    [({"online": True}, "https://example.org/form"), ({"mail": True}, "mailto:help@example.org")],
)
def test_record_without_a_number_is_linked_by_what_it_has(
    traits: dict[str, bool], href: str
) -> None:
    ContactRouteFactory(slug="childline", **traits)
    assert shown(f"<p>{ENTITY}</p>").a["href"] == href


def test_record_in_the_readers_language_goes_before_the_default_language(
    childline: ContactRoute,
) -> None:
    urdu = ContactRouteFactory(
        slug="childline", name="چائلڈ لائن", number="+448088005000", locale=add_locale("ur")
    )
    with translation.override("ur"):
        assert shown(f"<p>{ENTITY}</p>").a["href"] == "tel:+448088005000"
    urdu.delete()
    with translation.override("ur"):
        assert shown(f"<p>{ENTITY}</p>").a["href"] == "tel:+448001111"


def test_names_of_records_are_escaped() -> None:
    ContactRouteFactory(slug="childline", name="<b>x</b>", checking=True)
    assert shown(f"<p>{ENTITY}</p>").select("b") == []


@pytest.mark.parametrize("count", [1, 3])
def test_numbers_of_a_text_take_one_query_however_many(
    count: int, django_assert_num_queries: Any
) -> None:
    slugs = [ContactRouteFactory().slug for _number in range(count)]
    html = "".join(f'<p><a linktype="contact" slug="{slug}">x</a></p>' for slug in slugs)
    shown(html)  # fills Wagtail's cache of locales
    with django_assert_num_queries(1):
        shown(html)


def test_editor_form_and_stored_form_are_turned_into_each_other(childline: ContactRoute) -> None:
    converter = ContentstateConverter(features=TEXT_FEATURES)
    stored = f'<p data-block-key="abcde">Call {ENTITY} today.</p>'
    contentstate = json.loads(converter.from_database_format(stored))
    assert contentstate["entityMap"] == {
        "0": {
            "mutability": "IMMUTABLE",
            "type": "CONTACT",
            "data": {"slug": "childline", "name": "Childline", "number": "0800 1111"},
        }
    }
    assert contentstate["blocks"][0]["text"] == "Call Childline today."
    assert converter.to_database_format(json.dumps(contentstate)) == stored


def test_editor_without_the_feature_keeps_only_the_words(childline: ContactRoute) -> None:
    converter = ContentstateConverter(features=["bold"])
    contentstate = converter.from_database_format(f'<p data-block-key="a">Call {ENTITY}</p>')
    assert "linktype" not in converter.to_database_format(contentstate)


def test_text_counts_as_a_use_of_the_record(childline: ContactRoute) -> None:
    GuidancePageFactory(parent=campaign_home(), body=[text_block(f"<p>{ENTITY}</p>")])
    ReferenceIndex.create_or_update_for_object(GuidancePageFactory._meta.model.objects.get())
    assert ReferenceIndex.get_references_to(childline).count() == 1


def test_entity_survives_translation(settings: Any, childline: ContactRoute) -> None:
    """Extraction, translation and ingestion by the real bridge: the words move, the slug stays."""
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("ur", "Urdu")]
    urdu = add_locale("ur")
    home = campaign_home()
    home.copy_for_translation(urdu).save_revision().publish()
    page = GuidancePageFactory(
        parent=home, title="Talk", summary="", body=[text_block(f"<p>Call {ENTITY} now.</p>")]
    )
    source, _created = TranslationSource.update_or_create_from_instance(page)
    strings = {
        segment.string.data: segment
        for segment in source.stringsegment_set.select_related("string")
    }
    call = next(value for value in strings if "Call" in value)
    assert call == 'Call <a id="a1">Childline</a> now.'
    Translation.objects.create(source=source, target_locale=urdu)
    StringTranslation.objects.create(
        translation_of=strings[call].string,
        locale=urdu,
        context=strings[call].context,
        data='<a id="a1">چائلڈ لائن</a> کو ابھی فون کریں',
    )
    Translation.objects.get().save_target(publish=False)
    translated = page.get_translation(urdu).get_latest_revision_as_object()
    [block] = translated.body
    assert 'linktype="contact"' in block.value.source
    assert 'slug="childline"' in block.value.source
    with translation.override("ur"):
        soup = BeautifulSoup(block.render(), "html.parser")
    assert soup.a["href"] == "tel:+448001111"
    assert text(soup) == "0800 1111 کو ابھی فون کریں"


def chooser(client: Client, view: str, *args: Any, **query: Any) -> Any:
    name = f"content_blocks_phone_chooser:{view}"
    return client.get(reverse(name, args=args), query)


def test_chooser_lists_public_numbers_of_the_default_language(
    admin_client: Client, childline: ContactRoute
) -> None:
    ContactRouteFactory(name="Draft line", draft=True)
    ContactRouteFactory(name="Form only", online=True)
    ContactRouteFactory(name="Urdu line", locale=add_locale("ur"))
    html = chooser(admin_client, "choose").json()["html"]
    assert "Childline" in html
    assert "0800 1111" in html
    assert [name for name in ("Draft line", "Form only", "Urdu line") if name in html] == []


def test_chooser_finds_by_name(admin_client: Client, childline: ContactRoute) -> None:
    ContactRouteFactory(name="Crimestoppers")
    html = chooser(admin_client, "choose_results", q="Childline").content.decode()
    assert "Childline" in html
    assert "Crimestoppers" not in html


def test_chooser_answers_with_what_the_entity_holds(
    admin_client: Client, childline: ContactRoute
) -> None:
    answer = chooser(admin_client, "chosen", childline.pk).json()
    result = answer["result"]
    assert answer["step"] == "chosen"
    assert (result["slug"], result["name"], result["number"]) == (
        "childline",
        "Childline",
        "0800 1111",
    )


def test_chooser_refuses_what_it_does_not_list(admin_client: Client) -> None:
    draft = ContactRouteFactory(draft=True)
    address = reverse("content_blocks_phone_chooser:chosen", args=[draft.pk])
    # The site tries the address under each language before it gives up.
    assert admin_client.get(address, follow=True).status_code == 404


def test_chooser_is_for_editors_only(client: Client) -> None:
    assert chooser(client, "choose").status_code == 302


def test_editor_page_loads_the_button_and_its_chooser(admin_client: Client) -> None:
    page = GuidancePageFactory(parent=campaign_home(), locale=default_locale())
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "content_blocks/js/contact-phone.js" in html
    assert reverse("content_blocks_phone_chooser:choose") in html
