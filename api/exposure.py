"""Exposure: how often each student stood in a list that was shown, counted after the answer and written in batches.

    exposure.count(demand_id, [("stu_1", 1), ("stu_2", 2)])        # a list was shown
    exposure.flush()                                               # after the answer, outside its latency

While one thread writes, others only add to the buffer, and their rows go into the next batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from sqlalchemy import and_, case, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from api.errors import DatabaseAway, DatabaseBusy
from api.store import Store, Work
from api.store.tables import DemandRow, Shown, Student
from api.store.writing import SYSTEM

MOST_WAITING = 100_000
BATCH = 500
Pair = tuple[str, str]


class Exposure:
    """The buffer of one process and its way into the table `shown`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._adding, self._writing = Lock(), Lock()
        self._waiting: dict[Pair, tuple[int, int]] = {}

    def count(self, demand_id: str, shown: Iterable[tuple[str, int]]) -> None:
        """Add a list that was shown: student ids with their ranks, 0 for those without one.

        While the database can't be written, new pairs beyond MOST_WAITING are not counted.
        """
        with self._adding:
            for student_id, rank in shown:
                times, best = self._waiting.get((demand_id, student_id), (0, 0))
                if times or len(self._waiting) < MOST_WAITING:
                    self._waiting[demand_id, student_id] = times + 1, _better(best, rank)

    def flush(self) -> None:
        """Write what waits, unless another thread is at it; what can't be written now waits for the next time."""
        if not self._writing.acquire(blocking=False):
            return
        try:
            while self._waiting:
                with self._adding:
                    batch, self._waiting = self._waiting, {}
                try:
                    self._write(batch)
                except (DatabaseBusy, DatabaseAway):
                    self._put_back(batch)
                    return
        finally:
            self._writing.release()

    def record(self, demand_id: str, shown: Iterable[tuple[str, int]]) -> None:
        """Count a list and write what waits; to be called once the answer is sent."""
        self.count(demand_id, shown)
        self.flush()

    def _put_back(self, batch: dict[Pair, tuple[int, int]]) -> None:
        with self._adding:
            for pair, (times, best) in batch.items():
                more, other = self._waiting.get(pair, (0, 0))
                self._waiting[pair] = times + more, _better(best, other)

    def _write(self, batch: dict[Pair, tuple[int, int]]) -> None:
        with self._store.writing(SYSTEM) as work:
            pairs = sorted(batch)
            for start in range(0, len(pairs), BATCH):
                some = pairs[start : start + BATCH]
                demands = _held(work, DemandRow, {demand for demand, _ in some})
                students = _held(work, Student, {student for _, student in some})
                for pair in some:
                    if pair[0] in demands and pair[1] in students:
                        _add(work, pair, *batch[pair])


def _better(rank: int, other: int) -> int:
    return min(rank, other) if rank and other else max(rank, other)


def _held(work: Work, table: type[DemandRow] | type[Student], ids: set[str]) -> set[str]:
    """Give those ids that are still there, and keep them there until the write ends."""
    wanted = select(table.id).where(table.id.in_(ids)).order_by(table.id).with_for_update(read=True, key_share=True)
    return set(work.session.scalars(wanted))


def _add(work: Work, pair: Pair, times: int, best: int) -> None:
    """Add to a row of `shown`, or make it; two processes that add at once both count."""
    insert = insert_sqlite if work.session.get_bind().dialect.name == "sqlite" else insert_postgresql
    fresh = insert(Shown).values(demand_id=pair[0], student_id=pair[1], times=times, best_rank=best)
    rank = fresh.excluded.best_rank
    keeps = and_(Shown.best_rank > 0, or_(rank == 0, Shown.best_rank <= rank))
    work.session.execute(
        fresh.on_conflict_do_update(
            index_elements=[Shown.demand_id, Shown.student_id],
            set_={"times": Shown.times + fresh.excluded.times, "best_rank": case((keeps, Shown.best_rank), else_=rank)},
        )
    )
