"""How results look: match lists as tables in the terminal, rows for files, JSON, and errors in both languages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from matching import Explanation, MatchList
from matching.errors import DuikouError, InputError
from matching.explain import Standing, printed
from matching.relaxations import Relaxation
from matching.score import PART_NAMES, PARTS, SCORE_ONE, WEIGHT_ONE
from matching.tables import MatchRow

SHOWN = 10
out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def print_error(error: DuikouError) -> None:
    """Say on standard error what is wrong and where, in zh and en."""
    if isinstance(error, InputError):
        for problem in error.problems:
            err.print(f"{problem.text('zh')}\n  {problem.text('en')}", markup=False, highlight=False)
    else:
        err.print(f"{error.message_zh}\n  {error.message_en}", markup=False, highlight=False)


def print_json(value: dict[str, Any]) -> None:
    """Write one JSON object on a line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def match_rows(
    found: MatchList, reasons: Sequence[Explanation], titles: dict[str, str], lang: str
) -> Iterator[MatchRow]:
    """Turn a list and its explanations (one per result) into rows for a file; what is there in part is marked so.

    What own words mention stands with what is expected, marked too: neither is stated in a field.
    """
    partly = "（部分）" if lang == "zh" else " (partly)"
    mentioned = "（自述提到）" if lang == "zh" else " (own words)"
    for rank, (key, reason) in enumerate(zip(found.ids, reasons, strict=True)):
        in_part = reason.labels(Standing.PARTLY, lang=lang)
        in_words = reason.labels(Standing.MENTIONED, lang=lang)
        yield MatchRow(
            asked=found.asked,
            rank=rank + 1,
            id=key,
            score=found.score(rank),
            has=reason.labels(Standing.HAS, lang=lang) + tuple(label + partly for label in in_part),
            will_have=reason.labels(Standing.WILL_HAVE, lang=lang),
            expected=reason.labels(Standing.EXPECTED, lang=lang) + tuple(label + mentioned for label in in_words),
            missing=reason.labels(Standing.MISSING, lang=lang),
            verify=reason.to_verify(lang),
            title=titles.get(found.asked, ""),
        )


def with_reasons(
    found: MatchList, reasons: Sequence[Explanation], lang: str, softer: Sequence[Relaxation] = ()
) -> dict[str, Any]:
    """Give a list as values for JSON, each result with the labels of what it has, will have, may have and lacks.

    softer : what softer conditions would bring; empty where the list is full and nobody asked.
    """
    values = found.as_dict()
    for result, reason in zip(values["results"], reasons, strict=True):
        result["reasons"] = {standing.value: list(reason.labels(standing, lang=lang)) for standing in Standing}
    values["relaxations"] = [change.as_dict() for change in softer]
    return values


def print_list(
    found: MatchList,
    reasons: Sequence[Explanation],
    title: str,
    lang: Literal["zh", "en"],
    softer: Sequence[Relaxation] = (),
) -> None:
    """Print one list as a table: rank, id, score, and why in lines of what is there, to come, expected and missing.

    Below it: what each condition removed, what softer ones would bring (`softer`), who is unscored, and the weights.
    """
    side = 0 if lang == "zh" else 1
    shown = Table(title=escape(f"{found.asked} {title}"), title_justify="left", title_style="bold", show_lines=True)
    for header in (("名次", "代号", "分数"), ("rank", "id", "score"))[side]:
        shown.add_column(header, no_wrap=True)
    shown.add_column(("理由", "why")[side], overflow="fold")
    for rank, (key, reason) in enumerate(zip(found.ids, reasons, strict=True)):
        name = reason.title if found.direction == "profile" else ""
        lines = [*([name] if name else []), *_wishes(found, rank, lang), *reason.lines(lang, evidence=False)]
        shown.add_row(str(rank + 1), escape(key), f"{found.score(rank):.3f}", escape("\n".join(lines)))
    out.print(shown)
    out.print(escape("\n".join(remarks(found, lang, softer, SHOWN))) + "\n")


def remarks(
    found: MatchList, lang: Literal["zh", "en"], softer: Sequence[Relaxation] = (), most: int | None = None
) -> list[str]:
    """Say what stands beside a list, a line each.

    What softer conditions would bring, how many each condition removed, who is unscored (`most` ids), and the weights.
    """
    zh, separator = lang == "zh", "；" if lang == "zh" else "; "
    lines = []
    if softer:
        changes = separator.join(change.text(lang) for change in softer)
        lines.append(("放宽条件可增加：" if zh else "More students with softer conditions: ") + changes)
    removed = [f"{removal.label(lang)} {removal.count}" for removal in found.removed if removal.count]
    if removed:
        lines.append(("各项条件单独排除：" if zh else "Removed by each alone: ") + separator.join(removed))
    if found.unscored:
        ids = ", ".join(found.unscored[:most]) + (" …" if most is not None and len(found.unscored) > most else "")
        count = len(found.unscored)
        lines.append(
            f"不参加自动排序、请人工查看（{count}）：{ids}"
            if zh
            else f"Refused ranking by machine, for a person to judge ({count}): {ids}"
        )
    units = [round(found.weights["applied"][part] * WEIGHT_ONE) for part in PARTS]
    shares = zip(PARTS, printed(units, WEIGHT_ONE, 2), strict=True)
    applied = separator.join(f"{PART_NAMES[part][0 if zh else 1]} {share}" for part, share in shares)
    return [*lines, ("权重：" if zh else "Weights: ") + applied]


def _wishes(found: MatchList, rank: int, lang: Literal["zh", "en"]) -> list[str]:
    """Say how far the student's own wishes are met, in reciprocal order only."""
    if found.backward is None:
        return []
    share = int(found.backward[rank]) / SCORE_ONE
    return [f"意愿 {share:.2f}" if lang == "zh" else f"wishes {share:.2f}"]
