"""A file is as public as what uses it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from wagtail.models import Locale, Page

from campaign.pages.models import CampaignSettings, GuidancePage, HomePage
from campaign.releases.enums import FileKind
from campaign.releases.exposure import (
    addresses_used_only_by,
    files_used_only_by,
    is_public,
    is_public_file,
    is_public_picture,
    picture_of,
)
from campaign.releases.models import Effect
from campaign.releases.purging import PURGE_ADDRESS
from content_blocks.models import Sign
from tests.factories import media
from tests.factories import pages as make
from tests.factories.content_blocks import HotspotFactory, SignFactory
from tests.reading import read_to_the_end

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the temporary file of a new size to the garbage collector.
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def home() -> HomePage:
    return make.campaign_home()


@pytest.fixture
def section(home: HomePage) -> Page:
    return make.SectionPageFactory(parent=home)


def guidance(section: Page, *blocks: dict[str, Any], **fields: Any) -> GuidancePage:
    return make.GuidancePageFactory(parent=section, body=list(blocks), **fields)


def status(client: Client, address: str) -> int:
    response = client.get(address)
    read_to_the_end(response)
    return response.status_code


def test_files_of_a_draft_are_for_editors_only(
    section: Page, client: Client, admin_client: Client
) -> None:
    image, file = media.drawing(), media.document()
    guidance(section, media.figure_block(image), media.download_block(file), draft=True)
    addresses = [media.address_of_picture(image), file.url]

    assert [status(client, address) for address in addresses] == [404, 404]
    assert [status(admin_client, address) for address in addresses] == [200, 200]


def test_files_of_a_public_page_are_for_everyone_and_come_without_a_cookie(
    section: Page, client: Client
) -> None:
    image, file = media.drawing(), media.document()
    guidance(section, media.figure_block(image), media.download_block(file))

    for address in (media.address_of_picture(image), file.url):
        response = client.get(address)
        read_to_the_end(response)
        assert response.status_code == 200
        assert response["Cache-Control"] == "public, max-age=86400, s-maxage=60"
        assert (response.cookies, response["Vary"]) == ({}, "Accept-Language")


def test_what_editors_see_of_an_embargoed_file_stays_out_of_every_cache(
    section: Page, admin_client: Client
) -> None:
    image, file = media.drawing(), media.document()
    guidance(section, media.figure_block(image), media.download_block(file), draft=True)

    for address in (media.address_of_picture(image), file.url):
        response = admin_client.get(address)
        read_to_the_end(response)
        assert response["Cache-Control"] == "private, no-store"


def test_refused_file_is_not_remembered_as_missing(section: Page, client: Client) -> None:
    image = media.drawing()
    guidance(section, media.figure_block(image), draft=True)

    refused = client.get(media.address_of_picture(image))

    assert (refused.status_code, refused["Cache-Control"]) == (404, "no-store")


def test_person_who_may_not_open_the_editor_is_a_stranger(
    section: Page, client: Client, django_user_model: Any
) -> None:
    image = media.drawing()
    guidance(section, media.figure_block(image), draft=True)
    address = media.address_of_picture(image)
    reader = django_user_model.objects.create_user("reader", password="x")
    client.force_login(reader)
    assert status(client, address) == 404

    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))

    assert status(client, address) == 200


def test_files_come_down_and_go_up_with_their_page(section: Page, client: Client) -> None:
    image, file = media.drawing(), media.document()
    page = guidance(section, media.figure_block(image), media.download_block(file))
    addresses = [media.address_of_picture(image), file.url]
    seen = [[status(client, address) for address in addresses]]

    page.unpublish()
    seen.append([status(client, address) for address in addresses])
    page.save_revision().publish()
    seen.append([status(client, address) for address in addresses])

    assert seen == [[200, 200], [404, 404], [200, 200]]


def test_file_that_another_public_page_uses_stays(section: Page, client: Client) -> None:
    image = media.drawing()
    page = guidance(section, media.figure_block(image))
    other = guidance(section, media.figure_block(image))
    address = media.address_of_picture(image)

    page.unpublish()
    assert (status(client, address), files_used_only_by(page)) == (200, [])
    other.unpublish()

    assert (status(client, address), files_used_only_by(page)) == (404, [image])


def test_picture_that_only_a_draft_of_a_public_page_shows_is_not_public(
    section: Page, client: Client
) -> None:
    old, new = media.drawing(), media.drawing()
    page = guidance(section, media.figure_block(old))
    page.body = [media.figure_block(new)]
    revision = page.save_revision()
    addresses = [media.address_of_picture(image) for image in (old, new)]
    assert [status(client, address) for address in addresses] == [200, 404]

    revision.publish()

    assert [status(client, address) for address in addresses] == [404, 200]


def test_file_that_nothing_uses_is_not_public(client: Client, admin_client: Client) -> None:
    address = media.address_of_picture(media.drawing())

    assert (status(client, address), status(admin_client, address)) == (404, 200)


def test_file_that_belongs_to_no_picture_is_not_public(client: Client) -> None:
    assert picture_of("images/nothing.svg") is None
    assert status(client, "/media/images/nothing.svg") == 404


def test_logo_of_the_campaign_is_public(home: HomePage, client: Client) -> None:
    image = media.drawing()
    address = media.address_of_picture(image)
    make.campaign_settings(logo=image)

    assert status(client, address) == 200
    CampaignSettings.objects.update(logo=None)


def test_document_linked_in_running_text_is_public(section: Page, client: Client) -> None:
    file = media.document()
    link = f'<p><a linktype="document" id="{file.pk}">Poster</a></p>'
    guidance(section, make.text_block(link))

    assert status(client, file.url) == 200


def test_alias_and_translation_that_are_not_public_expose_nothing(
    section: Page, client: Client
) -> None:
    image = media.drawing()
    page = guidance(section, media.figure_block(image), draft=True)
    page.create_alias(parent=section, update_slug="an-alias")
    urdu = Locale.objects.create(language_code="ur")
    page.copy_for_translation(urdu, copy_parents=True)
    address = media.address_of_picture(image)
    assert status(client, address) == 404

    page.save_revision().publish()

    assert status(client, address) == 200


def test_name_of_a_deleted_picture_can_be_taken_over(section: Page) -> None:
    first, second = media.drawing(), media.drawing()
    page = guidance(section, media.figure_block(first))
    name = first.get_rendition("original").file.name
    assert is_public_picture(name)
    page.delete()
    first.delete()
    assert not is_public_picture(name)
    guidance(section, media.figure_block(second))
    rendition = second.get_rendition("original")
    type(rendition).objects.filter(pk=rendition.pk).update(file=name)

    assert is_public_picture(name)


def test_addresses_of_files_are_those_that_a_cache_must_forget(section: Page) -> None:
    image, file = media.drawing(), media.document()
    page = guidance(section, media.figure_block(image), media.download_block(file))
    shown = media.address_of_picture(image)

    assert sorted(addresses_used_only_by(page)) == sorted([shown, file.url])


@pytest.mark.parametrize("users", [1, 3])
def test_asking_costs_three_queries_however_many_pages_use_it(
    section: Page, django_assert_num_queries: Any, users: int
) -> None:
    image = media.drawing()
    for _user in range(users):
        guidance(section, media.figure_block(image), draft=True)
    is_public_file(FileKind.IMAGE, image.pk)

    with django_assert_num_queries(3):
        assert not is_public_file(FileKind.IMAGE, image.pk)


def test_public_or_not_is_read_from_the_row(section: Page) -> None:
    page = guidance(section)
    stale = GuidancePage.objects.get(pk=page.pk)
    page.unpublish()
    sign: Sign = SignFactory(code="HO-01", text="Pays cash", hotspots=[HotspotFactory()])

    assert (is_public(stale), is_public(sign), is_public(Sign())) == (False, True, False)
    assert is_public(CampaignSettings.objects.create(site=section.get_site()))


def test_page_that_comes_down_takes_its_files_out_of_the_cache(
    section: Page, settings: Any
) -> None:
    settings.WAGTAILFRONTENDCACHE = {
        "front": {
            "BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend",
            "LOCATION": "http://127.0.0.1:1",
        }
    }
    image, file, shared = media.drawing(), media.document(), media.drawing()
    shown = media.address_of_picture(image)
    media.address_of_picture(shared)
    blocks = [media.figure_block(image), media.figure_block(shared), media.download_block(file)]
    page = guidance(section, *blocks)
    guidance(section, media.figure_block(shared))
    root = section.get_site().root_url

    page.unpublish()

    purged = Effect.objects.filter(kind=PURGE_ADDRESS).values_list("payload__url", flat=True)
    files = sorted(url for url in purged if "/media/" in url or "/documents/" in url)
    assert files == sorted([root + file.url, root + shown])
