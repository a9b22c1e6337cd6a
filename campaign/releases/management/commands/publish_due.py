"""Publish and take down what is due, once. For cron, where no worker runs."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaign.releases import set_times
from campaign.releases.attempts import Result, run_due
from campaign.releases.effects import run_effects
from campaign.releases.heartbeats import Beating, beat
from campaign.releases.releasing import recompute_times
from campaign.releases.schedules import schedules

LONGEST_FOLLOW_UP = timedelta(seconds=45)
"""Cron starts this every minute; what is left over then is done by the next one."""

TROUBLE = frozenset({Result.RETRYING, Result.FAILED})


class Command(BaseCommand):
    """Run every due item through the same use case as the Celery worker."""

    help = (
        "Publishes and takes down everything that is due, once, and prints what it did. "
        "May run beside workers and other copies of itself. Exits with 1 if an item failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dryrun", "--dry-run", action="store_true", help="Print what is due; change nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        if options["dryrun"]:
            for schedule in sorted(schedules(until=at), key=lambda found: found.due_at):
                title = schedule.title or schedule.object_id
                self.stdout.write(f"{schedule.due_at:%Y-%m-%d %H:%M:%SZ} {schedule.kind} {title}")
            return
        beat(Beating.COMMAND, at=at)
        # Times that new zone data moved come first: what seems due may not be due yet.
        set_times.keep()
        recompute_times(at=at)
        results = run_due(at=at)
        for work, result in results:
            self.stdout.write(
                f"{work.due_at:%Y-%m-%d %H:%M:%SZ} {work.kind} {work.title} "
                f"(id {work.object_id}): {result}"
            )
        trouble = sum(result in TROUBLE for _work, result in results)
        follow_up = run_effects(timezone.now(), longest=LONGEST_FOLLOW_UP)
        if follow_up.failed:
            self.stdout.write(
                f"{follow_up.failed} effects were given up. The errors are in the report "
                "'Effects of publications'."
            )
        if trouble:
            raise CommandError(
                f"{trouble} of {len(results)} items failed; their schedules stand. "
                "The errors are in the report 'Due and overdue'."
            )
        if options["verbosity"] > 1 and not results:
            self.stdout.write("Nothing was due.")
