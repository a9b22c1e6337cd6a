"""The stylesheet: current, logical, readable, small."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import brotli
import pytest
from django.core.management import CommandError, call_command

from campaign.pages.inline import csp_hash
from cms_site.theme import stylesheet as theme
from cms_site.theme.build import PARTS, SOURCES, build_css, joined_sources

_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
_PHYSICAL = re.compile(
    r"(?<![\w-])(?:"
    r"(?:margin|padding|border|inset|scroll-(?:margin|padding))-(?:left|right|top|bottom)[\w-]*"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height)"
    r")\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
)
_MEDIA_QUERY = re.compile(r"@media[^{]*")

# Ink on ground, as the components use them.
PAIRS = [
    ("ink", "ground"),
    ("ink", "panel"),
    ("ink", "raised"),
    ("ink", "care"),
    ("soft", "ground"),
    ("soft", "panel"),
    ("soft", "raised"),
    ("link", "ground"),
    ("link", "panel"),
    ("link", "raised"),
    ("link", "care"),
    ("paper", "night"),
    ("dim", "night"),
    ("signal", "night"),
    ("signal-ink", "signal"),
]
SCHEMES = ["light", "dark", "light support", "dark support"]


def palette(scheme: str) -> dict[str, str]:
    """The colour tokens of a scheme, in the order in which the cascade sets them."""
    source = _COMMENTS.sub("", (SOURCES / "tokens.css").read_text(encoding="utf-8"))
    blocks = re.findall(r"(@media[^{]*\{\s*)?(:root|\.support)\s*\{([^}]*)\}", source)
    tokens: dict[str, str] = {}
    for media, selector, body in blocks:
        if media and "dark" not in scheme:
            continue
        if selector == ".support" and "support" not in scheme:
            continue
        tokens |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", body))
    return tokens


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_built_file_is_current() -> None:
    assert theme.BUILT.read_text(encoding="utf-8") == build_css()


def test_sources_hold_no_physical_property() -> None:
    source = _MEDIA_QUERY.sub("", _COMMENTS.sub("", joined_sources()))
    assert _PHYSICAL.findall(source) == []


@pytest.mark.parametrize(
    "declaration", ["margin-left: 1px", "left: 0", "width: 3px", "text-align: right", "top:1px"]
)
def test_physical_property_would_be_found(declaration: str) -> None:
    assert _PHYSICAL.search(f"a {{ {declaration}; }}")


def test_built_file_needs_no_list_of_languages() -> None:
    """Lowering a property to such a list would mirror by language, not by direction."""
    assert ":lang(ae" not in build_css()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_contrast_of_every_pair_is_enough_for_text(scheme: str) -> None:
    tokens = palette(scheme)
    weak = {
        f"{ink} on {ground}": round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, ground in PAIRS
        if contrast(tokens[ink], tokens[ground]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_edges_of_controls_are_visible(scheme: str) -> None:
    tokens = palette(scheme)
    for ground in ("ground", "raised", "panel"):
        assert contrast(tokens["edge"], tokens[ground]) >= 3, ground


def test_contrast_is_measured_as_wcag_does() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_size_leaves_room_for_the_page() -> None:
    compressed = brotli.compress(theme.stylesheet().encode())
    assert len(compressed) <= 6 * 1024


def test_stylesheet_asks_nothing_of_the_network() -> None:
    assert not re.search(r"url\(|@import|@font-face", theme.stylesheet())


@pytest.mark.parametrize(("scheme", "query"), [("light", "not all"), ("dark", "all")])
def test_style_page_forces_a_scheme(scheme: Any, query: str) -> None:
    css = theme.stylesheet(scheme)
    assert "prefers-color-scheme" not in css
    assert f"@media {query}{{" in css
    assert f"color-scheme:{scheme};" in css


def test_csp_allows_exactly_the_stylesheet() -> None:
    assert theme.style_sources() == (csp_hash(theme.stylesheet()),)
    assert theme.style_sources("dark") != theme.style_sources()


def test_command_says_that_the_file_is_current() -> None:
    out = StringIO()
    call_command("build_theme", "--check", stdout=out)
    assert out.getvalue().strip() == "The stylesheet is current."


def test_command_refuses_a_stale_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "theme.css"
    stale.write_text("a{}", encoding="utf-8")
    monkeypatch.setattr("cms_site.management.commands.build_theme.BUILT", stale)
    with pytest.raises(CommandError, match="not current"):
        call_command("build_theme", "--check")
    call_command("build_theme", stdout=StringIO())
    assert stale.read_text(encoding="utf-8") == build_css()


def test_every_part_is_built() -> None:
    assert {path.stem for path in SOURCES.glob("*.css")} == set(PARTS)
