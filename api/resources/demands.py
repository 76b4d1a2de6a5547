"""Demands: what an organisation asks for, from draft to closed, each step by whoever may take it and kept as history.

    row = demands.add_demand(work, who, {"title": "氩弧焊工", "requirements": [...]}, number="HR-07")
    row = demands.step(work, who, row.id, "submit", date.today(), vocabulary)
    listed = demands.demand_values(session, who, demands.demands(session, who, status="live"))

What was changed after it was submitted goes back to draft, so that nothing is live that nobody looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.access import Principal, Role, require, rows
from api.errors import Conflict, FieldError, NotFound
from api.live import demand_of
from api.resources.people import months_after
from api.resources.wording import findings, require_lawful
from api.store import Work
from api.store.tables import DemandRow, DemandStep, Organisation, User, new_id
from api.store.versions import require_version
from matching import Demand, Vocabulary
from matching.errors import Problem, RecordError
from matching.records import from_values, to_values

MONTHS_VALID = 6
LONGEST_REASON = 500
EDITED = "内容已修改，需重新提交 / edited, to be submitted again"
Status = Literal["draft", "submitted", "approved", "live", "paused", "filled", "closed", "expired"]
STATUS_NAMES: Mapping[str, tuple[str, str]] = {
    "draft": ("草稿", "draft"),
    "submitted": ("待审核", "submitted"),
    "approved": ("审核通过", "approved"),
    "live": ("招聘中", "live"),
    "paused": ("已暂停", "paused"),
    "filled": ("已招满", "filled"),
    "closed": ("已关闭", "closed"),
    "expired": ("已过期", "expired"),
}
EDITABLE = ("draft", "submitted", "approved", "live", "paused")


@dataclass(frozen=True, slots=True)
class Step:
    """A step in a demand's life: who may take it (an action of access), from which statuses, to which."""

    action: str
    before: tuple[str, ...]
    after: str
    zh: str


STEPS: Mapping[str, Step] = {
    "submit": Step("demand.edit", ("draft",), "submitted", "提交审核"),
    "approve": Step("demand.moderate", ("submitted",), "approved", "审核通过"),
    "reject": Step("demand.moderate", ("submitted",), "draft", "退回修改"),
    "publish": Step("demand.edit", ("approved",), "live", "发布"),
    "pause": Step("demand.edit", ("live",), "paused", "暂停"),
    "resume": Step("demand.edit", ("paused",), "live", "恢复"),
    "fill": Step("demand.edit", ("live", "paused"), "filled", "标记招满"),
    "close": Step("demand.edit", ("submitted", "approved", "live", "paused", "filled", "expired"), "closed", "关闭"),
    "renew": Step("demand.edit", ("expired", "paused", "live"), "live", "续期"),
}


# -- reading


def demands(
    session: Session,
    who: Principal,
    status: str | None = None,
    q: str | None = None,
    after: str = "",
    limit: int | None = 50,
) -> Sequence[DemandRow]:
    """List the demands that a caller sees by id, `limit` (None = all) after an id; `q` is a part of title or number."""
    require(who, "demand.read")
    wanted = select(DemandRow).where(rows(who, DemandRow), DemandRow.id > after)
    if status is not None:
        wanted = wanted.where(DemandRow.status == status)
    if q:
        title = DemandRow.record["title"].as_string().icontains(q, autoescape=True)
        own_number = DemandRow.number.icontains(q, autoescape=True)
        wanted = wanted.where(or_(title, own_number) if _sees_inside(who) else title)
    return session.scalars(wanted.order_by(DemandRow.id).limit(limit)).all()


def demand(session: Session, who: Principal, demand_id: str) -> DemandRow:
    """Find a demand; NotFound where there is none for this caller."""
    require(who, "demand.read")
    found = session.scalar(select(DemandRow).where(rows(who, DemandRow), DemandRow.id == demand_id))
    if found is None:
        raise NotFound("demand", "岗位需求")
    return found


