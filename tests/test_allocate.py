"""Allocation: published examples, brute force on small rounds, close-or-keep against all sets of classes, bad input."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.allocate import (
    Applicant,
    OrderClass,
    Round,
    SeatGroup,
    allocate,
    blocking_pairs,
    by_hand,
    check,
    lot,
)
from matching.domain import AutomatedDecision
from matching.errors import RecordError
from tests.small_rounds import RULE, Plain, drawn_round, shuffled

SHORT, LONG = 240, 10_000
STUDENT_OPTIMAL, TRUTHFUL = 40, 2_000


def round_of(lists: dict[str, str], rankings: dict[str, str], seats: dict[str, int], **more: Any) -> Round:
    """Write a round of strict lists: `lists` of students and `rankings` of classes as words, best first."""
    classes = tuple(
        OrderClass(key, seats[key], scores=by_hand([name] for name in order.split()), by_hand=True)
        for key, order in rankings.items()
    )
    people = tuple(Applicant(name, tuple((key,) for key in listed.split())) for name, listed in lists.items())
    return Round(classes, people, "seed", **more)


def test_the_marriages_of_gale_and_shapley_1962() -> None:
    one = dict.fromkeys("ABCD", 1)
    first = {"alpha": "A B C", "beta": "B C A", "gamma": "C A B"}
    women = {"A": "beta gamma alpha", "B": "gamma alpha beta", "C": "alpha beta gamma"}
    assert allocate(round_of(first, women, one)).seats == {"alpha": "A", "beta": "B", "gamma": "C"}
    second = {"alpha": "A B C D", "beta": "A D C B", "gamma": "B A C D", "delta": "D B C A"}
    women = {
        "A": "delta gamma alpha beta",
        "B": "beta delta alpha gamma",
        "C": "delta alpha beta gamma",
        "D": "gamma beta delta alpha",
    }
    expected = {"alpha": "C", "beta": "D", "gamma": "A", "delta": "B"}
    assert allocate(round_of(second, women, one)).seats == expected


def test_the_example_of_the_national_resident_matching_program() -> None:
    lists = {
        "Arthur": "City",
        "Sunny": "City Mercy",
        "Joseph": "City General Mercy",
        "Latha": "Mercy City General",
        "Darrius": "City Mercy General",
    }
    programs = {
        "Mercy": "Darrius Joseph",
        "City": "Darrius Arthur Sunny Latha Joseph",
        "General": "Darrius Arthur Joseph Latha",
    }
    found = allocate(round_of(lists, programs, {"Mercy": 2, "City": 2, "General": 2}))
    assert found.seats == {"Arthur": "City", "Darrius": "City", "Joseph": "General", "Latha": "General"}
    assert found.unseated == ("Sunny",) and found.of("Mercy").free == 2 and found.chosen == (2, 1, 1)


def test_the_school_choice_example_in_which_stability_costs_students() -> None:
    lists = {"i1": "s2 s1 s3", "i2": "s1 s2 s3", "i3": "s1 s2 s3"}
    schools = {"s1": "i1 i3 i2", "s2": "i2 i1 i3", "s3": "i2 i1 i3"}
    found = allocate(round_of(lists, schools, dict.fromkeys(schools, 1)))
    assert found.seats == {"i1": "s1", "i2": "s2", "i3": "s3"}


def tried(seed: int) -> None:
    """Compare one drawn round with the plain solutions, and its decision with that of trying every set of classes."""
    draw = random.Random(seed)
    given = drawn_round(draw, groups=seed % 2 == 1, least=seed % 4 >= 2)
    found, plain = allocate(given), Plain(given)
    opened = frozenset(one.id for one in found.classes if one.is_open)
    aims, seats = plain.best_decision()
    decision = found.decision
    assert (-decision.students, len(decision.closed), decision.rank_sum, decision.closed) == aims
    assert found.seats == seats == plain.deferred(opened)
    assert check(given, found) == () and blocking_pairs(given, found) == ()
    assert plain.blocking(found.seats, opened) == []
    assert allocate(shuffled(given, draw)) == found


@pytest.mark.parametrize("part", range(4))
def test_small_rounds_equal_brute_force_in_seats_and_in_the_decision(part: int) -> None:
    for seed in range(part, SHORT, 4):
        tried(seed)


@pytest.mark.campaign
def test_ten_thousand_small_rounds_equal_brute_force() -> None:
    for seed in range(LONG):
        tried(seed)


def best_for_students(seed: int) -> None:
    """Compare with the best of all stable allocations, found by trying every allocation there is."""
    given = drawn_round(random.Random(seed), 4, 3, groups=seed % 2 == 1)
    plain, found = Plain(given), allocate(given).seats
    stable = list(plain.stable(frozenset(plain.classes)))
    assert found in stable
    for name, listed in plain.lists.items():
        order = [key for key, _ in listed]
        at = [order.index(seats[name]) if name in seats else len(order) for seats in (found, *stable)]
        assert at[0] == min(at)


def cannot_be_gained_from(seed: int) -> None:
    """Let each student try every other list; none leads to a class that the student puts higher."""
    given = drawn_round(random.Random(seed), 5, 3, groups=seed % 2 == 1)
    keys, found = [one.id for one in given.classes], allocate(given).seats
    for number, student in enumerate(given.applicants):
        if student.automated_decision is AutomatedDecision.REFUSE:
            continue
        ranks = {key: rank for rank, equal in enumerate(student.choices) for key in equal}
        own = ranks[found[student.id]] if student.id in found else len(keys)
        for count in range(len(keys) + 1):
            for other in permutations(keys, count):
                people = list(given.applicants)
                people[number] = replace(student, choices=tuple((key,) for key in other))
                seat = allocate(replace(given, applicants=tuple(people))).seats.get(student.id)
                assert seat is None or ranks.get(seat, len(keys)) >= own


def test_no_stable_allocation_is_better_for_any_student_and_no_list_gains_by_being_untrue() -> None:
    for seed in range(STUDENT_OPTIMAL):
        best_for_students(seed)
    for seed in range(STUDENT_OPTIMAL // 4):
        cannot_be_gained_from(seed)


@pytest.mark.campaign
def test_students_optimum_and_truthfulness_on_thousands_of_rounds() -> None:
    for seed in range(TRUTHFUL):
        best_for_students(seed)
        cannot_be_gained_from(seed)


def test_lots_are_drawn_from_the_published_seed_alone() -> None:
    names = [f"S{number}" for number in range(6)]
    people = tuple(Applicant(name, (("C",),)) for name in names)
    seated = {
        seed: allocate(Round((OrderClass("C", 2, scores=dict.fromkeys(names, 1.0)),), people, seed)).of("C").seated
        for seed in ("a", "b", "c")
    }
    assert len(set(seated.values())) > 1
    for seed, found in seated.items():
        assert found == tuple(sorted(names, key=lambda name: lot(seed, name))[:2])


def test_seats_are_held_back_for_a_group_that_has_a_minimum() -> None:
    people = (*(Applicant(f"A{n}", (("C",),), college="A") for n in range(3)), Applicant("B0", (("C",),), college="B"))
    scores = {"A0": 4.0, "A1": 3.0, "A2": 2.0, "B0": 1.0}
    group = SeatGroup("B", seats_min=1, colleges=("B",))
    one = OrderClass("C", 3, seats_min=2, groups=(group,), scores=scores)
    assert allocate(Round((one,), people, "x")).of("C").seated == ("A0", "A1", "B0")
    nobody = replace(one, left_off=frozenset({"B0"}))
    without = allocate(Round((nobody,), people, "x"))
    assert without.seats == {} and without.decision.closed == ("C",) and without.decision.gap == 3
    kept = allocate(Round((nobody,), people, "x", kept=frozenset({"C"})))
    assert kept.of("C").state == "kept" and kept.of("C").seated == ("A0", "A1")


def test_the_aims_come_in_their_order() -> None:
    people = [Applicant(f"S{n}", (("C1",), ("C2",))) for n in range(3)]
    people += [Applicant(f"T{n}", (("C2",),)) for n in range(4)]
    scores = {person.id: 1.0 for person in people}
    small = OrderClass("C1", 3, seats_min=3, scores=scores)
    large = OrderClass("C2", 7, seats_min=5, scores=scores)
    decision = allocate(Round((small, large), tuple(people), "x")).decision
    assert (decision.closed, decision.students, decision.rank_sum, decision.gap) == (("C1",), 7, 10, 0)
    assert decision.method == "exact" and "gap of 0" in decision.text("en") and "已证明最优" in decision.text("zh")


def test_a_search_that_stops_says_so_and_still_reaches_every_minimum() -> None:
    draw = random.Random(3)
    keys = [f"C{n:02d}" for n in range(30)]
    people = tuple(Applicant(f"S{n:03d}", tuple((key,) for key in draw.sample(keys, 4))) for n in range(150))
    scores = {person.id: draw.random() for person in people}
    given = Round(tuple(OrderClass(key, 9, seats_min=7, scores=scores) for key in keys), people, "x")
    found = allocate(given, tries=40)
    assert found.decision.method == "search" and 0 < found.decision.tries <= 40
    assert check(given, found) == () and blocking_pairs(given, found) == ()
    assert "未证明最优" in found.decision.text("zh") and found.decision.free_students == 150
    assert allocate(given, tries=400).decision.students >= found.decision.students


def test_pins_go_before_rank_and_forbids_keep_apart() -> None:
    given = round_of({"a": "C D", "b": "C D"}, {"C": "a b", "D": "a b"}, {"C": 1, "D": 1})
    assert allocate(given).seats == {"a": "C", "b": "D"}
    pinned = replace(given, pins=frozenset({("b", "C")}))
    assert allocate(pinned).seats == {"a": "D", "b": "C"}
    assert check(pinned, allocate(pinned)) == () == blocking_pairs(pinned, allocate(pinned))
    assert [problem.rule for problem in check(pinned, allocate(given))] == ["pin_broken"]
    apart = replace(given, forbids=frozenset({("a", "C")}))
    assert allocate(apart).seats == {"a": "D", "b": "C"}
    assert [problem.rule for problem in check(apart, allocate(given))] == ["forbidden"]


def test_hand_changes_move_a_student_to_a_place() -> None:
    people = tuple(Applicant(name, (("C",),)) for name in "abcd")
    one = OrderClass("C", 2, scores={"a": 4, "b": 3, "c": 2}, placed={"d": 1, "a": 4})
    assert allocate(Round((one,), people, "x")).of("C").seated == ("d", "b")
    assert allocate(Round((one,), people, "x")).of("C").waitlist == ("c", "a")
    assert allocate(Round((replace(one, waitlist=1),), people, "x")).of("C").waitlist == ("c",)


def test_a_check_finds_every_kind_of_breach() -> None:
    given = round_of({"a": "C", "b": "D", "c": "C"}, {"C": "a b", "D": "a b"}, {"C": 1, "D": 1})
    people = tuple(replace(person, consent=person.id != "b") for person in given.applicants)
    barred = replace(given.classes[0], not_eligible={"a": RULE})
    bad = replace(given, applicants=people, classes=(barred, given.classes[1]))
    good = allocate(given)
    seats = {"a": "C", "b": "C", "c": "C", "x": "D"}
    rules = {problem.rule for problem in check(bad, replace(good, seats=seats))}
    assert rules == {
        *("no_consent", "not_listed", "left_off", "not_eligible", "above_max", "unknown_id", "list_differs")
    }
    assert "below_min" in {problem.rule for problem in check(_with_minimum(given), good)}
    assert "closed" in {problem.rule for problem in check(replace(given, closed=frozenset({"C"})), good)}
    empty = blocking_pairs(given, replace(good, seats={}))
    assert [(pair.student, pair.class_id, pair.instead_of) for pair in empty] == [("a", "C", ""), ("b", "D", "")]


def _with_minimum(given: Round) -> Round:
    return replace(given, classes=tuple(replace(one, seats_max=3, seats_min=2) for one in given.classes))


def _bad() -> Iterator[tuple[str, Round]]:
    base = round_of({"a": "C D", "b": "C"}, {"C": "a b", "D": "a"}, {"C": 1, "D": 1})
    c, d = base.classes
    a, b = base.applicants

    def classes(**changed: Any) -> Round:
        return replace(base, classes=(replace(c, **changed), d))

    def person(**changed: Any) -> Round:
        return replace(base, applicants=(replace(a, **changed), b))

    crossing = (SeatGroup("g", colleges=("A",)), SeatGroup("h", majors=("W",)))
    yield "unknown_id", person(choices=(("X",),))
    yield "unknown_id", classes(scores={"x": 1.0})
    yield "unknown_id", replace(base, pins=frozenset({("x", "C")}))
    yield "unknown_id", replace(base, closed=frozenset({"X"}))
    yield "repeated_id", person(choices=(("C",), ("D", "C")))
    yield "repeated_id", replace(base, applicants=(a, b, a))
    yield "repeated_id", replace(base, classes=(c, d, c))
    yield "repeated_id", replace(base, pins=frozenset({("a", "C"), ("a", "D")}))
    yield "repeated_place", classes(placed={"a": 1, "b": 1})
    yield "out_of_range", classes(placed={"a": 0})
    yield "not_a_number", classes(scores={"a": float("nan")})
    yield "no_seats", classes(seats_max=0)
    yield "min_above_max", classes(seats_min=2)
    yield "min_above_max", classes(groups=(SeatGroup("g", 2, 1, ("A",)),))
    yield "min_above_max", classes(groups=(SeatGroup("g", 1, 1, ("A",)), SeatGroup("h", 1, 1, ("B",))))
    yield "crossing_groups", classes(seats_max=4, groups=crossing)
    yield "empty_rank", person(choices=((), ("C",)))
    yield "contradiction", replace(base, closed=frozenset({"C"}), kept=frozenset({"C"}))
    yield "bad_pin", replace(base, pins=frozenset({("b", "D")}))
    yield "too_many_pins", replace(base, pins=frozenset({("a", "C"), ("b", "C")}))
    refusing = person(automated_decision=AutomatedDecision.REFUSE)
    yield "unplaced", replace(refusing, classes=(replace(c, by_hand=False), d))


@pytest.mark.parametrize(("rule", "wrong"), list(_bad()), ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(_bad())])
def test_bad_input_is_named_in_both_languages(rule: str, wrong: Round) -> None:
    with pytest.raises(RecordError) as caught:
        allocate(wrong)
    assert rule in {problem.rule for problem in caught.value.problems}
    assert all(problem.field and problem.message_zh != problem.message_en for problem in caught.value.problems)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), least=st.booleans())
def test_more_seats_leave_nobody_worse_and_one_more_student_nobody_better(seed: int, least: bool) -> None:
    """Hold for the base mechanism; minimums of the class are decided apart, so they are lifted here."""
    draw = random.Random(seed)
    given_round = drawn_round(draw, 6, 4, groups=False, least=least)
    kept = replace(given_round, kept=frozenset(one.id for one in given_round.classes))
    before = allocate(kept)
    more = tuple(replace(one, seats_max=one.seats_max + draw.randint(0, 2)) for one in kept.classes)
    after = allocate(replace(kept, classes=more))
    for student in kept.applicants:
        ranks = {key: rank for rank, equal in enumerate(student.choices) for key in equal}
        last = len(ranks)
        at = [ranks[found.seats[student.id]] if student.id in found.seats else last for found in (before, after)]
        assert at[1] <= at[0]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_who_sits_and_how_many_seats_stay_empty_does_not_hang_on_lots_of_students(seed: int) -> None:
    """All orders in which students could ask lead to the same seats: the rows are shuffled, and so is the asking."""
    draw = random.Random(seed)
    given_round = drawn_round(draw, 8, 5, groups=True, least=True)
    found = allocate(given_round)
    assert check(given_round, found) == () == blocking_pairs(given_round, found)
    for _ in range(3):
        assert allocate(shuffled(given_round, draw)) == found
