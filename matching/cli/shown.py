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
from matching.explain import STANDING_NAMES, Standing
from matching.relaxations import Relaxation
from matching.score import PART_NAMES, PARTS
from matching.tables import MatchRow

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
    """Turn a list and its explanations (one per result) into rows for a file; what is there in part is marked so."""
    partly = "（部分）" if lang == "zh" else " (partly)"
    for rank, (key, reason) in enumerate(zip(found.ids, reasons, strict=True)):
        in_part = reason.labels(Standing.PARTLY, lang=lang)
        yield MatchRow(
            asked=found.asked,
            rank=rank + 1,
            id=key,
            score=found.score(rank),
            has=reason.labels(Standing.HAS, lang=lang) + tuple(label + partly for label in in_part),
            will_have=reason.labels(Standing.WILL_HAVE, lang=lang),
            expected=reason.labels(Standing.EXPECTED, lang=lang),
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


def _why(reason: Explanation, name: str, lang: Literal["zh", "en"]) -> str:
    side = 0 if lang == "zh" else 1
    separator, colon = ("、", "：") if lang == "zh" else (", ", ": ")
    lines = [name] if name else []
    for standing, names in STANDING_NAMES.items():
        labels = reason.labels(standing, lang=lang)
        if labels and standing is not Standing.TO_VERIFY:
            lines.append(f"{names[side]}{colon}{separator.join(labels)}")
    verify = reason.to_verify(lang)
    if verify:
        lines.append(f"{('待核实', 'To verify')[side]}{colon}{separator.join(verify)}")
    return "\n".join(lines)


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
        shown.add_row(str(rank + 1), escape(key), f"{found.score(rank):.3f}", escape(_why(reason, name, lang)))
    out.print(shown)
    separator = "；" if lang == "zh" else "; "
    removed = [f"{removal.label(lang)} {removal.count}" for removal in found.removed if removal.count]
    if removed:
        out.print(
            ("各项条件单独排除：" if lang == "zh" else "Removed by each alone: ") + escape(separator.join(removed))
        )
    if softer:
        changes = separator.join(change.text(lang) for change in softer)
        out.print(("放宽条件可增加：" if lang == "zh" else "More students with softer conditions: ") + escape(changes))
    if found.unscored:
        shown_ids = ", ".join(found.unscored[:10]) + (" …" if len(found.unscored) > 10 else "")
        text = "不参加自动排序、请人工查看" if lang == "zh" else "Refused ranking by machine, for a person to judge"
        out.print(
            f"{text}（{len(found.unscored)}）：{escape(shown_ids)}"
            if lang == "zh"
            else f"{text} ({len(found.unscored)}): {escape(shown_ids)}"
        )
    applied = separator.join(f"{PART_NAMES[part][side]} {found.weights['applied'][part]:.2f}" for part in PARTS)
    out.print(("权重：" if lang == "zh" else "Weights: ") + applied + "\n")
