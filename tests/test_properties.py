"""What must hold for any demand and any profile, tried on drawn ones against one frozen engine."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import Demand, Engine, Kind, MatchList, Profile, SkillClaim, Vocabulary
from matching.domain import Verdict
from matching.score import PARTS, SCORE_ONE
from tests.conftest import TODAY
from tests.drawn import certificate_claims, crowds, demands, levels, profiles, skill_claims

many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def frozen(vocabulary: Vocabulary, sample_demands: list[Demand], sample_profiles: list[Profile]) -> Engine:
    """Statistics of a part of the sample; the tests ask about records that it does not hold."""
    return Engine(vocabulary, reference_on=TODAY).fit(sample_demands, sample_profiles[:300])


def same(first: MatchList, second: MatchList) -> bool:
    """Compare everything that a user sees of two lists, bit for bit."""
    return (
        first.ids == second.ids
        and np.array_equal(first.scores, second.scores)
        and np.array_equal(first.parts, second.parts)
        and np.array_equal(first.confidence, second.confidence)
        and first.verdicts == second.verdicts
        and first.removed == second.removed
        and first.unscored == second.unscored
    )


@many
@given(demand=demands(), profile=profiles())
def test_parts_sum_to_a_score_between_zero_and_one(frozen: Engine, demand: Demand, profile: Profile) -> None:
    explanation = frozen.explain(demand, profile)
    assert sum(explanation.parts.values()) == explanation.score
    assert 0 <= explanation.score <= SCORE_ONE
    assert all(0 <= points <= SCORE_ONE for points in explanation.parts.values())
    fields_only = [reason for reason in explanation.reasons if reason.part != "text"]
    for part in PARTS[:-1]:
        assert sum(reason.points for reason in fields_only if reason.part == part) == explanation.parts[part]


@many
@given(demand=demands(), profile=profiles(), data=st.data())
def test_more_never_lowers_a_score(frozen: Engine, demand: Demand, profile: Profile, data: st.DataObject) -> None:
    before = frozen.explain(demand, profile).score
    ways: list[Callable[[], Profile]] = [
        lambda: replace(profile, skills=(*profile.skills, can(data.draw(skill_claims())))),
        lambda: replace(profile, certificates=(*(profile.certificates or ()), data.draw(certificate_claims()))),
    ]
    raisable = [number for number, claim in enumerate(profile.skills) if claim.level is not None and claim.level < 5]
    if raisable:
        number = data.draw(st.sampled_from(raisable))
        ways.append(lambda: replace(profile, skills=raised(profile.skills, number)))
    richer = data.draw(st.sampled_from(ways))()
    assert frozen.explain(demand, richer).score >= before


def can(claim: SkillClaim) -> SkillClaim:
    return replace(claim, level=claim.level or 1)


def raised(skills: Sequence[SkillClaim], number: int) -> tuple[SkillClaim, ...]:
    claim = skills[number]
    return (*skills[:number], replace(claim, level=(claim.level or 0) + 1), *skills[number + 1 :])


@many
@given(demand=demands(), profile=profiles(), label=skill_claims(), level=levels)
def test_a_level_above_all_that_is_asked_changes_nothing(
    frozen: Engine, demand: Demand, profile: Profile, label: SkillClaim, level: int
) -> None:
    asked = max([r.level or 1 for r in demand.requirements if r.kind is Kind.SKILL], default=1)
    enough = replace(profile, skills=(*profile.skills, replace(label, level=asked)))
    excess = replace(profile, skills=(*profile.skills, replace(label, level=max(asked, level))))
    assert frozen.explain(demand, excess).score == frozen.explain(demand, enough).score


@few
@given(asked=st.lists(demands(), min_size=1, max_size=2, unique_by=lambda d: d.id), crowd=crowds())
def test_a_must_that_is_not_met_never_appears(
    vocabulary: Vocabulary, asked: list[Demand], crowd: list[Profile]
) -> None:
    engine = Engine(vocabulary, reference_on=TODAY).fit(asked, crowd)
    for demand in asked:
        found = engine.match(demand.id, k=100)
        explained = {profile.id: engine.explain(demand.id, profile.id) for profile in crowd}
        failing = {key for key, e in explained.items() if any(v is Verdict.NOT_MET for _, _, v, _ in e.verdicts)}
        assert not failing & {*found.ids, *found.unscored}
        refused = {profile.id for profile in crowd if profile.automated_decision.value == "refuse"}
        leaving = {profile.id for profile in crowd if not profile.intent.seeking}
        assert not refused & set(found.ids) and set(found.unscored) <= refused
        assert not leaving & {*found.ids, *found.unscored}
        for rank, key in enumerate(found.ids):
            assert int(found.scores[rank]) == explained[key].score
            assert found.parts[rank].tolist() == [explained[key].parts[part] for part in PARTS]
        assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)
        for profile in crowd:
            other = engine.match_profile(profile.id, k=10)
            if profile.id in found.ids:
                assert int(other.scores[other.ids.index(demand.id)]) == explained[profile.id].score


@many
@given(demand=demands(), profile=profiles(), data=st.data())
def test_protected_words_change_nothing(frozen: Engine, demand: Demand, profile: Profile, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(("男", "女", "汉族", "回族", "中共党员", "未婚", "female", "22岁", "农村户口")))
    clauses = profile.text.split("，")
    place = data.draw(st.integers(0, len(clauses)))
    marked = replace(profile, text="，".join([*clauses[:place], word, *clauses[place:]]))
    plain, other = frozen.explain(demand, profile), frozen.explain(demand, marked)
    assert (plain.score, plain.parts, plain.verdicts) == (other.score, other.parts, other.verdicts)
    asking = replace(demand, text=f"{demand.text}，{word}")
    assert frozen.explain(asking, profile).score == plain.score


def test_no_type_that_ranking_handles_has_a_protected_or_identifying_field() -> None:
    forbidden = {
        "name",
        "sex",
        "gender",
        "ethnicity",
        "birth_date",
        "phone",
        "id_number",
        "household",
        "religion",
        "party",
    }
    for kind in (Profile, Demand, SkillClaim):
        assert not forbidden & {field.name for field in fields(kind)}


@few
@given(asked=st.lists(demands(), min_size=1, max_size=3, unique_by=lambda d: d.id), crowd=crowds(), seed=st.integers())
def test_the_order_of_rows_changes_nothing(
    vocabulary: Vocabulary, asked: list[Demand], crowd: list[Profile], seed: int
) -> None:
    shuffled, turned = list(crowd), list(reversed(asked))
    random.Random(seed).shuffle(shuffled)
    first = Engine(vocabulary, reference_on=TODAY).fit(asked, crowd)
    second = Engine(vocabulary, reference_on=TODAY).fit(turned, shuffled)
    for demand in asked:
        assert same(first.match(demand.id, 5), second.match(demand.id, 5))
    for profile in crowd:
        assert same(first.match_profile(profile.id, 5), second.match_profile(profile.id, 5))


@few
@given(extra=crowds(), demand=demands())
def test_upsert_then_remove_restores_the_answers(
    vocabulary: Vocabulary,
    sample_demands: list[Demand],
    sample_profiles: list[Profile],
    extra: list[Profile],
    demand: Demand,
) -> None:
    engine = Engine(vocabulary, reference_on=TODAY).fit(sample_demands[:5], sample_profiles[:60])
    before = [engine.match(d.id, 10) for d in sample_demands[:5]]
    before_profile = engine.match_profile(sample_profiles[0].id, 5)
    replaced = replace(extra[0], id=sample_profiles[3].id)
    engine.upsert(profiles=[*extra[1:], replaced], demands=[demand])
    everyone = engine.match(demand.id, 500)
    assert {*everyone.ids, *everyone.unscored} <= {p.id for p in [*sample_profiles[:60], *extra[1:]]}
    engine.remove(profiles=[profile.id for profile in extra[1:]], demands=[demand.id])
    engine.upsert(profiles=[sample_profiles[3]])
    assert all(same(engine.match(d.id, 10), old) for d, old in zip(sample_demands, before, strict=False))
    assert same(engine.match_profile(sample_profiles[0].id, 5), before_profile)
    engine.compact()
    assert all(same(engine.match(d.id, 10), old) for d, old in zip(sample_demands, before, strict=False))


@few
@given(asked=st.lists(demands(), min_size=1, max_size=3, unique_by=lambda d: d.id), crowd=crowds(30))
def test_shards_and_saving_change_nothing(
    vocabulary: Vocabulary, asked: list[Demand], crowd: list[Profile], tmp_path_factory: pytest.TempPathFactory
) -> None:
    engine = Engine(vocabulary, reference_on=TODAY).fit(asked, crowd)
    folder: Path = tmp_path_factory.mktemp("saved")
    others = [Engine(vocabulary, reference_on=TODAY, shards=count).fit(asked, crowd) for count in (2, 3, 7)]
    engine.upsert(profiles=[replace(crowd[0], text="换了一段话，会氩弧焊")])
    for other in others:
        other.upsert(profiles=[replace(crowd[0], text="换了一段话，会氩弧焊")])
    before = [engine.match(demand.id, 10) for demand in asked]
    engine.save(folder)
    others.append(Engine.open(folder, vocabulary))
    for other in [engine, *others]:
        assert all(same(other.match(d.id, 10), old) for d, old in zip(asked, before, strict=True))
        assert same(other.match_profile(crowd[0].id, 3), engine.match_profile(crowd[0].id, 3))
