"""Loads a checked campaign folder into the database, all of it or nothing.

Two passes, because records and pages refer to one another in circles: first every missing row is
made with the least it needs, as a draft; then each gets its whole content. What already says the
same is left alone: no revision, no log entry. Publication goes the way it always goes, through a
revision, so that all that listens to it hears of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.db.models import ImageField
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, Site

from campaign.packs.checking import CAMPAIGN_FILE, Item, Plan, check_pack
from campaign.packs.filling import fill, fill_plain
from campaign.packs.folder import DOCUMENTS, HOME, IMAGES, MediaSource
from campaign.packs.indexes import indexed_once
from campaign.packs.kinds import KINDS
from campaign.packs.present import Present, latest_of
from campaign.packs.problems import Problems
from campaign.packs.references import References
from campaign.packs.reports import CHANGED, CREATED, UNCHANGED, LoadReport
from campaign.packs.scope import Scope
from campaign.packs.settings_shape import settings_shape
from campaign.packs.shapes import Shape
from campaign.packs.storage import StoredFiles, explain_storage_error

Say = Callable[[str], None]
HOME_SLUG = "home"


def holds_campaign() -> bool:
    """Whether the database holds any campaign page; Wagtail's own first page is none."""
    plain = ContentType.objects.get_for_model(Page)
    return bool(Page.objects.exclude(content_type=plain).exists())


def load_pack(root: Path, *, say: Say) -> LoadReport:
    """Check the folder at `root`, then load it in one transaction. `say` is told of progress.

    Raises:
        PackProblemsError: the folder has faults; nothing was written.
        PackStorageError: the database or the storage refused a write; everything was undone.
    """
    plan = check_pack(root)
    files = StoredFiles()
    try:
        with transaction.atomic():
            return _Loader(plan, files, say).load()
    except (OSError, DatabaseError) as error:
        files.take_away()
        raise explain_storage_error(error) from error
    except BaseException:
        files.take_away()
        raise


