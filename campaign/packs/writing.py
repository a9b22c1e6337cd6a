"""What a file says of an instance: the other way of `filling`."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from wagtail.fields import RichTextField, StreamField

from campaign.packs.blocks import VALUE, BlockWriter, WrittenBlock
from campaign.packs.markdown import to_markdown
from campaign.packs.references import References
from campaign.packs.shapes import Shape, child_shape
from campaign.packs.values import write_value
from campaign.packs.written_yaml import write_yaml


def write_keys(
    instance: Any, shape: Shape, references: References, *, owner: str, without: frozenset[str]
) -> dict[str, Any]:
    """The keys of a record; what is as its field's default is left out."""
    written: dict[str, Any] = {}
    for key, model_field in shape.fields.items():
        if key not in without:
            value = _write_field(instance, key, model_field, references, owner)
            if value is not None:
                written[key] = value
    for key, relation in shape.children.items():
        rows = getattr(instance, relation.get_accessor_name()).all()
        inner = child_shape(relation)
        items = [
            write_keys(
                row, inner, references, owner=f"{owner}|{key}/{position}", without=frozenset()
            )
            for position, row in enumerate(rows)
        ]
        if items:
            written[key] = items
    for key, special in shape.special.items():
        value = special.write(instance, references)
        if value is not None:
            written[key] = value
    return written


def _write_field(
    instance: Any, key: str, model_field: Any, references: References, owner: str
) -> Any:
    """What is written for a field; None to leave the key out."""
    related: Any = model_field.related_model
    if isinstance(model_field, models.ManyToManyField):
        found = getattr(instance, model_field.name).all()
        names = (references.name_of(related, item.pk) for item in found)
        return sorted(name for name in names if name) or None
    if isinstance(model_field, models.ForeignKey):
        number = getattr(instance, model_field.attname)
        return references.name_of(related, number) if number else None
    value = getattr(instance, model_field.name)
    if isinstance(model_field, StreamField):
        children = BlockWriter(references, f"{owner}|{key}").write_stream(value)
        blocks = model_field.stream_block.child_blocks
        return [{child.key: child.as_item(blocks[child.key])} for child in children] or None
    if isinstance(model_field, RichTextField):
        return to_markdown(value or "", names=references) or None
    if value == model_field.get_default():
        return None
    if isinstance(value, (list, tuple)):
        return [write_value(item) for item in value]
    return "" if value is None else write_value(value)


def write_texts(instance: Any, shape: Shape, references: References, *, owner: str) -> str:
    """What stands below the front matter of a page file."""
    parts = []
    for key in shape.texts:
        model_field = shape.fields[key]
        value = getattr(instance, model_field.name)
        if isinstance(model_field, StreamField):
            written = BlockWriter(references, f"{owner}|{key}").write_stream(value)
            text = _write_pieces(written, model_field.stream_block)
        else:
            text = to_markdown(value or "", names=references)
        if text:
            parts.append(text if key == "body" else f"=== {key}\n\n{text}")
    return "\n\n".join(parts)


def _write_pieces(written: list[WrittenBlock], stream_block: Any) -> str:
    parts: list[str] = []
    after_prose = False
    for child in written:
        prose = child.key == "text" and child.id is None and child.value and not after_prose
        if prose:
            parts.append(child.value)
        elif child.key == "text":
            parts.append(_fenced("text", child.as_item(None) if child.id else {VALUE: child.value}))
        else:
            block = stream_block.child_blocks[child.key]
            parts.append(_fenced(child.key, child.as_item(block)))
        after_prose = bool(prose)
    return "\n\n".join(parts)


def _fenced(key: str, value: Any) -> str:
    inside = write_yaml(value) if value not in (None, "", {}, []) else ""
    return f"::: {key}\n{inside}:::"


def no_written_form(what: str, reason: object) -> str:
    """The words for content that a folder cannot hold."""
    return _("%(what)s: %(reason)s, so it cannot be put in a campaign folder.") % {
        "what": what,
        "reason": reason,
    }
