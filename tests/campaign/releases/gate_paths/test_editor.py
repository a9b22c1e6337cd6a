"""Every path to the public, driven through the editor's views, against a gate that says no.

A gatekeeper refuses everything. Then a path is tried, and nothing that readers see has changed, no
schedule, and no entry of the audit log says that it had; and whoever tried is told what to do.
`tests/architecture/test_publication_callers.py` names the test for each place in Wagtail and
wagtail-localize that publishes, schedules or withdraws.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from wagtail.actions.registry import action_registry
from wagtail.models import Locale, Page, Workflow, WorkflowContentType
from wagtail.test.utils.form_data import nested_form_data, streamfield
from wagtail_localize.models import LocaleSynchronization

from campaign.pages.models import GuidancePage, HomePage, SectionPage
from campaign.releases.enums import TransitionKind
from campaign.releases.exceptions import GateRefusedError
from content_blocks.models import GlossaryTerm
from tests.campaign.releases.gate_paths.shut_gate import (
    Gate,
    again,
    edit,
    of_term,
    page_form,
    public_changes,
    schedule,
    term_form,
    told,
    tomorrow,
    typed,
)
from tests.factories import pages as make
from tests.factories.content_blocks import GlossaryTermFactory

pytestmark = pytest.mark.django_db


# --- Pages ----------------------------------------------------------------------------------------


def test_publish_button(gate: Gate, editor: Client, hotels: GuidancePage) -> None:
    with gate.shut():
        shown = told(
            editor, edit(hotels), page_form(hotels, title="Inns", **{"action-publish": "yes"})
        )

    assert gate.kinds == {TransitionKind.PUBLISH}
    assert "Your changes are kept as a draft." in shown
    assert 'value="Inns"' in shown
    assert again(hotels).get_latest_revision_as_object().title == "Inns"


def test_publish_button_of_a_draft(gate: Gate, editor: Client, draft: GuidancePage) -> None:
    with gate.shut():
        told(editor, edit(draft), page_form(draft, **{"action-publish": "yes"}))

    assert again(draft).live is False


def test_publish_button_with_a_time(gate: Gate, editor: Client, hotels: GuidancePage) -> None:
    data = page_form(hotels, title="Inns", go_live_at=typed(tomorrow()))
    with gate.shut():
        shown = told(editor, edit(hotels), data | {"action-publish": "yes"})

    assert gate.kinds == {TransitionKind.SCHEDULE}
    assert "was not scheduled" in shown


def test_new_page_with_publish(gate: Gate, editor: Client, section: SectionPage) -> None:
    address = reverse("wagtailadmin_pages:add", args=["campaign_pages", "guidancepage", section.pk])
    fields = {"title": "Parks", "slug": "parks", "body": streamfield([])}
    with gate.shut():
        told(editor, address, nested_form_data(fields) | {"action-publish": "yes"})

    # What was typed is kept.
    made = GuidancePage.objects.get(slug="parks")
    assert (made.live, made.get_latest_revision_as_object().title) == (False, "Parks")


def test_new_page_with_a_time(gate: Gate, editor: Client, section: SectionPage) -> None:
    address = reverse("wagtailadmin_pages:add", args=["campaign_pages", "guidancepage", section.pk])
    fields = {"title": "Parks", "slug": "parks", "body": streamfield([])}
    data = nested_form_data(fields | {"go_live_at": typed(tomorrow())})
    with gate.shut():
        told(editor, address, data | {"action-publish": "yes"})

    assert GuidancePage.objects.get(slug="parks").live is False


def test_new_page_with_a_time_is_never_public_meanwhile(
    editor: Client, section: SectionPage
) -> None:
    """Wagtail inserts the row as live, and takes that back when it sees the time."""
    address = reverse("wagtailadmin_pages:add", args=["campaign_pages", "guidancepage", section.pk])
    fields = {"title": "Parks", "slug": "parks", "body": streamfield([])}
    data = nested_form_data(fields | {"go_live_at": typed(tomorrow())})
    with public_changes() as changes:
        editor.post(address, data | {"action-publish": "yes"})

    made = GuidancePage.objects.get(slug="parks")
    assert made.live is False
    assert made.revisions.filter(approved_go_live_at__isnull=False).count() == 1
    assert changes == []


@pytest.mark.parametrize("button", ["", "action-submit"])
def test_new_page_as_a_draft(button: str, gate: Gate, editor: Client, section: SectionPage) -> None:
    address = reverse("wagtailadmin_pages:add", args=["campaign_pages", "guidancepage", section.pk])
    fields = {"title": "Parks", "slug": "parks", "body": streamfield([])}
    with gate.shut():
        response = editor.post(address, nested_form_data(fields) | {button: "yes"}, follow=True)

    assert response.status_code == 200
    assert gate.asked == []
    assert GuidancePage.objects.get(slug="parks").live is False


def test_new_page_in_a_mirrored_tree(
    gate: Gate, editor: Client, section: SectionPage, french: Locale
) -> None:
    LocaleSynchronization.objects.create(locale=french, sync_from=section.locale)
    address = reverse("wagtailadmin_pages:add", args=["campaign_pages", "guidancepage", section.pk])
    fields = {"title": "Parks", "slug": "parks", "body": streamfield([])}
    with gate.shut():
        editor.post(address, nested_form_data(fields), follow=True)

    made = GuidancePage.objects.filter(slug="parks")
    assert sorted(made.values_list("locale__language_code", "live")) == [
        ("en", False),
        ("fr", False),
    ]


def test_last_step_of_a_workflow(gate: Gate, editor: Client, draft: GuidancePage) -> None:
    user = draft.get_latest_revision().user
    state = Workflow.objects.get().start(draft, user)
    data = {"action-workflow-action": "yes", "workflow-action-name": "approve"}
    with gate.shut():
        told(editor, edit(draft), page_form(draft, **data))

    state.refresh_from_db()
    assert state.status == "in_progress"


def test_last_step_of_a_workflow_in_the_list_of_tasks(
    gate: Gate, editor: Client, draft: GuidancePage
) -> None:
    state = Workflow.objects.get().start(draft, None)
    task = state.current_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "approve", task.pk])
    with gate.shut():
        told(editor, address, {"comment": ""})

    state.refresh_from_db()
    assert state.status == "in_progress"


def test_unpublish(gate: Gate, editor: Client, hotels: GuidancePage) -> None:
    with gate.shut():
        shown = told(editor, reverse("wagtailadmin_pages:unpublish", args=[hotels.pk]))

    assert gate.kinds == {TransitionKind.WITHDRAW}
    assert "was not taken down" in shown


def test_unpublish_of_a_page_with_an_alias(gate: Gate, hotels: GuidancePage) -> None:
    """The page may come down, its alias may not: neither does."""
    alias = hotels.create_alias(parent=hotels.get_parent(), update_slug="again")
    with gate.shut(lambda thing: thing.pk == alias.pk), pytest.raises(GateRefusedError):
        hotels.unpublish()


def test_unpublish_with_everything_below(
    gate: Gate, editor: Client, hotels: GuidancePage, section: SectionPage
) -> None:
    address = reverse("wagtailadmin_pages:unpublish", args=[section.pk])
    with gate.shut():
        told(editor, address, {"include_descendants": "on"})


def test_unpublish_stopped_by_a_page_below(
    gate: Gate, editor: Client, hotels: GuidancePage, section: SectionPage
) -> None:
    """The section may come down, the page below may not: neither does."""
    address = reverse("wagtailadmin_pages:unpublish", args=[section.pk])
    with gate.shut(lambda thing: thing.pk == hotels.pk):
        told(editor, address, {"include_descendants": "on"})


@pytest.mark.parametrize("action", ["publish", "unpublish", "delete"])
def test_bulk_action(
    action: str, gate: Gate, editor: Client, hotels: GuidancePage, draft: GuidancePage
) -> None:
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    chosen = draft if action == "publish" else hotels
    with gate.shut():
        told(editor, f"{address}?id={chosen.pk}")

    assert Page.objects.filter(pk=chosen.pk).exists()


def test_bulk_move(gate: Gate, editor: Client, home: HomePage, hotels: GuidancePage) -> None:
    other = make.SectionPageFactory(parent=home, title="Elsewhere", slug="elsewhere")
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
    with gate.shut():
        told(editor, f"{address}?id={hotels.pk}", {"chooser": other.pk})


def test_delete(gate: Gate, editor: Client, hotels: GuidancePage) -> None:
    with gate.shut():
        told(editor, reverse("wagtailadmin_pages:delete", args=[hotels.pk]))

    assert gate.kinds == {TransitionKind.WITHDRAW}


def test_delete_of_a_page_above(
    gate: Gate, editor: Client, hotels: GuidancePage, section: SectionPage
) -> None:
    with gate.shut():
        told(editor, reverse("wagtailadmin_pages:delete", args=[section.pk]))

    assert Page.objects.filter(pk=hotels.pk).exists()


def test_move(gate: Gate, editor: Client, home: HomePage, hotels: GuidancePage) -> None:
    other = make.SectionPageFactory(parent=home, title="Elsewhere", slug="elsewhere")
    address = reverse("wagtailadmin_pages:move_confirm", args=[hotels.pk, other.pk])
    with gate.shut():
        told(editor, address)


def test_move_of_a_page_above_is_announced_for_what_is_below(
    home: HomePage, hotels: GuidancePage, section: SectionPage
) -> None:
    """Also when that page itself is not public: the addresses below it change."""
    section.unpublish()
    other = make.SectionPageFactory(parent=home, title="Elsewhere", slug="elsewhere")
    with public_changes() as changes:
        section.move(other, pos="last-child")

    assert [(change.instance.url_path, change.old_path) for change in changes] == [
        ("/campaign/elsewhere/advice/hotels/", "/campaign/advice/hotels/")
    ]


def test_copy_that_keeps_pages_live(gate: Gate, editor: Client, hotels: GuidancePage) -> None:
    data = {
        "new_title": "Inns",
        "new_slug": "inns",
        "new_parent_page": hotels.get_parent().pk,
        "publish_copies": "on",
    }
    with gate.shut():
        told(editor, reverse("wagtailadmin_pages:copy", args=[hotels.pk]), data)


def test_alias_of_a_live_page(gate: Gate, editor: Client, hotels: GuidancePage) -> None:
    data = {
        "new_title": "Inns",
        "new_slug": "inns",
        "new_parent_page": hotels.get_parent().pk,
        "alias": "on",
    }
    with gate.shut():
        told(editor, reverse("wagtailadmin_pages:copy", args=[hotels.pk]), data)


def test_alias_follows_nothing_that_was_refused(gate: Gate, hotels: GuidancePage) -> None:
    alias = hotels.create_alias(parent=hotels.get_parent(), update_slug="again")
    hotels.title = "Inns"
    revision = hotels.save_revision()
    with gate.shut(), pytest.raises(GateRefusedError):
        revision.publish()

    assert again(alias).title == "Hotels"


def test_cancelling_a_schedule(gate: Gate, editor: Client, draft: GuidancePage) -> None:
    revision = schedule(draft, tomorrow())
    address = reverse("wagtailadmin_pages:revisions_unschedule", args=[draft.pk, revision.pk])
    with gate.shut():
        shown = told(editor, address)

    assert gate.kinds == {TransitionKind.UNSCHEDULE}
    assert "was not cancelled" in shown


def test_replacing_a_schedule(gate: Gate, draft: GuidancePage) -> None:
    schedule(draft, tomorrow())
    with gate.shut(), pytest.raises(GateRefusedError):
        schedule(draft, tomorrow() + timedelta(days=30))


def test_going_back_to_a_former_version(gate: Gate, editor: Client, hotels: GuidancePage) -> None:
    former = hotels.get_latest_revision()
    hotels.title = "Inns"
    hotels.save_revision().publish()
    data = page_form(hotels, title="Hotels", revision=former.pk)
    with gate.shut():
        told(editor, edit(hotels), data | {"action-publish": "yes"})


def test_going_back_with_a_time(gate: Gate, draft: GuidancePage) -> None:
    revert = action_registry.get_action_class(GuidancePage, "revert")
    former = draft.get_latest_revision()
    with gate.shut(), pytest.raises(GateRefusedError):
        revert(draft, former, approved_go_live_at=tomorrow()).execute()


def test_saving_a_draft_is_no_business_of_the_gate(
    gate: Gate, editor: Client, hotels: GuidancePage
) -> None:
    with gate.shut():
        response = editor.post(edit(hotels), page_form(hotels, title="Inns"), follow=True)

    assert gate.asked == []
    assert response.status_code == 200
    assert again(hotels).get_latest_revision_as_object().title == "Inns"


# --- Snippets -------------------------------------------------------------------------------------


def test_snippet_publish_button(gate: Gate, editor: Client, term: GlossaryTerm) -> None:
    data = term_form(term, term="Luring", **{"action-publish": "yes"})
    with gate.shut():
        told(editor, of_term("edit", term.pk), data)

    assert gate.kinds == {TransitionKind.PUBLISH}
    assert again(term).get_latest_revision_as_object().term == "Luring"


def test_snippet_with_a_time(gate: Gate, editor: Client, draft_term: GlossaryTerm) -> None:
    data = term_form(draft_term, go_live_at=typed(tomorrow()), **{"action-publish": "yes"})
    with gate.shut():
        told(editor, of_term("edit", draft_term.pk), data)

    assert gate.kinds == {TransitionKind.SCHEDULE}


def test_new_snippet_with_publish(gate: Gate, editor: Client, home: HomePage) -> None:
    made = GlossaryTermFactory.build(term="Coercion", slug="coercion", locale=None)
    with gate.shut():
        told(editor, of_term("add"), term_form(made, **{"action-publish": "yes"}))

    # What was typed is kept.
    assert GlossaryTerm.objects.get(slug="coercion").live is False


def test_snippet_workflow(gate: Gate, editor: Client, draft_term: GlossaryTerm) -> None:
    workflow = Workflow.objects.get()
    WorkflowContentType.objects.create(
        workflow=workflow, content_type=ContentType.objects.get_for_model(GlossaryTerm)
    )
    state = workflow.start(draft_term, None)
    data = {"action-workflow-action": "yes", "workflow-action-name": "approve"}
    with gate.shut():
        told(editor, of_term("edit", draft_term.pk), term_form(draft_term, **data))

    state.refresh_from_db()
    assert state.status == "in_progress"


def test_snippet_unpublish(gate: Gate, editor: Client, term: GlossaryTerm) -> None:
    with gate.shut():
        told(editor, of_term("unpublish", term.pk))

    assert gate.kinds == {TransitionKind.WITHDRAW}


def test_snippet_delete(gate: Gate, editor: Client, term: GlossaryTerm) -> None:
    with gate.shut():
        told(editor, of_term("delete", term.pk))


def test_snippet_bulk_delete(gate: Gate, editor: Client, term: GlossaryTerm) -> None:
    address = reverse("wagtail_bulk_action", args=["content_blocks", "glossaryterm", "delete"])
    with gate.shut():
        told(editor, f"{address}?id={term.pk}")


def test_snippet_cancelling_a_schedule(
    gate: Gate, editor: Client, draft_term: GlossaryTerm
) -> None:
    revision = schedule(draft_term, tomorrow())
    with gate.shut():
        told(editor, of_term("revisions_unschedule", draft_term.pk, revision.pk))
