"""Carry out what has to follow publications, once. For cron, where no worker runs."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaign.releases.effects import run_effects


class Command(BaseCommand):
    """Run the effects that wait through the same use case as the Celery worker."""

    help = (
        "Clears caches and updates the search index for what was published or taken down, once. "
        "May run beside workers and other copies of itself. Exits with 1 if an effect was given up."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--longest", type=int, default=300, help="Seconds after which it stops (300)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        outcome = run_effects(timezone.now(), longest=timedelta(seconds=options["longest"]))
        if options["verbosity"] > 1 or outcome.failed or outcome.retrying:
            self.stdout.write(
                f"Done: {outcome.done}. To be tried again: {outcome.retrying}. "
                f"Given up: {outcome.failed}."
            )
        if outcome.failed:
            raise CommandError(
                "The errors, and a button to retry, are in the report 'Effects of publications'."
            )
