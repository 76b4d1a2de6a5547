"""What a certificate says: why a student sits in a class or doesn't, and what would have changed it, in zh and en."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from matching.allocate.round import Reason


class Case(StrEnum):
    """Why a student sits in a class or doesn't; of several that hold, the first in this order is said."""

    SEATED = "seated"
    NOT_LISTED = "not_listed"
    NO_CONSENT = "no_consent"
    NOT_ELIGIBLE = "not_eligible"
    FORBIDDEN = "forbidden"
    LEFT_OFF = "left_off"
    CLOSED = "closed"
    PINNED = "pinned"
    PREFERRED = "preferred"
    WAITLISTED = "waitlisted"
    FULL = "full"


LIFTED = {
    Case.NO_CONSENT: ("你本人（未满 18 周岁时还有监护人）已同意", "you, and under 18 your guardian, had consented"),
    Case.NOT_ELIGIBLE: ("你符合该班的硬性条件", "you had met the class's conditions"),
    Case.FORBIDDEN: ("取消这项人工决定", "that decision had not been made"),
    Case.LEFT_OFF: ("班级把你列入名单（即使排在最后）", "the class had listed you, even as the last"),
    Case.CLOSED: ("这个班仍然开班", "the class had been opened all the same"),
    Case.PINNED: ("不再固定你的班级", "you had not been pinned"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change that suffices, all else and the decision on which classes open being the same.

    lifts : obstacles that would have to go. above : the student would have to list the class just above this one; ""
    = at the end of the list; None = the list stays. place : the class would have to rank the student there or higher;
    one place lower would not do. seats : more seats in the class, and in all its groups around the student; one fewer
    would not do. leads_to : the class in which the student would sit: this one, or one that the student prefers.
    """

    student: str
    class_id: str
    lifts: tuple[Case, ...] = ()
    above: str | None = None
    place: int | None = None
    seats: int = 0
    leads_to: str = ""

    @property
    def is_none(self) -> bool:
        """Tell whether nothing is changed."""
        return not self.lifts and self.above is None and self.place is None and not self.seats

    def text(self, lang: str = "zh") -> str:
        """Say it in one sentence."""
        side = 0 if lang == "zh" else 1
        parts = [LIFTED[case][side] for case in self.lifts if not (case is Case.LEFT_OFF and self.place)]
        if self.above:
            listed = (
                f"你把「{self.class_id}」排在「{self.above}」之前",
                f"you had listed {self.class_id} above {self.above}",
            )
            parts.append(listed[side])
        elif self.above is not None:
            parts.append((f"你填报了「{self.class_id}」", f"you had listed {self.class_id}")[side])
        if self.place is not None:
            zh = f"班级名单中你排在第 {self.place} 位或更前"
            parts.append((zh, f"the class had ranked you at place {self.place} or higher")[side])
        if self.seats:
            zh = f"班级（和你所在的名额组）多 {self.seats} 个名额"
            more = f"the class (and your seat groups) had {self.seats} more seat{'s' if self.seats > 1 else ''}"
            parts.append((zh, more)[side])
        if side == 0:
            return f"如果{'，并且'.join(parts)}，你会被「{self.leads_to}」录取。"
        return f"If {', and '.join(parts)}, you would sit in {self.leads_to}."

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Give the change as plain values for JSON."""
        return {
            "lifts": [case.value for case in self.lifts],
            "above": self.above,
            "place": self.place,
            "seats": self.seats,
            "leads_to": self.leads_to,
            "text": self.text(lang),
        }


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why one student sits in one class or doesn't.

    rank : the student's rank of the class, from 1. seat : where the student sits, None for nowhere. place, listed : the
    student's place in the class's ranking, and how many it ranks. waits_at : position on the waitlist. group, seats :
    the innermost part of the class that is full ("" = the class itself) and its seats. in_front : the codes of those
    whose leaving would make room there, all ranked above; they are for staff, and no text holds them. by_lot : one of
    them has an equal score and the better lot. lacking : students that a closed class would lack if it were open.
    changes : each suffices by itself; empty where none of these kinds does.
    """

    student: str
    class_id: str
    case: Case
    rank: int | None = None
    seat: str | None = None
    place: int | None = None
    listed: int = 0
    waits_at: int | None = None
    group: str = ""
    seats: int = 0
    in_front: tuple[str, ...] = ()
    by_lot: bool = False
    reason: Reason | None = None
    lacking: int = 0
    changes: tuple[Change, ...] = ()

    def text(self, lang: str = "zh") -> str:
        """Say why, and what would have changed it, a line each; nothing in it is about another student."""
        said = self._why_zh() if lang == "zh" else self._why_en()
        return "\n".join([said, *(change.text(lang) for change in self.changes)])

    def _why_zh(self) -> str:
        name = f"「{self.class_id}」"
        reason = self.reason.zh if self.reason else ""
        short = f"人数低于下限，还差 {self.lacking} 人" if self.lacking else "经人工决定关闭"
        said = {
            Case.SEATED: f"你已被{name}录取，是你的第 {self.rank} 志愿。",
            Case.NOT_LISTED: f"你没有填报{name}。",
            Case.NO_CONSENT: "缺少你本人或监护人的同意，不能录取到任何班级。",
            Case.NOT_ELIGIBLE: f"你不符合{name}的条件：{reason}。",
            Case.FORBIDDEN: f"经人工决定，你不录入{name}。",
            Case.LEFT_OFF: f"{name}没有把你列入名单。",
            Case.CLOSED: f"{name}不开班：{short}。",
            Case.PINNED: f"经人工决定，你固定在「{self.seat}」。",
            Case.PREFERRED: f"你已被「{self.seat}」录取，你对它的志愿不低于{name}。",
        }
        if self.case in said:
            return said[self.case]
        part = f"名额组「{self.group}」" if self.group else "班级"
        waits = f"你是{name}候补第 {self.waits_at} 位：" if self.case is Case.WAITLISTED else f"{name}已满："
        lots = "，其中有人与你同分，先后由抽签决定" if self.by_lot else ""
        return (
            f"{waits}{part}的 {self.seats} 个名额中，能让给你的 {len(self.in_front)} 个都由排在你之前的人占用"
            f"（班级名单共 {self.listed} 人，你排第 {self.place} 位）{lots}。"
        )

    def _why_en(self) -> str:
        reason = self.reason.en if self.reason else ""
        short = f"it is {self.lacking} short of its minimum" if self.lacking else "a person decided so"
        said = {
            Case.SEATED: f"You sit in {self.class_id}, your choice number {self.rank}.",
            Case.NOT_LISTED: f"You did not list {self.class_id}.",
            Case.NO_CONSENT: "Your consent, or your guardian's, is missing: you can't be seated in any class.",
            Case.NOT_ELIGIBLE: f"You don't meet a condition of {self.class_id}: {reason}.",
            Case.FORBIDDEN: f"A person decided that you don't sit in {self.class_id}.",
            Case.LEFT_OFF: f"{self.class_id} did not list you.",
            Case.CLOSED: f"{self.class_id} does not open: {short}.",
            Case.PINNED: f"A person decided that you sit in {self.seat}.",
            Case.PREFERRED: f"You sit in {self.seat}, which you ranked no lower than {self.class_id}.",
        }
        if self.case in said:
            return said[self.case]
        part = f"seat group {self.group}" if self.group else "class"
        waits = f"You are number {self.waits_at} on the waitlist of {self.class_id}"
        waits = waits if self.case is Case.WAITLISTED else f"{self.class_id} is full"
        lots = "; some of them have your score and the better lot" if self.by_lot else ""
        return (
            f"{waits}: of the {self.seats} seats of the {part}, the {len(self.in_front)} that could go to you are held "
            f"by students ranked above you (you are at place {self.place} of {self.listed}){lots}."
        )

    def as_dict(self, lang: str = "zh", *, codes: bool = False) -> dict[str, Any]:
        """Give the certificate as plain values for JSON; with `codes`, for staff, those in front by their codes."""
        values = {name: getattr(self, name) for name in ("student", "class_id", "rank", "seat", "place", "listed")}
        values |= {name: getattr(self, name) for name in ("waits_at", "group", "seats", "by_lot", "lacking")}
        return values | {
            "case": self.case.value,
            "reason": self.reason.text(lang) if self.reason else None,
            "rule": self.reason.rule if self.reason else None,
            "in_front": list(self.in_front) if codes else len(self.in_front),
            "changes": [change.as_dict(lang) for change in self.changes],
            "text": self.text(lang),
        }
