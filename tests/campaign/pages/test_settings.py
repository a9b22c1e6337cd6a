"""What the campaign says once: its routes in order, and links that never lead nowhere."""

from __future__ import annotations

from typing import Any

from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from campaign.pages.context_processors import campaign
from campaign.pages.models import CampaignSettings, HomePage
from content_blocks.values import ActionRoutes
from tests.factories import pages as make
from tests.factories.content_blocks import ContactRouteFactory


def _again(settings: CampaignSettings) -> CampaignSettings:
    return CampaignSettings.objects.get(pk=settings.pk)


def test_default_routes_keep_the_order_of_the_editor(home: HomePage) -> None:
    first, second, third, hidden = (
        ContactRouteFactory(slug=slug, live=slug != "hidden")
        for slug in ("z-first", "a-second", "child", "hidden")
    )
    settings = make.campaign_settings()

    settings.set_action_routes(not_sure=[first, hidden, second], child=[third])

    assert _again(settings).get_action_routes() == ActionRoutes(
        not_sure=[first, second], anonymous=[], child=[third]
    )


def test_default_routes_are_replaced_not_added_to(home: HomePage) -> None:
    settings = make.campaign_settings()
    settings.set_action_routes(child=[ContactRouteFactory()])

    settings.set_action_routes()

    assert settings.get_action_routes() == ActionRoutes(not_sure=[], anonymous=[], child=[])


def test_default_routes_speak_the_language_of_the_reader(home: HomePage, settings: Any) -> None:
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("ur", "Urdu")]
    urdu = make.add_locale("ur")
    translated, only_english = ContactRouteFactory(), ContactRouteFactory()
    copy = translated.copy_for_translation(urdu)
    copy.live = True
    copy.save()
    chosen = make.campaign_settings()
    chosen.set_action_routes(not_sure=[translated, only_english])

    with translation.override("ur"):
        found = _again(chosen).not_sure_routes

    assert found == [copy, only_english]


def test_frame_links_only_to_public_pages(home: HomePage) -> None:
    page = make.StandardPageFactory(parent=home)
    settings = make.campaign_settings(safety_page=page, privacy_page=None)

    assert settings.get_public_page_url("safety_page") == page.url
    assert settings.get_public_page_url("privacy_page") == ""
    page.unpublish()
    assert _again(settings).get_public_page_url("safety_page") == ""


def test_settings_survive_a_deleted_page_and_a_deleted_route(home: HomePage) -> None:
    page = make.StandardPageFactory(parent=home)
    route = ContactRouteFactory()
    settings = make.campaign_settings(safety_page=page)
    settings.set_action_routes(child=[route])

    page.delete()
    route.delete()

    settings = _again(settings)
    assert (settings.safety_page, settings.child_routes) == (None, [])


def test_templates_are_given_the_campaign_and_the_language(
    home: HomePage, rf: RequestFactory
) -> None:
    make.campaign_settings(campaign_name="Worth saying")

    with translation.override("ar"):
        context = campaign(rf.get("/", headers={"host": "testserver"}))

    assert context["campaign"].campaign_name == "Worth saying"
    assert (context["language"].code, context["language"].direction) == ("ar", "rtl")


def test_editor_of_the_admin_pays_nothing_for_the_campaign(
    home: HomePage, rf: RequestFactory, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        campaign(rf.get("/"))


def test_settings_can_be_edited(home: HomePage, admin_client: Client) -> None:
    settings = make.campaign_settings()
    url = reverse(
        "wagtailsettings:edit", args=["campaign_pages", "campaignsettings", settings.site_id]
    )

    response = admin_client.get(url)

    assert response.status_code == 200
    assert "Who to call, by default" in response.content.decode()
