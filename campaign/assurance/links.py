"""Links to what readers cannot open: what a piece of content points to, and whether that is public.

Links are what Wagtail itself counts as references (choosers in blocks, links in rich text, foreign
keys), and many-to-many fields, which it leaves out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import ManyToManyField
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue, StructValue
from wagtail.blocks.list_block import ListValue
from wagtail.models import DraftStateMixin, ReferenceIndex, Revision

from campaign.assurance.enums import Severity
from campaign.assurance.findings import Finding
from campaign.assurance.rules import Key, Situation, key_of, register_rule

RULE_LINKS = "assurance.links_to_what_is_not_public"


@dataclass(frozen=True, kw_only=True)
class Link:
    """One place in a piece of content that points to a page or record with drafts.

    Attributes:
        key: what it points to.
        target: the page or record in the database (a page is not made specific); None when it was
            deleted.
        where: the place, in an editor's words: "Body, block 3 (Text)".
    """

    key: Key
    target: Any
    where: str


def links_of(instance: Any) -> list[Link]:
    """Every link of a page or record as it is given: a version, or the row itself.

    One query for each kind of thing that is linked to.
    """
    own = key_of(instance)
    places = [
        (key, where)
        for key, where in (*_references(instance), *_many_to_many(instance))
        if key != own and _has_drafts(key[0])
    ]
    targets = _fetch({key for key, _where in places})
    return [Link(key=key, target=targets.get(key), where=where) for key, where in places]


def links_to_what_is_not_public(instance: Any, situation: Situation) -> Iterator[Finding]:
    """The rule: readers are not sent to what is not public at the situation's moment."""
    for link in links_of(instance):
        if link.target is None:
            yield _finding(
                link,
                why=_("It points to something that has been deleted."),
                what_to_do=_("Remove the link, or choose something else."),
            )
        elif link.key in situation.comes_down:
            yield _finding(
                link,
                why=_("“%(title)s” is withdrawn at the same moment.") % {"title": link.target},
                what_to_do=_("Remove the link, or leave “%(title)s” public.")
                % {"title": link.target},
            )
        elif not is_public_at(link.target, situation):
            yield _finding(
                link,
                why=_("“%(title)s” is not public then.") % {"title": link.target},
                what_to_do=_(
                    "Publish it first, let it go live together with this, or remove the link."
                ),
            )


def is_public_at(target: Any, situation: Situation) -> bool:
    """Whether a page or record is public at the situation's moment, its own schedule included."""
    key = key_of(target)
    if key in situation.comes_down:
        return False
    if key in situation.becomes_public:
        return True
    if target.live:
        return target.expire_at is None or target.expire_at > situation.at
    return bool(
        Revision.objects.filter(
            base_content_type_id=key[0],
            object_id=key[1],
            approved_go_live_at__lte=situation.at,
        ).exists()
    )


def _finding(link: Link, *, why: str, what_to_do: str) -> Finding:
    return Finding(
        rule=RULE_LINKS,
        severity=Severity.MAJOR,
        where=link.where,
        why=why,
        what_to_do=what_to_do,
    )


# --- What points where ---------------------------------------------------------------------------


def _references(instance: Any) -> Iterator[tuple[Key, str]]:
    found = ReferenceIndex._extract_references_from_object(instance)
    seen = set()
    for type_id, object_id, _model_path, content_path in found:
        path = [part for part in content_path.split(".") if part]
        if (type_id, object_id, content_path) in seen:
            # The same link twice in one text.
            continue
        seen.add((type_id, object_id, content_path))
        yield (type_id, str(object_id)), place(instance, path)


def _many_to_many(instance: Any) -> Iterator[tuple[Key, str]]:
    for field in instance._meta.get_fields():
        if isinstance(field, ManyToManyField) and _holds_drafts(field.related_model):
            where = _words(field.verbose_name)
            for target in getattr(instance, field.name).all():
                yield key_of(target), where


def _has_drafts(type_id: int) -> bool:
    return _holds_drafts(ContentType.objects.get_for_id(type_id).model_class())


def _holds_drafts(model: Any) -> bool:
    return model is not None and issubclass(model, DraftStateMixin)


def _fetch(keys: Iterable[Key]) -> dict[Key, Any]:
    by_type: dict[int, set[str]] = defaultdict(set)
    for type_id, object_id in keys:
        by_type[type_id].add(object_id)
    found: dict[Key, Any] = {}
    for type_id, object_ids in by_type.items():
        model: Any = ContentType.objects.get_for_id(type_id).model_class()
        rows = model._base_manager.filter(pk__in=object_ids)
        found |= {(type_id, str(row.pk)): row for row in rows}
    return found


# --- Where it stands, in an editor's words -------------------------------------------------------


def place(instance: Any, path: list[str]) -> str:
    """A path into content, as Wagtail writes it, in words: "Body, block 3 (Text), Link"."""
    name, *rest = path
    field = next((one for one in instance._meta.get_fields() if one.name == name), None)
    if field is None or not hasattr(field, "value_from_object"):
        return _words(getattr(getattr(field, "related_model", None), "_meta", None), name)
    words = [_words(field.verbose_name)]
    value = field.value_from_object(instance)
    while rest and value is not None:
        label, value, rest = _step(value, rest)
        if label:
            words.append(label)
    return ", ".join(words)


def _step(value: Any, path: list[str]) -> tuple[str, Any, list[str]]:
    name, *rest = path
    if isinstance(value, StreamValue):
        for number, child in enumerate(value, start=1):
            if child.id == name:
                label = _("block %(number)d (%(label)s)")
                return label % {"number": number, "label": child.block.label}, child.value, rest
    elif isinstance(value, ListValue):
        for number, child in enumerate(value.bound_blocks, start=1):
            if child.id == name:
                return _("item %(number)d") % {"number": number}, child.value, rest
    elif isinstance(value, StructValue) and name in value:
        return str(value.block.child_blocks[name].label), value[name], rest
    return "", None, []


def _words(label: Any, name: str = "") -> str:
    text = str(getattr(label, "verbose_name_plural", None) or (label if name == "" else name))
    return text[:1].upper() + text[1:]


register_rule(RULE_LINKS, links_to_what_is_not_public)
