"""Times in the editor's forms: the zone, which of two, and what is to happen in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, streamfield
from wagtail.users.models import UserProfile

from campaign.pages.models import GuidancePage
from campaign.releases.attempts import run_due
from campaign.releases.forms import TypedTime, WallTimeField, WallTimeInput
from campaign.releases.gateposts import maintenance
from campaign.releases.models import SetTime
from content_blocks.models import GlossaryTerm
from tests.factories import pages as make
from tests.factories.content_blocks import GlossaryTermFactory

pytestmark = pytest.mark.django_db

GAP = "2027-03-28 01:30"
TWICE = "2027-10-31 01:30"
SUMMER = "2027-10-31T00:30:00+00:00"
WINTER = "2027-10-31T01:30:00+00:00"


@pytest.fixture
def plan() -> GuidancePage:
    section = make.SectionPageFactory(parent=make.campaign_home())
    page: GuidancePage = make.GuidancePageFactory(parent=section, title="A plan", draft=True)
    return page


@pytest.fixture
def term() -> GlossaryTerm:
    return GlossaryTermFactory(term="Grooming", slug="grooming", live=False)


def of_page(page: Page, **times: str) -> tuple[str, dict[str, Any]]:
    data = {"title": page.title, "slug": page.slug, "summary": "S", "body": streamfield([])}
    return reverse("wagtailadmin_pages:edit", args=[page.pk]), nested_form_data(data | times)


def of_record(term: GlossaryTerm, **times: str) -> tuple[str, dict[str, Any]]:
    url = reverse("wagtailsnippets_content_blocks_glossaryterm:edit", args=[term.pk])
    return url, {"term": term.term, "slug": term.slug, "definition": "<p>D</p>", **times}


def soup_of(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "html.parser")


def dialog(response: Any) -> BeautifulSoup:
    """The schedule's dialog; Wagtail keeps it in a template element until it is opened."""
    html = response.content.decode()
    start = html.index('id="schedule-publishing-dialog"')
    return BeautifulSoup(html[start : html.index("Save schedule", start)], "html.parser")


