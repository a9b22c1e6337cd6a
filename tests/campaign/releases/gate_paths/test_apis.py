"""Every path to the public, driven through the APIs, against a gate that says no.

A gatekeeper refuses everything. Then a path is tried, and nothing that readers see has changed, no
schedule, and no entry of the audit log says that it had; and whoever tried is told what to do.
`tests/architecture/test_publication_callers.py` names the test for each place in Wagtail and
wagtail-localize that publishes, schedules or withdraws.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.actions.registry import action_registry
from wagtail.models import APIToken, Locale, Page

from campaign.pages.models import GuidancePage, HomePage, SectionPage
from campaign.releases.exceptions import GateRefusedError
from content_blocks.models import GlossaryTerm
from tests.campaign.releases.gate_paths.shut_gate import WHAT_TO_DO, Gate, commits
from tests.factories import pages as make
from tests.factories.content_blocks import GlossaryTermFactory

pytestmark = pytest.mark.django_db


def api_refused(response: Any) -> None:
    """An API says no in its own way, and what to do."""
    assert 400 <= response.status_code < 500, response.content
    assert WHAT_TO_DO in response.content.decode()


def admin_api(page: Page, action: str) -> str:
    return reverse("wagtailadmin_api:pages:action", args=[page.pk, action])


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("publish", {}),
        ("unpublish", {"recursive": True}),
        pytest.param("delete", {}, marks=commits),
        ("copy", {"slug": "again", "keep_live": True}),
        ("create_alias", {"update_slug": "again"}),
        ("copy_for_translation", {"locale": "fr", "copy_parents": True, "alias": True}),
        ("move", {"destination_page_id": "home"}),
    ],
)
def test_admin_api(
    action: str,
    data: dict[str, Any],
    gate: Gate,
    editor: Client,
    home: HomePage,
    hotels: GuidancePage,
    french: Locale,
) -> None:
    hotels.title = "Inns"
    hotels.save_revision()
    if "destination_page_id" in data:
        data = {"destination_page_id": make.SectionPageFactory(parent=home).pk}
    with gate.shut():
        api_refused(editor.post(admin_api(hotels, action), data, content_type="application/json"))


def test_admin_api_conversion_of_an_alias_leaves_it_as_it_was(
    gate: Gate, editor: Client, hotels: GuidancePage
) -> None:
    alias = hotels.create_alias(parent=hotels.get_parent(), update_slug="again")
    with gate.shut():
        api_refused(editor.post(admin_api(alias, "convert_alias"), content_type="application/json"))


def test_admin_api_going_back_to_a_version_is_a_draft(
    gate: Gate, editor: Client, hotels: GuidancePage
) -> None:
    former = hotels.get_latest_revision()
    hotels.title = "Inns"
    hotels.save_revision().publish()
    with gate.shut():
        response = editor.post(
            admin_api(hotels, "revert_to_page_revision"),
            {"revision_id": former.pk},
            content_type="application/json",
        )

    assert response.status_code == 200
    assert gate.asked == []


class ApiV3:
    """Wagtail's read and write API, mounted beside the site."""

    def __init__(self, token: str) -> None:
        self._client = Client(headers={"authorization": f"Bearer {token}"})

    def send(self, method: str, path: str, data: Any = None) -> Any:
        return self._client.generic(
            method, f"/api/v3/{path}", json.dumps(data or {}), "application/json"
        )


@pytest.fixture
def api_v3(settings: Any, admin_user: Any) -> ApiV3:
    settings.ROOT_URLCONF = "tests.campaign.releases.gate_urls"
    _token, key = APIToken.create_token(user=admin_user, name="tests")
    return ApiV3(key)


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("POST", "{page}/actions/publish/", {}),
        ("POST", "{page}/actions/unpublish/", {"recursive": True}),
        ("POST", "{page}/actions/copy/", {"slug": "again", "keep_live": True}),
        ("POST", "{page}/actions/create_alias/", {"slug": "again"}),
        ("POST", "{page}/actions/move/", {"destination_id": "{other}"}),
        ("DELETE", "{page}/", {}),
        (
            "PATCH",
            "{page}/",
            {"title": "Inns", "meta": {"type": "campaign_pages.GuidancePage", "action": "publish"}},
        ),
        (
            "POST",
            "",
            {
                "title": "Parks",
                "slug": "parks",
                "meta": {
                    "type": "campaign_pages.GuidancePage",
                    "parent_id": "{section}",
                    "action": "publish",
                },
            },
        ),
    ],
)
def test_api_v3(
    method: str,
    path: str,
    data: dict[str, Any],
    gate: Gate,
    api_v3: ApiV3,
    home: HomePage,
    section: SectionPage,
    hotels: GuidancePage,
) -> None:
    hotels.title = "Inns"
    hotels.save_revision()
    names = {
        "page": hotels.pk,
        "section": section.pk,
        "other": make.SectionPageFactory(parent=home).pk,
    }
    body = json.loads(
        json.dumps(data),
        object_hook=lambda found: {key: _named(it, names) for key, it in found.items()},
    )
    with gate.shut():
        api_refused(api_v3.send(method, f"pages/{path.format(**names)}", body))


def _named(value: Any, names: dict[str, int]) -> Any:
    return names.get(value.strip("{}"), value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("POST", "{term}/actions/publish/", {}),
        ("POST", "{term}/actions/unpublish/", {}),
        ("DELETE", "{term}/", {}),
        ("PATCH", "{term}/", {"term": "Luring", "meta": {"action": "publish"}}),
    ],
)
def test_api_v3_for_snippets(
    method: str,
    path: str,
    data: dict[str, Any],
    gate: Gate,
    api_v3: ApiV3,
    term: GlossaryTerm,
) -> None:
    address = f"snippets/content_blocks.GlossaryTerm/{path.format(term=term.pk)}"
    with gate.shut():
        api_refused(api_v3.send(method, address, data))


def test_api_v2_offers_no_way_to_publish(
    gate: Gate, editor: Client, settings: Any, hotels: GuidancePage
) -> None:
    settings.ROOT_URLCONF = "tests.campaign.releases.gate_urls"
    with gate.shut():
        answers = {
            method: editor.generic(method, f"/api/v2/pages/{hotels.pk}/").status_code
            for method in ("POST", "PUT", "PATCH", "DELETE")
        }

    assert answers == dict.fromkeys(answers, 405)


@pytest.mark.parametrize("name", ["publish", "unpublish"])
def test_action_of_the_registry(name: str, gate: Gate, hotels: GuidancePage) -> None:
    action = action_registry.get_action_class(GuidancePage, name)
    target = hotels.save_revision() if name == "publish" else hotels
    with gate.shut(), pytest.raises(GateRefusedError):
        action(target).execute()


def test_action_that_creates_and_publishes(gate: Gate, home: HomePage) -> None:
    """For a page it needs a form: the v3 API above drives it with one."""
    create = action_registry.get_action_class(GlossaryTerm, "create")
    term = GlossaryTermFactory.build(term="Luring", slug="luring", locale=Locale.get_default())
    with gate.shut(), pytest.raises(GateRefusedError):
        create(term, publish=True).execute()

    assert not GlossaryTerm.objects.filter(slug="luring").exists()


def test_action_that_edits_and_publishes(gate: Gate, hotels: GuidancePage, term: Any) -> None:
    with gate.shut():
        for thing in (hotels, term):
            action = action_registry.get_action_class(type(thing), "edit")
            with pytest.raises(GateRefusedError):
                action(thing, publish=True).execute()
