"""Reading a page as a person does: its text, its links and buttons, its headings."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

_SILENT = ("script", "style", "template", "title", "svg")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.buttons: list[tuple[str, dict[str, str]]] = []
        self.headings: list[str] = []
        self._silent = 0
        self._open: list[tuple[str, dict[str, str], int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag in ("a", "button", "h1"):
            self._open.append((tag, {name: value or "" for name, value in attrs}, len(self.parts)))
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        if tag in ("a", "button", "h1") and self._open and self._open[-1][0] == tag:
            _, attributes, start = self._open.pop()
            text = _squeeze("".join(self.parts[start:]))
            if tag == "a":
                self.links.append((text, attributes.get("href", "")))
            elif tag == "button":
                self.buttons.append((text, attributes))
            else:
                self.headings.append(text)
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


@dataclass(frozen=True)
class Page:
    """One answer: status, the path it ended at, the visible text, links and buttons in order."""

    status: int
    path: str
    html: str
    text: str
    heading: str
    links: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, dict[str, str]], ...]
    headers: dict[str, str]

    def link(self, text: str) -> str:
        """Where the first link with this text leads."""
        found = [unescape(href) for words, href in self.links if words.startswith(text)]
        assert found, f"no link {text!r} among {[words for words, _ in self.links]}"
        return found[0]

    def has_button(self, text: str) -> bool:
        """Whether there is a button with this text that can be pressed."""
        return any(words == text and "disabled" not in attributes for words, attributes in self.buttons)


def read(response: Any) -> Page:
    """Read an answer of the test client, followed or not."""
    html = response.content.decode() if not response.streaming else ""
    reader = _Reader()
    reader.feed(html)
    chain = getattr(response, "redirect_chain", [])
    path = chain[-1][0] if chain else response.request["PATH_INFO"]
    return Page(
        response.status_code,
        path,
        html,
        _squeeze("".join(reader.parts)),
        reader.headings[0] if reader.headings else "",
        tuple(reader.links),
        tuple(reader.buttons),
        dict(response.headers),
    )


def _squeeze(text: str) -> str:
    return re.sub(r"\s+([.,;:)])", r"\1", " ".join(text.split()))
