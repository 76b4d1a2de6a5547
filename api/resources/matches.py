"""Matches: the ranked students of a demand as an enterprise may see them, and the ranked demands of a student.

    listed = matches.matches(session, who, live, settings.secret, demand_id, k=20)
    listed.values["results"][0]["code"]; exposure.record(demand_id, listed.shown)     # after the answer

An enterprise sees codes that differ per demand, years instead of dates, and rounded counts; a student and the own
college see everything of the student, beside demands that are live.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.access import PUBLIC_STATUS, SMALL_GROUP, Principal, for_enterprise, require, rounded, rows
from api.codes import code_of, student_with
from api.disclosure import known_words, shared_words
from api.errors import Conflict, NotFound
from api.live import Live, demand_of, profile_of, shown
from api.resources.demands import STATUS_NAMES, checked, demand
from api.resources.wording import findings
from api.store.tables import DemandRow, Organisation, Student
from matching import Engine, Explanation, MatchList
from matching.engine import Order
from matching.rules import Facts, filter_of

LISTED = ("live", "paused")
MOST_RELAXATIONS = 5
LARGEST_LIST = 200
_DAY = re.compile(r"(\d{4})-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as plain values, and who stands in it: (student id, rank), rank 0 for the unscored, to be counted."""

    values: dict[str, Any]
    shown: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Someone in an own demand's list, found by code; only `choose` makes one."""

    demand_id: str
    student_id: str


# -- for an enterprise


def matches(
    session: Session,
    who: Principal,
    live: Live,
    secret: bytes,
    demand_id: str,
    k: int = 20,
    order: Order = "forward",
    after: str = "",
) -> Listed:
    """Rank the students for an own demand that is live or paused, best k first.

    after : the code from which on the unscored are listed; they stand in the order of their codes, k at a time.
    Raises Conflict where the demand's status allows no list.
    """
    row = _listable(session, who, demand_id)
    with live.engine() as engine:
        found = engine.match(_asked(engine, row), k, order=order)
    unscored = sorted((code_of(secret, row.id, one), one) for one in found.unscored)
    page = [pair for pair in unscored if pair[0] > after][:k]
    cards = student_cards(session, secret, row.id, [*found.ids, *(one for _, one in page)])
    results = [
        {**{name: value for name, value in result.items() if name != "id"}, **cards[one]}
        for one, result in zip(found.ids, found.as_dict()["results"], strict=True)
        if one in cards
    ]
    values = {
        "demand_id": row.id,
        "order": found.order,
        "results": results,
        "removed": _rounded_removals(found),
        "unscored": [cards[one] for _, one in page if one in cards],
        "unscored_count": rounded(len(unscored)),
        "unscored_next": page[-1][0] if page and page[-1] != unscored[-1] else None,
        "considered": rounded(found.considered),
        "weights": {name: dict(part) for name, part in found.weights.items()},
        "versions": dict(found.versions),
    }
    ranked = [(one, rank) for rank, one in enumerate(found.ids, start=1) if one in cards]
    return Listed(values, (*ranked, *((one, 0) for _, one in page if one in cards)))


def explanation(
    session: Session, who: Principal, live: Live, secret: bytes, demand_id: str, code: str
) -> dict[str, Any]:
    """Explain one result of a demand's list; NotFound for a code that is not in it now."""
    return chosen_with_reasons(session, who, live, secret, demand_id, code)[1]


def chosen_with_reasons(
    session: Session, who: Principal, live: Live, secret: bytes, demand_id: str, code: str
) -> tuple[Chosen, dict[str, Any]]:
    """Do what `choose` and `explanation` do, of one and the same state of the index."""
    row = _listable(session, who, demand_id)
    with live.engine() as engine:
        student_id = _student_with(engine, secret, row, code)
        told = engine.explain(_asked(engine, row), student_id)
    return Chosen(row.id, student_id), masked(told, code)


