"""Refuses a round that can't be run: unknown ids, anything twice, bounds that contradict, groups that cross."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from math import isfinite

from matching.allocate.round import Applicant, OrderClass, Round, SeatGroup
from matching.domain import AutomatedDecision
from matching.errors import Problem, RecordError


def check_round(given: Round) -> None:
    """Raise RecordError with every problem of a round; a round that passes can be run."""
    students = {applicant.id for applicant in given.applicants}
    classes = {one.id for one in given.classes}
    problems = [
        *_twice("applicants", (applicant.id for applicant in given.applicants), "student", "学生"),
        *_twice("classes", (one.id for one in given.classes), "class", "班级"),
        *(problem for one in given.classes for problem in _of_class(one, students)),
        *(problem for applicant in given.applicants for problem in _of_applicant(applicant, classes)),
        *_decisions(given, students, classes),
    ]
    if problems:
        raise RecordError(problems)
    problems = [*_unplaced(given)]
    if problems:
        raise RecordError(problems)


def _problem(field: str, rule: str, en: str, zh: str, value: object = None) -> Problem:
    return Problem(rule, en, zh, None if value is None else str(value), field=field)


def _twice(field: str, ids: Iterable[str], en: str, zh: str) -> Iterator[Problem]:
    for key, count in Counter(ids).items():
        if count > 1:
            yield _problem(field, "repeated_id", f"this {en} is there {count} times", f"{zh}重复出现 {count} 次", key)


def _unknown(field: str, ids: Iterable[str], known: Collection[str], en: str, zh: str) -> Iterator[Problem]:
    for key in sorted({key for key in ids if key not in known}):
        yield _problem(field, "unknown_id", f"no {en} has this id", f"没有这个代号的{zh}", key)


def _of_class(one: OrderClass, students: Collection[str]) -> Iterator[Problem]:
    field = f"classes[{one.id}]"
    if one.seats_max < 1:
        yield _problem(
            f"{field}.seats_max", "no_seats", "a class has at least one seat", "至少要有一个名额", one.seats_max
        )
    if not 0 <= one.seats_min <= max(one.seats_max, 0):
        en, zh = f"must lie between 0 and the maximum, {one.seats_max}", f"应在 0 和名额上限 {one.seats_max} 之间"
        yield _problem(f"{field}.seats_min", "min_above_max", en, zh, one.seats_min)
    if one.waitlist is not None and one.waitlist < 0:
        yield _problem(f"{field}.waitlist", "out_of_range", "must be 0 or more", "不能小于 0", one.waitlist)
    known = {"placed": one.placed, "left_off": one.left_off, "not_eligible": one.not_eligible}
    for name, ids in known.items():
        yield from _unknown(f"{field}.{name}", ids, students, "student", "学生")
    for student, place in one.placed.items():
        if place < 1:
            yield _problem(f"{field}.placed[{student}]", "out_of_range", "places begin at 1", "名次从 1 开始", place)
    for place, count in Counter(one.placed.values()).items():
        if count > 1:
            en, zh = f"{count} students are placed there by hand", f"有 {count} 名学生被人工排在同一名次"
            yield _problem(f"{field}.placed", "repeated_place", en, zh, place)
    yield from _groups(one, field)


def _groups(one: OrderClass, field: str) -> Iterator[Problem]:
    yield from _twice(f"{field}.groups", (group.id for group in one.groups), "group", "名额组")
    for group in one.groups:
        most = one.seats_max if group.seats_max is None else group.seats_max
        if not 0 <= group.seats_min <= most:
            en, zh = f"must lie between 0 and the maximum, {most}", f"应在 0 和上限 {most} 之间"
            yield _problem(f"{field}.groups[{group.id}].seats_min", "min_above_max", en, zh, group.seats_min)
    crossing = False
    for number, group in enumerate(one.groups):
        for other in one.groups[:number]:
            if not (_apart(group, other) or within(group, other) or within(other, group)):
                crossing = True
                en = f"crosses the group {other.id}: of two groups one lies within the other or they share nobody"
                zh = f"与名额组「{other.id}」交叉：两组应当一组包含另一组，或者没有共同的学生"
                yield _problem(f"{field}.groups", "crossing_groups", en, zh, group.id)
    if not crossing:
        yield from _minimums(one, field)


def _minimums(one: OrderClass, field: str) -> Iterator[Problem]:
    """Find groups whose inner groups need more seats than they have."""
    ordered = outermost_first(one.groups)
    needed = [0] * len(ordered)
    for number in range(len(ordered) - 1, -1, -1):
        group = ordered[number]
        inner = sum(needed[child] for child in range(number + 1, len(ordered)) if parent_of(ordered, child) == number)
        needed[number] = max(group.seats_min, inner)
        most = one.seats_max if group.seats_max is None else group.seats_max
        if inner > most:
            en, zh = (
                f"the groups within it need {inner} seats, its maximum is {most}",
                f"内含各组至少要 {inner} 个名额，超过上限 {most}",
            )
            yield _problem(f"{field}.groups[{group.id}]", "min_above_max", en, zh, group.id)
    total = sum(needed[child] for child in range(len(ordered)) if parent_of(ordered, child) < 0)
    if total > one.seats_max:
        en = f"its groups need {total} seats, its maximum is {one.seats_max}"
        yield _problem(
            f"{field}.groups", "min_above_max", en, f"各组至少共要 {total} 个名额，超过上限 {one.seats_max}", one.id
        )


def _apart(one: SeatGroup, other: SeatGroup) -> bool:
    pairs = ((one.colleges, other.colleges), (one.majors, other.majors))
    return any(first and second and not set(first) & set(second) for first, second in pairs)


def within(inner: SeatGroup, outer: SeatGroup) -> bool:
    """Tell whether everybody of one group is of the other, by what the groups say."""
    pairs = ((inner.colleges, outer.colleges), (inner.majors, outer.majors))
    return all(not around or (bool(names) and set(names) <= set(around)) for names, around in pairs)


def outermost_first(groups: Sequence[SeatGroup]) -> list[SeatGroup]:
    """Order groups so that each stands behind those around it; of two alike the smaller id is outer."""
    ordered = sorted(groups, key=lambda group: group.id)
    return sorted(ordered, key=lambda group: sum(within(group, other) for other in ordered if other is not group))


def parent_of(ordered: Sequence[SeatGroup], number: int) -> int:
    """Give the place of the innermost group around a group of an ordered list; -1 where only the class is around it."""
    around = [place for place in range(number) if within(ordered[number], ordered[place])]
    return around[-1] if around else -1


def score_problems(one: OrderClass, students: Collection[str]) -> list[Problem]:
    """Find what is wrong with a class's scores: unknown students and what is no number."""
    field = f"classes[{one.id}].scores"
    problems = [*_unknown(field, one.scores, students, "student", "学生")]
    for student, score in one.scores.items():
        if not isfinite(score):
            en, zh = "is not a finite number", "不是有效的数"
            problems.append(_problem(f"{field}[{student}]", "not_a_number", en, zh, score))
    return problems


