"""Stream field values as YAML, by walking the block definitions: a new block needs nothing here.

Ids of stream children and list items are made from what they belong to and their position, so
the same file gives the same database; a file carries an `id:` only where the id is another one.
(wagtail-localize silently skips list items that have no id.)
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.rich_text import RichText

from campaign.packs import values
from campaign.packs.faults import ValueFault
from campaign.packs.markdown import to_html, to_markdown
from campaign.packs.marked_yaml import Fields, Items, Text
from campaign.packs.page_files import Piece
from campaign.packs.problems import suggest
from campaign.packs.references import References
from campaign.packs.scope import Scope

ID = "id"
VALUE = "value"
_NAMESPACE = UUID("2d3b1a0e-6f0c-5c0e-9f43-2b1f4e2f7a10")


def made_id(owner: str, path: str) -> str:
    """The id of the block at `path` of `owner` when its file names no other."""
    return str(uuid5(_NAMESPACE, f"{owner}{path}"))


def absent(block: Any) -> Any:
    """The value of a block that its file does not mention: never with a random id in it."""
    if isinstance(block, blocks.ListBlock):
        return blocks.list_block.ListValue(block, values=[])
    if isinstance(block, blocks.BaseStreamBlock):
        return blocks.StreamValue(block, [])
    if isinstance(block, blocks.BaseStructBlock):
        pairs = [(name, absent(child)) for name, child in block.child_blocks.items()]
        return block.meta.value_class(block, pairs)
    return block.get_default()


def chooser_models(block: Any) -> tuple[Any, ...]:
    """The models of which a chooser takes an instance."""
    several = getattr(block, "target_models", None)
    return tuple(several) if several else (block.model_class,)


# -- Reading -------------------------------------------------------------------------------------


def read_pieces(raw: Any) -> list[Piece]:
    """The children of a stream: as read from a body, or as a YAML list of `- key: value`."""
    if isinstance(raw, Items):
        return [_piece(item, line) for item, line in zip(raw, raw.lines, strict=True)]
    if isinstance(raw, list):
        return raw
    if raw is None:
        return []
    raise ValueFault(_("This must be a list of blocks."), _("Write “- block_key: …” lines."))


def _piece(item: Any, line: int) -> Piece:
    if not isinstance(item, Fields) or len(item) != 1:
        raise ValueFault(
            _("This is not a block."), _("Write one “- block_key: …” for each block."), line=line
        )
    ((key, value),) = item.items()
    return Piece(key, line, value)


def _unwrap(block: Any, raw: Any) -> tuple[Any, str | None]:
    """The value, and the id beside it: `{id, value}`, or a structure with one more key `id`."""
    if not isinstance(raw, Fields):
        return raw, None
    if isinstance(block, blocks.BaseStructBlock):
        if ID not in raw or ID in block.child_blocks:
            return raw, None
        rest = copy.copy(raw)
        return rest, rest.pop(ID)
    return raw.get(VALUE), raw.get(ID)


class BlockReader:
    """Makes the value of a stream field, and of all that is inside, from what a file says."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def read_stream(self, block: Any, pieces: list[Piece]) -> Any:
        """The value of a stream field; faults are noted in the scope."""
        return self._stream(block, pieces, "")

    def _read(self, block: Any, raw: Any, line: int, path: str, key: str) -> Any:
        """The value of any block; a fault is noted, and the value is then that of absence."""
        try:
            if raw is None:
                return absent(block)
            if isinstance(block, blocks.BaseStreamBlock):
                return self._stream(block, read_pieces(raw), path)
            if isinstance(block, blocks.BaseStructBlock):
                return self._struct(block, raw, path)
            if isinstance(block, blocks.ListBlock):
                return self._list(block, values.read_list(raw), path, key)
            return self._leaf(block, raw)
        except ValueFault as fault:
            self.scope.fault(fault, line, key)
            return absent(block)

    def _stream(self, block: Any, pieces: list[Piece], path: str) -> Any:
        children = []
        seen: set[str] = set()
        for position, piece in enumerate(pieces):
            child = block.child_blocks.get(piece.key)
            if child is None:
                self.scope.problem(
                    piece.line,
                    _("There is no block “%(key)s” here.") % {"key": piece.key},
                    suggest(piece.key, block.child_blocks),
                )
                continue
            here = f"{path}/{position}"
            raw, given = _unwrap(child, piece.value)
            number = self._id(given, here, piece.line, seen)
            if isinstance(child, blocks.BaseStructBlock) and raw is None:
                raw = Fields(piece.line)
            children.append(
                (piece.key, self._read(child, raw, piece.line, here, piece.key), number)
            )
        return blocks.StreamValue(block, children)

    def _struct(self, block: Any, raw: Any, path: str) -> Any:
        if not isinstance(raw, Fields):
            raise ValueFault(_("This needs “key: value” lines."), suggest("", block.child_blocks))
        for key in raw:
            if key not in block.child_blocks:
                self.scope.problem(
                    raw.lines[key],
                    _("There is no key “%(key)s” here.") % {"key": key},
                    suggest(key, block.child_blocks),
                )
        pairs = [
            (
                name,
                self._read(
                    child, raw.get(name), raw.lines.get(name, raw.line), f"{path}/{name}", name
                ),
            )
            for name, child in block.child_blocks.items()
        ]
        return block.meta.value_class(block, pairs)

    def _list(self, block: Any, raw: Items, path: str, key: str) -> Any:
        children = []
        seen: set[str] = set()
        for position, item in enumerate(raw):
            line = raw.lines[position]
            here = f"{path}/{position}"
            inner, given = _unwrap(block.child_block, item)
            number = self._id(given, here, line, seen)
            if inner is None:
                self.scope.problem(line, _("%(key)s: this item is empty.") % {"key": key})
            children.append(
                blocks.list_block.ListValue.ListChild(
                    block.child_block,
                    self._read(block.child_block, inner, line, here, key),
                    id=number,
                )
            )
        return blocks.list_block.ListValue(block, bound_blocks=children)

    def _id(self, given: Any, path: str, line: int, seen: set[str]) -> str:
        number = made_id(self.scope.owner, path)
        if given is not None:
            try:
                number = str(UUID(values.read_text(given)))
            except (ValueError, ValueFault):
                self.scope.problem(
                    line,
                    _("“%(id)s” is not an id.") % {"id": given},
                    _("Remove the line; the id is then made from the position."),
                )
        if number in seen:
            self.scope.problem(
                line, _("The id “%(id)s” is used twice.") % {"id": number}, _("Remove one of them.")
            )
        seen.add(number)
        return number

    def _leaf(self, block: Any, raw: Any) -> Any:
        if isinstance(block, blocks.RichTextBlock):
            text = values.read_text(raw)
            return RichText(read_rich_text(text, raw, block.features, self.scope))
        if isinstance(block, blocks.MultipleChoiceBlock):
            known = values.flat_choices(block.field.choices)
            return [values.read_choice(item, known) for item in values.read_list(raw)]
        text = values.read_text(raw)
        if isinstance(block, blocks.ChooserBlock):
            return self.scope.find(chooser_models(block), text) if text else None
        if isinstance(block, blocks.BooleanBlock):
            return values.read_truth(raw)
        if not text:
            return block.value_from_form(block.field.to_python(""))
        if isinstance(block, blocks.ChoiceBlock):
            return values.read_choice(raw, values.flat_choices(block.field.choices))
        for kind, read in _READERS:
            if isinstance(block, kind):
                return read(raw)
        return block.value_from_form(block.field.to_python(text))


