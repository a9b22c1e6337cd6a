"""YAML in which every value knows its line.

Values are read as text: a scalar is never a number, a date or a truth value until the field it
is for says so. So `languages: [no]`, `number: 0800` and `opens: 22:00` mean what they look like.
An unquoted empty value, `~` or `null` is None. Anchors, aliases and tags are refused: a campaign
folder needs none, and they are how a small file becomes a very large one.
"""

from __future__ import annotations

from typing import Any

import yaml
from django.utils.translation import gettext as _

from campaign.packs.problems import Problems

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"
_TAG = "tag:yaml.org,2002:"
#: What YAML itself sees in plain values, lists and mappings.
_PLAIN_TAGS = frozenset(
    ["str", "null", "bool", "int", "float", "timestamp", "value", "merge", "seq", "map"]
)


class Text(str):
    """A scalar. `line` is where its text begins (for a block scalar, the line after the `|`)."""

    __slots__ = ("line",)
    line: int

    def __new__(cls, text: str, line: int) -> Text:
        """Text that begins on `line`."""
        made = super().__new__(cls, text)
        made.line = line
        return made


class Items(list[Any]):
    """A list. `line` is where it begins, `lines` where each item does."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class Fields(dict[str, Any]):
    """A mapping. `line` is where it begins, `lines` where each key stands."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


def parse_yaml(text: str, *, file: str, first_line: int, problems: Problems) -> Any:
    """The one document in `text`, whose first line is line `first_line` of `file`.

    Returns None for an empty text, and after a fault, which is noted in `problems`.
    """
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        reason = error.problem or error.context or str(error)
        problems.add(
            file,
            line,
            _("This is not YAML: %(reason)s.") % {"reason": reason},
            _("Check indentation, quotes and colons here and on the line above."),
        )
        return None
    except yaml.YAMLError as error:
        problems.add(
            file,
            first_line,
            _("This is not YAML: %(reason)s.") % {"reason": " ".join(str(error).split())},
            _("Remove characters that are not text."),
        )
        return None
    except RecursionError:
        problems.add(file, first_line, _("This is nested too deeply."), _("Make it flatter."))
        return None
    if node is None:
        return None
    return _Reader(file, first_line, problems).read(node)


class _Reader:
    """Turns composed nodes into values with lines."""

    def __init__(self, file: str, first_line: int, problems: Problems) -> None:
        self.file = file
        self.first_line = first_line
        self.problems = problems
        self.seen: set[int] = set()

    def read(self, node: yaml.Node) -> Any:
        """The value of a node; None where it has a fault."""
        line = self.first_line + node.start_mark.line
        if id(node) in self.seen:
            self.problems.add(
                self.file,
                line,
                _("This value is used in two places through an alias (*name)."),
                _("Write it out in both."),
            )
            return None
        self.seen.add(id(node))
        if node.tag.removeprefix(_TAG) not in _PLAIN_TAGS:
            self.problems.add(
                self.file,
                line,
                _("Tags such as “%(tag)s” are not used here.") % {"tag": node.tag},
                _("Remove it."),
            )
            return None
        if isinstance(node, yaml.MappingNode):
            return self._read_mapping(node, line)
        if isinstance(node, yaml.SequenceNode):
            return self._read_sequence(node, line)
        return self._read_scalar(node, line)

    def _read_scalar(self, node: Any, line: int) -> Text | None:
        if node.tag == _NULL and not node.style:
            return None
        return Text(node.value, line + 1 if node.style in ("|", ">") else line)

    def _read_sequence(self, node: yaml.SequenceNode, line: int) -> Items:
        items = Items(line)
        for child in node.value:
            items.append(self.read(child))
            items.lines.append(self.first_line + child.start_mark.line)
        return items

    def _read_mapping(self, node: yaml.MappingNode, line: int) -> Fields:
        fields = Fields(line)
        for key_node, value_node in node.value:
            key_line = self.first_line + key_node.start_mark.line
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.add(
                    self.file, key_line, _("A key must be a plain word."), _("Rewrite the key.")
                )
                continue
            key = key_node.value
            if key in fields:
                self.problems.add(
                    self.file,
                    key_line,
                    _("“%(key)s” is given twice; the first is on line %(line)d.")
                    % {"key": key, "line": fields.lines[key]},
                    _("Keep one of them."),
                )
                continue
            fields[key] = self.read(value_node)
            fields.lines[key] = key_line
        return fields
