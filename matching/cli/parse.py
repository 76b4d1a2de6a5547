"""The command `duikou parse`: what a text says, marked in it and listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from matching import Vocabulary
from matching.cli.given import given_text
from matching.cli.options import AsJson, Given, Lang, Releases
from matching.cli.shown import out, print_json
from matching.domain import Importance, Kind
from matching.text import Said, Side, read

HEADERS = {
    "zh": ("位置", "原文", "类别", "概念", "程度", "重要性", "否定"),
    "en": ("span", "text", "kind", "stands for", "level", "importance", "negated"),
}
KINDS = {
    Kind.SKILL: ("技能", "skill"),
    Kind.CERTIFICATE: ("证书", "certificate"),
    Kind.MAJOR: ("专业", "major"),
    Kind.EDUCATION: ("学历", "education"),
    Kind.OCCUPATION: ("职业", "occupation"),
    Kind.REGION: ("地区", "region"),
}
LEVELS = {1: ("了解", "basic"), 2: ("熟悉", "familiar"), 3: ("熟练", "proficient"), 4: ("精通", "expert")}
GRADES = {1: "五级/初级", 2: "四级/中级", 3: "三级/高级", 4: "二级/技师", 5: "一级/高级技师"}
IMPORTANCES = {
    Importance.MUST: ("必须", "must"),
    Importance.SHOULD: ("一般", "should"),
    Importance.NICE: ("优先", "nice"),
}
STYLES = {Importance.MUST: "bold red", Importance.NICE: "green", Importance.SHOULD: "cyan", None: "cyan"}
NOTHING = {"zh": "没有读出任何概念", "en": "nothing understood"}
NEGATED_STYLE = "strike dim"


def parse(
    text: Given,
    side: Annotated[
        Literal["demand", "profile"],
        typer.Option("--side", help="Who says it: an employer's ad or a student. 招聘方还是学生的话。"),
    ] = "demand",
    lang: Lang = "zh",
    as_json: AsJson = False,
    vocabulary: Releases = None,
) -> None:
    """Show what is understood of a text: concepts, levels, must or nice, negation. 显示读懂了什么，逐处标出。"""
    given = given_text(text)
    known = Vocabulary.load(releases=vocabulary or [])
    said = read(given, known, side)
    if as_json:
        print_json({"text": given, "side": side, "said": [_values(one, known) for one in said]})
        return
    out.print(_marked(given, said), soft_wrap=True)
    out.print(_table(said, known, side, lang) if said else NOTHING[lang])


def _values(one: Said, vocabulary: Vocabulary) -> dict[str, Any]:
    """Give one saying as values for JSON."""
    names = [vocabulary.concepts[concept] for concept in one.concepts]
    return {
        "start": one.start,
        "end": one.end,
        "surface": one.surface,
        "kind": one.kind.value,
        "concepts": [{"id": concept.id, "zh": concept.zh, "en": concept.en} for concept in names],
        "level": one.level,
        "importance": one.importance.value if one.importance else None,
        "negated": one.negated,
    }


def _marked(text: str, said: Sequence[Said]) -> Text:
    """Give the text with its sayings in colour, what is negated struck through."""
    shown = Text(text)
    for one in said:
        shown.stylize(NEGATED_STYLE if one.negated else STYLES[one.importance], one.start, one.end)
    return shown


def _table(said: Sequence[Said], vocabulary: Vocabulary, side: Side, lang: Lang) -> Table:
    at = 0 if lang == "zh" else 1
    shown = Table()
    for place, header in enumerate(HEADERS[lang]):
        if side == "demand" or place != HEADERS["en"].index("importance"):
            shown.add_column(header, overflow="fold")
    for one in said:
        names = " | ".join(vocabulary.concepts[concept].name(lang) for concept in one.concepts)
        cells = [
            f"{one.start}-{one.end}",
            escape(one.surface),
            KINDS.get(one.kind, (one.kind.value, one.kind.value))[at],
            escape(names),
            _level(one, at),
            IMPORTANCES[one.importance][at] if one.importance else "",
            (("否定", "negated")[at]) if one.negated else "",
        ]
        if side == "profile":
            del cells[HEADERS["en"].index("importance")]
        shown.add_row(*cells)
    return shown


def _level(one: Said, at: int) -> str:
    if one.level is None:
        return ""
    if one.kind is Kind.CERTIFICATE:
        return f"{one.level} {GRADES[one.level]}" if at == 0 else str(one.level)
    return f"{one.level} {LEVELS[one.level][at]}" if one.level in LEVELS else str(one.level)