_READERS = (
    (blocks.DateTimeBlock, values.read_moment),
    (blocks.DateBlock, values.read_date),
    (blocks.TimeBlock, values.read_time),
    (blocks.IntegerBlock, values.read_whole_number),
    (blocks.DecimalBlock, values.read_number),
)


def read_rich_text(text: str, raw: Any, features: Any, scope: Scope) -> str:
    """Stored rich text from Markdown in a file."""
    line = raw.line if isinstance(raw, Text) else 0
    return to_html(text, line=line, features=features, targets=scope, problem=scope.problem)


# -- Checking ------------------------------------------------------------------------------------


def clean_stream(block: Any, value: Any, pieces: list[Piece], line: int, scope: Scope) -> None:
    """Run the block definitions' own rules, and note what they say at the line it is about.

    Choosers are not asked: they would look in the database for what is not saved yet. The names
    they were given have been looked up already.
    """
    try:
        _rehearsal(block).clean(value)
    except ValidationError as error:
        _note(error, block, pieces, line, "", scope)


def _rehearsal(block: Any) -> Any:
    """A copy of a block whose choosers accept records that are not saved."""
    twin = copy.copy(block)
    if isinstance(block, (blocks.BaseStreamBlock, blocks.BaseStructBlock)):
        twin.child_blocks = {name: _rehearsal(child) for name, child in block.child_blocks.items()}
    elif isinstance(block, blocks.ListBlock):
        twin.child_block = _rehearsal(block.child_block)
    elif isinstance(block, blocks.ChooserBlock):
        twin.clean = _Chosen(block.required)
    if isinstance(block, blocks.BaseStreamBlock):
        # The children of a stream value know their own blocks: let them be the twins.
        twin.clean = lambda value: type(block).clean(
            twin,
            blocks.StreamValue(
                twin, [(child.block_type, child.value, child.id) for child in value]
            ),
        )
    return twin


