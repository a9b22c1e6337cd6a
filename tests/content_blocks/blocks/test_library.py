"""What holds for every block: complete for the editor, previewed without the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from wagtail import blocks

from content_blocks import streams
from tests.content_blocks.blocks.conftest import STREAM

KEYS = [
    "text",
    "action_panel",
    "contacts",
    "signs",
    "steps",
    "myths",
    "warning",
    "inset",
    "content_note",
    "details",
    "figure",
    "video",
    "download",
    "quote",
    "definition",
    "table",
    "related",
    "next_steps",
    "languages",
    "formats",
]
#: The root element of each block, which the stylesheet and the partners' widgets know.
ROOTS = {key: key.replace("_", "-") for key in KEYS} | {"table": "table-wrap"}
#: The fields of each block: stored data.
FIELDS = {
    "action_panel": ["heading", "lead", "not_sure", "anonymous", "child"],
    "contacts": ["heading", "audience", "routes", "layout"],
    "signs": ["heading", "select", "hotspot", "observed", "signs", "show_caution"],
    "steps": ["heading", "steps"],
    "myths": ["heading", "items"],
    "warning": ["heading", "text"],
    "inset": ["text"],
    "content_note": ["text", "support_page", "shorter_page"],
    "details": ["summary", "text"],
    "figure": ["image", "alt_text", "decorative", "caption"],
    "video": ["title", "video", "captions", "poster", "transcript"],
    "download": ["title", "document", "description"],
    "quote": ["text", "source", "source_url", "date"],
    "definition": ["term"],
    "table": ["caption", "columns", "rows", "row_headings"],
    "related": ["heading", "pages"],
    "next_steps": ["heading", "links"],
    "languages": ["heading"],
    "formats": ["heading", "items"],
}
ITEMS = {
    ("steps", "steps"): ["title", "text"],
    ("myths", "items"): ["myth", "fact"],
    ("table", "rows"): ["cells"],
    ("next_steps", "links"): ["text", "page", "url", "description"],
    ("formats", "items"): ["format", "title", "page", "document", "url"],
}


def descendants(block: blocks.Block, path: str = "") -> Iterator[tuple[str, blocks.Block]]:
    for name, child in getattr(block, "child_blocks", {}).items():
        yield f"{path}{name}", child
        yield from descendants(child, f"{path}{name}.")
    if isinstance(block, blocks.ListBlock):
        yield f"{path}item", block.child_block
        yield from descendants(block.child_block, f"{path}item.")


def test_guidance_stream_has_exactly_the_stored_keys() -> None:
    assert list(streams.GuidanceStreamBlock().child_blocks) == KEYS


@pytest.mark.parametrize("key", FIELDS)
def test_block_has_exactly_the_stored_fields(key: str) -> None:
    assert list(STREAM.child_blocks[key].child_blocks) == FIELDS[key]


@pytest.mark.parametrize(("key", "field"), ITEMS)
def test_list_items_have_exactly_the_stored_fields(key: str, field: str) -> None:
    item = STREAM.child_blocks[key].child_blocks[field].child_block
    assert list(item.child_blocks) == ITEMS[key, field]


@pytest.mark.parametrize("key", KEYS)
def test_block_is_complete_for_the_editor(key: str) -> None:
    block = STREAM.child_blocks[key]
    meta = {name: getattr(block.meta, name) for name in ("icon", "label", "group", "description")}
    assert [name for name, value in meta.items() if not value or value == "placeholder"] == []
    assert type(block).__doc__
    assert block.is_previewable
    assert block.meta.template == f"content_blocks/blocks/{key}.html"
    assert get_template(block.meta.template)


@pytest.mark.parametrize("key", KEYS)
def test_every_field_has_a_label_and_help_for_the_editor(key: str) -> None:
    found = [(key, STREAM.child_blocks["text"])] if key == "text" else []
    found += descendants(STREAM.child_blocks[key])
    without_help = [
        path
        for path, block in found
        if not isinstance(block, blocks.StructBlock)
        and not (block.field.help_text if hasattr(block, "field") else block.meta.help_text)
    ]
    without_label = [path for path, block in found if not block.label and "item" not in path]
    assert (without_help, without_label) == ([], [])


@pytest.mark.parametrize("key", KEYS)
def test_preview_asks_nothing_of_the_database(key: str) -> None:
    """No `db` mark: any query raises."""
    block = STREAM.child_blocks[key]
    value = block.get_preview_value()
    soup = BeautifulSoup(block.render(value, block.get_preview_context(value, {})), "html.parser")
    [root] = list(soup.find_all(True, recursive=False))
    assert ROOTS[key] in root["class"]


@pytest.mark.parametrize("key", KEYS)
def test_preview_is_shown_in_the_admin(admin_client: Client, key: str) -> None:
    response = admin_client.get(
        reverse("wagtailadmin_block_preview"), {"id": STREAM.child_blocks[key].definition_prefix}
    )
    assert response.status_code == 200
    assert BeautifulSoup(response.content, "html.parser").select(f"main .{ROOTS[key]}")


@pytest.mark.parametrize("key", KEYS)
def test_block_brings_no_inline_style_script_or_third_party(key: str) -> None:
    block = STREAM.child_blocks[key]
    value = block.get_preview_value()
    soup = BeautifulSoup(block.render(value, block.get_preview_context(value, {})), "html.parser")
    assert soup.select("script, style, [style], iframe, [onclick], [autoplay]") == []
    loaded = [element["src"] for element in soup.select("[src]")]
    assert [address for address in loaded if not address.startswith(("/static/", "#"))] == []


@pytest.mark.parametrize("key", KEYS)
def test_headings_begin_at_level_two_and_skip_none(key: str) -> None:
    block = STREAM.child_blocks[key]
    value = block.get_preview_value()
    soup = BeautifulSoup(block.render(value, block.get_preview_context(value, {})), "html.parser")
    level = 1
    for heading in soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6"]):
        assert 2 <= int(heading.name[1]) <= level + 1
        level = int(heading.name[1])


def test_families_are_sorted_for_the_menu() -> None:
    groups = list(dict.fromkeys(str(block.meta.group) for block in STREAM.child_blocks.values()))
    assert sorted(groups) == [
        "1. Text",
        "2. Who to contact",
        "3. Signs",
        "4. Guidance",
        "5. Notices",
        "6. Pictures, film and files",
        "7. Reference",
        "8. Links",
    ]


def test_stream_renders_blocks_inside_one_another() -> None:
    """A stream of every preview value renders all of them, in order."""
    values = [
        (key, STREAM.child_blocks[key].get_preview_value()) for key in KEYS if key != "languages"
    ]
    html = str(STREAM.normalize(values).render_as_block())
    soup = BeautifulSoup(html, "html.parser")
    found = [
        next(key for key in KEYS if f"block-{key}" in element["class"])
        for element in soup.find_all("div", class_=True, recursive=False)
    ]
    assert found == [key for key, _value in values]
