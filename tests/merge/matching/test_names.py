"""Names taken apart: what a ledger added is cut off, what identifies stays."""

import pytest

from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.names import full_words, read_name


def _words(name: str) -> str:
    return " ".join(read_name(fold(name)).readings[0].words)


@pytest.mark.parametrize(
    "name",
    [
        "Acme Widgets Ltd",
        "ACME WIDGETS LIMITED",
        "Acme Widgets P.L.C.",
        "The Acme Widgets GmbH & Co. KG",
        "Acme Widgets S.à r.l.",
        "Acme Widgets Pty Ltd",
        "Acme Widgets Sp. z o.o.",
        "FAO John Smith - Acme Widgets Ltd",
        "Acme Widgets Ltd, Attn: Accounts Payable",
        "Acme Widgets Ltd c/o Smith & Co",
        "c/o Acme Widgets Ltd",
        "p/a Acme Widgets Ltd",
        "Acme Widgets Ltd SW1A 1AA",
        "Acme Widgets Ltd, D08 X2Y3",
        "Acme Widgets Inc, CA 94105",
        "Acme Widgets (NSW 2000)",
        "Acme Widgets Ltd, Leeds LS1 4AP",
        "Acme Widgets Lim",
        "Acme Widgets Ltd - Accounts Receivable",
        "Acme Widgets Ltd [30 days]",
        "Acme Widgets Ltd - GB 123456789",
        "Acme Widgets Ltd 020 7946 0123",
        "Acme Widgets Ltd (Tel: +44 20 7946 0123)",
        "Acme Widgets (USD)",
        "Acme Widgets - EUR account",
        "GBP - Acme Widgets Ltd",
        "www.acme-widgets.co.uk",
        "Acme Widgets <accounts@acmewidgets.com>",
        "ACME WIDGETS A/C 12345",
        "P92024 Acme Widgets",
        "*DD* Acme Widgets Ltd",
        "DO NOT USE - Acme Widgets",
        "Acme Widgets [12]",
        "Acme Widgets Ltd VAT no. GB123456789",
        "\u202eAcme\u202c Widgets",
    ],
)
def test_what_a_ledger_adds_is_cut_off(name: str) -> None:
    assert _words(name) == "acme widgets"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Halon No.2 Ltd", "halon no 2"),
        ("A Ascot Care LLP", "a ascot care"),
        ("24 Seven Recruitment", "24 seven recruitment"),
        ("4C Labs Ltd", "4c labs"),
        ("3M UK PLC", "3m uk"),
        ("T.A. Smith", "ta smith"),
        ("Limited", "limited"),
        ("株式会社トヨタ", "株式会社トヨタ"),
        ("\u041e\u041e\u041e Ромашка", "ромашка"),
    ],
)
def test_what_identifies_stays(name: str, words: str) -> None:
    assert _words(name) == words


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Khan Foods t/a Shengxin International Ltd", {"khan foods", "shengxin international"}),
        ("Acme Ltd trading as Zebra", {"acme", "zebra"}),
        ("Acme (formerly Widget Works Ltd)", {"acme", "widget works"}),
        ("Zebra (Acme Widgets Ltd)", {"zebra", "acme widgets"}),
        ("Acme LLC d/b/a Zebra", {"acme", "zebra"}),
    ],
)
def test_names_inside_a_name_are_found(name: str, inside: set[str]) -> None:
    found = {" ".join(reading.words) for reading in read_name(fold(name)).readings}
    assert inside <= found


def test_the_currency_and_the_codes_are_kept_as_facts() -> None:
    name = read_name(fold("10023 Acme Widgets (USD)"))
    assert (name.currency, name.codes) == ("usd", frozenset({"10023"}))


def test_nothing_is_left_empty() -> None:
    for text in ("", "***", "020 7946 0123", "SW1A 1AA", "(USD)", "😀", "A/C 12345"):
        assert read_name(fold(text)).readings


def test_a_town_belongs_to_the_name_wherever_it_stands() -> None:
    names = ["Acme (Leeds) Ltd", "Acme Ltd - Leeds", "ACME LEEDS LIMITED"]
    readings = [read_name(fold(name)).readings[0] for name in names]
    assert {(reading.words, reading.form) for reading in readings} == {(("acme", "leeds"), "ltd")}
    assert [reading.place_apart for reading in readings] == [False, True, False]


def test_a_year_is_part_of_the_name() -> None:
    assert _words("Acme Packing 2019") == "acme packing 2019"


@pytest.mark.parametrize(
    ("careless", "meant"),
    [
        ("Smith &amp; Sons", "smith & sons"),
        ("O&#39;Brien Motors", "o'brien motors"),
        ("CafÃ© Rouge", "cafe rouge"),
        ("Smithâ€™s Garage", "smith's garage"),
        ("Château Ångström", "chateau angstrom"),
    ],
)
def test_what_a_careless_export_did_is_undone(careless: str, meant: str) -> None:
    assert fold(careless) == meant


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("HOLYAA CROSSAA CENTREAA TRUST", "holy cross centre trust"),
        ("Sanaa Trading", "sanaa trading"),
    ],
)
def test_hard_spaces_that_were_misread_are_spaces_again(name: str, words: str) -> None:
    assert _words(name) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Spencer St Surgery", "spencer street surgery"),
        ("12 High St", "12 high street"),
        ("St Mary Surgery", "saint mary surgery"),
        ("Church of St Peter", "church saint peter"),
    ],
)
def test_st_is_a_street_behind_a_name_and_a_saint_before_one(name: str, words: str) -> None:
    assert " ".join(full_words(tuple(_words(name).split()))) == words


def test_a_title_before_a_trade_is_initials() -> None:
    assert _words("MS Off Licence") == "ms off licence"
    assert _words("Ms Jones") == "jones"


def test_a_company_of_two_forms_may_be_either() -> None:
    assert read_name("knauf gmbh llp").readings[0].form == "co"
    assert read_name("knauf gmbh").readings[0].form == "gmbh"
    assert read_name("knauf co ltd").readings[0].form == "ltd"
