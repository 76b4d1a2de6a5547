"""The engine's index in step with the store: every answer first reaches the latest committed change number.

Statistics are fitted by one process, saved, and opened by all others, so that several workers give the same scores. A
collection that has doubled since is fitted anew. Saved states stand in INDEX/at-<number>/, INDEX/CURRENT names the one
in force.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Condition, Lock

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import Session

from api.store import Store
from api.store.tables import Consent, DemandRow, Head, Removed, Setting, Student
from matching import Demand, Engine, Profile, Vocabulary
from matching.errors import IndexDamaged
from matching.records import from_values

CURRENT = "CURRENT"
SHOW_PROFILES = "show_profiles"
GROWTH = 2
LEAST_GROWTH = 500


class Gate:
    """Lets many readers in at once, or one writer alone."""

    def __init__(self) -> None:
        self._free = Condition(Lock())
        self._readers = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Enter beside other readers."""
        with self._free:
            self._readers += 1
        try:
            yield
        finally:
            with self._free:
                self._readers -= 1
                self._free.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Enter once all readers have left, and keep new ones out."""
        with self._free:
            self._free.wait_for(lambda: self._readers == 0)
            yield


class Live:
    """The engine over what the store shows.

    Parameters
    ----------
    store : Store
    vocabulary : Vocabulary
    folder : where the index is saved
    today : the day that counts as today; None = the day of the start
    """

    def __init__(self, store: Store, vocabulary: Vocabulary, folder: Path, today: date | None = None) -> None:
        self._store, self._vocabulary, self._folder, self._today = store, vocabulary, folder, today
        self._gate = Gate()
        self._catching_up = Lock()
        self._engine: Engine | None = None
        self._number = -1
        self._state = ""
        self._fitted_on = 0
        self._shows_all = False

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give the engine at the latest committed change number; it stays there until the caller leaves."""
        self.catch_up()
        with self._gate.shared():
            if self._engine is None:
                raise IndexDamaged("the index is not ready", "索引尚未就绪")
            yield self._engine

    def catch_up(self) -> int:
        """Bring the index to the latest committed change number, and give the number."""
        with self._catching_up, self._store.reading() as session:
            latest = session.execute(select(Head.number)).scalar_one()
            if self._engine is None or self._current() != self._state or self._shows_all != shows_all(session):
                self._open_or_fit(session, latest)
            if latest > self._number:
                self._apply(session, latest)
            return latest

    def save(self) -> None:
        """Save the index where it has changed since it was opened; one process at a time, others go on."""
        with self._catching_up, self._gate.alone():
            if self._engine is not None and self._state != _state_of(self._number):
                self._keep(self._engine)

    # -- inside

    def _open_or_fit(self, session: Session, latest: int) -> None:
        self._shows_all = shows_all(session)
        state = self._current()
        if (state and state != self._state and self._engine is None) or state not in ("", self._state):
            try:
                with self._gate.alone():
                    self._engine = Engine.open(self._folder / state, self._vocabulary)
                    self._number, self._state = int(state.removeprefix("at-")), state
                    self._fitted_on = self._engine.vectorizer_.size_
            except IndexDamaged:
                state = ""
        if not state or self._engine is None or self._outgrown(session):
            self._fit(session, latest)
        else:
            self._apply(session, latest, everything=True)

    def _fit(self, session: Session, latest: int) -> None:
        demands = [demand_of(row) for row in session.scalars(select(DemandRow).where(DemandRow.status == "live"))]
        profiles = [profile_of(row) for row in session.scalars(select(Student).where(shown(session)))]
        engine = Engine(self._vocabulary, reference_on=self._today).fit(demands, profiles)
        with self._gate.alone():
            self._engine, self._number, self._fitted_on = engine, latest, engine.vectorizer_.size_
            self._keep(engine)

    def _apply(self, session: Session, latest: int, everything: bool = False) -> None:
        """Put what changed since our number into the index; `everything` compares all rows."""
        engine = self._engine
        if engine is None:
            return
        since = -1 if everything else self._number
        demands = session.scalars(select(DemandRow).where(DemandRow.change > since)).all()
        students = session.execute(select(Student, shown(session).label("shown")).where(Student.change > since)).all()
        gone = session.execute(select(Removed.id).where(Removed.change > since)).scalars().all()
        if len(students) > LEAST_GROWTH and self._outgrown(session):
            self._fit(session, latest)
            return
        live = [demand_of(row) for row in demands if row.status == "live"]
        offered = [profile_of(row.Student) for row in students if row.shown]
        out = {*gone, *(row.id for row in demands if row.status != "live")}
        out |= {row.Student.id for row in students if not row.shown}
        with self._gate.alone():
            engine.upsert(
                [
                    one
                    for one in offered
                    if engine.profiles_.get(one.id) is None or since >= 0 or not _same(engine, one)
                ],
                live,
            )
            engine.remove(
                [one for one in out if one in engine.profiles_], [one for one in out if one in engine.demands_]
            )
            self._number = latest

    def _outgrown(self, session: Session) -> bool:
        count = session.execute(select(func.count()).select_from(Student)).scalar_one()
        count += session.execute(select(func.count()).select_from(DemandRow)).scalar_one()
        return count > GROWTH * max(self._fitted_on, LEAST_GROWTH)

    def _current(self) -> str:
        try:
            return (self._folder / CURRENT).read_text().strip()
        except OSError:
            return ""

    def _keep(self, engine: Engine) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        state = _state_of(self._number)
        engine.save(self._folder / state)
        fresh = self._folder / f"{CURRENT}.{os.getpid()}"
        fresh.write_text(state)
        before = self._current()
        os.replace(fresh, self._folder / CURRENT)
        self._state = state
        for old in self._folder.glob("at-*"):
            if old.name not in (state, before):
                shutil.rmtree(old, ignore_errors=True)


def shows_all(session: Session) -> bool:
    """Tell whether pseudonymous profiles are shown at all, by the operator's switch; off until it is turned on."""
    setting = session.get(Setting, SHOW_PROFILES)
    return bool(setting and setting.value.get("on"))


def shown(session: Session) -> ColumnElement[bool]:
    """Give the condition under which enterprises see a student's profile.

    The student keeps it visible, and the operator's switch is on or the student agreed to it.
    """
    agreed = exists().where(
        Consent.student_id == Student.id, Consent.purpose == "profile", Consent.withdrawn_at.is_(None)
    )
    return Student.visible & or_(true() if shows_all(session) else agreed, agreed)


def demand_of(row: DemandRow) -> Demand:
    """Give the engine's demand of a row."""
    return from_values(Demand, {**row.record, "id": row.id}, "demand")


def profile_of(row: Student) -> Profile:
    """Give the engine's profile of a row."""
    return from_values(Profile, {**row.record, "id": row.id}, "profile")


def _same(engine: Engine, profile: Profile) -> bool:
    return engine.profiles_[profile.id] == engine.vocabulary_.link_profile(profile)


def _state_of(number: int) -> str:
    return f"at-{number}"
