"""The tables of the platform, one class each: who takes part, what is asked and offered, what happened.

What a student is stands in three tables: `identities` (who), `protected` (never seen by matching) and `students` (the
engine's profile). Rows that others must follow (organisations, users, demands, students ...) carry `version`, which an
ETag shows, and `change`, the number of the last write that touched them.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, Index, String, TypeDecorator, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, declared_attr, mapped_column

ID = 40
NAME = 200
REASON = 500


class Moment(TypeDecorator[datetime]):
    """A point in time, kept in UTC and always given back with its zone, which SQLite forgets."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment into UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a moment in UTC: SQLite forgets the zone, PostgreSQL may give it in another."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """Give the present moment in UTC, in whole microseconds."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """Make an id that says nothing about what it names: a prefix and 80 random bits."""
    return f"{prefix}_{secrets.token_hex(10)}"


class Row(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of all tables; keyword arguments in the constructor, typed by mypy."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: String(NAME),
    }


class Kept(MappedAsDataclass, kw_only=True):
    """What every row has that may be edited: when, how often, and by which write.

    A write made from a version that another write has replaced meanwhile fails, also where both run at the same time.
    """

    created_at: Mapped[datetime] = mapped_column(default_factory=now)
    changed_at: Mapped[datetime] = mapped_column(default_factory=now, onupdate=now)
    version: Mapped[int] = mapped_column(default=1)
    change: Mapped[int] = mapped_column(default=0, index=True)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        """Compare the version in each UPDATE; `Work.touch` raises it."""
        table: Any = cls
        return {"version_id_col": table.__table__.c.version, "version_id_generator": False}


class Organisation(Kept, Row, kw_only=True):
    """A member: an enterprise, a college, or the consortium's own office."""

    __tablename__ = "organisations"
    id: Mapped[str] = mapped_column(String(ID), primary_key=True, default_factory=lambda: new_id("org"))
    kind: Mapped[str]
    """enterprise, college or office (秘书处)."""
    name: Mapped[str] = mapped_column(unique=True)
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True, default=None)
    consortium_role: Mapped[str | None] = mapped_column(default=None)
    """chair, vice_chair, secretary_general, council, member."""
    role_from: Mapped[date | None] = mapped_column(default=None)
    role_until: Mapped[date | None] = mapped_column(default=None)
    verified_on: Mapped[date | None] = mapped_column(default=None)
    verified_until: Mapped[date | None] = mapped_column(default=None)
    active: Mapped[bool] = mapped_column(default=True)


class User(Kept, Row, kw_only=True):
    """An account with one role; `classes` are a college teacher's own, `demands` a recruiter's own order classes."""

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(String(ID), primary_key=True, default_factory=lambda: new_id("usr"))
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str] = mapped_column(repr=False)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), default=None, index=True)
    student_id: Mapped[str | None] = mapped_column(
        ForeignKey("students.id", ondelete="CASCADE"), default=None, unique=True
    )
    classes: Mapped[list[Any]] = mapped_column(default_factory=list)
    demands: Mapped[list[Any]] = mapped_column(default_factory=list)
    lang: Mapped[str] = mapped_column(String(2), default="zh")
    active: Mapped[bool] = mapped_column(default=True)


