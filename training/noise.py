"""Ways in which names change between two ledgers, drawn from a seed; some are kept from the training."""

import html
import random
import re
import string
from collections.abc import Callable, Sequence

from bookbind.merge.matching.words import FULL_WORDS, TOWNS

Draw = random.Random
Change = Callable[[str, Draw], str]

_FIRST_NAMES = [
    "John",
    "Mary",
    "Ahmed",
    "Priya",
    "Sean",
    "Claire",
    "David",
    "Sarah",
    "Wei",
    "Fatima",
    "Tom",
    "Jane",
    "Liam",
    "Anna",
    "Peter",
    "Olga",
    "Mark",
    "Ines",
]
LAST_NAMES = [
    "Smith",
    "Jones",
    "Patel",
    "Khan",
    "Murphy",
    "Brown",
    "Taylor",
    "Singh",
    "Evans",
    "Walsh",
    "Davies",
    "Okafor",
    "Novak",
    "Silva",
    "Chen",
    "Kelly",
]
TOWN_NAMES = sorted(word.title() for word in TOWNS if len(word) > 3)
_FORMS = ("Ltd", "Limited", "LTD", "LIMITED", "Ltd.", "PLC", "LLP", "Co Ltd", "Co. Limited", "")
_WORLD_FORMS = (
    "GmbH",
    "S.A.",
    "SARL",
    "SAS",
    "B.V.",
    "BV",
    "Inc",
    "Inc.",
    "LLC",
    "Corp",
    "Pty Ltd",
    "AB",
    "ApS",
    "S.r.l.",
)
TRADES = [
    "Cleaning",
    "Foods",
    "Motors",
    "Design",
    "Plumbing",
    "Care",
    "Logistics",
    "Media",
    "Electrical",
    "Catering",
    "Lettings",
    "Systems",
    "Print",
]


def core(name: str) -> str:
    """The name without the legal form behind it, in its own spelling."""
    return re.sub(r"[\s,]+(ltd|limited|llp|plc|co|inc|llc)\.?$", "", name, flags=re.IGNORECASE) or name


def _person(draw: Draw) -> str:
    title = draw.choice(["", "", "Mr ", "Mrs ", "Ms "])
    return f"{title}{draw.choice(_FIRST_NAMES)} {draw.choice(LAST_NAMES)}"


def _joined(one: str, other: str, draw: Draw) -> str:
    return one + draw.choice([" ", ", ", " - ", " \u2013 ", "; ", " / "]) + other


def attention(name: str, draw: Draw) -> str:
    """FAO, attention and c/o, before and behind the name."""
    who = draw.choice(
        [_person(draw), "Accounts", "Accounts Payable", "Accounts Dept", "Finance Team", "The Manager"]
    )
    mark = draw.choice(["FAO", "F.A.O.", "fao", "Attn", "ATTN:", "Attention", "For the attention of", "FAO:"])
    if draw.random() < 0.3:
        return f"{mark} {who}{draw.choice([' - ', ', ', '; '])}{name}"
    if draw.random() < 0.4:
        other = f"{draw.choice(LAST_NAMES)} {draw.choice(['& Co', 'Accountants', 'LLP', '& Sons'])}"
        return _joined(name, f"{draw.choice(['c/o', 'C/O', 'care of'])} {other}", draw)
    return _joined(name, f"{mark} {who}", draw)


def postcode(name: str, draw: Draw) -> str:
    """A postcode behind the name, at times with its town."""
    letters, digits = string.ascii_uppercase, string.digits
    pick = draw.choice
    codes = [
        f"{pick('ABCEGLMNS')}{pick(letters[:20])}{pick(digits[1:])} {pick(digits)}{pick('AB')}{pick('DEF')}",
        f"{pick('BEGLMNSW')}{draw.randint(1, 28)} {pick(digits)}{pick('ABDEFGHJ')}{pick('ABDEFGHJ')}",
        f"{pick('DATCV')}{draw.randint(10, 99)} {pick('AXEFKR')}{pick(digits)}{pick('PRVY')}{pick(digits)}",
        f"{pick(['NSW', 'VIC', 'QLD'])} {draw.randint(2000, 4999)}",
        f"{pick(['CA', 'NY', 'TX', 'IL'])} {draw.randint(10000, 99999)}",
        f"{pick('KLMV')}{pick(digits)}{pick('ABCE')} {pick(digits)}{pick('ABCE')}{pick(digits)}",
    ]
    code = pick([codes[0], codes[1], *codes])
    town = f"{pick(TOWN_NAMES)} " if draw.random() < 0.3 else ""
    return _joined(name, town + code, draw) if draw.random() < 0.7 else f"{name} ({town}{code})"


