"""The fixed vocabularies of page facts. Their values are stored data."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ComplianceStatus(TextChoices):
    """How far the site meets WCAG 2.2 AA: the three statements the regulations allow."""

    FULL = "full", _("Fully compliant")
    PARTIAL = "partial", _("Partially compliant")
    NOT = "not", _("Not compliant")


class AccessibilityIssueKind(TextChoices):
    """Why something is not accessible: the three groups of the model statement."""

    NON_COMPLIANT = "non_compliant", _("Does not meet the standard")
    DISPROPORTIONATE_BURDEN = "disproportionate_burden", _("Disproportionate burden")
    OUT_OF_SCOPE = "out_of_scope", _("Not within the scope of the regulations")


class ActionRouteUse(TextChoices):
    """Where in the action panel a contact route of the campaign settings is shown."""

    NOT_SURE = "not_sure", _("You are not sure, or it is not an emergency")
    ANONYMOUS = "anonymous", _("You do not want to be known")
    CHILD = "child", _("You are a child or young person")