def _of_applicant(applicant: Applicant, classes: AbstractSet[str]) -> Iterator[Problem]:
    listed = [key for rank in applicant.choices for key in rank]
    once = set(listed)
    if () in applicant.choices:
        en, zh = "a rank of the list is empty", "志愿表中有空的一档"
        yield _problem(f"applicants[{applicant.id}].choices", "empty_rank", en, zh)
    if not once <= classes:
        yield from _unknown(f"applicants[{applicant.id}].choices", listed, classes, "class", "班级")
    if len(once) < len(listed):
        yield from _twice(f"applicants[{applicant.id}].choices", listed, "class", "班级")


def _decisions(given: Round, students: Collection[str], classes: Collection[str]) -> Iterator[Problem]:
    for name, pairs in (("pins", given.pins), ("forbids", given.forbids)):
        yield from _unknown(name, (student for student, _ in pairs), students, "student", "学生")
        yield from _unknown(name, (key for _, key in pairs), classes, "class", "班级")
    yield from _twice("pins", (student for student, _ in given.pins), "student", "学生")
    for name, ids in (("closed", given.closed), ("kept", given.kept)):
        yield from _unknown(name, ids, classes, "class", "班级")
    for key in sorted(given.closed & given.kept):
        yield _problem("kept", "contradiction", "is both to be closed and to be kept", "既要关闭又要保留", key)


def _unplaced(given: Round) -> Iterator[Problem]:
    """Find who refuses being ranked by machine and applies to a class that runs by score without a place by hand."""
    refusing = {
        applicant.id: applicant
        for applicant in given.applicants
        if applicant.automated_decision is AutomatedDecision.REFUSE
    }
    by_score = {one.id: one for one in given.classes if not one.by_hand}
    for student, applicant in sorted(refusing.items()):
        for key in sorted(key for rank in applicant.choices for key in rank if key in by_score):
            one = by_score[key]
            if not (student in one.placed or student in one.left_off or student in one.not_eligible):
                en = "refuses being ranked by machine: place this student by hand before the class runs by score"
                zh = "该生不参加自动排序：班级按分数录取前，须由人工为其排定名次"
                yield _problem(f"classes[{key}].placed", "unplaced", en, zh, student)
