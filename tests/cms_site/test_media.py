from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.factories import media
from tests.factories import pages as make
from tests.factories.media import SVG

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the temporary file of a new size to the garbage collector.
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def drawing(folder_for_files: Path) -> str:
    """The address of a picture that a public page shows."""
    image = media.drawing()
    section = make.SectionPageFactory(parent=make.campaign_home())
    make.GuidancePageFactory(parent=section, body=[media.figure_block(image)])
    return media.address_of_picture(image)


@pytest.fixture
def pictures(folder_for_files: Path) -> Path:
    folder = folder_for_files / "media" / "images"
    folder.mkdir(parents=True)
    (folder / "drawing.svg").write_bytes(SVG)
    (folder.parent / "documents").mkdir()
    (folder.parent / "documents" / "private.pdf").write_bytes(b"secret")
    (folder.parent / "original_images").mkdir()
    (folder.parent / "original_images" / "photo.jpg").write_bytes(b"with a place in it")
    return folder


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_picture_is_served_as_itself_and_shut_in(
    client: Client, drawing: str, folder_for_files: Path
) -> None:
    response = client.get(drawing)

    assert body(response) == (folder_for_files / drawing.removeprefix("/")).read_bytes()
    assert response["Content-Type"] == "image/svg+xml"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    assert response.cookies == {}


def test_part_of_a_picture_can_be_asked_for(client: Client, drawing: str) -> None:
    response = client.get(drawing, headers={"range": "bytes=1-3"})

    assert (response.status_code, body(response)) == (206, b"svg")


def test_unchanged_picture_is_not_sent_again(client: Client, drawing: str) -> None:
    first = client.get(drawing)
    body(first)
    again = client.get(drawing, headers={"if-modified-since": first["Last-Modified"]})

    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "images/missing.svg",
        # There, but of no picture that anything public shows.
        "images/drawing.svg",
        "documents/private.pdf",
        "original_images/photo.jpg",
        "images/../documents/private.pdf",
        "images/%2e%2e/documents/private.pdf",
        "images//etc/passwd",
        "images/x%00.svg",
    ],
)
def test_nothing_else_is_served(client: Client, pictures: Path, path: str) -> None:
    assert client.get(f"/media/{path}").status_code == 404
