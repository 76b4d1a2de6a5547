"""Read an O*NET release (tab-separated text files) into concepts."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from matching.domain import Concept, Kind
from matching.vocabulary.forms import key
from matching.vocabulary.load import SEPARATOR, problem, read_rows

ATTRIBUTION = (
    "This product includes information from the O*NET Database by the U.S. Department of Labor, Employment and "
    "Training Administration (USDOL/ETA), used under the CC BY 4.0 license. O*NET is a trademark of USDOL/ETA. "
    "The information was brought into another form; USDOL/ETA has not approved, endorsed, or tested this."
)
FILES = (
    "Occupation Data.txt",
    "Alternate Titles.txt",
    "Related Occupations.txt",
    "Task Statements.txt",
    "Technology Skills.txt",
    "Tools Used.txt",
    "Read Me.txt",
)
_CODE = "O*NET-SOC Code"
_SHAPE = re.compile(r"\d\d-\d{4}\.\d\d")
_PRIMARY = "Primary"


def read_onet(files: dict[str, Path]) -> tuple[list[Concept], dict[str, int]]:
    """Read occupations with alternative titles, and tools and technologies as skills; gives them and other counts.

    Primary related occupations become `related`. A commodity (UNSPSC) is a skill, its examples are narrower skills; an
    occupation keeps its commodities in the attribute `skills`. Task statements are checked and counted: they are
    sentences, not concepts. Raises VocabularyError with file, row, column and value.
    """
    titles = {
        _code(cells, files["Occupation Data.txt"], row): cells["Title"]
        for row, cells in read_rows(files["Occupation Data.txt"], (_CODE, "Title", "Description"), "\t", whole=True)
    }
    alternates = _by_code(files["Alternate Titles.txt"], titles, "Alternate Title")
    shorts = _by_code(files["Alternate Titles.txt"], titles, "Short Title")
    related = _by_code(files["Related Occupations.txt"], titles, "Related O*NET-SOC Code", "Relatedness Tier", _PRIMARY)
    tasks = _by_code(files["Task Statements.txt"], titles, "Task")
    commodities: defaultdict[str, list[str]] = defaultdict(list)
    skills: dict[str, Concept] = {}
    for name in ("Technology Skills.txt", "Tools Used.txt"):
        _read_tools(files[name], titles, skills, commodities)
    occupations = [
        _occupation(code, title, [*alternates[code], *shorts[code]], related[code], commodities[code])
        for code, title in titles.items()
    ]
    return [*occupations, *skills.values()], {"task statements": sum(map(len, tasks.values()))}


def _occupation(code: str, title: str, forms: list[str], related: list[str], commodities: list[str]) -> Concept:
    others = dict.fromkeys(_clean(form) for form in forms if form not in ("n/a", title))
    attributes = {"code": code, "group": code[:6]}
    if commodities:
        attributes["skills"] = SEPARATOR.join(dict.fromkeys(commodities))
    return Concept(
        f"onet:{code}",
        Kind.OCCUPATION,
        "",
        _clean(title),
        forms_en=tuple(others),
        related=tuple(f"onet:{other}" for other in related),
        attributes=attributes,
    )


def _code(cells: dict[str, str], path: Path, row: int, column: str = _CODE) -> str:
    code = cells[column]
    if not _SHAPE.fullmatch(code):
        raise problem(
            "code", "not an O*NET-SOC code", "不是 O*NET-SOC 代码", code, file=path.name, row=row, column=column
        )
    return code


def _known(cells: dict[str, str], path: Path, row: int, titles: dict[str, str], column: str = _CODE) -> str:
    code = _code(cells, path, row, column)
    if code not in titles:
        english, chinese = "names an occupation that the release doesn't hold", "所指职业不在该发布中"
        raise problem("unknown_id", english, chinese, code, file=path.name, row=row, column=column)
    return code


def _by_code(
    path: Path, titles: dict[str, str], column: str, condition: str | None = None, begins: str = ""
) -> defaultdict[str, list[str]]:
    """Collect one column by occupation, of the rows whose `condition` column begins as asked."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row, cells in read_rows(path, (_CODE, column, *([condition] if condition else [])), "\t", whole=True):
        code = _known(cells, path, row, titles)
        if condition is None or cells[condition].startswith(begins):
            found[code].append(_known(cells, path, row, titles, column) if condition else cells[column])
    return found


def _read_tools(
    path: Path, titles: dict[str, str], skills: dict[str, Concept], commodities: defaultdict[str, list[str]]
) -> None:
    """Add the commodities and examples of a file to `skills`, and each occupation's commodities."""
    for row, cells in read_rows(path, (_CODE, "Example", "Commodity Code", "Commodity Title"), "\t", whole=True):
        code = _known(cells, path, row, titles)
        number, title, example = cells["Commodity Code"], _clean(cells["Commodity Title"]), _clean(cells["Example"])
        if not number.isdigit():
            place = {"file": path.name, "column": "Commodity Code"}
            raise problem("code", "not a commodity code", "不是商品代码", number, row=row, **place)
        parent = f"onet:{number}"
        commodities[code].append(parent)
        if parent not in skills:
            skills[parent] = Concept(parent, Kind.SKILL, "", title, attributes={"code": number})
        if key(example) and key(example) != key(title):
            identifier = f"onet:{key(example)}"
            known = skills.get(identifier)
            above = (parent,) if known is None else tuple(dict.fromkeys((*known.broader, parent)))
            skills[identifier] = Concept(identifier, Kind.SKILL, "", known.en if known else example, broader=above)


def _clean(label: str) -> str:
    return " ".join(label.replace(SEPARATOR, ",").split())
