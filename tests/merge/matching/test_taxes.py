"""Tax rates of several countries: percentage, side and kind decide, and nothing guessed is accepted."""

from decimal import Decimal

import pytest

from bookbind.merge.matching import Item, Kind, compatible, match


def _rates(rows: str) -> list[Item]:
    """One rate a line: id | name | percentage | side, and at times | the vendor's kind."""
    items = []
    for line in rows.strip().splitlines():
        id_, name, rate, side, *kind = (cell.strip() for cell in line.split("|"))
        items.append(Item(id_, name, rate=Decimal(rate) if rate else None, side=side, tax_kind="".join(kind)))
    return items


COUNTRIES = {
    "United Kingdom": (
        """
        T0 | Zero rated | 0 | sales
        T1 | Standard rate 20.00% | 20 | purchases
        T2 | Exempt | 0 | sales
        T4 | Sale of goods to VAT registered customers in EC | 0 | sales
        T5 | Lower rate 5% | 5 | purchases
        T8 | Standard rated purchases of goods from EC | 20 | purchases
        T9 | Transactions not involving VAT | 0 |
        T22 | Sales of services to VAT registered customers in EC | 0 | sales
        PVA | Postponed import VAT | 0 | purchases
        DRC | Domestic reverse charge 20% | 20 | purchases
        """,
        """
        EXEMPTINPUT | Exempt Expenses | 0 |
        EXEMPTOUTPUT | Exempt Income | 0 |
        ZERORATEDINPUT | Zero Rated Expenses | 0 |
        ZERORATEDOUTPUT | Zero Rated Income | 0 |
        NONE | No VAT | 0 |
        INPUT2 | 20% (VAT on Expenses) | 20 |
        OUTPUT2 | 20% (VAT on Income) | 20 |
        RRINPUT | 5% (VAT on Expenses) | 5 |
        RROUTPUT | 5% (VAT on Income) | 5 |
        CAPEXINPUT2 | 20% (VAT on Capital Purchases) | 20 |
        ECACQUISITIONS | EC Acquisitions (20%) | 20 |
        ECZROUTPUT | Zero Rated EC Goods Income | 0 |
        ECZROUTPUTSERVICES | Zero Rated EC Services | 0 |
        GSTONIMPORTS | VAT on Imports | 0 |
        REVERSECHARGES | Reverse Charge Expenses (20%) | 20 |
        """,
        {
            "T0": "ZERORATEDOUTPUT",
            "T1": "INPUT2",
            "T2": "EXEMPTOUTPUT",
            "T4": "ECZROUTPUT",
            "T5": "RRINPUT",
            "T8": "ECACQUISITIONS",
            "T9": "NONE",
            "T22": "ECZROUTPUTSERVICES",
            "PVA": "GSTONIMPORTS",
            "DRC": "REVERSECHARGES",
        },
    ),
    "United Kingdom, by short codes": (
        """
        INPUT2 | 20% (VAT on Expenses) | 20 | purchases
        OUTPUT2 | 20% (VAT on Income) | 20 | sales
        RR | 5% (VAT on Expenses) | 5 | purchases
        Z | Zero Rated Expenses | 0 | purchases
        ECA | EC Acquisitions (20%) | 20 | purchases
        ECZ | EC Acquisitions (Zero Rated) | 0 | purchases
        ECG | Zero Rated EC Goods Income | 0 | sales
        ECS | Zero Rated EC Services | 0 | sales
        RCE | Reverse Charge Expenses (20%) | 0 | purchases
        DRC | Domestic Reverse Charge @ 20% (VAT on Expenses) | 20 | purchases
        PVA | Postponed import VAT 20% | 0 | purchases
        E | Exempt Expenses | 0 | purchases
        N | No VAT | 0 |
        """,
        """
        2 | 20.0% S | |
        3 | 5.0% R | |
        4 | 0.0% Z | |
        5 | Exempt | |
        6 | No VAT | |
        7 | 20.0% RC SG | |
        8 | 20.0% RC MPCCs | |
        9 | 20.0% RC CIS | |
        11 | 20.0% ECG | |
        12 | 0.0% ECG | |
        13 | 20.0% ECS | |
        14 | 0.0% ECS | |
        16 | 20.0% PVAT | |
        17 | 0.0% PVAT Z | |
        """,
        {
            "INPUT2": "2",
            "OUTPUT2": "2",
            "RR": "3",
            "Z": "4",
            "ECA": "11",
            "ECZ": "12",
            "ECG": "12",
            "ECS": "14",
            "RCE": "7",
            "DRC": "9",
            "PVA": "16",
            "E": "5",
            "N": "6",
        },
    ),
    "Singapore": (
        """
        a | Standard-Rated Supplies | 9 | sales
        b | Standard-Rated Purchases | 9 | purchases
        c | Regulation 33 Exempt Supplies | 0 | sales
        d | Non-Regulation 33 Exempt Supplies | 0 | sales
        e | Customer Accounting Purchases | 0 | purchases
        f | Disallowed Expenses | 9 | purchases
        g | Out Of Scope Purchases | 0 | purchases
        h | Imports: taxable supplies | 0 | purchases
        i | Deemed Supplies | 9 | sales
        j | Zero-Rated Purchases | 0 | purchases
        """,
        """
        1 | 9% SR | | sales
        2 | 9% TX | | purchases
        3 | 0% ES33 | | sales
        4 | 0% ESN33 | | sales
        5 | 9% TXCA | | purchases
        6 | 9% BL | | purchases
        7 | 0% OP | | purchases
        8 | 9% IM | | purchases
        9 | 9% DS | | sales
        10 | 0% ZP | | purchases
        11 | 0% OS | | sales
        12 | 9% TX-RE | | purchases
        13 | 0% ME | | purchases
        """,
        {str(id_): str(place) for place, id_ in enumerate("abcdefghij", 1)},
    ),
    "Netherlands": (
        """
        a | Verkopen 21% | 21 | sales
        b | Inkopen 9% btw | 9 | purchases
        c | Leveringen binnen de EU 0% | 0 | sales
        d | Verlegd 21% binnenland | 21 | purchases
        e | Geen btw | 0 |
        """,
        """
        1 | 21% btw hoog verkoop | 21 | sales
        2 | 9% btw laag inkoop | 9 | purchases
        3 | Intra-EU supplies | 0 | sales
        4 | Btw verlegd 21% | 21 | purchases
        5 | No VAT | 0 |
        6 | Uitvoer buiten de EU | 0 | sales
        """,
        {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"},
    ),
    "Ireland": (
        """
        a | Standard 23% | 23 | sales
        b | Reduced 13.5% | 13.5 | purchases
        c | Second reduced 9% | 9 | sales
        d | Livestock 4.8% | 4.8 | purchases
        e | Zero | 0 | purchases
        f | Exempt from VAT | 0 | sales
        g | EU acquisitions of goods 23% | 23 | purchases
        h | Outside the scope of VAT | 0 | sales
        """,
        """
        1 | Standard Rate Sales (23%) | 23 | sales
        2 | Standard Rate Purchases (23%) | 23 | purchases
        3 | Reduced Rate Purchases (13.5%) | 13.5 | purchases
        4 | 9% VAT on sales | 9 | sales
        5 | Agri 4.8% purchases | 4.8 | purchases
        6 | Zero rated purchases | 0 | purchases
        7 | Exempt sales | 0 | sales
        8 | Intra-Community acquisition 23% | 23 | purchases
        9 | No VAT | 0 |
        10 | Zero rated sales | 0 | sales
        """,
        {"a": "1", "b": "3", "c": "4", "d": "5", "e": "6", "f": "7", "g": "8", "h": "9"},
    ),
    "Australia": (
        """
        GST | GST on sales | 10 | sales
        GSTP | GST on purchases | 10 | purchases
        FRE | GST-free supplies | 0 | sales
        CAP | GST on capital acquisitions | 10 | purchases
        EXP | GST-free exports | 0 | sales
        INP | Input taxed | 0 | sales
        N-T | Not reportable | 0 | purchases
        """,
        """
        OUTPUT | GST on Income | 10 |
        INPUT | GST on Expenses | 10 |
        CAPEXINPUT | GST on Capital | 10 |
        EXEMPTOUTPUT | GST Free Income | 0 |
        EXEMPTEXPENSES | GST Free Expenses | 0 |
        EXEMPTEXPORT | GST Free Exports | 0 |
        INPUTTAXED | Input Taxed | 0 |
        BASEXCLUDED | BAS Excluded | 0 |
        """,
        {
            "GST": "OUTPUT",
            "GSTP": "INPUT",
            "FRE": "EXEMPTOUTPUT",
            "CAP": "CAPEXINPUT",
            "EXP": "EXEMPTEXPORT",
            "INP": "INPUTTAXED",
            "N-T": "BASEXCLUDED",
        },
    ),
    "Australia, capital and not": (
        """
        NCG | Non-Cap. Acq. - Including GST | 10 | purchases
        NCF | Non-Cap. Acq. - GST Free | 0 | purchases
        NCI | Non-Cap. Acq. - for making Input Taxed Supplies | 0 | purchases
        CAG | Cap. Acq. - Including GST | 10 | purchases
        """,
        """
        1 | GST on capital | 10 | purchases
        2 | GST on non-capital | 10 | purchases
        3 | GST-free capital | 0 | purchases
        4 | GST-free non-capital | 0 | purchases
        5 | Input taxed | 0 | both
        """,
        {"NCG": "2", "NCF": "4", "NCI": "5", "CAG": "1"},
    ),
    "Canada": (
        """
        g | GST 5% | 5 | sales
        o | HST (ON) 13% | 13 | sales
        n | HST (NS) 15% | 15 | sales
        b | HST NB 15% | 15 | sales
        q | GST/QST 14.975% | 14.975 | purchases
        z | Zero-rated | 0 | sales
        e | Exempt | 0 | sales
        """,
        """
        1 | GST | 5 | sales
        2 | HST Ontario | 13 | sales
        3 | HST Nova Scotia | 15 | sales
        4 | HST New Brunswick | 15 | sales
        5 | GST + QST | 14.975 | purchases
        6 | Zero-rated sales | 0 | sales
        7 | Tax exempt sales | 0 | sales
        8 | PST BC | 7 | sales
        """,
        {"g": "1", "o": "2", "n": "3", "b": "4", "q": "5", "z": "6", "e": "7"},
    ),
    "Germany": (
        """
        a | 19% Umsatzsteuer | 19 | sales
        b | Vorsteuer 19% | 19 | purchases
        c | USt 7% | 7 | sales
        d | Innergemeinschaftlicher Erwerb 19% | 19 | purchases
        e | Steuerfreie innergemeinschaftliche Lieferung | 0 | sales
        f | Reverse Charge §13b 19% | 19 | purchases
        g | Steuerfreie Ausfuhrlieferung Drittland | 0 | sales
        h | Nicht steuerbar | 0 | sales
        """,
        """
        1 | VAT on sales 19% | 19 | sales
        2 | VAT on purchases 19% | 19 | purchases
        3 | Reduced VAT on sales 7% | 7 | sales
        4 | EU acquisition of goods 19% | 19 | purchases
        5 | EU supplies of goods, tax free | 0 | sales
        6 | Reverse charge 19% (section 13b) | 19 | purchases
        7 | Export outside EU | 0 | sales
        8 | Out of scope | 0 | sales
        9 | Exempt | 0 | sales
        """,
        {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6", "g": "7", "h": "8"},
    ),
    "France": (
        """
        a | TVA collectée 20% | 20 | sales
        b | TVA déductible 20% | 20 | purchases
        c | TVA déductible sur immobilisations 20% | 20 | purchases
        d | TVA 5,5% ventes | 5.5 | sales
        e | Exonéré de TVA | 0 | sales
        f | Autoliquidation 20% | 20 | purchases
        g | TVA intracommunautaire 20% achats | 20 | purchases
        """,
        """
        1 | 20% sales | 20 | sales
        2 | 20% purchases | 20 | purchases
        3 | 20% purchases of fixed assets | 20 | purchases
        4 | 5.5% sales | 5.5 | sales
        5 | Exempt sales | 0 | sales
        6 | Reverse charge 20% | 20 | purchases
        7 | 20% EU purchases of goods | 20 | purchases
        8 | Zero rated sales | 0 | sales
        """,
        {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6", "g": "7"},
    ),
    "United States": (
        """
        a | California 7.25% | 7.25 | sales
        b | Texas sales tax | 8.25 | sales
        c | Tax exempt | 0 | sales
        d | Out of scope | 0 | sales
        """,
        """
        1 | CA State, California | 7.25 | sales
        2 | Tax on Sales (8.25%) | 8.25 | sales
        3 | Exempt | 0 | sales
        4 | No tax | 0 | sales
        5 | Tax on purchases (8.25%) | 8.25 | purchases
        """,
        {"a": "1", "b": "2", "c": "3", "d": "4"},
    ),
}


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_first_suggestion_is_right_in_each_country(country: str) -> None:
    old, new, right = COUNTRIES[country]
    suggestions = match(_rates(old), _rates(new), Kind.TAX_RATES)
    assert {suggestion.old: suggestion.new for suggestion in suggestions} == right


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_kind_that_was_read_from_the_name_is_never_accepted_alone(country: str) -> None:
    old, new, _ = COUNTRIES[country]
    assert not any(suggestion.auto for suggestion in match(_rates(old), _rates(new), Kind.TAX_RATES))


def test_a_kind_that_both_vendors_say_is_accepted() -> None:
    old = _rates("a | 20% VAT | 20 | sales | standard")
    new = _rates("1 | Standard | 20 | sales | standard\n2 | Zero | 0 | sales | zero_rated")
    (suggestion,) = match(old, new, Kind.TAX_RATES)
    assert (suggestion.new, suggestion.auto) == ("1", True)
    assert suggestion.reasons == ("20%, standard, sales",)


def test_two_rates_that_fit_as_well_are_not_accepted() -> None:
    old = _rates("a | VAT | 20 | sales | standard")
    new = _rates("1 | VAT | 20 | sales | standard\n2 | VAT | 20 | sales | standard")
    (suggestion,) = match(old, new, Kind.TAX_RATES)
    assert suggestion.new in {"1", "2"}
    assert not suggestion.auto


def test_the_vendors_kind_wins_over_the_name() -> None:
    old = _rates("a | Zero | 0 | sales | exempt")
    new = _rates("1 | Zero rated | 0 | sales | zero_rated\n2 | Exempt | 0 | sales | exempt")
    assert match(old, new, Kind.TAX_RATES)[0].new == "2"


def test_the_same_name_at_another_percentage_is_refused() -> None:
    (suggestion,) = match(
        _rates("a | VAT on sales | 20 | sales"), _rates("1 | VAT on sales | 17.5 | sales"), Kind.TAX_RATES
    )
    assert suggestion.new is None
    assert suggestion.reasons == ("nothing at 20%, sales",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a | Zero rated | 0 | sales", "1 | Exempt | 0 | sales"),
        ("a | Exempt | 0 | sales", "1 | No VAT | 0 | sales"),
        ("a | Outside the scope | 0 | sales", "1 | Zero rated | 0 | sales"),
        ("a | Reverse charge | 0 | purchases", "1 | Zero rated | 0 | purchases"),
        ("a | EC goods | 0 | sales", "1 | Zero rated | 0 | sales"),
        ("a | EC goods | 0 | sales", "1 | EC services | 0 | sales"),
        ("a | Import VAT | 0 | purchases", "1 | Zero rated | 0 | purchases"),
        ("a | VAT 20% | 20 | sales", "1 | VAT 20% | 20 | purchases"),
        ("a | PST | 7 | sales", "1 | HST | 7 | sales"),
    ],
)
def test_rates_that_only_look_alike_may_not_be_matched(old: str, new: str) -> None:
    refusal = compatible(_rates(old)[0], _rates(new)[0], Kind.TAX_RATES)
    assert refusal is not None
    assert refusal.reason.endswith(".")


@pytest.mark.parametrize(
    "name", ["Tax Adjustments", "Bad Debt Relief", "Tourist Refunds", "Luxury Car Tax", "Margin scheme"]
)
def test_nothing_ordinary_stands_for_a_rate_of_its_own_kind(name: str) -> None:
    (found,) = match(
        _rates(f"a | {name} | 10 | sales"), _rates("b | GST on Income | 10 | sales"), Kind.TAX_RATES
    )
    assert found.confidence <= 0.3
    assert not found.auto


def test_capital_goods_are_told_apart_but_a_person_may_match_them_to_the_ordinary_rate() -> None:
    old, new = (
        _rates("a | VAT 20% on capital purchases | 20 | purchases"),
        _rates("b | VAT 20% | 20 | purchases"),
    )
    assert compatible(old[0], new[0], Kind.TAX_RATES) is None
    (found,) = match(old, new, Kind.TAX_RATES)
    assert not found.auto
    assert found.confidence <= 0.3
    assert "one is for capital goods, the other is not" in found.reasons


def test_a_refusal_names_the_kind_before_the_percentage() -> None:
    old = _rates("a | 20% (VAT on Expenses) | 20 | purchases")
    new = _rates("b | 20.0% ECG | 0 | purchases")
    refusal = compatible(old[0], new[0], Kind.TAX_RATES)
    assert refusal is not None
    assert refusal.reason == "An ordinary rate and EC goods are different kinds of tax."


def test_goods_and_services_of_the_eu_are_told_apart_where_the_vendor_says_eu_alone() -> None:
    old = _rates("a | EC Acquisitions (20%) | 0 | purchases | ec")
    new = _rates("g | 20.0% ECG | 0 | purchases | ec\ns | 20.0% ECS | 0 | purchases | ec")
    (found,) = match(old, new, Kind.TAX_RATES)
    assert found.new == "g"
    assert compatible(old[0], new[1], Kind.TAX_RATES) is not None


def test_what_the_buyer_accounts_for_is_known_by_the_percentage_in_its_name() -> None:
    old = _rates("a | EU Purchases of Goods 13.5% (Reverse Charge) | 0 | purchases")
    new = _rates("x | 23.0% ECG | | purchases\ny | 13.5% ECG | | purchases")
    assert match(old, new, Kind.TAX_RATES)[0].new == "y"
    refusal = compatible(old[0], new[0], Kind.TAX_RATES)
    assert refusal is not None
    assert refusal.reason == "13.5% is not 23%."


def test_several_old_rates_may_meet_on_one() -> None:
    old = _rates("a | 20% goods | 20 | sales\nb | 20% services | 20 | sales")
    new = _rates("1 | 20% (VAT on Income) | 20 | sales")
    assert [suggestion.new for suggestion in match(old, new, Kind.TAX_RATES)] == ["1", "1"]


def test_a_two_way_code_serves_one_side_and_not_the_other_way_round() -> None:
    one_way, two_way = "a | 20% | 20 | purchases | standard", "1 | 20.0% S | 20 | both | standard"
    assert match(_rates(one_way), _rates(two_way), Kind.TAX_RATES)[0].auto
    assert not match(_rates(two_way), _rates(one_way), Kind.TAX_RATES)[0].auto


def test_a_percentage_against_none_is_a_guess_that_says_so() -> None:
    old, new = Item("uk", "20% (VAT on Expenses)", rate=Decimal(20)), Item("us", "TAX")
    (suggestion,) = match([old], [new], Kind.TAX_RATES)
    assert suggestion.confidence < 0.5
    assert suggestion.reasons[0] == "20% against no percentage given there: please check"
