"""Read the vocabulary's CSV tables into concepts, and write concepts as the same tables."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matching.domain import Concept, Kind
from matching.errors import Problem, VocabularyError

TABLES: dict[str, Kind] = {
    "skills.csv": Kind.SKILL,
    "majors.csv": Kind.MAJOR,
    "certificates.csv": Kind.CERTIFICATE,
    "trades.csv": Kind.CERTIFICATE,
    "education.csv": Kind.EDUCATION,
    "occupations.csv": Kind.OCCUPATION,
    "regions.csv": Kind.REGION,
}
LISTS = ("forms_zh", "forms_en", "context_forms", "broader", "related", "covers")
COLUMNS = ("id", "zh", "en", *LISTS)
SEPARATOR = ";"


@dataclass(frozen=True, slots=True)
class WordLists:
    """What recognition needs beside the concepts, read from the shipped folder.

    `ambiguous` maps a form to the words one of which must stand in the text, `families` a family of skills to words of
    the same use, `false_hits` the longer word to the forms that it hides (`*工`: any form
    with that end), `levels` each spelling of a skill level to
    1..5 (1 = 五级/初级工).
    """

    ambiguous: dict[str, tuple[str, ...]]
    families: dict[str, tuple[str, ...]]
    false_hits: dict[str, tuple[str, ...]]
    levels: dict[str, int]


def data_folder() -> Path:
    """Find the product's data: inside an installed wheel, else `data/` of the checkout.

    Raises VocabularyError when neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_data", package.parent / "data"):
        if folder.is_dir():
            return folder
    raise problem(
        "missing_data", "the data folder of the installation is missing", "安装缺少数据目录", file=str(package)
    )


def problem(
    rule: str,
    english: str,
    chinese: str,
    value: str | None = None,
    *,
    file: str | None = None,
    row: int | None = None,
    column: str | None = None,
) -> VocabularyError:
    """Make a VocabularyError of one place."""
    return VocabularyError(Problem(rule, english, chinese, value, file, None, row, column))


def read_rows(
    path: Path, required: Sequence[str], delimiter: str = ",", *, whole: bool = False
) -> Iterator[tuple[int, dict[str, str]]]:
    """Read a table row by row as (row number, cells by column); the header is row 1.

    When: every table and release file of the vocabulary. With `whole` the last line must end with a line break, as in
    every official release: one without was cut. Raises VocabularyError that names file, row, column and value when the
    file is missing, isn't UTF-8, lacks a required column, is cut, or has a row of another width.
    """
    try:
        if whole:
            _must_be_whole(path)
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from _rows(stream, path.name, required, delimiter)
    except OSError as error:
        raise problem("unreadable", "the file can't be read", "文件无法读取", error.strerror, file=str(path)) from error
    except UnicodeDecodeError as error:
        raise problem("encoding", "the file is not UTF-8", "文件不是 UTF-8 编码", file=path.name) from error


def _must_be_whole(path: Path) -> None:
    content = path.read_bytes()
    if not content.endswith(b"\n"):
        last = content[content.rfind(b"\n") + 1 :].decode("utf-8", "replace")
        row = content.count(b"\n") + 1
        raise problem("cut", "the last line is cut off", "最后一行不完整", last, file=path.name, row=row)


def _rows(
    lines: Iterable[str], file: str, required: Sequence[str], delimiter: str
) -> Iterator[tuple[int, dict[str, str]]]:
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    reader = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True)
    header = [name.strip() for name in next(reader, [])]
    for name in required:
        if name not in header:
            shown = delimiter.join(header) or None
            raise problem("header", "the column is missing", "缺少此列", shown, file=file, row=1, column=name)
    width = len(header)
    row = reader.line_num
    try:
        for cells in reader:
            row, first = reader.line_num, row + 1
            if cells and len(cells) != width:
                english = f"the row has {len(cells)} cells, the header {width}"
                chinese = f"该行有 {len(cells)} 个单元格，表头有 {width} 个"
                column = header[min(len(cells), width) - 1]
                raise problem("width", english, chinese, cells[0], file=file, row=first, column=column)
            if cells:
                yield first, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        english, chinese = "not a valid table from here on", "自此行起不是有效的表格"
        raise problem("csv", english, chinese, str(error), file=file, row=row + 1) from error