class Credential(Row, kw_only=True):
    """A session of a browser or a token of a program; only a hash of its secret is kept."""

    __tablename__ = "credentials"
    id: Mapped[str] = mapped_column(String(ID), primary_key=True, default_factory=lambda: new_id("tok"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    """session or token."""
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True, repr=False)
    expires_at: Mapped[datetime]
    label: Mapped[str] = mapped_column(default="")
    csrf: Mapped[str] = mapped_column(String(64), default="", repr=False)
    created_at: Mapped[datetime] = mapped_column(default_factory=now)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class DemandRow(Kept, Row, kw_only=True):
    """A demand as its organisation wrote it (`record`: the values of matching.Demand) and where it stands."""

    __tablename__ = "demands"
    id: Mapped[str] = mapped_column(String(ID), primary_key=True, default_factory=lambda: new_id("dem"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    status: Mapped[str] = mapped_column(default="draft", index=True)
    """draft, submitted, approved, live, paused, filled, closed, expired."""
    record: Mapped[dict[str, Any]]
    number: Mapped[str | None] = mapped_column(default=None)
    """The organisation's own number (岗位编号), by which a second import finds the row."""
    valid_until: Mapped[date | None] = mapped_column(default=None)
    closing_reason: Mapped[str | None] = mapped_column(String(REASON), default=None)
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)


class DemandStep(Row, kw_only=True):
    """One step in a demand's life: from which status to which, when, by whom and why."""

    __tablename__ = "demand_steps"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    demand_id: Mapped[str] = mapped_column(ForeignKey("demands.id", ondelete="CASCADE"), index=True)
    before: Mapped[str]
    after: Mapped[str]
    by: Mapped[str] = mapped_column(String(ID))
    reason: Mapped[str] = mapped_column(String(REASON), default="")
    at: Mapped[datetime] = mapped_column(default_factory=now)


class Student(Kept, Row, kw_only=True):
    """What the engine may see of a student (`record`: the values of matching.Profile), and whose student it is."""

    __tablename__ = "students"
    id: Mapped[str] = mapped_column(String(ID), primary_key=True, default_factory=lambda: new_id("stu"))
    college_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    record: Mapped[dict[str, Any]]
    visible: Mapped[bool] = mapped_column(default=True)
    """The student's own switch: False keeps the profile out of every list."""


class Identity(Row, kw_only=True):
    """Who a student is; read for the college and, after consent, for one enterprise, never by matching."""

    __tablename__ = "identities"
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"), primary_key=True)
    college_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[str]
    """学号, unique in a college; a second import finds the student by it."""
    name: Mapped[str] = mapped_column(repr=False)
    class_name: Mapped[str] = mapped_column(default="", index=True)
    phone: Mapped[str] = mapped_column(default="", repr=False)
    email: Mapped[str] = mapped_column(default="", repr=False)
    __table_args__ = (UniqueConstraint("college_id", "number"),)


class Protected(Row, kw_only=True):
    """Protected attributes, kept for the fairness audit only."""

    __tablename__ = "protected"
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"), primary_key=True)
    sex: Mapped[str] = mapped_column(default="", repr=False)
    born_on: Mapped[date | None] = mapped_column(default=None, repr=False)
    ethnicity: Mapped[str] = mapped_column(default="", repr=False)


class Consent(Row, kw_only=True):
    """What a student agreed to: a purpose, a recipient, dates; under 18 with the guardian's name."""

    __tablename__ = "consents"
    id: Mapped[str] = mapped_column(String(ID), primary_key=True, default_factory=lambda: new_id("con"))
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    """contact (name and contact for one organisation) or profile (the pseudonymous profile for enterprises)."""
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), default=None, index=True)
    given_at: Mapped[datetime] = mapped_column(default_factory=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    guardian: Mapped[str] = mapped_column(default="", repr=False)
    change: Mapped[int] = mapped_column(default=0, index=True)


class Shortlisted(Kept, Row, kw_only=True):
    """A student on the shortlist of a demand, with the stage reached."""

    __tablename__ = "shortlisted"
    id: Mapped[str] = mapped_column(String(ID), primary_key=True, default_factory=lambda: new_id("lst"))
    demand_id: Mapped[str] = mapped_column(ForeignKey("demands.id", ondelete="CASCADE"), index=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    stage: Mapped[str] = mapped_column(default="suggested")
    """suggested, interested, interview, offered, accepted, declined, rejected."""
    notes: Mapped[list[Any]] = mapped_column(default_factory=list)
    """Each {"at", "by", "text"}; the enterprise's own."""
    __table_args__ = (UniqueConstraint("demand_id", "student_id"),)


class ContactRequest(Kept, Row, kw_only=True):
    """An enterprise's wish to know who a student is, and the student's answer."""

    __tablename__ = "contact_requests"
    id: Mapped[str] = mapped_column(String(ID), primary_key=True, default_factory=lambda: new_id("req"))
    demand_id: Mapped[str] = mapped_column(ForeignKey("demands.id", ondelete="CASCADE"), index=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    message: Mapped[str] = mapped_column(String(2000), default="")
    status: Mapped[str] = mapped_column(default="asked")
    """asked, granted, refused, withdrawn."""
    consent_id: Mapped[str | None] = mapped_column(ForeignKey("consents.id", ondelete="SET NULL"), default=None)
    __table_args__ = (UniqueConstraint("demand_id", "student_id"),)


class Import(Kept, Row, kw_only=True):
    """An uploaded table: read, shown (`previewed`), then taken over (`applied`) or dropped."""

    __tablename__ = "imports"
    id: Mapped[str] = mapped_column(String(ID), primary_key=True, default_factory=lambda: new_id("imp"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str]
    """students or demands."""
    file_name: Mapped[str]
    file_hash: Mapped[str] = mapped_column(String(64), index=True)
    by: Mapped[str] = mapped_column(String(ID))
    status: Mapped[str] = mapped_column(default="previewed")
    """previewed, applied, dropped."""
    counts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """rows, rejected, created, changed, unchanged."""
    problems: Mapped[list[Any]] = mapped_column(default_factory=list)


class Shown(Row, kw_only=True):
    """How often a student stood in a list that an organisation was shown, per demand (exposure)."""

    __tablename__ = "shown"
    demand_id: Mapped[str] = mapped_column(ForeignKey("demands.id", ondelete="CASCADE"), primary_key=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"), primary_key=True, index=True)
    times: Mapped[int] = mapped_column(default=0)
    best_rank: Mapped[int] = mapped_column(default=0)


class Audit(Row, kw_only=True):
    """One write, named without personal data; each row's hash covers the row before it."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The change number."""
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(ID), index=True)
    action: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    organisation_id: Mapped[str | None] = mapped_column(String(ID), index=True)
    details: Mapped[dict[str, Any]]
    before: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Head(Row, kw_only=True):
    """The one row that every write locks last: the latest change number and the audit chain's latest hash."""

    __tablename__ = "head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class Removed(Row, kw_only=True):
    """A demand or student that is gone, so that every process takes it out of its index."""

    __tablename__ = "removed"
    kind: Mapped[str] = mapped_column(String(ID), primary_key=True)
    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    change: Mapped[int] = mapped_column(default=0, index=True)


class Repeatable(Row, kw_only=True):
    """What a POST with an Idempotency-Key did, so that the same request gives its answer again; no personal data."""

    __tablename__ = "repeatable"
    key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    subject: Mapped[str] = mapped_column(String(ID), index=True)
    """The record that the answer gives, read anew for it."""
    created_at: Mapped[datetime] = mapped_column(default_factory=now, index=True)


class Setting(Row, kw_only=True):
    """A switch that the operator turns while the platform runs, such as whether profiles are shown at all."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]


Index("audit_subject", Audit.kind, Audit.subject)
