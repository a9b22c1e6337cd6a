"""What a taken-down address answers: an explanation, or the way to another page of this site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page, Site

from campaign.assurance.rules import Key, key_of
from campaign.releases.enums import TakedownAddressKind, TakedownAnswer
from campaign.releases.exceptions import RedirectRefusedError
from campaign.releases.models import Takedown, TakedownAddress

MOST_HOPS = 10


@dataclass(frozen=True, kw_only=True)
class TakenDownAnswer:
    """How to answer at an address that was taken down.

    Attributes:
        takedown: which takedown it was.
        explanation: what the person wrote for readers of this language; empty for the usual words.
        redirect_to: where to lead readers; empty to answer 410.
        language: the language of what was there.
    """

    takedown: Takedown
    explanation: str = ""
    redirect_to: str = ""
    language: str = ""


# --- Answering ----------------------------------------------------------------------------------


def answer_at(paths: Sequence[str], *, site_id: int | None) -> TakenDownAnswer | None:
    """What a standing takedown answers at one of these paths (decoded), the first one first.

    One query where nothing was taken down. It is asked only where the site itself has nothing to
    show: an address that is public again, or is now another page's, never comes here.
    """
    wanted = {path: rank for rank, path in enumerate(_with_addresses_above(paths))}
    found = [
        address
        for address in TakedownAddress.objects.standing()
        .filter(path__in=list(wanted))
        .exclude(kind=TakedownAddressKind.SHOWS)
        .select_related("takedown", "takedown__redirect_page")
        if address.site_id in (None, site_id) and (address.path in paths or address.covers_below)
    ]
    if not found:
        return None
    address = min(found, key=lambda one: (wanted[one.path], -one.takedown_id))
    return TakenDownAnswer(
        takedown=address.takedown,
        explanation=address.takedown.explanations.get(address.language, ""),
        redirect_to=_where_to(address),
        language=address.language,
    )


def _with_addresses_above(paths: Sequence[str]) -> list[str]:
    """These paths, then the paths above them, the nearest first."""
    found = list(paths)
    for path in paths:
        parts = path.strip("/").split("/")
        found += [f"/{'/'.join(parts[:end])}/" for end in range(len(parts) - 1, 0, -1)]
    return list(dict.fromkeys(found))


def _where_to(address: TakedownAddress) -> str:
    """The address to lead to; empty when what was there is not public any more either."""
    takedown = address.takedown
    if takedown.answer != TakedownAnswer.REDIRECT or address.kind == TakedownAddressKind.MEDIA:
        return ""
    page = takedown.redirect_page
    if page is None:
        return takedown.redirect_path
    if address.language:
        versions = page.get_translations(inclusive=True).live()
        page = versions.filter(locale__language_code=address.language).first() or page
    return (page.url or "") if page.live else ""


# --- Where readers may be led -------------------------------------------------------------------


def check_redirect(*, page: Page | None, path: str, going_down: Sequence[Any] = ()) -> str:
    """Refuse a redirect that leads off the site, in a circle, or to nothing that is public.

    Returns the path to keep: without what follows it, and empty where a page was chosen.

    The whole way is followed: redirects of the site and of other takedowns too.

    Args:
        page: the page that was chosen, or None.
        path: otherwise an address of this site, "/en/…".
        going_down: what is being taken down in the same act.

    Raises:
        RedirectRefusedError: with a message for the editor.
    """
    down = {key_of(thing) for thing in going_down}
    if page is not None:
        _check_page(page, down)
        return ""
    if not path.strip():
        raise RedirectRefusedError(_("Choose the page to which readers are to be led."))
    kept = _own_path(path)
    _follow(kept, down)
    return kept


def _check_page(page: Page, down: set[Key]) -> None:
    title = {"title": page.title}
    if key_of(page) in down:
        raise RedirectRefusedError(
            _("“%(title)s” is being taken down too: readers would go in a circle.") % title
        )
    if not Page.objects.filter(pk=page.pk, live=True).exists():
        raise RedirectRefusedError(_("“%(title)s” is not public. Choose another page.") % title)
    if page.get_view_restrictions().exists():
        raise RedirectRefusedError(
            _("“%(title)s” is not open to everybody. Choose another page.") % title
        )
    if page.get_url_parts() is None:
        raise RedirectRefusedError(_("“%(title)s” has no address on any site.") % title)


def _own_path(address: str) -> str:
    """The path of an address of this site; a full address of one of our sites will do."""
    parts = urlsplit(address.strip().replace("\\", "/"))
    if parts.netloc or parts.scheme:
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        if origin not in {site.root_url.lower() for site in Site.objects.all()}:
            raise RedirectRefusedError(
                _("Readers are not led off this site. Give an address that begins with “/”.")
            )
    path = unquote(parts.path)
    if not path.startswith("/") or path.startswith("//"):
        raise RedirectRefusedError(_("Give an address of this site that begins with “/”."))
    return path


def _follow(path: str, down: set[Key]) -> None:
    seen: set[str] = set()
    while True:
        path = path if path.endswith("/") else f"{path}/"
        if path in seen or len(seen) >= MOST_HOPS:
            raise RedirectRefusedError(_("“%(path)s” leads readers in a circle.") % {"path": path})
        seen.add(path)
        page = _page_at(path)
        if page is not None:
            _check_page(page, down)
            return
        further = _next_hop(path)
        if further is None:
            _check_other_address(path)
            return
        path = further


def _page_at(path: str) -> Page | None:
    """The page at an address, public or not; a page that answers below its own address too."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.url_name != "wagtail_serve":
        return None
    language = path.strip("/").partition("/")[0]
    roots = Site.get_site_root_paths()
    rest = path.strip("/").split("/")[1:]
    for root in sorted(roots, key=lambda one: one.language_code != language):
        parts = rest if root.language_code == language else path.strip("/").split("/")
        own = "".join(f"{part}/" for part in parts if part)
        found = Page.objects.filter(url_path=f"{root.root_path}{own}").first()
        if found is not None and (found.live or not _is_elsewhere(path)):
            return found.specific
        above = _routable_above(root.root_path, [part for part in parts if part])
        if above is not None:
            return above
    return None