def phone(name: str, draw: Draw) -> str:
    """A telephone number behind the name."""
    number = draw.choice(
        [
            f"0{draw.randint(20, 29)} {draw.randint(1000, 9999)} {draw.randint(1000, 9999)}",
            f"0{draw.randint(1200, 1999)} {draw.randint(100000, 999999)}",
            f"07{draw.randint(100, 999)} {draw.randint(100000, 999999)}",
            f"+44 {draw.randint(1200, 1999)} {draw.randint(100000, 999999)}",
            f"({draw.randint(201, 989)}) {draw.randint(201, 989)}-{draw.randint(1000, 9999)}",
            f"0{draw.randint(1000000000, 1999999999)}",
        ]
    )
    mark = draw.choice(["", "", "Tel ", "Tel: ", "T: ", "Ph ", "tel. ", "Phone: "])
    return f"{name} ({mark}{number})" if draw.random() < 0.3 else _joined(name, mark + number, draw)


def currency(name: str, draw: Draw) -> str:
    """The currency of the account, behind the name or before it."""
    code = draw.choice(["GBP", "EUR", "USD", "EUR", "USD", "AUD", "CHF", "€", "$", "£", "Euro"])
    forms = [
        f"{name} ({code})",
        f"{name} - {code}",
        f"{name} {code}",
        f"{name} [{code}]",
        f"{name} {code} Account",
    ]
    return draw.choice([*forms, f"{code} - {name}"] if len(code) == 3 else forms)


def web_address(name: str, draw: Draw) -> str:
    """The name as its web address, or with its web address or e-mail address."""
    end = draw.choice([".co.uk", ".com", ".com", ".uk", ".net", ".org.uk", ".ie", ".eu"])
    words = re.sub(r"[^a-z0-9 ]", "", core(name).lower().replace("&", "and")).split()
    brand = draw.choice(["", "", "-"]).join(words) or "shop"
    address = f"{brand}{end}"
    forms = [
        f"www.{address}",
        address,
        f"https://www.{address}",
        f"{name} (www.{address})",
        f"{name} {address}",
    ]
    return draw.choice(
        [*forms, f"{name} <accounts@{address}>", f"WWW.{address.upper()}", f"{name} info@{address}"]
    )


def account_code(name: str, draw: Draw) -> str:
    """The ledger's own code or remark."""
    number, letters = draw.randint(10, 99999), "".join(draw.choice(string.ascii_uppercase) for _ in range(3))
    forms = [f"{name} A/C {number}", f"{letters}{number:03} {name}", f"{number:05} - {name}", f"{name} *DD*"]
    forms += [
        f"{name} [{number}]",
        f"{name} - DO NOT USE",
        f"ZZ {name}",
        f"{name} (Acc No {number})",
        f"{name} #{number}",
    ]
    forms += [
        f"{name} Ref: {letters}{number}",
        f"DO NOT USE {name}",
        f"{name} {letters}{number:05}",
        f"*{name}*",
    ]
    return draw.choice(forms)


def case(name: str, draw: Draw) -> str:
    """Upper or lower case."""
    return draw.choice([name.upper(), name.lower(), name.title()])


def legal_form(name: str, draw: Draw) -> str:
    """Another spelling of the legal form, or none."""
    form = draw.choice(_WORLD_FORMS if draw.random() < 0.15 else _FORMS)
    return f"{core(name)} {form}".strip()


def punctuation(name: str, draw: Draw) -> str:
    """Other punctuation, `&` and `and`, hyphens, dots and the article."""
    changes = [
        name.replace(" and ", " & ") if " and " in name else name.replace("&", "and"),
        name.replace("'", "").replace(".", ""),
        name.replace(" ", "-", 1),
        f"The {name}",
        f"{core(name)} (The)",
        name.replace(" ", ". ", 1) if len(name.split(maxsplit=1)[0]) < 3 else f"{name}.",
    ]
    return draw.choice([change for change in changes if change != name] or [name])


