"""Pictures, film and files: all our own, none of them loaded before it is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from content_blocks.blocks.base import MEDIA, InnerTextBlock
from content_blocks.blocks.previews import preview_document, preview_image

#: Widths in which a photograph is offered. A drawing (SVG) is served as it is.
PICTURE_FILTERS = ("width-480|format-webp|preserve-svg", "width-960|format-webp|preserve-svg")
VIDEO_TYPES = {"mp4": "video/mp4", "webm": "video/webm"}
CAPTION_TYPES = ("vtt",)
#: The picture of a preview, which never touches the database.
PREVIEW_PICTURE = "content_blocks/previews/picture.svg"


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as it is shown: its largest size, and the sizes to choose from."""

    src: str
    width: int
    height: int
    srcset: str = ""


def picture(image: Any) -> Picture | None:
    """Return the picture of an image; None when its file is gone or cannot be read.

    An image that was never saved is a preview's and gets a drawing that comes with this package.
    """
    if not image.pk:
        return Picture(static(PREVIEW_PICTURE), 960, 540)
    try:
        renditions = list(image.get_renditions(*PICTURE_FILTERS).values())
    except (OSError, ValueError):
        return None
    largest = max(renditions, key=lambda rendition: rendition.width)
    # A drawing is sharp at every size; only a photograph has sizes to choose from.
    sizes = {} if image.is_svg() else {item.width: item.url for item in renditions}
    srcset = ", ".join(f"{url} {width}w" for width, url in sorted(sizes.items()))
    return Picture(
        largest.url,
        round(largest.width),
        round(largest.height),
        srcset if len(sizes) > 1 else "",
    )


class PictureChooserBlock(ImageChooserBlock):
    """An image with its sizes, read for all pictures of a page together."""

    def bulk_to_python(self, values: Any) -> Any:
        """Fetch the images and their sizes in a fixed number of queries."""
        images = super().bulk_to_python(values)
        prefetch_related_objects([image for image in images if image is not None], "renditions")
        return images

    class Meta:
        icon = "image"
        label = _("Picture")


class FigureStructValue(blocks.StructValue):
    """A picture with its words."""

    @property
    def picture(self) -> Picture | None:
        """The picture to show, if there is one."""
        image = self.get("image")
        return picture(image) if image else None

    @property
    def alt(self) -> str:
        """What a screen reader says: nothing for a decoration."""
        return "" if self.get("decorative") else self.get("alt_text") or ""


class FigureBlock(blocks.StructBlock):
    """A picture, described or marked as decoration.

    An image chooser and a text, not Wagtail's `ImageBlock`: two blocks deep that one makes
    submitting a page for translation crash.
    """

    image = PictureChooserBlock(
        help_text=_("Places and objects. Never a child who could be recognised, never a victim.")
    )
    alt_text = blocks.CharBlock(
        required=False,
        label=_("Description"),
        max_length=250,
        help_text=_("What the picture shows, for people who do not see it. Invent no story."),
    )
    decorative = blocks.BooleanBlock(
        required=False,
        label=_("Decoration only"),
        help_text=_("Tick this if nothing is lost without the picture."),
    )
    caption = blocks.CharBlock(
        required=False,
        label=_("Caption"),
        max_length=250,
        help_text=_("Shown under the picture to everybody."),
    )

    class Meta:
        icon = "image"
        label = _("Picture")
        group = MEDIA
        template = "content_blocks/blocks/figure.html"
        description = _("A picture with a description, or marked as decoration.")
        value_class = FigureStructValue

    def get_preview_value(self) -> Any:
        """A drawing that comes with this package."""
        return self.normalize(
            {
                "image": preview_image("A street at dusk"),
                "alt_text": "A street at dusk with one lit window",
                "decorative": False,
                "caption": "It can happen in any street.",
            }
        )

    def clean(self, value: Any) -> Any:
        """Exactly one of a description and the mark for decoration."""
        result = super().clean(value)
        if bool(result.get("alt_text")) == bool(result.get("decorative")):
            message = (
                _("Remove the description, or take away the mark for decoration.")
                if result.get("decorative")
                else _("Describe the picture, or mark it as decoration only.")
            )
            raise StructBlockValidationError(
                {"alt_text": ValidationError(message, code="alt_text")}
            )
        return result


