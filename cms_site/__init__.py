"""The Django project: the only place that knows all the rest."""

from __future__ import annotations

from cms_site.celery import app as celery_app

__all__ = ["celery_app"]