def relaxations(session: Session, who: Principal, live: Live, demand_id: str) -> list[dict[str, Any]]:
    """Say which single softer must would bring most students into an own demand's list, counts rounded."""
    row = _listable(session, who, demand_id)
    with live.engine() as engine:
        return _rounded_relaxations(engine, _asked(engine, row))


def estimate(session: Session, who: Principal, live: Live, record: object, today: date) -> dict[str, Any]:
    """Say how many students would be in the list of a demand that isn't kept, why not more, and what the law says."""
    require(who, "demand.estimate")
    asked = checked(record, "estimate")
    owner = None if who.organisation_id is None else session.get(Organisation, who.organisation_id)
    with live.engine() as engine:
        return {
            "students": rounded(engine.reach(asked)),
            "removed": _rounded_removals(engine.match(asked, 1)),
            "relaxations": _rounded_relaxations(engine, asked),
            "findings": [one.as_dict() for one in findings(asked, owner, engine.vocabulary_, today)],
        }


def choose(session: Session, who: Principal, live: Live, secret: bytes, demand_id: str, code: str) -> Chosen:
    """Find whom a code in an own demand's list stands for; NotFound for a code of nobody who is in it now."""
    row = _listable(session, who, demand_id)
    with live.engine() as engine:
        return Chosen(row.id, _student_with(engine, secret, row, code))


def _student_with(engine: Engine, secret: bytes, row: DemandRow, code: str) -> str:
    """Look among the best first, because each code has to be computed; NotFound for whoever is not in the list."""
    best = engine.match(_asked(engine, row), LARGEST_LIST)
    found = student_with(secret, row.id, code, chain(best.ids, best.unscored, engine.profiles_))
    if found is None or not _lets_in(engine, row, found):
        raise NotFound("student", "学生")
    return found


def _lets_in(engine: Engine, row: DemandRow, student_id: str) -> bool:
    """Tell whether the demand's hard conditions leave a student in its list, ranked or unscored."""
    asked = engine.demands_.get(row.id) or engine.vocabulary_.link_demand(demand_of(row))
    conditions = filter_of(asked, engine.vocabulary_, engine.vectorizer_.day(asked))
    outcome = conditions.apply(Facts.build([engine.profiles_[student_id]], engine.vocabulary_))
    return bool(outcome.ranked[0] or outcome.unscored[0])


