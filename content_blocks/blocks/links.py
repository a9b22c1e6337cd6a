"""Ways on from a page: related pages, next steps, other languages, other formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.models import Page

from content_blocks.blocks.base import LINKS, SectionHeadingBlock, require_exactly_one
from content_blocks.blocks.previews import preview_page
from content_blocks.page_links import PageLink, page_links


class LinkStructValue(blocks.StructValue):
    """A link that an editor made: to a page of this site, or to an address elsewhere."""

    @property
    def is_external(self) -> bool:
        """Whether the link leaves this site."""
        return not self.get("page")

    def resolve(self, page_link: PageLink | None) -> Link | None:
        """Return the link to show; None when its page is not public.

        Args:
            page_link: what `page_links` made of the chosen page.
        """
        if self.is_external:
            return Link(self["text"], self.get("url") or "", self.get("description") or "")
        if page_link is None:
            return None
        return Link(self["text"], page_link.url, self.get("description") or "", page_link.lang)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is shown. `hreflang` is set where the target is in another language."""

    text: str
    url: str
    description: str = ""
    hreflang: str = ""


class LinkBlock(blocks.StructBlock):
    """One link, to exactly one of: a page of this site, or an address elsewhere."""

    text = blocks.CharBlock(
        label=_("Words of the link"),
        max_length=120,
        help_text=_("Say where it goes or what to do. Never “click here”."),
    )
    page = blocks.PageChooserBlock(
        required=False,
        label=_("Page"),
        help_text=_("A page of this site. Or give a web address instead."),
    )
    url = blocks.URLBlock(
        required=False,
        label=_("Web address"),
        help_text=_("Only if it is not a page of this site. Begins with https://"),
    )
    description = blocks.CharBlock(
        required=False,
        label=_("Description"),
        max_length=200,
        help_text=_("What people will find there, or what happens next."),
    )

    class Meta:
        icon = "link"
        label = _("Link")
        value_class = LinkStructValue

    def clean(self, value: Any) -> Any:
        """Exactly one target."""
        result = super().clean(value)
        require_exactly_one(
            result,
            ["page", "url"],
            _("Choose a page or give a web address: one of the two, not both and not neither."),
        )
        return result


class NextStepsBlock(blocks.StructBlock):
    """What the reader can do next: the end of the trail on a page."""

    heading = SectionHeadingBlock(
        required=False, help_text=_("Leave empty for “What you can do next”.")
    )
    links = blocks.ListBlock(
        LinkBlock(), label=_("Links"), min_num=1, help_text=_("Two or three; the best one first.")
    )

    class Meta:
        icon = "arrow-right"
        label = _("Next steps")
        group = LINKS
        template = "content_blocks/blocks/next_steps.html"
        description = _("Where to go from here. For the end of a page.")
        preview_value = {
            "heading": "What you can do next",
            "links": [
                {
                    "text": "Report something you saw",
                    "url": "https://example.org/report",
                    "description": "What happens when you tell someone",
                },
                {
                    "text": "Signs in a child",
                    "url": "https://example.org/signs",
                    "description": "What may be noticed, anywhere",
                },
            ],
        }

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        """Resolve all links in one go; a link to a page that is not public is left out."""
        context = super().get_context(value, parent_context=parent_context)
        links = list(value["links"])
        targets = page_links([link.get("page") for link in links], request=context.get("request"))
        resolved = [link.resolve(target) for link, target in zip(links, targets, strict=True)]
        context["links"] = [link for link in resolved if link is not None]
        return context


class RelatedBlock(blocks.StructBlock):
    """Pages of this site that help to understand this one."""

    heading = SectionHeadingBlock(required=False, help_text=_("Leave empty for “Related pages”."))
    pages = blocks.ListBlock(
        blocks.PageChooserBlock(
            label=_("Page"), help_text=_("Its title and summary are shown as they are there.")
        ),
        label=_("Pages"),
        min_num=1,
        help_text=_("Up to five. The title and summary come from the pages themselves."),
    )

    class Meta:
        icon = "copy"
        label = _("Related pages")
        group = LINKS
        template = "content_blocks/blocks/related.html"
        description = _("Other pages on the same matter, with their summaries.")

    def get_preview_value(self) -> Any:
        """Pages that were never saved."""
        return self.normalize(
            {
                "heading": "Related pages",
                "pages": [
                    preview_page("What helps when you report"),
                    preview_page("What not to do", "Keep the child safe first."),
                ],
            }
        )

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        """Only public pages, in the reader's language where they exist in it."""
        context = super().get_context(value, parent_context=parent_context)
        links = page_links(value["pages"], request=context.get("request"), summaries=True)
        context["links"] = [link for link in links if link is not None]
        return context


@dataclass(frozen=True, slots=True)
class LanguageVersion:
    """This page in one language."""

    code: str
    name: str
    dir: str
    url: str
    current: bool


