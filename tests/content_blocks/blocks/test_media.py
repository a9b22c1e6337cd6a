"""Pictures, film, files."""

from __future__ import annotations

from typing import Any

import pytest
import wagtail_factories
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from tests.content_blocks.blocks.conftest import STREAM, stored, text, texts

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the temporary file of a new rendition to the garbage collector.
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><path d="M0 0"/></svg>'


def document(name: str, content: bytes = b"x" * 2048) -> Any:
    return get_document_model().objects.create(title=name, file=ContentFile(content, name=name))


def photograph(width: int = 1600) -> Any:
    return wagtail_factories.ImageFactory(file__width=width, file__height=900)


def rendered(key: str, value: dict[str, Any]) -> BeautifulSoup:
    return BeautifulSoup(stored((key, value))[0].render(), "html.parser")


def refused(key: str, value: dict[str, Any]) -> dict[str, list[str]]:
    block = STREAM.child_blocks[key]
    with pytest.raises(StructBlockValidationError) as caught:
        block.clean(block.to_python(value))
    return {name: error.messages for name, error in caught.value.block_errors.items()}


FIGURE = {"alt_text": "A street", "decorative": False, "caption": "Any street."}


def test_figure_offers_two_sizes_and_reserves_its_place() -> None:
    soup = rendered("figure", FIGURE | {"image": photograph().pk})
    [image] = soup.select("figure.figure > img")
    assert (image["width"], image["height"], image["alt"]) == ("960", "540", "A street")
    assert [size.split()[1] for size in image["srcset"].split(", ")] == ["480w", "960w"]
    assert image["src"].endswith(".webp")
    assert texts(soup, "figcaption") == ["Any street."]


def test_decorative_figure_has_an_empty_alt_and_ignores_a_description() -> None:
    soup = rendered("figure", FIGURE | {"image": photograph().pk, "decorative": True})
    assert soup.select_one("img")["alt"] == ""


def test_figure_serves_a_drawing_as_it_is() -> None:
    image = get_image_model().objects.create(
        title="Lamp", width=400, height=300, file=ContentFile(DRAWING, name="lamp.svg")
    )
    [element] = rendered("figure", FIGURE | {"image": image.pk}).select("img")
    assert element["src"].endswith(".svg")
    assert "srcset" not in element.attrs


def test_figure_whose_file_is_gone_is_left_out() -> None:
    image = photograph()
    image.file.storage.delete(image.file.name)
    assert str(rendered("figure", FIGURE | {"image": image.pk})).strip() == ""


@pytest.mark.parametrize(
    ("alt_text", "decorative", "message"),
    [
        ("", False, "Describe the picture, or mark it as decoration only."),
        ("A street", True, "Remove the description, or take away the mark for decoration."),
    ],
)
def test_figure_is_either_described_or_decorative(
    alt_text: str, decorative: bool, message: str
) -> None:
    value = {"image": photograph().pk, "alt_text": alt_text, "decorative": decorative}
    assert refused("figure", value | {"caption": ""}) == {"alt_text": [message]}


@pytest.mark.parametrize("count", [1, 3])
def test_figures_of_a_page_take_the_same_queries_however_many(
    count: int, django_assert_num_queries: Any
) -> None:
    values = [("figure", FIGURE | {"image": photograph().pk}) for _number in range(count)]
    stored(*values).render_as_block()  # makes the files once
    # Images; their sizes.
    with django_assert_num_queries(2):
        stored(*values).render_as_block()


VIDEO = {"title": "What happens (2 minutes)", "transcript": "<p>You call.</p>"}


def test_video_never_starts_by_itself_and_has_captions_and_a_transcript() -> None:
    film, words = document("film.mp4"), document("film.vtt")
    soup = rendered("video", VIDEO | {"video": film.pk, "captions": words.pk, "poster": None})
    [video] = soup.select("section.video video")
    assert (video["preload"], video.has_attr("controls")) == ("none", True)
    assert [name for name in ("autoplay", "loop", "poster") if video.has_attr(name)] == []
    [source] = video.select("source")
    assert (source["src"], source["type"]) == (film.url, "video/mp4")
    [track] = video.select("track")
    assert (track["kind"], track["src"], track["srclang"]) == ("captions", words.url, "en")
    assert track.has_attr("default")
    assert texts(soup, "details .video__text") == ["You call."]


def test_video_refuses_files_that_browsers_cannot_use() -> None:
    film, words = document("film.avi"), document("words.docx")
    value = VIDEO | {"video": film.pk, "captions": words.pk, "poster": None}
    assert refused("video", value) == {
        "video": ["Browsers cannot play this file. Choose an MP4 or WebM file."],
        "captions": ["Browsers cannot read these captions. Choose a WebVTT file (.vtt)."],
    }


def test_video_cannot_be_saved_without_captions_or_transcript() -> None:
    value = {"title": "Film", "video": document("a.webm").pk, "captions": None, "poster": None}
    assert sorted(refused("video", value | {"transcript": ""})) == ["captions", "transcript"]


def test_download_says_type_and_size_before_it_is_loaded() -> None:
    poster = document("poster.pdf", b"x" * 184_320)
    soup = rendered(
        "download", {"title": "Poster", "document": poster.pk, "description": "For a staff room."}
    )
    [link] = soup.select(".download a")
    assert (link["href"], link.has_attr("download")) == (poster.url, True)
    assert text(link) == "Poster (PDF, 180.0\xa0KB)".replace("\xa0", " ")
    assert texts(soup, ".download__description") == ["For a staff room."]


def test_download_of_a_deleted_file_is_left_out() -> None:
    assert (
        str(rendered("download", {"title": "Poster", "document": 9999, "description": ""})).strip()
        == ""
    )
