"""The colours keep the contrast that WCAG 2.2 AA asks for, in both schemes."""

import math
import re
from pathlib import Path

import pytest

import bookbind.web

TOKENS = (Path(bookbind.web.__file__).parent / "static" / "css" / "tokens.css").read_text()
TEXT, PARTS = 4.5, 3.0
ON_SURFACES = ("paper", "surface", "raised", "sunken", "hover")
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "ink-soft", "accent") for ground in ON_SURFACES],
    *[(tone, f"{tone}-tint", TEXT) for tone in ("ok", "warn", "problem", "info")],
    *[(tone, "surface", TEXT) for tone in ("ok", "warn", "problem", "info")],
    *[("ink", f"{tone}-tint", TEXT) for tone in ("ok", "warn", "problem", "info")],
    *[("ink-soft", f"{tone}-tint", TEXT) for tone in ("ok", "warn", "problem", "info", "accent")],
    ("accent-ink", "accent", TEXT),
    ("accent-ink", "accent-strong", TEXT),
    ("accent-strong", "accent-tint", TEXT),
    ("cloth-ink", "cloth", TEXT),
    ("cloth-soft", "cloth", TEXT),
    ("cloth-soft", "cloth-deep", TEXT),
    ("paper", "ink", TEXT),
    ("thread", "cloth", PARTS),
    ("focus", "paper", PARTS),
    ("focus", "surface", PARTS),
    ("line-strong", "surface", PARTS),
]


def luminance(lightness: float, chroma: float, hue: float) -> float:
    """Relative luminance of an OKLCH colour, clipped to sRGB."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    clipped = [min(max(value, 0.0), 1.0) for value in (red, green, blue)]
    return 0.2126 * clipped[0] + 0.7152 * clipped[1] + 0.0722 * clipped[2]


def colour(name: str, scheme: str) -> tuple[float, float, float]:
    value = re.search(rf"--{name}:\s*(.+?);", TOKENS)
    assert value, name
    found = re.findall(r"oklch\(([\d.]+) ([\d.]+) ?([\d.]*)\)", value[1])
    lightness, chroma, hue = found[0] if scheme == "light" else found[-1]
    return float(lightness), float(chroma), float(hue or 0)


@pytest.mark.req("UX-01")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_colours_can_be_told_apart(ink: str, ground: str, least: float, scheme: str) -> None:
    one, other = luminance(*colour(ink, scheme)), luminance(*colour(ground, scheme))
    ratio = (max(one, other) + 0.05) / (min(one, other) + 0.05)
    assert ratio >= least, f"{ink} on {ground}, {scheme}: {ratio:.2f}"


def test_the_sum_is_right() -> None:
    assert luminance(1, 0, 0) == pytest.approx(1, abs=1e-3)
    assert luminance(0, 0, 0) == pytest.approx(0, abs=1e-6)
