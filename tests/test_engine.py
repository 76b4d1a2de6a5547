"""The engine's door: directions, orders, weights, changes, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from matching import Demand, Engine, Kind, Preferences, Profile, Requirement, SkillClaim, Vocabulary, Weights
from matching.domain import AutomatedDecision, Intent, Pay
from matching.errors import NotFitted, RecordError, UnknownId
from matching.score import PARTS, SCORE_ONE, WEIGHT_ONE
from matching.wishes import reciprocal
from tests.conftest import TODAY

NAN = float("nan")


def asks(identifier: str, *labels: str, **more: object) -> Demand:
    requirements = tuple(Requirement(Kind.SKILL, label, 2) for label in labels)
    return Demand(identifier, "技术员", requirements=requirements, **more)  # type: ignore[arg-type]


def offers(identifier: str, *labels: str, **more: object) -> Profile:
    return Profile(identifier, skills=tuple(SkillClaim(label, 2) for label in labels), **more)  # type: ignore[arg-type]


def fitted(vocabulary: Vocabulary, demands: list[Demand], profiles: list[Profile]) -> Engine:
    return Engine(vocabulary, reference_on=TODAY).fit(demands, profiles)


def test_the_student_with_what_is_asked_comes_first(vocabulary: Vocabulary) -> None:
    engine = fitted(vocabulary, [asks("d", "氩弧焊", "看图纸")], [offers("a", "看图纸"), offers("b", "TIG", "识图")])
    found = engine.match("d")
    assert found.ids == ("b", "a")
    assert (found.asked, found.direction, found.considered) == ("d", "demand", 2)
    assert found.confidence.tolist() == [1.0, 0.5]
    assert engine.match("d", k=1).ids == ("b",) and engine.match("d", k=0).ids == ()


def test_a_record_that_is_not_held_can_ask(vocabulary: Vocabulary) -> None:
    engine = fitted(vocabulary, [asks("d", "氩弧焊")], [offers("a", "氩弧焊"), offers("b", "车工")])
    assert engine.match(asks("new", "车工")).ids[0] == "b"
    assert engine.match_profile(offers("new", "氩弧焊")).ids == ("d",)
    assert engine.explain(asks("new", "车工"), "b").score == engine.match(asks("new", "车工")).scores[0]


def test_alternatives_count_as_the_best_of_them(vocabulary: Vocabulary) -> None:
    either = tuple(Requirement(Kind.SKILL, label, 2, any_of="w") for label in ("氩弧焊", "二保焊"))
    crowd = [offers("a", "氩弧焊"), offers("b", "氩弧焊", "二保焊")]
    engine = fitted(vocabulary, [Demand("d", "", requirements=either)], crowd)
    found = engine.match("d")
    skills = PARTS.index("skills")
    assert found.parts[0, skills] == found.parts[1, skills] > 0


def test_what_the_major_lets_expect_counts_less_than_what_is_stated(vocabulary: Vocabulary) -> None:
    silent, cannot = (
        Profile("silent", major="智能焊接技术"),
        Profile("no", major="智能焊接技术", skills=(SkillClaim("氩弧焊", 0),)),
    )
    other = Profile("other", major="大数据与会计")
    engine = fitted(
        vocabulary, [asks("d", "氩弧焊")], [silent, cannot, other, offers("can", "氩弧焊", major="智能焊接技术")]
    )
    scores = dict(zip(engine.match("d").ids, engine.match("d").scores.tolist(), strict=True))
    assert scores["can"] > 2 * scores["silent"] > 0
    assert scores["silent"] > scores["no"] == scores["other"] == 0


def test_weights_are_applied_and_said(vocabulary: Vocabulary) -> None:
    demand = Demand("d", "焊工", requirements=(Requirement(Kind.SKILL, "氩弧焊"), Requirement(Kind.MAJOR, "数控技术")))
    crowd = [offers("welds", "氩弧焊", major="大数据与会计"), Profile("studies", major="数控技术")]
    engine = fitted(vocabulary, [demand], crowd)
    assert engine.match("d").ids[0] == "welds"
    found = engine.match("d", weights=Weights(skills=0.1, major=0.9))
    assert found.ids[0] == "studies"
    assert found.weights["preferred"]["major"] == 0.9 and found.weights["suggested"]["major"] == Weights().major
    assert sum(found.weights["applied"].values()) == pytest.approx(1.0)
    only = Weights(0, 0, 1, 0, 0, 0)
    assert engine.match("d", weights=only).scores.tolist() == [SCORE_ONE, 0]
    assert engine.explain("d", "studies", weights=only).score == SCORE_ONE


@pytest.mark.parametrize("weights", [Weights(-1), Weights(float("nan")), Weights(0, 0, 0, 0, 0, 0)])
def test_impossible_weights_are_refused(weights: Weights) -> None:
    with pytest.raises(RecordError):
        weights.integers()


def test_weights_sum_to_one_exactly() -> None:
    assert Weights().integers().sum() == WEIGHT_ONE
    assert Weights(1, 1, 1, 0, 0, 0).integers().tolist() == [342, 341, 341, 0, 0, 0]
    with pytest.raises(RecordError, match="no such part"):
        Weights.from_mapping({"looks": 1.0})


def test_reciprocal_order_counts_the_students_wishes(vocabulary: Vocabulary) -> None:
    demand = asks("d", "氩弧焊", places=("长清区",), pay=Pay(5000, 6000), shifts=("两班倒",))
    far = offers("a", "氩弧焊", preferences=Preferences(places=("青岛市",), shifts=("长白班",)))
    near = offers("b", "氩弧焊", preferences=Preferences(places=("济南",), pay_low=6000))
    dear = offers("c", "氩弧焊", preferences=Preferences(pay_low=12000))
    engine = fitted(vocabulary, [demand], [far, near, dear])
    assert engine.match("d").ids == ("a", "b", "c")
    found = engine.match("d", order="reciprocal")
    assert found.ids == ("b", "c", "a") and found.order == "reciprocal"
    assert found.backward is not None and found.backward.tolist() == [SCORE_ONE, SCORE_ONE // 2, 0]
    assert engine.match_profile("b", order="reciprocal").backward is not None
    assert reciprocal(0, 0) == 0 and reciprocal(SCORE_ONE, SCORE_ONE) == SCORE_ONE


def test_both_directions_give_the_pair_one_score(sample_engine: Engine) -> None:
    found = sample_engine.match("D001", 10)
    for rank, key in enumerate(found.ids):
        other = sample_engine.match_profile(key, 60)
        place = other.ids.index("D001")
        assert other.scores[place] == found.scores[rank]
        assert other.parts[place].tolist() == found.parts[rank].tolist()
        assert other.verdicts[place] == found.verdicts[rank]
        assert other.confidence[place] == pytest.approx(found.confidence[rank])


def test_everyone_is_answered(sample_engine: Engine) -> None:
    demands: Iterator[object] = sample_engine.match_all(3)
    assert len(list(demands)) == len(sample_engine.demands_)
    first = next(sample_engine.match_all(3, direction="profiles"))
    assert first.direction == "profile" and first.asked == next(iter(sample_engine.profiles_))


def test_changes_show_in_the_next_answer(vocabulary: Vocabulary) -> None:
    engine = fitted(vocabulary, [asks("d", "氩弧焊")], [offers("a", "车工")])
    engine.upsert(profiles=[offers("b", "氩弧焊")], demands=[asks("e", "车工")])
    assert engine.match("d").ids == ("b", "a") and engine.match("e").ids[0] == "a"
    engine.upsert(profiles=[offers("a", "氩弧焊", "氩弧焊")])
    assert engine.match("d").ids == ("a", "b")
    before = engine.versions()
    engine.remove(profiles=["a"], demands=["e"])
    assert engine.match("d").ids == ("b",) and engine.match_profile("b").ids == ("d",)
    assert engine.versions()["change"] != before["change"]
    engine.compact()
    assert engine.match("d").ids == ("b",)
    engine.remove(profiles=["b"])
    engine.compact()
    assert engine.match("d").ids == ()


def test_planned_dates_of_a_new_student_reach_held_demands(vocabulary: Vocabulary) -> None:
    demands = [asks("early", "二保焊", start_on=date(2027, 3, 1)), asks("late", "二保焊", start_on=date(2027, 9, 1))]
    engine = fitted(vocabulary, demands, [offers("a", "车工")])
    engine.match_profile("a")
    planner = Profile("p", skills=(SkillClaim("二保焊", 2, "course", date(2027, 6, 1)),))
    engine.upsert(profiles=[planner])
    found = engine.match_profile("p")
    assert found.ids == ("late", "early") and found.scores[0] > found.scores[1]
    assert engine.match("late").scores[0] == found.scores[0]


def test_ids_that_are_not_held_and_doubles_are_refused(vocabulary: Vocabulary) -> None:
    engine = fitted(vocabulary, [asks("d", "车工")], [offers("a", "车工")])
    for wrong in (
        lambda: engine.match("x"),
        lambda: engine.match_profile("x"),
        lambda: engine.explain("d", "x"),
        lambda: engine.remove(profiles=["a", "x"]),
        lambda: engine.remove(demands=["x"]),
    ):
        with pytest.raises(UnknownId):
            wrong()
    assert engine.match("d").ids == ("a",)
    with pytest.raises(RecordError, match="twice"):
        Engine(vocabulary).fit([], [offers("a"), offers("a")])
    with pytest.raises(NotFitted):
        Engine(vocabulary).match("d")


def test_nothing_to_rank_gives_an_empty_list(vocabulary: Vocabulary) -> None:
    engine = fitted(vocabulary, [], [])
    assert engine.match(asks("d", "车工")).ids == () and engine.match_profile(offers("a")).ids == ()
    engine.upsert(profiles=[offers("a", "车工")])
    assert engine.match(asks("d", "车工")).ids == ("a",)


def test_what_nobody_had_at_fit_counts_from_the_first_answer(vocabulary: Vocabulary) -> None:
    engine = fitted(vocabulary, [asks("d", "氩弧焊")], [offers("p0", "氩弧焊")])
    engine.upsert(demands=[asks("n", "会计核算")], profiles=[offers("q", "会计核算")])
    first, again = engine.match("n"), engine.match("n")
    assert first.ids == again.ids == ("q", "p0") and first.scores.tolist() == again.scores.tolist()
    assert engine.match_profile("q").ids[0] == "n"
    assert engine.match_profile("q").scores[0] == first.scores[0] == engine.explain("n", "q").score
    new_pair = engine.explain(asks("x", "无名技能", "Vue"), offers("y", "无名技能", "Vue"))
    standings = {reason.label_zh: reason.standing.value for reason in new_pair.reasons if reason.part == "skills"}
    assert standings == {"无名技能 2级": "has", "Vue 2级": "has"}
    held = replace(asks("l", "氩弧焊"), requirements=(Requirement(Kind.SKILL, "氩弧焊", 5),))
    partly = [reason for reason in engine.explain(held, "p0").reasons if reason.part == "skills"]
    assert [reason.standing.value for reason in partly] == ["partly"]


def test_a_change_that_is_refused_changes_nothing(vocabulary: Vocabulary) -> None:
    engine = fitted(vocabulary, [asks("d", "车工")], [offers("a", "车工")])
    with pytest.raises(RecordError, match="twice"):
        engine.upsert(profiles=[offers("b", "车工")], demands=[asks("e", "车工"), asks("e", "车工")])
    assert engine.match("d").ids == ("a",) and engine.versions()["change"] == "0"


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (Demand("d", "", requirements=(Requirement(Kind.SKILL, "x", 9),)), r"requirements\[0\].level"),
        (Demand("d", "", requirements=(Requirement(Kind.SKILL, "x", weight=-5.0),)), r"requirements\[0\].weight"),
        (
            Demand("d", "", requirements=(Requirement(Kind.SKILL, "x", weight=float("nan")),)),
            r"requirements\[0\].weight",
        ),
        (Demand("d", "", requirements=(Requirement(Kind.SKILL, "字" * 300),)), r"requirements\[0\].label"),
        (Profile("a\0"), "U\\+0000"),
        (Profile("p", skills=(SkillClaim("x", 7),)), r"skills\[0\].level"),
    ],
)
def test_records_made_in_code_are_checked_at_the_door(
    vocabulary: Vocabulary, record: Demand | Profile, field: str
) -> None:
    engine = fitted(vocabulary, [], [])
    with pytest.raises(RecordError, match=field):
        engine.upsert(**{"demands" if isinstance(record, Demand) else "profiles": [record]})
    with pytest.raises(RecordError, match=field):
        engine.match(record) if isinstance(record, Demand) else engine.match_profile(record)


def test_blocks_are_at_least_one(vocabulary: Vocabulary) -> None:
    with pytest.raises(RecordError, match="shards"):
        Engine(vocabulary, shards=0).fit([], [])


def test_who_refuses_or_does_not_seek_is_told_apart(vocabulary: Vocabulary) -> None:
    demands = [asks("d", "车工"), asks("e", "铣工")]
    refuses = offers("r", "车工", automated_decision=AutomatedDecision.REFUSE)
    studies = offers("s", "车工", intent=Intent.STUDY)
    engine = fitted(vocabulary, demands, [refuses, studies])
    unscored = engine.match_profile("r")
    assert unscored.ids == () and unscored.unscored == ("d", "e")
    none = engine.match_profile("s")
    assert none.ids == () and {one.key: one.count for one in none.removed} == {"intent": 2, "hard_conditions": 0}
