"""Who may open what: every address of ours in the editor, for every kind of person.

The table is literal on purpose. A new address fails the test until somebody has said who may open
it, and a grant that opens more than it should is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from wagtail.models import Locale, Workflow

from campaign.assurance.rules import key_of
from campaign.releases.alerts import show
from campaign.releases.enums import AlertKind
from campaign.releases.membership import add_item
from campaign.releases.takedown import take_down
from tests.factories.content_blocks import (
    ContactRouteFactory,
    GlossaryTermFactory,
    HotspotFactory,
    SignFactory,
)
from tests.factories.pages import GuidancePageFactory, campaign_home
from tests.factories.releases import DueWorkFactory, ReleaseFactory, ReleaseStory

pytestmark = pytest.mark.django_db

# What a GET does for: anonymous | somebody without rights | an Editor | a Moderator. "login" and
# "refused" are where Wagtail sends a person who may not; 405 is an address that only takes POST,
# reached by somebody who may.
EXPECTED = {
    "campaign_release:add": "login | login | 200 | 200",
    "campaign_release:add_page": "login | login | 405 | 405",
    "campaign_release:add_suggested": "login | login | 405 | 405",
    "campaign_release:add_to_release": "login | login | 200 | 200",
    "campaign_release:approve": "login | login | refused | 405",
    "campaign_release:cancel": "login | login | 200 | 200",
    "campaign_release:check": "login | login | 405 | 405",
    "campaign_release:check_status": "login | login | 200 | 200",
    "campaign_release:edit": "login | login | 200 | 200",
    "campaign_release:end": "login | login | refused | 200",
    "campaign_release:index": "login | login | 200 | 200",
    "campaign_release:index_results": "login | login | 200 | 200",
    "campaign_release:pin": "login | login | 405 | 405",
    "campaign_release:pin_all": "login | login | 405 | 405",
    "campaign_release:publish": "login | login | refused | 200",
    "campaign_release:put_back": "login | login | 200 | 200",
    "campaign_release:remove_item": "login | login | 200 | 200",
    "campaign_release:remove_language": "login | login | 200 | 200",
    "campaign_release:restore_item": "login | login | 405 | 405",
    "campaign_release:schedule": "login | login | 405 | 405",
    "campaign_release:sentence": "login | login | 405 | 405",
    "campaign_release:set_language": "login | login | 405 | 405",
    "campaign_release:suggestions": "login | login | 200 | 200",
    "campaign_release:unschedule": "login | login | 200 | 200",
    "campaign_release:view": "login | login | 200 | 200",
    "campaign_release:void": "login | login | 200 | 200",
    "campaign_release_calendar:feed": "login | login | 200 | 200",
    "campaign_release_calendar:month": "login | login | 200 | 200",
    "campaign_releases:due_work": "login | login | 200 | 200",
    "campaign_releases:due_work_results": "login | login | 200 | 200",
    "campaign_releases:retry_due_work": "login | login | 405 | 405",
    # Effects are the business of those who publish; the ledger is everybody's who edits.
    "campaign_releases_effects:report": "login | login | refused | 200",
    "campaign_releases_effects:results": "login | login | refused | 200",
    "campaign_releases_effects:retry": "login | login | 405 | 405",
    "campaign_releases_effects:retry_all": "login | login | 405 | 405",
    "campaign_releases_ledger:export": "login | login | 400 | 400",
    "campaign_releases_ledger:report": "login | login | 200 | 200",
    "campaign_releases_ledger:results": "login | login | 200 | 200",
    "campaign_releases_ledger:shown": "login | login | 200 | 200",
    "campaign_releases_alerts:add": "login | login | refused | 200",
    "campaign_releases_alerts:detail": "login | login | 200 | 200",
    "campaign_releases_alerts:edit": "login | login | refused | 200",
    "campaign_releases_alerts:end": "login | login | refused | 200",
    "campaign_releases_alerts:list": "login | login | 200 | 200",
    "campaign_releases_alerts:list_results": "login | login | 200 | 200",
    "campaign_releases_alerts:put_back": "login | login | refused | 405",
    "campaign_releases_takedowns:campaign": "login | login | refused | 200",
    "campaign_releases_takedowns:choose": "login | login | refused | 200",
    "campaign_releases_takedowns:detail": "login | login | 200 | 200",
    "campaign_releases_takedowns:language": "login | login | refused | 200",
    "campaign_releases_takedowns:list": "login | login | 200 | 200",
    "campaign_releases_takedowns:list_results": "login | login | 200 | 200",
    "campaign_releases_takedowns:page": "login | login | refused | 200",
    "campaign_releases_takedowns:release": "login | login | refused | 200",
    "campaign_releases_takedowns:snippet": "login | login | refused | 200",
    "campaign_releases_takedowns:undo": "login | login | refused | 200",
    "content_blocks_phone_chooser:choose": "login | login | 200 | 200",
    "content_blocks_phone_chooser:choose_results": "login | login | 200 | 200",
    "content_blocks_phone_chooser:chosen": "login | login | 200 | 200",
    "content_blocks_phone_chooser:chosen_multiple": "login | login | 200 | 200",
    "content_blocks_phone_chooser:create": "login | login | 200 | 200",
    "fact chooser:choose": "login | login | 200 | 200",
    "fact chooser:choose_results": "login | login | 200 | 200",
    "fact chooser:chosen": "login | login | 200 | 200",
    "fact chooser:chosen_multiple": "login | login | 200 | 200",
    "fact chooser:create": "login | login | 200 | 200",
    "fact:add": "login | login | 200 | 200",
    "fact:collect_workflow_action_data": "login | login | refused | 200",
    "fact:confirm_workflow_cancellation": "login | login | 200 | 200",
    "fact:copy": "login | login | 200 | 200",
    "fact:delete": "login | login | refused | 200",
    "fact:edit": "login | login | 200 | 200",
    "fact:history": "login | login | 200 | 200",
    "fact:history_results": "login | login | 200 | 200",
    "fact:inspect": "login | login | 200 | 200",
    "fact:list": "login | login | 200 | 200",
    "fact:list_results": "login | login | 200 | 200",
    "fact:lock": "login | login | refused | 405",
    "fact:preview_on_add": "login | login | 200 | 200",
    "fact:preview_on_edit": "login | login | 200 | 200",
    "fact:reorder": "login | login | refused | 405",
    "fact:revisions_compare": "login | login | 200 | 200",
    "fact:revisions_revert": "login | login | 200 | 200",
    "fact:revisions_unschedule": "login | login | refused | 200",
    "fact:revisions_view": "login | login | 200 | 200",
    "fact:unlock": "login | login | refused | 405",
    "fact:unpublish": "login | login | refused | 200",
    "fact:usage": "login | login | 200 | 200",
    "fact:workflow_action": "login | login | refused | 200",
    "fact:workflow_history": "login | login | 200 | 200",
    "fact:workflow_history_detail": "login | login | 200 | 200",
    "fact:workflow_preview": "login | login | refused | 200",
    # Campaign settings decide which numbers every page shows: administrators only.
    "wagtailsettings:edit": "login | login | refused | refused",
    "style_page": "404 | 404 | 200 | 200",
}

OURS = ("content_blocks", "campaign_")
FACTS: dict[str, Any] = {
    "contactroute": ContactRouteFactory,
    "glossaryterm": GlossaryTermFactory,
    "hotspot": HotspotFactory,
    "sign": SignFactory,
}


def walk(patterns: Any, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every named address below these patterns, with its full name."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from walk(pattern.url_patterns, inner)
        elif pattern.name:
            yield ":".join((*namespaces, pattern.name)), pattern


def our_addresses() -> dict[str, URLPattern]:
    """Every address in the editor that belongs to one of our rooms, by its name."""
    admin = next(
        pattern
        for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLResolver) and str(pattern.pattern) == "admin/"
    )
    return {
        name: pattern
        for name, pattern in walk(admin.url_patterns)
        if any(mark in name for mark in OURS)
    }


def general_name(name: str) -> str:
    """The name without the kind of fact: all four kinds have the same addresses."""
    for kind in FACTS:
        name = name.replace(f"wagtailsnippets_content_blocks_{kind}", "fact")
        name = name.replace(f"wagtailsnippetchoosers_content_blocks_{kind}", "fact chooser")
    return name


def outcome(client: Client, address: str) -> str:
    """What becomes of a GET: a status, or what the person is told who may not."""
    response = client.get(address)
    if response.status_code != 302:
        return str(response.status_code)
    target = response["Location"].partition("?")[0]
    if target == reverse("wagtailadmin_login"):
        return "login"
    return "refused" if target == reverse("wagtailadmin_home") else outcome(client, target)


@pytest.fixture
def clients() -> dict[str, Client]:
    """One browser for each kind of person."""
    clients = {"anonymous": Client(), "nobody": Client()}
    clients["nobody"].force_login(User.objects.create_user("nobody"))
    for name in ("Editors", "Moderators"):
        user = User.objects.create_user(name)
        user.groups.add(Group.objects.get(name=name))
        clients[name] = Client()
        clients[name].force_login(user)
    return clients


def release_record() -> dict[str, Any]:
    """A release with one item, which everybody in the stock groups may edit."""
    release = ReleaseFactory()
    term = ReleaseStory.term("Grooming")
    item = add_item(release, term, user=release.owner, at=timezone.now())
    type_id, object_id = key_of(SignFactory())
    return {
        "pk": release.pk,
        "item_pk": item.pk,
        "locale_pk": Locale.get_default().pk,
        "type_id": type_id,
        "object_id": object_id,
    }


def takedown_records() -> dict[str, dict[str, Any]]:
    """Something of each kind that can be taken down, a takedown that stands, and an alert."""
    at = timezone.now()
    down = take_down(SignFactory(), user=None, reason="Wrong.", at=at)
    alert = show(
        kind=AlertKind.SAFETY,
        texts={"en": "Call 999."},
        languages=["en"],
        ends_at=at + timedelta(hours=1),
        user=None,
        at=at,
    )
    sign = {"app": "content_blocks", "model": "sign", "pk": SignFactory().pk}
    return {
        "_takedowns:page": {"pk": GuidancePageFactory(parent=campaign_home()).pk},
        "_takedowns:snippet": sign,
        "_takedowns:release": {"pk": ReleaseFactory().pk},
        "_takedowns:language": {"pk": Locale.get_default().pk},
        "_takedowns:": {"pk": down.pk},
        "_alerts:": {"pk": alert.pk},
    }


@pytest.fixture
def records(clients: dict[str, Client]) -> dict[str, dict[str, Any]]:
    """What addresses need: real records in real workflows, so that only rights decide."""
    records: dict[str, dict[str, Any]] = {
        "retry_due_work": {"pk": DueWorkFactory().pk},
        "campaign_releases_effects:": {"pk": 1},
        "phone_chooser": {"pk": ContactRouteFactory().pk},
        "campaign_release:": release_record(),
        **takedown_records(),
    }
    for kind, make in FACTS.items():
        records[f"_{kind}:unlock"] = {"pk": make(locked=True).pk}
        fact = make()
        revision = fact.save_revision()
        state = Workflow.objects.get().start(fact, User.objects.get(username="Editors"))
        records[f"_{kind}:"] = {
            "pk": fact.pk,
            "revision_id": revision.pk,
            "revision_id_a": "earliest",
            "revision_id_b": "latest",
            "action_name": "approve",
            "workflow_state_id": state.pk,
            "task_state_id": state.current_task_state.pk,
            "task_id": state.current_task_state.task_id,
        }
    return records


def address_of(name: str, pattern: URLPattern, records: dict[str, dict[str, Any]]) -> str:
    known: dict[str, Any] = next((some for mark, some in records.items() if mark in name), {})
    return reverse(name, kwargs={key: known[key] for key in pattern.pattern.regex.groupindex})


def test_every_address_of_ours_opens_for_whom_it_should(
    clients: dict[str, Client], records: dict[str, dict[str, Any]]
) -> None:
    settings = {"app_name": "campaign_pages", "model_name": "campaignsettings"}
    addresses = [
        *((name, address_of(name, pattern, records)) for name, pattern in our_addresses().items()),
        ("style_page", reverse("style_page")),
        ("wagtailsettings:edit", reverse("wagtailsettings:edit", kwargs=settings)),
    ]
    found: dict[str, set[str]] = {}
    for name, address in addresses:
        outcomes = " | ".join(outcome(client, address) for client in clients.values())
        found.setdefault(general_name(name), set()).add(outcomes)

    assert found == {name: {expected} for name, expected in EXPECTED.items()}


def test_trying_again_is_for_moderators(clients: dict[str, Client]) -> None:
    address = reverse("campaign_releases:retry_due_work", args=[DueWorkFactory(done=True).pk])
    sent = {name: client.post(address)["Location"] for name, client in clients.items()}

    assert sent["anonymous"].startswith(reverse("wagtailadmin_login"))
    assert sent["nobody"].startswith(reverse("wagtailadmin_login"))
    assert sent["Editors"] == reverse("wagtailadmin_home")
    assert sent["Moderators"] == reverse("campaign_releases:due_work")


@pytest.mark.parametrize(
    ("group", "may_publish"), [("Editors", False), ("Moderators", True), (None, False)]
)
def test_stock_groups_work_on_the_campaign_pages(
    clients: dict[str, Client], group: str | None, may_publish: bool
) -> None:
    home = campaign_home()
    user = User.objects.get(username=group or "nobody")
    rights = GuidancePageFactory(parent=home).permissions_for_user(user)

    assert home.permissions_for_user(user).can_add_subpage() is (group is not None)
    assert rights.can_edit() is (group is not None)
    assert rights.can_publish() is may_publish
    assert rights.can_unpublish() is may_publish
