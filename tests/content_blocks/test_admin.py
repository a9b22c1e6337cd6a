"""Editors at work: the real views, with the rights of the stock groups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Locale, Workflow, WorkflowContentType, WorkflowTask
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from content_blocks.enums import Confirmation, RouteStatus
from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, Sign
from tests.factories.content_blocks import (
    ContactRouteFactory,
    GlossaryTermFactory,
    HotspotFactory,
    OpeningHoursFactory,
    SignFactory,
)

pytestmark = pytest.mark.django_db

KINDS = [
    (Hotspot, HotspotFactory),
    (Sign, SignFactory),
    (ContactRoute, ContactRouteFactory),
    (GlossaryTerm, GlossaryTermFactory),
]


def url(model: type, view: str, *args: Any) -> str:
    return reverse(model.snippet_viewset.get_url_name(view), args=args)


def errors(response) -> dict[str, list[str]]:
    form = response.context["form"]
    return {field: list(messages) for field, messages in form.errors.items()}


def hotspot_data(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Hotels and B&Bs",
        "slug": "hotels",
        "summary": "Rooms are private.",
        "pictogram": "bed",
    } | changes


def sign_data(**changes: Any) -> dict[str, Any]:
    return {
        "code": "HO-01",
        "text": "A child waits alone in the lobby at night.",
        "observed": "child",
        "exploitation_type": "cse",
        "caution": "They may be waiting for a parent.",
        "noticed_by": ["reception"],
        "hotspots": [],
        "confirmation": "sourced",
        "source": "A named source",
        "source_url": "",
    } | changes


def route_data(hours: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    lists = {
        "audiences": ["worried_adult", "family"],
        "languages": ["en", "ur"],
    }
    return lists | nested_form_data(
        {
            "name": "NSPCC Helpline",
            "slug": "nspcc",
            "short_use": "Talk it through.",
            "channel": "phone",
            "number": "0808 800 5000",
            "number_display": "",
            "url": "",
            "email": "",
            "urgency": "today",
            "operator": "NSPCC",
            "independent_of_council": "yes",
            "independent_of_police": "yes",
            "anonymity": "can_stay_anonymous",
            "what_is_shared": "",
            "who_pays": "",
            "cost": "free",
            "cost_text": "",
            "shows_on_bill": "unknown",
            "hours_text": "",
            "languages_text": "",
            "bsl": "",
            "area": "",
            "eligibility": "",
            "status": "live",
            "verified_on": "2026-11-21",
            "verified_by": "Campaign team",
            "review_due": "2027-05-21",
            "source": "",
            "source_url": "",
            "replaced_by": "",
            "opening_hours": inline_formset(hours or []),
            "opening_exceptions": inline_formset([]),
        }
        | changes
    )


# --- rights ----------------------------------------------------------------------------------

VIEWS = ["list", "add", "edit", "copy", "delete", "usage", "history", "inspect", "unpublish"]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("model", "make"), KINDS)
def test_person_without_rights_is_refused(client_for, model, make, view):
    record = make()
    with_access = client_for()
    args = [] if view in {"list", "add"} else [record.pk]

    response = with_access.get(url(model, view, *args))

    assert response.status_code == 302
    assert response.url.startswith("/admin/login/") or response.url == "/admin/"


@pytest.mark.parametrize("view", ["delete", "unpublish"])
@pytest.mark.parametrize(("model", "make"), KINDS)
def test_editors_do_not_delete_or_unpublish(editor, model, make, view):
    record = make()

    response = editor.post(url(model, view, record.pk))

    assert (response.status_code, response.url) == (302, "/admin/")
    assert model.objects.public().get() == record


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("model", "make"), KINDS)
def test_moderators_reach_every_view(moderator, model, make, view):
    record = make()
    args = [] if view in {"list", "add"} else [record.pk]

    assert moderator.get(url(model, view, *args)).status_code == 200


def test_editor_writes_a_draft_and_cannot_publish(editor):
    editor.post(url(Hotspot, "add"), hotspot_data(**{"action-publish": "1"}))

    assert not Hotspot.objects.get().live


def test_facts_have_one_place_in_the_menu(moderator):
    page = moderator.get("/admin/").content.decode()

    assert "Campaign facts" in page
    assert url(ContactRoute, "list") in page


# --- writing ---------------------------------------------------------------------------------


def test_hotspot_is_made_and_published(moderator):
    response = moderator.post(url(Hotspot, "add"), hotspot_data(**{"action-publish": "1"}))

    assert response.status_code == 302
    assert Hotspot.objects.public().get().name == "Hotels and B&Bs"


def test_hotspots_are_put_in_order_by_dragging(moderator):
    first, second, third = (HotspotFactory(order=number) for number in range(3))

    moderator.post(url(Hotspot, "reorder", third.pk) + "?position=0")

    assert list(Hotspot.objects.all()) == [third, first, second]


def test_second_record_with_a_slug_is_refused_in_words(moderator):
    HotspotFactory(slug="hotels")

    response = moderator.post(url(Hotspot, "add"), hotspot_data())

    assert errors(response) == {
        "slug": [
            "Another record in this language has “hotels” already. Choose a different one, or edit "
            "that record."
        ]
    }


def test_sign_is_made_and_published(moderator):
    hotel = HotspotFactory()

    response = moderator.post(
        url(Sign, "add"), sign_data(hotspots=[hotel.pk], **{"action-publish": "1"})
    )

    assert response.status_code == 302
    sign = Sign.objects.public().get()
    assert sign.noticed_by == ["reception"]
    assert list(sign.hotspots.all()) == [hotel]


def test_sign_awaiting_confirmation_is_saved_as_a_draft(editor):
    editor.post(url(Sign, "add"), sign_data(confirmation="awaiting"))

    sign = Sign.objects.get()
    assert (sign.live, sign.confirmation) == (False, Confirmation.AWAITING)


@pytest.mark.parametrize("schedule", [{}, {"go_live_at": "2099-01-01 00:00"}])
def test_sign_awaiting_confirmation_is_not_published_and_nothing_is_saved(moderator, schedule):
    response = moderator.post(
        url(Sign, "add"), sign_data(confirmation="awaiting", **{"action-publish": "1"}, **schedule)
    )

    assert errors(response) == {
        "confirmation": [
            "This sign waits for a safeguarding professional, so it cannot be published. Save it "
            "as a draft, or record that it is confirmed."
        ]
    }
    assert not Sign.objects.exists()


def test_live_sign_that_becomes_awaiting_stays_as_it_was(moderator):
    sign = SignFactory(code="HO-01")
    changed = sign_data(confirmation="awaiting", text="New words")

    refused = moderator.post(url(Sign, "edit", sign.pk), changed | {"action-publish": "1"})
    assert list(errors(refused)) == ["confirmation"]
    saved = moderator.post(url(Sign, "edit", sign.pk), changed)
    assert saved.status_code == 302

    sign = Sign.objects.public().get()
    assert sign.text != "New words"
    assert sign.get_latest_revision_as_object().text == "New words"


def approval_workflow(model: type) -> None:
    """One step: Moderators approve."""
    task = GroupApprovalTask.objects.create(name="Moderators approve")
    task.groups.add(Group.objects.get(name="Moderators"))
    workflow = Workflow.objects.create(name="Facts")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    WorkflowContentType.objects.create(
        workflow=workflow, content_type=ContentType.objects.get_for_model(model)
    )


def test_sign_awaiting_confirmation_is_not_published_by_a_workflow(editor, moderator):
    approval_workflow(Sign)
    editor.post(url(Sign, "add"), sign_data(confirmation="awaiting", **{"action-submit": "1"}))
    sign = Sign.objects.get()
    state = sign.current_workflow_task_state
    address = url(Sign, "workflow_action", sign.pk, "approve", state.pk)

    response = moderator.post(address, follow=True)

    page = response.content.decode()
    assert "This sign waits for a safeguarding professional" in page
    sign = Sign.objects.get()
    assert not sign.live
    assert sign.current_workflow_task_state == state


def test_sign_awaiting_confirmation_is_not_approved_from_its_form(editor, moderator):
    approval_workflow(Sign)
    editor.post(url(Sign, "add"), sign_data(confirmation="awaiting", **{"action-submit": "1"}))
    sign = Sign.objects.get()
    approval = {"action-workflow-action": "1", "workflow-action-name": "approve"}

    refused = moderator.post(
        url(Sign, "edit", sign.pk), sign_data(confirmation="awaiting", **approval)
    )
    assert list(errors(refused)) == ["confirmation"]
    assert not Sign.objects.public().exists()

    moderator.post(url(Sign, "edit", sign.pk), sign_data(confirmation="confirmed", **approval))
    assert Sign.objects.public().get() == sign


def test_form_offers_records_of_the_same_language_and_not_the_record_itself(moderator):
    polish = Locale.objects.create(language_code="pl")
    HotspotFactory(name="Hotele", locale=polish)
    hotel = HotspotFactory(name="Hotels")
    route, other = ContactRouteFactory(), ContactRouteFactory()
    ContactRouteFactory(locale=polish)

    signs = moderator.get(url(Sign, "add")).context["form"]
    routes = moderator.get(url(ContactRoute, "edit", route.pk)).context["form"]

    assert list(signs.fields["hotspots"].queryset) == [hotel]
    assert list(routes.fields["accessible_alternatives"].queryset) == [other]
    assert list(routes.fields["replaced_by"].queryset) == [other]


def test_route_is_made_with_hours_and_published(moderator):
    response = moderator.post(
        url(ContactRoute, "add"),
        route_data(
            [{"weekday": "0", "opens": "08:00", "closes": "22:00"}], **{"action-publish": "1"}
        ),
    )

    assert response.status_code == 302
    route = ContactRoute.objects.public().get()
    assert (route.number, route.number_display) == ("+448088005000", "0808 800 5000")
    assert route.audiences == ["worried_adult", "family"]
    assert route.languages == ["en", "ur"]
    assert [str(row) for row in route.opening_hours.all()] == ["Monday 08:00–22:00"]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"number": ""}, "number", "This channel needs this."),
        ({"number": "12345"}, "number", "“12345” is not a number that can be called"),
        ({"verified_on": ""}, "verified_on", "A working route needs this."),
        ({"number_display": "0808 800 5001"}, "number_display", "This is not the same number"),
        ({"review_due": "2026-01-01"}, "review_due", "Choose a day after the day"),
    ],
)
@pytest.mark.parametrize("action", [{}, {"action-publish": "1"}])
def test_route_says_what_is_missing(moderator, changes, field, message, action):
    response = moderator.post(url(ContactRoute, "add"), route_data(**changes, **action))

    assert errors(response)[field][0].startswith(message)
    assert not ContactRoute.objects.exists()


def test_route_without_a_number_is_saved_while_it_is_being_checked(editor):
    response = editor.post(
        url(ContactRoute, "add"),
        route_data(number="", status="checking", verified_on="", verified_by="", review_due=""),
    )

    assert response.status_code == 302
    assert ContactRoute.objects.get().status == RouteStatus.CHECKING


def test_circle_of_replacements_is_explained_in_the_form(moderator):
    route = ContactRouteFactory(slug="nspcc", withdrawn=True)
    other = ContactRouteFactory(slug="other", withdrawn=True, replaced_by=route)

    response = moderator.post(
        url(ContactRoute, "edit", route.pk),
        route_data(status="withdrawn", replaced_by=str(other.pk)),
    )

    assert errors(response) == {
        "replaced_by": [
            "These contact routes replace each other in a circle: nspcc → other → nspcc. Choose a "
            "replacement that is not itself replaced by this one."
        ]
    }


@pytest.mark.parametrize(
    ("hours", "always", "message"),
    [
        (
            [
                {"weekday": "0", "opens": "08:00", "closes": "12:00"},
                {"weekday": "0", "opens": "11:00", "closes": "13:00"},
            ],
            "",
            "These hours overlap with others of the same day.",
        ),
        (
            [{"weekday": "0", "opens": "08:00", "closes": "12:00"}],
            "on",
            "Untick this, or remove the weekly hours: a route cannot have both.",
        ),
        (
            [{"weekday": "0", "opens": "12:00", "closes": "08:00"}],
            "",
            "The closing time must be later than the opening time.",
        ),
    ],
)
def test_hours_that_do_not_agree_are_refused(moderator, hours, always, message):
    response = moderator.post(
        url(ContactRoute, "add"), route_data(hours, **({"always_open": always} if always else {}))
    )

    assert response.status_code == 200
    assert message in response.content.decode()
    assert not ContactRoute.objects.exists()


def test_hours_that_are_removed_do_not_count(moderator):
    route = ContactRouteFactory(slug="nspcc")
    row = OpeningHoursFactory(route=route)
    data = route_data(always_open="on", **{"action-publish": "1"})
    data |= nested_form_data(
        {
            "opening_hours": inline_formset(
                [
                    {
                        "id": str(row.pk),
                        "weekday": "0",
                        "opens": "08:00",
                        "closes": "22:00",
                        "DELETE": "on",
                    }
                ],
                initial=1,
            )
        }
    )

    moderator.post(url(ContactRoute, "edit", route.pk), data)

    route = ContactRoute.objects.get()
    assert route.always_open
    assert route.opening_hours.count() == 0


# --- deleting --------------------------------------------------------------------------------


def test_used_record_is_not_deleted_and_its_users_are_shown(moderator):
    new = ContactRouteFactory(name="Hopian")
    ContactRouteFactory(name="Rotherham Rise", withdrawn=True, replaced_by=new)

    response = moderator.post(url(ContactRoute, "delete", new.pk), follow=True)

    assert response.redirect_chain[-1][0] == url(ContactRoute, "usage", new.pk)
    page = response.content.decode()
    assert "“Hopian” was not deleted, because it is used by: Rotherham Rise." in page
    assert ContactRoute.objects.filter(pk=new.pk).exists()


def test_used_record_is_not_deleted_among_others(moderator):
    hotel, unused = HotspotFactory(name="Hotels"), HotspotFactory()
    SignFactory(hotspots=[hotel])
    address = reverse("wagtail_bulk_action", args=["content_blocks", "hotspot", "delete"])

    response = moderator.post(f"{address}?id={unused.pk}&id={hotel.pk}", follow=True)

    assert "“Hotels” was not deleted" in response.content.decode()
    assert Hotspot.objects.count() == 2


@pytest.mark.parametrize(("model", "make"), KINDS)
def test_unused_record_with_a_history_is_deleted(moderator, model, make):
    record = make()
    record.save_revision()

    response = moderator.post(url(model, "delete", record.pk))

    assert response.status_code == 302
    assert not model.objects.exists()


# --- finding ---------------------------------------------------------------------------------


def found(client: Client, model: type, query: str) -> list[Any]:
    response = client.get(url(model, "list_results") + query)
    assert response.status_code == 200
    return sorted(response.context["object_list"], key=str)


@pytest.mark.parametrize(("model", "make"), KINDS)
def test_list_leads_to_the_form(moderator, model, make):
    record = make()

    assert url(model, "edit", record.pk) in moderator.get(url(model, "list")).content.decode()


def test_routes_that_need_a_look_are_found(moderator):
    yesterday = timezone.now().date() - timedelta(days=1)
    tomorrow = timezone.now().date() + timedelta(days=2)
    long_ago = yesterday - timedelta(days=100)
    ContactRouteFactory(name="Fine", verified_on=long_ago, review_due=tomorrow)
    overdue = ContactRouteFactory(name="Overdue", verified_on=long_ago, review_due=yesterday)
    checking = ContactRouteFactory(name="Checking", checking=True)

    assert found(moderator, ContactRoute, "?attention=any") == [checking, overdue]
    assert found(moderator, ContactRoute, "?attention=checking") == [checking]
    assert found(moderator, ContactRoute, "?attention=overdue") == [overdue]
    page = moderator.get(url(ContactRoute, "list")).content.decode()
    assert "Overdue" in page
    assert "No date" in page


def test_routes_are_found_by_audience_and_state(moderator):
    child = ContactRouteFactory(name="a", audiences=["child"])
    draft = ContactRouteFactory(name="b", audiences=["family"], draft=True)

    assert found(moderator, ContactRoute, "?audiences=child") == [child]
    assert found(moderator, ContactRoute, "?live=false") == [draft]
    assert found(moderator, ContactRoute, "?live=true") == [child]


def test_signs_that_need_a_look_are_found(moderator):
    yesterday = timezone.now().date() - timedelta(days=1)
    hotel = HotspotFactory()
    overdue = SignFactory(code="AA-01", review_due=yesterday, noticed_by=["driver"])
    undated = SignFactory(code="AA-02", hotspots=[hotel])
    SignFactory(code="AA-03", review_due=yesterday + timedelta(days=9))
    awaiting = SignFactory(code="AA-04", awaiting=True, review_due=yesterday + timedelta(days=9))

    assert found(moderator, Sign, "?review=overdue") == [overdue]
    assert found(moderator, Sign, "?review=none") == [undated]
    assert found(moderator, Sign, "?confirmation=awaiting") == [awaiting]
    assert found(moderator, Sign, f"?hotspots={hotel.pk}") == [undated]
    assert found(moderator, Sign, "?noticed_by=driver") == [overdue]


@pytest.mark.parametrize(
    ("model", "make", "field"),
    [
        (Hotspot, HotspotFactory, "name"),
        (Sign, SignFactory, "text"),
        (ContactRoute, ContactRouteFactory, "name"),
        (GlossaryTerm, GlossaryTermFactory, "term"),
    ],
)
def test_records_are_found_by_words(moderator, model, make, field):
    wanted = make(**{field: "Zebra crossing"})
    make(**{field: "Something else"})

    assert found(moderator, model, "?q=zebra") == [wanted]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(("model", "make"), KINDS)
def test_lists_are_exported(moderator, model, make, form):
    make()

    response = moderator.get(url(model, "list") + f"?export={form}")

    assert response.status_code == 200
    assert b"".join(response.streaming_content if response.streaming else [response.content])


@pytest.mark.parametrize(("model", "make"), KINDS)
def test_list_columns_cost_the_same_for_one_and_for_three(
    moderator, model, make, django_assert_max_num_queries
):
    def queries(count: int) -> int:
        while model.objects.count() < count:
            make().save_revision()
        moderator.get(url(model, "list_results"))
        with django_assert_max_num_queries(60) as captured:
            moderator.get(url(model, "list_results"))
        return len(captured)

    # wagtail-localize's “Translate” button asks twice for each row; nothing of ours does.
    one = queries(1)
    assert queries(3) - one == 2 * 2


# --- preview ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "make"), KINDS)
def test_every_record_has_a_preview(rf, model, make):
    record = make(draft=True)

    response = record.make_preview_request()

    assert response.status_code == 200
    response.render()
    page = response.content.decode()
    assert getattr(record, "text", str(record)) in page
    assert "<script" not in page


def preview(record: Any) -> str:
    response = record.make_preview_request()
    response.render()
    return response.content.decode()


def test_preview_of_a_route_shows_what_a_reader_would_see():
    ready = preview(ContactRouteFactory(draft=True, always=True))
    assert "0808\u00a0800\u00a05000" in ready
    assert "Open day and night, every day" in ready
    assert "We are checking these details" not in ready

    checking = preview(ContactRouteFactory(draft=True, checking=True))
    assert "5000" not in checking
    assert "We are checking these details" in checking
    assert 'href="tel:999"' in checking

    new = ContactRouteFactory(name="Hopian")
    replaced = preview(ContactRouteFactory(name="Old name", withdrawn=True, replaced_by=new))
    assert "Old name is now Hopian." in replaced

    gone = preview(ContactRouteFactory(withdrawn=True))
    assert "This service has ended." in gone


def test_preview_of_a_sign_says_when_readers_do_not_see_it():
    assert "Readers do not see it" in preview(SignFactory(awaiting=True))
    assert "Readers do not see it" not in preview(SignFactory(source_url="https://example.org/"))


def test_preview_of_a_hotspot_shows_its_public_signs():
    hotel = HotspotFactory()
    SignFactory(hotspots=[hotel], text="A public sign")
    SignFactory(hotspots=[hotel], text="A hidden sign", awaiting=True)

    page = preview(hotel)

    assert "A public sign" in page
    assert "A hidden sign" not in page


def test_list_names_the_state_in_a_word_and_inspection_shows_words(moderator):
    route = ContactRouteFactory(audiences=["child"])
    admin = route.snippet_viewset

    found = moderator.get(reverse(admin.get_url_name("list"))).content
    inspected = moderator.get(reverse(admin.get_url_name("inspect"), args=[route.pk]))

    table = BeautifulSoup(found, "html.parser").select_one("table.listing")
    assert "Working" in table.get_text("|", strip=True).split("|")
    assert "Children and young people" in inspected.content.decode()
    assert "Translation key" not in inspected.content.decode()