def cut_off(name: str, draw: Draw) -> str:
    """Cut at the width of a field."""
    return name[: draw.choice([15, 18, 20, 24, 25, 30, 32])].strip()


def typing_error(name: str, draw: Draw) -> str:
    """A letter lost, doubled, swapped, wrong, or one too many."""
    letters = list(name)
    for _ in range(1 if draw.random() < 0.7 else 2):
        places = [place for place, letter in enumerate(letters[:-1]) if letter.isalpha()]
        if not places:
            break
        place = draw.choice(places)
        kind = draw.choices(range(5), [3, 3, 3, 3, 1])[0]
        if kind == 0:
            del letters[place]
        elif kind == 1:
            letters.insert(place, letters[place])
        elif kind == 2:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        elif kind == 3:
            letters[place] = draw.choice(string.ascii_lowercase)
        else:
            letters.insert(place, draw.choice(string.ascii_lowercase))
    return "".join(letters)


def initial(name: str, draw: Draw) -> str:
    """The first of two words as its initial, as people are written; a company keeps its name."""
    words = name.split()
    if len(words) != 2 or core(name) != name or not words[0].isalpha():
        return name
    return " ".join([words[0][0] + draw.choice(["", "."]), *words[1:]])


def trading_name(name: str, draw: Draw) -> str:
    """A second name beside it."""
    other = f"{draw.choice(LAST_NAMES)} {draw.choice(TRADES)}"
    mark = draw.choice(
        ["t/a", "T/A", "trading as", "ta", "dba", "formerly", "t/as", "aka", "previously", "(formerly"]
    )
    if mark == "(formerly":
        return f"{name} (formerly {other})"
    if draw.random() < 0.2:
        return f"{other} ({name})"
    return f"{other} {mark} {name}" if draw.random() < 0.5 else f"{name} {mark} {other}"


def place_added(name: str, draw: Draw) -> str:
    """A town or region that the other ledger does not mention."""
    place = draw.choice([*TOWN_NAMES, "UK", "(UK)", "London", "Ireland", "Europe", "(London)"])
    return draw.choice(
        [
            f"{name} {place}",
            f"{core(name)} {place} Ltd",
            f"{name}, {place}",
            f"{name} - {place}",
            f"{core(name)} ({place.strip('()')}) Ltd",
        ]
    )


def abbreviation(name: str, draw: Draw) -> str:
    """A long word shortened, or a general word left out."""
    shorts = {full: short for short, full in FULL_WORDS.items() if len(short) < len(full) and " " not in full}
    words = name.split()
    places = [place for place, word in enumerate(words) if word.lower() in shorts]
    if places:
        place = draw.choice(places)
        words[place] = shorts[words[place].lower()].title()
    elif len(words) > 2:
        words.pop(draw.randrange(1, len(words)))
    return " ".join(words)


def word_order(name: str, draw: Draw) -> str:
    """The words in another order, or the first one moved behind a comma."""
    words = core(name).split()
    if len(words) < 2:
        return name
    return f"{' '.join(words[1:])}{draw.choice([', ', ' '])}{words[0]}"


def acronym(name: str, draw: Draw) -> str:
    """The initials alone."""
    words = [word for word in core(name).split() if word[0].isalpha()]
    return "".join(word[0].upper() for word in words) + draw.choice(["", " Ltd"]) if len(words) > 2 else name


def site(name: str, draw: Draw) -> str:
    """A site, department or project below the name, as in hierarchical lists."""
    part = draw.choice(
        [
            f"{draw.choice(TOWN_NAMES)} Branch",
            "Head Office",
            f"Unit {draw.randint(1, 20)}",
            draw.choice(TOWN_NAMES),
        ]
    )
    return draw.choice([f"{name} - {part}", f"{name}: {part}", f"{part} - {name}", f"{name} / {part}"])


