"""Certificates, rounds after the first and comparisons: every reason and every change is derived again by a run."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from matching.allocate import (
    Applicant,
    Case,
    Certificate,
    OrderClass,
    Round,
    SeatGroup,
    Why,
    allocate,
    blocking_pairs,
    check,
    compare,
    replacement,
    supplementary,
    what_if,
)
from matching.errors import RecordError, UnknownId
from tests.small_rounds import RULE, Plain, drawn_round

SHORT, LONG = 60, 1_000


def decided_round(seed: int) -> Round:
    """Draw a round, in some of which a person has pinned, forbidden or closed something."""
    draw = random.Random(seed)
    given = drawn_round(draw, groups=seed % 2 == 1, least=seed % 4 >= 2)
    pairs = [(name, key) for name, listed in Plain(given).lists.items() for key, _ in listed]
    if seed % 5 == 0 and pairs:
        given = replace(given, forbids=frozenset({draw.choice(pairs)}))
    if seed % 5 == 1 and pairs:
        student, key = draw.choice(pairs)
        one = next(one for one in given.classes if one.id == key)
        if all(group.seats_max is None for group in one.groups) and not any(group.seats_min for group in one.groups):
            given = replace(given, pins=frozenset({(student, key)}))
    if seed % 5 == 2:
        given = replace(given, closed=frozenset({draw.choice(given.classes).id}))
    return given


def derived(given: Round, seats: dict[str, str], opened: frozenset[str], said: Certificate) -> None:
    """Derive a certificate's reason again from the records."""
    plain = Plain(given)
    student, key = said.student, said.class_id
    person, one = plain.people[student], plain.classes[key]
    listed = {name for equal in person.choices for name in equal}
    holds = {
        Case.SEATED: seats.get(student) == key,
        Case.NOT_LISTED: key not in listed,
        Case.NO_CONSENT: not person.consented,
        Case.NOT_ELIGIBLE: student in one.not_eligible,
        Case.FORBIDDEN: (student, key) in given.forbids,
        Case.LEFT_OFF: student not in plain.ranking[key],
        Case.CLOSED: key not in opened,
        Case.PINNED: student in dict(given.pins) and seats.get(student) == dict(given.pins)[student] != key,
    }
    first = next((case for case, true in holds.items() if true), None)
    if first is not None:
        assert said.case is first
        assert (said.reason is RULE) == (first is Case.NOT_ELIGIBLE)
        return
    ranks = {name: rank for rank, equal in enumerate(person.choices) for name in equal}
    if student in seats and ranks[seats[student]] <= ranks[key]:
        assert said.case is Case.PREFERRED and said.seat == seats[student]
        return
    assert said.case in (Case.WAITLISTED, Case.FULL)
    members = {name for name, where in seats.items() if where == key}
    order, pinned = plain.ranking[key], {name for name, where in given.pins if where == key}
    assert student not in plain.chosen(key, members | {student}) or pinned
    assert set(said.in_front) <= members
    assert said.place == order.index(student) + 1 and said.listed == len(order)
    for name in said.in_front:
        assert name in pinned or order.index(name) < order.index(student)
        assert plain.load(key, (*(members - {name}), student))
    for name in members - set(said.in_front):
        assert not plain.load(key, (*(members - {name}), student))


def proved(seed: int) -> Counter[str]:
    """Derive every certificate of a round again; prove each change, and that the next smaller one is not enough."""
    given = decided_round(seed)
    allocation = allocate(given)
    opened = frozenset(one.id for one in allocation.classes if one.is_open)
    why = Why(given, allocation)
    counted: Counter[str] = Counter()
    for person in given.applicants:
        for one in given.classes:
            said = why.certificate(person.id, one.id)
            counted[said.case] += 1
            derived(given, dict(allocation.seats), opened, said)
            others = {other.id for other in given.applicants} - {person.id}
            shown = said.text("zh") + said.text("en") + str(said.as_dict())
            assert not any(name in shown for name in others)
            for change in said.changes:
                counted["changes"] += 1
                assert why.proves(change)
                assert change.text("zh") in said.text("zh") and change.leads_to in change.text("en")
                weaker = [replace(change, place=change.place + 1)] if change.place else []
                weaker += [replace(change, seats=change.seats - 1)] if change.seats else []
                assert not any(why.proves(replace(weak, leads_to=one.id)) for weak in weaker)
    return counted


def test_every_certificate_is_true_and_every_change_the_smallest() -> None:
    counted = sum((proved(seed) for seed in range(SHORT)), Counter())
    assert set(Case) <= counted.keys() and counted["changes"] > SHORT


@pytest.mark.campaign
def test_certificates_of_a_thousand_rounds() -> None:
    counted = sum((proved(seed) for seed in range(LONG)), Counter())
    assert min(counted[case] for case in Case) > 10


@pytest.fixture
def crowded() -> Round:
    """Five students, a class of three seats of which college B may have one, and a second class of one seat."""
    colleges = {"S1": "A", "S2": "B", "S3": "B", "S4": "A", "S5": "A"}
    people = tuple(Applicant(name, (("C1",), ("C2",)), college=college) for name, college in colleges.items())
    scores = {"S1": 0.9, "S2": 0.8, "S3": 0.7, "S4": 0.5, "S5": 0.5}
    group = SeatGroup("B", seats_max=1, colleges=("B",))
    first = OrderClass("C1", 3, groups=(group,), scores=scores)
    return Round((first, OrderClass("C2", 1, scores=scores)), people, seed="lots")


