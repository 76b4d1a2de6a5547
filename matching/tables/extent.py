"""Measures how far the cells of a sheet's XML reach, piece by piece, before any reader is given it."""

from __future__ import annotations

import re
from dataclasses import dataclass

PLAIN_CELL = re.compile(rb'<c(?: (?:r="([A-Z]{1,3})([0-9]{1,7})"|(?!r=)[\w:]{1,40}="[^"<>\']{0,200}"))+ ?(/?)>')
ANY_CELL = re.compile(rb"<(?:\w{1,40}:)?c[\s/>]")
CELL_OR_ROW = re.compile(rb"<(?:\w{1,40}:)?(c|row)([\s/>][^<]{0,200})")
REFERENCE = re.compile(rb"\sr\s*=\s*[\"']\s*([A-Za-z]*)([0-9]{1,18})")
LONGEST_TAG = 1 << 16
LAST_COLUMN, MOST_UNNAMED = 2_000, 400_000


@dataclass(slots=True)
class Extent:
    """The corner that the cells of one part reach; `plain` tells whether all were written in the usual way.

    Empty cells that only carry a style don't count. Cells may come without a reference and tags may be written oddly.
    Then the corner is an estimate, and whoever parses the part should do so apart.
    """

    columns: int = 0
    rows: int = 0
    cells: int = 0
    plain: bool = True
    unnamed: int = 0
    _run: int = 0
    _seam: bytes = b""

    @property
    def grid(self) -> int:
        """Give the number of places up to the corner."""
        return self.columns * self.rows

    @property
    def beyond(self) -> bool:
        """Tell whether the part reaches farther than any workbook can, or has too many cells without a reference."""
        return self.columns > LAST_COLUMN or self.unnamed > MOST_UNNAMED

    def follow(self, piece: bytes) -> None:
        """Take in the next piece of the part."""
        joined = self._seam + piece
        last = joined.rfind(b"<")
        if last >= 0 and len(joined) - last <= LONGEST_TAG:
            self._seam = joined[last:]
            joined = joined[:last]
        else:
            self.plain = self.plain and last < 0
            self._seam = b""
        self._count(joined)

    def finish(self) -> None:
        """Take in what is left at the end of the part."""
        self._count(self._seam)
        self._seam = b""

    def _count(self, text: bytes) -> None:
        count = len(ANY_CELL.findall(text))
        if not count:
            return
        self.cells += count
        references = PLAIN_CELL.findall(text)
        named = [(column, row) for column, row, _ in references if column]
        filled = [(column, row) for column, row, closed in references if column and not closed]
        if filled:
            self.columns = max(self.columns, *(column_number(column) for column in {column for column, _ in filled}))
            self.rows = max(self.rows, max(int(row) for row in {row for _, row in filled}))
        if len(named) < count:
            self.plain = False
            self.unnamed += count - len(named)
            for name, rest in CELL_OR_ROW.findall(text):
                self._step(name == b"c", REFERENCE.search(rest))
                if self.columns > LAST_COLUMN:
                    return

    def _step(self, is_cell: bool, found: re.Match[bytes] | None) -> None:
        if is_cell:
            self._run = max(self._run + 1, column_number(found[1].upper()) if found else 0)
            self.columns = max(self.columns, self._run)
            self.rows = max(self.rows, int(found[2]) if found else 1)
        else:
            self._run = 0
            self.rows = max(self.rows + 1, int(found[2]) if found else 0)


def column_number(letters: bytes) -> int:
    """Give the number, from 1, of a column named by letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