def _is_elsewhere(path: str) -> bool:
    return _next_hop(path) is not None


def _routable_above(root_path: str, parts: Sequence[str]) -> Page | None:
    for end in range(len(parts) - 1, -1, -1):
        own = "".join(f"{part}/" for part in parts[:end])
        found = Page.objects.filter(url_path=f"{root_path}{own}", live=True).specific().first()
        if found is None:
            continue
        if not isinstance(found, RoutablePageMixin):
            return None
        try:
            found.resolve_subpage(f"/{'/'.join(parts[end:])}/")
        except Resolver404:
            return None
        return found
    return None


def _next_hop(path: str) -> str | None:
    """Where a redirect of the site, or another takedown, leads from here; None if nowhere.

    Raises RedirectRefusedError where a takedown answers 410, or a redirect leads off the site.
    """
    answer = answer_at([path], site_id=_default_site_id())
    if answer is not None:
        if not answer.redirect_to:
            raise RedirectRefusedError(
                _("What was at “%(path)s” has been taken down too.") % {"path": path}
            )
        return _own_path(answer.redirect_to)
    if not apps.is_installed("wagtail.contrib.redirects"):
        return None
    redirects: Any = apps.get_model("wagtailredirects", "Redirect")
    found = redirects.objects.filter(old_path=redirects.normalise_path(path)).first()
    return _own_path(found.link) if found is not None and found.link else None


def _default_site_id() -> int | None:
    return Site.objects.filter(is_default_site=True).values_list("pk", flat=True).first()


def _check_other_address(path: str) -> None:
    """A view of the site that is no page, as the search; never the editor's."""
    try:
        match = resolve(path)
    except Resolver404:
        match = None
    editor = reverse("wagtailadmin_home")
    if match is None or match.url_name == "wagtail_serve" or path.startswith(editor):
        raise RedirectRefusedError(
            _("There is nothing public at “%(path)s”. Choose another page.") % {"path": path}
        )
