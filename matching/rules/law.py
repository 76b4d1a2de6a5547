"""The legal rules as data: reads data/rules/rules.csv into `LegalRule` records and says what is wrong with it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matching.domain import DemandKind
from matching.vocabulary.load import data_folder, problem, read_rows, split

Severity = Literal["refuse", "review", "note"]
Side = Literal["pair", "post"]

COLUMNS = (
    *("id", "side", "applies_to", "check", "parameters", "severity", "label_zh", "label_en", "text_zh", "text_en"),
    *("source", "article", "year", "verified"),
)
SEVERITIES: tuple[Severity, ...] = ("refuse", "review", "note")
SIDES: tuple[Side, ...] = ("pair", "post")
ALL_KINDS = "*"


@dataclass(frozen=True, slots=True)
class LegalRule:
    """One rule of law as the product applies it; the words are ours, the source is cited.

    `side` says what is judged: a `pair` of demand and profile, or the `post` alone. `severity`: `refuse` (a pair leaves
    the list, a post should not be published), `review` (a person must look), `note` (to be remembered). `check` names
    the function that judges it, `parameters` its numbers and patterns. `verified` is True only where the text was seen.
    """

    id: str
    side: Side
    applies_to: frozenset[DemandKind]
    check: str
    parameters: tuple[tuple[str, str], ...]
    severity: Severity
    label_zh: str
    label_en: str
    text_zh: str
    text_en: str
    source: str
    article: str
    year: str
    verified: bool

    def parameter(self, name: str) -> str:
        """Give one parameter as text; VocabularyError where the rule has none of this name."""
        for key, value in self.parameters:
            if key == name:
                return value
        raise problem(
            "parameter", f"rule {self.id} needs the parameter {name}", f"规则 {self.id} 缺少参数 {name}", name
        )

    def number(self, name: str) -> float:
        """Give one parameter as a number; VocabularyError where it is none."""
        value = self.parameter(name)
        try:
            return float(value)
        except ValueError:
            raise problem("parameter", f"{name} of rule {self.id} is no number", "参数不是数字", value) from None

    def citation(self) -> str:
        """Cite the source: `职业学校学生实习管理规定（2021）第十六条`; several are separated by `；`."""
        return cite(self.source, self.article, self.year)


def cite(source: str, article: str, year: str) -> str:
    """Write titles with year and article; each column may hold several, separated by semicolons, the same number."""
    titles, articles, years = ([part.strip() for part in column.split(";")] for column in (source, article, year))
    articles += [""] * (len(titles) - len(articles))
    years += [""] * (len(titles) - len(years))
    cited = zip(titles, articles, years, strict=False)
    return "；".join(f"{title}{year and f'（{year}）'}{article}" for title, article, year in cited)


def load_rules(folder: Path | None = None) -> tuple[LegalRule, ...]:
    """Read the rules of a folder, None = the shipped ones.

    Raises VocabularyError that names file, row, column and value where a cell is wrong or an id stands twice.
    """
    path = (folder or data_folder() / "rules") / "rules.csv"
    rules: dict[str, LegalRule] = {}
    for row, cells in read_rows(path, COLUMNS):
        rule = _rule(cells, path.name, row)
        if rule.id in rules:
            raise problem(
                "duplicate_id", "this id stands twice", "代号重复", rule.id, file=path.name, row=row, column="id"
            )
        rules[rule.id] = rule
    return tuple(rules.values())


@functools.cache
def shipped_rules() -> tuple[LegalRule, ...]:
    """Give the shipped rules, read once."""
    return load_rules()


def _rule(cells: dict[str, str], file: str, row: int) -> LegalRule:
    def one_of(column: str, allowed: tuple[str, ...]) -> str:
        if cells[column] not in allowed:
            known = ", ".join(allowed)
            raise problem(
                "value", f"one of {known}", f"应为 {known} 之一", cells[column], file=file, row=row, column=column
            )
        return cells[column]

    kinds = tuple(kind.value for kind in DemandKind)
    named = split(cells["applies_to"])
    unknown = [kind for kind in named if kind not in (*kinds, ALL_KINDS)]
    if unknown or not named:
        shown = ", ".join((*kinds, ALL_KINDS))
        raise problem(
            "value", f"some of {shown}", f"应为 {shown}", cells["applies_to"], file=file, row=row, column="applies_to"
        )
    one_of("side", SIDES)
    one_of("severity", SEVERITIES)
    return LegalRule(
        id=cells["id"],
        side="pair" if cells["side"] == "pair" else "post",
        applies_to=frozenset(DemandKind(kind) for kind in (kinds if ALL_KINDS in named else named)),
        check=cells["check"],
        parameters=tuple(_parameters(cells["parameters"], file, row)),
        severity=next(severity for severity in SEVERITIES if severity == cells["severity"]),
        **{name: cells[name] for name in ("label_zh", "label_en", "text_zh", "text_en", "source", "article", "year")},
        verified=one_of("verified", ("yes", "no")) == "yes",
    )


def _parameters(cell: str, file: str, row: int) -> Iterator[tuple[str, str]]:
    for part in split(cell):
        name, equals, value = part.partition("=")
        if not equals:
            raise problem(
                "parameter", "write name=value", "应写成 名称=值", part, file=file, row=row, column="parameters"
            )
        yield name.strip(), value.strip()
