"""Links to what readers cannot open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from wagtail.models import Locale, Page
from wagtail.rich_text import RichText

from campaign.assurance.enums import Severity
from campaign.assurance.links import (
    RULE_LINKS,
    links_of,
    links_to_what_is_not_public,
    place,
)
from campaign.assurance.rules import Situation, key_of, run_rules
from content_blocks.models import ContactRoute, Hotspot
from tests.factories.content_blocks import ContactRouteFactory, HotspotFactory, SignFactory
from tests.factories.pages import HotspotPageFactory, StatementPageFactory
from tests.factories.releases import ReleaseStory, ScheduledPage

pytestmark = pytest.mark.django_db
story = ReleaseStory
DAY = timedelta(days=1)


@pytest.fixture
def at() -> datetime:
    return timezone.now().replace(microsecond=0)


def text(*targets: Page) -> dict[str, Any]:
    links = "".join(f'<a linktype="page" id="{page.pk}">{page.title}</a>' for page in targets)
    return {"type": "text", "value": f"<p>{links}</p>", "id": str(uuid4())}


def findings(instance: Any, situation: Situation) -> list[tuple[str, str, str]]:
    return [
        (finding.where, finding.why, finding.what_to_do)
        for finding in links_to_what_is_not_public(instance, situation)
    ]


# --- Where it points, and where that stands -------------------------------------------------------


def test_links_in_text_are_found_with_their_block(at: datetime) -> None:
    public, hidden = story.page("Public", live=True), story.page("Hidden")
    page = story.page("Start", body=[text(public), text(hidden, hidden)])

    assert [(link.where, link.target.title, link.key) for link in links_of(page)] == [
        ("Content, block 1 (Text)", "Public", key_of(public)),
        ("Content, block 2 (Text)", "Hidden", key_of(hidden)),
    ]


def test_choosers_in_blocks_are_found_with_their_field_and_number(at: datetime) -> None:
    first, second = ContactRouteFactory(live=False), ContactRouteFactory()
    card = {
        "type": "contacts",
        "id": str(uuid4()),
        "value": {"heading": "", "routes": [route(first), route(second)]},
    }
    page = story.page("Start", body=[card])

    assert [(link.where, link.target) for link in links_of(page)] == [
        ("Content, block 1 (Contacts), Contact routes, item 1", first),
        ("Content, block 1 (Contacts), Contact routes, item 2", second),
    ]


def route(contact: ContactRoute) -> dict[str, Any]:
    return {"type": "item", "id": str(uuid4()), "value": contact.pk}


def test_foreign_keys_and_many_to_many_fields_are_found(at: datetime) -> None:
    hotspot: Hotspot = HotspotFactory(live=False, name="Taxis")
    home = story.page("Any").get_parent()
    page = HotspotPageFactory(parent=home, hotspot=hotspot)

    assert ("Kind of place", hotspot) in [(link.where, link.target) for link in links_of(page)]
    sign = SignFactory()
    sign.hotspots.set([hotspot])
    assert ("Hotspots", hotspot) in [(link.where, link.target) for link in links_of(sign)]


def test_a_page_does_not_link_to_itself_nor_by_wagtails_bookkeeping(at: datetime) -> None:
    page = story.page("Start", live=True)
    page.body = [("text", RichText(f'<p><a linktype="page" id="{page.pk}">x</a></p>'))]

    assert links_of(page) == []


def test_the_number_of_links_costs_no_queries(at: datetime, django_assert_num_queries: Any) -> None:
    pages = [story.page(f"Page {number}") for number in range(3)]
    start = story.page("Start", body=[text(*pages)])
    key_of(start)

    for number in (1, 3):
        start.body = [("text", RichText(str(text(*pages[:number])["value"])))]
        # One for the pages; Wagtail itself looks for comments.
        with django_assert_num_queries(2):
            assert len(links_of(start)) == number


def test_a_path_that_leads_nowhere_stops_where_it_can(at: datetime) -> None:
    page = story.page("Start", body=[text()])

    assert place(page, ["title"]) == "Title"
    assert place(page, ["title", "more"]) == "Title"
    assert place(page, ["body", "no-such-block", "more"]) == "Content"
    assert place(page, ["no_such_field", "7"]) == "No_such_field"


def test_an_item_that_is_no_longer_in_its_list_is_told_by_the_list(at: datetime) -> None:
    block = {"heading": "", "routes": [route(ContactRouteFactory())]}
    page = story.page("Start", body=[{"type": "contacts", "id": "card", "value": block}])

    assert place(page, ["body", "card", "routes", "no-such-item"]) == (
        "Content, block 1 (Contacts), Contact routes"
    )


def test_a_link_in_a_child_of_the_page_says_which_list(at: datetime) -> None:
    contact = ContactRouteFactory()
    assert place(contact, ["opening_hours", "3", "route"]) == "Opening hours"


# --- What the rule says ---------------------------------------------------------------------------


def test_a_link_to_what_is_not_public_is_found_with_what_to_do(at: datetime) -> None:
    page = story.page("Start", body=[text(story.page("Hidden"), story.page("Seen", live=True))])

    assert findings(page, Situation(at=at)) == [
        (
            "Content, block 1 (Text)",
            "“Hidden” is not public then.",
            "Publish it first, let it go live together with this, or remove the link.",
        )
    ]
    (finding,) = [one for one in run_rules(page, Situation(at=at)) if one.rule == RULE_LINKS]
    assert finding.severity is Severity.MAJOR


def test_a_link_to_what_was_deleted_is_found(at: datetime) -> None:
    gone = story.page("Gone")
    page = story.page("Start", body=[text(gone)])
    gone.delete()

    assert findings(page, Situation(at=at)) == [
        (
            "Content, block 1 (Text)",
            "It points to something that has been deleted.",
            "Remove the link, or choose something else.",
        )
    ]


def test_the_rule_judges_the_version_and_not_the_row(at: datetime) -> None:
    page = story.page("Start", live=True)
    story.edit(page, body=[("text", RichText(text(story.page("Hidden"))["value"]))])

    page.refresh_from_db()
    assert findings(page, Situation(at=at)) == []
    assert len(findings(page.get_latest_revision_as_object(), Situation(at=at))) == 1


def test_what_goes_live_together_may_be_linked_to_and_what_comes_down_may_not(
    at: datetime,
) -> None:
    together, down = story.page("Together"), story.page("Down", live=True)
    page = story.page("Start", body=[text(together, down)])

    situation = Situation(
        at=at,
        becomes_public=frozenset({key_of(together)}),
        comes_down=frozenset({key_of(down)}),
    )
    assert [why for _where, why, _do in findings(page, situation)] == [
        "“Down” is withdrawn at the same moment."
    ]


def test_the_rule_judges_at_the_moment_of_the_situation(at: datetime) -> None:
    coming = ScheduledPage.make("Coming", go_live_at=at + DAY)
    going = ScheduledPage.make("Going", live=True, expire_at=at + 2 * DAY)
    page = story.page("Start", body=[text(coming, going)])

    def seen(moment: datetime) -> list[str]:
        return [why for _where, why, _do in findings(page, Situation(at=moment))]

    assert seen(at) == ["“Coming” is not public then."]
    assert seen(at + DAY) == []
    assert seen(at + 2 * DAY) == ["“Going” is not public then."]


def test_a_statement_page_without_links_has_no_finding(at: datetime) -> None:
    home = story.page("Any").get_parent()
    page = StatementPageFactory(parent=home, locale=Locale.get_default())

    assert findings(page, Situation(at=at)) == []