class LanguagesBlock(blocks.StructBlock):
    """The languages in which this very page is public, each in its own words."""

    heading = SectionHeadingBlock(
        required=False, help_text=_("Leave empty for “This page in other languages”.")
    )

    class Meta:
        icon = "globe"
        label = _("Languages")
        group = LINKS
        template = "content_blocks/blocks/languages.html"
        description = _("Links to this page in other languages. Found without your help.")

    def get_preview_value(self) -> Any:
        """Only the heading; the languages come from `get_preview_context`."""
        return self.normalize({"heading": "This page in other languages"})

    def get_preview_context(
        self,
        value: Any,  # noqa: ARG002 - Wagtail's signature
        parent_context: Any = None,
    ) -> Any:
        """Three languages of different scripts, from no page."""
        context = dict(parent_context or {})
        context["preview_versions"] = [
            _language_version("en", "#", current=True),
            _language_version("pl", "#"),
            _language_version("ur", "#"),
        ]
        return context

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        """Find the live translations of the page that the block stands on."""
        context = super().get_context(value, parent_context=parent_context)
        context["versions"] = context.get("preview_versions") or _versions(
            context.get("page"), context.get("request")
        )
        return context


def _versions(page: Any, request: Any) -> list[LanguageVersion]:
    """The page in each content language it is live in, in the order of the setting."""
    if not isinstance(page, Page) or not page.pk:
        return []
    found = {
        version.locale.language_code: version
        for version in page.get_translations(inclusive=True).live().select_related("locale")
    }
    versions = []
    for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES:
        url = found[code].get_url(request) if code in found else None
        if url:
            versions.append(_language_version(code, url, current=found[code].pk == page.pk))
    return versions


def _language_version(code: str, url: str, *, current: bool = False) -> LanguageVersion:
    info = get_language_info(code)
    return LanguageVersion(code, info["name_local"], "rtl" if info["bidi"] else "ltr", url, current)


class Format(TextChoices):
    """The other forms in which the content of a page is offered."""

    EASY_READ = "easy_read", _("Easy Read")
    BSL = "bsl", _("British Sign Language video")
    AUDIO = "audio", _("Audio")
    LARGE_PRINT = "large_print", _("Large print")
    PRINT = "print", _("To print")


class FormatItemBlock(blocks.StructBlock):
    """One other format, at exactly one place."""

    format = blocks.ChoiceBlock(
        choices=Format.choices, label=_("Format"), help_text=_("What form it has.")
    )
    title = blocks.CharBlock(
        label=_("Title"), max_length=120, help_text=_("What it is, for example “How to report”.")
    )
    page = blocks.PageChooserBlock(
        required=False, label=_("Page"), help_text=_("If it is a page of this site.")
    )
    document = DocumentChooserBlock(
        required=False, label=_("File"), help_text=_("If people download it from here.")
    )
    url = blocks.URLBlock(
        required=False, label=_("Web address"), help_text=_("If it is somewhere else.")
    )

    class Meta:
        icon = "view"
        label = _("Format")

    def clean(self, value: Any) -> Any:
        """Exactly one place."""
        result = super().clean(value)
        require_exactly_one(
            result,
            ["page", "document", "url"],
            _("Choose a page, choose a file, or give a web address: exactly one of the three."),
        )
        return result


@dataclass(frozen=True, slots=True)
class FormatLink:
    """One other format as it is shown; `document` is set for a file, with its type and size."""

    format: str
    title: str
    url: str
    document: Any = None


class FormatsBlock(blocks.StructBlock):
    """The same content in other forms: Easy Read, British Sign Language, audio, print."""

    heading = SectionHeadingBlock(required=False, help_text=_("Leave empty for “Other formats”."))
    items = blocks.ListBlock(
        FormatItemBlock(),
        label=_("Formats"),
        min_num=1,
        help_text=_("Pages first: a web page works for more people than a file."),
    )

    class Meta:
        icon = "view"
        label = _("Other formats")
        group = LINKS
        template = "content_blocks/blocks/formats.html"
        description = _("Easy Read, British Sign Language, audio, large print, print.")
        preview_value = {
            "heading": "Other formats",
            "items": [
                {
                    "format": Format.EASY_READ.value,
                    "title": "How to tell someone",
                    "url": "https://example.org/easy-read",
                },
                {
                    "format": Format.BSL.value,
                    "title": "How to tell someone",
                    "url": "https://example.org/bsl",
                },
            ],
        }

    def get_context(self, value: Any, parent_context: Any = None) -> Any:
        """Resolve all pages in one go; a page that is not public is left out."""
        context = super().get_context(value, parent_context=parent_context)
        items = list(value["items"])
        targets = page_links([item.get("page") for item in items], request=context.get("request"))
        context["links"] = [
            link
            for item, target in zip(items, targets, strict=True)
            if (link := _format_link(item, target))
        ]
        return context


def _format_link(item: Any, target: PageLink | None) -> FormatLink | None:
    label = str(Format(item["format"]).label)
    if item.get("document"):
        return FormatLink(label, item["title"], item["document"].url, item["document"])
    if item.get("url"):
        return FormatLink(label, item["title"], item["url"])
    return FormatLink(label, item["title"], target.url) if target else None
