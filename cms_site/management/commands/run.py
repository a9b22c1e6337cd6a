"""`manage.py run`: the whole site with one command."""

from __future__ import annotations

import http.client
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import reverse

from cms_site import file_broker, first_start
from cms_site.supervisor import HOST, PortBusyError, Supervisor, check_port_is_free, commands


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", reverse("health_live"))
        connection.getresponse()
    except OSError:
        return False
    else:
        return True  # whatever it says: a public site may refuse this host name
    finally:
        connection.close()


class Command(BaseCommand):
    """Prepare the site and run it until Ctrl-C."""

    help = "Prepare the site, then run its web server, Celery worker and beat until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port",
            type=int,
            default=getattr(settings, "PORT", 8000),
            help="Where the site listens; the PORT variable sets the default.",
        )

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        try:
            check_port_is_free(port)
        except PortBusyError as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write("Waymark is starting.")
        first_start.migrate()
        first_start.load_demonstration()
        login = first_start.ensure_editor(settings.VAR_DIR)
        connections.close_all()

        def announce() -> bool:
            if not _answers(port):
                return False
            self.stdout.write(self._announcement(port, login))
            self.stdout.flush()
            return True

        Supervisor(commands(port), say=self.stdout.write).run(when_started=announce)
        self.stdout.write("Stopped.")

    def _announcement(self, port: int, login: first_start.Login) -> str:
        password = login.password or "the one you chose"
        lines = [
            "",
            f"  Site    http://{HOST}:{port}/",
            f"  Editor  http://{HOST}:{port}{reverse('wagtailadmin_home')}"
            f"   (user: {login.username}, password: {password})",
            "",
        ]
        if _embedded():
            lines += [
                "This is the embedded default: SQLite and a broker in a folder, for one machine.",
                "The README says how to run a public site.",
            ]
        lines.append("Ctrl-C stops everything.")
        return "\n".join(lines)


def _embedded() -> bool:
    return bool(
        settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
        and settings.CELERY_BROKER_URL.startswith(file_broker.SCHEME)
    )
