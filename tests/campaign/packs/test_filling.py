"""Fields that no record has today, and that a new one may have without a change here."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Locale, Page

from campaign.packs.faults import ValueFault
from campaign.packs.filling import Source, fill, read_field
from campaign.packs.marked_yaml import Fields, Text, parse_yaml
from campaign.packs.problems import Problems
from campaign.packs.references import References
from campaign.packs.scope import Scope
from campaign.packs.shapes import make_shape, page_shape
from campaign.packs.writing import write_keys
from campaign.pages.models import CampaignSettings, GuidancePage, HomePage, HotspotPage
from content_blocks.models import ContactRoute


@pytest.fixture
def scope() -> Scope:
    references = References()
    references.add("101", ContactRoute(pk=1, slug="101"))
    references.add("childline", ContactRoute(pk=2, slug="childline"))
    references.add("/", HomePage(pk=3))
    return Scope("a.yaml", Problems(), references)


def test_rich_text_in_a_record_is_markdown(scope: Scope) -> None:
    value = read_field(RichTextField(features=["bold"]), Text("A **b**", 1), "text", scope)

    assert value == "<p>A <b>b</b></p>"


def test_empty_text_is_null_where_a_field_may_be_null(scope: Scope) -> None:
    assert read_field(models.DateField(null=True), Text("", 1), "day", scope) is None


def test_a_field_without_a_written_form_is_refused(scope: Scope) -> None:
    with pytest.raises(ValueFault, match="type \\(BinaryField\\) cannot be written"):
        read_field(models.BinaryField(), Text("x", 1), "bytes", scope)


def test_ordered_child_rows_keep_the_order_of_the_file(scope: Scope) -> None:
    raw: Any = parse_yaml(
        "action_route_choices:\n- {use: child, route: childline}\n- {use: child, route: '101'}\n",
        file="a.yaml",
        first_line=1,
        problems=scope.problems,
    )
    settings = CampaignSettings()

    fill(settings, Source(raw), make_shape(CampaignSettings), scope)

    rows = settings.action_route_choices.all()
    assert [(row.sort_order, row.route.slug) for row in rows] == [(0, "childline"), (1, "101")]


def test_texts_can_be_written_among_the_keys() -> None:
    page = HomePage(title="T", introduction="<p>A <b>b</b></p>")
    page.body = [("text", "<p>One</p>")]

    written = write_keys(
        page, page_shape(HomePage), References(), owner="x", without=frozenset({"title"})
    )

    assert written["introduction"] == "A **b**"
    assert [set(item) for item in written["body"]] == [{"text"}]


def test_an_empty_text_among_the_keys_is_left_out() -> None:
    written = write_keys(
        GuidancePage(title="T"),
        page_shape(GuidancePage),
        References(),
        owner="x",
        without=frozenset(),
    )

    assert written == {"title": "T"}


def test_only_what_a_folder_can_name_has_names(scope: Scope) -> None:
    references = References()

    with pytest.raises(TypeError, match="Locale has no names in a campaign folder"):
        references.add("en", Locale())

    assert references.get(Locale, "en") is None
    assert list(references.names(Locale)) == []
    assert references.name_of(Locale, 1) is None
    with pytest.raises(ValueFault, match="cannot be named in a campaign folder"):
        scope.find((Locale,), "en")


def test_a_page_of_another_type_is_not_taken(scope: Scope) -> None:
    assert scope.find((Page,), "/").pk == 3
    with pytest.raises(ValueFault, match="“/” is a home_page") as caught:
        scope.find((HotspotPage,), "/")

    assert caught.value.fix == "Use a hotspot_page."


def test_no_keys_leave_the_defaults(scope: Scope) -> None:
    settings = CampaignSettings(area="Before")

    fill(settings, Source(Fields(1)), make_shape(CampaignSettings), scope)

    assert settings.area == CampaignSettings().area
