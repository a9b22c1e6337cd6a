"""Drop from the caches in front of the site what they must not serve any more.

Wagtail's backends do the talking (`WAGTAILFRONTENDCACHE`), but not its app: that one purges while
the transaction is still open, forgets failures, and knows nothing of a changed record. Nothing else
in the house purges.

Two kinds of effect:

- `purge_address` drops one address. The addresses of the thing that changed, old and new, are
  written with the publication itself.
- `purge_shown_by` finds every public page that shows or lists the thing, and adds a `purge_address`
  for each. It runs afterwards, so a publication costs one row, however many pages show what was
  published.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.frontend_cache.backends import HTTPBackend
from wagtail.contrib.frontend_cache.backends.http import PurgeRequest
from wagtail.contrib.frontend_cache.utils import get_backends
from wagtail.models import Page, ReferenceIndex, Site

from campaign.releases import effects
from campaign.releases.addresses import address_of, record_address
from campaign.releases.effects import NewEffect
from campaign.releases.enums import Cause, EffectPriority
from campaign.releases.exceptions import PurgeFailedError
from campaign.releases.exposure import addresses_used_only_by
from campaign.releases.gate import PublicChange
from campaign.releases.models import Effect

PURGE_ADDRESS = "purge_address"
PURGE_SHOWN_BY = "purge_shown_by"
ADDRESSES_AT_ONCE = 30
"""As many as Cloudflare takes in one request."""

HTTP_TIMEOUT_SECONDS = 5.0
NOT_KEPT = frozenset({404, 410})
"""What Squid and others answer about an address that they do not hold: there is nothing to drop."""

Affected = Callable[[Any], Iterable[Page | str]]
_affected: dict[str, Affected] = {}


def register_affected_addresses(name: str, find: Affected) -> None:
    """Let a room say what else shows a thing.

    Args:
        name: the rule's stable name; the rule of that name is replaced.
        find: given the page or record that changed (as it is now), returns pages that show or list
            it, and paths of addresses that are no pages (`/sitemap.xml`). What is not public may be
            among them.
    """
    _affected[name] = find


def unregister_affected_addresses(name: str) -> None:
    """Forget a rule; nothing happens if there is none of that name."""
    _affected.pop(name, None)


def has_cache() -> bool:
    """Whether there is a cache in front of the site that takes orders."""
    return bool(
        getattr(settings, "WAGTAILFRONTENDCACHE", None)
        or getattr(settings, "WAGTAILFRONTENDCACHE_LOCATION", None)
    )


# --- With the publication -----------------------------------------------------------------------


def effects_of(change: PublicChange) -> Iterator[NewEffect]:
    """What has to be purged for one change; nothing where there is no cache."""
    if not has_cache():
        return
    instance = change.instance
    urgent = change.acting.cause is Cause.TAKEDOWN
    priority = EffectPriority.URGENT if urgent else EffectPriority.NORMAL
    if isinstance(instance, Page):
        yield from _purges(_urls_of_page(instance), priority)
        if change.old_path and change.old_path != instance.url_path:
            yield from _purges(_urls_of_page(instance, url_path=change.old_path), priority)
    label = instance._meta.label_lower
    if change.is_public:
        yield NewEffect(
            kind=PURGE_SHOWN_BY,
            address=record_address(label, instance.pk),
            payload={"model": label, "pk": str(instance.pk)},
            priority=priority,
        )
    else:
        # It may be deleted next, and nobody could find out any more who showed it.
        yield from _purges(_urls_showing(instance), priority)
        yield from _purges(_urls_of_files(instance), priority)


def _purges(urls: Iterable[str], priority: EffectPriority) -> Iterator[NewEffect]:
    for url in dict.fromkeys(urls):
        yield NewEffect(
            kind=PURGE_ADDRESS,
            address=urlsplit(url).path,
            payload={"url": url},
            priority=priority,
        )


def _urls_of_page(page: Page, *, url_path: str = "") -> Iterator[str]:
    url = address_of(page, url_path=url_path).url
    if url:
        for path in page.get_cached_paths():
            yield url + path.lstrip("/")


def _urls_of_files(instance: Any) -> Iterator[str]:
    """The addresses of pictures and documents that are gone with a thing."""
    for url in addresses_used_only_by(instance):
        if urlsplit(url).netloc:
            yield url
        else:
            yield from (site.root_url + url for site in Site.objects.all())


def _urls_showing(instance: Any) -> Iterator[str]:
    """The addresses of everything public that shows or lists a thing."""
    extra = [one for find in _affected.values() for one in find(instance)]
    pages = {one.pk for one in extra if isinstance(one, Page)} | pages_showing(instance)
    if isinstance(instance, Page):
        # Its own addresses are written with the publication.
        pages.discard(instance.pk)
    for page in Page.objects.filter(pk__in=pages, live=True).specific().iterator(chunk_size=200):
        yield from _urls_of_page(page)
    paths = [one for one in extra if not isinstance(one, Page)]
    for site in Site.objects.all() if paths else ():
        for path in paths:
            yield site.root_url + path


def pages_showing(instance: Any) -> set[int]:
    """The numbers of the pages that show a thing, directly or through records that show it.

    Wagtail's reference index knows foreign keys, blocks and links. Lists of records
    (many-to-many) are read from the relations themselves.
    """
    page_type = ContentType.objects.get_for_model(Page).pk
    pages: set[int] = set()
    seen: set[tuple[int, str]] = set()
    wanted = {(_base_type(instance), str(instance.pk))}
    while wanted:
        seen |= wanted
        sources = {source for key in wanted for source in _sources(*key)}
        pages |= {int(pk) for type_id, pk in sources if type_id == page_type}
        wanted = {source for source in sources if source[0] != page_type} - seen
    return pages


def _base_type(instance: Any) -> int:
    model = Page if isinstance(instance, Page) else type(instance)
    return ContentType.objects.get_for_model(model).pk


def _sources(type_id: int, object_id: str) -> Iterator[tuple[int, str]]:
    yield from (
        ReferenceIndex.objects.filter(to_content_type=type_id, to_object_id=object_id)
        .order_by()
        .values_list("base_content_type", "object_id")
        .distinct()
    )
    model: Any = ContentType.objects.get_for_id(type_id).model_class()
    for relation in model._meta.related_objects if model is not None else ():
        if relation.many_to_many and not relation.related_model._meta.auto_created:
            base = Page if issubclass(relation.related_model, Page) else relation.related_model
            base_id = ContentType.objects.get_for_model(base).pk
            rows = relation.related_model._base_manager.filter(**{relation.field.name: object_id})
            yield from ((base_id, str(pk)) for pk in rows.values_list("pk", flat=True))


# --- Afterwards ---------------------------------------------------------------------------------


def purge_shown_by(wanted: Sequence[Effect]) -> None:
    """Add a purge for every public page that shows what changed."""
    for effect in wanted:
        model: Any = apps.get_model(effect.payload["model"])
        instance = model._base_manager.filter(pk=effect.payload["pk"]).first()
        if instance is None:
            # Deleted meanwhile: its going has been announced and purged on its own.
            continue
        with transaction.atomic():
            effects.add_all(_purges(_urls_showing(instance), EffectPriority(effect.priority)))


def purge_addresses(wanted: Sequence[Effect]) -> None:
    """Drop addresses from every cache in front of the site.

    Raises:
        PurgeFailedError: a cache did not drop one of them.
    """
    urls = list(dict.fromkeys(effect.payload["url"] for effect in wanted))
    for backend in _backends():
        mine = [url for url in urls if backend.invalidates_hostname(urlsplit(url).hostname)]
        if mine:
            with _complaints_are_errors():
                backend.purge_batch(mine)


def register() -> None:
    """Make both kinds known."""
    effects.register_kind(
        PURGE_ADDRESS, purge_addresses, label=_("Clear from the cache"), batch=ADDRESSES_AT_ONCE
    )
    effects.register_kind(
        PURGE_SHOWN_BY, purge_shown_by, label=_("Find the pages that show it"), batch=10
    )


class HTTPCache(HTTPBackend):
    """Varnish, Squid and their like: as Wagtail's, but it ends in time and says when it failed."""

    def purge(self, url: str) -> None:
        """Send PURGE for one address.

        Raises:
            PurgeFailedError: the cache refused, or did not answer.
        """
        parts = urlsplit(url)
        target = parts._replace(scheme=self.cache_scheme, netloc=self.cache_netloc).geturl()
        request = PurgeRequest(target, headers={"Host": parts.netloc})
        try:
            with urlopen(request, timeout=HTTP_TIMEOUT_SECONDS):  # noqa: S310 - the operator's own
                pass
        except HTTPError as error:
            error.close()
            if error.code in NOT_KEPT:
                return
            raise PurgeFailedError(f"{url}: {error}") from error
        except OSError as error:
            raise PurgeFailedError(f"{url}: {error}") from error


def _backends() -> list[Any]:
    return [
        HTTPCache(
            {"LOCATION": f"{one.cache_scheme}://{one.cache_netloc}", "HOSTNAMES": one.hostnames}
        )
        if type(one) is HTTPBackend
        else one
        for one in get_backends().values()
    ]


class _Complaints(logging.Handler):
    """Keeps the errors that this thread logs."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.texts: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an error of this thread."""
        if record.thread == self._thread:
            self.texts.append(record.getMessage())


@contextmanager
def _complaints_are_errors() -> Iterator[None]:
    """Turn what Wagtail's backends only write to the log into an error.

    They swallow a refusal by the cache, and nobody would try again.
    """
    logger = logging.getLogger("wagtail.frontendcache")
    complaints = _Complaints()
    logger.disabled = False
    if not logger.isEnabledFor(logging.ERROR):
        logger.setLevel(logging.ERROR)
    logger.addHandler(complaints)
    try:
        yield
    finally:
        logger.removeHandler(complaints)
    if complaints.texts:
        raise PurgeFailedError("; ".join(complaints.texts))
