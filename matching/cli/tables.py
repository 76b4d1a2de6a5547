"""The part of the command that deals with tables: blank templates, and what was wrong given back as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from matching.cli.shown import err
from matching.errors import Problem, RecordError

Errors = Annotated[
    Path | None,
    typer.Option(
        "--errors",
        help="Workbook (.xlsx) for your table with its problems beside each row. 把问题写在每行旁边的工作簿。",
        show_default=False,
    ),
]
Curricula = Annotated[
    Path | None,
    typer.Option(
        "--curricula",
        help="Table of curricula: what courses will teach. 培养方案表。",
        show_default=False,
        exists=False,
    ),
]


def template(
    table: Annotated[Literal["demands", "students", "curricula"], typer.Argument(help="Which table. 哪一种表。")],
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write, .xlsx or .csv. 写入的文件。")],
) -> None:
    """Write a blank table to fill in, with an explanation of each column. 写出带填写说明的空白表格。"""
    from matching.tables import write_template

    write_template(output, table)
    err.print(f"written 已写入: {output}", markup=False)


def check_errors_path(errors: Path | None) -> None:
    """Refuse another ending than .xlsx before anything is read."""
    if errors is not None and errors.suffix.lower() != ".xlsx":
        place = Problem(
            "unknown_form", "--errors needs .xlsx", "--errors 的扩展名应为 .xlsx", str(errors), field="--errors"
        )
        raise RecordError(place)


def report(tables: Sequence[tuple[Path, Any]], errors: Path | None) -> int:
    """Print what was left aside and what is wrong in each table read, write the workbooks asked for, count bad rows.

    The first table with problems goes to `errors`, each further one beside it with its own name added.
    """
    rejected, written = 0, 0
    for path, read in tables:
        for note in read.notes:
            err.print(f"{note.text('zh')} / {note.text('en')}", markup=False, highlight=False)
        for problem in read.problems:
            err.print(f"{problem.text('zh')}\n  {problem.text('en')}", markup=False, highlight=False)
        rejected += len({(problem.file, problem.sheet, problem.row) for problem in read.problems})
        if errors is not None and read.problems:
            from matching.tables import write_errors

            target = errors if not written else errors.with_name(f"{errors.stem}-{path.stem}{errors.suffix}")
            write_errors(target, path, read.problems, read.notes)
            err.print(f"problems of {path.name} 的问题: {target}", markup=False)
            written += 1
    if errors is not None and not written:
        err.print("no problems, no workbook written 没有问题，未写出工作簿")
    return rejected
