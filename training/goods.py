"""Lists of what small businesses buy and sell, made up: few have a model number, sizes tell them apart."""

import random
import re
from collections.abc import Callable

from bookbind.merge.matching.items import Item
from training.lists import Labelled
from training.noise import case, cut_off, punctuation, typing_error

Draw = random.Random
_MATERIALS = (
    "Oak|Pine|Steel|Brass|Copper|Plastic|Cotton|Leather|Glass|Rubber|Concrete|Ceramic|Aluminium|Paper|Wool"
    "|Organic|Fresh|Frozen|Smoked|Roasted|Premium|Standard|Heavy Duty|Treated|Galvanised|Recycled|Luxury"
).split("|")
_THINGS = (
    "Board|Screw|Pipe|Elbow|Hinge|Bracket|Paint|Brush|Sheet|Cable|Socket|Lamp|Filter|Glove|Boot|Jacket|Shirt"
    "|Towel|Cup|Plate|Bottle|Bag|Box|Tape|Label|Envelope|Pen|Folder|Coffee|Tea|Flour|Sugar|Butter|Cheese"
    "|Salmon|Beef Mince|Tomato Sauce|Olive Oil|Lager|Red Wine|Shampoo|Soap|Candle|Cushion|Sofa|Table|Chair"
    "|Desk|Mattress|Carpet Tile|Fence Panel|Gravel|Cement|Plaster|Brick|Gutter|Door|Window|Blade|Drill Bit"
    "|Battery|Tyre|Brake Pad|Engine Oil|Wiper|Fuse|Seed Mix|Compost|Plant Pot|Dog Food|Bandage|Mask|Tablet"
    "|Granules|Powder|Cleaner|Bleach|Polish|Varnish|Sealant|Adhesive|Grout|Underlay|Insulation|Membrane"
).split("|")
_SERVICES = (
    "Massage|Haircut|Consultation|Callout|Labour|Training Day|Site Visit|Window Cleaning|Deep Clean|Delivery"
    "|Skip Hire|Room Hire|Storage Unit|Parking Space|Boiler Service|MOT|Gas Check|Photo Shoot|Web Hosting"
    "|Support Contract|Bookkeeping|Payroll Run|Year End Accounts|Lesson|Coaching Session|Survey|Inspection"
    "|Repair|Installation|Licence|Membership|Tour|Dinner Menu|Conference Package|Rental|Locker|Pitch|Berth"
).split("|")
_SORTS = "Junior Senior Basic Full Evening Weekend Single Double Family Annual Monthly Outdoor Mobile".split()
_LETTERS = "A|B|C|D|E|I|II|III|IV|S|M|XL|XXL|Q1|Q2|Q3|Q4".split("|")
_COLOURS = "Black|White|Red|Blue|Green|Grey|Cream|Navy|Brown|Yellow|Pink|Silver|Teal|Natural".split("|")
_UNITS = "mm|cm|m|ml|L|g|kg|W|V|inch|ft|min|hr|GB|pack|pk|x".split("|")
_AMOUNTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 18, 20, 22, 24, 25, 28, 30, 38, 40, 45, 48, 50, 60, 75, 90)
_AMOUNTS += (100, 120, 150, 200, 210, 250, 300, 400, 500, 600, 750, 900, 1000)
_SPELLED = {"mm": "millimetre", "L": "litre", "kg": "kilo", "inch": "in", "hr": "hour", "min": "mins"}
_SHORT = {"Standard": "Std", "Premium": "Prem", "Galvanised": "Galv", "Aluminium": "Alu", "Table": "Tbl"}
_SHORT |= {"Black": "Blk", "White": "Wht", "Silver": "Slvr", "Installation": "Install", "Service": "Svc"}
_SHORT |= {"Package": "Pkg", "Heavy Duty": "HD", "Monthly": "Mthly", "Annual": "Ann", "Double": "Dbl"}


def generate_goods(name: str, size: int, seed: int) -> Labelled:
    """Two lists of about `size` goods and services; what is gone often left something like it behind."""
    draw = random.Random(seed)
    gone, alike, beside = draw.uniform(0.05, 0.25), draw.uniform(0.2, 0.8), draw.uniform(0.05, 0.4)
    named: dict[str, None] = {}
    while len(named) < size:
        named[_new(draw)] = None
    old, new, truth, taken = [], [], {}, set(named)
    for place, original in enumerate(named):
        here, there = original, _changed(original, draw)
        if draw.random() < 0.5:
            here, there = there, here
        old.append(Item(f"o{place}", here))
        missing = draw.random() < gone
        truth[f"o{place}"] = frozenset[str]() if missing else frozenset({f"n{place}"})
        if not missing:
            new.append(Item(f"n{place}", there))
        other = _other(original, draw)
        if draw.random() < (alike if missing else beside) and other not in taken:
            taken.add(other)
            new.append(Item(f"s{place}", _changed(other, draw) if draw.random() < 0.3 else other))
    draw.shuffle(new)
    same = frozenset(old_id for old_id, found in truth.items() if found)
    return Labelled(name, old, new, truth, same, dict.fromkeys(truth, "goods"))