class VideoStructValue(blocks.StructValue):
    """A film with its files."""

    @property
    def content_type(self) -> str:
        """The media type of the film, by its extension."""
        return VIDEO_TYPES.get(_extension(self.get("video")), "")

    @property
    def poster_picture(self) -> Picture | None:
        """The still that stands for the film before it is played."""
        image = self.get("poster")
        return picture(image) if image else None


class VideoBlock(blocks.StructBlock):
    """A film from our own server, with captions and a transcript; it never starts by itself."""

    title = blocks.CharBlock(
        label=_("Title"), max_length=120, help_text=_("What the film shows, and how long it is.")
    )
    video = DocumentChooserBlock(
        label=_("Film"), help_text=_("An MP4 or WebM file. Films elsewhere cannot be embedded.")
    )
    captions = DocumentChooserBlock(
        label=_("Captions"), help_text=_("A WebVTT file (.vtt) with everything that is said.")
    )
    poster = PictureChooserBlock(
        required=False,
        label=_("Still picture"),
        help_text=_("Shown before the film is played. Nothing that could frighten."),
    )
    transcript = InnerTextBlock(
        label=_("Transcript"),
        help_text=_("Everything that is said and shown, for people who do not play the film."),
    )

    class Meta:
        icon = "media"
        label = _("Film")
        group = MEDIA
        template = "content_blocks/blocks/video.html"
        description = _("A film with captions and a transcript. It never starts by itself.")
        value_class = VideoStructValue

    def get_preview_value(self) -> Any:
        """Files that were never saved."""
        return self.normalize(
            {
                "title": "What happens when you report (2 minutes)",
                "video": preview_document("Film", "film.mp4"),
                "captions": preview_document("Captions", "captions.vtt"),
                "poster": preview_image("A telephone"),
                "transcript": "<p>You call. A trained person listens and asks a few questions.</p>",
            }
        )

    def clean(self, value: Any) -> Any:
        """Refuse files that browsers cannot play or read."""
        result = super().clean(value)
        errors: dict[str, ValidationError] = {}
        if _extension(result["video"]) not in VIDEO_TYPES:
            errors["video"] = ValidationError(
                _("Browsers cannot play this file. Choose an MP4 or WebM file."), code="file_type"
            )
        if _extension(result["captions"]) not in CAPTION_TYPES:
            errors["captions"] = ValidationError(
                _("Browsers cannot read these captions. Choose a WebVTT file (.vtt)."),
                code="file_type",
            )
        if errors:
            raise StructBlockValidationError(errors)
        return result


class DownloadBlock(blocks.StructBlock):
    """A file to download, with its type and size."""

    title = blocks.CharBlock(
        label=_("Title"),
        max_length=120,
        help_text=_("What the file is. The type and size are added by themselves."),
    )
    document = DocumentChooserBlock(
        label=_("File"),
        help_text=_("Its name stays on the reader's device: choose one that gives nothing away."),
    )
    description = blocks.CharBlock(
        required=False,
        label=_("Description"),
        max_length=200,
        help_text=_("Who it is for, and what to do with it."),
    )

    class Meta:
        icon = "download"
        label = _("Download")
        group = MEDIA
        template = "content_blocks/blocks/download.html"
        description = _("A file, with its type and size.")

    def get_preview_value(self) -> Any:
        """A file that was never saved."""
        document = preview_document("Staff poster", "poster.pdf", 184_320)
        return self.normalize(
            {
                "title": "Poster for a staff room",
                "document": document,
                "description": "A4, black and white.",
            }
        )


def _extension(document: Any) -> str:
    if document is None or not document.file:
        return ""
    return PurePosixPath(document.file.name).suffix.lower().lstrip(".")
