"""What the reader of a value has at hand: its file, the names it may use, where faults go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from wagtail.models import Page

from campaign.packs.faults import ValueFault
from campaign.packs.problems import Problems, suggest
from campaign.packs.references import References, base_of, called
from content_blocks.models import ContactRoute


@dataclass
class Scope:
    """The place and the company of a value.

    `owner` names what the value belongs to (`/places/hotels/|body`): block ids are made from it.
    """

    file: str
    problems: Problems
    references: References
    owner: str = ""

    def problem(self, line: int, what: str, fix: str = "") -> None:
        """Note a fault in this file."""
        self.problems.add(self.file, line, what, fix)

    def fault(self, fault: ValueFault, line: int, key: str = "") -> None:
        """Note a fault at its own line, or at `line`."""
        what = f"{key}: {fault.what}" if key else fault.what
        self.problem(fault.line or line, what, fault.fix)

    def find(self, models: tuple[type[Model], ...], name: str) -> Any:
        """The instance that a name stands for.

        Raises:
            ValueFault: there is none, or it is of another type.
        """
        base = base_of(models[0])
        if base is None:
            raise ValueFault(
                _("A %(model)s cannot be named in a campaign folder.")
                % {"model": models[0]._meta.verbose_name}
            )
        found = self.references.get(base, name)
        if found is None:
            raise ValueFault(
                _("There is no %(model)s “%(name)s”.")
                % {"model": base._meta.verbose_name, "name": name},
                suggest(name, self.references.names(base)),
            )
        if not isinstance(found, models):
            raise ValueFault(
                _("“%(name)s” is a %(model)s, which cannot be used here.")
                % {"name": name, "model": called(type(found))},
                _("Use a %(models)s.") % {"models": ", ".join(called(model) for model in models)},
            )
        return found

    def page_id(self, path: str, *, line: int) -> int | None:
        """The id of a page that text links to."""
        return self._found(Page, path, line, lambda page: page.pk)

    def phone_text(self, slug: str, *, line: int) -> str | None:
        """What is stored inside a phone entity; readers are shown the live record instead."""
        return self._found(ContactRoute, slug, line, lambda route: route.name)

    def _found(self, model: type[Model], name: str, line: int, take: Any) -> Any:
        try:
            return take(self.find((model,), name))
        except ValueFault as fault:
            self.fault(fault, line)
            return None
