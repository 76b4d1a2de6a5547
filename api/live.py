"""The engine's index in step with the store: every answer first reaches the latest committed change number.

Statistics are fitted by one process, saved, and opened by all, so that several workers give the same scores; what was
written since is put on top. They are fitted anew once the collection has doubled, after a week, and where the saved
state is damaged or not of this database. INDEX/CURRENT names the state in force, INDEX/LOCK lets one process at a time
open, fit or save.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from threading import Condition, Lock
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import Session

from api.slots import Slots
from api.store import FIRST_HASH, Store
from api.store.tables import Audit, Consent, DemandRow, Head, Organisation, Removed, Setting, Student
from matching import Demand, Engine, Profile, Vocabulary
from matching.errors import IndexDamaged, RecordError
from matching.records import from_values

CURRENT, LOCK = "CURRENT", "LOCK"
SHOW_PROFILES = "show_profiles"
GROWTH, LEAST_SIZE = 2, 500
OLDEST_DAYS = 7
Record = TypeVar("Record", Demand, Profile)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What an index holds.

    generation : which fit its statistics are of. number, hash : the change number that it has reached, and the audit
    chain there, which tells one database from another. shows_all : the operator's switch then. size, day : how many
    records it was fitted on, and the day (ordinal) that counted as today.
    """

    generation: int
    number: int
    hash: str
    shows_all: bool
    size: int
    day: int

    @property
    def name(self) -> str:
        """The folder that it is saved in."""
        return f"fit-{self.generation}-at-{self.number}"


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
    today : the day that counts as today; None = the present one
    slots : how many matches run at once
    """

    def __init__(
        self,
        store: Store,
        vocabulary: Vocabulary,
        folder: Path,
        today: date | None = None,
        slots: Slots | None = None,
    ) -> None:
        self._slots = slots or Slots()
        self._store, self._vocabulary, self._folder, self._today = store, vocabulary, folder, today
        self._gate = Gate()
        self._catching_up = Lock()
        self._held: tuple[Engine, State] | None = None

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give the engine at the latest committed change number; it is not changed until the caller leaves.

        Raises Crowded where as many matches run as may, and none ends in time.
        """
        with self._slots.one():
            self.catch_up()
            with self._gate.shared():
                if self._held is None:
                    raise IndexDamaged("the index is not ready", "索引尚未就绪")
                yield self._held[0]

    @property
    def number(self) -> int | None:
        """The change number that the index has reached; None before it is made."""
        return None if self._held is None else self._held[1].number

    def catch_up(self) -> int:
        """Bring the index to the latest committed change number, and give the number."""
        with self._catching_up, self._store.reading() as session:
            head = session.get_one(Head, 1)
            if self._held is None or self._left_behind(self._held[1]):
                self._renew(session, head, unusable=None)
            if self._held is not None and head.number > self._held[1].number:
                if self._outgrown(session, *self._held):
                    self._renew(session, head, unusable=self._held[1].generation)
                else:
                    self._apply(session, head, *self._held)
            return head.number

    def save(self) -> None:
        """Save the index where nobody has saved it as far; when: the process ends."""
        with self._catching_up:
            if self._held is None:
                return
            engine, state = self._held
            with self._folder_alone():
                saved = self._saved()
                behind = saved is not None and saved.generation == state.generation and saved.number < state.number
                if behind:
                    with self._gate.alone():
                        self._keep(engine, state)

    # -- opening and fitting

    def _left_behind(self, state: State) -> bool:
        """Tell whether another process has fitted anew, or the statistics have become too old."""
        saved = self._saved()
        return saved is None or saved.generation != state.generation or self._is_old(state)

    def _is_old(self, state: State) -> bool:
        return not 0 <= self._day().toordinal() - state.day < OLDEST_DAYS

    def _renew(self, session: Session, head: Head, unusable: int | None) -> None:
        """Open the saved state, or fit anew where there is none to go on with; `unusable` is an outgrown generation."""
        with self._folder_alone():
            saved = self._saved()
            engine = None
            if saved is not None and saved.generation != unusable and self._fits(session, saved):
                engine = self._opened(saved)
            if engine is None or saved is None:
                saved = self._fit(session, head, 1 if saved is None else saved.generation + 1)
                engine = Engine.open(self._folder / saved.name, self._vocabulary)
        with self._gate.alone():
            self._held = engine, saved

    def _fits(self, session: Session, saved: State) -> bool:
        """Tell whether a saved state is of this database, reached no more than it, and is not too old."""
        known = session.scalar(select(Audit.hash).where(Audit.number == saved.number))
        return saved.hash == (known if saved.number else FIRST_HASH) and not self._is_old(saved)

    def _opened(self, saved: State) -> Engine | None:
        try:
            return Engine.open(self._folder / saved.name, self._vocabulary)
        except (IndexDamaged, OSError) as error:
            _log.warning("the saved index is fitted anew: %s", error)
            return None

    def _fit(self, session: Session, head: Head, generation: int) -> State:
        """Fit on all that is shown, and save it."""
        live = select(DemandRow.id, DemandRow.record).where(DemandRow.status == "live")
        offered = select(Student.id, Student.record).where(shown(session))
        today = self._day()
        engine = Engine(self._vocabulary, reference_on=today).fit(
            _records(Demand, session.execute(live)), _records(Profile, session.execute(offered))
        )
        size = len(engine.demands_) + len(engine.profiles_)
        state = State(generation, head.number, head.hash, shows_all(session), size, today.toordinal())
        self._keep(engine, state)
        return state

    # -- following

    def _outgrown(self, session: Session, engine: Engine, state: State) -> bool:
        """Tell whether what is held and what has changed are far more than the statistics were fitted on."""
        counts = (select(func.count()).where(table.change > state.number) for table in (Student, DemandRow))
        changed = sum(session.execute(count).scalar_one() for count in counts)
        held = len(engine.demands_) + len(engine.profiles_)
        return held + changed > GROWTH * max(state.size, LEAST_SIZE)

    def _apply(self, session: Session, head: Head, engine: Engine, state: State) -> None:
        """Put what changed since our number into the index; all of it where the operator's switch was turned."""
        switch = shows_all(session)
        since = state.number if switch == state.shows_all else -1
        agreed = select(Consent.student_id).where(Consent.change > since)
        moved = or_(Student.change > since, Student.id.in_(agreed))
        touched = select(Organisation.id).where(Organisation.change > since)
        is_shown, is_live = shown(session).label("shown"), (DemandRow.status == "live").label("live")
        near = select(Student.id, Student.record, is_shown, moved.label("moved"))
        found = session.execute(near.where(or_(moved, Student.college_id.in_(touched))))
        students = [(key, record, on) for key, record, on, own in found if own or on != (key in engine.profiles_)]
        asked = select(DemandRow.id, DemandRow.record, is_live).where(DemandRow.change > since)
        demands = session.execute(asked).all()
        gone = set(session.scalars(select(Removed.id).where(Removed.change > since)))
        profiles = _records(Profile, [(key, record) for key, record, on in students if on])
        live = _records(Demand, [(key, record) for key, record, on in demands if on])
        stay = {one.id for one in profiles} | {one.id for one in live}
        out = (gone | {key for key, *_ in (*students, *demands)}) - stay
        with self._gate.alone():
            engine.upsert(profiles, live)
            engine.remove(sorted(out & engine.profiles_.keys()), sorted(out & engine.demands_.keys()))
            self._held = engine, replace(state, number=head.number, hash=head.hash, shows_all=switch)

    # -- the folder

    def _day(self) -> date:
        return self._today or date.today()

    @contextmanager
    def _folder_alone(self) -> Iterator[None]:
        """Keep other processes out of the folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / LOCK).open("a") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def _saved(self) -> State | None:
        """Read which state is in force; None where there is none, or it can't be read."""
        try:
            return State(**json.loads((self._folder / CURRENT).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _keep(self, engine: Engine, state: State) -> None:
        """Save a state and put it in force; the one before stays for those who are opening it."""
        before = self._saved()
        engine.save(self._folder / state.name)
        fresh = self._folder / f"{CURRENT}.new"
        fresh.write_text(json.dumps(asdict(state)), encoding="utf-8")
        os.replace(fresh, self._folder / CURRENT)
        kept = {state.name, "" if before is None else before.name}
        for old in self._folder.glob("fit-*"):
            if old.name not in kept:
                shutil.rmtree(old, ignore_errors=True)


def shows_all(session: Session) -> bool:
    """Tell whether pseudonymous profiles are shown at all, by the operator's switch; off until it is turned on."""
    setting = session.get(Setting, SHOW_PROFILES)
    return bool(setting and setting.value.get("on"))


def shown(session: Session) -> ColumnElement[bool]:
    """Give the condition under which enterprises see a student's profile.

    The student keeps it visible, the college is active, and the operator's switch is on or the student agreed to it.
    """
    agreed = exists().where(
        Consent.student_id == Student.id, Consent.purpose == "profile", Consent.withdrawn_at.is_(None)
    )
    colleges = select(Organisation.id).where(Organisation.active)
    return Student.visible & Student.college_id.in_(colleges) & (true() if shows_all(session) else agreed)


def demand_of(row: DemandRow) -> Demand:
    """Give the engine's demand of a row."""
    return from_values(Demand, {**row.record, "id": row.id}, "demand")


def profile_of(row: Student) -> Profile:
    """Give the engine's profile of a row."""
    return from_values(Profile, {**row.record, "id": row.id}, "profile")


def _records(kind: type[Record], rows: Iterable[Any]) -> list[Record]:
    """Make the engine's records; one that can't be read any more is left out and named in the log, without content."""
    made: list[Record] = []
    for identifier, record in rows:
        try:
            made.append(from_values(kind, {**record, "id": identifier}, "record"))
        except RecordError as error:
            _log.error("%s is left out of matching: %s", identifier, ", ".join(p.rule for p in error.problems))
    return made
