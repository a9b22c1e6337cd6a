"""Every path to the public, driven through the real views and APIs, against a gate that says no.

A gatekeeper refuses everything. Then a path is tried, and nothing that readers see has changed, no
schedule, and no entry of the audit log says that it had; and whoever tried is told what to do.
`tests/architecture/test_publication_callers.py` names the test for each place in Wagtail and
wagtail-localize that publishes, schedules or withdraws.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.registry import action_registry
from wagtail.models import (
    APIToken,
    Locale,
    ModelLogEntry,
    Page,
    PageLogEntry,
    Revision,
    Workflow,
    WorkflowContentType,
)
from wagtail.signals import page_published
from wagtail.test.utils.form_data import nested_form_data, streamfield
from wagtail_localize.models import (
    LocaleSynchronization,
    StringTranslation,
    Translation,
    TranslationSource,
)

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.pages.models import GuidancePage, HomePage, SectionPage
from campaign.releases.attempts import run_due
from campaign.releases.enums import TransitionKind
from campaign.releases.exceptions import GateRefusedError, UngatedWriteError
from campaign.releases.gate import (
    PublicChange,
    Transition,
    register_gatekeeper,
    unregister_gatekeeper,
)
from campaign.releases.gateposts import maintenance
from campaign.releases.signals import public_state_changed
from cms_site.first_start import DEMONSTRATION
from content_blocks.models import GlossaryTerm
from tests.factories import pages as make
from tests.factories.content_blocks import GlossaryTermFactory
from tests.factories.releases import ReleaseStory

pytestmark = pytest.mark.django_db
#: wagtail-localize publishes after the commit, so these really commit.
commits = pytest.mark.django_db(transaction=True)

WHAT_TO_DO = "Ask Sam to lift the embargo."

#: What the audit log says about the public.
PUBLIC_ACTIONS = (
    "wagtail.publish",
    "wagtail.publish.schedule",
    "wagtail.publish.scheduled",
    "wagtail.schedule.cancel",
    "wagtail.unpublish",
    "wagtail.unpublish.scheduled",
    "wagtail.delete",
    "wagtail.move",
    "wagtail.rename",
)
PUBLIC_FIELDS = (
    *("pk", "title", "slug", "url_path", "path", "expire_at", "live_revision_id"),
    *("last_published_at", "alias_of_id", "locale_id"),
)


# --- A gate that says no --------------------------------------------------------------------------


class Gate:
    """Lets a test shut the gate, and keeps the transitions about which it was asked."""

    def __init__(self) -> None:
        self.asked: list[Transition] = []
        self._stops: Callable[[Any], bool] = bool

    def _refuse(self, transition: Transition) -> list[Finding]:
        self.asked.append(transition)
        if not self._stops(transition.instance):
            return []
        return [
            Finding(
                rule="tests.embargo",
                severity=Severity.CRITICAL,
                why="This is under embargo.",
                what_to_do=WHAT_TO_DO,
            )
        ]

    @contextmanager
    def shut(self, stops: Callable[[Any], bool] = bool) -> Iterator[None]:
        """Inside, nothing passes (or not what it `stops`); afterwards, nothing has changed."""
        self._stops = stops
        before = public_state()
        register_gatekeeper("tests.embargo", self._refuse)
        try:
            yield
        finally:
            unregister_gatekeeper("tests.embargo")
        assert public_state() == before

    @property
    def kinds(self) -> set[TransitionKind]:
        """What it was asked about."""
        return {transition.kind for transition in self.asked}


@pytest.fixture
def gate() -> Gate:
    return Gate()


def public_state() -> dict[str, Any]:
    """All that readers see, all that is scheduled, and what the log says about both."""
    return {
        "pages": sorted(Page.objects.filter(live=True).values_list(*PUBLIC_FIELDS)),
        "content": sorted(
            (hotels.pk, hotels.summary, json.dumps(hotels.body.raw_data[:]))
            for hotels in GuidancePage.objects.filter(live=True)
        ),
        "terms": sorted(
            GlossaryTerm.objects.filter(live=True).values_list("pk", "term", "expire_at", "locale")
        ),
        "schedules": sorted(
            Revision.objects.filter(approved_go_live_at__isnull=False).values_list(
                "pk", "approved_go_live_at"
            )
        ),
        "log": Counter(
            entry
            for log in (PageLogEntry, ModelLogEntry)
            for entry in log.objects.filter(action__in=PUBLIC_ACTIONS).values_list("action")
        ),
    }


# --- What is there --------------------------------------------------------------------------------


@pytest.fixture
def home() -> HomePage:
    return make.campaign_home()


@pytest.fixture
def section(home: HomePage) -> SectionPage:
    return make.SectionPageFactory(parent=home, title="Advice", slug="advice")


@pytest.fixture
def hotels(section: SectionPage) -> GuidancePage:
    """A live page, published as the editor does."""
    made = make.GuidancePageFactory(parent=section, title="Hotels", slug="hotels")
    made.save_revision().publish()
    return again(made)


@pytest.fixture
def draft(section: SectionPage) -> GuidancePage:
    """A page that was never public, with one version."""
    made = make.GuidancePageFactory(parent=section, title="Taxis", slug="taxis", draft=True)
    made.save_revision()
    return again(made)


@pytest.fixture
def term(home: HomePage) -> GlossaryTerm:
    """A live record."""
    made = GlossaryTermFactory(term="Grooming", slug="grooming")
    made.save_revision().publish()
    return again(made)


@pytest.fixture
def draft_term(home: HomePage) -> GlossaryTerm:
    made = GlossaryTermFactory(term="Consent", slug="consent", draft=True)
    made.save_revision()
    return again(made)


@pytest.fixture
def french(settings: Any) -> Locale:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    return make.add_locale("fr")


@pytest.fixture
def editor(admin_client: Client) -> Client:
    return admin_client


def again(thing: Any) -> Any:
    """The thing as it now is in the database."""
    return type(thing)._base_manager.get(pk=thing.pk)


def schedule(thing: Any, at: datetime) -> Revision:
    """Approve a new version for a moment."""
    version = again(thing).get_latest_revision_as_object()
    version.go_live_at = at
    revision = version.save_revision()
    revision.publish()
    return Revision.objects.get(pk=revision.pk)


def tomorrow() -> datetime:
    return timezone.now().replace(second=0, microsecond=0) + timedelta(days=1)


def typed(moment: datetime) -> str:
    """A time as an editor types it."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def page_form(page: Any, **changes: Any) -> dict[str, Any]:
    fields = {"title": page.title, "slug": page.slug, "body": streamfield([])}
    return nested_form_data(fields | changes)


