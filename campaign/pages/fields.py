"""The two text fields every page type uses, so that one decision is made in one place."""

from __future__ import annotations

from typing import Any

from wagtail.fields import RichTextField, StreamField

from content_blocks.streams import GuidanceStreamBlock

#: What an introduction may hold: running text, a link, a list, a number from a live record.
INTRODUCTION_FEATURES = ["bold", "link", "ol", "ul", "contact-phone"]


class GuidanceStreamField(StreamField):
    """A StreamField of the guidance blocks, always optional.

    Migrations name this field and not the blocks inside it: Wagtail would otherwise write the
    whole block library into a migration for each of the page types whenever one block changes.
    A data migration that walks into a block sees the library as it is now.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("block_types", None)
        kwargs.setdefault("blank", True)
        super().__init__(GuidanceStreamBlock, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Leave the block library out of the migration.

        StreamField's own method is passed over: it walks through the whole library, and `migrate`
        asks for this thousands of times.
        """
        name, path, _args, kwargs = super(StreamField, self).deconstruct()
        return name, path, [], kwargs


class IntroductionField(RichTextField):
    """A short rich text that opens a page, always optional."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("features", INTRODUCTION_FEATURES)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Leave the editor's features out of the migration: they are not the database's concern."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("features", None)
        return name, path, args, kwargs
