"""`manage.py load_campaign PATH`: put a campaign folder into the database."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.packs.checking import check_pack
from campaign.packs.exceptions import PackError, PackProblemsError
from campaign.packs.loading import holds_campaign, load_pack
from campaign.packs.reports import CHANGED, CREATED, UNCHANGED


class Command(BaseCommand):
    """One loop around `check_pack` and `load_pack`."""

    help = (
        "Load a campaign, a folder of files, into the database. Loading it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the folder that holds campaign.yaml")
        parser.add_argument("--check", action="store_true", help="only check it; write nothing")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when a campaign is there already"
        )

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        if not options["verbosity"]:
            self.stdout = OutputWrapper(StringIO())
        if options["if_empty"] and holds_campaign():
            self.stdout.write(_("A campaign is there already; nothing was loaded."))
            return
        try:
            if options["check"]:
                plan = check_pack(path)
                self.stdout.write(
                    _("No faults: %(records)d records, %(pages)d pages, %(images)d images.")
                    % {
                        "records": len(plan.records),
                        "pages": len(plan.pages),
                        "images": len(plan.images),
                    }
                )
                return
            report = load_pack(path, say=self.stdout.write)
        except PackProblemsError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            number = len(error.problems)
            raise CommandError(
                ngettext(
                    "%(number)d fault in %(path)s. Nothing was loaded.",
                    "%(number)d faults in %(path)s. Nothing was loaded.",
                    number,
                )
                % {"number": number, "path": path}
            ) from error
        except PackError as error:
            raise CommandError(str(error)) from error
        for left in report.left_alone:
            self.stdout.write(_("%(record)s is not in the folder; left alone.") % {"record": left})
        self.stdout.write(
            _("Loaded %(path)s: %(created)d created, %(changed)d changed, %(unchanged)d unchanged.")
            % {
                "path": path,
                "created": report.total(CREATED),
                "changed": report.total(CHANGED),
                "unchanged": report.total(UNCHANGED),
            }
        )
