"""The tables of docs/quality.md, made of the figures in docs/campaigns/: what a reader sees is what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "quality.md"
QUALITY, ABLATION, MORE = (ROOT / "docs" / "campaigns" / f"{name}.json" for name in ("quality", "ablation", "more"))
FOLDS, DIRECTIONS, MEASURES = ("report", "tune"), ("plain", "transposed"), ("MRR", "nDCG@10")
OURS, WHOLE = "duikou", "everything"
DECIMALS = 4
Row = Mapping[str, Any]


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write figures one row a line, keys sorted, real numbers rounded."""
    lines = [json.dumps(_rounded(row), ensure_ascii=False, sort_keys=True) for row in rows]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def read_rows(path: Path) -> list[Row]:
    """Read figures; none where there is no file yet."""
    rows: list[Row] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return rows


def with_tables(text: str) -> str:
    """Put the tables of the figures between their marks in the page's text."""
    quality = read_rows(QUALITY)
    made = {"summary": _summary(quality), "ablation": _ablation(read_rows(ABLATION))}
    made |= {f"{fold} {direction}": _table(quality, fold, direction) for fold in FOLDS for direction in DIRECTIONS}
    made["melo"] = _melo(quality)
    made["more"] = _more(quality, read_rows(MORE))
    for mark, lines in made.items():
        before, _, rest = text.partition(f"<!-- {mark} -->\n")
        _, _, after = rest.partition(f"<!-- end of {mark} -->\n")
        text = "\n".join([f"{before}<!-- {mark} -->\n", *lines, "", f"<!-- end of {mark} -->\n{after}"])
    return text


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    return {key: _rounded(one) for key, one in value.items()} if isinstance(value, Mapping) else value


def _names(rows: Sequence[Row], key: str) -> list[str]:
    return list(dict.fromkeys(row[key] for row in rows))


def _chosen(rows: Sequence[Row], **wanted: str) -> list[Row]:
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def _both(row: Row) -> str:
    return " / ".join(f"{row[name]:.3f}" for name in MEASURES)


def _lead(gain: Row) -> str:
    return f"{gain['difference']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})"


def _best(rows: Sequence[Row], measure: str) -> Row:
    """Give the peer with the highest value; the first of equals."""
    return max((row for row in rows if row["ranker"] != OURS), key=lambda row: float(row[measure]))


def _table(rows: Sequence[Row], fold: str, direction: str) -> list[str]:
    """Show one task a line: ours, each peer, and our gain over the best peer of each measure with its interval."""
    chosen = [row for row in _chosen(rows, fold=fold, direction=direction) if "MRR" in row]
    peers = [name for name in _names(chosen, "ranker") if name != OURS]
    heads = ["task", "queries", "**ours**", *peers, "gain in MRR over the best", "gain in nDCG@10 over the best"]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for task in _names(chosen, "task"):
        of_task = _chosen(chosen, task=task)
        by_name = {row["ranker"]: row for row in of_task}
        cells = [_both(by_name[name]) if name in by_name else "-" for name in peers]
        leads = [_lead(_best(of_task, name)["gains"][name]) for name in MEASURES]
        lines.append(_line([task, str(by_name[OURS]["queries"]), f"**{_both(by_name[OURS])}**", *cells, *leads]))
    return lines


def _summary(rows: Sequence[Row]) -> list[str]:
    """Count, per peer and fold, where our gain's interval lies above 0, around it or below it."""
    heads = ["against", "fold", "measure", "ahead", "undecided", "behind", "mean gain"]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for peer in [name for name in _names(rows, "ranker") if name != OURS]:
        for fold in FOLDS:
            for measure in MEASURES:
                gains = [row["gains"][measure] for row in _chosen(rows, ranker=peer, fold=fold) if measure in row]
                ahead, behind = sum(gain["low"] > 0 for gain in gains), sum(gain["high"] < 0 for gain in gains)
                mean = sum(gain["difference"] for gain in gains) / len(gains)
                counts = [str(ahead), str(len(gains) - ahead - behind), str(behind)]
                lines.append(_line([peer, fold, measure, *counts, f"{mean:+.3f}"]))
    return lines


def _melo(rows: Sequence[Row]) -> list[str]:
    chosen = [row for row in rows if "MAP" in row]
    lines = [_line(["fold", "queries", "ranker", "MAP", "our gain"]), _line(["---"] * 5)]
    for row in chosen:
        if row["fold"] in FOLDS:
            led = _lead(row["gains"]["MAP"]) if row["gains"] else ""
            lines.append(_line([row["fold"], str(row["queries"]), row["ranker"], f"{row['MAP']:.3f}", led]))
    return lines


def _more(plain: Sequence[Row], more: Sequence[Row]) -> list[str]:
    """Show one task a line on the report fold: ours as shipped, then with each thing that may be added."""
    names = _names(more, "name")
    lines = [_line(["task", "direction", "**ours**", *names]), _line(["---"] * (3 + len(names)))]
    for row in _chosen(plain, ranker=OURS, fold="report"):
        place = {"task": row["task"], "direction": row["direction"], "fold": "report"}
        found = [_chosen(more, name=name, **place) for name in names]
        shown = _both if "MRR" in row else lambda one: f"{one['MAP']:.3f}"
        cells = [shown(rows[0]) if rows else "-" for rows in found]
        lines.append(_line([row["task"], row["direction"], f"**{shown(row)}**", *cells]))
    return lines


def _ablation(rows: Sequence[Row]) -> list[str]:
    """Show what each idea is worth: everything minus the engine without it, MRR / nDCG@10, tune and report apart."""
    tasks = _names(rows, "task")
    lines = [_line(["without", "fold", "direction", *tasks]), _line(["---"] * (3 + len(tasks)))]
    for name in _names(rows, "name"):
        if name == WHOLE:
            continue
        for fold in ("tune", "report"):
            for direction in DIRECTIONS:
                cells = []
                for task in tasks:
                    place = {"task": task, "fold": fold, "direction": direction}
                    pairs = zip(_chosen(rows, name=WHOLE, **place), _chosen(rows, name=name, **place), strict=False)
                    changes = [
                        " / ".join(f"{less[one] - whole[one]:+.3f}" for one in MEASURES) for whole, less in pairs
                    ]
                    cells.append(changes[0] if changes else "-")
                lines.append(_line([name.removeprefix("without "), fold, direction, *cells]))
    return lines


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
