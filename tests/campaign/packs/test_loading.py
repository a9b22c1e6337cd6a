"""Loading a campaign folder: all of it, or nothing."""

from __future__ import annotations

import errno
from collections import Counter
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Page, PageLogEntry, Revision, Site

from campaign.packs.exceptions import PackProblemsError, PackStorageError
from campaign.packs.loading import holds_campaign, load_pack
from campaign.packs.reports import LoadReport
from campaign.pages.models import CampaignSettings, HomePage, HotspotPage, ReportingPage
from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, Sign
from tests.campaign.packs.conftest import FILES, WritePack

pytestmark = pytest.mark.django_db


def load(root: Path) -> LoadReport:
    return load_pack(root, say=lambda _line: None)


def counts(report: LoadReport) -> dict[str, dict[str, int]]:
    return {kind: dict(counter) for kind, counter in report.counts.items()}


def stored_files() -> list[str]:
    found = []
    for folder in ("original_images", "documents"):
        if default_storage.exists(folder):
            found += [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    return sorted(found)


def rows() -> dict[str, int]:
    models: tuple[Any, ...] = (
        *(Page, Revision, Hotspot, Sign, ContactRoute, GlossaryTerm, Image, Document),
        CampaignSettings,
    )
    return {model.__name__: model.objects.count() for model in models}


def test_load_makes_everything_the_folder_says(write_pack: WritePack) -> None:
    report = load(write_pack())

    assert counts(report) == {
        "images": {"created": 1},
        "documents": {"created": 1},
        "hotspots": {"created": 2},
        "contacts": {"created": 5},
        "signs": {"created": 2},
        "glossary": {"created": 1},
        "pages": {"created": 5},
        "settings": {"changed": 1},
    }
    assert report.left_alone == []


def test_load_puts_the_site_at_the_home_page_and_removes_the_welcome_page(
    write_pack: WritePack,
) -> None:
    assert not holds_campaign()

    load(write_pack())

    site = Site.objects.get()
    assert type(site.root_page.specific) is HomePage
    assert site.site_name == "Look closer"
    assert [page.url_path for page in Page.objects.order_by("path")] == [
        "/",
        "/home-2/",
        "/home-2/places/",
        "/home-2/places/taxis/",
        "/home-2/places/hotels/",
        "/home-2/report/",
    ]
    assert holds_campaign()


def test_load_reads_every_kind_of_field(write_pack: WritePack) -> None:
    load(write_pack())

    sign = Sign.objects.get(code="HO-01")
    assert sign.live
    assert sorted(sign.hotspots.values_list("slug", flat=True)) == ["hotels", "taxis"]
    assert sign.noticed_by == ["reception", "housekeeping"]
    assert sign.caution == "Two lines,\nkept apart.\n"
    assert sign.do_now == Page.objects.get(slug="report")
    police = ContactRoute.objects.get(slug="101")
    assert [(row.weekday, row.opens, row.closes) for row in police.opening_hours.all()] == [
        *((day, time(8), time(22)) for day in range(5)),
        (5, time(18), None),
        (6, time(0), time(2)),
    ]
    assert [
        (row.date, row.closed, row.opens, row.closes, row.note)
        for row in police.opening_exceptions.all()
    ] == [
        (date(2026, 12, 24), False, time(9), time(12, 30), ""),
        (date(2026, 12, 25), True, None, None, "Christmas"),
    ]
    childline = ContactRoute.objects.get(slug="childline")
    assert childline.number == "+448001111"
    assert childline.minimum_age == 5
    assert sorted(childline.accessible_alternatives.values_list("slug", flat=True)) == [
        "101",
        "999",
    ]
    assert ContactRoute.objects.get(slug="old-line").replaced_by == childline
    assert ContactRoute.objects.get(slug="999").independent_of_police == "no"
    settings = CampaignSettings.objects.get()
    assert [route.slug for route in settings.not_sure_routes] == ["101"]
    assert settings.anonymous_routes == []
    assert settings.report_page.slug == "report"
    assert settings.logo.title == "A lamp"


def test_load_reads_blocks_with_ids_and_records(write_pack: WritePack) -> None:
    load(write_pack())

    page = ReportingPage.objects.get()
    raw = list(page.body.raw_data)
    assert [child["type"] for child in raw] == [
        *("text", "action_panel", "steps", "figure", "contacts", "next_steps", "text"),
    ]
    assert raw[0]["value"] == "<p>Before the panel.</p>"
    childline = ContactRoute.objects.get(slug="childline")
    routes = raw[4]["value"]["routes"]
    assert [item["value"] for item in routes] == [
        ContactRoute.objects.get(slug="101").pk,
        childline.pk,
    ]
    # wagtail-localize skips list items that are not of this form.
    assert {item["type"] for item in routes} == {"item"}
    assert len({item["id"] for item in routes}) == 2
    steps = raw[2]["value"]["steps"]
    assert steps[0]["value"]["text"] == (
        "<p>Say what you saw.</p><ul><li>where</li><li>when</li></ul>"
    )
    hotels = HotspotPage.objects.get(slug="hotels")
    assert raw[5]["value"]["links"][0]["value"]["page"] == hotels.pk
    home = HomePage.objects.get()
    assert home.body.raw_data[0]["value"] == (
        "<h2>Start here</h2>"
        f'<p>See <a linktype="page" id="{page.pk}">what happens</a> or call '
        '<a linktype="contact" slug="childline">Childline</a>.</p>'
    )
    assert home.introduction == "<p>Words with <b>bold</b>.</p>"
    assert hotels.what_to_do.raw_data[0]["value"] == "<p>Stay calm.</p>"


def test_load_keeps_drafts_as_drafts(write_pack: WritePack) -> None:
    load(write_pack())

    for draft in (
        Sign.objects.get(code="HO-02"),
        ContactRoute.objects.get(slug="secret-line"),
        HotspotPage.objects.get(slug="taxis"),
    ):
        assert not draft.live
        assert draft.first_published_at is None
        assert draft.latest_revision is not None
    live = HotspotPage.objects.get(slug="hotels")
    assert live.live
    assert not live.has_unpublished_changes
    assert live.live_revision == live.latest_revision


def test_load_again_changes_nothing_and_makes_no_revision(write_pack: WritePack) -> None:
    root = write_pack()
    load(root)
    before = (rows(), PageLogEntry.objects.count(), stored_files())

    report = load(root)

    assert counts(report) == {
        "images": {"unchanged": 1},
        "documents": {"unchanged": 1},
        "hotspots": {"unchanged": 2},
        "contacts": {"unchanged": 5},
        "signs": {"unchanged": 2},
        "glossary": {"unchanged": 1},
        "pages": {"unchanged": 5},
        "settings": {"unchanged": 1},
    }
    assert (rows(), PageLogEntry.objects.count(), stored_files()) == before


def test_load_makes_one_revision_of_what_changed(write_pack: WritePack) -> None:
    load(write_pack())
    revisions = Revision.objects.count()

    report = load(
        write_pack(
            {
                "pages/places/hotels.md": FILES["pages/places/hotels.md"].replace(
                    "Stay calm.", "Stay calm and call."
                ),
                "contacts/all.yaml": FILES["contacts/all.yaml"].replace(
                    "note: Christmas", "note: X"
                ),
            }
        )
    )

    assert report.counts["pages"] == Counter(changed=1, unchanged=4)
    assert report.counts["contacts"] == Counter(changed=1, unchanged=4)
    assert Revision.objects.count() == revisions + 2
    page = HotspotPage.objects.get(slug="hotels")
    assert page.live
    assert page.what_to_do.raw_data[0]["value"] == "<p>Stay calm and call.</p>"


def test_load_withdraws_what_the_folder_says_is_a_draft(write_pack: WritePack) -> None:
    load(write_pack())

    load(
        write_pack(
            {"glossary.yaml": FILES["glossary.yaml"] + "  live: false\n"},
        )
    )

    term = GlossaryTerm.objects.get()
    assert (term.live, term.live_revision) == (False, None)


def test_load_publishes_over_a_draft_of_the_editor(write_pack: WritePack) -> None:
    root = write_pack()
    load(root)
    page = ReportingPage.objects.get()
    page.title = "Somebody's draft"
    page.save_revision()

    report = load(root)

    assert report.counts["pages"]["changed"] == 1
    page = ReportingPage.objects.get()
    assert (page.title, page.has_unpublished_changes) == ("What happens", False)


def test_load_leaves_alone_what_the_folder_does_not_have_and_says_so(
    write_pack: WritePack,
) -> None:
    load(write_pack())
    term = GlossaryTerm.objects.get()

    report = load(write_pack({"glossary.yaml": None, "pages/places/taxis.md": None}))

    assert report.left_alone == ["glossary: grooming", "pages: /places/taxis/"]
    assert GlossaryTerm.objects.get() == term


def test_load_puts_pages_in_the_order_of_the_folder(write_pack: WritePack) -> None:
    load(write_pack())

    report = load(
        write_pack({"pages/report.md": FILES["pages/report.md"].replace("order: 2", "order: 0")})
    )

    home = HomePage.objects.get()
    assert [page.slug for page in home.get_children()] == ["report", "places"]
    assert report.counts["order of pages"] == Counter(changed=1)


def test_load_replaces_the_bytes_of_an_image(
    write_pack: WritePack, django_capture_on_commit_callbacks: Any
) -> None:
    load(write_pack())
    image = Image.objects.get()
    old = image.file.name

    with django_capture_on_commit_callbacks(execute=True):
        report = load(write_pack({"images/lamp.svg": FILES["images/lamp.svg"].replace("40", "80")}))

    assert report.counts["images"] == Counter(changed=1)
    image = Image.objects.get()
    assert (image.width, image.height) == (80, 30)
    assert not default_storage.exists(old)
    assert stored_files() == sorted([image.file.name, Document.objects.get().file.name])


def test_load_replaces_the_bytes_of_a_document(
    write_pack: WritePack, django_capture_on_commit_callbacks: Any
) -> None:
    load(write_pack())
    old = Document.objects.get().file.name

    with django_capture_on_commit_callbacks(execute=True):
        report = load(write_pack({"documents/easy-read.txt": "Easier words."}))

    assert report.counts["documents"] == Counter(changed=1)
    document = Document.objects.get()
    with document.file.open("rb") as stored:
        assert stored.read() == b"Easier words."
    assert document.file_size == 13
    assert not default_storage.exists(old)


def test_load_changes_the_description_of_an_image(write_pack: WritePack) -> None:
    load(write_pack())

    load(
        write_pack({"images/images.yaml": FILES["images/images.yaml"].replace("on a wall", "lit")})
    )

    assert Image.objects.get().description == "A lamp lit"


def test_load_sets_the_address_of_the_site(write_pack: WritePack) -> None:
    load(
        write_pack(
            {
                "campaign.yaml": FILES["campaign.yaml"]
                + "site:\n  hostname: look.example.org\n  port: 443\n"
            }
        )
    )

    site = Site.objects.get()
    assert (site.hostname, site.port) == ("look.example.org", 443)


def test_load_works_without_any_site_or_page(write_pack: WritePack) -> None:
    Site.objects.all().delete()
    Page.objects.all().delete()

    load(write_pack())

    site = Site.objects.get()
    assert (site.hostname, site.port, site.is_default_site) == ("localhost", 80, True)
    assert site.root_page.slug == "home"


def test_load_with_a_fault_writes_nothing(write_pack: WritePack) -> None:
    before = rows()

    with pytest.raises(PackProblemsError):
        load(write_pack({"glossary.yaml": "- slug: grooming\n  term: Grooming\n"}))

    assert (rows(), stored_files()) == (before, [])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full."),
        (OSError(errno.EACCES, "Permission denied"), "may not be written to"),
        (OSError(errno.EIO, "Input/output error"), "refused a write"),
        (OperationalError("database or disk is full"), "The disk is full."),
        (OperationalError("database is locked"), "kept the database busy"),
        (OperationalError("attempt to write a readonly database"), "may not be written to"),
    ],
)
def test_load_that_is_refused_a_write_undoes_all(
    write_pack: WritePack, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    before = rows()

    def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        raise error

    # The settings are written last: all images, records and pages are there already.
    monkeypatch.setattr(CampaignSettings, "save", refuse)

    with pytest.raises(PackStorageError, match=words) as caught:
        load(write_pack())

    assert "Nothing was loaded." in str(caught.value)
    assert (rows(), stored_files()) == (before, [])


def test_load_that_is_interrupted_takes_its_files_away(
    write_pack: WritePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(self: Any, *args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(HotspotPage, "save_revision", interrupt)

    with pytest.raises(KeyboardInterrupt):
        load(write_pack())

    assert stored_files() == []


def test_load_tells_of_a_rule_that_only_the_database_knows(
    write_pack: WritePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        raise ValidationError("Not today.")

    monkeypatch.setattr(GlossaryTerm, "save_revision", refuse)

    with pytest.raises(PackProblemsError, match=r"^glossary\.yaml:1: Not today\.$"):
        load(write_pack())

    assert GlossaryTerm.objects.count() == 0


def test_load_again_of_a_text_that_looks_like_a_list_changes_nothing(
    write_pack: WritePack,
) -> None:
    root = write_pack(
        {"glossary.yaml": FILES["glossary.yaml"].replace("Building", "'[Building]'  # ").strip()}
    )
    load(root)

    report = load(root)

    assert GlossaryTerm.objects.get().definition == "[Building]"
    assert report.counts["glossary"] == Counter(unchanged=1)


def test_a_file_that_cannot_be_taken_away_is_logged_and_hides_nothing(
    write_pack: WritePack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(CampaignSettings, "save", refuse)
    monkeypatch.setattr(FileSystemStorage, "delete", refuse)

    with pytest.raises(PackStorageError, match=r"The disk is full\."):
        load(write_pack())

    assert [record.message for record in caplog.records if record.name.startswith("campaign")] == [
        "A file of a campaign folder was left in storage",
        "A file of a campaign folder was left in storage",
    ]
