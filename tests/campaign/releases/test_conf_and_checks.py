from __future__ import annotations

from typing import Any

import pytest
from django.core.management import get_commands

from campaign.releases import checks
from campaign.releases.conf import ReleasesSettings, get_settings
from campaign.releases.exceptions import ReleasesSettingsError


def test_the_defaults_are_the_documented_ones() -> None:
    assert ReleasesSettings() == ReleasesSettings(
        tick=1.0,
        horizon=10.0,
        lead=0.15,
        seconds_per_item=0.06,
        retry_delays=(3, 18, 83, 258, 627),
        heartbeat_every=10.0,
        heartbeat_limit=120.0,
    )


def test_given_values_replace_the_defaults(settings: Any) -> None:
    settings.CAMPAIGN_RELEASES = {"retry_delays": [1, 2]}

    options = get_settings()

    assert options.retry_delays == (1, 2)
    assert options.max_tries == 3
    assert [options.retry_delay(tries).total_seconds() for tries in (1, 2, 3)] == [1, 2, 2]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "must be a dictionary"),
        ({"tik": 1}, "unknown keys: tik. Known are: "),
        ({"tick": 0}, "['tick'] must be a number of seconds above 0"),
        ({"tick": True}, "['tick'] must be a number of seconds above 0"),
        ({"horizon": "3"}, "['horizon'] must be a number of seconds above 0"),
        ({"tick": 11}, "['horizon'] must be longer than 'tick'"),
        ({"heartbeat_limit": 10}, "['heartbeat_limit'] must be longer than 'heartbeat_every'"),
        ({"retry_delays": []}, "must hold at least one number of seconds"),
        ({"retry_delays": [0.5]}, "each 1 or more"),
        ({"retry_delays": [5, 3]}, "must not get shorter"),
        ({"retry_delays": 3}, "must be a list of seconds"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(given: Any, message: str, settings: Any) -> None:
    settings.CAMPAIGN_RELEASES = given

    with pytest.raises(ReleasesSettingsError) as refused:
        get_settings()
    assert message in str(refused.value)

    (found,) = checks.check_settings()
    assert (found.id, found.msg) == ("campaign_releases.E001", str(refused.value))


def test_this_site_passes_all_checks() -> None:
    assert checks.check_settings() == []
    assert checks.check_publish_scheduled_is_ours() == []
    assert checks.check_transactions() == []
    assert checks.check_middleware() == []
    assert checks.check_rules_are_installed() == []
    assert checks.check_tick() == []


LANGUAGES = "cms_site.addresses.KnownAddressLocaleMiddleware"
REDIRECTS = "wagtail.contrib.redirects.middleware.RedirectMiddleware"


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [
        ([checks.TAKEN_DOWN, checks.GATE_REFUSAL], []),
        ([LANGUAGES, REDIRECTS, checks.TAKEN_DOWN, checks.GATE_REFUSAL], []),
        (
            [checks.TAKEN_DOWN, checks.GATE_REFUSAL, "django.utils.http.urlencode"],  # a function
            [],
        ),
        ([REDIRECTS, checks.TAKEN_DOWN], [("E005", "GateRefusalMiddleware")]),
        ([checks.GATE_REFUSAL, REDIRECTS], [("E006", "TakenDownMiddleware")]),
        ([], [("E005", "GateRefusalMiddleware"), ("E006", "TakenDownMiddleware")]),
        ([checks.GATE_REFUSAL, checks.TAKEN_DOWN, REDIRECTS], [("E007", REDIRECTS)]),
        (
            [checks.TAKEN_DOWN, LANGUAGES, checks.GATE_REFUSAL, REDIRECTS],
            [("E007", LANGUAGES), ("E007", REDIRECTS)],
        ),
    ],
)
def test_middleware_that_is_missing_or_in_the_wrong_place_is_an_error(
    settings: Any, middleware: list[str], expected: list[tuple[str, str]]
) -> None:
    settings.MIDDLEWARE = middleware

    found = checks.check_middleware()

    assert [(one.id, one.msg.split()[0]) for one in found] == [
        (f"campaign_releases.{number}", name) for number, name in expected
    ]


def test_content_without_its_rules_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.apps, "is_installed", {"campaign.releases"}.__contains__)

    assert [found.id for found in checks.check_rules_are_installed()] == ["campaign_releases.E008"]


def test_a_tick_that_nobody_sends_is_reported(settings: Any) -> None:
    settings.CELERY_BEAT_SCHEDULE = {"other": {"task": "other.task", "schedule": 1.0}}

    (found,) = checks.check_tick()

    assert (found.id, found.msg) == (
        "campaign_releases.W005",
        "CELERY_BEAT_SCHEDULE does not send campaign_releases.hand_out_due_work.",
    )
    del settings.CELERY_BEAT_SCHEDULE
    assert len(checks.check_tick()) == 1


def test_publish_scheduled_is_ours() -> None:
    assert get_commands()["publish_scheduled"] == "campaign.releases"


def test_wagtail_s_own_publish_scheduled_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "get_commands", lambda: {"publish_scheduled": "wagtail"})

    (found,) = checks.check_publish_scheduled_is_ours()

    assert found.id == "campaign_releases.E002"
    assert "before 'wagtail'" in str(found.hint)


def test_unsafe_transactions_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    database = {"ENGINE": "django.db.backends.sqlite3", "ATOMIC_REQUESTS": True}
    monkeypatch.setattr(checks.settings, "DATABASES", {"default": database})

    assert [found.id for found in checks.check_transactions()] == [
        "campaign_releases.E003",
        "campaign_releases.W001",
    ]


def test_another_database_than_sqlite_needs_no_transaction_mode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = {"ENGINE": "django.db.backends.postgresql"}
    monkeypatch.setattr(checks.settings, "DATABASES", {"default": database})

    assert checks.check_transactions() == []