def student_cards(
    session: Session, secret: bytes, demand_id: str, student_ids: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Give `{"code", "student"}` by student id, without those who are not shown (any more)."""
    visible = shown(session)
    found = session.scalars(select(Student).where(Student.id.in_(set(student_ids)), visible)).all()
    colleges = _named_colleges(session, {row.college_id for row in found})
    cards = {}
    for row in found:
        code = code_of(secret, demand_id, row.id)
        card = for_enterprise(row.record, code, colleges.get(row.college_id))
        cards[row.id] = {"code": card.pop("code"), "student": card}
    return cards


def masked(told: Explanation, code: str) -> dict[str, Any]:
    """Give an explanation as an enterprise may read it.

    The code for the id, years for dates, no place in the text, and of phrases and shared wording only known words.
    """
    reasons = tuple(
        replace(
            reason,
            evidence=tuple(
                replace(
                    proof,
                    phrase=proof.phrase if proof.source == "education" else known_words(proof.phrase),
                    note_zh=_years(proof.note_zh),
                    note_en=_years(proof.note_en),
                    start=None,
                    end=None,
                )
                for proof in reason.evidence
                if proof.source == "education" or known_words(proof.phrase)
            ),
        )
        for reason in told.reasons
    )
    notes = tuple((_years(zh), _years(en)) for zh, en in told.notes)
    wording = shared_words(told)
    return replace(told, profile=code, reasons=reasons, notes=notes, wording=wording).as_dict()


def _listable(session: Session, who: Principal, demand_id: str) -> DemandRow:
    require(who, "demand.match")
    row = demand(session, who, demand_id)
    if row.status not in LISTED:
        zh, en = STATUS_NAMES[row.status]
        raise Conflict(f"a demand that is {en} has no list; publish it first", f"「{zh}」的岗位没有匹配名单，请先发布")
    return row


def _asked(engine: Engine, row: DemandRow) -> Any:
    """Give what to ask the engine for: the demand it holds, or the row's own where it holds none (paused)."""
    return row.id if row.id in engine.demands_ else demand_of(row)


def _named_colleges(session: Session, college_ids: set[str]) -> dict[str, str]:
    """Name the colleges of which at least SMALL_GROUP profiles are shown."""
    visible = shown(session)
    named = {}
    for college in sorted(college_ids):
        some = select(Student.id).where(Student.college_id == college, visible).limit(SMALL_GROUP).subquery()
        if session.execute(select(func.count()).select_from(some)).scalar_one() >= SMALL_GROUP:
            named[college] = session.get_one(Organisation, college).name
    return named


def _rounded_removals(found: MatchList) -> list[dict[str, Any]]:
    return [
        {"key": one.key, "label_zh": one.label_zh, "label_en": one.label_en, "count": rounded(one.count)}
        for one in found.removed
    ]


def _rounded_relaxations(engine: Engine, asked: Any) -> list[dict[str, Any]]:
    return [
        {name: getattr(one, name) for name in ("change", "must", "label_zh", "label_en")} | {"gain": rounded(one.gain)}
        for one in engine.relaxations(asked, MOST_RELAXATIONS)
    ]


def _years(text: str) -> str:
    return _DAY.sub(r"\1", text)


# -- for a student and the own college


def student_matches(session: Session, who: Principal, live: Live, student_id: str, k: int = 20) -> dict[str, Any]:
    """Rank the live demands for a student, best k first; whoever refuses ranking by machine gets them unscored."""
    row = _own_student(session, who, student_id)
    with live.engine() as engine:
        found = engine.match_profile(_offered(engine, row), k)
    posts = _posts(session, [*found.ids, *found.unscored])
    plain = found.as_dict()
    return {
        "student_id": row.id,
        "results": [
            {**{name: value for name, value in result.items() if name != "id"}, **posts[one]}
            for one, result in zip(found.ids, plain["results"], strict=True)
            if one in posts
        ],
        "removed": plain["removed"],
        "unscored": [posts[one] for one in found.unscored if one in posts],
        "considered": found.considered,
        "weights": plain["weights"],
        "versions": plain["versions"],
    }


def student_explanation(
    session: Session, who: Principal, live: Live, student_id: str, demand_id: str
) -> dict[str, Any]:
    """Explain how a student stands to a live demand, with everything that the student recorded."""
    row = _own_student(session, who, student_id)
    with live.engine() as engine:
        if demand_id not in engine.demands_:
            raise NotFound("demand", "岗位需求")
        return engine.explain(demand_id, _offered(engine, row)).as_dict()


def _own_student(session: Session, who: Principal, student_id: str) -> Student:
    require(who, "student.match")
    found = session.scalar(select(Student).where(rows(who, Student), Student.id == student_id))
    if found is None:
        raise NotFound("student", "学生")
    return found


def _offered(engine: Engine, row: Student) -> Any:
    """Give what to ask the engine for: the profile it holds, or the row's own where enterprises don't see it."""
    return row.id if row.id in engine.profiles_ else profile_of(row)


def _posts(session: Session, demand_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give title and organisation of each demand that is live, by its id."""
    wanted = (
        select(DemandRow, Organisation.name)
        .join(Organisation, Organisation.id == DemandRow.organisation_id)
        .where(DemandRow.id.in_(set(demand_ids)), DemandRow.status.in_(PUBLIC_STATUS))
    )
    return {
        row.id: {
            "demand_id": row.id,
            "title": row.record["title"],
            "organisation_id": row.organisation_id,
            "organisation": name,
        }
        for row, name in session.execute(wanted)
    }
