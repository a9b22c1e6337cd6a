"""Load, dump, load again: the same content; and what a dump refuses."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Page, ReferenceIndex, Revision, Site

from campaign.packs import dumping
from campaign.packs.dumping import dump_pack
from campaign.packs.exceptions import PackProblemsError, PackStorageError, PackTargetError
from campaign.packs.loading import load_pack
from campaign.packs.reports import DumpReport
from campaign.pages.models import CampaignSettings, HomePage, ReportingPage
from content_blocks.models import ContactRoute, GlossaryTerm, Hotspot, Sign
from tests.campaign.packs.conftest import WritePack

pytestmark = pytest.mark.django_db

#: What differs between two loads of the same content: keys, moments, and the history.
NOT_CONTENT = {
    *("id", "pk", "page_ptr", "path", "translation_key", "latest_revision", "live_revision"),
    *("first_published_at", "last_published_at", "latest_revision_created_at", "created_at"),
    *("content_type", "owner", "locked_at", "url_path", "site", "settings"),
}


def quiet(line: str) -> None:
    pass


def projection() -> dict[str, Any]:
    """All content in the database, with names in the place of keys, block ids included."""
    return _Projection().take()


class _Projection:
    def __init__(self) -> None:
        self.names: dict[str, dict[str, str]] = {
            "page": {str(page.pk): page.url_path for page in Page.objects.filter(depth__gt=1)},
            "image": {str(image.pk): image.title for image in Image.objects.all()},
            "hotspot": {str(record.pk): record.slug for record in Hotspot.objects.all()},
            "contact": {str(record.pk): record.slug for record in ContactRoute.objects.all()},
        }

    def take(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for page in Page.objects.filter(depth__gt=1).order_by("path").specific():
            found[f"{type(page).__name__} {page.url_path}"] = self._versions(page)
        for kind in (Sign, ContactRoute, Hotspot, GlossaryTerm):
            for record in kind.objects.all():
                found[f"{kind.__name__} {record}"] = self._versions(record)
        for medium in (*Image.objects.all(), *Document.objects.all()):
            description = getattr(medium, "description", "")
            found[f"{type(medium).__name__} {medium.title}"] = (description, medium.file_hash)
        found["settings"] = self._named(CampaignSettings.objects.get().serializable_data())
        site = Site.objects.get()
        found["site"] = (site.site_name, site.hostname, site.port, site.root_page.url_path)
        return found

    def _versions(self, row: Any) -> list[Any]:
        latest = row.get_latest_revision_as_object()
        return [self._named(version.serializable_data()) for version in (row, latest)]

    def _named(self, value: Any, key: str = "") -> Any:
        kind = KIND_OF_KEY.get(key)
        if isinstance(value, dict):
            return {
                name: self._named(item, kind or name)
                for name, item in value.items()
                if name not in NOT_CONTENT
            }
        if isinstance(value, list):
            return [self._named(item, key) for item in value]
        if isinstance(value, str) and value[:1] == "[":
            return self._named(json.loads(value))
        if isinstance(value, str) and 'linktype="page"' in value:
            return re.sub(r'id="(\d+)"', lambda found: self.names["page"][found[1]], value)
        if kind and isinstance(value, int):
            return self.names[kind][str(value)]
        return value


#: Keys whose numbers are those of records; `contact` and its like are what is inside such a list.
KIND_OF_KEY = {
    **dict.fromkeys(["page", "pages", "do_now", "report_page", "support_page"], "page"),
    **dict.fromkeys(["safety_page", "accessibility_page", "privacy_page"], "page"),
    **dict.fromkeys(["contact_directory", "shorter_page"], "page"),
    **dict.fromkeys(["image", "logo"], "image"),
    **dict.fromkeys(["hotspot", "hotspots"], "hotspot"),
    **dict.fromkeys(["route", "routes", "replaced_by", "accessible_alternatives"], "contact"),
    **dict.fromkeys(["not_sure", "anonymous", "child", "contact"], "contact"),
}


def files_of(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def forget_campaign() -> None:
    """Empty the database of all content."""
    ReferenceIndex.objects.all().delete()
    Site.objects.all().delete()
    Page.objects.all().delete()
    for model in (CampaignSettings, Sign, GlossaryTerm, Hotspot, Image, Document):
        model.objects.all().delete()
    ContactRoute.accessible_alternatives.through.objects.all().delete()
    ContactRoute.objects.update(replaced_by=None)
    ReferenceIndex.objects.all().delete()
    ContactRoute.objects.all().delete()
    Revision.objects.all().delete()
    for name in ("original_images", "documents"):
        if default_storage.exists(name):
            for file in default_storage.listdir(name)[1]:
                default_storage.delete(f"{name}/{file}")


def test_forgetting_forgets(write_pack: WritePack) -> None:
    load_pack(write_pack(), say=quiet)

    forget_campaign()

    assert {
        model.__name__: model.objects.count()
        for model in (Page, Sign, ContactRoute, Hotspot, GlossaryTerm, Image, Revision)
        if model.objects.exists()
    } == {}


def test_load_dump_load_gives_the_same_content(write_pack: WritePack, tmp_path: Path) -> None:
    load_pack(write_pack(), say=quiet)
    Site.objects.update(hostname="look.example.org", port=443)
    dump_pack(tmp_path / "dump", say=quiet)
    before = projection()
    forget_campaign()

    load_pack(tmp_path / "dump", say=quiet)

    home = Page.objects.get(depth=2)
    home.slug = "home-2"
    home.save()
    assert projection() == before
    dump_pack(tmp_path / "again", say=quiet)
    assert files_of(tmp_path / "again") == files_of(tmp_path / "dump")


def test_dump_keeps_ids_that_are_not_the_made_ones(write_pack: WritePack, tmp_path: Path) -> None:
    load_pack(write_pack(), say=quiet)
    page = ReportingPage.objects.get()
    raw = [dict(child) for child in page.body.raw_data]
    raw.reverse()
    page.body = json.dumps(raw)
    page.save_revision().publish()
    before = projection()

    dump_pack(tmp_path / "dump", say=quiet)
    report = load_pack(tmp_path / "dump", say=quiet)

    text = (tmp_path / "dump" / "pages" / "report.md").read_text()
    assert "id: " in text
    assert report.counts["pages"] == {"unchanged": 5}
    assert projection() == before


def test_dump_keeps_two_texts_that_stand_together_apart(
    write_pack: WritePack, tmp_path: Path
) -> None:
    load_pack(write_pack({"pages/report.md": TWO_TEXTS}), say=quiet)
    before = projection()

    dump_pack(tmp_path / "dump", say=quiet)
    report = load_pack(tmp_path / "dump", say=quiet)

    assert len(ReportingPage.objects.get().body) == 2
    assert report.counts["pages"] == {"unchanged": 5}
    assert projection() == before


TWO_TEXTS = """\
---
type: reporting_page
title: What happens
order: 2
---
One.

