"""A campaign folder as read: records, page files and media, not yet compared with any model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from campaign.packs.files import CAMPAIGN, Folder
from campaign.packs.kinds import KINDS, RecordKind
from campaign.packs.marked_yaml import Fields, Items, Text, parse_yaml
from campaign.packs.page_files import PageSource, parse_page
from campaign.packs.problems import Problems, suggest

IMAGES = "images"
DOCUMENTS = "documents"
PAGES = "pages"
HOME = "/"
ORDER = "order"
LIVE = "live"
TYPE = "type"

_SLUG = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
_MEDIA_KEYS = ("file", "title", "description")
_CAMPAIGN_KEYS = ("name", "locale", "site", "settings")


@dataclass
class RecordSource:
    """One record as written."""

    kind: RecordKind
    name: str
    file: str
    raw: Fields


@dataclass
class MediaSource:
    """One image or document as written, with the file itself."""

    name: str
    file: str
    line: int
    title: str
    description: str
    path: Path


@dataclass
class PageNode:
    """One page file and its place in the tree."""

    path: str
    slug: str
    source: PageSource
    children: list[PageNode] = field(default_factory=list)

    @property
    def parent_path(self) -> str:
        """The path of the page above; of the home page, the empty text."""
        if self.path == HOME:
            return ""
        parent = PurePosixPath(self.path).parent.as_posix()
        return HOME if parent == HOME else f"{parent}/"

    def walk(self) -> Iterator[PageNode]:
        """This page and all below it, parents first, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Pack:
    """All that a campaign folder says."""

    root: Path
    campaign: Fields
    records: dict[str, list[RecordSource]]
    images: list[MediaSource]
    documents: list[MediaSource]
    home: PageNode | None

    def pages(self) -> list[PageNode]:
        """All pages, parents first, in order."""
        return list(self.home.walk()) if self.home else []


def read_pack(root: Path, problems: Problems) -> Pack:
    """Read a campaign folder; faults are noted in `problems`.

    Raises:
        PackProblemsError: there is no campaign folder at `root`.
    """
    folder = Folder(root, problems)
    return _PackReader(folder, problems).read()


