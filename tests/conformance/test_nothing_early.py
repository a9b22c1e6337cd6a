"""Nothing early: what is set for tomorrow is nowhere today, in no language, under no address.

Everything that a stranger can ask is asked: every page that can be reached from the first one, the
addresses of pages, aliases and translations, API, sitemap, search, files, previews. Each answer is
searched for a word that only the embargoed texts hold, and for their addresses. The same questions
are asked again when the moment has come: then every one of them finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from campaign.releases.attempts import run_due
from tests.factories import media
from tests.factories import pages as make
from tests.factories.content_blocks import HotspotFactory
from tests.reading import read_to_the_end

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.conformance.early_urls"),
    # Wagtail leaves the temporary file of a new size to the garbage collector.
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SECRET = "Zanzibaroperation"
"""A word of the embargoed texts; nothing else on the site holds it."""


@dataclass
class Embargoed:
    """What is set for one moment: pages in every language, their aliases, their files."""

    at: datetime
    pages: list[Page] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    changed: list[Page] = field(default_factory=list)

    def addresses(self) -> list[str]:
        return [page.full_url for page in self.pages]


class Links(HTMLParser):
    """The addresses that a page of HTML points to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def words_of(response: Any) -> str:
    """Everything an answer says, its headers too: a redirect can give an address away."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    read_to_the_end(response)
    return body.decode(errors="replace") + "".join(
        f"{name}: {value}" for name, value in response.items()
    )


def crawl(client: Client, *starts: str) -> dict[str, str]:
    """Every page of ours that can be reached by links, with all that it says."""
    seen: dict[str, str] = {}
    wanted = list(starts)
    while wanted:
        address = wanted.pop()
        path = urlsplit(address).path
        if path in seen or path.startswith(("/admin/", "/static/", "/media/", "/documents/")):
            continue
        response = client.get(path, follow=True)
        seen[path] = words_of(response)
        if "html" in response.get("Content-Type", ""):
            for link in Links(seen[path]).found:
                target = urldefrag(urljoin(f"http://testserver{path}", link)).url
                if urlsplit(target).hostname == "testserver":
                    wanted.append(target)
    return seen


@pytest.fixture
def embargoed(settings: Any) -> Embargoed:
    """A campaign in two languages: much that is public, and as much that is set for tomorrow."""
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("ur", "Urdu")]
    urdu = make.add_locale("ur")
    home = make.campaign_home()
    parents = {
        "section": make.SectionPageFactory(parent=home, title="Guidance", show_in_menus=True),
        "places": make.HotspotIndexPageFactory(parent=home, title="Places"),
        "updates": make.UpdateIndexPageFactory(parent=home, title="Updates"),
    }
    for page in (home, *parents.values()):
        page.copy_for_translation(urdu, copy_parents=True).save_revision().publish()
    # Public neighbours, so that lists, menus and links to the next page are drawn.
    make.HotspotPageFactory(parent=parents["places"], title="Hotels")
    make.UpdatePageFactory(parent=parents["updates"], title="Launch")

    plan = Embargoed(at=timezone.now().replace(microsecond=0) + timedelta(days=1))
    makers: dict[str, Callable[..., Page]] = {
        "section": make.GuidancePageFactory,
        "places": make.HotspotPageFactory,
        "updates": make.UpdatePageFactory,
    }
    for name, maker in makers.items():
        fields = {"hotspot": HotspotFactory(name=f"{SECRET} place")} if name == "places" else {}
        plan.pages += scheduled_set(maker, parents[name], plan, urdu, **fields)
    link_publicly(parents["section"], plan.pages)
    plan.changed.append(scheduled_change(parents["section"], plan.at))
    return plan


def scheduled_set(
    maker: Callable[..., Page], parent: Page, plan: Embargoed, urdu: Any, **fields: Any
) -> list[Page]:
    """A page that was never public, its alias and its translation, all set for one moment."""
    image, file = media.drawing(title=f"{SECRET} picture"), media.document(title=f"{SECRET} poster")
    blocks = [
        make.text_block(f"<p>{SECRET} is what they called it.</p>"),
        media.figure_block(image),
        media.download_block(file),
    ]
    page = maker(
        parent=parent,
        title=f"{SECRET} explained",
        summary=f"All about {SECRET}.",
        show_in_menus=True,
        body=blocks,
        draft=True,
        **fields,
    )
    plan.files += [media.address_of_picture(image), file.url]
    alias = page.create_alias(parent=parent, update_slug=f"{page.slug}-again")
    translation = page.copy_for_translation(urdu, copy_parents=True)
    page.go_live_at = plan.at
    page.save_revision().publish()
    translation.go_live_at = plan.at
    translation.save_revision().publish()
    return [page, alias, translation]


def link_publicly(section: Page, targets: list[Page]) -> None:
    """A public page that links to the embargoed ones, as editors do ahead of time."""
    links = "".join(f'<a linktype="page" id="{page.pk}">Read on</a> ' for page in targets)
    related = {
        "type": "related",
        "value": {"heading": "See also", "pages": [page.pk for page in targets]},
        "id": "5f4c7b6e-0000-4000-8000-000000000001",
    }
    make.GuidancePageFactory(
        parent=section, title="Links", body=[make.text_block(f"<p>{links}</p>"), related]
    )


def scheduled_change(section: Page, at: datetime) -> Page:
    """A public page whose next version is set for that moment."""
    page = make.GuidancePageFactory(parent=section, title="Public words")
    page.save_revision().publish()
    draft = page.get_latest_revision_as_object()
    draft.title, draft.summary, draft.go_live_at = f"{SECRET} in public", SECRET, at
    draft.save_revision().publish()
    return page


def api_answers(client: Client) -> Iterator[str]:
    """What Wagtail's page API says to everything it can be asked about these pages."""
    for query in ("", "?fields=*", f"?search={SECRET}", "?locale=ur", "?order=-id&limit=20"):
        yield words_of(client.get(f"/api/v2/pages/{query}"))


