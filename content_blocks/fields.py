"""A list of choices in one column: what audiences, roles and languages need.

Stored as a JSON list of values. The form shows one checkbox for each choice. `field__has=value`
finds the rows whose list holds exactly that value, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

Choices = type[models.TextChoices]


class ChoiceListField(models.JSONField):
    """A list of values of one `TextChoices`, without doubles, in the order of the choices.

    The choices are rules of the code and not of the database: they are left out of migrations.
    """

    description = _("List of choices")
    default_error_messages = {
        "invalid_list": _("Give a list of choices."),
        "unknown_choices": _("%(values)s cannot be chosen here. Choose from: %(choices)s."),
    }

    def __init__(self, *args: Any, of: Choices | None = None, **kwargs: Any) -> None:
        """Take the vocabulary in `of`; historical models of migrations have none."""
        self.of = of
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: Any, name: str, *args: Any, **kwargs: Any) -> None:
        """Give the model `get_<name>_display`, as Django does for a single choice."""
        super().contribute_to_class(cls, name, *args, **kwargs)
        setattr(
            cls,
            f"get_{name}_display",
            lambda record: ", ".join(self.labels(getattr(record, name))),
        )

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Validate, and put the values in the order of the choices."""
        value = super().clean(value, model_instance)
        if self.of is None:
            return value
        chosen = set(value)
        return [choice for choice in self.of.values if choice in chosen]

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Refuse anything that is not a list of known values."""
        if not isinstance(value, (list, tuple)):
            raise ValidationError(self.error_messages["invalid_list"], code="invalid_list")
        super().validate(value, model_instance)
        if self.of is None:
            return
        unknown = [item for item in value if item not in self.of.values]
        if unknown:
            raise ValidationError(
                self.error_messages["unknown_choices"],
                code="unknown_choices",
                params={
                    "values": ", ".join(str(item) for item in unknown),
                    "choices": ", ".join(self.of.values),
                },
            )

    def formfield(self, **kwargs: Any) -> forms.Field | None:  # type: ignore[override]
        """One checkbox for each choice."""
        if self.of is None:
            return super().formfield(**kwargs)
        defaults: dict[str, Any] = {
            "choices": self.of.choices,
            "required": not self.blank,
            "label": self.verbose_name,
            "help_text": self.help_text,
            "widget": forms.CheckboxSelectMultiple,
            **{key: kwargs[key] for key in ("widget", "label", "help_text") if key in kwargs},
        }
        return forms.MultipleChoiceField(**defaults)

    def labels(self, values: Iterable[str]) -> list[str]:
        """What a reader is shown for each stored value."""
        if self.of is None:
            return [str(value) for value in values]
        known = dict(self.of.choices)
        return [str(known.get(value, value)) for value in values]


@ChoiceListField.register_lookup
class Has(models.Lookup):  # type: ignore[type-arg]  # not subscriptable at run time
    """`field__has=value`: the list holds exactly this value."""

    lookup_name = "has"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Look through the list with SQLite's `json_each`."""
        lhs, lhs_params = self.process_lhs(compiler, connection)
        sql = f"EXISTS (SELECT 1 FROM json_each({lhs}) AS item WHERE item.value = %s)"  # noqa: S608 - a column name of ours
        return sql, [*lhs_params, str(self.rhs)]

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Use the containment operator, which an index can serve."""
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return f"{lhs} @> %s::jsonb", [*lhs_params, json.dumps([str(self.rhs)])]
