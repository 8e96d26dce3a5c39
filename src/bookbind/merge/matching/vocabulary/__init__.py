"""Word lists as text files: `key: word, word`, one group a line, `#` before remarks."""

from importlib.resources import files


def read_table(name: str) -> list[tuple[str, list[str]]]:
    """The groups of a file, in its order; a key may come several times."""
    text = files("bookbind.merge.matching.vocabulary").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    groups = (line.partition(":") for line in lines)
    return [(key.strip(), [word.strip() for word in words.split(",")]) for key, _, words in groups]
