"""The living style page: every block and component, as readers would get them.

For the people who make the site. It shows the real templates with their static previews and the
real stylesheet, forced light or dark and left to right or right to left, so that a change of look
is seen in all of them before a reader sees it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cms_site.theme.stylesheet import Scheme, style_sources
from content_blocks.enums import Pictogram
from content_blocks.streams import GuidanceStreamBlock
from translations.languages import get_language

SCHEMES: tuple[Scheme, ...] = ("auto", "light", "dark")
DIRECTIONS = ("ltr", "rtl")

# Letters to look at, not a translation: it says "this is only sample text, to show how it is set".
_SAMPLE_WORDS = (
    *("یہ", "صرف", "نمونے", "کا", "متن", "ہے", "تاکہ"),
    *("لکھائی", "کی", "ترتیب", "نظر", "آئے"),
)
_TEXT_BETWEEN_TAGS = re.compile(r">([^<>]*[A-Za-z][^<>]*)<")


@dataclass(frozen=True, slots=True)
class Specimen:
    """One block of the library with its static preview.

    Attributes:
        name: its stored key.
        label: what editors call it.
        html: the preview, rendered by the block's own template.
    """

    name: str
    label: str
    html: SafeString


@never_cache
@require_safe
def style_page(request: HttpRequest) -> HttpResponse:
    """Show every block and component; `?theme=light|dark` and `?dir=rtl` force how.

    For people who may use the admin. For everybody else there is no such page.
    """
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
    scheme = _choice(request, "theme", SCHEMES)
    direction = _choice(request, "dir", DIRECTIONS)
    section = _choice(request, "section", ("campaign", "support"))
    mirrored = direction == "rtl"
    response = TemplateResponse(
        request,
        "cms_site/style_page.html",
        {
            "theme_scheme": scheme,
            "direction": direction,
            "section": section,
            "language": get_language("ur" if mirrored else "en"),
            "schemes": SCHEMES,
            "directions": DIRECTIONS,
            "pictograms": [
                (pictogram, f"content_blocks/pictograms/{pictogram}.svg")
                for pictogram in Pictogram.values
            ],
            "specimens": _specimens(mirrored=mirrored),
        },
    )
    response._csp_update = {"style-src": list(style_sources(scheme))}  # type: ignore[attr-defined]
    return response


def _choice(request: HttpRequest, name: str, allowed: tuple[Any, ...]) -> Any:
    """Return the query parameter if it is one of the allowed values, else the first of them."""
    value = request.GET.get(name)
    return value if value in allowed else allowed[0]


def _specimens(*, mirrored: bool) -> list[Specimen]:
    specimens = []
    for name, block in GuidanceStreamBlock().child_blocks.items():
        value = block.get_preview_value()
        html = str(block.render(value, context=block.get_preview_context(value)))
        specimens.append(
            Specimen(
                name=name,
                label=str(block.label),
                # Rendered by our own template, which escapes what editors write.
                html=mark_safe(sample_text(html) if mirrored else html),  # noqa: S308
            )
        )
    return specimens


def sample_text(html: str) -> str:
    """Replace each run of words in Latin script with as many Arabic-script words.

    Numbers to call, and whatever else has no Latin letter, stay as they are.
    """
    words = itertools.cycle(_SAMPLE_WORDS)

    def replaced(match: re.Match[str]) -> str:
        count = len(match[1].split())
        return f">{' '.join(itertools.islice(words, count))}<"

    return _TEXT_BETWEEN_TAGS.sub(replaced, html)
