"""Read the skills that a major's graduates are expected to have, as probabilities per level."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matching.domain import LEVEL_MAX
from matching.vocabulary.load import problem, read_rows

_COLUMNS = tuple(f"p{level}" for level in range(1, LEVEL_MAX + 1))


def read_expectations(path: Path) -> Mapping[str, Mapping[str, tuple[float, ...]]]:
    """Read major or class code -> skill id -> (P(level >= 1), ..., P(level >= 5)); empty where there is no file.

    Raises VocabularyError for a value outside 0..1 or one that rises with the level.
    """
    table: dict[str, dict[str, tuple[float, ...]]] = {}
    if not path.exists():
        return table
    for row, cells in read_rows(path, ("major_or_class", "skill_id", *_COLUMNS)):
        shares = tuple(_share(cells[column], path.name, row, column) for column in _COLUMNS)
        for column, lower, higher in zip(_COLUMNS[1:], shares, shares[1:], strict=False):
            if higher > lower:
                english, chinese = "more probable than the level below", "高于下一级的概率"
                raise problem("monotone", english, chinese, cells[column], file=path.name, row=row, column=column)
        table.setdefault(cells["major_or_class"], {})[cells["skill_id"]] = shares
    return table


def _share(text: str, file: str, row: int, column: str) -> float:
    try:
        share = float(text or "0")
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise problem(
            "share", "not a number from 0 to 1", "不是 0 到 1 之间的数", text, file=file, row=row, column=column
        )
    return share
