"""Writes the campaign of the database as a folder of files, or refuses and leaves what is there.

What is public is written as the public sees it; what is not, as its latest draft. A draft of
changes to something public is not written, and said so: loading the folder would publish it.
Schedules, locks, history, people and rights are no part of a folder.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale

from campaign.packs.checking import check_pack
from campaign.packs.exceptions import PackProblemsError, PackTargetError
from campaign.packs.files import CAMPAIGN
from campaign.packs.folder import DOCUMENTS, HOME, IMAGES, LIVE, ORDER, PAGES, TYPE
from campaign.packs.kinds import KINDS, RecordKind
from campaign.packs.markdown import NotWritableError
from campaign.packs.present import Present, latest_of
from campaign.packs.problems import Problem, Problems
from campaign.packs.references import References, snake_case
from campaign.packs.reports import DumpReport
from campaign.packs.settings_shape import settings_shape
from campaign.packs.shapes import make_shape, page_shape
from campaign.packs.storage import explain_storage_error
from campaign.packs.writing import no_written_form, write_keys, write_texts
from campaign.packs.written_yaml import write_yaml

Say = Callable[[str], None]
_OWNED = frozenset({CAMPAIGN, IMAGES, DOCUMENTS, PAGES, *(kind.path for kind in KINDS)})
_STORAGE_SUFFIX = re.compile(r"_[A-Za-z0-9]{7}$")


def dump_pack(root: Path, *, say: Say) -> DumpReport:
    """Write the campaign into the folder `root`. `say` is told of progress.

    A campaign folder that is there is replaced in one step, once the new one is whole; what is in
    it and not of a campaign (`.git`, notes) stays.

    Raises:
        PackTargetError: there is something at `root` that is not a campaign folder.
        PackProblemsError: the database holds no campaign, or content without a written form.
        PackStorageError: the disk refused a write; what was there is still there.
    """
    _check_target(root)
    root = root.absolute()
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
        try:
            report = _Dumper(made, say).dump()
            _put_in_place(made, root)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise explain_storage_error(error) from error
    return report


def _check_target(root: Path) -> None:
    if root.is_symlink() or (root.exists() and not root.is_dir()):
        raise PackTargetError(
            _("%(path)s is not a folder. Give another path; nothing was written.") % {"path": root}
        )
    if root.is_dir() and any(root.iterdir()) and not (root / CAMPAIGN).is_file():
        raise PackTargetError(
            _(
                "%(path)s holds other files and is not a campaign folder. "
                "Give an empty or a new folder; nothing was written."
            )
            % {"path": root}
        )


def _put_in_place(made: Path, root: Path) -> None:
    """Exchange the new folder for the old one; on failure the old one is put back."""
    made.chmod(0o755)
    if not root.exists():
        made.rename(root)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    root.rename(old)
    try:
        made.rename(root)
    except OSError:
        old.rename(root)
        raise
    for entry in old.iterdir():
        if entry.name not in _OWNED:
            os.replace(entry, root / entry.name)
    shutil.rmtree(old, ignore_errors=True)


class _Dumper:
    def __init__(self, root: Path, say: Say) -> None:
        self.root = root
        self.say = say
        self.report = DumpReport()
        self.problems = Problems()
        self.references = References()
        self.media: dict[str, list[Any]] = {}

    def dump(self) -> DumpReport:
        present = Present(None)
        if present.home is None:
            raise PackProblemsError(
                [Problem(_("database"), 0, _("It holds no campaign."), _("Load one first."))]
            )
        self.present = Present(Locale.objects.get(pk=present.home.locale_id))
        records = {kind: self.present.records(kind) for kind in KINDS}
        self._name_media(IMAGES, get_image_model())
        self._name_media(DOCUMENTS, get_document_model())
        for found in (*records.values(), self.present.pages):
            for name, instance in found.items():
                self.references.add(name, instance)
        for kind, found in records.items():
            self._write_records(kind, found)
        self._write_media(IMAGES, ("title", "description"))
        self._write_media(DOCUMENTS, ("title",))
        self._write_pages()
        self._write_campaign()
        self.problems.raise_if_any()
        self._check_result()
        return self.report

    def _write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _count(self, kind: str, number: int) -> None:
        self.report.counts[kind] = number
        self.say(_("%(kind)s: %(number)d") % {"kind": kind, "number": number})

    @contextmanager
    def _noting(self, file: str, name: str) -> Iterator[None]:
        """Note content without a written form, and go on."""
        try:
            yield
        except NotWritableError as error:
            self.problems.add(file, 0, no_written_form(name, error))

    def _shown(self, row: Any, name: str) -> Any:
        """The version that is written: what is public, or else the latest draft."""
        if not row.live:
            return latest_of(row)
        if row.has_unpublished_changes:
            self.report.notes.append(
                _("%(name)s has unpublished changes; the public version was written.")
                % {"name": name}
            )
        return row

    # -- records --

    def _write_records(self, kind: RecordKind, found: dict[str, Any]) -> None:
        shape = make_shape(kind.model, special=kind.special, renamed=kind.renamed)
        files: dict[str, list[dict[str, Any]]] = {}
        for name, row in found.items():
            record = self._shown(row, f"{kind.name} {name}")
            file = f"{kind.path}/{kind.group(record)}.yaml" if kind.is_folder else kind.path
            keys: dict[str, Any] = {kind.key: name}
            with self._noting(file, name):
                keys |= write_keys(
                    record,
                    shape,
                    self.references,
                    owner=f"{kind.name}|{name}",
                    without=frozenset({kind.key}),
                )
            if not row.live:
                keys[LIVE] = False
            files.setdefault(file, []).append(keys)
        for file, items in sorted(files.items()):
            self._write(file, "\n".join(write_yaml([keys]) for keys in items))
        self._count(kind.name, len(found))

    # -- images and documents --

    def _name_media(self, kind: str, model: Any) -> None:
        """Give every file a name of its own, without what storage added to it."""
        taken: set[str] = {f"{kind}.yaml"}
        self.media[kind] = list(model.objects.order_by("pk"))
        for medium in self.media[kind]:
            stored = PurePosixPath(medium.file.name)
            stem, suffix = _STORAGE_SUFFIX.sub("", stored.stem), stored.suffix
            name, number = f"{stem}{suffix}", 1
            while name.lower() in taken:
                number += 1
                name = f"{stem}-{number}{suffix}"
            taken.add(name.lower())
            self.references.add(name, medium)

    def _write_media(self, kind: str, facts: tuple[str, ...]) -> None:
        items = []
        for medium in self.media[kind]:
            name = self.references.name_of(type(medium), medium.pk)
            path = self.root / kind / str(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with medium.file.open("rb") as stored, path.open("wb") as copy:
                    shutil.copyfileobj(stored, copy)
            except FileNotFoundError:
                self.problems.add(
                    f"{kind}/{name}",
                    0,
                    _("The file is missing from storage."),
                    _("Upload it again in the editor, or delete the record."),
                )
            values = {fact: getattr(medium, fact) for fact in facts}
            items.append({"file": name, **{fact: value for fact, value in values.items() if value}})
        if items:
            items.sort(key=lambda item: str(item["file"]))
            self._write(f"{kind}/{kind}.yaml", "\n".join(write_yaml([item]) for item in items))
        self._count(kind, len(items))

    # -- pages --

    def _write_pages(self) -> None:
        positions: dict[str, int] = {}
        paths = set(self.present.pages)
        for path, row in self.present.pages.items():
            parent = HOME if path == HOME else str(PurePosixPath(path).parent)
            positions[parent] = positions.get(parent, 0) + (path != HOME)
            has_children = any(other != path and other.startswith(path) for other in paths)
            name = f"{path.strip('/')}.md"
            if path == HOME or has_children:
                name = f"{path.strip('/')}/index.md".lstrip("/")
            self._write_page(f"{PAGES}/{name}", path, row, positions[parent] * 10)
        self._count(PAGES, len(paths))

    def _write_page(self, file: str, path: str, row: Any, order: int) -> None:
        page = self._shown(row, path)
        model: Any = type(page)
        shape = page_shape(model)
        front: dict[str, Any] = {TYPE: snake_case(model), "title": page.title}
        if path != HOME:
            front[ORDER] = order
        if not row.live:
            front[LIVE] = False
        owner = f"{PAGES}|{path}"
        with self._noting(file, path):
            front |= write_keys(
                page,
                shape,
                self.references,
                owner=owner,
                without=frozenset({"title", *shape.texts}),
            )
            texts = write_texts(page, shape, self.references, owner=owner)
            text = f"---\n{write_yaml(front)}---\n"
            self._write(file, text + (f"\n{texts}\n" if texts else ""))

    # -- campaign.yaml --

    def _write_campaign(self) -> None:
        site = self.present.site
        shape = settings_shape()
        settings = shape.model.objects.filter(site=site).first() or shape.model(site=site)
        data: dict[str, Any] = {
            "name": site.site_name if site and site.site_name else settings.campaign_name,
            "locale": self.present.locale.language_code,
        }
        if site and site.hostname != "localhost":
            data["site"] = {"hostname": site.hostname, "port": site.port}
        keys = write_keys(settings, shape, self.references, owner="settings", without=frozenset())
        if keys:
            data["settings"] = keys
        self._write(CAMPAIGN, write_yaml(data))

    def _check_result(self) -> None:
        """Read the new folder as a load would, and say what would be refused."""
        try:
            check_pack(self.root)
        except PackProblemsError as error:
            self.report.notes += [
                _("To be put right before it can be loaded: %(problem)s") % {"problem": problem}
                for problem in error.problems
            ]
