"""A mapping as a file: what is exported, and a file out of lines that a test writes."""

import csv
import io

from bookbind.merge.mapping_csv import export_mapping
from bookbind.merge.mapping_lines import COLUMNS
from tests.merge.conftest import Place

Line = dict[str, str]


def exported(place: Place) -> list[Line]:
    """The lines that go out now."""
    return list(csv.DictReader(io.StringIO("".join(export_mapping(place.connection)).lstrip("\ufeff"))))


def as_file(*lines: Line) -> bytes:
    """These lines as a file that comes back."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()