@pytest.fixture(params=["page", "record"])
def thing(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Something with drafts, and how its form is filled in."""
    if request.param == "page":
        return request.getfixturevalue("plan"), of_page
    return request.getfixturevalue("term"), of_record


def test_time_that_clocks_skip_is_refused_in_words(
    thing: tuple[Any, Any], admin_client: Client
) -> None:
    what, fill = thing
    url, data = fill(what, go_live_at=GAP, expire_at="2028-03-26 01:30")

    form = admin_client.post(url, data).context["form"]

    assert form.errors["go_live_at"] == [
        "01:30 does not exist that day: clocks in London go forward from 01:00 to 02:00. The next "
        "time there is: Sun 28 March 2027, 02:00 London time."
    ]
    assert form.errors["expire_at"][0].startswith("01:30 does not exist that day")
    what.refresh_from_db()
    assert (what.go_live_at, what.live) == (None, False)


def test_ambiguous_time_asks_which_and_keeps_what_was_typed(
    thing: tuple[Any, Any], admin_client: Client
) -> None:
    what, fill = thing
    url, data = fill(what, go_live_at=TWICE)

    response = admin_client.post(url, data)

    assert response.context["form"].errors["go_live_at"] == [
        "Clocks in London go back that day and show 01:30 twice. Choose which: 01:30 summer time "
        "(BST) or 01:30 winter time (GMT)."
    ]
    shown = dialog(response)
    assert shown.select_one("#id_go_live_at")["value"] == TWICE
    choices = shown.select("fieldset.wall-time-which label")
    assert [label.get_text(strip=True) for label in choices] == [
        "01:30 summer time (BST)",
        "01:30 winter time (GMT)",
    ]
    assert [one["value"] for one in shown.select('input[name="go_live_at-which"]')] == [
        SUMMER,
        WINTER,
    ]
    assert not shown.select("input[checked]")


@pytest.mark.parametrize("which", [SUMMER, WINTER])
def test_chosen_moment_is_the_one_that_is_scheduled(
    thing: tuple[Any, Any], admin_client: Client, which: str
) -> None:
    what, fill = thing
    url, data = fill(what, go_live_at=TWICE, **{"go_live_at-which": which})

    admin_client.post(url, data | {"action-publish": "1"}, follow=True)

    [revision] = (
        type(what).objects.get(pk=what.pk).revisions.filter(approved_go_live_at__isnull=False)
    )
    assert revision.approved_go_live_at == datetime.fromisoformat(which)
    assert SetTime.objects.get().fold == int(which == WINTER)


def test_chosen_moment_stays_chosen_when_the_form_is_opened_again(
    plan: GuidancePage, admin_client: Client
) -> None:
    url, data = of_page(plan, go_live_at=TWICE, **{"go_live_at-which": WINTER})
    admin_client.post(url, data)

    opened = admin_client.get(url)
    [checked] = dialog(opened).select("input[checked]")
    again = admin_client.post(url, data)

    assert (checked["value"], again.status_code) == (WINTER, 302)
    draft = GuidancePage.objects.get(pk=plan.pk).get_latest_revision_as_object()
    assert draft.go_live_at.astimezone(UTC).isoformat() == WINTER
    # Nothing was changed, and the form knows it.
    form = opened.context["form"]
    bound = type(form)(data, instance=form.instance, for_user=form.for_user)
    assert "go_live_at" not in bound.changed_data


@pytest.mark.parametrize("which", ["2027-10-31T05:00:00+00:00", "nonsense"])
def test_moment_that_is_neither_is_asked_again(
    plan: GuidancePage, admin_client: Client, which: str
) -> None:
    url, data = of_page(plan, go_live_at=TWICE, **{"go_live_at-which": which})

    form = admin_client.post(url, data).context["form"]

    assert form.has_error("go_live_at", "ambiguous")


def test_ends_are_compared_as_moments(plan: GuidancePage, admin_client: Client) -> None:
    # The same digits: half past one comes before half past one.
    right = of_page(
        plan,
        go_live_at=TWICE,
        expire_at=TWICE,
        **{"go_live_at-which": SUMMER, "expire_at-which": WINTER},
    )
    wrong = of_page(
        plan,
        go_live_at=TWICE,
        expire_at=TWICE,
        **{"go_live_at-which": WINTER, "expire_at-which": SUMMER},
    )

    assert admin_client.post(*wrong).context["form"].has_error("expire_at")
    assert admin_client.post(*right).status_code == 302


def test_field_says_whose_clock_counts(
    plan: GuidancePage, admin_client: Client, admin_user: Any
) -> None:
    url, _data = of_page(plan)
    here = dialog(admin_client.get(url)).select_one("[id$=go_live_at-helptext]")
    UserProfile.objects.update_or_create(
        user=admin_user, defaults={"current_time_zone": "Europe/Berlin"}
    )
    abroad = dialog(admin_client.get(url)).select_one("[id$=go_live_at-helptext]")

    assert here.get_text(strip=True) == "London time."
    assert abroad.get_text(strip=True) == (
        "Berlin time, the zone of your account. The campaign runs on London time."
    )


def test_editor_abroad_types_their_own_time_and_reads_both(
    plan: GuidancePage, admin_client: Client, admin_user: Any
) -> None:
    UserProfile.objects.update_or_create(
        user=admin_user, defaults={"current_time_zone": "Europe/Berlin"}
    )
    url, data = of_page(plan, go_live_at="2027-07-04 10:00")

    admin_client.post(url, data | {"action-publish": "1"})

    kept = SetTime.objects.get()
    assert (kept.utc, kept.wall, kept.zone) == (
        datetime(2027, 7, 4, 8, tzinfo=UTC),
        "2027-07-04T09:00:00",
        "Europe/London",
    )
    words = unescape(admin_client.get(url).content.decode())
    assert "on Sun 4 July 2027, 09:00 London time (Sun 4 July 2027, 10:00 Berlin time)" in words


def test_sentence_stands_in_the_status_panel_of_pages_and_records(
    thing: tuple[Any, Any], admin_client: Client
) -> None:
    what, fill = thing
    url, data = fill(what, go_live_at="2027-07-04 09:00")
    admin_client.post(url, data | {"action-publish": "1"})

    words = " ".join(soup_of(admin_client.get(url)).get_text().split())

    assert (
        "Version 1 goes live on Sun 4 July 2027, 09:00 London time; until then nobody sees it."
        in words
    )


def test_dialog_says_what_a_saved_schedule_would_do(
    plan: GuidancePage, admin_client: Client
) -> None:
    url, data = of_page(plan, go_live_at="2027-07-04 09:00")
    admin_client.post(url, data)

    words = " ".join(dialog(admin_client.get(url)).get_text().split())

    assert (
        "Not scheduled yet. Once it is: Version 1 goes live on Sun 4 July 2027, 09:00 London time;"
        in words
    )


def test_what_came_down_on_time_can_be_saved_again(
    thing: tuple[Any, Any], admin_client: Client, time_machine: Any
) -> None:
    what, fill = thing
    start, end = (timezone.localtime() + timedelta(days=days) for days in (1, 2))
    times = {"go_live_at": f"{start:%Y-%m-%d %H:%M}", "expire_at": f"{end:%Y-%m-%d %H:%M}"}
    url, data = fill(what, **times)
    admin_client.post(url, data | {"action-publish": "1"})
    for at in (start, end):
        time_machine.move_to(at, tick=False)
        run_due(at=at)
    time_machine.move_to(end + timedelta(days=1), tick=False)

    opened = admin_client.get(url)
    saved = admin_client.post(*fill(what))

    assert not dialog(opened).select_one("#id_expire_at").get("value")
    assert saved.status_code == 302
    assert not type(what).objects.get(pk=what.pk).live


def test_dates_that_stayed_from_an_earlier_end_do_no_harm(
    plan: GuidancePage, admin_client: Client
) -> None:
    past = timezone.localtime().replace(second=0, microsecond=0) - timedelta(days=1)
    plan.go_live_at, plan.expire_at = past - timedelta(days=1), past
    plan.save_revision(clean=False)
    times = {name: f"{getattr(plan, name):%Y-%m-%d %H:%M}" for name in ("go_live_at", "expire_at")}

    assert admin_client.post(*of_page(plan, **times)).status_code == 302

    draft = GuidancePage.objects.get(pk=plan.pk).get_latest_revision_as_object()
    assert (draft.go_live_at, draft.expire_at) == (None, None)


def test_end_that_is_overdue_is_not_forgotten(plan: GuidancePage, admin_client: Client) -> None:
    past = timezone.localtime().replace(second=0, microsecond=0) - timedelta(minutes=5)
    plan.save_revision().publish()
    with maintenance(reason="Test"):
        plan.expire_at = past
        plan.save_revision()
        Page.objects.filter(pk=plan.pk).update(expire_at=past)

    form = admin_client.post(*of_page(plan, expire_at=f"{past:%Y-%m-%d %H:%M}")).context["form"]

    assert form.errors["expire_at"] == ["Expiry date/time must be in the future."]


def test_time_that_has_passed_is_refused_for_records_too(
    term: GlossaryTerm, admin_client: Client
) -> None:
    url, data = of_record(term, go_live_at="2020-01-01 09:00")

    form = admin_client.post(url, data | {"action-publish": "1"}).context["form"]

    assert form.errors["go_live_at"] == [
        "This time has passed. Choose a time to come, or leave it empty to publish now."
    ]


# --- The field by itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("", None),
        ("2027-07-04 09:00", datetime(2027, 7, 4, 8, tzinfo=UTC)),
        (" 2027-07-04T09:00 ", datetime(2027, 7, 4, 8, tzinfo=UTC)),
        # As the site writes dates (cms_site/formats).
        ("4/7/2027 09:00", datetime(2027, 7, 4, 8, tzinfo=UTC)),
        ("2027-07-04T09:00+02:00", datetime(2027, 7, 4, 7, tzinfo=UTC)),
        (datetime(2027, 7, 4, 9), datetime(2027, 7, 4, 8, tzinfo=UTC)),  # noqa: DTZ001
        (datetime(2027, 7, 4, 9, tzinfo=UTC), datetime(2027, 7, 4, 9, tzinfo=UTC)),
        (TypedTime(TWICE, WINTER), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_field_understands_what_djangos_own_does(typed: Any, moment: Any) -> None:
    assert WallTimeField(required=False).clean(typed) == moment


@pytest.mark.parametrize("typed", ["soon", "2027-02-30 09:00", "2027-07-04 25:00"])
def test_field_refuses_what_is_no_time(typed: str) -> None:
    field = WallTimeField()
    with pytest.raises(ValidationError, match="Enter a valid date/time"):
        field.clean(typed)


@pytest.mark.parametrize("value", [None, "", "soon", "2027-13-01", "2027-07-04T09:00+02:00", GAP])
def test_widget_asks_nothing_where_there_is_nothing_to_ask(value: Any) -> None:
    context = WallTimeInput().get_context("at", value, {})

    assert context["widget"]["which"]["choices"] == []


def test_widget_asks_about_a_time_without_a_zone_too() -> None:
    naive = datetime.fromisoformat(TWICE)
    choices = WallTimeInput().get_context("at", naive, {"id": "id_at"})["widget"]["which"]

    assert [one["checked"] for one in choices["choices"]] == [False, False]
    assert choices["id"] == "id_at-which"
