"""The command `duikou lint`: forbidden wording in a text, or all that the law says of a table of demands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from matching import Demand, Vocabulary
from matching.cli.given import file_of, given_text
from matching.cli.shown import err, out, print_json
from matching.errors import Problem, RecordError
from matching.legal import check_demands, lint_demand
from matching.lint import Finding
from matching.lint import lint as lint_text

TABLES = (".csv", ".xlsx", ".xls", ".xlsm")


def lint(
    source: Annotated[
        str, typer.Argument(help="A text, a file with one, a table of demands, or -. 文本、文件、岗位需求表或 -。")
    ],
    lang: Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language of what is printed. 输出语言。")] = "zh",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output. 输出一个 JSON 对象。")
    ] = False,
) -> None:
    """Find discriminatory or forbidden wording and propose other words. 检查歧视性或违规的招聘用语并给出改写。"""
    if source.lower().endswith(TABLES):
        path = file_of(source)
        if path is None:
            raise RecordError(Problem("no_file", "no such file", "没有这个文件", source, field="SOURCE"))
        raise typer.Exit(_lint_table(path, lang, as_json))
    text = given_text(source, "SOURCE")
    found = lint_text(text, Vocabulary.load())
    if as_json:
        print_json({"text": text, "findings": [finding.as_dict() for finding in found]})
        return
    for finding in found:
        out.print(f"{finding.start}-{finding.end} {finding.text(lang)}", markup=False, highlight=False)
    if not found:
        out.print("没有发现问题" if lang == "zh" else "nothing found")


def _lint_table(path: Path, lang: Literal["zh", "en"], as_json: bool) -> int:
    """Check each demand of a table by all rules on posts; give the exit status, 1 where rows were rejected."""
    from matching.tables import read_demands

    table = read_demands(path)
    for problem in table.problems:
        err.print(f"{problem.text('zh')}\n  {problem.text('en')}", markup=False, highlight=False)
    found = check_demands(table.records)
    if as_json:
        listed = [{"id": key, "findings": [finding.as_dict() for finding in those]} for key, those in found.items()]
        print_json({"demands": listed, "rejected_rows": len({problem.row for problem in table.problems})})
    else:
        for key, those in found.items():
            for finding in those:
                out.print(f"{key} {finding.place}: {finding.text(lang)}", markup=False, highlight=False)
        if not any(found.values()):
            out.print("没有发现问题" if lang == "zh" else "nothing found")
    return 1 if table.problems else 0


def warn(demands: Iterable[Demand], vocabulary: Vocabulary, lang: str) -> None:
    """Say on standard error, one line each, what of the demands' wording must not be published or needs a look."""
    for demand in demands:
        for finding in lint_demand(demand, vocabulary):
            if finding.severity != "note":
                err.print(_line(demand, finding, lang), markup=False, highlight=False)


def _line(demand: Demand, finding: Finding, lang: str) -> str:
    return f"{demand.id} {finding.place}: {finding.text(lang)}"
