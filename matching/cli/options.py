"""The options that several commands share, each written once, and what `--today` says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from matching.errors import Problem, RecordError

Lang = Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language of what is printed. 输出语言。")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output. 输出一个 JSON 对象。")]
Releases = Annotated[
    list[Path] | None,
    typer.Option("--vocabulary", help="Folder of an imported release to use as well. 另外使用的已导入词表目录。"),
]
Today = Annotated[
    str | None,
    typer.Option("--today", help="Date that counts as today, YYYY-MM-DD. 当作今天的日期。", show_default=False),
]
Given = Annotated[
    str, typer.Argument(help="The text, a file with it, or - for standard input. 文本、文件或 -。", show_default=False)
]


def day_of(today: str | None) -> date | None:
    """Read `--today`; None where it is not given. RecordError where it is no date."""
    try:
        return None if today is None else date.fromisoformat(today)
    except ValueError:
        raise RecordError(Problem("date", "not a date", "不是有效的日期", today, field="--today")) from None