def _new(draw: Draw) -> str:
    """The name of something to sell: a thing with sizes and a colour, or a service with a number."""
    if draw.random() < 0.35:
        parts = [draw.choice(_SORTS)] if draw.random() < 0.6 else []
        parts.append(draw.choice(_SERVICES))
        if draw.random() < 0.7:
            number, letter = f"No {draw.randint(1, 40)}", draw.choice(_LETTERS)
            parts.append(draw.choice([_size(draw), str(draw.randint(1, 60)), number, letter]))
        return " ".join(parts)
    parts = [draw.choice(_MATERIALS)] if draw.random() < 0.7 else []
    parts.append(draw.choice(_THINGS))
    parts += [_size(draw) for _ in range(draw.choice([0, 1, 1, 2]))]
    if draw.random() < 0.35:
        parts.append(draw.choice(_COLOURS))
    if draw.random() < 0.2:
        parts.insert(draw.randrange(len(parts) + 1), _code(draw))
    if draw.random() < 0.15:
        parts.append(draw.choice(_LETTERS))
    return " ".join(parts)


def _size(draw: Draw) -> str:
    return f"{draw.choice(_AMOUNTS)}{draw.choice(['', ' '])}{draw.choice(_UNITS)}"


def _code(draw: Draw) -> str:
    letters = "".join(draw.choice("ABCDEFGHKLMPRSTVWX") for _ in range(draw.randint(1, 3)))
    return f"{letters}{draw.choice(['', '-'])}{draw.randint(10, 9999)}"


def _other(name: str, draw: Draw) -> str:
    """Something like it that is not the same: another number, colour, material, sort, letter or thing."""
    number = list(re.finditer(r"\d+", name))
    if number and draw.random() < 0.6:
        found = draw.choice(number)
        value = draw.choice([amount for amount in _AMOUNTS if str(amount) != found[0]])
        swapped = found[0][::-1]
        other = swapped if draw.random() < 0.3 and swapped != found[0] and swapped[0] != "0" else str(value)
        return f"{name[: found.start()]}{other}{name[found.end() :]}"
    for words in draw.sample([_COLOURS, _MATERIALS, _SORTS, _LETTERS], 4):
        for word in words:
            if re.search(rf"\b{word}\b", name):
                return name.replace(word, draw.choice([other for other in words if other != word]), 1)
    things = next((words for words in (_THINGS, _SERVICES) if any(word in name for word in words)), _THINGS)
    word = next((word for word in things if word in name), name)
    return name.replace(word, draw.choice(things), 1)


def _changed(name: str, draw: Draw) -> str:
    """The name as somebody else's list has it."""
    kinds: list[Callable[[str, Draw], str]] = [_as_it_is, _units, _short, _order, _prefixed, _marked, _plural]
    kinds += [case, punctuation, cut_off, typing_error]
    for kind in draw.sample(kinds, draw.choice([1, 1, 2])):
        name = kind(name, draw)
    return name


def _as_it_is(name: str, _draw: Draw) -> str:
    return name


def _units(name: str, draw: Draw) -> str:
    def written(found: "re.Match[str]") -> str:
        unit = _SPELLED.get(found[2], found[2]) if draw.random() < 0.5 else found[2]
        return f"{found[1]}{'' if ' ' in found[0] else ' '}{unit}"

    return re.sub(rf"(\d+) ?({'|'.join(_UNITS)})\b", written, name)


def _short(name: str, _draw: Draw) -> str:
    for word, short in _SHORT.items():
        name = re.sub(rf"\b{word}\b", short, name)
    return name


def _order(name: str, draw: Draw) -> str:
    words = name.split()
    place = draw.randrange(len(words))
    return ", ".join([" ".join(words[place:]), " ".join(words[:place])]) if place else name


def _prefixed(name: str, draw: Draw) -> str:
    """With a number of the list's own before or behind it."""
    own = f"{draw.choice(['SKU', 'P', 'IT', 'ITEM', ''])}{draw.randint(1000, 99999)}"
    return draw.choice([f"{own} {name}", f"{own} - {name}", f"{name} ({own})", f"[{own}] {name}"])


def _marked(name: str, draw: Draw) -> str:
    marks = ["(inc VAT)", "*", "NEW", "- DISCONTINUED", "(each)", "per unit", "- stock item", "(old)"]
    return f"{name} {draw.choice(marks)}"


def _plural(name: str, _draw: Draw) -> str:
    words = name.split()
    places = [place for place, word in enumerate(words) if word.isalpha() and len(word) > 3]
    if places:
        word = words[places[-1]]
        words[places[-1]] = word.removesuffix("s") if word.endswith("s") else f"{word}s"
    return " ".join(words)
