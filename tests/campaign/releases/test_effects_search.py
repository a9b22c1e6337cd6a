"""The search index after a publication: also where Wagtail's own update cannot know or fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from campaign.pages.models import HotspotPage
from campaign.releases import checks, search_index
from campaign.releases.effects import run_effects
from campaign.releases.models import Effect
from tests.factories.content_blocks import HotspotFactory
from tests.factories.pages import (
    GuidancePageFactory,
    HotspotIndexPageFactory,
    HotspotPageFactory,
    campaign_home,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Any:
    return campaign_home()


def found(words: str, model: Any = Page) -> list[str]:
    return [str(page) for page in get_search_backend().search(words, model.objects.live())]


def publish(thing: Any, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save_revision().publish()


class Server:
    """A search server: knows what it is given, fails when told to."""

    def __init__(self) -> None:
        self.added: list[tuple[str, list[str]]] = []
        self.deleted: list[str] = []
        self.down = False

    def add_bulk(self, model: Any, things: list[Any]) -> None:
        if self.down:
            raise ConnectionError("no search server")
        self.added.append((model._meta.model_name, sorted(map(str, things))))

    def delete(self, thing: Any) -> None:
        self.deleted.append(f"{thing._meta.model_name} {thing.pk}")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setattr(search_index, "get_search_backends", lambda: iter([server]))
    return server


def run() -> None:
    run_effects(timezone.now())


def test_a_page_is_found_by_the_new_name_of_a_record_that_it_shows(home: Any) -> None:
    hotspot = HotspotFactory(name="Hotels")
    index = HotspotIndexPageFactory(parent=home)
    HotspotPageFactory(parent=index, title="Places to sleep", hotspot=hotspot)
    publish(hotspot, name="Guesthouses")
    # This is the fault: Wagtail indexed the record, and not the page that holds its name.
    assert found("Guesthouses", HotspotPage) == []

    run()

    assert found("Guesthouses", HotspotPage) == ["Places to sleep"]
    assert found("Hotels", HotspotPage) == []


def test_things_are_indexed_by_their_own_type_in_one_call_each(home: Any, server: Server) -> None:
    run()
    server.added.clear()
    pages = [GuidancePageFactory(parent=home, title=f"Page {n}") for n in "ab"]
    publish(pages[0], title="Page c")
    HotspotFactory(name="Parks")

    run()

    assert server.added == [("guidancepage", ["Page b", "Page c"]), ("hotspot", ["Parks"])]


def test_an_index_in_our_database_is_written_row_by_row(
    home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release writes the same rows in another order: two of its rows at once could deadlock."""
    for number in "ab":
        GuidancePageFactory(parent=home, title=f"Sandpit {number}")
    sizes: list[int] = []
    backend = get_search_backend()
    add_bulk = type(backend).add_bulk

    def counted(self: Any, model: Any, things: list[Any]) -> None:
        sizes.append(len(things))
        add_bulk(self, model, things)

    monkeypatch.setattr(type(backend), "add_bulk", counted)
    run()

    assert len(sizes) >= 2
    assert set(sizes) == {1}
    assert sorted(found("Sandpit")) == ["Sandpit a", "Sandpit b"]


def test_what_is_deleted_is_forgotten(home: Any, server: Server) -> None:
    page = GuidancePageFactory(parent=home)
    run()
    server.deleted.clear()  # the welcome page
    Page.objects.get(pk=page.pk).delete()

    run()

    assert server.deleted == [f"guidancepage {page.pk}"]


def test_what_is_deleted_is_found_no_more(home: Any) -> None:
    page = GuidancePageFactory(parent=home, title="Sandcastle")
    run()
    assert found("Sandcastle") == ["Sandcastle"]
    Page.objects.get(pk=page.pk).delete()

    run()

    assert found("Sandcastle") == []
    assert not Effect.objects.open().exists()


def test_a_search_server_that_fails_is_asked_again(home: Any, server: Server) -> None:
    GuidancePageFactory(parent=home)
    Effect.objects.exclude(payload__model="campaign_pages.guidancepage").delete()
    server.down = True

    run()

    effect = Effect.objects.get()
    assert (effect.state, effect.last_error) == ("waiting", "ConnectionError: no search server")


def test_what_is_kept_out_of_the_search_is_not_indexed(
    home: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_out = GuidancePageFactory(parent=home, title="Kept out")
    GuidancePageFactory(parent=home, title="Hotels")
    monkeypatch.setattr(
        type(kept_out),
        "get_indexed_instance",
        lambda page: None if page.pk == kept_out.pk else page,
    )

    run()

    indexed = {title for _model, titles in server.added for title in titles}
    assert ("Hotels" in indexed, "Kept out" in indexed) == (True, False)


def test_what_is_not_searched_needs_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "class_is_indexed", lambda _model: False)
    home = campaign_home()
    GuidancePageFactory(parent=home)
    assert not Effect.objects.exists()


@pytest.mark.parametrize(
    ("backends_setting", "ids"),
    [
        ({}, []),
        ({"default": {"BACKEND": "wagtail.search.backends.database"}}, []),
        ({"default": {"BACKEND": "modelsearch.backends.database"}}, []),
        (
            {"default": {"BACKEND": "wagtail.search.backends.elasticsearch8"}},
            ["campaign_releases.W002"],
        ),
        (
            {
                "default": {
                    "BACKEND": "wagtail.search.backends.elasticsearch8",
                    "AUTO_UPDATE": False,
                }
            },
            [],
        ),
    ],
)
def test_a_search_server_inside_the_transaction_is_reported(
    settings: Any, backends_setting: dict[str, Any], ids: list[str]
) -> None:
    settings.WAGTAILSEARCH_BACKENDS = backends_setting

    assert [one.id for one in checks.check_search_backends()] == ids
