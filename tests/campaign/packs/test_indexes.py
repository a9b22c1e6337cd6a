"""What a load leaves in the search and reference indexes."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import transaction
from modelsearch.backends.base import BaseSearchBackend
from wagtail.models import Page, ReferenceIndex, Site
from wagtail.search.backends import get_search_backend

from campaign.packs.indexes import indexed_once
from campaign.packs.loading import load_pack
from campaign.pages.models import HotspotPage, ReportingPage
from campaign.releases.search_index import left_to_the_effect
from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, OpeningHours, Sign
from tests.campaign.packs.conftest import FILES, WritePack

pytestmark = pytest.mark.django_db


def load(root: Any) -> None:
    load_pack(root, say=lambda _line: None)


def used_by(record: Any) -> list[str]:
    """The names of what refers to a record."""
    return sorted(
        str(reference.content_type.get_object_for_this_type(pk=reference.object_id))
        for reference in ReferenceIndex.get_references_to(record)
    )


def references() -> set[tuple[Any, ...]]:
    return set(
        ReferenceIndex.objects.values_list(
            *("content_type", "object_id", "to_content_type", "to_object_id"),
            *("model_path", "content_path"),
        )
    )


def found(model: Any, words: str) -> list[Any]:
    return list(get_search_backend().search(words, model))


def test_load_lets_signs_routes_and_pages_be_found(write_pack: WritePack) -> None:
    load(write_pack())

    assert found(Sign.objects.all(), "young person") == [Sign.objects.get(code="HO-01")]
    assert found(ContactRoute.objects.all(), "Childline") == [
        ContactRoute.objects.get(slug="childline")
    ]
    assert found(GlossaryTerm.objects.all(), "Grooming") == [GlossaryTerm.objects.get()]
    assert [page.specific for page in found(Page.objects.all(), "Before the panel")] == [
        ReportingPage.objects.get()
    ]


def test_load_again_finds_the_new_words_and_no_longer_the_old(write_pack: WritePack) -> None:
    load(write_pack())

    load(
        write_pack(
            {"pages/report.md": FILES["pages/report.md"].replace("Before the panel", "Elsewhere")}
        )
    )

    assert found(ReportingPage.objects.all(), "Before the panel") == []
    assert found(ReportingPage.objects.all(), "Elsewhere") == [ReportingPage.objects.get()]


def test_load_records_what_uses_a_route(write_pack: WritePack) -> None:
    load(write_pack())

    childline = ContactRoute.objects.get(slug="childline")
    assert used_by(childline) == ["Look closer", "Old line", "What happens"]


def test_load_records_the_same_references_as_a_rebuild(write_pack: WritePack) -> None:
    load(write_pack())
    loaded = references()

    call_command("rebuild_references_index", verbosity=0)

    assert len(loaded) > 10
    assert loaded == references()


def test_load_forgets_references_that_a_page_no_longer_has(write_pack: WritePack) -> None:
    load(write_pack())

    load(
        write_pack(
            {
                "pages/report.md": FILES["pages/report.md"].replace(
                    'routes: ["101", childline]', 'routes: ["101"]'
                )
            }
        )
    )

    assert used_by(ContactRoute.objects.get(slug="childline")) == ["Look closer", "Old line"]


def test_load_forgets_the_welcome_page(write_pack: WritePack) -> None:
    welcome = Site.objects.get().root_page
    welcome.save()
    assert welcome.index_entries.exists()
    number = welcome.pk

    load(write_pack())

    entries = type(welcome).objects.first().index_entries.model.objects
    pages = ContentType.objects.get_for_model(Page)
    assert not entries.filter(content_type=pages, object_id=str(number)).exists()


def test_a_failed_block_indexes_nothing_and_saves_are_indexed_again_afterwards() -> None:
    def fail() -> None:
        with transaction.atomic(), indexed_once():
            Hotspot.objects.create(slug="a", name="Alpha", pictogram="bed")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    Hotspot.objects.create(slug="b", name="Beta", pictogram="bed")

    assert found(Hotspot.objects.all(), "Alpha") == []
    assert [hotspot.slug for hotspot in found(Hotspot.objects.all(), "Beta")] == ["b"]


def test_nothing_is_written_to_the_search_index_before_the_end() -> None:
    """Also once publishing has put its own handler in the place of the library's."""
    with left_to_the_effect():
        pass

    with transaction.atomic(), indexed_once():
        Hotspot.objects.create(slug="a", name="Alpha", pictogram="bed")
        assert found(Hotspot.objects.all(), "Alpha") == []

    assert [hotspot.slug for hotspot in found(Hotspot.objects.all(), "Alpha")] == ["a"]


def test_a_saved_child_row_brings_the_references_of_its_owner_up_to_date() -> None:
    other = ContactRoute.objects.create(slug="other", name="Other", channel="phone")
    route = ContactRoute.objects.create(slug="one", name="One", channel="phone")
    ContactRoute.objects.filter(pk=route.pk).update(replaced_by=other)

    with transaction.atomic(), indexed_once():
        OpeningHours.objects.create(route=route, weekday=1, opens="09:00")

    assert used_by(other) == ["One"]


def test_what_is_gone_at_the_end_is_not_indexed() -> None:
    with transaction.atomic(), indexed_once():
        Hotspot.objects.create(slug="a", name="Alpha", pictogram="bed").delete()

    assert found(Hotspot.objects.all(), "Alpha") == []


def test_rows_of_a_fixture_are_not_indexed(tmp_path: Any) -> None:
    Hotspot.objects.create(slug="a", name="Alpha", pictogram="bed")
    call_command("dumpdata", "content_blocks.hotspot", output=str(tmp_path / "a.json"), verbosity=0)
    Hotspot.objects.all().delete()

    with transaction.atomic(), indexed_once():
        call_command("loaddata", str(tmp_path / "a.json"), verbosity=0)

    assert found(Hotspot.objects.all(), "Alpha") == []


class BrokenServer(BaseSearchBackend):
    """A search server that is down."""

    catch_indexing_errors = True

    def add_bulk(self, *_what: Any) -> None:
        raise ConnectionError("down")


class BrokenDatabase(BrokenServer):
    """A search index in the database that refuses a write."""

    catch_indexing_errors = False


def test_a_search_server_that_is_down_is_logged_and_the_load_stays(
    write_pack: WritePack, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": f"{__name__}.BrokenServer"}}

    load(write_pack())

    assert HotspotPage.objects.filter(slug="hotels", live=True).exists()
    assert {record.message for record in caplog.records if record.name.startswith("campaign")} == {
        "Not indexed for search"
    }


def test_a_search_index_that_refuses_a_write_undoes_the_load(
    write_pack: WritePack, settings: Any
) -> None:
    settings.WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": f"{__name__}.BrokenDatabase"}}

    with pytest.raises(Exception, match="down"):
        load(write_pack())

    assert not Hotspot.objects.exists()
