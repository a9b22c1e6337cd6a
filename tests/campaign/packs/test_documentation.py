"""The guide for writers names every key there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from wagtail.models import Page, get_page_models

from campaign.packs.kinds import KINDS
from campaign.packs.references import snake_case
from campaign.packs.settings_shape import settings_shape
from campaign.packs.shapes import make_shape, page_shape
from content_blocks.streams import GuidanceStreamBlock

GUIDE = Path(settings.BASE_DIR) / "docs" / "campaign-format.md"


def known_words() -> list[str]:
    words = [*settings_shape().keys, *GuidanceStreamBlock().child_blocks]
    for kind in KINDS:
        words += make_shape(kind.model, special=kind.special, renamed=kind.renamed).keys
    for model in get_page_models():
        if model is not Page:
            words += [snake_case(model), *page_shape(model).keys]
    for block in GuidanceStreamBlock().child_blocks.values():
        words += getattr(block, "child_blocks", {})
    return sorted(set(words))


@pytest.mark.parametrize("word", known_words())
def test_the_guide_names_every_key(word: str) -> None:
    assert f"`{word}`" in GUIDE.read_text(encoding="utf-8")
