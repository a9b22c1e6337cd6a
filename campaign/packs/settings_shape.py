"""The keys of the campaign settings in campaign.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from campaign.packs import values
from campaign.packs.shapes import Shape, make_shape
from campaign.pages.enums import ActionRouteUse
from campaign.pages.models import ActionRouteChoice, CampaignSettings
from content_blocks.models import ContactRoute

if TYPE_CHECKING:
    from campaign.packs.references import References
    from campaign.packs.scope import Scope


@dataclass(frozen=True)
class DefaultRoutes:
    """The contact routes that an action panel shows for one use, in order."""

    use: str
    covers: frozenset[str] = frozenset({"action_route_choices"})

    def read(self, instance: Any, raw: Any, *, line: int, scope: Scope) -> None:  # noqa: ARG002
        """Replace the choices of this use."""
        chosen = [
            ActionRouteChoice(
                use=self.use,
                route=scope.find((ContactRoute,), values.read_text(name)),
                sort_order=position,
            )
            for position, name in enumerate(values.read_list(raw))
        ]
        others = [row for row in instance.action_route_choices.all() if row.use != self.use]
        instance.action_route_choices = [*others, *chosen]

    def write(self, instance: Any, references: References) -> Any:
        """The slugs of the chosen routes."""
        rows = [row for row in instance.action_route_choices.all() if row.use == self.use]
        return [
            references.name_of(ContactRoute, row.route_id)
            for row in sorted(rows, key=lambda row: row.sort_order or 0)
        ] or None


@cache
def settings_shape() -> Shape:
    """The keys of the campaign settings; `not_sure_routes` and its like are lists of slugs."""
    return make_shape(
        CampaignSettings,
        special={f"{use}_routes": DefaultRoutes(str(use)) for use in ActionRouteUse.values},
    )
