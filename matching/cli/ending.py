"""How the command ends: whatever stops it becomes a message in zh and en and an exit status, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from matching.cli.shown import print_error
from matching.errors import DuikouError, InputError, Problem, RecordError


def run(command: Callable[[], object]) -> None:
    """Call the command; exit status 2 where the input is wrong or the system refuses a file, a full disk included."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        try:
            command()
        finally:
            sys.stdout.flush()
    except DuikouError as error:
        print_error(error)
        sys.exit(2)
    except BrokenPipeError:
        _forget_output()
        sys.exit(0)
    except OSError as error:
        reason, place = error.strerror or str(error), error.filename
        english, chinese = f"can't be read or written: {reason}", f"无法读取或写入：{reason}"
        print_error(InputError(Problem("unreadable", english, chinese, file=str(place or "-"))))
        _forget_output()
        sys.exit(2)


def refuse_to_overwrite(output: str | None, inputs: Iterable[Path | None]) -> None:
    """Raise RecordError where results would be written over one of the tables that they are made from."""
    if output in (None, "-"):
        return
    target = Path(str(output))
    for path in inputs:
        if path is not None and target.exists() and path.exists() and target.samefile(path):
            english, chinese = "this is one of the tables that are read", "这是要读取的表，不能作为输出文件"
            raise RecordError(Problem("overwrite", english, chinese, output, field="--output"))


def _forget_output() -> None:
    """Send what is still to be written nowhere, so that closing standard output at the end can't fail again."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