def split(cell: str) -> tuple[str, ...]:
    """Split a cell that holds a list with semicolons."""
    return tuple(part.strip() for part in cell.split(SEPARATOR) if part.strip()) if cell else ()


def read_concepts(folder: Path, release: str) -> list[Concept]:
    """Read the concepts of a folder of tables (shipped, exported or imported: the same form).

    Tables that are absent are skipped, but a folder without any table is an error. Columns beyond the common ones
    become attributes. Raises VocabularyError.
    """
    concepts: list[Concept] = []
    found = False
    for name, kind in TABLES.items():
        path = folder / name
        if path.exists():
            found = True
            concepts.extend(_concept(row, cells, kind, release, name) for row, cells in read_rows(path, ("id", "zh")))
    if not found:
        names = ", ".join(TABLES)
        raise problem("no_tables", f"no vocabulary table in the folder ({names})", "目录中没有词表", file=str(folder))
    return concepts


def _concept(row: int, cells: dict[str, str], kind: Kind, release: str, file: str) -> Concept:
    identifier = cells["id"].strip()
    if not identifier:
        raise problem("empty", "the id is empty", "代号为空", file=file, row=row, column="id")
    if not (cells["zh"].strip() or cells.get("en", "").strip()):
        raise problem("empty", "the concept has no label", "概念没有名称", identifier, file=file, row=row, column="zh")
    forms_zh, forms_en, context_forms, broader, related, covers = (split(cells.get(name, "")) for name in LISTS)
    known = {*COLUMNS, "verified"}
    return Concept(
        identifier,
        kind,
        cells["zh"].strip(),
        cells.get("en", "").strip(),
        forms_zh,
        forms_en,
        context_forms,
        broader,
        related,
        covers,
        {name: value for name, value in cells.items() if value and name not in known},
        cells.get("verified", "") == "yes",
        release,
    )


def read_word_lists(folder: Path) -> WordLists:
    """Read ambiguous forms, families, false hits and levels of the shipped folder."""
    ambiguous = {
        cells["form"]: split(cells["context_words"])
        for _, cells in read_rows(folder / "ambiguous_forms.csv", ("form", "context_words"))
    }
    families = {
        cells["family"]: split(cells["context_words"])
        for _, cells in read_rows(folder / "families.csv", ("family", "context_words"))
    }
    false_hits: dict[str, tuple[str, ...]] = {}
    for _, cells in read_rows(folder / "false_hits.csv", ("form", "longer")):
        false_hits[cells["longer"]] = (*false_hits.get(cells["longer"], ()), cells["form"])
    levels: dict[str, int] = {}
    for row, cells in read_rows(folder / "levels.csv", ("level", "forms")):
        if not cells["level"].isdigit():
            raise problem(
                "number", "not a whole number", "不是整数", cells["level"], file="levels.csv", row=row, column="level"
            )
        levels.update(dict.fromkeys(split(cells["forms"]), int(cells["level"])))
    return WordLists(ambiguous, families, false_hits, levels)


def write_concepts(concepts: Iterable[Concept], folder: Path) -> dict[str, int]:
    """Write concepts as tables into an existing folder; gives the number of rows by file name."""
    by_table: dict[str, list[Concept]] = {}
    for concept in concepts:
        by_table.setdefault(_table_of(concept), []).append(concept)
    for name, members in by_table.items():
        attributes = list(dict.fromkeys(attribute for member in members for attribute in member.attributes))
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow([*COLUMNS, *attributes, "verified"])
            writer.writerows(_cells(member, attributes) for member in members)
    return {name: len(members) for name, members in by_table.items()}


def _table_of(concept: Concept) -> str:
    if concept.id.startswith("trade:"):
        return "trades.csv"
    return next(name for name, kind in TABLES.items() if kind is concept.kind)


def _cells(concept: Concept, attributes: Sequence[str]) -> list[str]:
    lists = [SEPARATOR.join(getattr(concept, name)) for name in LISTS]
    extra = [concept.attributes.get(name, "") for name in attributes]
    return [concept.id, concept.zh, concept.en, *lists, *extra, "yes" if concept.verified else "no"]


def digest(paths: Iterable[Path]) -> str:
    """Give the short sha256 of files' names and contents in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:12]
