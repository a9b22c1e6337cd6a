"""A site whose templates hide ours would show stored words in place of live numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from content_blocks.checks import check_rich_text_template


def test_this_site_puts_the_numbers_in() -> None:
    assert check_rich_text_template() == []


def test_site_whose_template_hides_ours_is_told(settings: Any, tmp_path: Path) -> None:
    template = tmp_path / "wagtailcore" / "shared" / "richtext.html"
    template.parent.mkdir(parents=True)
    template.write_text("{{ html|safe }}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    [error] = check_rich_text_template()
    assert error.id == "content_blocks.E005"
    assert "INSTALLED_APPS" in error.hint
