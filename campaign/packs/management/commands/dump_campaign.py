"""`manage.py dump_campaign PATH`: write the campaign of the database as a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from campaign.packs.dumping import dump_pack
from campaign.packs.exceptions import PackError, PackProblemsError


class Command(BaseCommand):
    """A call of `dump_pack`."""

    help = "Write the campaign as a folder of readable files, which load_campaign reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a new, an empty or a campaign folder")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        try:
            report = dump_pack(path, say=self.stdout.write)
        except PackProblemsError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(_("Nothing was written.")) from error
        except PackError as error:
            raise CommandError(str(error)) from error
        for note in report.notes:
            self.stderr.write(note)
        self.stdout.write(_("Wrote %(path)s.") % {"path": path})
