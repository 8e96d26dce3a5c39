"""Product lists of two shops, made up: brands, model numbers and words, and how another shop writes them."""

import random
import string
from collections.abc import Sequence
from dataclasses import dataclass

from bookbind.merge.matching.items import Item
from training.lists import Labelled

_SYLLABLES = (
    "zan tor vel mira kor lux nova pent bel dra fon gri hal jov kel lum mex nor pra quil ros sel tam vor"
).split()
_NOUNS = (
    "Camera|Printer|Desk Lamp|Office Chair|Headphones|Telephone|Kettle|Drill|Washing Machine|Speaker"
    "|Car Stereo|Memory Card|Ink Cartridge|Wall Mount|Leather Case|Monitor|Keyboard|Router"
    "|Dishwasher|Microwave"
    "|Vacuum Cleaner|Label Roll|Copier Paper|Screwdriver Set|Battery Charger|Toner|Projector"
    "|Notebook|Coffee Maker"
    "|Air Filter|Work Gloves|Extension Lead|Grill|Refrigerator|Receiver|Remote Control|Clock Radio|Mixer"
).split("|")
_WORDS = (
    "Digital Portable Professional Compact Wireless Deluxe Series Home System Premium Universal"
    " High Definition Cordless Integrated Ultra Slim Heavy Duty Classic Electric Stereo Rechargeable"
    " Programmable Ergonomic Outdoor Refillable Multi Function Energy Saving Touch Smart Dual Flat"
    " Panel Retail Kit With Stand And Adapter"
).split()
_COLOURS = "Black White Red Blue Silver Grey Pink Green Gold".split()
_SIZES = (
    "2GB",
    "4GB",
    "8GB",
    "16GB",
    "500ml",
    "1L",
    "19'",
    "22'",
    "32'",
    "A4",
    "5m",
    "10m",
    "12V",
    "750W",
    "80g",
)


@dataclass(frozen=True, slots=True)
class Ware:
    """A product: its maker, model number, what it is, and what tells it from its siblings."""

    brand: str
    model: str
    noun: str
    words: tuple[str, ...]
    colour: str
    size: str


def generate_products(name: str, size: int, seed: int) -> Labelled:
    """Two lists of about `size` products; many have siblings that differ in a letter or a colour."""
    draw = random.Random(seed)
    brands = ["".join(draw.sample(_SYLLABLES, 2)).title() for _ in range(max(8, size // 12))]
    makers = [(brand, "".join(draw.sample(string.ascii_uppercase, draw.randint(1, 3)))) for brand in brands]
    wares: list[Ware] = []
    while len(wares) < size:
        ware = _new_ware(draw, makers)
        wares.append(ware)
        while draw.random() < 0.45:
            ware = _sibling(ware, draw)
            wares.append(ware)
    wares = list(dict.fromkeys(wares))
    old, new, truth = [], [], {}
    for place, ware in enumerate(wares):
        old_here, new_here = draw.random() < 0.9, draw.random() < 0.9
        if old_here:
            old.append(Item(f"o{place}", _written(ware, draw, plain=draw.random() < 0.6)))
            truth[f"o{place}"] = frozenset({f"n{place}"}) if new_here else frozenset()
        if new_here:
            new.append(Item(f"n{place}", _written(ware, draw, plain=draw.random() < 0.3)))
    draw.shuffle(new)
    same = frozenset(old_id for old_id, found in truth.items() if found)
    return Labelled(name, old, new, truth, same, dict.fromkeys(truth, "product"))


def _new_ware(draw: random.Random, makers: Sequence[tuple[str, str]]) -> Ware:
    brand, letters = draw.choice(makers)
    number = draw.choice(
        [f"{draw.randint(10, 999)}", f"{draw.randint(1000, 9999)}", f"{draw.randint(100, 999) * 10}"]
    )
    tail = "".join(draw.choice(string.ascii_uppercase) for _ in range(draw.choice([0, 0, 1, 2])))
    middle = draw.choice(["", "", "".join(draw.choice(string.ascii_uppercase) for _ in range(2))])
    model = (
        f"{letters}-{middle}{number}{tail}"
        if draw.random() < 0.75
        else f"{number}{draw.randint(10, 99)}{tail}"
    )
    colour = draw.choice(_COLOURS) if draw.random() < 0.5 else ""
    chosen = tuple(draw.sample(_WORDS, draw.randint(1, 5)))
    return Ware(
        brand, model, draw.choice(_NOUNS), chosen, colour, draw.choice(_SIZES) if draw.random() < 0.4 else ""
    )


def _sibling(ware: Ware, draw: random.Random) -> Ware:
    kind = draw.randrange(4)
    if kind == 0:
        digits = [place for place, letter in enumerate(ware.model) if letter.isdigit()]
        place = draw.choice(digits)
        model = f"{ware.model[:place]}{draw.choice(string.digits)}{ware.model[place + 1 :]}"
        return Ware(ware.brand, model, ware.noun, ware.words, ware.colour, ware.size)
    if kind == 1:
        colour = draw.choice(_COLOURS)
        return Ware(ware.brand, f"{ware.model}{colour[0]}", ware.noun, ware.words, colour, ware.size)
    if kind == 2:
        return Ware(
            ware.brand,
            f"{ware.model}{draw.randint(2, 9)}",
            ware.noun,
            ware.words,
            ware.colour,
            draw.choice(_SIZES),
        )
    noun = draw.choice(_NOUNS)
    model = f"{ware.model.split('-')[0]}-{draw.randint(100, 9999)}"
    return Ware(ware.brand, model, noun, ware.words, ware.colour, ware.size)


def _written(ware: Ware, draw: random.Random, *, plain: bool) -> str:
    """The name as one shop writes it: words come and go, and the number takes many shapes."""
    words = [word for word in ware.words if draw.random() < (0.85 if plain else 0.45)]
    noun = ware.noun if draw.random() < 0.85 else ware.noun.split()[-1]
    if not plain:
        words += draw.sample(_WORDS, draw.choice([0, 0, 1, 2, 3]))
        draw.shuffle(words)
    parts = [ware.brand if draw.random() < 0.93 else ""]
    parts += [ware.size if draw.random() < 0.8 else "", *words]
    parts += [ware.colour if draw.random() < 0.75 else "", noun]
    model = _shaped(ware, draw)
    where = draw.random()
    if where < 0.45:
        parts += ["-", model]
    elif where < 0.8:
        parts.insert(1, model)
        if draw.random() < 0.35:
            parts += ["-", _shaped(ware, draw)]
    elif where < 0.95:
        parts.append(f"({model})" if draw.random() < 0.3 else model)
    text = " ".join(part for part in parts if part)
    return text.upper() if draw.random() < 0.06 else text


def _shaped(ware: Ware, draw: random.Random) -> str:
    model = ware.model
    if ware.colour and draw.random() < 0.25:
        model += draw.choice(["", "/", "-"]) + ware.colour[: draw.choice([1, 2, 3])].upper()
    elif draw.random() < 0.08:
        model += draw.choice(["", "-", "/"]) + "".join(draw.choice(string.ascii_uppercase) for _ in range(2))
    change = draw.randrange(4)
    if change == 0:
        return model.replace("-", "")
    if change == 1:
        return model.replace("-", " ") if draw.random() < 0.3 else model
    return model if change == 2 else model.replace("-", "").replace("/", "")
