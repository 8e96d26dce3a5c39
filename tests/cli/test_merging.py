"""`bookbind merge suggest` over files: its answers, and what it says of a file that is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT

OLD = "id,name\n1,Acme Widgets Ltd\n2,Zebra Foods\n"
NEW = "id,name\na,ACME WIDGETS LIMITED\nb,Quillon Vineyards\n"


def _run(
    folder: Path, old: str | bytes, new: str | bytes = NEW, *options: str
) -> "subprocess.CompletedProcess[str]":
    for name, content in (("old.csv", old), ("new.csv", new)):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    # Nothing is configured: no mode, no keys, no database.
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "bookbind.cli.main", "merge", "suggest", "old.csv", "new.csv"]
    return subprocess.run(
        [*command, *(options or ("--kind", "suppliers", "--json"))],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_suggestions_come_as_json_without_any_configuration(tmp_path: Path) -> None:
    done = _run(tmp_path, OLD)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["seconds"] >= 0
    first, second = answer["suggestions"]
    assert (first["old"], first["new"], first["auto"]) == ("1", "a", True)
    assert first["reasons"] == ["same name"]
    assert (second["old"], second["new"], second["auto"]) == ("2", None, False)


def test_without_json_a_table_is_printed(tmp_path: Path) -> None:
    done = _run(tmp_path, OLD, NEW, "--kind", "suppliers")
    assert "ACME WIDGETS LIMITED" in done.stdout
    assert "1 of 2 would be accepted without asking" in done.stdout


def test_the_everyday_words_for_lists_and_columns_are_understood(tmp_path: Path) -> None:
    old = "id,name,rate_percent,direction\n1,Standard,20,out\n"
    new = "id,name,rate,side\na,20% on sales,20.0,sale\nb,20% on costs,20.0,purchase\n"
    done = _run(tmp_path, old, new, "--kind", "taxes", "--json")
    assert json.loads(done.stdout)["suggestions"][0]["new"] == "a"


def test_a_byte_order_mark_and_an_empty_line_are_accepted(tmp_path: Path) -> None:
    done = _run(tmp_path, b"\xef\xbb\xbf" + OLD.encode() + b"\n", NEW)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["suggestions"]) == 2


def test_an_unknown_column_is_ignored_and_named(tmp_path: Path) -> None:
    done = _run(tmp_path, "id,name,colour\n1,Acme,red\n")
    assert done.returncode == 0
    assert "old.csv: ignoring colour" in done.stderr


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "line 1, column id: the header needs the columns id and name"),
        ("name\nAcme\n", "line 1, column id: the header needs the columns id and name"),
        ("id,name,id\n1,Acme,2\n", "line 1, column id: this column stands in the header twice"),
        ("id,name\n1,Acme\n1,Zebra\n", "line 3, column id: '1' stands in line 2 already"),
        ("id,name\n1,\n", "line 2, column name: this is empty"),
        ("id,name\n ,Acme\n", "line 2, column id: this is empty"),
        ("id,name\n1,Acme,3\n", "line 2, column 3: 3 values where the header has 2 columns"),
        ("id,name\n1\n", "line 2, column name: 1 value where the header has 2 columns"),
        ("id,name,rate\n1,VAT,twenty\n", "line 2, column rate: 'twenty' is no percentage"),
        ("id,name,rate\n1,VAT,-5\n", "line 2, column rate: '-5' is no percentage"),
        ("id,name,side\n1,VAT,left\n", "line 2, column side: 'left' is none of sales, purchases and both"),
        ("id,name,archived\n1,VAT,maybe\n", "line 2, column archived: 'maybe' is neither yes nor no"),
        (b"id,name\n1,Caf\xe9\n", "line 2, column name: this is not UTF-8"),
        (b"id,name,code\n1,Acme,\n\xe9,Zebra,\n", "line 3, column id: this is not UTF-8"),
        (b"id,n\xe4me\n1,Acme\n", "line 1: this is not UTF-8"),
        ('id,name\n1,"Acme\n', "line 2, column name: this is not CSV: the quotation mark here"),
        ('id,name\n1,"Acme\n2,"Zebra"\n', "line 2, column name: this is not CSV"),
        ('id,code,name\n1,"a\nb","Acme\n2,,Zebra\n', "line 3, column name: this is not CSV"),
        ('id,name\n1,"Acme\n' + "2,Zebra Foods\n" * 20_000, "line 2, column name: this is not CSV"),
        ('id,"name\n1,Acme\n', "line 1: this is not CSV"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_column(
    tmp_path: Path, content: str | bytes, problem: str
) -> None:
    done = _run(tmp_path, content)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"old.csv, {problem}" in done.stderr


def test_a_file_with_other_marks_between_its_columns_says_what_to_do(tmp_path: Path) -> None:
    done = _run(tmp_path, "id;name\n1;Acme\n")
    assert "it has id;name; its columns are parted by semicolons, save it with commas" in done.stderr


def test_a_first_line_that_names_the_separator_is_read(tmp_path: Path) -> None:
    done = _run(tmp_path, "sep=;\r\nid;name\r\n1;Acme Widgets, Ltd\r\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["suggestions"][0]["new"] == "a"
    open_quote = _run(tmp_path, 'sep=;\nid;name\n1;"Acme\n')
    assert "old.csv, line 3, column name: this is not CSV" in open_quote.stderr
    assert "not closed before a “;” or a new line" in open_quote.stderr
    letters = _run(tmp_path, b"sep=;\nid;name\n1;Caf\xe9\n")
    assert "old.csv, line 3, column name: this is not UTF-8" in letters.stderr


def test_a_missing_file_and_an_unknown_list_are_refused(tmp_path: Path) -> None:
    unknown = _run(tmp_path, OLD, NEW, "--kind", "pets")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "There is no list called 'pets'; there are categories" in unknown.stderr
    (tmp_path / "empty").mkdir()
    missing = subprocess.run(
        [
            sys.executable,
            "-m",
            "bookbind.cli.main",
            "merge",
            "suggest",
            "no.csv",
            "no.csv",
            "--kind",
            "suppliers",
        ],
        cwd=tmp_path / "empty",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert missing.returncode == 2
    assert "no.csv: No such file" in missing.stderr


def test_help_and_error_name_the_same_lists(tmp_path: Path) -> None:
    said = _run(tmp_path, OLD, NEW, "--kind", "pets").stderr.split("there are ")[1]
    help_ = _run(tmp_path, OLD, NEW, "--help").stdout
    shown = "".join(letter for letter in help_ if letter.isalpha() or letter in "_,")
    assert "".join(said.split()).rstrip(".") in shown


def test_the_command_starts_without_the_framework() -> None:
    code = "import sys, bookbind.cli.merging, bookbind.merge.matching; print('django.db' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"
