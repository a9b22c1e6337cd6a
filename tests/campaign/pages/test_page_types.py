"""Every page type can be created, edited, previewed and read, where it belongs and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from wagtail.coreutils import get_dummy_request
from wagtail.models import Page
from wagtail.test.utils import WagtailPageTestCase
from wagtail.test.utils.form_data import nested_form_data, streamfield

from campaign.pages import models
from campaign.pages.models import BasePage, HomePage
from tests.campaign.pages.conftest import PARENTS
from tests.factories import pages as make
from tests.factories.content_blocks import HotspotFactory

CHILDREN = {
    name: sorted(child for child, parent in PARENTS.items() if parent == name) for name in PARENTS
}
# Two types belong in more than one place.
CHILDREN["HomePage"] = sorted([*CHILDREN["HomePage"], "GuidancePage"])
CHILDREN["SectionPage"] = sorted([*CHILDREN["SectionPage"], "StandardPage"])

#: What the form of a page type needs beyond a title and a slug.
REQUIRED: dict[str, dict[str, str]] = {
    "AudiencePage": {"audience_label": "Drivers"},
    "UpdatePage": {"date": "2026-11-21"},
    "PrivacyPage": {"contact_email": "privacy@example.org", "log_retention_days": "14"},
    "AccessibilityStatementPage": {
        "compliance": "full",
        "contact_email": "access@example.org",
        "reply_days": "10",
        "prepared_on": "2026-11-01",
        "reviewed_on": "2026-11-21",
        "tested_on": "2026-11-20",
        "tested_by": "The campaign team",
        "tested_how": "With a keyboard.",
    },
}
EMPTY_RICH_TEXT = "null"


@pytest.fixture
def case(client: Client, admin_user: Any, monkeypatch: pytest.MonkeyPatch) -> WagtailPageTestCase:
    """Wagtail's own assertions on pages.

    They log in with the first authentication backend, which is the login lock and knows no users.
    """
    backend = "django.contrib.auth.backends.ModelBackend"
    monkeypatch.setattr("wagtail.test.utils.page_tests.AUTH_BACKEND", backend)
    found = WagtailPageTestCase()
    found.client = client
    found.dummy_request = get_dummy_request()
    client.force_login(admin_user)
    return found


def _form_data(name: str) -> dict[str, Any]:
    """What an editor's browser posts for a new page of this type."""
    model = getattr(models, name)
    data: dict[str, Any] = {"title": "A new page", "slug": "a-new-page", **REQUIRED.get(name, {})}
    for field in model._meta.get_fields():
        kind = type(field).__name__
        if kind in {"GuidanceStreamField", "StreamField"}:
            data[field.name] = streamfield([])
        elif kind == "IntroductionField":
            data[field.name] = EMPTY_RICH_TEXT
    if name == "HotspotPage":
        data["hotspot"] = HotspotFactory().pk
    return nested_form_data(data)


def test_every_page_type_of_the_room_is_listed_here() -> None:
    concrete = {
        model.__name__
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, BasePage) and not model._meta.abstract
    }

    assert set(PARENTS) == concrete


def test_every_page_type_can_be_read(
    whole_campaign: dict[str, Page], case: WagtailPageTestCase
) -> None:
    for page in whole_campaign.values():
        case.assertPageIsRenderable(page)


def test_every_page_type_can_be_edited_and_previewed(
    whole_campaign: dict[str, Page], case: WagtailPageTestCase, admin_user: Any
) -> None:
    for name, page in whole_campaign.items():
        data = _form_data(name) | {"slug": page.slug}
        if name == "HotspotPage":
            data["hotspot"] = str(page.hotspot_id)
        for mode in ("", "discreet"):
            case.assertPageIsPreviewable(page, mode=mode, post_data=data, user=admin_user)
        case.assertPageIsEditable(page, post_data=data, user=admin_user)


@pytest.mark.parametrize("name", [name for name in PARENTS if name != "HomePage"])
def test_page_type_can_be_created_by_an_editor(
    name: str, home: HomePage, case: WagtailPageTestCase
) -> None:
    pages: dict[str, Page] = {"HomePage": home}
    parent_name = PARENTS[name]
    if parent_name not in pages:
        pages[parent_name] = getattr(make, f"{parent_name}Factory")(parent=home)

    case.assertCanCreate(pages[parent_name], getattr(models, name), _form_data(name), publish=True)


@pytest.mark.parametrize("name", PARENTS)
def test_page_type_may_have_exactly_these_children(name: str) -> None:
    model = getattr(models, name)

    assert sorted(child.__name__ for child in model.allowed_subpage_models()) == CHILDREN[name]


def test_home_page_stands_only_at_the_top() -> None:
    assert HomePage.allowed_parent_page_models() == [Page]


@pytest.mark.parametrize(
    "name",
    [
        "HotspotIndexPage",
        "ReportingPage",
        "SupportIndexPage",
        "ContactDirectoryPage",
        "GlossaryPage",
        "UpdateIndexPage",
        "AccessibilityStatementPage",
        "PrivacyPage",
    ],
)
def test_page_type_exists_once_in_each_language(name: str, home: HomePage) -> None:
    model = getattr(models, name)
    getattr(make, f"{name}Factory")(parent=home)
    urdu = home.copy_for_translation(make.add_locale("ur"))

    assert not model.can_create_at(home)
    assert model.can_create_at(urdu)


def test_second_page_about_the_same_kind_of_place_is_refused(
    whole_campaign: dict[str, Page], case: WagtailPageTestCase
) -> None:
    hotels = whole_campaign["HotspotPage"].hotspot
    data = _form_data("HotspotPage") | {"hotspot": str(hotels.pk)}

    with pytest.raises(AssertionError, match="is already about this kind of place"):
        case.assertCanCreate(
            whole_campaign["HotspotIndexPage"], models.HotspotPage, data, publish=True
        )


@pytest.mark.parametrize("name", PARENTS)
def test_slug_is_the_same_in_every_language(name: str) -> None:
    overrides = getattr(models, name).override_translatable_fields

    assert [(type(item).__name__, item.field_name) for item in overrides] == [
        ("SynchronizedField", "slug")
    ]


@pytest.mark.parametrize("name", PARENTS)
def test_page_type_offers_the_editor_the_shared_fields(name: str) -> None:
    handler = getattr(models, name).get_edit_handler()
    fields = set(handler.get_form_class().base_fields)

    assert {"sensitive", "browser_title", "share_title", "noindex", "review_due", "slug"} <= fields
    assert not {"seo_title", "search_description"} & fields


def _signs_block() -> dict[str, Any]:
    value = {"heading": "Signs", "select": "observed", "observed": "child", "show_caution": True}
    return {"type": "signs", "value": value, "id": "0f1e2d3c-0000-4000-8000-000000000001"}


def test_list_of_signs_ends_with_999_alone_where_an_action_panel_says_the_rest(
    home: HomePage, client: Client
) -> None:
    panel = {"type": "action_panel", "value": {}, "id": "0f1e2d3c-0000-4000-8000-000000000002"}
    alone = make.GuidancePageFactory(parent=home, body=[_signs_block()])
    both = make.GuidancePageFactory(parent=home, body=[_signs_block(), panel])

    def signs(page: Page) -> str:
        html = client.get(page.url).content.decode()
        return html.partition('<section class="signs">')[2].partition("</section>")[0]

    assert "action-compact" in signs(alone)
    assert "action-compact" not in signs(both)
    assert 'href="tel:999"' in signs(both)