def spacing(name: str, draw: Draw) -> str:
    """Words run together or apart, double blanks."""
    words = name.split()
    if len(words) > 2 and draw.random() < 0.6:
        place = draw.randrange(len(words) - 1)
        words[place : place + 2] = ["".join(words[place : place + 2])]
        return " ".join(words)
    return name.replace(" ", "  ")


def remark(name: str, draw: Draw) -> str:
    """HELD OUT: remarks of people, in brackets or behind a dash."""
    said = [
        "paid by card",
        "monthly",
        "see contract",
        "new bank details",
        "30 days",
        "dispute",
        "landlord",
        "ask Jo",
    ]
    return draw.choice(["{0} ({1})", "{0} - {1}", "{0} [{1}]", "{0} *{1}*"]).format(name, draw.choice(said))


def broken_encoding(name: str, draw: Draw) -> str:
    """HELD OUT: HTML entities, typographic marks and accents where there were none."""
    changed = html.escape(name).replace("&#x27;", "&#39;")
    if changed != name:
        return changed
    vowel = draw.choice([("e", "é"), ("o", "ö"), ("a", "à"), ("u", "ü")])
    return (
        name.replace(*vowel, 1) if draw.random() < 0.7 else name.replace(" ", "\u00a0").replace("'", "\u2019")
    )


def tax_number(name: str, draw: Draw) -> str:
    """HELD OUT: the VAT or company number written behind the name."""
    mark = draw.choice(["VAT", "VAT no.", "VAT Reg", "Co. No.", "Company No", "CRN", "GB"])
    return _joined(name, f"{mark} {draw.choice(['GB', ''])}{draw.randint(10**8, 10**9 - 1)}", draw)


def department(name: str, draw: Draw) -> str:
    """HELD OUT: a department behind the name."""
    part = draw.choice(
        ["Accounts", "Accounts Receivable", "Credit Control", "Sales Ledger", "Finance Dept", "Head Office"]
    )
    return _joined(name, part, draw)


def plural(name: str, draw: Draw) -> str:
    """HELD OUT: a plural more or less."""
    words = core(name).split()
    place = draw.randrange(len(words))
    words[place] = words[place][:-1] if words[place].endswith("s") else f"{words[place]}s"
    return " ".join(words) + draw.choice(["", " Ltd"])


def spelled_number(name: str, draw: Draw) -> str:
    """HELD OUT: numbers in words and words in numbers."""
    for digit, word in zip(
        "123456789", ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"], strict=True
    ):
        if re.search(rf"\b{digit}\b", name):
            return re.sub(rf"\b{digit}\b", word, name)
        if re.search(rf"\b{word}\b", name, re.IGNORECASE):
            return re.sub(rf"\b{word}\b", digit, name, flags=re.IGNORECASE)
    return case(name, draw)


TRAINED: dict[str, tuple[Change, float]] = {
    "legal form": (legal_form, 20),
    "case": (case, 8),
    "punctuation": (punctuation, 7),
    "cut off": (cut_off, 5),
    "typing error": (typing_error, 6),
    "trading name": (trading_name, 5),
    "place": (place_added, 3),
    "abbreviation": (abbreviation, 5),
    "word order": (word_order, 2.5),
    "account code": (account_code, 5),
    "acronym": (acronym, 1),
    "initial": (initial, 1),
    "attention": (attention, 3),
    "postcode": (postcode, 3),
    "phone": (phone, 3),
    "currency": (currency, 3),
    "web address": (web_address, 3),
    "spacing": (spacing, 2),
}
HELD_OUT: dict[str, tuple[Change, float]] = {
    "remark": (remark, 2),
    "broken encoding": (broken_encoding, 3),
    "tax number": (tax_number, 2),
    "department": (department, 2),
    "plural": (plural, 1),
    "spelled number": (spelled_number, 1),
}


def draw_kind(kinds: dict[str, tuple[Change, float]], draw: Draw) -> str:
    """One kind of change, drawn by weight."""
    return draw.choices(list(kinds), [weight for _, weight in kinds.values()])[0]


def changed(name: str, kinds: Sequence[str], draw: Draw) -> str:
    """The name after the changes, in order."""
    for kind in kinds:
        change, _ = (TRAINED | HELD_OUT)[kind]
        name = change(name, draw) or name
    return name
