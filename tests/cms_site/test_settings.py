"""Production fails closed; the embedded default needs nothing; both are read in a fresh process."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "cms_site.settings.production",
    "SECRET_KEY": "k7d-Zr2mQw9xLp4sVb8nTc6yHf3gJd5a_Er1uKo0iXeWqPzMvNb",
    "ALLOWED_HOSTS": "campaign.example,www.campaign.example",
    "DATABASE_URL": "postgresql://someone:word@db.example:5432/waymark",
    "CELERY_BROKER_URL": "redis://broker.example:6379/0",
    "WAGTAILADMIN_BASE_URL": "https://campaign.example",
}
EMBEDDED = {"DJANGO_SETTINGS_MODULE": "cms_site.settings.embedded"}


def python(
    environment: dict[str, str], folder: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run Python as a stranger to this test run would: nothing of its environment but PATH."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def read(environment: dict[str, str], folder: Path, *names: str) -> dict[str, object]:
    """The values of settings."""
    program = (
        "import json; from django.conf import settings; "
        f"print(json.dumps({{n: getattr(settings, n, None) for n in {names!r}}}, default=str))"
    )
    result = python(environment, folder, "-c", program)
    assert result.returncode == 0, result.stderr
    values: dict[str, object] = json.loads(result.stdout)
    return values


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "CELERY_BROKER_URL", "WAGTAILADMIN_BASE_URL"],
)
@pytest.mark.parametrize("value", [None, " "])
def test_production_does_not_start_without(name: str, value: str | None, tmp_path: Path) -> None:
    environment = {key: word for key, word in PRODUCTION.items() if key != name}
    if value is not None:
        environment[name] = value

    result = python(environment, tmp_path, "manage.py", "check")

    assert result.returncode == 1
    assert f"Set these variables in the environment before the site starts: {name} (" in (
        result.stderr
    )
    assert PRODUCTION["SECRET_KEY"] not in result.stderr


def test_production_passes_the_deployment_checks(tmp_path: Path) -> None:
    result = python(PRODUCTION, tmp_path, "manage.py", "check", "--deploy", "--fail-level=INFO")

    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_production_is_https_only_and_keeps_its_cookies_to_itself(tmp_path: Path) -> None:
    assert read(
        PRODUCTION,
        tmp_path,
        "DEBUG",
        "ALLOWED_HOSTS",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_PROXY_SSL_HEADER",
    ) == {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["campaign.example", "www.campaign.example"],
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31536000,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        # No proxy is named, so nobody may claim to be one.
        "SECURE_PROXY_SSL_HEADER": None,
    }


def test_forwarded_addresses_are_believed_only_behind_a_named_proxy(tmp_path: Path) -> None:
    names = ("SECURE_PROXY_SSL_HEADER", "AXES_IPWARE_META_PRECEDENCE_ORDER")

    alone = read(PRODUCTION, tmp_path, *names)
    behind = read(PRODUCTION | {"TRUSTED_PROXIES": "1"}, tmp_path, *names)

    assert alone == {names[0]: None, names[1]: ["REMOTE_ADDR"]}
    assert behind == {
        names[0]: ["HTTP_X_FORWARDED_PROTO", "https"],
        names[1]: ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"],
    }


def test_production_collects_static_files(tmp_path: Path) -> None:
    """The hashed storage refuses a stylesheet that names a file that is not there."""
    result = python(PRODUCTION, tmp_path, "manage.py", "collectstatic", "--noinput")

    assert result.returncode == 0, result.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()


def test_embedded_needs_nothing_and_keeps_its_key(tmp_path: Path) -> None:
    names = ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "CELERY_BROKER_URL", "WAGTAILADMIN_BASE_URL")

    first = read(EMBEDDED, tmp_path, *names)

    assert len(str(first["SECRET_KEY"])) >= 50
    assert first == {
        "DEBUG": False,
        "SECRET_KEY": first["SECRET_KEY"],
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
        "CELERY_BROKER_URL": f"fsq://localhost{tmp_path}/broker",
        "WAGTAILADMIN_BASE_URL": "http://127.0.0.1:8000",
    }
    assert read(EMBEDDED, tmp_path, *names) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_embedded_can_be_moved_to_real_servers_by_two_variables(tmp_path: Path) -> None:
    environment = EMBEDDED | {
        "DATABASE_URL": PRODUCTION["DATABASE_URL"],
        "CELERY_BROKER_URL": PRODUCTION["CELERY_BROKER_URL"],
        "PORT": "8123",
    }
    values = read(environment, tmp_path, "DATABASES", "CELERY_BROKER_URL", "WAGTAILADMIN_BASE_URL")

    assert values["DATABASES"]["default"]["HOST"] == "db.example"  # type: ignore[index]
    assert values["CELERY_BROKER_URL"] == PRODUCTION["CELERY_BROKER_URL"]
    assert values["WAGTAILADMIN_BASE_URL"] == "http://127.0.0.1:8123"