@dataclass(frozen=True)
class _Chosen:
    """The rule of a chooser that does not ask the database."""

    required: bool

    def __call__(self, value: Any) -> Any:
        if value is None and self.required:
            raise ValidationError(_("This is required."))
        return value


def _note(error: Any, block: Any, raw: Any, line: int, key: str, scope: Scope) -> None:
    inner = getattr(error, "block_errors", None)
    if inner is None:
        for message in error.messages:
            scope.problem(line, f"{key}: {message}" if key else str(message))
        return
    for place, child_error in inner.items():
        _note(child_error, *_step(block, raw, line, key, place), scope)
    for message in error.non_block_errors:
        scope.problem(line, f"{key}: {message}" if key else str(message))


def _step(block: Any, raw: Any, line: int, key: str, place: Any) -> tuple[Any, Any, int, str]:
    """One level down: the child block, what is written for it, its line and its key."""
    if isinstance(block, blocks.BaseStreamBlock):
        piece = read_pieces(raw)[place]
        child = block.child_blocks[piece.key]
        return child, _unwrap(child, piece.value)[0], piece.line, piece.key
    if isinstance(block, blocks.ListBlock):
        child = block.child_block
        return child, _unwrap(child, raw[place])[0], raw.lines[place], key
    child = block.child_blocks[place]
    if not isinstance(raw, Fields):
        return child, None, line, place
    return child, raw.get(place), raw.lines.get(place, line), place


# -- Writing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WrittenBlock:
    """A child of a stream as a file says it; `id` only where it is not the made one."""

    key: str
    id: str | None
    value: Any

    def as_item(self, block: Any) -> Any:
        """The value with its id beside it, where it has one of its own."""
        return _wrap(block, self.value, self.id)


def _wrap(block: Any, value: Any, number: str | None) -> Any:
    if number is None:
        return value
    if isinstance(block, blocks.BaseStructBlock):
        return {ID: number, **value}
    return {ID: number, VALUE: value}


class BlockWriter:
    """Turns stream field values into what `BlockReader` reads."""

    def __init__(self, references: References, owner: str) -> None:
        self.references = references
        self.owner = owner

    def write_stream(self, value: Any, path: str = "") -> list[WrittenBlock]:
        """The children of a stream."""
        written = []
        for position, child in enumerate(value):
            here = f"{path}/{position}"
            number = self._other_id(child.id, here)
            written.append(
                WrittenBlock(child.block_type, number, self._write(child.block, child.value, here))
            )
        return written

    def _other_id(self, number: str | None, path: str) -> str | None:
        return None if number in (None, made_id(self.owner, path)) else number

    def _write(self, block: Any, value: Any, path: str) -> Any:
        if isinstance(block, blocks.BaseStreamBlock):
            return [
                {child.key: child.as_item(block.child_blocks[child.key])}
                for child in self.write_stream(value, path)
            ]
        if isinstance(block, blocks.BaseStructBlock):
            return dict(self._struct(block, value, path))
        if isinstance(block, blocks.ListBlock):
            return [
                _wrap(
                    block.child_block,
                    self._write(block.child_block, child.value, f"{path}/{position}"),
                    self._other_id(child.id, f"{path}/{position}"),
                )
                for position, child in enumerate(value.bound_blocks)
            ]
        return self._leaf(block, value)

    def _struct(self, block: Any, value: Any, path: str) -> Iterable[tuple[str, Any]]:
        for name, child in block.child_blocks.items():
            here = f"{path}/{name}"
            written = self._write(child, value.get(name), here)
            if written != self._write(child, absent(child), here):
                yield name, "" if written is None else written

    def _leaf(self, block: Any, value: Any) -> Any:
        if isinstance(block, blocks.RichTextBlock):
            return to_markdown(value.source if value else "", names=self.references)
        if isinstance(block, blocks.ChooserBlock):
            if value is None:
                return None
            return self.references.name_of(block.model_class, value.pk)
        if isinstance(value, (list, tuple)):
            return [values.write_value(item) for item in value]
        return values.write_value(value)
