"""The paper: shown from a response in which nothing can act, as an image or as the original."""

import io

import pytest
from django.test import Client
from PIL import Image

from bookbind.documents.models import StoredFile
from bookbind.documents.storage import drop_content
from bookbind.web.views.costs_render import WIDTH
from tests.support import papers
from tests.support.office import Office

pytestmark = pytest.mark.django_db


def test_the_original_is_served_byte_for_byte_and_sandboxed(office: Office, alice: Client) -> None:
    paper = papers.pdf("original")
    document = office.upload("City Fuel.pdf", paper)
    answer = alice.get(office.url(f"costs/{document.id}/file"))
    assert answer.content == paper
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"] == 'inline; filename="City Fuel.pdf"'


def test_the_original_downloads_when_asked(office: Office, alice: Client) -> None:
    document = office.upload("bill.pdf")
    answer = alice.get(office.url(f"costs/{document.id}/file?download"))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_anything_else_than_paper_is_never_shown(office: Office, alice: Client) -> None:
    document = office.upload("bill.pdf")
    StoredFile.objects.update(content_type="text/html")
    answer = alice.get(office.url(f"costs/{document.id}/file"))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_page_of_a_pdf_is_an_image(office: Office, alice: Client) -> None:
    document = office.upload("two.pdf", papers.pdf("two", pages=2))
    answer = alice.get(office.url(f"costs/{document.id}/pages/2.png"))
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.width == WIDTH
        assert image.height > WIDTH
    again = alice.get(office.url(f"costs/{document.id}/pages/2.png"))
    assert again.content == answer.content


@pytest.mark.parametrize("number", [0, 3, 999])
def test_a_page_that_is_not_there_is_404(office: Office, alice: Client, number: int) -> None:
    document = office.upload("two.pdf", papers.pdf("two", pages=2))
    assert alice.get(office.url(f"costs/{document.id}/pages/{number}.png")).status_code == 404


def test_a_photo_is_turned_upright_and_loses_what_the_camera_wrote(office: Office, alice: Client) -> None:
    photo = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was held sideways.
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (300, 200), "white").save(photo, "JPEG", exif=exif)
    document = office.upload("photo.jpg", photo.getvalue())
    answer = alice.get(office.url(f"costs/{document.id}/pages/1.png"))
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (200, 300)
    assert b"SecretCamera" not in answer.content


def test_a_paper_that_storage_lost_is_404_and_the_page_still_works(office: Office, alice: Client) -> None:
    document = office.upload("bill.pdf")
    assert document.file is not None
    drop_content(document.file.path)
    assert alice.get(office.url(f"costs/{document.id}/file")).status_code == 404
    assert alice.get(office.url(f"costs/{document.id}/pages/1.png")).status_code == 404
    assert alice.get(office.url(f"costs/{document.id}/")).status_code == 200
