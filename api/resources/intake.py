"""Uploads of students and demands: read aside, shown with their problems, then taken over whole or dropped.

    row = intake.upload(store, settings, who, "students", "roster.xlsx", stream, today)
    intake.values(settings, row)["status"]              # reading, then previewed (or failed)
    content = intake.error_workbook(session, settings, who, row.id)
    row = intake.apply(store, settings, who, row.id, today)          # in one write; the second time nothing happens
    intake.drop(store, settings, who, row.id)

A table of up to SMALL bytes is read before `upload` returns, a larger one in a process of its own while `values` shows
how many rows are done. The upload and what was read of it stand in a folder under `settings.uploads_folder` until they
are applied or dropped, DAYS_KEPT days at most.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import IO, Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Principal, require, rows
from api.errors import BodyTooLarge, Conflict, DatabaseBusy, NotFound
from api.resources.staging import PROBLEMS, ROWS, TABLE, Said, stage, staged_lines, staged_problems
from api.resources.takeover import count, take_over
from api.settings import Settings
from api.store import Store, Work
from api.store.tables import Import, Organisation, now
from api.store.versions import require_version
from api.store.writing import SYSTEM
from matching.errors import Problem, TableError
from matching.tables import write_errors

Kind = Literal["students", "demands"]
SMALL = 2**18
PIECE = 2**20
DAYS_KEPT = 7
MOST_PROBLEMS, SAMPLE = 100, 5
STALE_SECONDS = 300
TRIES, PAUSE_SECONDS = 30, 2.0
PROGRESS = "progress.json"
INTERRUPTED = Problem("interrupted", "the reading was interrupted; upload the table again", "读取中断，请重新上传")
KEPT = ("reading", "previewed", "failed")


# -- uploading and reading


def upload(
    store: Store, settings: Settings, who: Principal, kind: Kind, file_name: str, stream: IO[bytes], today: date
) -> Import:
    """Keep an upload and read it; BodyTooLarge above `settings.longest_upload` bytes."""
    require(who, f"import.{kind}")
    kept = keep(settings, stream)
    try:
        with store.writing(who) as work:
            row = begin(work, who, kind, file_name, kept)
        settle(settings, row.id, kept)
    finally:
        discard(kept)
    return read(store, settings, who, row.id, today)


def keep(settings: Settings, stream: IO[bytes]) -> Path:
    """Write an upload into a new folder that only the operator's account can read, and give the folder."""
    folder = settings.uploads_folder / f"new-{os.urandom(10).hex()}"
    folder.mkdir(parents=True, mode=0o700)
    size = 0
    with os.fdopen(os.open(folder / TABLE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > settings.longest_upload:
                shutil.rmtree(folder)
                most = f"{settings.longest_upload // 2**20} MB"
                raise BodyTooLarge(Problem("too_large", f"more than {most}", f"超过 {most}", field="file"))
            target.write(piece)
    return folder


def begin(work: Work, who: Principal, kind: Kind, file_name: str, folder: Path) -> Import:
    """Record an upload that `keep` wrote; once that is written, `settle` gives it its folder."""
    require(who, f"import.{kind}")
    row = Import(
        organisation_id=who.organisation_id or "-",
        kind=kind,
        file_name=_plain_name(file_name),
        file_hash=digest(folder),
        by=who.user_id,
        status="reading",
    )
    work.add(row)
    work.note("upload", "import", row.id, row.organisation_id, {"kind": kind})
    return row


def settle(settings: Settings, import_id: str, folder: Path) -> None:
    """Make the folder that `keep` wrote that of an import which has begun."""
    folder.rename(_folder(settings, import_id))
    _say(_folder(settings, import_id), "reading", 0, 0)


def read(store: Store, settings: Settings, who: Principal, import_id: str, today: date) -> Import:
    """Read an upload that has begun: a small one now, a larger one in the background."""
    folder = _folder(settings, import_id)
    if (folder / TABLE).stat().st_size <= SMALL:
        _read(store, settings, who, import_id, today, stage)
    else:
        Thread(target=_read, args=(store, settings, who, import_id, today, _stage_apart), daemon=True).start()
    with store.reading(who) as session:
        return one(session, who, import_id)


def _read(
    store: Store,
    settings: Settings,
    who: Principal,
    import_id: str,
    today: date,
    staged: Callable[[str, Path, str, date, Said], dict[str, int]],
) -> None:
    """Stage an upload, compare it with what stands, and record how it went."""
    folder = _folder(settings, import_id)
    with store.reading(who) as session:
        row = one(session, who, import_id)
        name = session.get_one(Organisation, row.organisation_id).name
    counts: dict[str, int] = {}
    try:
        counts = staged(row.kind, folder, name, today, lambda done, total: _say(folder, "reading", done, total))
        with store.reading(who) as session:
            counts |= count(row.kind, session, who, staged_lines(folder), today)
        problems = [
            {"note": note, **_problem_values(problem)}
            for note, problem in islice(staged_problems(folder, row.file_name), MOST_PROBLEMS)
        ]
        status = "previewed"
    except TableError as error:
        problems, status = [{"note": False, **_problem_values(problem)} for problem in error.problems], "failed"
    _record(store, who, import_id, {"status": status, "counts": counts, "problems": problems})


def _record(store: Store, who: Principal, import_id: str, outcome: Mapping[str, Any]) -> None:
    """Write down how a reading went, unless it was dropped meanwhile; waits while another write is long."""
    for attempt in range(TRIES):
        try:
            with store.writing(who) as work:
                row = one(work.session, who, import_id)
                if row.status == "reading":
                    for name, value in outcome.items():
                        setattr(row, name, value)
                    work.touch(row)
                    work.note("read", "import", row.id, row.organisation_id, outcome["counts"])
            return
        except DatabaseBusy:
            if attempt == TRIES - 1:
                raise
            time.sleep(PAUSE_SECONDS)


def _stage_apart(kind: str, folder: Path, organisation: str, today: date, said: Said) -> dict[str, int]:
    """Stage in a process of its own; it ends with this one, whose pipe it writes to."""
    command = [sys.executable, "-P", "-m", "api.resources.staging", kind, str(folder), organisation, str(today)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        for text in process.stdout or ():
            values = json.loads(text)
            if "counts" in values:
                counts: dict[str, int] = values["counts"]
                return counts
            if "refused" in values:
                raise TableError([Problem(**problem) for problem in values["refused"]])
            said(values["done"], values["rows"])
    raise TableError(INTERRUPTED)


# -- looking


def listed(session: Session, who: Principal, after: str = "", limit: int | None = 50) -> Sequence[Import]:
    """List the organisation's uploads by id; limit None = all."""
    require(who, "import.read")
    wanted = select(Import).where(rows(who, Import), Import.id > after)
    return session.scalars(wanted.order_by(Import.id).limit(limit)).all()


def one(session: Session, who: Principal, import_id: str) -> Import:
    """Find an upload of the organisation; NotFound where there is none."""
    require(who, "import.read")
    found = session.scalar(select(Import).where(rows(who, Import), Import.id == import_id))
    if found is None:
        raise NotFound("import", "导入记录")
    return found


def values(settings: Settings, row: Import) -> dict[str, Any]:
    """Give an upload as plain values: where it stands, counts, the first problems and valid rows.

    `status` : reading, previewed, applying, applied, dropped or failed; `done` of `rows` while it is read or applied.
    """
    folder = _folder(settings, row.id)
    progress = _progress(folder) if row.status in ("reading", "previewed") else None
    status, problems = row.status, list(row.problems)
    if row.status == "reading" and progress is None:
        status, problems = "failed", [{"note": False, **_problem_values(INTERRUPTED)}]
    elif row.status == "previewed" and progress is not None and progress["step"] == "applying":
        status = "applying"
    underway = progress if status in ("reading", "applying") else None
    return {
        "id": row.id,
        "kind": row.kind,
        "file_name": row.file_name,
        "status": status,
        "done": underway and underway["done"],
        "rows": underway["rows"] if underway else row.counts.get("rows"),
        "counts": dict(row.counts),
        "problems": problems,
        "sample": list(islice(staged_lines(folder), SAMPLE)) if row.status == "previewed" and _is_kept(folder) else [],
        "created_at": row.created_at.isoformat(),
        "version": row.version,
    }


def error_workbook(session: Session, settings: Settings, who: Principal, import_id: str) -> bytes:
    """Give the upload back as .xlsx with its problems beside the rows; Conflict once it is applied or dropped."""
    row = one(session, who, import_id)
    require(who, f"import.{row.kind}")
    folder = _folder(settings, import_id)
    _require_kept(row, folder)
    staged = list(staged_problems(folder, row.file_name))
    target = folder / f"errors-{os.urandom(4).hex()}.xlsx"
    try:
        write_errors(
            target,
            folder / TABLE,
            [problem for note, problem in staged if not note],
            [problem for note, problem in staged if note],
            who.lang,
        )
        return target.read_bytes()
    finally:
        target.unlink(missing_ok=True)


# -- applying and dropping


def apply(store: Store, settings: Settings, who: Principal, import_id: str, today: date) -> Import:
    """Take the valid rows over in one write, then delete the upload; one applied before is given back as it is.

    Raises Conflict where it is not read yet, failed or was dropped.
    """
    folder = _folder(settings, import_id)
    with store.writing(who) as work:
        row = one(work.session, who, import_id)
        require(who, f"import.{row.kind}")
        work.session.refresh(row, with_for_update=True)
        if row.status == "applied":
            return row
        _require_kept(row, folder)
        total = row.counts["rows"] - row.counts["rejected"]
        try:
            counts = take_over(
                row.kind, work, who, staged_lines(folder), today, lambda done: _say(folder, "applying", done, total)
            )
            row.status, row.counts = "applied", {**row.counts, **counts}
            row.problems = [{**problem, "value": None} for problem in row.problems]
            work.touch(row)
            work.note("apply", "import", row.id, row.organisation_id, {"kind": row.kind, **counts})
            work.session.flush()
        except BaseException:
            (folder / PROGRESS).unlink(missing_ok=True)
            raise
    discard(folder)
    return row


def drop(store: Store, settings: Settings, who: Principal, import_id: str, if_match: str | None = None) -> Import:
    """Drop an upload that was not applied, then delete its folder; Conflict once it is applied.

    if_match : where given, the version that was looked at; what is dropped can be uploaded again, so none is needed.
    """
    with store.writing(who) as work:
        row = one(work.session, who, import_id)
        require(who, f"import.{row.kind}")
        if if_match is not None:
            require_version(row, if_match)
        if row.status == "applied":
            raise Conflict("it is applied already", "该导入已应用，不能丢弃")
        _drop(work, row)
    discard(_folder(settings, import_id))
    return row


def tidy(store: Store, settings: Settings) -> None:
    """Drop what any organisation left lying for DAYS_KEPT days, and delete folders as old; the server's sweep runs it.

    Folders go once the rows are written, so that a write that fails leaves both.
    """
    edge = now() - timedelta(days=DAYS_KEPT)
    with store.writing(SYSTEM) as work:
        old = work.session.scalars(select(Import).where(Import.status.in_(KEPT), Import.created_at < edge)).all()
        for row in old:
            _drop(work, row)
    for row in old:
        discard(_folder(settings, row.id))
    for folder in settings.uploads_folder.glob("*"):
        with suppress(FileNotFoundError):
            if folder.stat().st_mtime < edge.timestamp():
                discard(folder)


def _drop(work: Work, row: Import) -> None:
    row.status, row.problems = "dropped", []
    work.touch(row)
    work.note("drop", "import", row.id, row.organisation_id)


def _require_kept(row: Import, folder: Path) -> None:
    if row.status != "previewed" or not _is_kept(folder):
        raise Conflict(f"the upload is {row.status}; upload the table again", "该导入没有可用的预览，请重新上传")


# -- the folder of an upload


def _folder(settings: Settings, import_id: str) -> Path:
    return settings.uploads_folder / import_id


def _is_kept(folder: Path) -> bool:
    return (folder / ROWS).exists() and (folder / PROBLEMS).exists()


def digest(folder: Path) -> str:
    """Give the SHA-256 of the upload in a folder."""
    with (folder / TABLE).open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def discard(folder: Path) -> None:
    """Delete an upload's folder, where it still stands."""
    shutil.rmtree(folder, ignore_errors=True)


def _plain_name(file_name: str) -> str:
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable())[:200] or "table"


def _say(folder: Path, step: str, done: int, total: int) -> None:
    """Write how far a step is, whole or not at all; nothing where the upload was dropped meanwhile."""
    fresh = folder / f"{PROGRESS}.{os.getpid()}"
    with suppress(FileNotFoundError):
        fresh.write_text(json.dumps({"step": step, "done": done, "rows": total}))
        os.replace(fresh, folder / PROGRESS)


def _progress(folder: Path) -> dict[str, Any] | None:
    """Read how far a step is; None where nothing was heard of it for STALE_SECONDS."""
    try:
        path = folder / PROGRESS
        if path.stat().st_mtime < time.time() - STALE_SECONDS:
            return None
        found: dict[str, Any] = json.loads(path.read_text())
        return found
    except FileNotFoundError:
        return None


def _problem_values(problem: Problem) -> dict[str, Any]:
    return {
        name: getattr(problem, name) for name in ("sheet", "row", "column", "value", "rule", "message_zh", "message_en")
    }
