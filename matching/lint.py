"""Finds discriminatory or forbidden wording in a text, zh or en, cites the law and proposes other words.

    for finding in lint("焊工，限男性，35岁以下"):
        print(finding.text("zh"))

The patterns, their exceptions and rewrites are data (data/rules/wording.csv, categories.csv). A finding is advice for a
person: `refuse` should not be published so, `review` has to be looked at.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matching.rules.law import SEVERITIES, Severity, cite
from matching.vocabulary.load import data_folder, problem, read_rows

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

WORDING_COLUMNS = ("pattern", "category", "lang", "severity", "rewrite", "exceptions")
CATEGORY_COLUMNS = ("category", "name_zh", "name_en", "source", "article", "year")
SEVERITY_NAMES = {
    "refuse": ("不得发布", "must not be published"),
    "review": ("需人工复核", "needs a person's review"),
    "note": ("提示", "note"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule of law has to say about a demand or a text.

    `rule` is the id of the rule or the category of the wording; `place` a field of the demand such as `text` or `pay`;
    `start` and `end` count characters of the original text, None where no phrase is meant; `rewrite` are words that may
    stand for the phrase.
    """

    rule: str
    severity: Severity
    message_zh: str
    message_en: str
    source: str
    place: str | None = None
    start: int | None = None
    end: int | None = None
    surface: str = ""
    rewrite: str = ""

    def text(self, lang: str = "zh") -> str:
        """Say the finding in one line: phrase, message, severity, source and rewrite."""
        zh = lang == "zh"
        name = SEVERITY_NAMES[self.severity][0 if zh else 1]
        message = self.message_zh if zh else self.message_en
        phrase = (f"「{self.surface}」" if zh else f'"{self.surface}" ') if self.surface else ""
        advice = ("；建议改为：" if zh else "; suggested: ") + self.rewrite if self.rewrite else ""
        return (
            f"{phrase}{message}（{name}；{self.source}）{advice}"
            if zh
            else f"{phrase}{message} ({name}; {self.source}){advice}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the finding as plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Category:
    """A ground on which a post may not choose, how it is called, and the law that says so."""

    id: str
    name_zh: str
    name_en: str
    source: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A pattern of words of one category, the longer phrases in which it means no harm, and what to write instead."""

    pattern: re.Pattern[str]
    exceptions: re.Pattern[str] | None
    category: Category
    severity: Severity
    rewrite: str


def load_wording(folder: Path | None = None) -> tuple[Wording, ...]:
    """Read the patterns of a folder, None = the shipped ones.

    Raises VocabularyError that names file, row, column and value where a pattern, category or severity is wrong.
    """
    place = folder or data_folder() / "rules"
    categories = {
        cells["category"]: Category(
            cells["category"],
            cells["name_zh"],
            cells["name_en"],
            cite(cells["source"], cells["article"], cells["year"]),
        )
        for _, cells in read_rows(place / "categories.csv", CATEGORY_COLUMNS)
    }
    path = place / "wording.csv"
    return tuple(_wording(cells, categories, path.name, row) for row, cells in read_rows(path, WORDING_COLUMNS))


def _wording(cells: dict[str, str], categories: dict[str, Category], file: str, row: int) -> Wording:
    def known(column: str, allowed: Iterable[str]) -> None:
        if cells[column] not in allowed:
            names = ", ".join(allowed)
            raise problem(
                "value", f"one of {names}", f"应为 {names} 之一", cells[column], file=file, row=row, column=column
            )

    def compiled(column: str) -> re.Pattern[str]:
        try:
            return re.compile(cells[column], re.IGNORECASE | (re.ASCII if cells["lang"] == "en" else re.UNICODE))
        except re.error as error:
            raise problem(
                "pattern",
                f"no valid pattern: {error}",
                "不是有效的正则表达式",
                cells[column],
                file=file,
                row=row,
                column=column,
            ) from error

    known("category", categories)
    known("severity", SEVERITIES)
    return Wording(
        pattern=compiled("pattern"),
        exceptions=compiled("exceptions") if cells["exceptions"] else None,
        category=categories[cells["category"]],
        severity=next(severity for severity in SEVERITIES if severity == cells["severity"]),
        rewrite=cells["rewrite"],
    )


@functools.cache
def shipped_wording() -> tuple[Wording, ...]:
    """Give the shipped patterns, read once."""
    return load_wording()


def lint(
    text: str,
    vocabulary: Vocabulary | None = None,
    *,
    wording: Iterable[Wording] | None = None,
    place: str | None = None,
) -> list[Finding]:
    """List the discriminatory or forbidden phrases of a text in their order; never raises, whatever the text.

    vocabulary : where given, what lies inside a longer name of a skill, certificate, major or occupation is no finding.
    wording : the patterns in force; None = the shipped ones. place : the demand's field that the text comes from.
    Of phrases of one category that overlap, the first and longest is given.
    """
    plain, origin = _normalised(text)
    found: list[tuple[int, int, Wording]] = []
    for item in shipped_wording() if wording is None else wording:
        spans = [match.span() for match in item.pattern.finditer(plain) if match.end() > match.start()]
        if spans and item.exceptions is not None:
            harmless = [match.span() for match in item.exceptions.finditer(plain)]
            spans = [span for span in spans if not any(low < span[1] and span[0] < high for low, high in harmless)]
        found.extend((origin[start], origin[end - 1] + 1, item) for start, end in spans)
    if found and vocabulary is not None:
        names = [(mention.start, mention.end) for mention in vocabulary.recognise(text)]
        found = [hit for hit in found if not any(_inside(hit, span) for span in names)]
    return [_finding(text, start, end, item, place) for start, end, item in _longest(found)]


def _normalised(text: str) -> tuple[str, list[int]]:
    """Bring full width and capitals to one form; give for each character the place in the original."""
    plain: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        form = unicodedata.normalize("NFKC", character).casefold()
        plain.append(form)
        origin.extend([place] * len(form))
    return "".join(plain), origin


def _inside(hit: tuple[int, int, Wording], span: tuple[int, int]) -> bool:
    return span[0] <= hit[0] and hit[1] <= span[1] and span[1] - span[0] > hit[1] - hit[0]


def _longest(found: list[tuple[int, int, Wording]]) -> Iterator[tuple[int, int, Wording]]:
    ends: dict[str, int] = {}
    for start, end, item in sorted(found, key=lambda hit: (hit[0], -hit[1], SEVERITIES.index(hit[2].severity))):
        if start >= ends.get(item.category.id, 0):
            ends[item.category.id] = end
            yield start, end, item


def _finding(text: str, start: int, end: int, item: Wording, place: str | None) -> Finding:
    category = item.category
    return Finding(
        rule=category.id,
        severity=item.severity,
        message_zh=f"涉及{category.name_zh}的限制或要求",
        message_en=f"a limit or demand on {category.name_en}",
        source=category.source,
        place=place,
        start=start,
        end=end,
        surface=text[start:end],
        rewrite=item.rewrite,
    )
