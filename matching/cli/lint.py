"""The command `duikou lint`: forbidden wording in a text, or all that the law says of a table of demands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from matching import Demand, Vocabulary
from matching.cli.given import file_of, given_text
from matching.cli.options import AsJson, Lang
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
    lang: Lang = "zh",
    as_json: AsJson = False,
) -> None:
    """Find discriminatory or forbidden wording and propose other words. 检查歧视性或违规的招聘用语并给出改写。

    Exit status 1 where something found must not be published, or where rows of the table were rejected; what only needs
    a look leaves it at 0. 有不得发布的用语或有行被退回时，退出状态为 1。
    """
    if source.lower().endswith(TABLES):
        path = file_of(source)
        if path is None:
            raise RecordError(Problem("no_file", "no such file", "没有这个文件", source, field="SOURCE"))
        raise typer.Exit(_lint_table(path, lang, as_json))
    text = given_text(source, "SOURCE")
    found = lint_text(text, Vocabulary.load())
    if as_json:
        print_json({"text": text, "findings": [finding.as_dict() for finding in found]})
    else:
        for finding in found:
            out.print(f"{finding.start}-{finding.end} {finding.text(lang)}", markup=False, highlight=False)
        if not found:
            out.print("没有发现问题" if lang == "zh" else "nothing found")
    raise typer.Exit(1 if _refused(found) else 0)


def _refused(found: Iterable[Finding]) -> bool:
    """Tell whether something must not be published."""
    return any(finding.severity == "refuse" for finding in found)


def _lint_table(path: Path, lang: Literal["zh", "en"], as_json: bool) -> int:
    """Check each demand of a table by all rules on posts; give the exit status."""
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
    return 1 if table.problems or any(map(_refused, found.values())) else 0


def warn(demands: Iterable[Demand], vocabulary: Vocabulary, lang: str) -> None:
    """Say on standard error, one line each, what of the demands' wording must not be published or needs a look."""
    for demand in demands:
        for finding in lint_demand(demand, vocabulary):
            if finding.severity != "note":
                err.print(_line(demand, finding, lang), markup=False, highlight=False)


def _line(demand: Demand, finding: Finding, lang: str) -> str:
    return f"{demand.id} {finding.place}: {finding.text(lang)}"
