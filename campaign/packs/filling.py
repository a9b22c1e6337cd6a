"""Puts what a file says into an instance of a model: all keys of its shape, absent ones too.

A key that a file does not mention gets the default of its field, so that a file says all there is
to know, and loading it gives the same content whatever was there before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from wagtail.fields import RichTextField, StreamField

from campaign.packs import values
from campaign.packs.blocks import BlockReader, clean_stream, read_pieces, read_rich_text
from campaign.packs.faults import ValueFault
from campaign.packs.marked_yaml import Fields
from campaign.packs.page_files import Piece, Section
from campaign.packs.problems import suggest
from campaign.packs.references import called
from campaign.packs.scope import Scope
from campaign.packs.shapes import Shape, child_shape, is_relation
from content_blocks.fields import ChoiceListField


@dataclass(frozen=True)
class Source:
    """What a file says of one instance.

    `raw` are its keys, `sections` the texts below the front matter of a page, `extra` the keys
    that are known here but are no fields (`type`, `order`, `live`).
    """

    raw: Fields
    sections: Mapping[str, Section] = field(default_factory=dict)
    extra: frozenset[str] = frozenset()

    def line(self, key: str) -> int:
        """Where a key stands, or where the record begins."""
        if key in self.sections:
            return self.sections[key].line or self.sections[key].pieces[0].line
        return self.raw.lines.get(key, self.raw.line)


def check_keys(source: Source, shape: Shape, scope: Scope) -> None:
    """Note keys and sections that the model does not have."""
    known = [*shape.keys, *sorted(source.extra)]
    for key in source.raw:
        if key not in known:
            scope.problem(
                source.raw.lines[key],
                _("There is no key “%(key)s” in a %(model)s.")
                % {"key": key, "model": called(shape.model)},
                suggest(key, known),
            )
    for name, section in source.sections.items():
        if name not in shape.texts:
            scope.problem(
                source.line(name),
                _("A %(model)s has no text “%(key)s”.")
                % {"key": name, "model": called(shape.model)},
                _("Begin the text with “=== %(name)s”.") % {"name": shape.texts[0]}
                if shape.texts and not section.line
                else suggest(name, shape.texts),
            )
        elif name in source.raw:
            scope.problem(
                source.raw.lines[name],
                _("“%(key)s” is given above and below the front matter.") % {"key": name},
                _("Keep one of them."),
            )


def fill(instance: Any, source: Source, shape: Shape, scope: Scope) -> None:
    """Set every key of the shape; faults are noted and leave the default."""
    for key in shape.fields:
        _fill_field(instance, key, source, shape, scope)
    for key, relation in shape.children.items():
        rows = _read_rows(relation, source.raw.get(key), source.line(key), key, scope)
        setattr(instance, relation.get_accessor_name(), rows)
    for key, special in shape.special.items():
        line = source.line(key)
        try:
            special.read(instance, source.raw.get(key), line=line, scope=scope)
        except ValueFault as fault:
            scope.fault(fault, line, key)


def fill_plain(instance: Any, source: Source, shape: Shape, scope: Scope) -> None:
    """Set only what a row needs to exist: plain fields, and relations that may not be empty."""
    for key, model_field in shape.fields.items():
        if isinstance(model_field, models.ManyToManyField | StreamField | RichTextField):
            continue
        if not is_relation(model_field) or not model_field.null:
            _fill_field(instance, key, source, shape, scope)


def _fill_field(instance: Any, key: str, source: Source, shape: Shape, scope: Scope) -> None:
    model_field = shape.fields[key]
    line = source.line(key)
    try:
        if key in source.sections:
            value = _read_section(model_field, source.sections[key], key, scope)
        else:
            value = read_field(model_field, source.raw.get(key), key, scope)
    except ValueFault as fault:
        scope.fault(fault, line, key)
        value = read_field(model_field, None, key, scope)
    setattr(instance, model_field.name, value)


def _read_rows(relation: Any, raw: Any, line: int, key: str, scope: Scope) -> list[Any]:
    shape = child_shape(relation)
    try:
        items = values.read_list(raw)
    except ValueFault as fault:
        scope.fault(fault, line, key)
        return []
    rows = []
    for position, item in enumerate(items):
        if not isinstance(item, Fields):
            scope.problem(
                items.lines[position],
                _("%(key)s: this needs “key: value” lines.") % {"key": key},
                suggest("", shape.keys),
            )
            continue
        source = Source(item)
        inner = replace(scope, owner=f"{scope.owner}|{key}/{position}")
        before = len(scope.problems)
        check_keys(source, shape, inner)
        row = relation.related_model()
        fill(row, source, shape, inner)
        if hasattr(row, "sort_order"):
            row.sort_order = position
        if len(scope.problems) == before:
            _check_model(row, source, shape, inner)
        rows.append(row)
    return rows


def _read_section(model_field: Any, section: Section, key: str, scope: Scope) -> Any:
    if isinstance(model_field, StreamField):
        return BlockReader(replace(scope, owner=f"{scope.owner}|{key}")).read_stream(
            model_field.stream_block, section.pieces
        )
    markdown = []
    for piece in section.pieces:
        if piece.fenced:
            scope.problem(
                piece.line,
                _("“%(key)s” is a text without blocks.") % {"key": key},
                _("Move the block to a text that takes blocks, such as “=== body”."),
            )
        else:
            markdown.append(read_rich_text(piece.value, piece.value, model_field.features, scope))
    return "".join(markdown)


def read_field(model_field: Any, raw: Any, key: str, scope: Scope) -> Any:
    """The value of one field from what is written; None is absence, and gives the default.

    Raises:
        ValueFault: what is written is not what the field needs.
    """
    if isinstance(model_field, StreamField):
        pieces = read_pieces(raw)
        reader = BlockReader(replace(scope, owner=f"{scope.owner}|{key}"))
        return reader.read_stream(model_field.stream_block, pieces)
    related: Any = model_field.related_model
    if isinstance(model_field, models.ManyToManyField):
        names = [values.read_text(item) for item in values.read_list(raw)]
        found = [scope.find((related,), name) for name in names]
        return list({instance.pk: instance for instance in found}.values())
    if raw is None:
        return model_field.get_default()
    if isinstance(model_field, RichTextField):
        return read_rich_text(values.read_text(raw), raw, model_field.features, scope)
    if isinstance(model_field, ChoiceListField):
        known = model_field.of.values if model_field.of else []
        return [values.read_choice(item, known) for item in values.read_list(raw)]
    text = values.read_text(raw)
    if isinstance(model_field, models.ForeignKey):
        return scope.find((related,), text) if text else None
    if not text and model_field.null:
        return None
    return _read_plain(model_field, raw, text)


_READERS: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
    (models.BooleanField, values.read_truth),
    (models.DateTimeField, values.read_moment),
    (models.DateField, values.read_date),
    (models.TimeField, values.read_time),
    (models.IntegerField, values.read_whole_number),
    (models.DecimalField, values.read_number),
)


def _read_plain(model_field: Any, raw: Any, text: str) -> Any:
    if model_field.choices:
        choices = values.flat_choices(model_field.flatchoices)
        return values.read_choice(raw, ["", *choices] if model_field.blank else choices)
    for kind, read in _READERS:
        if isinstance(model_field, kind):
            return read(raw)
    if isinstance(model_field, models.CharField | models.TextField):
        return text
    raise ValueFault(
        _("A field of this type (%(type)s) cannot be written in a campaign folder.")
        % {"type": type(model_field).__name__}
    )


def check_instance(instance: Any, source: Source, shape: Shape, scope: Scope) -> None:
    """Run the rules of the model and of its blocks, and note what they say at its line."""
    for key, model_field in shape.fields.items():
        if isinstance(model_field, StreamField):
            section = source.sections.get(key)
            pieces: list[Piece] = section.pieces if section else read_pieces(source.raw.get(key))
            if not pieces and model_field.blank:
                continue
            clean_stream(
                model_field.stream_block,
                getattr(instance, model_field.name),
                pieces,
                source.line(key),
                scope,
            )
        elif is_relation(model_field) and not model_field.blank and not source.raw.get(key):
            scope.problem(source.raw.line, _("There is no “%(key)s”.") % {"key": key}, _("Add it."))
    _check_model(instance, source, shape, scope)


def _check_model(instance: Any, source: Source, shape: Shape, scope: Scope) -> None:
    plain = {
        model_field.name: key
        for key, model_field in shape.fields.items()
        if not is_relation(model_field) and not isinstance(model_field, StreamField)
    }
    exclude = [name.name for name in instance._meta.fields if name.name not in plain]
    errors: dict[str, list[Any]] = {}
    try:
        instance.full_clean(exclude=exclude, validate_unique=False)
    except ValidationError as error:
        error.update_error_dict(errors)
    if getattr(instance, "live", False) and hasattr(instance, "why_not_publishable"):
        for name, message in instance.why_not_publishable().items():
            errors.setdefault(name, [ValidationError(message)])
    written_as = {model_field.name: key for key, model_field in shape.fields.items()}
    for name, found in errors.items():
        key = written_as.get(name, "")
        for message in ValidationError(found).messages:
            scope.problem(source.line(key), f"{key}: {message}" if key else message)
