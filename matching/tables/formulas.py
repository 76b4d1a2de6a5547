"""Finds the cells of a workbook that hold no usable value: formulas never computed, and errors such as #REF!."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from html import unescape
from xml.etree import ElementTree

PIECE = 1 << 20
LARGEST_PART = 4 << 20
CELL_END = b"</c>"
CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>(?!.*<(?:\w+:)?c\b)', re.S)
FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.S)
VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<", re.S)
IS_ERROR = re.compile(rb'\bt="e"')
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands in a cell without a usable value; `text` is the formula or the error as written."""

    text: str

    def __str__(self) -> str:
        return self.text


def unread_cells(content: bytes, sheet: str) -> dict[tuple[int, int], str]:
    """Give (row, column), from 0, of each formula without a stored value and of each error, with its text."""
    found: dict[tuple[int, int], str] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return {}
        with archive.open(part) as stream:
            rest = b""
            while piece := stream.read(PIECE):
                *whole, rest = (rest + piece).split(CELL_END)
                for text in whole:
                    if b"<f" in text or b":f" in text or b't="e"' in text:
                        _look_at(text, found)
                rest = rest[-LARGEST_PART:]
    return found


def _look_at(text: bytes, found: dict[tuple[int, int], str]) -> None:
    start = max(text.rfind(b"<c "), text.rfind(b":c "))
    cell = CELL.search(text, max(start - 8, 0))
    if cell is None:
        return
    body = text[cell.start() :]
    formula, value = FORMULA.search(body), VALUE.search(body)
    error = IS_ERROR.search(cell[0]) is not None
    if value is not None and not error:
        return
    shown = value[1] if value is not None and error else b"=" + ((formula and formula[1]) or b"")
    place = (int(cell[2]) - 1, _column(cell[1]))
    found[place] = unescape(shown[:LONGEST_SHOWN].decode("utf-8", "replace"))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Find which part of the archive holds a sheet, by name; None where the archive does not say."""
    names = set(archive.namelist())
    try:
        book = ElementTree.fromstring(_small(archive, "xl/workbook.xml"))
        relations = ElementTree.fromstring(_small(archive, "xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError, ValueError):
        return None
    targets = {entry.get("Id"): entry.get("Target", "") for entry in relations}
    for entry in book.iter():
        if entry.tag.endswith("}sheet") and entry.get("name") == sheet:
            target = targets.get(entry.get(RELATION), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in names else None
    return None


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        content = stream.read(LARGEST_PART + 1)
    if len(content) > LARGEST_PART:
        raise ValueError(name)
    return content