def search_answers(client: Client, *languages: str) -> dict[str, str]:
    return {
        code: words_of(client.post(f"/{code}/search/", {"q": SECRET})).partition("<main")[2]
        for code in languages
    }


def hits(answer: str) -> int:
    """How often a search's answer holds the word, besides repeating the question."""
    return answer.count(f"{SECRET} explained")


def test_nothing_of_it_is_anywhere_before_and_all_of_it_after(
    embargoed: Embargoed, client: Client
) -> None:
    before = everything(client, embargoed)
    with time_machine.travel(embargoed.at, tick=False):
        run_due(at=embargoed.at)
    after = everything(client, embargoed)

    pages, files = len(embargoed.pages), len(embargoed.files)
    assert before == {
        "page, alias and translation addresses": [404] * pages,
        "API, one page": [404] * pages,
        "files": [404] * files,
        "pages of the site that say it": [],
        "links of the site to it": [],
        "API lists that say it": 0,
        "sitemap names it": 0,
        "found in English": 0,
        "found in Urdu": 0,
        "pages linked from the site": True,
    }
    assert after["page, alias and translation addresses"] == [200] * pages
    assert after["API, one page"] == [200] * pages
    assert after["files"] == [200] * files
    assert {page.url for page in embargoed.pages} <= set(after["links of the site to it"])
    assert after["pages of the site that say it"] != []
    assert after["API lists that say it"] == 5
    assert after["sitemap names it"] >= pages
    assert (after["found in English"], after["found in Urdu"]) > (0, 0)


def everything(client: Client, embargoed: Embargoed) -> dict[str, Any]:
    """Ask all that a stranger can ask."""
    site = crawl(client, "/", "/en/", "/ur/", "/robots.txt", "/sitemap.xml")
    sitemap = words_of(client.get("/sitemap.xml"))
    found = search_answers(client, "en", "ur")
    ours = {page.url for page in embargoed.pages}
    linked = {
        urlsplit(urljoin(path, link)).path
        for path, words in site.items()
        for link in Links(words).found
    }
    return {
        "page, alias and translation addresses": [
            client.get(page.url).status_code for page in embargoed.pages
        ],
        "API, one page": [
            client.get(f"/api/v2/pages/{page.pk}/").status_code for page in embargoed.pages
        ],
        "files": [status_of_file(client, url) for url in embargoed.files],
        "pages of the site that say it": sorted(p for p, words in site.items() if SECRET in words),
        "links of the site to it": sorted(linked & ours),
        "API lists that say it": sum(SECRET in words for words in api_answers(client)),
        "sitemap names it": sum(url in sitemap for url in embargoed.addresses()),
        "found in English": hits(found["en"]),
        "found in Urdu": hits(found["ur"]),
        "pages linked from the site": len(site) > 10,
    }


def status_of_file(client: Client, url: str) -> int:
    response = client.get(url)
    read_to_the_end(response)
    return int(response.status_code)


def test_all_of_it_is_gone_again_when_it_is_withdrawn(embargoed: Embargoed, client: Client) -> None:
    with time_machine.travel(embargoed.at, tick=False):
        run_due(at=embargoed.at)
    for page in embargoed.pages:
        if page.alias_of_id is None and page.locale.language_code == "en":
            Page.objects.get(pk=page.pk).specific.unpublish()

    after = everything(client, embargoed)

    changed = embargoed.changed[0].url
    assert after["page, alias and translation addresses"] == [404] * len(embargoed.pages)
    assert after["files"] == [404] * len(embargoed.files)
    assert after["links of the site to it"] == []
    # Only the page that was changed at that moment still says it, and what lists that page.
    said = after["pages of the site that say it"]
    assert changed in said
    assert not any(f"{SECRET} explained" in words_of(client.get(path)) for path in said)


@pytest.mark.parametrize("who", ["stranger", "reader with an account"])
def test_previews_and_drafts_are_for_editors_only(
    embargoed: Embargoed, client: Client, who: str
) -> None:
    if who == "reader with an account":
        client.force_login(get_user_model().objects.create_user("reader"))
    page = embargoed.pages[0]
    revision = page.get_latest_revision()
    addresses = [
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailadmin_pages:view_draft", args=[page.pk]),
        reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk]),
        reverse("wagtailadmin_pages:revisions_view", args=[page.pk, revision.pk]),
        reverse("wagtailadmin_pages:history", args=[page.pk]),
        reverse("wagtailadmin_explore", args=[page.get_parent().pk]),
        reverse("wagtailadmin_pages:search") + f"?q={SECRET}",
        reverse("campaign_releases:due_work"),
        f"/admin/api/main/pages/{page.pk}/",
        f"/admin/api/main/pages/?search={SECRET}",
        reverse("wagtailimages:index"),
        reverse("wagtaildocs:index"),
    ]
    for address in addresses:
        response = client.get(address, follow=True)
        # The login page repeats where the reader wanted to go, question and all.
        words = words_of(response).replace(f"={SECRET}", "").replace(f"%3D{SECRET}", "")
        assert SECRET not in words, address
        assert response.status_code in (200, 401, 403), address  # 200: the login page
    preview = client.post(
        reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk]), {"title": "x"}
    )
    assert preview.status_code in (302, 403)


def test_editors_see_it_before(embargoed: Embargoed, admin_client: Client) -> None:
    page = embargoed.pages[0]
    draft = admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))

    assert SECRET in words_of(draft)
    assert [status_of_file(admin_client, url) for url in embargoed.files] == [200] * len(
        embargoed.files
    )
