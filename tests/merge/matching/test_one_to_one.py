"""Suppliers, customers, products and bank accounts: equal names, traps, and evidence beyond names."""

import pytest

from bookbind.merge.matching import Item, Kind, Suggestion, match

CROWD = (
    *(
        "Brightwell Foods Ltd",
        "Marlow Print Limited",
        "J Patel Plumbing",
        "Ostrava Metals s.r.o.",
        "Nine Elms Cafe",
    ),
    *(
        "Harbour Logistics Ltd",
        "Kestrel Security",
        "Oakfield Nursery School",
        "Dunmore Tyres",
        "Penrose & Hale LLP",
    ),
)


def _match(old: str, *new: str, kind: Kind = Kind.SUPPLIERS) -> Suggestion:
    items = [Item(name, name) for name in (*new, *CROWD)]
    crowd = [Item(f"old {name}", name) for name in CROWD]
    return match([Item("old", old), *crowd], items, kind)[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Acme Widgets Ltd", "Acme Widgets Ltd"),
        ("Acme Widgets Ltd", "ACME WIDGETS LIMITED"),
        ("Café Zoë & Söhne", "CAFE ZOE AND SOHNE"),
        ("Acme Widgets", "Acme Widgets Ltd"),
        ("Homecare Services", "Home Care Services"),
        ("10023 Acme Widgets Ltd", "Acme Widgets Limited"),
        ("Acme Widgets Ltd", "Acme Widgets Ltd (FAO Mary Jones)"),
        ("Acme Widgets Ltd", "Acme Widgets Ltd, SW1A 1AA"),
    ],
)
def test_the_same_business_is_accepted(old: str, new: str) -> None:
    suggestion = _match(old, new)
    assert (suggestion.new, suggestion.auto) == (new, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Acme Widgets Ltd", "Acme Widgets Holdings Ltd"),
        ("Halon Entertainment Ltd", "Halon Entertainment No.2 Ltd"),
        ("J Smith Plumbing", "K Smith Plumbing"),
        ("Ascot Care LLP", "A Ascot Care LLP"),
        ("Rowan Partners LLP", "Rowan Partners Ltd"),
        ("Reade Works t/a Blue Door", "Reade Works t/a Red Lion"),
        ("Kestrel Motors Ltd", "Kestrel Catering Ltd"),
    ],
)
def test_a_sibling_is_never_accepted(old: str, new: str) -> None:
    assert not _match(old, new).auto


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Kildare Farm Foods", "Kildare Farm Feeds"),
        ("Harvey Norton Flooring", "Harvey Morton Flooring"),
        ("Aspen Legal", "Aspen Lease"),
        ("Right at Home Dunmore", "Right at Come Dunmore"),
        ("Coiffure Manon", "Coiffure Marion"),
    ],
)
def test_a_letter_that_makes_another_word_makes_another_name(old: str, new: str) -> None:
    suggestion = _match(old, new)
    assert not suggestion.auto
    assert suggestion.new is None or "one letter makes it another word" in suggestion.reasons


def test_a_letter_that_makes_no_word_is_a_slip() -> None:
    suggestion = _match("Maintenence Masters Ltd", "Maintenance Masters Ltd")
    assert (suggestion.new, suggestion.auto) == ("Maintenance Masters Ltd", True)


def test_a_name_written_short_says_so() -> None:
    suggestion = _match("Dunmore Intl Eng Svcs", "Dunmore International Engineering Services Ltd")
    assert suggestion.auto
    assert suggestion.reasons == ("same name, some words written short",)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("Rental Unit 14", "Rental Unit 41", Kind.SUPPLIERS),
        ("Foresters Lodge 134", "Foresters Lodge 143", Kind.SUPPLIERS),
        ("Motor policy 7712", "Motor policy 8021", Kind.SUPPLIERS),
        ("Owners' Plan #70814", "Owners' Plan #70841", Kind.SUPPLIERS),
        ("Dentist Nystrom Bristol", "Dentist Nystrom Burnley", Kind.SUPPLIERS),
        ("P. Durand Masonry", "B. Durand Masonry", Kind.SUPPLIERS),
        ("Dunmore Tyres EUR", "Dunmore Tyres USD", Kind.SUPPLIERS),
        ("HSBC EUR", "HSBC USD", Kind.BANK_ACCOUNTS),
        ("Massage 60 min", "Massage 90 min", Kind.PRODUCTS),
        ("Motor 1.1kW 4 pole", "Motor 1.5kW 4 pole", Kind.PRODUCTS),
        ("Sofa Milano 3 Seat Teal", "Sofa Milano 2 Seat Teal", Kind.PRODUCTS),
        ("Saw Blade 210mm 24T", "Saw Blade 210mm 48T", Kind.PRODUCTS),
        ("Ink Cartridge LC3219XL Magenta", "Ink Cartridge LC3219XL Yellow", Kind.PRODUCTS),
        ("Storage Unit 14", "Storage Unit 41", Kind.PRODUCTS),
    ],
)
def test_another_number_town_currency_or_size_is_never_accepted_however_short_the_lists(
    old: str, new: str, kind: Kind
) -> None:
    (suggestion,) = match([Item("a", old)], [Item("b", new)], kind)
    assert not suggestion.auto
    assert suggestion.confidence < 0.9


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("Three Rivers Crane Hire", "3 Rivers Crane Hire Ltd", Kind.SUPPLIERS),
        ("Hermanos Barrientos", "Hnos. Barrientos", Kind.SUPPLIERS),
        ("Bill Hargrove Roofing", "William Hargrove Roofing", Kind.SUPPLIERS),
        ("Walnut Board 38 mm", "Walnut Board 38mm", Kind.PRODUCTS),
        ("Cable 2.5 metre Black", "Cable 2.5m Black", Kind.PRODUCTS),
    ],
)
def test_other_spellings_of_numbers_names_and_units_are_likely(old: str, new: str, kind: Kind) -> None:
    (suggestion,) = match([Item("a", old)], [Item("b", new)], kind)
    assert suggestion.new == "b"
    assert suggestion.confidence > 0.9