def demand_values(session: Session, who: Principal, found: Sequence[DemandRow]) -> list[dict[str, Any]]:
    """Give demands as plain values with their organisation's name; own number and closing reason only inside."""
    owners = {row.organisation_id for row in found}
    wanted = select(Organisation.id, Organisation.name).where(Organisation.id.in_(owners))
    names = {identifier: name for identifier, name in session.execute(wanted)}
    inside = _sees_inside(who)
    return [
        {
            "id": row.id,
            "organisation_id": row.organisation_id,
            "organisation": names.get(row.organisation_id, ""),
            "status": row.status,
            "number": row.number if inside else None,
            "record": row.record,
            "valid_until": row.valid_until,
            "closing_reason": row.closing_reason if inside else None,
            "version": row.version,
            "created_at": row.created_at,
            "changed_at": row.changed_at,
        }
        for row in found
    ]


def demand_findings(
    session: Session, who: Principal, row: DemandRow, vocabulary: Vocabulary, today: date
) -> list[dict[str, Any]]:
    """Give what the law has to say about a demand, for those who write and those who moderate; [] for all others."""
    if not _sees_inside(who):
        return []
    owner = session.get_one(Organisation, row.organisation_id)
    return [finding.as_dict() for finding in findings(demand_of(row), owner, vocabulary, today)]


def history(session: Session, who: Principal, demand_id: str) -> Sequence[DemandStep]:
    """List a demand's steps, oldest first."""
    row = demand(session, who, demand_id)
    return session.scalars(select(DemandStep).where(DemandStep.demand_id == row.id).order_by(DemandStep.id)).all()


def step_values(who: Principal, taken: DemandStep) -> dict[str, Any]:
    """Give a step as plain values; by whom and why only inside."""
    inside = {"by": taken.by, "reason": taken.reason} if _sees_inside(who) else {"by": None, "reason": None}
    return {"before": taken.before, "after": taken.after, "at": taken.at, **inside}


def _sees_inside(who: Principal) -> bool:
    """Tell whether the caller writes or moderates demands, rather than looking for work or placing students."""
    return who.role in (Role.ENTERPRISE, Role.RECRUITER, Role.SECRETARIAT)


# -- writing


def add_demand(work: Work, who: Principal, record: object, number: str | None = None) -> DemandRow:
    """Keep a draft; RecordError names each wrong field, Conflict where the own number is taken."""
    require(who, "demand.edit")
    if who.organisation_id is None:
        raise NotFound("organisation", "单位")
    identifier = new_id("dem")
    asked = checked(record, identifier)
    row = DemandRow(
        id=identifier,
        organisation_id=who.organisation_id,
        record=record_of(asked),
        number=number or None,
        valid_until=asked.valid_until,
    )
    work.add(row)
    _flush(work)
    work.note("create", "demand", row.id, row.organisation_id)
    return row


def edit_demand(
    work: Work,
    who: Principal,
    demand_id: str,
    if_match: str | None,
    record: object,
    number: str | None = None,
) -> DemandRow:
    """Write a demand anew; one that was submitted, approved, live or paused goes back to draft where it changes."""
    require(who, "demand.edit")
    row = demand(work.session, who, demand_id)
    require_version(row, if_match)
    if row.status not in EDITABLE:
        raise _not_now("edit", "修改", row.status)
    asked = checked(record, row.id)
    before = row.record, row.number
    row.record, row.number, row.valid_until = record_of(asked), number or None, asked.valid_until
    if (row.record, row.number) != before and row.status != "draft":
        _move(work, row, row.status, "draft", EDITED)
    work.touch(row)
    _flush(work)
    work.note("edit", "demand", row.id, row.organisation_id)
    return row


def remove_demand(work: Work, who: Principal, demand_id: str, if_match: str | None) -> None:
    """Delete a draft, also from what recruiters look after; Conflict for what was submitted: that is closed instead."""
    require(who, "demand.edit")
    row = demand(work.session, who, demand_id)
    require_version(row, if_match)
    if row.status != "draft":
        raise _not_now("delete", "删除", row.status)
    owner = row.organisation_id
    for account in work.session.scalars(select(User).where(User.organisation_id == owner)):
        if demand_id in account.demands:
            account.demands = [one for one in account.demands if one != demand_id]
            work.touch(account)
    work.remove("demand", row, row.id)
    work.note("remove", "demand", demand_id, owner)