::: text
value: Two.
:::
"""


def test_dump_writes_what_is_public_and_tells_of_drafts(
    write_pack: WritePack, tmp_path: Path
) -> None:
    load_pack(write_pack(), say=quiet)
    page = ReportingPage.objects.get()
    page.title = "Not yet"
    page.save_revision()

    report = dump_pack(tmp_path / "dump", say=quiet)

    assert report.notes == ["/report/ has unpublished changes; the public version was written."]
    assert "title: What happens" in (tmp_path / "dump" / "pages" / "report.md").read_text()


def test_dump_replaces_a_campaign_and_keeps_what_is_not_of_it(
    write_pack: WritePack, tmp_path: Path
) -> None:
    root = write_pack()
    load_pack(root, say=quiet)
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text("ref")
    (root / "README.md").write_text("Notes")
    (root / "signs" / "stale.yaml").write_text("[]")

    report: DumpReport = dump_pack(root, say=quiet)

    assert report.notes == []
    assert (root / ".git" / "HEAD").read_text() == "ref"
    assert (root / "README.md").read_text() == "Notes"
    assert [path.name for path in (root / "signs").iterdir()] == ["ho.yaml"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_dump_refuses_a_place_that_is_not_a_campaign(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("keep me")
    (tmp_path / "file").write_text("keep me")
    (tmp_path / "link").symlink_to(tmp_path / "letters")

    for name in ("letters", "file", "link"):
        with pytest.raises(PackTargetError, match="nothing was written"):
            dump_pack(tmp_path / name, say=quiet)

    assert (tmp_path / "letters" / "a.txt").read_text() == "keep me"


def test_dump_without_a_campaign_says_so(tmp_path: Path) -> None:
    with pytest.raises(PackProblemsError, match="It holds no campaign"):
        dump_pack(tmp_path / "dump", say=quiet)

    assert not (tmp_path / "dump").exists()


def test_dump_refuses_text_without_a_written_form(write_pack: WritePack, tmp_path: Path) -> None:
    load_pack(write_pack(), say=quiet)
    HomePage.objects.update(introduction="<p>A <table><tr><td>x</td></tr></table></p>")
    Image.objects.get().file.storage.delete(Image.objects.get().file.name)

    with pytest.raises(PackProblemsError) as caught:
        dump_pack(tmp_path / "dump", say=quiet)

    assert str(caught.value).splitlines() == [
        "images/lamp.svg: The file is missing from storage. "
        "Upload it again in the editor, or delete the record.",
        "pages/index.md: /: <table> has no written form, so it cannot be put in a campaign folder.",
    ]
    assert not (tmp_path / "dump").exists()


def test_dump_tells_what_could_not_be_loaded_again(write_pack: WritePack, tmp_path: Path) -> None:
    load_pack(write_pack(), say=quiet)
    GlossaryTerm.objects.update(definition="")

    report = dump_pack(tmp_path / "dump", say=quiet)

    assert report.notes == [
        "To be put right before it can be loaded: "
        "glossary.yaml:1: definition: This field cannot be blank."
    ]


def test_dump_gives_each_file_a_name_of_its_own(write_pack: WritePack, tmp_path: Path) -> None:
    load_pack(write_pack(), say=quiet)
    first = Image.objects.get()
    second = Image(title="Another lamp", width=1, height=1)
    with first.file.open("rb") as stored:
        second.file.save("lamp.svg", stored, save=False)
    second.save()

    dump_pack(tmp_path / "dump", say=quiet)

    assert sorted(path.name for path in (tmp_path / "dump" / "images").iterdir()) == [
        "images.yaml",
        "lamp-2.svg",
        "lamp.svg",
    ]


@pytest.mark.parametrize("step", ["_write", "_put_in_place"])
def test_dump_on_a_full_disk_leaves_what_was_there(
    write_pack: WritePack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    root = write_pack()
    load_pack(root, say=quiet)
    before = files_of(root)

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(dumping if step == "_put_in_place" else dumping._Dumper, step, full)

    with pytest.raises(PackStorageError, match="The disk is full"):
        dump_pack(root, say=quiet)

    assert files_of(root) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_dump_puts_the_old_folder_back_when_the_new_one_cannot_take_its_place(
    write_pack: WritePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_pack()
    load_pack(root, say=quiet)
    before = files_of(root)
    rename: Callable[..., Any] = Path.rename
    calls: list[Path] = []

    def fail_once(self: Path, target: Path) -> Any:
        calls.append(self)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_once)

    with pytest.raises(PackStorageError):
        dump_pack(root, say=quiet)

    assert files_of(root) == before


def test_dump_without_settings_writes_the_name_alone(write_pack: WritePack, tmp_path: Path) -> None:
    load_pack(write_pack({"campaign.yaml": "name: Look closer\n"}), say=quiet)
    CampaignSettings.objects.all().delete()

    dump_pack(tmp_path / "dump", say=quiet)

    written = (tmp_path / "dump" / "campaign.yaml").read_text()
    assert written == "name: Look closer\nlocale: en\n"


@pytest.mark.slow
def test_the_demonstration_campaign_survives_load_dump_load(tmp_path: Path) -> None:
    root = Path(apps.get_app_config("cms_site").path) / "campaigns" / "rotherham"
    load_pack(root, say=quiet)
    dump_pack(tmp_path / "dump", say=quiet)
    before = projection()

    report = load_pack(tmp_path / "dump", say=quiet)

    assert report.total("created") == 0
    assert report.total("changed") == 0
    assert projection() == before
