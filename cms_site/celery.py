"""The Celery application: runs what is ours (due work, effects, reminders)."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django.utils.log import configure_logging

from cms_site import file_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms_site.settings.embedded")

file_broker.register()


@setup_logging.connect
def use_the_sites_logging(**_kwargs: Any) -> None:
    """Log as the web process does: Celery would put its own configuration in place."""
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)


app = Celery("waymark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
