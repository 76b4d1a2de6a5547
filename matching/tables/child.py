"""Reads a workbook in a process of its own, with limits of time, memory and output, and takes over only plain rows.

A plain subprocess is used, not `multiprocessing`: that would run the caller's own script again in the child, which
breaks notebooks and scripts without a guard.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Timer
from typing import IO

from matching.tables import workbook
from matching.tables.workbook import RawSheet, restored

START_SECONDS = 30.0
LONGEST_LINE = 16 << 20


class ChildFailed(Exception):
    """The child process gave no workbook; `reason` is `time`, `output` or `damaged`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_apart(content: bytes, seconds: float, memory: int, output: int) -> list[RawSheet]:
    """Parse a workbook in a child that may take `seconds` and `memory` bytes, and answer with `output` bytes at most.

    The clock starts when the child is ready, so a slow start of the interpreter costs nothing. The limit of memory
    holds on Linux; elsewhere the checks of size and the clock are what there is. Raises ChildFailed.
    """
    command = [sys.executable, "-P", str(Path(workbook.__file__))]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=1 << 16
    )
    late = Event()
    if process.stdin is None or process.stdout is None:
        raise ChildFailed("damaged")
    try:
        with _Clock(process, START_SECONDS, late):
            ready = process.stdout.readline()
        if ready != b"ready\n" and ready != b"ready\r\n":
            raise ChildFailed("time" if late.is_set() else "damaged")
        with _Clock(process, seconds, late):
            try:
                with suppress(BrokenPipeError, OSError):
                    process.stdin.write(json.dumps({"memory": memory}).encode() + b"\n" + content)
                    process.stdin.close()
                return _sheets(process.stdout, output)
            except ChildFailed as error:
                raise ChildFailed("time" if late.is_set() else error.reason) from None
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        with suppress(BrokenPipeError, OSError):
            process.stdin.close()


class _Clock:
    """Kills a process after some seconds, unless the block ends before."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float, late: Event) -> None:
        def stop() -> None:
            late.set()
            process.kill()

        self._timer = Timer(seconds, stop)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _sheets(stream: IO[bytes], output: int) -> list[RawSheet]:
    found: list[RawSheet] = []
    left = output
    while line := stream.readline(LONGEST_LINE):
        left -= len(line)
        if left < 0 or len(line) >= LONGEST_LINE:
            raise ChildFailed("output")
        try:
            value = json.loads(line)
        except ValueError as error:
            raise ChildFailed("damaged") from error
        if isinstance(value, list):
            found[-1].rows.append([restored(cell) for cell in value])
        elif "end" in value:
            return found
        else:
            merged = tuple((top, left_, bottom, right) for top, left_, bottom, right in value["merged"])
            found.append(RawSheet(value["sheet"], value["visible"], merged, []))
    raise ChildFailed("damaged")