def test_ledgers_that_each_number_their_entries_are_matched_by_name() -> None:
    names = [
        f"{word} {trade}"
        for word in ("Elm", "Kestrel", "Marlow", "Quill", "Zebra")
        for trade in ("Bakery", "Cycles", "Flooring", "Joinery", "Roofing")
    ]
    old = [Item(name, f"S{place:03} {name} Ltd") for place, name in enumerate(names)]
    new = [Item(name, f"{4000 + 7 * place} - {name} Limited") for place, name in enumerate(names)]
    suggestions = match(old, new, Kind.SUPPLIERS)
    assert [suggestion.new for suggestion in suggestions] == names
    assert sum(suggestion.auto for suggestion in suggestions) == len(names)


def test_one_alias_on_two_entries_is_never_accepted() -> None:
    suggestion = _match("Blue Door", "Acme Ltd t/a Blue Door", "Zenith Ltd t/a Blue Door")
    assert not suggestion.auto


def test_two_spellings_of_one_name_leave_the_choice_to_a_person() -> None:
    suggestion = _match("Acme Widgets", "Acme Widgets Ltd", "Acme Widgets Limited")
    assert suggestion.new in {"Acme Widgets Ltd", "Acme Widgets Limited"}
    assert not suggestion.auto
    assert suggestion.alternatives


def test_an_archived_entry_is_never_suggested() -> None:
    old, new = [Item("a", "Acme Widgets")], [Item("b", "Acme Widgets", archived=True)]
    assert match(old, new, Kind.SUPPLIERS) == [Suggestion("a", None, 0.0, False, ("nothing alike",))]


def test_another_name_is_left_empty() -> None:
    suggestion = _match("Quillon Vineyards", "Acme Widgets Ltd")
    assert suggestion.new is None
    assert not suggestion.auto


@pytest.mark.parametrize(
    ("field", "old", "new", "reason"),
    [
        ("tax_number", "GB 123 4567 82", "123456782", "same VAT number"),
        ("company_number", "01234567", "1234567", "same company number"),
        ("email", "Accounts@Zebra.example", "accounts@zebra.example", "same e-mail address"),
        ("account_number", "ZEB-001", "zeb001", "same account number"),
    ],
)
def test_an_identifier_finds_a_business_under_another_name(
    field: str, old: str, new: str, reason: str
) -> None:
    suggestion = match(
        [Item("a", "Zebra Trading", **{field: old})],  # type: ignore[arg-type]
        [Item("b", "Acme Holdings", **{field: new}), Item("c", "Zebra Printing")],  # type: ignore[arg-type]
        Kind.SUPPLIERS,
    )[0]
    assert suggestion.new == "b"
    assert reason in suggestion.reasons[0]


def test_an_address_alone_is_not_enough_to_accept() -> None:
    old = [Item("a", "Zebra Trading", email="office@agency.example")]
    new = [Item("b", "Quillon Vineyards", email="office@agency.example")]
    assert not match(old, new, Kind.SUPPLIERS)[0].auto


def test_different_vat_numbers_keep_equal_names_apart() -> None:
    old = [Item("a", "Acme Widgets Ltd", tax_number="GB123456782")]
    new = [Item("b", "Acme Widgets Ltd", tax_number="GB987654321")]
    suggestion = match(old, new, Kind.SUPPLIERS)[0]
    assert not suggestion.auto
    assert "different VAT numbers" in suggestion.reasons[0]