def term_form(term: Any, /, **changes: Any) -> dict[str, Any]:
    return {"term": term.term, "slug": term.slug, "definition": term.definition} | changes


def edit(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def of_term(view: str, *args: Any) -> str:
    return reverse(f"wagtailsnippets_content_blocks_glossaryterm:{view}", args=args)


def told(client: Client, address: str, data: dict[str, Any] | None = None) -> str:
    """Send a form; whoever sent it reads what to do. Returns the page on which it says so."""
    response = client.post(address, data or {}, follow=True)
    shown = unescape(response.content.decode())
    assert response.status_code == 200
    said = re.findall(r'<li class="(?:success|warning|error|info)">.*?</li>', shown, re.DOTALL)
    assert WHAT_TO_DO in shown, (response.redirect_chain, said)
    assert "under embargo" in shown
    return shown


# --- Pages, in the editor -------------------------------------------------------------------------


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


@contextmanager
def public_changes() -> Iterator[list[PublicChange]]:
    """Everything that is announced as public meanwhile."""
    changes: list[PublicChange] = []

    def listen(change: PublicChange, **kwargs: Any) -> None:
        changes.append(change)

    public_state_changed.connect(listen)
    yield changes
    public_state_changed.disconnect(listen)


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


# --- Snippets, in the editor ----------------------------------------------------------------------


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


# --- The APIs -------------------------------------------------------------------------------------


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


# --- Translations ---------------------------------------------------------------------------------


def translate(page: Page, locale: Locale) -> Page:
    """A complete translation, as a draft."""
    source, _created = TranslationSource.get_or_create_from_instance(page)
    record = Translation.objects.create(source=source, target_locale=locale)
    for segment in source.stringsegment_set.all():
        StringTranslation.objects.create(
            translation_of=segment.string,
            locale=locale,
            context=segment.context,
            data=f"fr {segment.string.data}",
        )
    record.save_target(publish=False)
    return page.get_translation(locale).specific


@commits
def test_submit_for_translation(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale, settings: Any
) -> None:
    settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = True
    address = reverse("wagtail_localize:submit_page_translation", args=[hotels.pk])
    with gate.shut():
        told(editor, address, {"locales": [french.pk]})


@commits
def test_publish_in_the_translation_editor(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale
) -> None:
    translation = translate(hotels, french)
    with gate.shut():
        told(editor, edit(translation), {"action": "publish"})


@commits
def test_publish_a_change_in_the_translation_editor(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale
) -> None:
    """wagtail-localize writes the public row itself, before it publishes."""
    translation = translate(hotels, french)
    translation.get_latest_revision().publish()
    StringTranslation.objects.update(data="fr nouveau")
    with gate.shut():
        told(editor, edit(translation), {"action": "publish"})


@commits
def test_sync_of_translations(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale
) -> None:
    translation = translate(hotels, french)
    translation.get_latest_revision().publish()
    StringTranslation.objects.update(data="fr nouveau")
    source = TranslationSource.objects.get()
    address = reverse("wagtail_localize:update_translations", args=[source.pk])
    with gate.shut():
        told(editor, address, {"publish_translations": "on"})


@commits
def test_conversion_into_an_alias(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale
) -> None:
    translation = translate(hotels, french)
    translation.get_latest_revision().publish()
    with gate.shut():
        told(editor, reverse("wagtail_localize:convert_to_alias", args=[translation.pk]))


def test_mirroring_of_a_tree(gate: Gate, hotels: GuidancePage, french: Locale) -> None:
    with gate.shut(), pytest.raises(GateRefusedError):
        LocaleSynchronization.objects.create(locale=french, sync_from=hotels.locale)


@commits
def test_snippet_submit_for_translation(
    gate: Gate, editor: Client, term: GlossaryTerm, french: Locale, settings: Any
) -> None:
    settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = True
    address = reverse(
        "wagtail_localize:submit_snippet_translation",
        args=["content_blocks", "glossaryterm", term.pk],
    )
    with gate.shut():
        told(editor, address, {"locales": [french.pk]})


# --- Time, commands and code ----------------------------------------------------------------------


def test_scheduled_publication(gate: Gate, hotels: GuidancePage, draft: GuidancePage) -> None:
    at = tomorrow()
    revision = schedule(draft, at)
    with time_machine.travel(at + timedelta(seconds=1)), gate.shut():
        outcomes = [str(outcome) for _work, outcome in run_due(at=timezone.now())]

    revision.refresh_from_db()
    assert (outcomes, revision.approved_go_live_at) == (["retrying"], at)


def test_scheduled_expiry(gate: Gate, hotels: GuidancePage) -> None:
    at = tomorrow()
    hotels.expire_at = at
    hotels.save_revision().publish()
    with time_machine.travel(at + timedelta(seconds=1)), gate.shut():
        outcomes = [str(outcome) for _work, outcome in run_due(at=timezone.now())]

    assert outcomes == ["retrying"]


@pytest.mark.parametrize("command", ["publish_due", "publish_scheduled"])
def test_command_that_publishes(command: str, gate: Gate, draft: GuidancePage) -> None:
    at = tomorrow()
    schedule(draft, at)
    with (
        time_machine.travel(at + timedelta(seconds=1)),
        gate.shut(),
        pytest.raises(Exception, match="1 of 1 items failed"),
    ):
        call_command(command, stdout=StringIO())


def test_wagtails_own_command(gate: Gate, draft: GuidancePage) -> None:
    from wagtail.management.commands.publish_scheduled import Command  # noqa: PLC0415

    at = tomorrow()
    schedule(draft, at)
    with (
        time_machine.travel(at + timedelta(seconds=1)),
        gate.shut(),
        pytest.raises(GateRefusedError),
    ):
        Command(stdout=StringIO()).handle(dryrun=False)


def test_release(gate: Gate, at: datetime) -> None:
    """One item that is refused keeps all of it where it was."""
    things = [ReleaseStory.term("Luring"), ReleaseStory.page("Parks"), ReleaseStory.page("Bars")]
    last = things[-1]
    release = ReleaseStory.scheduled(*things, at=at, goes_live_at=at + timedelta(hours=2))
    with (
        time_machine.travel(at + timedelta(hours=2), tick=False),
        gate.shut(lambda thing: thing.pk == last.pk and isinstance(thing, Page)),
    ):
        outcomes = {work.kind: str(outcome) for work, outcome in run_due(at=timezone.now())}

    release.refresh_from_db()
    assert (outcomes["release_start"], release.state) == ("retrying", "scheduled")
    assert [again(thing).live for thing in things] == [False, False, False]


def test_command_that_loads_a_campaign(gate: Gate, home: HomePage) -> None:
    with gate.shut(), pytest.raises(GateRefusedError):
        call_command("load_campaign", str(DEMONSTRATION), verbosity=0)


def test_purging_versions_keeps_those_that_are_scheduled(draft: GuidancePage) -> None:
    revision = schedule(draft, tomorrow())
    draft.save_revision()

    call_command("purge_revisions", stdout=StringIO())

    assert Revision.objects.filter(pk=revision.pk, approved_go_live_at__isnull=False).exists()


def _save_as_live(draft: Page, hotels: Page) -> None:
    draft.live = True
    draft.save()


def _save_only_live(draft: Page, hotels: Page) -> None:
    draft.live = True
    draft.save(update_fields=["live"])


def _save_other_words(draft: Page, hotels: Page) -> None:
    hotels.title = "Inns"
    hotels.save()


def _save_another_slug(draft: Page, hotels: Page) -> None:
    hotels.slug = "inns"
    hotels.save()


def _save_as_base_page(draft: Page, hotels: Page) -> None:
    base = Page.objects.get(pk=hotels.pk)
    base.live = False
    base.save()


def _insert_live_page(draft: Page, hotels: Page) -> None:
    hotels.get_parent().add_child(instance=GuidancePage(title="Parks", slug="parks", live=True))


def _insert_live_term(draft: Page, hotels: Page) -> None:
    GlossaryTermFactory(live=True)


def _set_schedule_on_the_version(draft: Page, hotels: Page) -> None:
    revision = draft.get_latest_revision()
    revision.approved_go_live_at = tomorrow()
    revision.save()


def _save_version_with_schedule(draft: Page, hotels: Page) -> None:
    draft.save_revision(approved_go_live_at=tomorrow())


def _publish_version(draft: Page, hotels: Page) -> None:
    draft.get_latest_revision().publish()


def _publish_thing(draft: Page, hotels: Page) -> None:
    draft.publish(draft.get_latest_revision())


def _publish_base(draft: Page, hotels: Page) -> None:
    Page.objects.get(pk=draft.pk).publish(draft.get_latest_revision())


def _unpublish(draft: Page, hotels: Page) -> None:
    hotels.unpublish()


def _unpublish_set(draft: Page, hotels: Page) -> None:
    Page.objects.filter(pk=hotels.pk).unpublish()


def _unpublish_without_saving(draft: Page, hotels: Page) -> None:
    hotels.unpublish(commit=False)


def _delete(draft: Page, hotels: Page) -> None:
    hotels.delete()


def _delete_set(draft: Page, hotels: Page) -> None:
    GuidancePage.objects.filter(pk=hotels.pk).delete()


def _copy(draft: Page, hotels: Page) -> None:
    hotels.copy(update_attrs={"slug": "again"})


def _copy_with_what_is_below(draft: Page, hotels: Page) -> None:
    hotels.get_parent().copy(recursive=True, update_attrs={"slug": "again"})


def _create_alias(draft: Page, hotels: Page) -> None:
    hotels.create_alias(update_slug="again")


def _update_aliases(draft: Page, hotels: Page) -> None:
    with maintenance(reason="Made for the test"):
        hotels.create_alias(parent=hotels.get_parent(), update_slug="again")
    hotels.update_aliases()


def _move(draft: Page, hotels: Page) -> None:
    hotels.move(hotels.get_parent().get_parent(), pos="last-child")


def _show_another_version(draft: Page, hotels: Page) -> None:
    hotels.title = "Inns"
    hotels.save_revision().as_object().save()


def _update_or_create(draft: Page, hotels: Page) -> None:
    GuidancePage.objects.update_or_create(pk=draft.pk, defaults={"live": True})


def _expire_later(draft: Page, hotels: Page) -> None:
    hotels.expire_at = tomorrow()
    hotels.save()


@pytest.mark.parametrize(
    "path",
    [
        _save_as_live,
        _save_only_live,
        _save_other_words,
        _save_another_slug,
        _save_as_base_page,
        _insert_live_page,
        _insert_live_term,
        _set_schedule_on_the_version,
        _save_version_with_schedule,
        _publish_version,
        _publish_thing,
        _publish_base,
        _unpublish,
        _unpublish_set,
        _unpublish_without_saving,
        _delete,
        _delete_set,
        _copy,
        _copy_with_what_is_below,
        _create_alias,
        _update_aliases,
        _move,
        _show_another_version,
        _update_or_create,
        _expire_later,
    ],
)
def test_code_that_moves_a_page(
    path: Callable[[Page, Page], None], gate: Gate, draft: GuidancePage, hotels: GuidancePage
) -> None:
    with gate.shut(), pytest.raises(GateRefusedError), transaction.atomic():
        path(draft, hotels)


@pytest.mark.parametrize(
    "path",
    [
        lambda term: term.publish(term.save_revision()),
        lambda term: term.unpublish(),
        lambda term: term.delete(),
        lambda term: term.save_revision(approved_go_live_at=tomorrow()),
        lambda term: _with(term, term="Luring").save_revision().as_object().save(),
        lambda term: _with(term, live=False).save(update_fields=["live"]),
        lambda term: type(term).objects.filter(pk=term.pk).delete(),
    ],
    ids=["publish", "unpublish", "delete", "schedule", "save", "take down", "delete the set"],
)
def test_code_that_moves_a_snippet(
    path: Callable[[GlossaryTerm], None], gate: Gate, term: GlossaryTerm
) -> None:
    with gate.shut(), pytest.raises(GateRefusedError), transaction.atomic():
        path(term)


def _with(thing: Any, **changes: Any) -> Any:
    for name, value in changes.items():
        setattr(thing, name, value)
    return thing


def execute(sql: str, params: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _bulk_writes(draft: Page, hotels: Page, term: GlossaryTerm) -> dict[str, Callable[[], Any]]:
    """Every way to write what is public, or will be, without saving an object."""
    version = draft.get_latest_revision()
    another = GlossaryTermFactory.build(locale=term.locale, live=True)
    same = GlossaryTermFactory.build(pk=term.pk, slug=term.slug, locale=term.locale, live=False)
    at = tomorrow()
    return {
        "update": lambda: Page.objects.filter(pk=draft.pk).update(live=True),
        "update by subclass": lambda: GuidancePage.objects.filter(pk=draft.pk).update(live=True),
        "update by another column": lambda: Page.objects.filter(title="Taxis").update(live=True),
        "update with others": lambda: Page.objects.update(title="x", live=False),
        "update of the end": lambda: Page.objects.filter(pk=hotels.pk).update(expire_at=at),
        "bulk_update": lambda: Page.objects.bulk_update([_with(draft, live=True)], ["live"]),
        "snippet update": lambda: GlossaryTerm.objects.update(live=False),
        "snippet bulk_create": lambda: GlossaryTerm.objects.bulk_create([another]),
        "snippet bulk_create over what is there": lambda: GlossaryTerm.objects.bulk_create(
            [same], update_conflicts=True, update_fields=["live"], unique_fields=["id"]
        ),
        "SQL": lambda: execute("UPDATE wagtailcore_page SET live = (1 = 0)"),
        "SQL with a condition": lambda: execute(
            "update wagtailcore_page set title = 'x', live = (1 = 1) where id = %s", [draft.pk]
        ),
        "schedule": lambda: Revision.objects.filter(pk=version.pk).update(approved_go_live_at=at),
        "cancel all schedules": lambda: Revision.objects.update(approved_go_live_at=None),
        "schedule in bulk": lambda: Revision.objects.bulk_update(
            [_with(version, approved_go_live_at=at)], ["approved_go_live_at"]
        ),
    }


@pytest.mark.parametrize(
    "name",
    [
        "update",
        "update by subclass",
        "update by another column",
        "update with others",
        "update of the end",
        "bulk_update",
        "snippet update",
        "snippet bulk_create",
        "snippet bulk_create over what is there",
        "SQL",
        "SQL with a condition",
        "schedule",
        "cancel all schedules",
        "schedule in bulk",
    ],
)
def test_bulk_write_is_refused_even_by_an_open_gate(
    name: str, draft: GuidancePage, hotels: GuidancePage, term: GlossaryTerm
) -> None:
    """Nobody could judge it: no object is saved that a gatekeeper could look at."""
    write = _bulk_writes(draft, hotels, term)[name]
    before = public_state()

    with pytest.raises(UngatedWriteError), transaction.atomic():
        write()

    assert public_state() == before


def test_bulk_write_by_a_receiver_of_a_publication_is_refused(
    draft: GuidancePage, hotels: GuidancePage
) -> None:
    """What passes the gate passes alone."""

    def listen(instance: Any, **kwargs: Any) -> None:
        Page.objects.filter(pk=draft.pk).update(live=True)

    page_published.connect(listen)
    try:
        with pytest.raises(UngatedWriteError):
            hotels.save_revision().publish()
    finally:
        page_published.disconnect(listen)

    assert again(draft).live is False


def test_bulk_write_with_such_a_condition_is_none(draft: GuidancePage) -> None:
    revision = schedule(draft, tomorrow())

    changed = Revision.objects.filter(approved_go_live_at=revision.approved_go_live_at).update(
        object_str="Taxis and cabs"
    )

    assert changed == 1
    assert Page.objects.filter(expire_at=None, live=False).update(locked=False) >= 1


def test_repair_may_write_in_bulk(
    draft: GuidancePage, hotels: GuidancePage, term: GlossaryTerm
) -> None:
    for write in _bulk_writes(draft, hotels, term).values():
        with maintenance(reason="Restored from a backup"), transaction.atomic():
            write()
            transaction.set_rollback(True)


def test_bookkeeping_is_no_business_of_the_gate(gate: Gate, hotels: GuidancePage) -> None:
    with gate.shut():
        hotels.locked = True
        hotels.save(update_fields=["locked"])
        Page.objects.filter(pk=hotels.pk).update(has_unpublished_changes=True)

    assert gate.asked == []
