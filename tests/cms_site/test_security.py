from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from campaign.pages.inline import script_sources
from cms_site.security import ContentSecurityPolicyMiddleware
from cms_site.theme.stylesheet import style_sources
from tests.factories.content_blocks import ContactRouteFactory


def policy_of(response: Any) -> dict[str, str]:
    parts = (part.partition(" ") for part in response["Content-Security-Policy"].split("; "))
    return {name: value for name, _, value in parts}


def test_public_policy_allows_our_own_text_and_pictures_only(client: Client) -> None:
    assert policy_of(client.get("/health/live")) == {
        "default-src": "'none'",
        "script-src": " ".join(script_sources()),
        "style-src": " ".join(style_sources()),
        "img-src": "'self' data:",
        "media-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.django_db
def test_preview_is_a_public_page_that_the_editor_may_frame() -> None:
    preview = ContactRouteFactory().make_preview_request()

    assert policy_of(preview)["frame-ancestors"] == "'self'"
    assert policy_of(preview)["script-src"] == " ".join(script_sources())


@pytest.mark.django_db
def test_editor_has_a_looser_policy_and_only_the_editor(client: Client) -> None:
    editor = policy_of(client.get(reverse("wagtailadmin_login")))

    assert editor["script-src"] == "'self' 'unsafe-inline'"
    assert editor["frame-ancestors"] == "'self'"
    assert "'unsafe-inline'" not in client.get("/administration")["Content-Security-Policy"]


def test_view_may_say_otherwise() -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        response = HttpResponse()
        response._csp_replace = {"frame-ancestors": ["*"]}  # type: ignore[attr-defined]
        return response

    response = ContentSecurityPolicyMiddleware(view)(RequestFactory().get("/"))

    assert policy_of(response)["frame-ancestors"] == "*"
    assert policy_of(response)["default-src"] == "'none'"


def test_other_headers(client: Client) -> None:
    response = client.get("/health/live")

    assert {
        name: response[name]
        for name in (
            "Referrer-Policy",
            "X-Content-Type-Options",
            "Cross-Origin-Opener-Policy",
        )
    } == {
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    assert "camera=()" in response["Permissions-Policy"]
    assert "geolocation=()" in response["Permissions-Policy"]


@pytest.mark.django_db
@override_settings(AXES_ENABLED=True)
def test_login_is_locked_after_five_wrong_passwords_for_that_person_there(
    client: Client, django_user_model: Any
) -> None:
    django_user_model.objects.create_superuser("editor", password="the right password")
    login = reverse("wagtailadmin_login")

    def attempt(password: str, username: str = "editor", address: str = "192.0.2.1") -> int:
        return client.post(
            login, {"username": username, "password": password}, REMOTE_ADDR=address
        ).status_code

    assert [attempt("wrong") for _ in range(5)] == [200, 200, 200, 200, 429]
    assert attempt("the right password") == 429
    # A forwarded address is not believed: pretending to come from elsewhere does not help.
    assert (
        client.post(
            login,
            {"username": "editor", "password": "the right password"},
            REMOTE_ADDR="192.0.2.1",
            headers={"x-forwarded-for": "198.51.100.7"},
        ).status_code
        == 429
    )
    # Neither a colleague at the same address nor the editor at another one is locked out.
    assert attempt("wrong", username="colleague") == 200
    assert attempt("the right password", address="192.0.2.2") == 302
