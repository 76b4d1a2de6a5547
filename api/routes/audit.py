"""/v1/audit: who did what and when, for the auditor and the operator, and whether the log is whole."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from api.deps import Caller, Limit, Records
from api.errors import FieldError
from api.problems import answers
from api.resources import oversight
from api.schemas import Answer
from matching.errors import Problem

router = APIRouter(prefix="/v1/audit", tags=["audit"])
LARGEST_NUMBER = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1970, 2999
Part = Annotated[str | None, Query(max_length=200)]


class AuditRow(Answer):
    """One write, without personal data. 一次写操作。"""

    number: int = Field(description="变更号 / change number", examples=[42])
    at: datetime = Field(description="时间 / when", examples=["2026-11-24T08:00:00Z"])
    actor: str = Field(description="账号代号，system 为系统 / id of the account", examples=["usr_5b1f0c2d3e4f5a6b7c8d"])
    action: str = Field(description="操作 / what was done", examples=["approve"])
    kind: str = Field(description="对象类型 / kind of record", examples=["demand"])
    subject: str = Field(description="对象代号 / id of the record", examples=["dem_5b1f0c2d3e4f5a6b7c8d"])
    organisation_id: str | None = Field(description="所属单位 / organisation", examples=["org_5b1f0c2d3e4f5a6b7c8d"])
    details: dict[str, Any] = Field(description="细节，不含个人信息 / details", examples=[{"fields": ["name"]}])
    before: str = Field(description="上一条的哈希 / hash of the row before")
    hash: str = Field(description="本条的哈希 / hash of this row")


class AuditRows(Answer):
    """Rows of the audit log, newest first. 审计日志。"""

    items: list[AuditRow] = Field(description="本页记录 / this page")
    next: str | None = Field(description="下一页游标，null 表示没有 / cursor of the next page, null at the end")


class Chain(Answer):
    """Whether the audit chain is whole. 审计链是否完整。"""

    whole: bool = Field(description="是否完整 / nothing was changed or removed", examples=[True])
    broken_at: int | None = Field(description="首个不符的变更号 / first number that does not fit", examples=[None])
    rows: int = Field(description="记录数 / rows", examples=[42])


@router.get("", summary="审计日志 / audit log", responses=answers(401, 403, 422))
def audit(
    who: Caller,
    store: Records,
    actor: Part = None,
    action: Part = None,
    kind: Part = None,
    subject: Part = None,
    organisation_id: Part = None,
    since: Annotated[AwareDatetime | None, Query(description="起始时间，含时区 / from, with its zone")] = None,
    until: Annotated[AwareDatetime | None, Query(description="截止时间，含时区 / until, with its zone")] = None,
    limit: Limit = 50,
    cursor: Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER, description="翻页游标 / cursor")] = None,
) -> AuditRows:
    """List what was done, newest first. 按时间倒序列出操作。"""
    asked = {
        "actor": actor,
        "action": action,
        "kind": kind,
        "subject": subject,
        "organisation_id": organisation_id,
    }
    equal = {name: value for name, value in asked.items() if value is not None}
    _require_in_range("since", since)
    _require_in_range("until", until)
    with store.reading(who) as session:
        found = oversight.audit(session, who, equal, since, until, cursor, limit)
    items = [AuditRow(**oversight.audit_values(row)) for row in found]
    return AuditRows(items=items, next=str(items[-1].number) if len(items) == limit else None)


@router.get("/verify", summary="验证审计链 / verify the chain", responses=answers(401, 403))
def verify(who: Caller, store: Records) -> Chain:
    """Recompute every hash of the log. 逐条重算哈希，验证日志未被改动。"""
    with store.reading(who) as session:
        return Chain(**oversight.verify_audit(session, who))


def _require_in_range(field: str, moment: datetime | None) -> None:
    """Refuse a moment so far away that another zone can't express it."""
    if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        en, zh = f"its year must be {FIRST_YEAR} to {LAST_YEAR}", f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间"
        raise FieldError(Problem("range", en, zh, moment.isoformat(), field=field))
