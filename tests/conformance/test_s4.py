"""S4: a scheduled version goes live while a newer draft is in a workflow."""

from __future__ import annotations

from wagtail.models import Workflow

from tests.conformance.sides import Side, later
from tests.conformance.situations import Observed

SITUATION = "A schedule falls due while a newer draft is in a workflow"
STOCK = {
    "title that readers see": "Hotels and inns",
    "workflow of the newer draft": "cancelled",
}
PROMISE = {
    "title that readers see": "Hotels and inns",
    "workflow of the newer draft": "in_progress",
}


def scenario(side: Side) -> Observed:
    page = side.page("Hotels")
    side.schedule(page, go_live_at=later(days=5), title="Hotels and inns")
    draft = side.again(page).get_latest_revision_as_object()
    draft.go_live_at, draft.title = None, "Hotels, inns and lodges"
    draft.save_revision(user=side.chief)
    state = Workflow.objects.get().start(side.again(page), side.chief)
    side.publish_due(later(days=5, seconds=1))
    state.refresh_from_db()
    return {
        "title that readers see": side.again(page).title,
        "workflow of the newer draft": state.status,
    }


def test_s4_a_schedule_leaves_a_workflow_alone(observed: Observed) -> None:
    assert observed == PROMISE
