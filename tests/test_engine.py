"""The engine's door: directions, orders, weights, changes, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from matching import Demand, Engine, Kind, Preferences, Profile, Requirement, SkillClaim, Vocabulary, Weights
from matching.domain import Pay, Verdict
from matching.errors import IndexDamaged, NotFitted, RecordError, UnknownId
from matching.score import PARTS, SCORE_ONE, WEIGHT_ONE, reciprocal
from tests.conftest import TODAY


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


def test_a_saved_engine_opens_equal_and_can_change(
    sample_engine: Engine, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    demands, profiles = list(sample_engine.demands_.values())[:8], list(sample_engine.profiles_.values())[:80]
    engine = fitted(vocabulary, demands, profiles)
    engine.save(tmp_path / "saved")
    opened = Engine.open(tmp_path / "saved", vocabulary)
    assert [found.as_dict() for found in opened.match_all(5)] == [found.as_dict() for found in engine.match_all(5)]
    assert isinstance(opened._blocks[0].postings.rows, np.memmap)
    for one in (engine, opened):
        one.upsert(profiles=[replace(profiles[0], text="新写的一段")])
        one.remove(profiles=[profiles[1].id])
    assert [found.as_dict() for found in opened.match_all(5)] == [found.as_dict() for found in engine.match_all(5)]
    opened.save(tmp_path / "saved")
    again = Engine.open(tmp_path / "saved", vocabulary)
    assert again.match(demands[0].id).ids == opened.match(demands[0].id).ids
    assert len(list((tmp_path / "saved").glob("state-*"))) == 1


def test_a_damaged_state_is_named(vocabulary: Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="no saved engine"):
        Engine.open(tmp_path, vocabulary)
    fitted(vocabulary, [asks("d", "车工")], [offers("a", "车工")]).save(tmp_path)
    (state,) = tmp_path.glob("state-*")
    rows = state / "postings_rows.npy"
    whole = rows.read_bytes()
    rows.write_bytes(whole[:-1])
    with pytest.raises(IndexDamaged, match=r"postings_rows\.npy"):
        Engine.open(tmp_path, vocabulary)
    rows.write_bytes(whole)
    assert Engine.open(tmp_path, vocabulary).match("d").verdicts == ((Verdict.MET,),)
    other = vocabulary.merged([], "other")
    if other.version != vocabulary.version:
        with pytest.raises(IndexDamaged, match="vocabulary"):
            Engine.open(tmp_path, other)
