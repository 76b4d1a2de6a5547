"""Reads what offices write of certificates: one column with names, or columns of name, level and dates side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import partial

from matching.domain import CertificateClaim
from matching.tables import items
from matching.tables.cells import LONGEST_LABEL, Cell, read_text
from matching.tables.dates import read_day
from matching.tables.items import Form
from matching.tables.read import Row
from matching.tables.words import known_words, plain_form

CERTIFICATE = re.compile(
    r"证书?(?:\W|$)|资格|职称|驾照|驾驶证|(?:[一二三四五]|[1-5])级(?:以上|及以上)?$|(?:初|中|高)级工|技师|1\+x|cet|四六级|等级|操作证|执照",
    re.IGNORECASE,
)
NO_CLAIMS: tuple[CertificateClaim, ...] = ()
HELD = Form("trade_level", dated=True)


def is_certificate(label: str) -> bool:
    """Tell whether an item of a column for skills and certificates names a certificate."""
    return CERTIFICATE.search(unicodedata.normalize("NFKC", label)) is not None


def claims_of(cell: Cell) -> tuple[CertificateClaim, ...]:
    """Read a list of certificates."""
    claims = []
    for item in items.read_items(cell, HELD):
        if item.tags:
            raise cell.wrong("tag_not_allowed", "takes no [tag] in this column", "此列不带 [标记]", item.written)
        claims.append(CertificateClaim(item.label, item.level, item.start, item.end))
    return tuple(claims)


def claims_of_columns(row: Row) -> tuple[CertificateClaim, ...]:
    """Read certificates whose name, level and dates stand in columns side by side, also several times and in lines."""
    claims: list[CertificateClaim] = []
    for number, values in row.lines:
        for place in range(len(row.columns.places.get("certificate_name", ()))):
            cell = _cell(row, "certificate_name", place, number, values)
            if cell is None:
                continue
            named = row.parsed(cell, claims_of, NO_CLAIMS)
            level_cell = _cell(row, "certificate_level", place, number, values)
            issued_cell = _cell(row, "certificate_issued_on", place, number, values)
            until_cell = _cell(row, "certificate_until", place, number, values)
            issued = row.parsed(issued_cell, _last_day, None) if issued_cell else None
            until = row.parsed(until_cell, _last_day, None) if until_cell else None
            for claim in named:
                label, level = _as_written(claim)
                if level_cell is not None and level is None:
                    label, level = row.parsed(level_cell, partial(_levelled, claim), _as_written(claim))
                claims.append(CertificateClaim(label, level, claim.issued_on or issued, claim.valid_until or until))
    return tuple(claims)


def _cell(row: Row, name: str, place: int, number: int, values: Sequence[object]) -> Cell | None:
    positions = row.columns.places.get(name, ())
    return row.at(positions[place], number, values) if place < len(positions) else None


def _as_written(claim: CertificateClaim) -> tuple[str, int | None]:
    return claim.label, claim.level


def _last_day(cell: Cell) -> date | None:
    return read_day(cell, month_end=True)


def _levelled(claim: CertificateClaim, cell: Cell) -> tuple[str, int | None]:
    """Read the column of levels: a rung of the ladder, or words such as 合格 that say no level."""
    text = read_text(cell, LONGEST_LABEL)
    if plain_form(text) in known_words("no_level"):
        return claim.label, None
    label = f"{claim.label}（{text}）"
    return label, None if items.on_own_ladder(claim.label) else items.level_of(cell, text, "trade_level", text)
