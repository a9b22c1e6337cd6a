"""The words of assurance."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.TextChoices):
    """What a finding stops."""

    CRITICAL = "critical", _("Stops publication")
    """Nothing with such a finding becomes public, on any path."""

    MAJOR = "major", _("Stops a release")
    """A release with such a finding does not go live; a single publication goes ahead."""

    MINOR = "minor", _("Worth a look")
    """Shown, and stops nothing."""
