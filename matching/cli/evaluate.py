"""The command `duikou evaluate`: ranking quality on a task's files, beside open peers, or on judged pairs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table

from matching import Engine, Vocabulary
from matching.cli.encoder import Model, encoder_of
from matching.cli.options import AsJson, Releases
from matching.cli.shown import err, out, print_json
from matching.errors import Problem, RecordError

if TYPE_CHECKING:
    from matching.evaluate import Standing
    from matching.vectorize import Encoder

Fold = Literal["all", "tune", "report"]


def evaluate(
    task: Annotated[
        Path, typer.Argument(help="Folder of a ranking task, or a .jsonl file of judged pairs. 评测目录或文件。")
    ],
    transpose: Annotated[bool, typer.Option("--transpose", help="The demands ask. 由需求发起。")] = False,
    fold: Annotated[Fold, typer.Option("--fold", help="Which queries. 哪些查询。")] = "all",
    peers: Annotated[
        bool, typer.Option("--peers", help="Compare with TF-IDF and BM25 (needs bm25s). 与 TF-IDF、BM25 比较。")
    ] = False,
    dense_model: Annotated[
        Path | None,
        typer.Option(
            "--dense-model",
            help="Folder of a sentence-transformers model to compare with as well. 另与本地句向量模型比较。",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    vocabulary: Releases = None,
    encoder: Model = None,
) -> None:
    """Measure ranking quality: MRR, nDCG@10, MAP, or judged pairs right; beside peers. 评测排序质量。"""
    shipped = Vocabulary.load(releases=vocabulary or [])
    if task.suffix == ".jsonl":
        if transpose or peers or dense_model or fold != "all":
            rule = "--fold, --transpose, --peers and --dense-model do not apply to judged pairs"
            zh = "--fold、--transpose、--peers 和 --dense-model 不适用于成对评判文件"
            raise RecordError(Problem("option", rule, zh, file=task.name))
        _judged_pairs(task, shipped, encoder_of(encoder), as_json)
    else:
        model = encoder_of(encoder)
        _ranking_task(task, transpose, fold, (peers, dense_model), lambda: Engine(shipped, encoder=model), as_json)


def _judged_pairs(file: Path, vocabulary: Vocabulary, encoder: Encoder | None, as_json: bool) -> None:
    from matching.evaluate import JudgedCase, judge

    engine = Engine(vocabulary, reference_on=date(2026, 11, 24), encoder=encoder)
    table = judge(JudgedCase.load(file, vocabulary), engine)
    if as_json:
        print_json(table.as_dict())
        return
    shown = Table("aspect 方面", "right 正确", "total 总数")
    for aspect, (right, total) in table.aspects.items():
        shown.add_row(aspect, str(right), str(total))
    shown.add_row("all 合计", str(table.right), str(table.total), style="bold")
    out.print(shown)


def _ranking_task(
    folder: Path,
    transpose: bool,
    fold: Fold,
    asked: tuple[bool, Path | None],
    fresh: Callable[[], Engine],
    as_json: bool,
) -> None:
    from matching.evaluate import Dense, Task, against, evaluate_task, lexical_peers

    peers, model = asked
    others = lexical_peers() if peers else {}
    if model is not None:
        others[model.name] = Dense(model)
    loaded = Task.load(folder, transpose)
    err.print(f"Ranking {folder.name} ...", markup=False)
    evaluation = evaluate_task(loaded, fresh)
    rows = evaluation.table()
    folds = [str(row["fold"]) for row in rows if fold in ("all", row["fold"])]
    standings = against(loaded, evaluation, others, folds=folds) if others else []
    if as_json:
        facts = {"task": evaluation.task, "direction": "transposed" if transpose else "plain", "fold": fold}
        compared = {"peers": [standing.as_dict() for standing in standings]} if others else {}
        print_json({**evaluation.means(fold), **facts, "folds": rows, **compared})
        return
    shown = Table(*rows[0])
    for row in rows:
        if row["fold"] in folds:
            shown.add_row(*(f"{value:.3f}" if isinstance(value, float) else str(value) for value in row.values()))
    out.print(shown)
    if standings:
        _print_standings(standings)


def _print_standings(standings: list[Standing]) -> None:
    """Print each ranker's measures and, beside a peer's, how far ours lie above it with the 95 % interval."""
    names = list(standings[0].means)
    heads = [head for name in names for head in (name, f"gain 领先 {name}")]
    shown = Table("fold", "ranker 方法", *heads)
    for standing in standings:
        cells = []
        for name in names:
            gain = standing.gains.get(name)
            led = "" if gain is None else f"{gain.difference:+.3f} ({gain.low:+.3f} .. {gain.high:+.3f})"
            cells += [f"{standing.means[name]:.3f}", led]
        shown.add_row(standing.fold, standing.ranker, *cells)
    out.print(shown)
    out.print(
        "gain: ours minus the peer's, with the 95 % interval of a paired bootstrap over the queries. "
        "领先：本引擎减去该方法，括号内为按查询成对自助法的 95% 区间。"
    )
