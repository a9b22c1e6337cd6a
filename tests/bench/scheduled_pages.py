"""Many plain pages that are due at one moment, made fast and alike on every site."""

from __future__ import annotations

import uuid
from datetime import datetime

from wagtail.models import Page, Revision


def make_pages(count: int) -> list[int]:
    """Make never-live pages with one version each; returns their numbers."""
    section = Page.objects.get(depth=1).add_child(
        instance=Page(title="Bench", slug=f"bench-{uuid.uuid4()}")
    )
    made: list[int] = []
    for number in range(count):
        name = f"page-{uuid.uuid4()}"
        # As in real life no two in three titles are of one length: the search index in the database
        # writes again every entry whose title is exactly as long as the average.
        title = f"{name} {'and more ' * (number % 7)}"
        page = section.add_child(instance=Page(title=title.strip(), slug=name, live=False))
        page.save_revision()
        made.append(page.pk)
    return made


def approve(pages: list[int], due: datetime) -> None:
    """Approve the versions of pages for `due`.

    Written straight to the table: on our site inside `gateposts.maintenance`.
    """
    Revision.objects.filter(object_id__in=list(map(str, pages))).update(approved_go_live_at=due)