def test_the_model_number_decides_between_products() -> None:
    new = [
        Item("1", "Kelmex Dect Telephone KX-TG1033S"),
        Item("2", "Kelmex Dect Telephone KX-TG1032B"),
        Item("3", "Kelmex Wall Mount"),
    ]
    suggestion = match([Item("a", "Kelmex Cordless Telephone - KXTG1033S")], new, Kind.PRODUCTS)[0]
    assert suggestion.new == "1"


def test_an_equal_sku_finds_a_product_under_another_name() -> None:
    old, new = (
        [Item("a", "Red mug", sku="MUG-01")],
        [Item("b", "Tasse rouge", sku="mug01"), Item("c", "Red mugs")],
    )
    suggestion = match(old, new, Kind.PRODUCTS)[0]
    assert (suggestion.new, suggestion.auto) == ("b", True)


def test_bank_accounts_of_one_name_are_told_apart_by_their_last_digits() -> None:
    old = [
        Item("a", "Current account", account_number="****1234"),
        Item("b", "Current", account_number="****9876"),
    ]
    new = [
        Item("1", "Business current", account_number="20-00-00 55559876"),
        Item("2", "Main", account_number="20-00-00 55551234"),
    ]
    assert [suggestion.new for suggestion in match(old, new, Kind.BANK_ACCOUNTS)] == ["2", "1"]


def test_a_bank_account_with_a_word_more_is_proposed_only() -> None:
    suggestion = _match("Business Current Account", "Current account", kind=Kind.BANK_ACCOUNTS)
    assert (suggestion.new, suggestion.auto) == ("Current account", False)
    assert "one name has a word more" in suggestion.reasons


def test_bank_accounts_of_different_currencies_are_not_accepted() -> None:
    old, new = [Item("a", "Current", currency="GBP")], [Item("b", "Current", currency="EUR")]
    assert not match(old, new, Kind.BANK_ACCOUNTS)[0].auto


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Interfloor Ltd", "Intarfloor Ltd"),
        ("Interfloor Ltd", "Interflour Ltd"),
        ("Harbour Paints Ltd", "Harbour Paints Norwich Ltd"),
    ],
)
def test_what_may_be_a_look_alike_is_proposed_only(old: str, new: str) -> None:
    suggestion = match([Item("a", old)], [Item("b", new)], Kind.SUPPLIERS)[0]
    assert (suggestion.new, suggestion.auto) == ("b", False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Traveller World Ltd", "Travellerton World Ltd"),
        ("Gilder Hire", "Gildeer Hire"),
        ("Coombe Academy Trust", "Coombe Academley Trust"),
        ("Credit Smart Ltd", "Credit Smarton Ltd"),
    ],
)
def test_another_ending_makes_another_name(old: str, new: str) -> None:
    assert not match([Item("a", old)], [Item("b", new)], Kind.SUPPLIERS)[0].auto


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Rondel Trading", "Rodnel Trading"),
        ("Google", "Gogole"),
        ("Leighton Corporation Ltd", "Lieghton Coproration Ltd"),
        ("Technowiz Ltd", "Tehcnoiz Ltd"),
    ],
)
def test_names_behind_slips_of_the_keys_are_found(old: str, new: str) -> None:
    assert _match(old, new).new == new


def test_a_word_that_one_name_has_twice_is_a_word_more() -> None:
    suggestion = _match("Westbury Property Maintenance", "Westbury Property Maintenance Property")
    assert not suggestion.auto


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ras Corner t/a Gugsu Ltd", "Ras Corner t/a Gugsu 2021 Ltd"),
        ("Bulls 1999 t/as Stullen Ltd", "Bulls 1999 t/as Travel Ltd"),
    ],
)
def test_an_owner_of_several_shops_is_not_accepted_for_one_of_them(old: str, new: str) -> None:
    assert not _match(old, new).auto


def test_plurals_are_nearly_the_same_word() -> None:
    assert _match("Abbey Road Surgery", "Abbey Road Surgeries").new == "Abbey Road Surgeries"


def test_a_parent_of_all_entries_may_have_another_name() -> None:
    old = [Item(name, name, parent="Region") for name in ("North", "South")]
    new = [Item(name.lower(), name, parent="Sales area") for name in ("South", "North")]
    assert [(each.new, each.auto) for each in match(old, new, Kind.TRACKING)] == [
        ("north", True),
        ("south", True),
    ]


def test_parents_tell_entries_of_one_name_apart() -> None:
    old = [Item("a", "North", parent="Region"), Item("b", "North", parent="Department")]
    new = [Item("c", "North", parent="Department"), Item("d", "North", parent="Region")]
    assert [each.new for each in match(old, new, Kind.TRACKING)] == ["d", "c"]
