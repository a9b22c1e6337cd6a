"""Lists of signs: which ones, fair words above, what to do below."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from wagtail.blocks.struct_block import StructBlockValidationError

from content_blocks.enums import Observed
from content_blocks.models import Sign
from tests.content_blocks.blocks.conftest import STREAM, stored, texts
from tests.factories.content_blocks import HotspotFactory, SignFactory
from tests.factories.pages import GuidancePageFactory, campaign_home

pytestmark = pytest.mark.django_db


def value(**changes: Any) -> dict[str, Any]:
    return {
        "heading": "What you may notice",
        "select": "chosen",
        "hotspot": None,
        "observed": "",
        "signs": [],
        "show_caution": True,
    } | changes


def signs(**changes: Any) -> BeautifulSoup:
    return BeautifulSoup(stored(("signs", value(**changes)))[0].render(), "html.parser")


def listed(soup: BeautifulSoup) -> dict[str, list[str]]:
    return {
        texts(group, "h3")[0]: texts(group, "ul > li .signs__text")
        for group in soup.select(".signs__group")
    }


def test_list_opens_with_the_words_that_keep_it_fair() -> None:
    soup = signs(signs=[SignFactory().pk])
    assert texts(soup, ".signs__fair p") == [
        "Signs can have innocent explanations. Several together, or a gut feeling, are enough to "
        "tell someone. You do not need proof.",
        "Look at what people do and who has power, never at race, religion, nationality, accent, "
        "clothes or class.",
    ]
    order = [element["class"][0] for element in soup.select("section.signs > [class]")]
    assert order == ["signs__heading", "signs__fair", "signs__group", "action-compact"]


def test_list_ends_with_999_and_who_to_tell() -> None:
    links = [link["href"] for link in signs(signs=[SignFactory().pk]).select(".action-compact a")]
    assert links == ["tel:999", "tel:101"]


def test_signs_of_a_place_are_grouped_by_what_is_observed_in_a_fixed_order() -> None:
    hotel, park = HotspotFactory(), HotspotFactory()
    SignFactory(code="HO-03", text="Place", observed=Observed.PLACE, hotspots=[hotel])
    SignFactory(code="HO-02", text="Child two", observed=Observed.CHILD, hotspots=[hotel])
    SignFactory(code="HO-01", text="Child one", observed=Observed.CHILD, hotspots=[hotel, park])
    SignFactory(code="PK-01", text="Elsewhere", hotspots=[park])
    SignFactory(code="CH-01", text="Anywhere")
    assert listed(signs(select="hotspot", hotspot=hotel.pk)) == {
        "A child or young person": ["Child one", "Child two"],
        "A place": ["Place"],
    }


def test_awaiting_and_unpublished_signs_are_never_shown() -> None:
    hotel = HotspotFactory()
    hidden = [
        SignFactory(text="Not for readers", awaiting=True, hotspots=[hotel]),
        SignFactory(text="Not for readers", draft=True, hotspots=[hotel]),
    ]
    keys = [sign.pk for sign in hidden]
    assert "Not for readers" not in str(signs(select="hotspot", hotspot=hotel.pk))
    assert "Not for readers" not in str(signs(select="observed", observed="child"))
    chosen = signs(signs=keys)
    assert "Not for readers" not in str(chosen)
    assert texts(chosen, ".signs__none") == ["We are still checking the signs for this list."]


def test_signs_of_an_unpublished_place_are_not_shown() -> None:
    hotel = HotspotFactory(draft=True)
    SignFactory(text="Sign of a hidden place", hotspots=[hotel])
    assert listed(signs(select="hotspot", hotspot=hotel.pk)) == {}
    assert listed(signs(select="observed", observed="child", hotspot=hotel.pk)) == {}


def test_observed_without_a_place_leaves_out_what_makes_sense_only_there() -> None:
    hotel = HotspotFactory()
    SignFactory(code="CH-01", text="Anywhere")
    SignFactory(code="HO-01", text="At a hotel", hotspots=[hotel])
    SignFactory(code="AD-01", text="An adult", observed=Observed.ADULT)
    SignFactory(code="ON-01", text="Online", observed=Observed.ONLINE, hotspots=[HotspotFactory()])
    assert listed(signs(select="observed", observed="child")) == {
        "A child or young person": ["Anywhere"]
    }
    assert listed(signs(select="observed", observed="child", hotspot=hotel.pk)) == {
        "A child or young person": ["At a hotel"]
    }
    assert listed(signs(select="observed", observed="online")) == {"Something online": ["Online"]}


def test_chosen_signs_keep_the_editors_order_and_say_what_the_record_says_now() -> None:
    first, second = SignFactory(code="CH-09"), SignFactory(code="CH-01", text="Second")
    Sign.objects.filter(pk=first.pk).update(text="Changed since")
    assert listed(signs(signs=[first.pk, second.pk, first.pk])) == {
        "A child or young person": ["Changed since", "Second"]
    }


def test_caution_stands_beside_its_sign_unless_the_editor_took_it_away() -> None:
    sign = SignFactory(caution="Many young people stay out late.")
    assert texts(signs(signs=[sign.pk]), "li .signs__caution") == [
        "Many young people stay out late."
    ]
    assert texts(signs(signs=[sign.pk], show_caution=False), ".signs__caution") == []


def test_sign_links_to_its_page_only_while_that_is_public() -> None:
    home = campaign_home()
    public = GuidancePageFactory(parent=home, slug="do", title="What to do")
    draft = GuidancePageFactory(parent=home, slug="secret", title="Secret", draft=True)
    keys = [SignFactory(do_now=public).pk, SignFactory(do_now=draft).pk]
    soup = signs(signs=keys)
    assert [(a["href"], a.string) for a in soup.select(".signs__do a")] == [
        ("/en/do/", "What to do")
    ]
    assert "Secret" not in str(soup)


def test_list_has_no_score_and_is_not_numbered() -> None:
    soup = signs(signs=[SignFactory(code="CH-01").pk])
    assert soup.select("ol, meter, progress, input") == []
    assert "CH-01" not in str(soup)


@pytest.mark.parametrize(
    ("select", "field", "message"),
    [
        ("hotspot", "hotspot", "Choose the kind of place whose signs are shown."),
        ("observed", "observed", "Choose what people are looking at."),
        ("chosen", "signs", "Choose at least one sign."),
    ],
)
def test_selection_needs_its_field(select: str, field: str, message: str) -> None:
    block = STREAM.child_blocks["signs"]
    with pytest.raises(StructBlockValidationError) as caught:
        block.clean(block.to_python(value(select=select)))
    assert {name: error.messages for name, error in caught.value.block_errors.items()} == {
        field: [message]
    }


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("select", "queries"), [("chosen", 3), ("hotspot", 3), ("observed", 2)])
def test_lists_take_the_same_queries_however_many_signs(
    select: str, queries: int, count: int, django_assert_num_queries: Any
) -> None:
    hotel = HotspotFactory()
    made = [
        SignFactory(hotspots=[hotel] if select == "hotspot" else []) for _number in range(count)
    ]
    signs()  # fills Wagtail's cache of locales
    changes = {
        "chosen": {"signs": [sign.pk for sign in made]},
        "hotspot": {"hotspot": hotel.pk},
        "observed": {"observed": "child"},
    }[select]
    # What was chosen (not for “observed”); the public signs; 999 and the other numbers.
    with django_assert_num_queries(queries):
        signs(select=select, **changes)
