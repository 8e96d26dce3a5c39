"""Uploading: several files, each judged by itself, outcomes in words."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bookbind.documents.models import Document
from tests.support import papers
from tests.support.office import Office
from tests.support.pages import read

pytestmark = pytest.mark.django_db


def send(client: Client, office: Office, *files: tuple[str, bytes], accept: str = "application/json") -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(office.url("costs/upload"), {"files": sent}, headers={"accept": accept})


def test_a_pdf_becomes_a_document_with_its_address(office: Office, alice: Client) -> None:
    answer = send(alice, office, ("bill.pdf", papers.pdf()))
    document = Document.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "name": "bill.pdf",
        "message": "Added to To review.",
        "url": office.url(f"costs/{document.id}/"),
    }


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", b"hello", "This is not a file that we can read"),
        ("empty.pdf", b"", "The file is empty."),
        ("broken.pdf", b"%PDF-1.7 nothing", "damaged"),
        ("locked.pdf", papers.pdf(password="secret"), "protected with a password"),
    ],
)
def test_a_bad_file_is_refused_in_words(
    office: Office, alice: Client, name: str, content: bytes, words: str
) -> None:
    answer = send(alice, office, (name, content))
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert not Document.objects.exists()


def test_a_file_that_is_too_big_is_refused_by_its_size(office: Office, alice: Client) -> None:
    answer = send(alice, office, ("big.pdf", b"%PDF-" + b"0" * (11 * 1024 * 1024)))
    assert answer.status_code == 422
    assert "The file is 11.0 MB; the most is 10 MB." in answer.json()["message"]


def test_the_same_file_again_is_taken_and_said(office: Office, alice: Client) -> None:
    paper = papers.pdf("twice")
    send(alice, office, ("one.pdf", paper))
    answer = send(alice, office, ("two.pdf", paper))
    assert answer.status_code == 200
    assert answer.json()["message"].startswith("Added. The same file is here already")
    assert Document.objects.count() == 2


def test_without_scripts_several_files_go_at_once(office: Office, alice: Client) -> None:
    files = (("a.pdf", papers.pdf("a")), ("b.png", papers.picture()), ("c.txt", b"no"))
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    page = read(alice.post(office.url("costs/upload"), {"files": sent}, follow=True))
    assert "2 files added." in page.text
    assert "c.txt: This is not a file that we can read" in page.text


def test_no_file_is_said(office: Office, alice: Client) -> None:
    answer = alice.post(office.url("costs/upload"), headers={"accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["message"] == "Choose at least one file."
