"""What a cache in front of the site is told, by a fake backend and by a real server."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.documents import get_document_model
from wagtail.models import Page

from campaign.releases import purging
from campaign.releases.effects import Outcome, run_effects
from campaign.releases.enums import Cause, EffectPriority
from campaign.releases.gate import acting
from campaign.releases.models import Effect
from tests.campaign.releases.fake_cache import FakeCache, settings_of_fake
from tests.factories.content_blocks import ContactRouteFactory, HotspotFactory, SignFactory
from tests.factories.pages import (
    GuidancePageFactory,
    HotspotIndexPageFactory,
    HotspotPageFactory,
    SectionPageFactory,
    campaign_home,
    text_block,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Any:
    return campaign_home()


@pytest.fixture
def cached(settings: Any) -> Iterator[Any]:
    """Call it once the pages are there: from then on there is a cache."""

    def begin(**options: Any) -> None:
        Effect.objects.all().delete()
        FakeCache.forget()
        settings.WAGTAILFRONTENDCACHE = settings_of_fake(**options)

    yield begin
    FakeCache.forget()


def run() -> Outcome:
    return run_effects(timezone.now())


def purged() -> set[str]:
    """The paths that were dropped, once all effects are done."""
    run()
    assert not Effect.objects.open().exists()
    return {url.removeprefix("http://testserver") for url in FakeCache.purged}


def publish(thing: Any, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save_revision().publish()


# --- What is written ------------------------------------------------------------------------------


def test_without_a_cache_nothing_is_written(home: Any) -> None:
    GuidancePageFactory(parent=home)
    ContactRouteFactory()

    assert set(Effect.objects.values_list("kind", flat=True)) == {"search_index"}


@pytest.mark.parametrize("name", ["WAGTAILFRONTENDCACHE", "WAGTAILFRONTENDCACHE_LOCATION"])
def test_either_setting_of_wagtail_means_that_there_is_a_cache(settings: Any, name: str) -> None:
    assert not purging.has_cache()
    setattr(settings, name, {"cdn": {}})
    assert purging.has_cache()


def test_a_publication_writes_two_rows_however_many_pages_show_it(home: Any, cached: Any) -> None:
    page = GuidancePageFactory(parent=home, slug="hotels")
    for number in range(5):
        GuidancePageFactory(parent=home, slug=f"page-{number}")
    cached()

    publish(page, title="Other")

    assert list(Effect.objects.exclude(kind="search_index").values_list("kind", "address")) == [
        ("purge_address", "/en/hotels/"),
        ("purge_shown_by", f"record:campaign_pages.guidancepage/{page.pk}"),
    ]


# --- What is dropped ------------------------------------------------------------------------------


def test_the_page_and_whatever_lists_it(home: Any, cached: Any) -> None:
    section = SectionPageFactory(parent=home, slug="learn")
    page = GuidancePageFactory(parent=section, slug="hotels")
    GuidancePageFactory(parent=section, slug="parks")
    cached()

    publish(page, title="Other")

    assert purged() == {"/en/learn/hotels/", "/en/learn/", "/en/", "/sitemap.xml"}


def test_the_old_address_too(home: Any, cached: Any) -> None:
    section = SectionPageFactory(parent=home, slug="learn")
    GuidancePageFactory(parent=section, slug="hotels")
    section.refresh_from_db()
    cached()

    publish(section, slug="know")

    assert purged() >= {
        "/en/learn/",
        "/en/know/",
        "/en/learn/hotels/",
        "/en/know/hotels/",
    }


@pytest.mark.parametrize("way", ["unpublish", "delete"])
def test_what_comes_down_is_dropped_with_what_listed_it(home: Any, cached: Any, way: str) -> None:
    section = SectionPageFactory(parent=home, slug="learn")
    page = GuidancePageFactory(parent=section, slug="hotels")
    linking = GuidancePageFactory(
        parent=section, body=[text_block(f'<p><a linktype="page" id="{page.pk}">Go</a></p>')]
    )
    cached()

    getattr(Page.objects.get(pk=page.pk).specific, way)()

    assert purged() >= {"/en/learn/hotels/", "/en/learn/", "/en/", f"/en/learn/{linking.slug}/"}


@pytest.mark.parametrize(
    ("media_url", "purged_url"),
    [
        ("/media/", "http://testserver/media/documents/own.txt"),
        ("https://media.example.org/", "https://media.example.org/documents/own.txt"),
    ],
)
def test_a_file_is_dropped_where_it_is_served(
    home: Any, cached: Any, settings: Any, media_url: str, purged_url: str
) -> None:
    """A site may have another host for its files, which has a cache of its own."""
    settings.WAGTAILDOCS_SERVE_METHOD, settings.MEDIA_URL = "direct", media_url
    own = get_document_model().objects.create(
        title="Own", file=ContentFile(b"text", name="own.txt")
    )
    page = GuidancePageFactory(
        parent=home, body=[text_block(f'<p><a linktype="document" id="{own.pk}">x</a></p>')]
    )
    cached()

    Page.objects.get(pk=page.pk).specific.unpublish()

    urls = [effect.payload.get("url", "") for effect in Effect.objects.all()]
    assert [url for url in urls if url.endswith(".txt")] == [purged_url]


def test_a_page_of_the_menu_is_on_every_page(home: Any, cached: Any) -> None:
    section = SectionPageFactory(parent=home, slug="learn", show_in_menus=True)
    other = SectionPageFactory(parent=home, slug="help")
    GuidancePageFactory(parent=other, slug="police")
    cached()

    publish(section, title="Other")

    assert purged() >= {"/en/", "/en/learn/", "/en/help/", "/en/help/police/"}


def test_a_changed_number_is_dropped_from_every_page(home: Any, cached: Any) -> None:
    route = ContactRouteFactory()
    GuidancePageFactory(parent=home, slug="hotels")
    GuidancePageFactory(parent=home, slug="draft", draft=True)
    cached()

    publish(route, name="New name")

    assert purged() == {"/en/", "/en/hotels/"}


def test_a_sign_is_dropped_from_the_pages_about_places(home: Any, cached: Any) -> None:
    hotspot = HotspotFactory()
    sign = SignFactory(hotspots=[hotspot])
    index = HotspotIndexPageFactory(parent=home, slug="places")
    HotspotPageFactory(parent=index, slug="hotels", hotspot=hotspot)
    GuidancePageFactory(
        parent=home,
        slug="online",
        body=[{"type": "signs", "id": "1", "value": {"select": "observed", "observed": "online"}}],
    )
    GuidancePageFactory(parent=home, slug="other")
    cached()

    publish(sign, explanation="Another")

    assert purged() == {"/en/places/hotels/", "/en/online/"}


def test_a_place_is_dropped_wherever_it_is_named(home: Any, cached: Any) -> None:
    hotspot = HotspotFactory()
    index = HotspotIndexPageFactory(parent=home, slug="places")
    HotspotPageFactory(parent=index, slug="hotels", hotspot=hotspot)
    GuidancePageFactory(parent=home, slug="other")
    cached()

    publish(hotspot, name="Hotels and B&Bs")

    assert purged() == {"/en/", "/en/places/", "/en/places/hotels/"}


def test_records_shown_through_other_records_are_found(home: Any) -> None:
    hotspot = HotspotFactory()
    sign = SignFactory(hotspots=[hotspot])
    page = HotspotPageFactory(parent=HotspotIndexPageFactory(parent=home), hotspot=hotspot)

    assert purging.pages_showing(hotspot) == {page.pk}
    # By the list of places of the sign.
    assert purging.pages_showing(page) == set()
    assert (sign.pk, purging.pages_showing(sign)) == (sign.pk, set())


def test_a_room_can_add_what_else_shows_a_thing(home: Any, cached: Any) -> None:
    page = GuidancePageFactory(parent=home, slug="hotels")
    other = GuidancePageFactory(parent=home, slug="other", draft=True)
    cached()
    purging.register_affected_addresses("a room", lambda _thing: ["/feed.xml", other])
    try:
        publish(page, title="Other")
        assert purged() == {"/en/hotels/", "/en/", "/sitemap.xml", "/feed.xml"}
    finally:
        purging.unregister_affected_addresses("a room")


def test_a_record_that_was_deleted_meanwhile_is_no_error(home: Any, cached: Any) -> None:
    route = ContactRouteFactory()
    cached()
    publish(route, name="New name")
    route.delete()

    assert run().failed == run().retrying == 0


# --- How ------------------------------------------------------------------------------------------


def test_a_takedown_is_urgent_all_the_way(home: Any, cached: Any) -> None:
    page = GuidancePageFactory(parent=home, slug="hotels")
    route = ContactRouteFactory()
    cached()
    publish(page, title="Other")
    with acting(cause=Cause.TAKEDOWN):
        publish(route, name="New")
    run()

    urgent = Effect.objects.filter(priority=EffectPriority.URGENT)
    assert set(urgent.values_list("kind", flat=True)) == {"purge_address", "purge_shown_by"}
    assert urgent.filter(address="/en/").exists()


def test_many_addresses_go_in_few_calls(home: Any, cached: Any) -> None:
    for number in range(35):
        GuidancePageFactory(parent=home, slug=f"page-{number}")
    route = ContactRouteFactory()
    cached()

    publish(route, name="New name")

    assert len(purged()) == 36
    assert FakeCache.calls == 2


def test_a_failure_that_is_only_logged_is_found_and_retried(home: Any, cached: Any) -> None:
    page = GuidancePageFactory(parent=home, slug="hotels")
    cached()
    FakeCache.down = True
    publish(page, title="Other")

    with disabled_logger():
        run()

    failed = Effect.objects.get(address="/en/hotels/")
    assert failed.last_error == ("PurgeFailedError: Couldn't purge 'http://testserver/en/hotels/'")
    assert failed.next_attempt_at is not None


class disabled_logger:
    """Whatever the logging of the site is set to, a failure is seen."""

    logger = logging.getLogger("wagtail.frontendcache")

    def __enter__(self) -> None:
        self.logger.disabled = True
        self.logger.setLevel(logging.CRITICAL)

    def __exit__(self, *_args: object) -> None:
        self.logger.disabled = False
        self.logger.setLevel(logging.NOTSET)


def test_complaints_of_other_threads_are_their_own(caplog: pytest.LogCaptureFixture) -> None:
    def complain() -> None:
        logging.getLogger("wagtail.frontendcache").error("somebody else's")

    with purging._complaints_are_errors():
        other = threading.Thread(target=complain)
        other.start()
        other.join()
    assert "somebody else's" in caplog.text


def test_a_cache_for_other_hosts_is_left_alone(home: Any, cached: Any) -> None:
    page = GuidancePageFactory(parent=home)
    cached(HOSTNAMES=["elsewhere.example"])

    publish(page, title="Other")

    assert purged() == set()


def test_a_cache_that_is_not_there_fails_with_the_name(home: Any, settings: Any) -> None:
    page = GuidancePageFactory(parent=home, slug="hotels")
    settings.WAGTAILFRONTENDCACHE = {"cdn": {"BACKEND": "no.such.Backend"}}
    publish(page, title="Other")

    run()

    error = Effect.objects.get(address="/en/hotels/").last_error
    assert "Could not find backend 'no.such.Backend'" in error


class Varnish(ThreadingHTTPServer):
    """A real server that answers PURGE with what it is told to."""

    daemon_threads = False  # closing waits for those that still answer

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self.status = 200
        self.delay = 0.0
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    server: Varnish

    def do_PURGE(self) -> None:
        self.server.seen.append((self.command, self.headers["Host"], self.path))
        time.sleep(self.server.delay)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def varnish(settings: Any) -> Iterator[Varnish]:
    server = Varnish()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    location = f"http://127.0.0.1:{server.server_port}"
    settings.WAGTAILFRONTENDCACHE = {
        "varnish": {
            "BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend",
            "LOCATION": location,
        }
    }
    yield server
    server.shutdown()
    server.server_close()


def test_a_real_cache_is_asked_for_the_address_of_the_site(
    home: Any, varnish: Varnish, at: datetime
) -> None:
    page = GuidancePageFactory(parent=home, slug="hotels")
    Effect.objects.all().delete()
    publish(page, title="Other")

    assert run().retrying == 0
    assert ("PURGE", "testserver", "/en/hotels/") in varnish.seen


def test_a_cache_that_does_not_hold_the_address_is_fine(home: Any, varnish: Varnish) -> None:
    varnish.status = 404
    GuidancePageFactory(parent=home, slug="hotels")

    assert run().retrying == 0
    assert ("PURGE", "testserver", "/en/hotels/") in varnish.seen


@pytest.mark.parametrize(("status", "delay", "error"), [(503, 0.0, "503"), (200, 0.4, "timed out")])
def test_a_real_cache_that_refuses_or_hangs_is_asked_again(
    home: Any,
    varnish: Varnish,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    delay: float,
    error: str,
) -> None:
    monkeypatch.setattr(purging, "HTTP_TIMEOUT_SECONDS", 0.1)
    varnish.status, varnish.delay = status, delay
    page = GuidancePageFactory(parent=home, slug="hotels")
    Effect.objects.all().delete()
    publish(page, title="Other")
    Effect.objects.exclude(address="/en/hotels/").delete()

    assert run() == Outcome(retrying=1)
    assert error in Effect.objects.get().last_error


@pytest.mark.parametrize("count", [1, 3])
def test_the_cost_of_a_publication_does_not_grow_with_the_pages(
    home: Any, cached: Any, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    hotspot = HotspotFactory()
    index = HotspotIndexPageFactory(parent=home)
    for number in range(count):
        HotspotPageFactory(parent=index, slug=f"p-{number}", hotspot=hotspot)
    cached()
    from campaign.releases.gate import PublicChange  # noqa: PLC0415

    change = PublicChange(instance=hotspot, was_public=True, is_public=True, at=timezone.now())
    with django_assert_num_queries(0):
        assert len(list(purging.effects_of(change))) == 1