class _PackReader:
    def __init__(self, folder: Folder, problems: Problems) -> None:
        self.folder = folder
        self.problems = problems
        self.used: set[str] = {CAMPAIGN}

    def read(self) -> Pack:
        pack = Pack(
            root=self.folder.root,
            campaign=self._campaign(),
            records={kind.name: self._records(kind) for kind in KINDS},
            images=self._media(IMAGES),
            documents=self._media(DOCUMENTS),
            home=self._pages(),
        )
        self._report_unused()
        return pack

    # -- campaign.yaml --

    def _campaign(self) -> Fields:
        raw = self._yaml(CAMPAIGN)
        if not isinstance(raw, Fields):
            if raw is not None or not len(self.problems):
                self.problems.add(
                    CAMPAIGN, 1, _("This must be “key: value” lines."), _("Begin with “name:”.")
                )
            return Fields(1)
        self._check_keys(CAMPAIGN, raw, _CAMPAIGN_KEYS)
        return raw

    # -- records --

    def _records(self, kind: RecordKind) -> list[RecordSource]:
        if kind.is_folder:
            names = [
                name
                for name in self.folder.files
                if name.startswith(f"{kind.path}/") and name.endswith((".yaml", ".yml"))
            ]
        else:
            names = [kind.path] if kind.path in self.folder.files else []
        found: dict[str, RecordSource] = {}
        for name in sorted(names):
            for record in self._records_of(kind, name):
                first = found.setdefault(record.name, record)
                if first is not record:
                    self.problems.add(
                        name,
                        record.raw.lines[kind.key],
                        _("“%(name)s” is used already, in %(file)s on line %(line)d.")
                        % {
                            "name": record.name,
                            "file": first.file,
                            "line": first.raw.lines[kind.key],
                        },
                        _("Give each record its own %(key)s.") % {"key": kind.key},
                    )
        return list(found.values())

    def _records_of(self, kind: RecordKind, file: str) -> Iterator[RecordSource]:
        for raw in self._list_of(file):
            name = raw.get(kind.key)
            if not isinstance(name, Text) or not name:
                self.problems.add(
                    file,
                    raw.line,
                    _("This record has no “%(key)s”.") % {"key": kind.key},
                    _("Add “%(key)s:”; other files refer to it.") % {"key": kind.key},
                )
                continue
            yield RecordSource(kind, str(name), file, raw)

    def _list_of(self, file: str) -> Iterator[Fields]:
        """The mappings of a file that is a list of them."""
        raw = self._yaml(file)
        if raw is None:
            return
        if not isinstance(raw, Items):
            self.problems.add(
                file, 1, _("This must be a list of records."), _("Begin each with “- ”.")
            )
            return
        for item, line in zip(raw, raw.lines, strict=True):
            if isinstance(item, Fields):
                yield item
            else:
                self.problems.add(
                    file, line, _("This is not a record."), _("Write “- key: value” lines.")
                )

    # -- images and documents --

    def _media(self, kind: str) -> list[MediaSource]:
        file = f"{kind}/{kind}.yaml"
        found: dict[str, MediaSource] = {}
        if file in self.folder.files:
            for raw in self._list_of(file):
                source = self._medium(kind, file, raw)
                if source is None:
                    continue
                if source.name in found:
                    self.problems.add(
                        file,
                        source.line,
                        _("“%(name)s” is listed twice.") % {"name": source.name},
                        _("Keep one of them."),
                    )
                found.setdefault(source.name, source)
        for name in self.folder.files:
            if name.startswith(f"{kind}/") and name not in self.used:
                self.used.add(name)
                self.problems.add(
                    name,
                    0,
                    _("The file is not listed in %(list)s.") % {"list": file},
                    _("List it there with a title, or remove it."),
                )
        return list(found.values())

    def _medium(self, kind: str, file: str, raw: Fields) -> MediaSource | None:
        self._check_keys(file, raw, _MEDIA_KEYS)
        values = {key: raw.get(key) for key in _MEDIA_KEYS}
        for key, value in values.items():
            if value is not None and not isinstance(value, Text):
                self.problems.add(
                    file, raw.lines[key], _("%(key)s: This must be text.") % {"key": key}
                )
                return None
        name, title = values["file"], values["title"]
        if not name or not title:
            self.problems.add(
                file, raw.line, _("This needs a “file” and a “title”."), _("Add what is missing.")
            )
            return None
        shown = f"{kind}/{name}"
        path = self.folder.files.get(shown)
        if path is None:
            self.problems.add(
                file,
                raw.lines["file"],
                _("There is no file “%(name)s”.") % {"name": shown},
                suggest(
                    str(name),
                    [
                        PurePosixPath(other).name
                        for other in self.folder.files
                        if other.startswith(f"{kind}/") and not other.endswith(".yaml")
                    ],
                ),
            )
            return None
        self.used.add(shown)
        description = values["description"] or ""
        return MediaSource(str(name), file, raw.line, str(title), str(description), path)

    # -- pages --

    def _pages(self) -> PageNode | None:
        nodes: dict[str, PageNode] = {}
        for name in sorted(self.folder.files):
            if name.startswith(f"{PAGES}/"):
                self.used.add(name)
                node = self._page(name)
                if node is None:
                    continue
                first = nodes.setdefault(node.path, node)
                if first is not node:
                    self.problems.add(
                        name,
                        1,
                        _("%(other)s is the same page: both have the address %(path)s.")
                        % {"other": first.source.file, "path": node.path},
                        _("Keep one of them, or give one another name."),
                    )
        self._build_tree(nodes)
        if HOME not in nodes and f"{PAGES}/index.md" not in self.folder.files:
            self.problems.add(
                PAGES, 0, _("The campaign has no home page."), _("Add pages/index.md.")
            )
        return nodes.get(HOME)

    def _page(self, name: str) -> PageNode | None:
        if not name.endswith(".md"):
            self.problems.add(
                name, 0, _("This is not a page."), _("The name of a page file ends in .md.")
            )
            return None
        parts = list(PurePosixPath(name).with_suffix("").parts[1:])
        if parts[-1] == "index":
            parts.pop()
        for part in parts:
            if not _SLUG.match(part):
                self.problems.add(
                    name,
                    0,
                    _("“%(part)s” cannot be part of an address.") % {"part": part},
                    _("Name the file with small letters, digits and single hyphens."),
                )
                return None
        text = self.folder.read_text(name)
        if text is None:
            return None
        source = parse_page(text, file=name, problems=self.problems)
        if source is None:
            return None
        path = "/" + "".join(f"{part}/" for part in parts)
        return PageNode(path, parts[-1] if parts else "", source)

    def _build_tree(self, nodes: dict[str, PageNode]) -> None:
        for node in nodes.values():
            if node.path == HOME:
                continue
            parent = nodes.get(node.parent_path)
            if parent is not None:
                parent.children.append(node)
            elif not self._has_file(node.parent_path):
                self.problems.add(
                    node.source.file,
                    0,
                    _("There is no page %(path)s above this one.") % {"path": node.parent_path},
                    _("Add %(file)s.") % {"file": f"{PAGES}{node.parent_path}index.md"},
                )
        for node in nodes.values():
            node.children.sort(key=lambda child: (self._order(child), child.slug))

    def _has_file(self, path: str) -> bool:
        """Whether the page has a file, if one with faults."""
        stem = f"{PAGES}{path}"
        return f"{stem}index.md" in self.folder.files or f"{stem[:-1]}.md" in self.folder.files

    def _order(self, node: PageNode) -> int:
        raw = node.source.front.get(ORDER)
        if raw is None:
            return 1_000_000
        if not isinstance(raw, Text) or not raw.isdecimal():
            self.problems.add(
                node.source.file,
                node.source.front.lines[ORDER],
                _("order: “%(value)s” is not a whole number.") % {"value": raw},
                _("Write digits only."),
            )
            return 1_000_000
        return int(raw)

    # -- all --

    def _yaml(self, file: str) -> Any:
        self.used.add(file)
        text = self.folder.read_text(file)
        if text is None:
            return None
        return parse_yaml(text, file=file, first_line=1, problems=self.problems)

    def _check_keys(self, file: str, raw: Fields, known: tuple[str, ...]) -> None:
        for key in raw:
            if key not in known:
                self.problems.add(
                    file,
                    raw.lines[key],
                    _("There is no key “%(key)s” here.") % {"key": key},
                    suggest(key, known),
                )

    def _report_unused(self) -> None:
        places = [kind.path for kind in KINDS] + [IMAGES, DOCUMENTS, PAGES, CAMPAIGN]
        for name in self.folder.files:
            note = "/" not in name and name.endswith((".md", ".txt"))
            if name not in self.used and not note:
                self.problems.add(
                    name,
                    0,
                    _("This file is not part of a campaign."),
                    suggest(name.split("/")[0], places) + " " + _("Or remove it."),
                )