def test_a_certificate_names_the_group_that_is_full_and_the_smallest_changes(crowded: Round) -> None:
    allocation = allocate(crowded)
    why = Why(crowded, allocation)
    said = why.certificate("S3", "C1")
    assert (said.case, said.group, said.in_front, said.place) == (Case.WAITLISTED, "B", ("S2",), 3)
    assert [(change.place, change.seats) for change in said.changes] == [(2, 0), (None, 1)]
    assert said.text("zh").splitlines()[0] == (
        "你是「C1」候补第 1 位：名额组「B」的 1 个名额中，能让给你的 1 个都由排在你之前的人占用"
        "（班级名单共 5 人，你排第 3 位）。"
    )
    assert said.text("en").splitlines()[1:] == [
        "If the class had ranked you at place 2 or higher, you would sit in C1.",
        "If the class (and your seat groups) had 1 more seat, you would sit in C1.",
    ]
    assert said.as_dict()["in_front"] == 1 and said.as_dict(codes=True)["in_front"] == ["S2"]
    loser = next(iter(allocation.unseated))
    equal = why.certificate(loser, "C1")
    assert equal.by_lot and "抽签" in equal.text("zh") and "lot" in equal.text("en")


def test_a_closed_class_says_how_many_it_lacks(crowded: Round) -> None:
    first = replace(crowded.classes[0], seats_max=5, seats_min=5)
    given = replace(crowded, classes=(first, crowded.classes[1]))
    said = Why(given, allocate(given)).certificate("S1", "C1")
    assert (said.case, said.lacking) == (Case.CLOSED, 1) and "还差 1 人" in said.text("zh")
    assert [change.leads_to for change in said.changes] == ["C1"]
    by_person = replace(crowded, closed=frozenset({"C1"}))
    assert "经人工决定关闭" in Why(by_person, allocate(by_person)).certificate("S1", "C1").text("zh")


def test_a_certificate_needs_its_own_round_and_known_ids(crowded: Round) -> None:
    allocation = allocate(crowded)
    why = Why(crowded, allocation)
    for student, key in (("S9", "C1"), ("S1", "C9")):
        with pytest.raises(UnknownId):
            why.certificate(student, key)
    with pytest.raises(RecordError):
        Why(replace(crowded, forbids=frozenset({("S1", "C1")})), allocation)


def test_who_leaves_is_replaced_from_the_waitlist_or_by_all_who_gain(crowded: Round) -> None:
    allocation = allocate(crowded)
    (second,) = allocation.of("C2").seated
    still = replacement(crowded, allocation, ["S1"])
    assert still.seats["S2"] == "C1" and still.of("C2").seated == (second,)
    assert still.of("C1").free + len(still.of("C1").seated) == 3
    moved = replacement(crowded, allocation, ["S1"], moves=True)
    for name, key in allocation.seats.items():
        if name != "S1":
            assert moved.seats[name] <= key
    assert blocking_pairs(_without(crowded, "S1"), moved) == ()
    with pytest.raises(UnknownId):
        replacement(crowded, allocation, ["S9"])


def _without(given: Round, gone: str) -> Round:
    return replace(
        given,
        applicants=tuple(a for a in given.applicants if a.id != gone),
        classes=tuple(replace(c, scores={k: v for k, v in c.scores.items() if k != gone}) for c in given.classes),
    )


def test_nobody_ends_worse_when_someone_leaves_and_all_may_move() -> None:
    for seed in range(80):
        given = drawn_round(random.Random(seed), groups=seed % 2 == 1, least=seed % 4 >= 2)
        allocation = allocate(given)
        if not allocation.seats:
            continue
        gone = sorted(allocation.seats)[0]
        for moves in (False, True):
            after = replacement(given, allocation, [gone], moves=moves)
            assert gone not in after.seats
            for person in given.applicants:
                if person.id in allocation.seats and person.id != gone:
                    ranks = {key: rank for rank, equal in enumerate(person.choices) for key in equal}
                    here, before = after.seats[person.id], allocation.seats[person.id]
                    assert ranks[here] <= ranks[before] if moves else here == before


def test_a_supplementary_round_fills_what_is_free_and_moves_nobody(crowded: Round) -> None:
    more = replace(crowded, classes=(crowded.classes[0], replace(crowded.classes[1], seats_max=2)))
    without = replace(more, applicants=tuple(replace(a, choices=a.choices[:1]) for a in more.applicants))
    allocation = allocate(without)
    assert len(allocation.seats) == 3 and allocation.of("C2").free == 2
    late = [replace(a, choices=(("C2",),)) for a in without.applicants]
    after = supplementary(without, allocation, late)
    assert len(after.seats) == 5 and allocation.seats.items() <= after.seats.items()


def test_what_if_compares_and_changes_nothing(crowded: Round) -> None:
    allocation = allocate(crowded)
    result, difference = what_if(crowded, allocation, classes={"C2": replace(crowded.classes[1], seats_max=2)})
    assert difference.students == 1 and [move.before for move in difference.moves] == [None]
    assert check(crowded, allocation) == () and compare(allocation, allocation).moves == ()
    closed, difference = what_if(crowded, allocation, closed=["C1"], left=["S5"])
    assert difference.closed == ("C1",) and closed.seats == {"S1": "C2"}
    assert compare(closed, result).opened == ("C1",)
    with pytest.raises(UnknownId):
        what_if(crowded, allocation, classes={"C9": crowded.classes[0]})
