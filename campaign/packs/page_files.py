"""A page file: YAML front matter, then a body of Markdown, blocks and field switches.

Grammar of the body, line by line:

- `=== field_name` starts another rich text or stream field of the page;
- `::: block_key` starts a block, the lines up to `:::` are its YAML;
- all other lines are Markdown, and become a text block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from campaign.packs.marked_yaml import Fields, Text, parse_yaml
from campaign.packs.problems import Problems

BODY = "body"
_FENCE = "---"
_SWITCH = re.compile(r"^===\s*(?P<name>\S*)\s*$")
_OPEN = re.compile(r"^:::\s*(?P<key>[^\s:]+)\s*$")
_CLOSE = re.compile(r"^:::\s*$")


@dataclass
class Piece:
    """One block as written: Markdown under the key `text`, or the YAML of a fenced block."""

    key: str
    line: int
    value: Any
    fenced: bool = False


@dataclass
class Section:
    """What is written for one field of the page."""

    name: str
    line: int
    pieces: list[Piece] = field(default_factory=list)


@dataclass
class PageSource:
    """A page file as read, before anything is known about page types."""

    file: str
    front: Fields
    sections: dict[str, Section]


def parse_page(text: str, *, file: str, problems: Problems) -> PageSource | None:
    """Read a page file; None when its front matter cannot be read."""
    lines = text.splitlines()
    end = _end_of_front_matter(lines, file, problems)
    if end is None:
        return None
    before = len(problems)
    front = parse_yaml("\n".join(lines[1:end]), file=file, first_line=2, problems=problems)
    if not isinstance(front, Fields):
        if len(problems) == before:
            problems.add(
                file,
                1,
                _("The front matter is not a list of “key: value” lines."),
                _("Rewrite it."),
            )
        return None
    sections = _Body(file, problems).read(lines, end + 1)
    return PageSource(file, front, sections)


def _end_of_front_matter(lines: list[str], file: str, problems: Problems) -> int | None:
    if not lines or lines[0].rstrip() != _FENCE:
        problems.add(
            file,
            1,
            _("The file does not begin with a line “---”."),
            _("Put “---”, then “type:” and “title:”, then “---” above the text."),
        )
        return None
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == _FENCE:
            return number
    problems.add(
        file, 1, _("The front matter is not closed."), _("Put a line “---” after the last key.")
    )
    return None


class _Body:
    """Splits the lines below the front matter into sections and pieces."""

    def __init__(self, file: str, problems: Problems) -> None:
        self.file = file
        self.problems = problems
        self.sections: dict[str, Section] = {}
        self.current = Section(BODY, 0)
        self.prose: list[str] = []
        self.prose_line = 0
        self.open_key = ""
        self.open_line = 0
        self.yaml: list[str] = []

    def read(self, lines: list[str], start: int) -> dict[str, Section]:
        for number, line in enumerate(lines[start:], start=start + 1):
            if self.open_key:
                self._inside_block(number, line)
            else:
                self._outside_block(number, line)
        if self.open_key:
            self._unterminated()
        self._end_prose()
        self._keep_section()
        return self.sections

    def _inside_block(self, number: int, line: str) -> None:
        if _CLOSE.match(line):
            value = parse_yaml(
                "\n".join(self.yaml),
                file=self.file,
                first_line=self.open_line + 1,
                problems=self.problems,
            )
            self._add(Piece(self.open_key, self.open_line, value, fenced=True))
            self.open_key = ""
        elif _OPEN.match(line) or _SWITCH.match(line):
            self._unterminated()
            self.open_key = ""
            self._outside_block(number, line)
        else:
            self.yaml.append(line)

    def _outside_block(self, number: int, line: str) -> None:
        opening = _OPEN.match(line)
        switch = _SWITCH.match(line)
        if opening:
            self._end_prose()
            self.open_key, self.open_line, self.yaml = opening["key"], number, []
        elif switch:
            self._end_prose()
            self._keep_section()
            self._start_section(switch["name"], number)
        elif line.startswith(":::"):
            self.problems.add(
                self.file,
                number,
                _("This line closes or opens a block, but no block has that form."),
                _("Open a block with “::: block_key”, close it with “:::” alone."),
            )
        else:
            if not self.prose:
                self.prose_line = number
            self.prose.append(line)

    def _start_section(self, name: str, number: int) -> None:
        if not name:
            self.problems.add(
                self.file,
                number,
                _("“===” has no field name."),
                _("Write “=== field_name”."),
            )
        elif name in self.sections:
            self.problems.add(
                self.file,
                number,
                _("“=== %(name)s” is given twice.") % {"name": name},
                _("Put the text together under one of them."),
            )
        self.current = Section(name, number)

    def _keep_section(self) -> None:
        if self.current.name and (self.current.line or self.current.pieces):
            self.sections.setdefault(self.current.name, self.current)

    def _unterminated(self) -> None:
        self.problems.add(
            self.file,
            self.open_line,
            _("The block “%(key)s” is not closed.") % {"key": self.open_key},
            _("Put a line “:::” after its last line."),
        )

    def _end_prose(self) -> None:
        lines, first = self.prose, self.prose_line
        self.prose = []
        while lines and not lines[0].strip():
            lines, first = lines[1:], first + 1
        text = "\n".join(lines).rstrip()
        if text:
            self._add(Piece("text", first, Text(text, first)))

    def _add(self, piece: Piece) -> None:
        self.current.pieces.append(piece)