class _Loader:
    def __init__(self, plan: Plan, files: StoredFiles, say: Say) -> None:
        self.plan = plan
        self.files = files
        self.say = say
        self.report = LoadReport()
        self.references = References()
        self.problems = Problems()
        self.pages: dict[str, Any] = {}
        self.welcome: Any = None

    def load(self) -> LoadReport:
        with indexed_once():
            self._write_everything()
            self.problems.raise_if_any()
        if self.welcome:
            self.welcome.delete()
        self._report_left_alone()
        return self.report

    def _write_everything(self) -> None:
        self.locale, _made = Locale.objects.get_or_create(language_code=self.plan.language)
        self.present = Present(self.locale)
        self._media(IMAGES, self.plan.images, self._image)
        self._media(DOCUMENTS, self.plan.documents, self._document)
        for item in self.plan.records:
            self._make_record(item)
        for item in self.plan.pages:
            self._make_page(item)
        self._point_site()
        for kind in KINDS:
            self._write_all(kind.name, [i for i in self.plan.records if i.kind == kind.name])
        self._write_all("pages", self.plan.pages)
        self._sort_pages()
        self._settings()

    def scope(self, item: Item) -> Scope:
        return Scope(item.file, self.problems, self.references, item.owner)

    def _progress(self, kind: str) -> None:
        counts = self.report.counts.get(kind)
        if counts:
            self.say(
                _("%(kind)s: %(created)d created, %(changed)d changed, %(unchanged)d unchanged")
                % {
                    "kind": kind,
                    "created": counts[CREATED],
                    "changed": counts[CHANGED],
                    "unchanged": counts[UNCHANGED],
                }
            )

    # -- images and documents --

    def _media(
        self, kind: str, sources: list[MediaSource], load: Callable[[MediaSource, list[Any]], Any]
    ) -> None:
        model = get_image_model() if kind == IMAGES else get_document_model()
        free = list(model.objects.order_by("pk"))
        for source in sources:
            self.references.add(source.name, load(source, free))
        self._progress(kind)

    def _image(self, source: MediaSource, free: list[Any]) -> Any:
        return self._medium(
            IMAGES, get_image_model(), source, free, {"description": source.description}
        )

    def _document(self, source: MediaSource, free: list[Any]) -> Any:
        return self._medium(DOCUMENTS, get_document_model(), source, free, {})

    def _medium(
        self, kind: str, model: Any, source: MediaSource, free: list[Any], facts: dict[str, str]
    ) -> Any:
        """Store a file, or find that it is there: known by its title, then by its bytes."""
        data = source.path.read_bytes()
        digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        same_title = [medium for medium in free if medium.title == source.title]
        found = next((m for m in same_title if m.file_hash == digest), None) or next(
            iter(same_title), None
        )
        if found is None:
            medium = model(title=source.title, **facts)
            self._store(medium, source.name, data)
            medium.save()
            self.report.note(kind, CREATED)
            return medium
        free.remove(found)
        changed = [name for name, value in facts.items() if getattr(found, name) != value]
        for name in changed:
            setattr(found, name, facts[name])
        if found.file_hash != digest:
            self.files.replace(found.file.storage, found.file.name)
            self._store(found, source.name, data)
            if kind == IMAGES:
                found.renditions.all().delete()
            changed.append("file")
        if changed:
            found.save()
        self.report.note(kind, CHANGED if changed else UNCHANGED)
        return found

    def _store(self, medium: Any, name: str, data: bytes) -> None:
        medium.file.save(name, ContentFile(data), save=False)
        self.files.keep(medium.file)
        medium.file_size, medium.file_hash = (
            len(data),
            hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        )
        if isinstance(medium.file.field, ImageField):
            medium.file.field.update_dimension_fields(medium, force=True)

    # -- first pass: rows --

    def _make_record(self, item: Item) -> None:
        kind = next(kind for kind in KINDS if kind.name == item.kind)
        record = self.present.record(kind, item.name)
        if record is None:
            record = item.model(locale=self.locale, live=False)
            fill_plain(record, item.source, item.shape, self.scope(item))
            record.save()
        self.references.add(item.name, record)

    def _make_page(self, item: Item) -> None:
        page = self.present.page(item.name)
        if page is None:
            page = item.model(locale=self.locale, live=False)
            fill_plain(page, item.source, item.shape, self.scope(item))
            if item.name == HOME:
                self._make_home(page)
            else:
                assert item.node is not None  # noqa: S101 - pages always have one
                page.slug = item.node.slug
                # Read the parent again: treebeard keeps the number of children on it.
                Page.objects.get(pk=self.pages[item.node.parent_path].pk).add_child(instance=page)
        self.pages[item.name] = page
        self.references.add(item.name, page)

    def _make_home(self, page: Any) -> None:
        root = Page.get_first_root_node() or Page.add_root(
            instance=Page(title="Root", slug="root", locale=self.locale)
        )
        taken = set(root.get_children().values_list("slug", flat=True))
        page.slug = next(
            slug
            for slug in [HOME_SLUG, *(f"{HOME_SLUG}-{n}" for n in range(2, 1000))]
            if slug not in taken
        )
        root.add_child(instance=page)

    def _point_site(self) -> None:
        """Let the site begin at the home page; the welcome page it began at before can go."""
        home = Page.objects.get(pk=self.pages[HOME].pk)
        site = self.present.site or Site(is_default_site=True, hostname="localhost", port=80)
        before: Any = None if site.root_page_id in (None, home.pk) else site.root_page.specific
        wanted = {
            "root_page_id": home.pk,
            "site_name": self.plan.site_name,
            "hostname": self.plan.hostname or site.hostname,
            "port": self.plan.port or site.port,
        }
        if any(getattr(site, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(site, name, value)
            site.full_clean()
            site.save()
        if type(before) is Page and not before.get_children().exists():
            self.welcome = before
        self.site = site

    # -- second pass: content --

    def _write_all(self, kind: str, items: list[Item]) -> None:
        for item in items:
            outcome = self._write(item)
            self.report.note(kind, CREATED if item.is_new else outcome)
        self._progress(kind)

    def _write(self, item: Item) -> str:
        """Give one record or page its content, if it has not got it."""
        # Read again: a page made in the first pass does not know its children.
        row = item.model.objects.get(pk=self.references.get(item.model, item.name).pk)
        as_wanted = row.live == item.live and not (row.live and row.has_unpublished_changes)
        wanted = latest_of(row)
        before = None if item.is_new else _content(wanted, item.shape)
        fill(wanted, item.source, item.shape, self.scope(item))
        try:
            wanted.full_clean(exclude=["slug"] if isinstance(wanted, Page) else None)
            if as_wanted and before == _content(wanted, item.shape):
                return UNCHANGED
            self._save(item, row, wanted)
        except ValidationError as error:
            for message in error.messages:
                self.problems.add(item.file, item.source.raw.line, message)
        return CHANGED

    def _save(self, item: Item, row: Any, wanted: Any) -> None:
        if not item.live:
            if row.live:
                row.unpublish()
            wanted.live, wanted.live_revision = False, None
            wanted.save()
        revision = wanted.save_revision(clean=False)  # it has been cleaned
        if item.live:
            revision.publish()
        self.references.add(item.name, wanted)

    def _sort_pages(self) -> None:
        """Put the folder's pages in its order; others stay, behind them."""
        for item in self.plan.pages:
            assert item.node is not None  # noqa: S101 - pages always have one
            wanted = [self.pages[child.path].pk for child in item.node.children]
            parent = Page.objects.get(pk=self.pages[item.name].pk)
            now = [pk for pk in parent.get_children().values_list("pk", flat=True) if pk in wanted]
            if now == wanted:
                continue
            for pk in wanted:
                parent = Page.objects.get(pk=parent.pk)
                Page.objects.get(pk=pk).move(parent, "last-child")
            self.report.note("order of pages", CHANGED)

    def _settings(self) -> None:
        shape = settings_shape()
        settings = shape.model.for_site(self.site)
        before = _content(settings, shape)
        scope = Scope(CAMPAIGN_FILE, self.problems, self.references, "settings")
        fill(settings, self.plan.settings, shape, scope)
        settings.full_clean()
        if _content(settings, shape) == before:
            self.report.note("settings", UNCHANGED)
        else:
            settings.save()
            self.report.note("settings", CHANGED)
        self._progress("settings")

    def _report_left_alone(self) -> None:
        for kind in KINDS:
            loaded = {item.name for item in self.plan.records if item.kind == kind.name}
            for name in self.present.records(kind):
                if name not in loaded:
                    self.report.left_alone.append(f"{kind.name}: {name}")
        for path in self.present.pages:
            if path not in self.pages:
                self.report.left_alone.append(f"pages: {path}")


def _content(instance: Any, shape: Shape) -> dict[str, Any]:
    """All that a file can say of an instance, in a form that can be compared."""
    data = instance.serializable_data()
    names = {model_field.name for model_field in shape.fields.values()}
    names |= {relation.get_accessor_name() for relation in shape.children.values()}
    names |= {name for special in shape.special.values() for name in special.covers}
    return {name: _comparable(data.get(name)) for name in names}


def _comparable(value: Any) -> Any:
    """Without the keys of child rows, and with stream values unpacked."""
    if isinstance(value, str) and value[:1] == "[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if name != "pk"}
    return value
