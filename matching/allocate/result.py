"""What a run gives: who sits where, who waits, which classes open, and how the decision was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from matching.errors import UnknownId

Method = Literal["none", "exact", "search"]
METHODS = {
    "none": ("没有班级低于下限，无需取舍", "no class fell below a minimum"),
    "exact": ("已证明最优", "proved to be the best"),
    "search": ("限定次数内找到的最好结果，未证明最优", "the best found within the tries, not proved"),
}


@dataclass(frozen=True, slots=True)
class GroupSeats:
    """One seat group of a class (the class itself has the name ""): how many sit there and its bounds."""

    group: str
    seated: int
    seats_min: int
    seats_max: int


@dataclass(frozen=True, slots=True)
class ClassSeats:
    """One class after a run: `seated` and `waitlist` hold students in the order of the class's ranking.

    state : `open`; `closed` by the decision on minimums; `closed_before` by a person; `kept` open by a person though
    below its minimum.
    """

    id: str
    state: Literal["open", "closed", "closed_before", "kept"]
    seated: tuple[str, ...]
    waitlist: tuple[str, ...]
    groups: tuple[GroupSeats, ...]
    title: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether students sit there."""
        return self.state in ("open", "kept")

    @property
    def free(self) -> int:
        """Count the seats that stay empty; all where the class is closed."""
        return self.groups[0].seats_max - len(self.seated)


@dataclass(frozen=True, slots=True)
class Decision:
    """How it was decided which classes open.

    method : `none`, `exact` or `search`. tries : how often classes were closed for a try. students, rank_sum : the aims
    reached (a rank is 1 for a first choice). free_students, free_rank_sum : the same problem without any minimum. `gap`
    is the students that minimums cost, against that problem.
    """

    method: Method
    tries: int
    closed: tuple[str, ...]
    students: int
    rank_sum: int
    free_students: int
    free_rank_sum: int

    @property
    def gap(self) -> int:
        """Give the students seated without minimums less those seated with them."""
        return self.free_students - self.students

    def text(self, lang: str = "zh") -> str:
        """Say in one line how it was decided."""
        zh, en = METHODS[self.method]
        if lang == "zh":
            return (
                f"录取 {self.students} 人，志愿序号之和 {self.rank_sum}，关闭 {len(self.closed)} 个班；{zh}；"
                f"不设下限时录取 {self.free_students} 人（志愿序号之和 {self.free_rank_sum}），相差 {self.gap} 人"
            )
        return (
            f"{self.students} students seated, ranks sum to {self.rank_sum}, {len(self.closed)} classes closed; {en}; "
            f"without minimums {self.free_students} students (ranks {self.free_rank_sum}), a gap of {self.gap}"
        )


@dataclass(frozen=True, slots=True)
class Allocation:
    """The result of a run (分配方案): `seats` maps each seated student to a class.

    chosen : how many students sit at their first, second, ... choice. unseated : students with a list and no seat.
    """

    seed: str
    seats: Mapping[str, str]
    classes: tuple[ClassSeats, ...]
    unseated: tuple[str, ...]
    chosen: tuple[int, ...]
    decision: Decision

    def of(self, class_id: str) -> ClassSeats:
        """Give one class; raise UnknownId where there is none of this id."""
        for one in self.classes:
            if one.id == class_id:
                return one
        raise UnknownId("class", class_id)

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values for JSON."""
        return {
            "seed": self.seed,
            "seats": dict(self.seats),
            "classes": [{**asdict(one), "free": one.free} for one in self.classes],
            "unseated": list(self.unseated),
            "chosen": list(self.chosen),
            "decision": {**asdict(self.decision), "gap": self.decision.gap},
        }
