"""Ask the ledger from the command line; export it, prove it, begin it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from campaign.releases.exceptions import WallTimeError
from campaign.releases.ledger import Answer, broken_contents, reconcile, shown
from campaign.releases.ledger_text import as_csv, as_json, lines_of, row_of
from campaign.releases.models import LedgerEntry, append_only
from campaign.releases.wall_time import describe, resolve


class Command(BaseCommand):
    """What did an address show? And everything else that is asked of the ledger."""

    help = (
        "Says what an address showed at a moment: ledger --address /ur/… --at 2027-04-03T10:00. "
        "Also exports, checks and begins the ledger."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--address", help="A path, a whole address, or record:<type>/<number>.")
        what.add_argument(
            "--export", choices=["csv", "json"], help="Print every entry; JSON with the contents."
        )
        what.add_argument(
            "--verify",
            action="store_true",
            help="Compute every hash again, and look for the database's triggers.",
        )
        what.add_argument(
            "--begin",
            action="store_true",
            help="Record what is public and not in the ledger yet. Safe to repeat.",
        )
        parser.add_argument(
            "--at",
            help="The moment, as 2027-04-03T10:00: what clocks show in --zone. With an offset "
            "(2027-04-03T10:00+01:00, or Z) the zone does not matter. Without it: now.",
        )
        parser.add_argument(
            "--zone", default=settings.TIME_ZONE, help="An IANA zone; the site's if left out."
        )
        parser.add_argument("--language", default="", help="A language code; any if left out.")
        parser.add_argument("--json", action="store_true", help="Print the answer as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["export"]:
            write = {"csv": as_csv, "json": as_json}[options["export"]]
            for piece in write(LedgerEntry.objects.order_by("at", "pk")):
                self.stdout.write(piece, ending="")
        elif options["verify"]:
            self._verify()
        elif options["begin"]:
            rows = reconcile(at=timezone.now())
            for row in rows:
                self.stdout.write(f"{row.change} {row.address} {row.title}")
            self.stdout.write(f"{len(rows)} entries were added.")
        else:
            self._answer(options)

    def _verify(self) -> None:
        problems = [f"Changed after it was recorded: {one}" for one in broken_contents()]
        problems += [f"The trigger {one} is missing." for one in append_only.missing(connection)]
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError("The ledger is not what was recorded.")
        self.stdout.write(f"{LedgerEntry.objects.count()} entries; every content is as recorded.")

    def _answer(self, options: dict[str, Any]) -> None:
        at = self._moment(options["at"], options["zone"])
        answer = shown(options["address"], options["language"], at)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(answer), ensure_ascii=False, indent=2))
            return
        when = describe(at, options["zone"])
        self.stdout.write(f"{answer.address} on {when} ({_utc(at)}):")
        if answer.entry is None:
            self.stdout.write("Nothing is recorded up to then.")
            return
        self._entry(answer.entry)
        for record in answer.records:
            self.stdout.write("")
            self.stdout.write(f"It showed this record, as it was then: {record.address}")
            self._entry(record)

    def _entry(self, entry: LedgerEntry) -> None:
        until = _utc(entry.until) if entry.until else "now"
        self.stdout.write(f"{entry.get_change_display()}: {entry.title}")
        for label, value in (
            ("from", f"{_utc(entry.at)} until {until}"),
            ("language", entry.language),
            ("cause", entry.get_cause_display()),
            ("by", entry.user_name),
            ("approved by", entry.approved_by_name),
            ("release", entry.release_title),
            ("reason", entry.reason),
            ("version", entry.revision_id),
            ("SHA-256", entry.content_hash),
        ):
            if value:
                self.stdout.write(f"  {label}: {value}")
        if entry.content is None:
            return
        for line in lines_of(entry.content_type, entry.content.content):
            indent = "  " * (line.depth + 1)
            text = line.text.replace("\n", f"\n{indent}  ")
            self.stdout.write(f"{indent}{line.label}{': ' if line.label else ''}{text}")

    def _moment(self, text: str | None, zone: str) -> datetime:
        if not text:
            return timezone.now()
        try:
            at = parse_datetime(text)
        except ValueError as error:
            raise CommandError(f"--at: {error}") from error
        if at is None:
            raise CommandError("--at is written as 2027-04-03T10:00.")
        if timezone.is_aware(at):
            return at
        try:
            return resolve(at, zone)
        except WallTimeError as error:
            raise CommandError(
                f"--at: {error} Write how far it is from UTC too, as in {text}+00:00."
            ) from error


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _as_json(answer: Answer) -> dict[str, Any]:
    return {
        "address": answer.address,
        "language": answer.language,
        "at": answer.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "shown": answer.shown,
        "entry": answer.entry and row_of(answer.entry),
        "content": answer.content,
        "records": [
            row_of(record) | {"content": record.content and record.content.content}
            for record in answer.records
        ],
    }
