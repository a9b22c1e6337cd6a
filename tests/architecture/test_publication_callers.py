"""Every place in Wagtail and wagtail-localize that can change what is public is one that we know.

The installed source is read. A place that is not in the list below came with an upgrade: it may be
a path to the public that goes round the gate.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaign.releases.gate_paths import test_apis, test_code, test_editor, test_translations

pytestmark = pytest.mark.one_database

#: Where each path is driven.
PATHS = (test_editor, test_apis, test_translations, test_code)

PACKAGES = ("wagtail", "wagtail_localize")
NOT_PART_OF_THE_SITE = {"tests", "tests.py", "test", "migrations"}

#: Methods and functions that publish, withdraw, or write rows that readers may see.
VERBS = {
    "publish",
    "unpublish",
    "update_aliases",
    "create_alias",
    "copy_for_translation",
    "sync_alias",
    "PublishRevisionAction",
    "PublishPageRevisionAction",
    "UnpublishAction",
    "UnpublishPageAction",
    "CreatePageAliasAction",
    "CopyPageAction",
    "CopyPageForTranslationAction",
}
#: Columns that decide what is public, and when.
COLUMNS = {"live", "approved_go_live_at", "expire_at"}
#: Calls that only ask: a column among their arguments is a condition.
QUESTIONS = {"filter", "exclude", "get", "Q"}


class Finder(ast.NodeVisitor):
    """Finds, in one module, each function that does one of these things."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._inside: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._enter(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._enter(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in COLUMNS and isinstance(node.ctx, ast.Store):
            self._note()
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name_of(node.func)
        # `on_commit(revision.publish)` hands the method on.
        handed_on = {_name_of(value) for value in node.args if isinstance(value, ast.Attribute)}
        asked_for = {value.value for value in node.args if isinstance(value, ast.Constant)}
        written = {keyword.arg for keyword in node.keywords} & COLUMNS
        if (
            name in VERBS
            or handed_on & VERBS
            or (name == "get_action_class" and asked_for & {"publish", "unpublish"})
            or (written and name not in QUESTIONS)
        ):
            self._note()
        self.generic_visit(node)

    def _enter(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._inside.append(node.name)
        self.generic_visit(node)
        self._inside.pop()

    def _note(self) -> None:
        self.found.add(".".join(self._inside) or "the module itself")


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def places() -> Iterator[str]:
    """Each such function, as `package/file.py function`."""
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        root = Path(spec.origin).parent
        for file in sorted(root.rglob("*.py")):
            path = file.relative_to(root)
            if NOT_PART_OF_THE_SITE.isdisjoint(path.parts):
                finder = Finder()
                finder.visit(ast.parse(file.read_text(encoding="utf-8")))
                for function in sorted(finder.found):
                    yield f"{package}/{path} {function}"


#: Each place, and the test that drives it against a gate that says no.
KNOWN = {
    "wagtail/actions/copy_for_translation.py CopyPageForTranslationAction._copy_for_translation": (
        "test_admin_api"
    ),
    "wagtail/actions/copy_page.py CopyPageAction._copy_page": "test_copy_that_keeps_pages_live",
    "wagtail/actions/create.py CreateAction._create": "test_action_that_creates_and_publishes",
    "wagtail/actions/create.py CreateAction._save_instance": (
        "test_action_that_creates_and_publishes"
    ),
    "wagtail/actions/create_page.py CreatePageAction._save_instance": "test_api_v3",
    "wagtail/actions/edit.py EditAction._edit": "test_action_that_edits_and_publishes",
    "wagtail/actions/publish_page_revision.py PublishPageRevisionAction._after_publish": (
        "test_alias_follows_nothing_that_was_refused"
    ),
    "wagtail/actions/publish_revision.py PublishRevisionAction._publish_revision": (
        "test_action_of_the_registry"
    ),
    "wagtail/actions/revert_to_revision.py RevertToRevisionAction.__init__": (
        "test_going_back_with_a_time"
    ),
    "wagtail/actions/revert_to_revision.py RevertToRevisionAction.execute": (
        "test_going_back_with_a_time"
    ),
    "wagtail/actions/unpublish.py UnpublishAction._unpublish_object": "test_snippet_unpublish",
    "wagtail/actions/unpublish_page.py UnpublishPageAction._after_unpublish": (
        "test_unpublish_of_a_page_with_an_alias"
    ),
    "wagtail/actions/unpublish_page.py UnpublishPageAction.execute": (
        "test_unpublish_stopped_by_a_page_below"
    ),
    "wagtail/admin/api/actions/copy.py CopyPageAPIAction._action_from_data": "test_admin_api",
    "wagtail/admin/api/actions/copy_for_translation.py "
    "CopyForTranslationAPIAction._action_from_data": "test_admin_api",
    "wagtail/admin/api/actions/create_alias.py CreatePageAliasAPIAction._action_from_data": (
        "test_admin_api"
    ),
    "wagtail/admin/api/actions/publish.py PublishPageAPIAction._action_from_data": "test_admin_api",
    "wagtail/admin/api/actions/unpublish.py UnpublishPageAPIAction._action_from_data": (
        "test_admin_api"
    ),
    "wagtail/admin/views/generic/mixins.py CreateEditViewOptionalFeaturesMixin.publish_action": (
        "test_snippet_publish_button"
    ),
    "wagtail/admin/views/generic/models.py RevisionsUnscheduleView.post": (
        "test_cancelling_a_schedule"
    ),
    "wagtail/admin/views/generic/models.py UnpublishView.post": "test_snippet_unpublish",
    "wagtail/admin/views/generic/models.py UnpublishView.unpublish": "test_snippet_unpublish",
    "wagtail/admin/views/pages/bulk_actions/publish.py PublishBulkAction.execute_action": (
        "test_bulk_action"
    ),
    "wagtail/admin/views/pages/bulk_actions/unpublish.py UnpublishBulkAction.execute_action": (
        "test_bulk_action"
    ),
    "wagtail/admin/views/pages/copy.py CopyView.form_valid": "test_copy_that_keeps_pages_live",
    "wagtail/admin/views/pages/create.py CreateView.publish_action": "test_new_page_with_publish",
    "wagtail/admin/views/pages/create.py CreateView.save_action": "test_new_page_as_a_draft",
    "wagtail/admin/views/pages/create.py CreateView.submit_action": "test_new_page_as_a_draft",
    "wagtail/admin/views/pages/edit.py EditView.publish_action": "test_publish_button",
    "wagtail/admin/views/pages/unpublish.py UnpublishView.unpublish": "test_unpublish",
    "wagtail/api/v3/routers/pages.py publish": "test_api_v3",
    "wagtail/api/v3/routers/pages.py unpublish": "test_api_v3",
    # The other app for translations, which this one cannot be installed with: the same action.
    "wagtail/contrib/simple_translation/models.py after_create_page": "test_admin_api",
    "wagtail/contrib/simple_translation/views.py SubmitTranslationView.post": "test_admin_api",
    "wagtail/management/commands/publish_scheduled.py Command.handle": "test_wagtails_own_command",
    "wagtail/models/draft_state.py DraftStateMixin.publish": "test_snippet_publish_button",
    "wagtail/models/draft_state.py DraftStateMixin.unpublish": "test_code_that_moves_a_snippet",
    "wagtail/models/draft_state.py DraftStateMixin.with_content_json": (
        "test_code_that_moves_a_snippet"
    ),
    "wagtail/models/pages.py AbstractPage.copy": "test_code_that_moves_a_page",
    "wagtail/models/pages.py AbstractPage.copy_for_translation": "test_mirroring_of_a_tree",
    "wagtail/models/pages.py AbstractPage.create_alias": "test_code_that_moves_a_page",
    "wagtail/models/pages.py AbstractPage.publish": "test_code_that_moves_a_page",
    "wagtail/models/pages.py AbstractPage.save_revision": "test_code_that_moves_a_page",
    "wagtail/models/pages.py AbstractPage.unpublish": "test_code_that_moves_a_page",
    "wagtail/models/pages.py AbstractPage.update_aliases": "test_code_that_moves_a_page",
    "wagtail/models/pages.py AbstractPage.with_content_json": "test_code_that_moves_a_page",
    "wagtail/models/revisions.py Revision.publish": "test_code_that_moves_a_page",
    "wagtail/models/revisions.py RevisionMixin.save_revision": "test_code_that_moves_a_snippet",
    "wagtail/query.py PageQuerySet.unpublish": "test_code_that_moves_a_page",
    "wagtail/signal_handlers.py pre_delete_page_unpublish": "test_delete",
    "wagtail/snippets/api/v3/router.py publish_snippet": "test_api_v3_for_snippets",
    "wagtail/snippets/api/v3/router.py unpublish_snippet": "test_api_v3_for_snippets",
    "wagtail/workflows.py publish_workflow_state": "test_last_step_of_a_workflow",
    "wagtail_localize/models.py TranslationSource.create_or_update_translation": (
        "test_publish_a_change_in_the_translation_editor"
    ),
    "wagtail_localize/synctree.py create_aliases_for_new_page": "test_new_page_in_a_mirrored_tree",
    "wagtail_localize/synctree.py synchronize_tree": "test_mirroring_of_a_tree",
    "wagtail_localize/views/convert.py convert_to_alias": "test_conversion_into_an_alias",
    "wagtail_localize/views/convert.py sync_alias": "test_conversion_into_an_alias",
}

ADVICE = (
    "Wagtail or wagtail-localize has new places that may change what is public. For each: read it; "
    "drive it through its view or API in tests/campaign/releases/gate_paths/; if it goes "
    "round the gate, extend campaign/releases/gateposts.py; then name the test here:"
)


def test_every_place_that_changes_what_is_public_is_known() -> None:
    found = set(places())

    assert found - set(KNOWN) == set(), ADVICE
    assert set(KNOWN) - found == set(), "These are gone: take them out of the list."


def test_every_place_is_driven_by_a_test() -> None:
    driven = {name for module in PATHS for name in vars(module)}

    assert set(KNOWN.values()) - driven == set()


@pytest.mark.parametrize(
    "line",
    [
        "page.publish(revision)",
        "on_commit(revision.publish)",
        "page.live = True",
        "pages.update(live=False)",
        "page.save_revision(approved_go_live_at=at)",
        "PublishRevisionAction(revision).execute()",
        "action_registry.get_action_class(model, 'unpublish')",
    ],
)
def test_a_new_place_would_be_found(line: str) -> None:
    finder = Finder()

    finder.visit(ast.parse(f"class View:\n    def post(self):\n        {line}\n"))

    assert finder.found == {"View.post"}


@pytest.mark.parametrize("line", ["pages.filter(live=True)", "if self.publish: pass", "page.live"])
def test_a_question_is_no_such_place(line: str) -> None:
    finder = Finder()

    finder.visit(ast.parse(f"def view(self):\n    {line}\n"))

    assert finder.found == set()
