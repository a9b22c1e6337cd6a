from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cms_site import first_start
from cms_site.management.commands import run
from cms_site.supervisor import PortBusyError


@pytest.mark.django_db
def test_editor_is_made_once_with_a_password_kept_in_private(
    tmp_path: Path, django_user_model: Any
) -> None:
    login = first_start.ensure_editor(tmp_path)

    user = django_user_model.objects.get()
    assert (login.username, user.username) == ("editor", "editor")
    assert user.check_password(login.password)
    assert user.is_superuser
    assert len(login.password or "") >= 16
    assert stat.S_IMODE((tmp_path / "editor_password").stat().st_mode) == 0o600
    assert first_start.ensure_editor(tmp_path) == login
    assert django_user_model.objects.count() == 1


@pytest.mark.django_db
def test_password_that_somebody_changed_is_neither_printed_nor_reset(
    tmp_path: Path, django_user_model: Any
) -> None:
    first_start.ensure_editor(tmp_path)
    user = django_user_model.objects.get()
    user.set_password("their own words")
    user.save()

    assert first_start.ensure_editor(tmp_path) == first_start.Login("editor", None)
    user.refresh_from_db()
    assert user.check_password("their own words")


@pytest.mark.django_db
def test_migrated_database_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_start, "call_command", lambda *_a, **_k: pytest.fail("migrated"))

    first_start.migrate()


@pytest.mark.django_db
def test_missing_migrations_are_applied(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[tuple[Any, ...]] = []
    monkeypatch.setattr(first_start, "call_command", lambda *a, **_k: called.append(a))
    monkeypatch.setattr(
        first_start.MigrationExecutor, "migration_plan", lambda *_a: ["something to do"]
    )

    first_start.migrate()

    assert called == [("migrate",)]
    assert capsys.readouterr().out.startswith("  Preparing the database … ")


def test_demonstration_is_loaded_into_an_empty_site_only(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []

    def remember(*arguments: Any, stdout: Any, **options: Any) -> None:
        called.append((arguments, options))

    monkeypatch.setattr(first_start, "call_command", remember)

    first_start.load_demonstration()

    assert called == [
        (
            ("load_campaign", str(first_start.DEMONSTRATION)),
            {"if_empty": True, "verbosity": 0},
        )
    ]
    assert (first_start.DEMONSTRATION / "campaign.yaml").exists()


def test_busy_port_is_said_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(port: int) -> None:
        raise PortBusyError(port)

    monkeypatch.setattr(run, "check_port_is_free", busy)
    monkeypatch.setattr(first_start, "migrate", lambda: pytest.fail("too late"))

    with pytest.raises(CommandError, match="Port 8123 is in use"):
        call_command("run", port=8123)


@pytest.mark.django_db
def test_command_prepares_runs_announces_and_says_that_it_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    did: list[str] = []

    class Quiet:
        def __init__(self, _children: Any, *, say: Any) -> None:
            self.say = say

        def run(self, *, when_started: Any) -> None:
            did.append("ran")
            answers = iter([False, True])
            monkeypatch.setattr(run, "_answers", lambda _port: next(answers))
            assert when_started() is False
            assert when_started() is True

    monkeypatch.setattr(run, "check_port_is_free", lambda _port: None)
    monkeypatch.setattr(run, "Supervisor", Quiet)
    monkeypatch.setattr(run.connections, "close_all", lambda: None)
    monkeypatch.setattr(first_start, "migrate", lambda: did.append("migrated"))
    monkeypatch.setattr(first_start, "load_demonstration", lambda: did.append("loaded"))
    out = io.StringIO()

    call_command("run", port=8123, stdout=out)

    password = (tmp_path / "editor_password").read_text()
    assert did == ["migrated", "loaded", "ran"]
    assert "http://127.0.0.1:8123/\n" in out.getvalue()
    assert f"http://127.0.0.1:8123/admin/   (user: editor, password: {password})" in out.getvalue()
    assert out.getvalue().endswith("Ctrl-C stops everything.\nStopped.\n")


def test_nothing_listens_means_no_answer() -> None:
    assert run._answers(1) is False


@pytest.mark.parametrize(
    ("engine", "broker", "says"),
    [
        ("django.db.backends.sqlite3", "fsq://localhost/x", True),
        ("django.db.backends.postgresql", "fsq://localhost/x", False),
        ("django.db.backends.sqlite3", "redis://localhost", False),
    ],
)
def test_embedded_default_is_called_so(
    settings: Any, monkeypatch: pytest.MonkeyPatch, engine: str, broker: str, says: bool
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", engine)
    settings.CELERY_BROKER_URL = broker

    text = run.Command()._announcement(8000, first_start.Login("editor", None))

    assert ("embedded default" in text) is says
    assert "password: the one you chose" in text
