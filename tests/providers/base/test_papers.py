"""Files that are refused before any call, and those that pass."""

import pytest

from bookbind.providers.base.contract import FileLimits
from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason
from bookbind.providers.base.papers import refuse_file

MEGABYTE = 1024 * 1024
LIMITS = FileLimits(count=1, size_bytes=2 * MEGABYTE, extensions=("pdf", "png"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bill.pdf", b"", "The file is empty."),
        ("bill.pdf", b"x" * (2 * MEGABYTE + 1), "The file is larger than the 2 MB that Vendor Books takes."),
        ("bill.exe", b"x", "Vendor Books does not take files named .exe."),
        ("bill", b"x", "Vendor Books does not take files whose name has no ending."),
    ],
)
@pytest.mark.req("PUB-06")
def test_what_a_vendor_does_not_take_is_refused_in_so_many_words(
    name: str, content: bytes, said: str
) -> None:
    with pytest.raises(ProviderError) as raised:
        refuse_file("Vendor Books", LIMITS, name, content)
    (error,) = raised.value.field_errors
    assert raised.value.kind is ErrorKind.REJECTED
    assert (error.field, error.reason, error.vendor_text) == ("file", RejectedReason.FILE_REFUSED, said)


@pytest.mark.parametrize("name", ["bill.pdf", "BILL.PDF", "scan.png"])
def test_what_a_vendor_takes_passes_up_to_its_limit(name: str) -> None:
    refuse_file("Vendor Books", LIMITS, name, b"x" * (2 * MEGABYTE))
