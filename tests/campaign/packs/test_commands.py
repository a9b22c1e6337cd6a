"""`load_campaign` and `dump_campaign` as they are typed."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaign.pages.models import CampaignSettings
from content_blocks.models import Hotspot
from tests.campaign.packs.conftest import WritePack

pytestmark = pytest.mark.django_db


def test_load_reports_progress_and_totals(write_pack: WritePack) -> None:
    root, out = write_pack(), StringIO()

    call_command("load_campaign", str(root), stdout=out)

    assert out.getvalue().splitlines() == [
        "images: 1 created, 0 changed, 0 unchanged",
        "documents: 1 created, 0 changed, 0 unchanged",
        "hotspots: 2 created, 0 changed, 0 unchanged",
        "contacts: 5 created, 0 changed, 0 unchanged",
        "signs: 2 created, 0 changed, 0 unchanged",
        "glossary: 1 created, 0 changed, 0 unchanged",
        "pages: 5 created, 0 changed, 0 unchanged",
        "settings: 0 created, 1 changed, 0 unchanged",
        f"Loaded {root}: 17 created, 1 changed, 0 unchanged.",
    ]


def test_load_is_silent_when_told_so(
    write_pack: WritePack, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_campaign", str(write_pack()), verbosity=0)

    assert capsys.readouterr() == ("", "")
    assert Hotspot.objects.count() == 2


def test_load_names_what_it_left_alone(write_pack: WritePack) -> None:
    call_command("load_campaign", str(write_pack()), stdout=StringIO())
    out = StringIO()

    call_command("load_campaign", str(write_pack({"glossary.yaml": None})), stdout=out)

    assert "glossary: grooming is not in the folder; left alone.\n" in out.getvalue()


def test_check_writes_nothing(write_pack: WritePack) -> None:
    out = StringIO()

    call_command("load_campaign", str(write_pack()), "--check", stdout=out)

    assert out.getvalue() == "No faults: 10 records, 5 pages, 1 images.\n"
    assert not Hotspot.objects.exists()


def test_faults_are_listed_before_the_command_fails(write_pack: WritePack) -> None:
    root, err = write_pack({"hotspots.yaml": "- slug: a\n  nam: A\n"}), StringIO()

    with pytest.raises(CommandError, match=r"^\d+ faults in .*\. Nothing was loaded\.$"):
        call_command("load_campaign", str(root), stderr=err)

    assert "hotspots.yaml:2: There is no key “nam” in a hotspot." in err.getvalue()


def test_if_empty_leaves_a_campaign_alone(write_pack: WritePack) -> None:
    root = write_pack()
    call_command("load_campaign", str(root), "--if-empty", stdout=StringIO())
    Hotspot.objects.filter(slug="hotels").update(name="Edited")
    out = StringIO()

    call_command("load_campaign", str(root), "--if-empty", stdout=out)

    assert out.getvalue() == "A campaign is there already; nothing was loaded.\n"
    assert Hotspot.objects.get(slug="hotels").name == "Edited"


def test_a_refused_write_fails_the_command(
    write_pack: WritePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, *args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CampaignSettings, "save", full)

    with pytest.raises(CommandError, match=r"^The disk is full\. Nothing was loaded\."):
        call_command("load_campaign", str(write_pack()), stdout=StringIO())


def test_dump_writes_a_folder(write_pack: WritePack, tmp_path: Path) -> None:
    call_command("load_campaign", str(write_pack()), stdout=StringIO())
    Hotspot.objects.get(slug="hotels").save_revision()
    out, err = StringIO(), StringIO()

    call_command("dump_campaign", str(tmp_path / "dump"), stdout=out, stderr=err)

    assert out.getvalue().splitlines()[-1] == f"Wrote {tmp_path / 'dump'}."
    assert "hotspots hotels has unpublished changes" in err.getvalue()
    assert (tmp_path / "dump" / "campaign.yaml").is_file()


def test_dump_that_is_refused_fails_the_command(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    err = StringIO()

    with pytest.raises(CommandError, match="is not a folder"):
        call_command("dump_campaign", str(tmp_path / "file"))
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("dump_campaign", str(tmp_path / "dump"), stderr=err)

    assert "It holds no campaign." in err.getvalue()
