"""Pages of uploads: a table goes in, its problems are shown cell by cell, then it is taken over or dropped."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from fastapi import APIRouter, Response

from api.access import require
from api.console import forms
from api.console.matches import WORKBOOK
from api.console.render import page, problems_by_field
from api.console.visits import PageRoute, Sent, Visit, Visitor, go
from api.resources import intake
from matching.errors import InputError
from matching.tables import write_template

router = APIRouter(route_class=PageRoute)
Kind = Literal["students", "demands"]
SHOWN = 20


@router.get("/imports/{kind}")
def uploads(visit: Visitor, kind: Kind) -> Response:
    """Show the form to upload a table, and earlier uploads."""
    return _uploads(visit, kind)


@router.post("/imports/{kind}")
def upload(visit: Visitor, kind: Kind, form: Sent) -> Response:
    """Read an uploaded table; nothing is taken over yet."""
    try:
        file = forms.upload(form, "file")
        name = file.filename or "table"
        row = intake.upload(visit.store, visit.settings, visit.who, kind, name, file.file, date.today())
    except InputError as error:
        return _uploads(visit, kind, error)
    return go(f"/imports/{kind}/{row.id}")


@router.get("/imports/{kind}/template.xlsx")
def blank(visit: Visitor, kind: Kind) -> Response:
    """Give a blank table with its headers and an explanation of each column."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.xlsx"
        write_template(path, kind)
        content = path.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{kind}.xlsx"'}
    return Response(content, media_type=WORKBOOK, headers=headers)


@router.get("/imports/{kind}/{import_id}")
def preview(visit: Visitor, kind: Kind, import_id: str) -> Response:
    """Show what was read: counts, problems by cell, the first rows; while reading, how far it is."""
    with visit.store.reading(visit.who) as session:
        found = intake.values(visit.settings, intake.one(session, visit.who, import_id))
    template = "import_state.html" if visit.small else "import.html"
    return page(visit, template, upload=found, kind=found["kind"])


@router.get("/imports/{kind}/{import_id}/errors.xlsx")
def errors(visit: Visitor, kind: Kind, import_id: str) -> Response:
    """Give the table back with its problems beside the rows."""
    with visit.store.reading(visit.who) as session:
        content = intake.error_workbook(session, visit.settings, visit.speaking, import_id)
    headers = {"Content-Disposition": f'attachment; filename="problems-{import_id}.xlsx"'}
    return Response(content, media_type=WORKBOOK, headers=headers)


@router.post("/imports/{kind}/{import_id}/apply")
def apply(visit: Visitor, kind: Kind, import_id: str, form: Sent) -> Response:
    """Take the valid rows over."""
    intake.apply(visit.store, visit.settings, visit.who, import_id, date.today())
    return go(f"/imports/{kind}/{import_id}", "said.applied")


@router.post("/imports/{kind}/{import_id}/drop")
def drop(visit: Visitor, kind: Kind, import_id: str, form: Sent) -> Response:
    """Delete an upload that is not taken over."""
    intake.drop(visit.store, visit.settings, visit.who, import_id, f'"{forms.text(form, "version")}"')
    return go(f"/imports/{kind}", "said.dropped")


def _uploads(visit: Visit, kind: Kind, error: InputError | None = None) -> Response:
    require(visit.who, f"import.{kind}")
    with visit.store.reading(visit.who) as session:
        rows = sorted(intake.listed(session, visit.who, limit=None), key=lambda row: row.created_at, reverse=True)
        items = [intake.values(visit.settings, row) for row in rows[:SHOWN]]
    return page(
        visit,
        "imports.html",
        200 if error is None else 422,
        {} if error is None else problems_by_field(error, visit.lang),
        items=items,
        kind=kind,
        most=visit.settings.longest_upload // 2**20,
    )
