"""Checks a campaign folder whole, before anything is written.

Every record and page is built in memory from its file, on the database's own row where there is
one, and put before the rules of its model and its blocks. What is not saved yet stands in with a
provisional key, a negative number, so that records can refer to one another. Nothing is saved.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.fields import WagtailImageField
from wagtail.models import Locale, Page, get_page_models

from campaign.packs.faults import ValueFault
from campaign.packs.filling import Source, check_instance, check_keys, fill
from campaign.packs.folder import (
    DOCUMENTS,
    HOME,
    IMAGES,
    LIVE,
    ORDER,
    TYPE,
    MediaSource,
    Pack,
    PageNode,
    read_pack,
)
from campaign.packs.marked_yaml import Fields, Text
from campaign.packs.present import Present
from campaign.packs.problems import Problems, suggest
from campaign.packs.references import References, snake_case
from campaign.packs.scope import Scope
from campaign.packs.settings_shape import settings_shape
from campaign.packs.shapes import Shape, make_shape, page_shape
from campaign.packs.storage import explain_storage_error
from campaign.packs.values import read_truth, read_whole_number

CAMPAIGN_FILE = "campaign.yaml"
MAX_IMAGE_BYTES = 20 * 1024 * 1024
MAX_DOCUMENT_BYTES = 200 * 1024 * 1024


@dataclass
class Item:
    """One record or page of the folder, ready to be loaded.

    `instance` is the database's latest version filled with what the file says, or a new one.
    """

    kind: str
    name: str
    model: Any
    shape: Shape
    source: Source
    file: str
    live: bool
    is_new: bool
    instance: Any
    node: PageNode | None = None

    @property
    def owner(self) -> str:
        """What block ids are made from."""
        return f"{self.kind}|{self.name}"


@dataclass
class Plan:
    """A folder without faults, and what it will be loaded into."""

    pack: Pack
    language: str
    site_name: str
    hostname: str
    port: int | None
    images: list[MediaSource]
    documents: list[MediaSource]
    records: list[Item] = field(default_factory=list)
    pages: list[Item] = field(default_factory=list)
    settings: Source = field(default_factory=lambda: Source(Fields(1)))


def check_pack(root: Path) -> Plan:
    """Check the campaign folder at `root`. Reads the database, writes nothing.

    Raises:
        PackProblemsError: the folder has faults; all of them are named.
        PackStorageError: the database cannot be read.
    """
    problems = Problems()
    pack = read_pack(root, problems)
    try:
        plan = _Checker(pack, problems).check()
    except DatabaseError as error:
        raise explain_storage_error(error) from error
    problems.raise_if_any()
    return plan


class _Checker:
    def __init__(self, pack: Pack, problems: Problems) -> None:
        self.pack = pack
        self.problems = problems
        self.references = References()
        self.provisional = count(-1, -1)
        self.unbroken: dict[str, bool] = {}

    def scope(self, file: str, owner: str = "") -> Scope:
        return Scope(file, self.problems, self.references, owner)

    def check(self) -> Plan:
        plan = self._campaign()
        self.locale = self._locale(plan.language)
        self.present = Present(self.locale)
        self._images()
        self._documents()
        plan.records = self._records()
        plan.pages = self._pages()
        items = [*plan.records, *plan.pages]
        for item in items:
            self.references.add(item.name, item.instance)
        whole = [item for item in items if self._fill(item)]
        for item in whole:
            check_instance(item.instance, item.source, item.shape, self.scope(item.file))
        self._settings(plan)
        return plan

    # -- campaign.yaml --

    def _campaign(self) -> Plan:
        raw = self.pack.campaign
        scope = self.scope(CAMPAIGN_FILE)
        name = raw.get("name")
        if not isinstance(name, Text) or not name:
            scope.problem(raw.line, _("The campaign has no name."), _("Add “name: …”."))
        site = self._fields(raw, "site", ("hostname", "port"), scope)
        port = None
        if site.get("port") is not None:
            try:
                port = read_whole_number(site["port"])
            except ValueFault as fault:
                scope.fault(fault, site.lines["port"], "port")
        hostname = site.get("hostname")
        language = raw.get("locale") or settings.LANGUAGE_CODE
        known = [code for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES]
        if language not in known:
            scope.problem(
                raw.lines.get("locale", raw.line),
                _("locale: the site has no language “%(language)s”.") % {"language": language},
                suggest(str(language), known),
            )
        return Plan(
            pack=self.pack,
            language=str(language),
            site_name=str(name or ""),
            hostname=str(hostname or ""),
            port=port,
            images=self.pack.images,
            documents=self.pack.documents,
        )

    def _fields(self, raw: Fields, key: str, known: tuple[str, ...], scope: Scope) -> Fields:
        value = raw.get(key)
        if value is None:
            return Fields(raw.lines.get(key, raw.line))
        if not isinstance(value, Fields):
            scope.problem(
                raw.lines[key],
                _("%(key)s: this needs “key: value” lines.") % {"key": key},
                suggest("", known),
            )
            return Fields(raw.lines[key])
        for name in value:
            if known and name not in known:
                scope.problem(
                    value.lines[name],
                    _("There is no key “%(key)s” here.") % {"key": name},
                    suggest(name, known),
                )
        return value

    def _locale(self, language: str) -> Any:
        found = Locale.objects.filter(language_code=language).first()
        return found or Locale(pk=next(self.provisional), language_code=language)

    def _settings(self, plan: Plan) -> None:
        scope = self.scope(CAMPAIGN_FILE, "settings")
        raw = self._fields(self.pack.campaign, "settings", (), scope)
        shape = settings_shape()
        plan.settings = Source(raw)
        check_keys(plan.settings, shape, scope)
        instance = shape.model()
        before = len(self.problems)
        fill(instance, plan.settings, shape, scope)
        if len(self.problems) == before:
            check_instance(instance, plan.settings, shape, scope)

    # -- images and documents --

    def _images(self) -> None:
        model = get_image_model()
        rule = WagtailImageField()
        for source in self.pack.images:
            self.references.add(source.name, model(pk=next(self.provisional)))
            if source.path.stat().st_size > MAX_IMAGE_BYTES:
                self._medium_fault(source, IMAGES, _("The file is larger than 20 MB."))
                continue
            try:
                rule.clean(SimpleUploadedFile(source.name, source.path.read_bytes()))
            except ValidationError as error:
                self._medium_fault(source, IMAGES, " ".join(error.messages))
            except OSError as error:
                self._medium_fault(source, IMAGES, f"{error.strerror}.")

    def _documents(self) -> None:
        model = get_document_model()
        for source in self.pack.documents:
            if source.path.stat().st_size > MAX_DOCUMENT_BYTES:
                self._medium_fault(source, DOCUMENTS, _("The file is larger than 200 MB."))
            document = model(pk=next(self.provisional), title=source.title)
            document.file.name = source.name
            try:
                document.clean()
            except ValidationError as error:
                self._medium_fault(source, DOCUMENTS, " ".join(error.messages))
            self.references.add(source.name, document)

    def _medium_fault(self, source: MediaSource, kind: str, reason: str) -> None:
        self.problems.add(
            source.file,
            source.line,
            f"{kind}/{source.name}: {reason}",
            _("Replace the file, or remove it from the list."),
        )

    # -- records and pages --

    def _records(self) -> list[Item]:
        items = []
        for records in self.pack.records.values():
            for record in records:
                kind = record.kind
                shape = make_shape(kind.model, special=kind.special, renamed=kind.renamed)
                source = Source(record.raw, extra=frozenset({LIVE}))
                found = self.present.record(kind, record.name)
                instance = self._instance(kind.model, found)
                items.append(
                    self._item(kind.name, record.name, shape, source, record.file, instance, found)
                )
        return items

    def _instance(self, model: Any, found: Any) -> Any:
        if found is not None:
            latest = found.get_latest_revision()
            return latest.as_object() if latest else found
        instance = model(locale=self.locale)
        instance.pk = next(self.provisional)
        if isinstance(instance, Page):
            instance.id, instance.depth = instance.pk, 1
        return instance

    def _item(
        self,
        kind: str,
        name: str,
        shape: Shape,
        source: Source,
        file: str,
        instance: Any,
        found: Any,
    ) -> Item:
        live = True
        raw = source.raw.get(LIVE)
        if raw is not None:
            try:
                live = read_truth(raw)
            except ValueFault as fault:
                self.scope(file).fault(fault, source.raw.lines[LIVE], LIVE)
        instance.live = live
        return Item(kind, name, shape.model, shape, source, file, live, found is None, instance)

    def _fill(self, item: Item) -> bool:
        """Fill the item's instance; whether it has no faults so far."""
        scope = self.scope(item.file, item.owner)
        before = len(self.problems)
        check_keys(item.source, item.shape, scope)
        fill(item.instance, item.source, item.shape, scope)
        return len(self.problems) == before

    def _pages(self) -> list[Item]:
        types = {snake_case(model): model for model in get_page_models() if model is not Page}
        items: list[Item] = []
        models: dict[str, Any] = {}
        for node in self.pack.pages():
            model = self._page_type(node, types)
            if model is None:
                continue
            models[node.path] = model
            self._check_place(node, model, models.get(node.parent_path))
            found = self.present.page(node.path)
            if found is not None and type(found) is not model:
                self._type_fault(
                    node,
                    _("the page there now is a %(type)s, not a %(wanted)s.")
                    % {"type": snake_case(type(found)), "wanted": snake_case(model)},
                    _("Delete or move that page first, or keep its type."),
                )
                continue
            instance = self._instance(model, found)
            if node.slug:
                instance.slug = node.slug
            source = Source(node.source.front, node.source.sections, frozenset({TYPE, ORDER, LIVE}))
            item = self._item(
                "pages", node.path, page_shape(model), source, node.source.file, instance, found
            )
            item.node = node
            items.append(item)
        self._check_counts(items)
        return items

    def _page_type(self, node: PageNode, types: dict[str, Any]) -> Any:
        name = node.source.front.get(TYPE)
        if not isinstance(name, Text) or name not in types:
            what = (
                _("There is no page type “%(type)s”.") % {"type": name}
                if name
                else _("The page has no type.")
            )
            fix = suggest(str(name), types) if name else _("Add “type:”, such as guidance_page.")
            self.problems.add(node.source.file, node.source.front.lines.get(TYPE, 1), what, fix)
            return None
        return types[name]

    def _check_place(self, node: PageNode, model: Any, parent: Any) -> None:
        if node.path == HOME:
            if Page not in model.allowed_parent_page_models():
                self._type_fault(
                    node,
                    _("a %(type)s cannot be the home page.") % {"type": snake_case(model)},
                    _("Use home_page."),
                )
        elif parent is not None and model not in parent.allowed_subpage_models():
            allowed = [snake_case(child) for child in parent.allowed_subpage_models()]
            self._type_fault(
                node,
                _("a %(type)s cannot be below a %(parent)s.")
                % {"type": snake_case(model), "parent": snake_case(parent)},
                _("Below it may be: %(types)s.") % {"types": ", ".join(sorted(allowed)) or "–"},
            )

    def _check_counts(self, items: list[Item]) -> None:
        """Hold the limits that page types set to their number."""
        site: Counter[Any] = Counter()
        below: Counter[Any] = Counter()
        for item in items:
            assert item.node is not None  # noqa: S101 - pages always have one
            parent = item.node.parent_path
            site[item.model] += 1
            below[item.model, parent] += 1
            most, most_below = item.model.max_count, item.model.max_count_per_parent
            if (most is not None and site[item.model] > most) or (
                most_below is not None and below[item.model, parent] > most_below
            ):
                self._type_fault(
                    item.node,
                    _("there are too many pages of type %(type)s here.")
                    % {"type": snake_case(item.model)},
                    _("Keep one of them."),
                )

    def _type_fault(self, node: PageNode, what: str, fix: str) -> None:
        self.problems.add(
            node.source.file, node.source.front.lines.get(TYPE, 1), f"type: {what}", fix
        )
