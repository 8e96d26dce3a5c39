"""Intuit's published schema as judge over the field names of answers."""

import xml.etree.ElementTree as ET
from functools import cached_property
from pathlib import Path
from typing import Any

XS = "{http://www.w3.org/2001/XMLSchema}"
# Attributes and text of the XML form, which JSON writes as members.
MARKS = {"domain", "sparse", "status"}
REFERENCE = {"value", "name", "type"}


class Schema:
    """The types of all files by name, with the fields of each and of what it extends."""

    def __init__(self, folder: Path) -> None:
        self.roots = [ET.parse(path).getroot() for path in sorted(folder.glob("*.xsd"))]

    @cached_property
    def types(self) -> dict[str, ET.Element]:
        found = (one for root in self.roots for one in root.iter(f"{XS}complexType"))
        return {one.attrib["name"]: one for one in found if "name" in one.attrib}

    @cached_property
    def elements(self) -> dict[str, str]:
        """The type of each element that stands at the top of a file."""
        found = (one for root in self.roots for one in root.findall(f"{XS}element"))
        return {one.attrib["name"]: _local(one.attrib.get("type", "")) for one in found}

    def fields(self, type_name: str) -> dict[str, str]:
        """The names of a type's fields with their types."""
        found: dict[str, str] = {}
        declared = self.types[type_name]
        for extension in declared.iter(f"{XS}extension"):
            base = _local(extension.attrib["base"])
            found |= self.fields(base) if base in self.types else {}
        for element in declared.iter(f"{XS}element"):
            name = _local(element.attrib.get("name") or element.attrib.get("ref", ""))
            found[name] = _local(element.attrib.get("type", "")) or self.elements.get(name, "")
        return found

    def unknown(self, type_name: str, value: Any, path: str = "") -> list[str]:
        """The members of an answer that the schema does not know, as paths."""
        if isinstance(value, list):
            return [found for item in value for found in self.unknown(type_name, item, path)]
        if not isinstance(value, dict) or type_name not in self.types or type_name == "IntuitAnyType":
            return []
        if type_name == "ReferenceType":
            return [f"{path}.{name}" for name in value if name not in REFERENCE]
        known = self.fields(type_name)
        wrong = [f"{path}.{name}" for name in value if name not in known and name not in MARKS]
        inner = (
            self.unknown(known[name], item, f"{path}.{name}") for name, item in value.items() if name in known
        )
        return wrong + [found for one in inner for found in one]


def _local(name: str) -> str:
    return name.rsplit(":", maxsplit=1)[-1]
