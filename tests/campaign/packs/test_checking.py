"""Every fault of a folder is named with its file, its line and what to do; nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from wagtail.models import Locale, Page

from campaign.packs import checking, files
from campaign.packs.checking import check_pack
from campaign.packs.exceptions import PackProblemsError, PackStorageError
from campaign.packs.loading import load_pack
from campaign.pages.models import GuidancePage, HomePage
from content_blocks.models import ContactRoute
from tests.campaign.packs.conftest import FILES, SVG, WritePack

pytestmark = pytest.mark.django_db

Changes = dict[str, str | bytes | None]
FaultsOf = Callable[[Changes], list[str]]
REPORT = "pages/report.md"
NO_REPORT = [
    "campaign.yaml:8: report_page: There is no page “/report/”. ",
    "pages/index.md:8: There is no page “/report/”. ",
    "signs/hotels.yaml:10: do_now: There is no page “/report/”. ",
]


def replaced(file: str, old: str, new: str) -> Changes:
    assert old in FILES[file]
    return {file: FILES[file].replace(old, new)}


def test_the_small_campaign_has_no_faults(faults_of: FaultsOf) -> None:
    assert faults_of({}) == []


def test_check_names_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    found = []
    for name in ("missing", "file", "empty"):
        with pytest.raises(PackProblemsError) as caught:
            check_pack(tmp_path / name)
        found.append(str(caught.value).removeprefix(f"{tmp_path}/"))

    assert found == [
        "missing: There is no such folder. Check the path.",
        "file: This is not a folder. Give the folder that holds campaign.yaml.",
        "empty: This is not a campaign folder: it has no campaign.yaml. "
        "Give the folder that holds campaign.yaml.",
    ]


CASES: dict[str, tuple[Changes, list[str]]] = {
    "empty campaign.yaml": (
        {"campaign.yaml": ""},
        ["campaign.yaml:1: This must be “key: value” lines.", "campaign.yaml:1: The campaign has"],
    ),
    "campaign.yaml with wrong keys": (
        {"campaign.yaml": "name: x\nsite: here\nsettigns: {}\nlocale: tlh\n"},
        [
            "campaign.yaml:2: site: this needs “key: value” lines. Use one of: hostname, port.",
            "campaign.yaml:3: There is no key “settigns” here. Did you mean “settings”?",
            "campaign.yaml:4: locale: the site has no language “tlh”. Use one of: en.",
        ],
    ),
    "campaign.yaml with a wrong site": (
        {"campaign.yaml": "name: x\nsite: {hostnam: a, port: eighty}\nsettings: {areaa: x}\n"},
        [
            "campaign.yaml:2: There is no key “hostnam” here. Did you mean “hostname”?",
            "campaign.yaml:2: port: “eighty” is not a whole number. Write digits only.",
            "campaign.yaml:3: There is no key “areaa” in a campaign settings. Did you mean “area”?",
        ],
    ),
    "settings with an unknown route": (
        replaced("campaign.yaml", "[childline]", "[childlin]"),
        [
            "campaign.yaml:7: child_routes: There is no contact route “childlin”. "
            "Did you mean “childline”?"
        ],
    ),
    "broken YAML": (
        replaced("glossary.yaml", "  term: Grooming", "  term: 'Grooming"),
        ["glossary.yaml:4: This is not YAML: "],
    ),
    "unknown choice": (
        replaced("hotspots.yaml", "pictogram: bed", "pictogram: beds"),
        ["hotspots.yaml:3: pictogram: “beds” cannot be chosen here. Did you mean “bed”?"],
    ),
    "wrong type": (
        replaced("hotspots.yaml", "order: 1", "order: first"),
        ["hotspots.yaml:4: order: “first” is not a whole number. Write digits only."],
    ),
    "unknown key": (
        replaced("hotspots.yaml", "pictogram: bed", "pictograms: bed"),
        ["hotspots.yaml:3: There is no key “pictograms” in a hotspot. Did you mean “pictogram”?"],
    ),
    "two records of one name": (
        replaced("glossary.yaml", "- slug", "- {slug: grooming, term: x, definition: y}\n- slug"),
        [
            "glossary.yaml:2: “grooming” is used already, in glossary.yaml on line 1. "
            "Give each record its own slug."
        ],
    ),
    "a record without a name": (
        replaced("glossary.yaml", "- slug", "- term: x\n- slug"),
        ["glossary.yaml:1: This record has no “slug”. Add “slug:”; other files refer to it."],
    ),
    "records that are no list": (
        {"glossary.yaml": "grooming: {}\n"},
        ["glossary.yaml:1: This must be a list of records. Begin each with “- ”."],
    ),
    "a record that is a word": (
        {"glossary.yaml": "- grooming\n"},
        ["glossary.yaml:1: This is not a record. Write “- key: value” lines."],
    ),
    "missing field": (
        {"glossary.yaml": "- slug: grooming\n  term: Grooming\n"},
        ["glossary.yaml:1: definition: This field cannot be blank."],
    ),
    "contact with no number": (
        replaced("contacts/all.yaml", '  number: "101"\n', ""),
        [
            "contacts/all.yaml:13: number: This channel needs this. "
            "Or set the state to “being checked”."
        ],
    ),
    "contact with a wrong number": (
        replaced("contacts/all.yaml", "number: 0800 1111", "number: 0800"),
        ["contacts/all.yaml:36: number: “0800” is not a number that can be called from"],
    ),
    "cycle of replaced contacts": (
        replaced("contacts/all.yaml", "name: Childline", "name: C\n  replaced_by: old-line"),
        [
            "contacts/all.yaml:35: replaced_by: These contact routes replace each other in a "
            "circle: childline → old-line → childline.",
            "contacts/all.yaml:49: replaced_by: These contact routes replace each other in a "
            "circle: old-line → childline → old-line.",
        ],
    ),
    "wrong dates": (
        replaced("contacts/all.yaml", "- date: 2026-12-25", "- date: 25 December")
        | {"glossary.yaml": FILES["glossary.yaml"] + "  reviewed_on: 2026-13-01\n"},
        [
            "contacts/all.yaml:22: date: “25 December” is not a date. "
            "Write year, month and day, such as 2026-11-21.",
            "glossary.yaml:4: reviewed_on: “2026-13-01” is not a date. ",
        ],
    ),
    "a day that is closed and open": (
        replaced("contacts/all.yaml", "      note: Christmas", '      opens: "09:00"'),
        ["contacts/all.yaml:22: Either tick “closed all day” and leave the times empty"],
    ),
    "hours in a wrong form": (
        replaced("contacts/all.yaml", "hours: always", "hours: never\n  exceptions: none"),
        [
            "contacts/all.yaml:6: hours: The hours are neither “always” nor days with times.",
            "contacts/all.yaml:7: exceptions: This must be a list.",
        ],
    ),
    "an exception that is a word": (
        replaced("contacts/all.yaml", "hours: always", "exceptions: [christmas]"),
        ["contacts/all.yaml:6: exceptions: this needs “key: value” lines. Use one of: closed, "],
    ),
    "unknown hotspot on a sign": (
        replaced("signs/hotels.yaml", "[hotels, taxis]", "[hotels, taxi]"),
        ["signs/hotels.yaml:4: hotspots: There is no hotspot “taxi”. Did you mean “taxis”?"],
    ),
    "a sign awaiting review that is not a draft": (
        replaced("signs/hotels.yaml", "  live: false", "  live: yes"),
        ["signs/hotels.yaml:11: confirmation: This sign waits for a safeguarding professional"],
    ),
    "live that is neither": (
        replaced("signs/hotels.yaml", "do_now: /report/", "live: perhaps"),
        ["signs/hotels.yaml:10: live: “perhaps” is neither true nor false. Write true or false."],
    ),
    "missing image": (
        {"images/lamp.svg": None},
        [
            "campaign.yaml:9: logo: There is no image “lamp.svg”. There are none in this folder.",
            "images/images.yaml:1: There is no file “images/lamp.svg”. ",
            "pages/report.md:27: image: There is no image “lamp.svg”. ",
        ],
    ),
    "broken and unlisted images": (
        {"images/lamp.svg": "no picture", "images/other.svg": SVG},
        [
            "images/images.yaml:1: images/lamp.svg: ",
            "images/other.svg: The file is not listed in images/images.yaml. "
            "List it there with a title, or remove it.",
        ],
    ),
    "images listed wrongly": (
        {
            "images/images.yaml": FILES["images/images.yaml"] * 2
            + "- file: lamp.svg\n- title: [x]\n"
        },
        [
            "images/images.yaml:4: “lamp.svg” is listed twice. Keep one of them.",
            "images/images.yaml:7: This needs a “file” and a “title”. Add what is missing.",
            "images/images.yaml:8: title: This must be text.",
        ],
    ),
    "unknown page path in a link": ({REPORT: None}, NO_REPORT),
    "two pages with the same slug": (
        {"pages/report/index.md": FILES[REPORT]},
        [
            "pages/report/index.md:1: pages/report.md is the same page: both have the address "
            "/report/. Keep one of them, or give one another name."
        ],
    ),
    "page files with wrong names": (
        {"pages/Bad Name.md": FILES[REPORT], "pages/note.txt": "x"},
        [
            "pages/Bad Name.md: “Bad Name” cannot be part of an address. ",
            "pages/note.txt: This is not a page. The name of a page file ends in .md.",
        ],
    ),
    "a page without a parent": (
        {"pages/lost/child.md": FILES[REPORT]},
        ["pages/lost/child.md: There is no page /lost/ above this one. Add pages/lost/index.md."],
    ),
    "no pages": (
        dict.fromkeys(name for name in FILES if name.startswith("pages/"))
        | replaced("campaign.yaml", "  report_page: /report/\n", "")
        | replaced("signs/hotels.yaml", "  do_now: /report/\n", ""),
        ["pages: The campaign has no home page. Add pages/index.md."],
    ),
    "no front matter": (
        {REPORT: "type: reporting_page\n"},
        [*NO_REPORT, "pages/report.md:1: The file does not begin with a line “---”. "],
    ),
    "open front matter": (
        {REPORT: "---\ntype: reporting_page\n"},
        [*NO_REPORT, "pages/report.md:1: The front matter is not closed. "],
    ),
    "broken front matter": (
        {REPORT: "---\n- reporting_page\n---\n"},
        [*NO_REPORT, "pages/report.md:1: The front matter is not a list of “key: value” lines."],
    ),
    "unterminated block": (
        replaced(REPORT, "    text: Stay **safe**.\n:::\n", "    text: Stay **safe**.\n"),
        ["pages/report.md:13: The block “steps” is not closed. Put a line “:::” after its last"],
    ),
    "unknown block": (
        replaced(REPORT, "::: steps", "::: step"),
        ["pages/report.md:13: There is no block “step” here. Did you mean “steps”?"],
    ),
    "unknown key of a block": (
        replaced(REPORT, "alt_text: A lamp", "alt_txt: A lamp"),
        ["pages/report.md:28: There is no key “alt_txt” here. Did you mean “alt_text”?"],
    ),
    "a rule of a block": (
        replaced(REPORT, 'routes: ["101", childline]\n', ""),
        ["pages/report.md:31: "],
    ),
    "a rule deep inside a block": (
        replaced(REPORT, "    page: /places/hotels/\n", ""),
        ["pages/report.md:39: page: "],
    ),
    "unknown page type": (
        replaced(REPORT, "type: reporting_page", "type: report_page"),
        [*NO_REPORT, "pages/report.md:2: There is no page type “report_page”. Did you mean"],
    ),
    "no page type": (
        replaced("pages/places/taxis.md", "type: hotspot_page\n", ""),
        ["pages/places/taxis.md:1: The page has no type. Add “type:”, such as guidance_page."],
    ),
    "pages in the wrong place": (
        {
            "pages/places/taxis.md": "---\ntype: update_page\ntitle: x\ndate: 2026-11-21\n---\n",
            "pages/index.md": "---\ntype: standard_page\ntitle: x\n---\n",
        },
        [
            "pages/index.md:2: type: a standard_page cannot be the home page. Use home_page.",
            "pages/places/index.md:2: type: a hotspot_index_page cannot be below a "
            "standard_page. Below it may be: –.",
            "pages/places/taxis.md:2: type: a update_page cannot be below a "
            "hotspot_index_page. Below it may be: hotspot_page.",
            "pages/report.md:2: type: a reporting_page cannot be below a standard_page. ",
        ],
    ),
    "a page that lacks its hotspot, and a wrong order": (
        replaced("pages/places/taxis.md", "hotspot: taxis\norder: 1\n", "order: one\n"),
        [
            "pages/places/taxis.md:2: There is no “hotspot”. Add it.",
            "pages/places/taxis.md:4: order: “one” is not a whole number. Write digits only.",
        ],
    ),
    "texts that the page has not": (
        replaced("pages/places/hotels.md", "=== staff", "=== stuff")
        | replaced("pages/places/taxis.md", "live: false\n---", "staff: []\n---\n=== staff\nx"),
        [
            "pages/places/hotels.md:9: A hotspot_page has no text “stuff”. Did you mean “staff”?",
            "pages/places/taxis.md:6: “staff” is given above and below the front matter. ",
        ],
    ),
    "a body on a page that has none": (
        {"pages/words.md": "---\ntype: glossary_page\ntitle: W\n---\nText.\n"},
        [
            "pages/words.md:5: A glossary_page has no text “body”. "
            "Begin the text with “=== introduction”."
        ],
    ),
    "blocks in a text without blocks": (
        replaced(
            "pages/index.md", "=== introduction\n", "=== introduction\n## No\n::: inset\n:::\n"
        ),
        [
            "pages/index.md:11: This text may not hold “h2”. It may hold: bold, link, ol, ul",
            "pages/index.md:12: “introduction” is a text without blocks. ",
        ],
    ),
    "wrong encoding": (
        {"glossary.yaml": FILES["glossary.yaml"].replace("Bu", "B\xfc").encode("latin-1")},
        ["glossary.yaml:3: The file is not UTF-8 text. Save it again with the encoding UTF-8."],
    ),
    "a NUL character": (
        {"glossary.yaml": FILES["glossary.yaml"] + "  avoid: a\0b\n"},
        ["glossary.yaml:4: The file holds a character that is not text. Remove the NUL character."],
    ),
    "a file of 50 MB": (
        {"glossary.yaml": b"x" * 50 * 1024 * 1024},
        ["glossary.yaml: The file is too large for a text (51200 KB; at most 1024 KB). "],
    ),
    "an image of 50 MB": (
        {"images/lamp.svg": b" " * 50 * 1024 * 1024},
        ["images/images.yaml:1: images/lamp.svg: The file is larger than 20 MB. "],
    ),
    "a page whose parent has faults": (
        {"pages/places/index.md": "no front matter"},
        [
            "pages/places/index.md:1: The file does not begin with a line “---”.",
            "pages/report.md:40: page: There is no page “/places/hotels/”.",
        ],
    ),
    "a file that is not part of a campaign": (
        {"hotspot.yaml": "[]", "README.md": "Notes are allowed.", ".hidden": "so is this"},
        ["hotspot.yaml: This file is not part of a campaign. Did you mean “hotspots.yaml”?"],
    ),
    "a document of a refused kind": (
        {
            "documents/documents.yaml": "- file: a.exe\n  title: x\n",
            "documents/a.exe": "MZ",
            "documents/easy-read.txt": None,
        },
        ["documents/documents.yaml:1: documents/a.exe: File extension “exe” is not allowed."],
    ),
}


@pytest.mark.parametrize(("changes", "faults"), CASES.values(), ids=CASES)
def test_check_names_file_line_and_remedy(
    faults_of: FaultsOf, settings: Any, changes: Changes, faults: list[str]
) -> None:
    settings.WAGTAILDOCS_EXTENSIONS = ["pdf", "txt"]

    found = faults_of(changes)

    assert len(found) == len(faults), found
    for begins in faults:
        assert any(fault.startswith(begins) for fault in found), (begins, found)
    assert ContactRoute.objects.count() == 0
    assert Page.objects.count() == 2


def test_check_refuses_links_out_of_the_folder(
    write_pack: WritePack, faults_of: FaultsOf, tmp_path: Path
) -> None:
    root = write_pack()
    secret = tmp_path / "secret.yaml"
    secret.write_text("- slug: x\n")
    (root / "glossary.yaml").unlink()
    (root / "glossary.yaml").symlink_to(root / "notes.txt")
    (root / "notes.txt").write_text(FILES["glossary.yaml"])
    (root / "signs" / "more.yaml").symlink_to(secret)
    (root / "more").symlink_to(tmp_path)

    with pytest.raises(PackProblemsError) as caught:
        check_pack(root)

    told = "This link leads out of the campaign folder, or to a folder. Put the file itself here."
    assert str(caught.value).splitlines() == [f"more: {told}", f"signs/more.yaml: {told}"]


def test_check_stops_at_a_folder_that_holds_everything(
    faults_of: FaultsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 3)

    assert any("holds more than 3 files" in fault for fault in faults_of({}))


def test_check_names_a_file_that_cannot_be_read(
    faults_of: FaultsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)

    found = faults_of({})

    told = "glossary.yaml: The file cannot be read: Permission denied. Check its permissions."
    assert told in found
    assert any(fault.startswith("images/images.yaml: The file cannot be read") for fault in found)


def test_check_names_an_image_that_cannot_be_read(
    faults_of: FaultsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def refuse(self: Path) -> bytes:
        if self.suffix == ".svg":
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)

    assert faults_of({}) == [
        "images/images.yaml:1: images/lamp.svg: Permission denied. "
        "Replace the file, or remove it from the list."
    ]


def test_check_names_a_document_that_is_too_large(
    faults_of: FaultsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MAX_DOCUMENT_BYTES", 3)

    assert faults_of({}) == [
        "documents/documents.yaml:1: documents/easy-read.txt: The file is larger than 200 MB. "
        "Replace the file, or remove it from the list."
    ]


def test_check_names_a_page_of_another_type_in_the_database(
    write_pack: WritePack, faults_of: FaultsOf
) -> None:
    load_pack(write_pack(), say=lambda _line: None)
    HomePage.objects.get().add_child(instance=GuidancePage(title="Guide", slug="guide"))

    found = faults_of({"pages/guide.md": "---\ntype: standard_page\ntitle: G\n---\n"})

    assert found == [
        "pages/guide.md:2: type: the page there now is a guidance_page, not a standard_page. "
        "Delete or move that page first, or keep its type."
    ]


def test_check_counts_pages_that_may_be_only_once(
    faults_of: FaultsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GuidancePage, "max_count", 1)
    page = "---\ntype: guidance_page\ntitle: G\n---\n"

    found = faults_of({"pages/a.md": page, "pages/b.md": page})

    assert found == [
        "pages/b.md:2: type: there are too many pages of type guidance_page here. Keep one of them."
    ]


def test_check_says_when_the_database_cannot_be_read(
    write_pack: WritePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**kwargs: object) -> None:
        raise OperationalError("no such table: wagtailcore_locale")

    monkeypatch.setattr(Locale.objects, "filter", refuse)

    with pytest.raises(PackStorageError, match=r"migrate"):
        check_pack(write_pack())


def test_check_works_before_the_language_has_a_row(write_pack: WritePack) -> None:
    Page.objects.all().delete()
    Locale.objects.all().delete()

    assert check_pack(write_pack()).language == "en"
    assert Locale.objects.count() == 0