def step(
    work: Work,
    who: Principal,
    demand_id: str,
    name: str,
    today: date,
    vocabulary: Vocabulary,
    *,
    reason: str = "",
    valid_until: date | None = None,
    if_match: str | None = None,
) -> DemandRow:
    """Take a step of STEPS.

    reason : needed by `close` and `reject`. valid_until : needed by `renew`, at most MONTHS_VALID months ahead.
    if_match : where given, the version that was looked at. Raises Conflict where the status does not allow the step or
    the organisation's verification ran out before the demand would be live, FieldError or RecordError for what is wrong
    with the demand itself: forbidden wording, a date that is past.
    """
    rule = STEPS[name]
    require(who, rule.action)
    row = demand(work.session, who, demand_id)
    if if_match is not None:
        require_version(row, if_match)
    before = "expired" if _is_over(row, today) else row.status
    if before not in rule.before:
        raise _not_now(name, rule.zh, before)
    owner = work.session.get_one(Organisation, row.organisation_id)
    if rule.after == "live":
        _require_verified(owner, today)
    if name in ("close", "reject") and not reason.strip():
        raise FieldError(Problem("missing", "say why", "请填写原因", field="reason"))
    if name == "submit":
        require_lawful(demand_of(row), owner, vocabulary, today)
    if name in ("submit", "publish"):
        _require_ahead(row.valid_until, today, "record.valid_until")
    if name in ("publish", "renew"):
        last = months_after(today, MONTHS_VALID)
        until = _renewed(valid_until, today, last) if name == "renew" else min(row.valid_until or last, last)
        row.valid_until, row.record = until, {**row.record, "valid_until": until.isoformat()}
    if name == "close":
        row.closing_reason = reason.strip()
    _move(work, row, before, rule.after, reason.strip())
    work.touch(row)
    work.note(name, "demand", row.id, row.organisation_id, {"before": before, "after": rule.after})
    return row


def expire(work: Work, today: date) -> int:
    """Let live and paused demands that are past their last day expire, and count them; the server runs it each day."""
    over = select(DemandRow).where(DemandRow.status.in_(("live", "paused")), DemandRow.valid_until < today)
    found = work.session.scalars(over).all()
    for row in found:
        _move(work, row, row.status, "expired", "")
        work.touch(row)
        work.note("expire", "demand", row.id, row.organisation_id)
    return len(found)


def checked(record: object, demand_id: str) -> Demand:
    """Read the values of a demand (without id); RecordError names each wrong field as `record.pay.low`."""
    if not isinstance(record, Mapping):
        return from_values(Demand, record, "record")
    if "id" in record:
        raise RecordError(Problem("unknown_field", "the platform gives the id", "代号由平台给出", field="record.id"))
    return from_values(Demand, {**record, "id": demand_id}, "record")


def record_of(asked: Demand) -> dict[str, Any]:
    """Give a demand as the values that are kept: all but its id."""
    return {name: value for name, value in to_values(asked).items() if name != "id"}


def _move(work: Work, row: DemandRow, before: str, after: str, reason: str) -> None:
    row.status = after
    work.session.add(DemandStep(demand_id=row.id, before=before, after=after, by=work.actor, reason=reason))


def _is_over(row: DemandRow, today: date) -> bool:
    return row.status in ("live", "paused") and row.valid_until is not None and row.valid_until < today


def _not_now(name: str, zh: str, status: str) -> Conflict:
    status_zh, status_en = STATUS_NAMES[status]
    return Conflict(f"a demand that is {status_en} can't take the step {name}", f"「{status_zh}」的岗位不能{zh}")


def _require_verified(owner: Organisation, today: date) -> None:
    if owner.verified_until is None or owner.verified_until < today:
        en = "the organisation's verification ran out; the secretariat renews it"
        raise Conflict(en, "单位核验已过期，请联系秘书处重新核验后再发布")


def _require_ahead(until: date | None, today: date, field: str) -> None:
    if until is not None and until < today:
        raise FieldError(Problem("past", "lies in the past", "日期已过", str(until), field=field))


def _renewed(until: date | None, today: date, last: date) -> date:
    if until is None:
        raise FieldError(Problem("missing", "say until when", "请填写新的截止日期", field="valid_until"))
    _require_ahead(until, today, "valid_until")
    if until > last:
        en, zh = f"at most {MONTHS_VALID} months ahead ({last})", f"最多续期 {MONTHS_VALID} 个月（{last}）"
        raise FieldError(Problem("too_late", en, zh, str(until), field="valid_until"))
    return until


def _flush(work: Work) -> None:
    try:
        work.session.flush()
    except IntegrityError as error:
        en = "another demand of your organisation has this number"
        raise Conflict(en, "本单位已有相同岗位编号的需求") from error
