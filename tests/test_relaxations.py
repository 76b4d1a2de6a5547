"""Relaxations: each count equals what a match of the changed demand gives, and the texts say what changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from matching import CertificateClaim, Demand, Engine, Importance, Kind, Profile, Requirement, SkillClaim, Vocabulary
from matching.cli import app
from matching.domain import AutomatedDecision, Intent
from matching.relaxations import SMALLNESS, is_permit
from matching.rules import alternatives
from tests.conftest import TODAY
from tests.drawn import demands

START = date(2027, 7, 1)
RANDOM, CAMPAIGN = 60, 1000
EVERYTHING = 10_000


def must(kind: Kind, label: str, level: int | None = None, **more: object) -> Requirement:
    return Requirement(kind, label, level, Importance.MUST, **more)  # type: ignore[arg-type]


def listed(engine: Engine, demand: Demand) -> int:
    """Count who is in the list of a demand: ranked or for a person to judge."""
    found = engine.match(demand, k=EVERYTHING)
    return len(found.ids) + len(found.unscored)


@pytest.fixture(scope="module")
def crowd(vocabulary: Vocabulary, sample_profiles: list[Profile]) -> Engine:
    """400 students of the sample, a tenth of whom refuse ranking by machine, some removed again."""
    chosen = [
        replace(p, automated_decision=AutomatedDecision.REFUSE) if number % 10 == 0 else p
        for number, p in enumerate(sample_profiles[::5])
    ]
    engine = Engine(vocabulary, reference_on=TODAY, shards=2).fit([], chosen[:380])
    engine.upsert(profiles=chosen[380:])
    engine.remove(profiles=[p.id for p in chosen[:20]])
    return engine


@st.composite
def hard_demands(draw: st.DrawFn) -> Demand:
    """Draw demands most of whose requirements are musts."""
    drawn = draw(demands())
    hard = st.sampled_from((Importance.MUST, Importance.MUST, Importance.MUST, Importance.SHOULD))
    ranked = [(r, draw(hard)) for r in drawn.requirements]
    asked = tuple(replace(r, importance=given, any_of=r.any_of and f"{r.any_of} {given.value}") for r, given in ranked)
    return replace(drawn, requirements=asked)


def equals_brute_force(engine: Engine, demand: Demand) -> int:
    """Compare every relaxation with a match of the changed demand; give how many there were."""
    before = listed(engine, demand)
    found = engine.relaxations(demand, n=1000)
    assert list(found) == sorted(found, key=lambda change: (-change.gain, SMALLNESS.index(change.change)))
    for change in found:
        assert change.gain > 0
        assert listed(engine, change.applied_to(demand)) - before == change.gain, change.text()
    return len(found)


def nothing_is_missed(engine: Engine, demand: Demand) -> None:
    """Drop each must in turn: what brings somebody is proposed, but for a permit that the law asks for."""
    linked = engine.vocabulary_.link_demand(demand)
    before = listed(engine, linked)
    gains = sorted(change.gain for change in engine.relaxations(linked, n=1000) if change.change == "drop")
    expected = []
    for numbers in alternatives(linked.requirements):
        if linked.requirements[numbers[0]].importance is Importance.MUST:
            if all(is_permit(linked.requirements[number], engine.vocabulary_) for number in numbers):
                continue
            kept = tuple(r for number, r in enumerate(linked.requirements) if number not in numbers)
            expected.append(listed(engine, replace(linked, requirements=kept)) - before)
    assert gains == sorted(gain for gain in expected if gain > 0)


@settings(
    max_examples=RANDOM,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(demand=hard_demands())
def test_relaxations_equal_brute_force(crowd: Engine, demand: Demand) -> None:
    equals_brute_force(crowd, demand)
    nothing_is_missed(crowd, demand)


@pytest.mark.campaign
def test_relaxations_equal_brute_force_on_a_thousand_demands(crowd: Engine) -> None:
    counted = [0, 0]

    @settings(
        max_examples=CAMPAIGN,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(demand=hard_demands())
    def each(demand: Demand) -> None:
        counted[0] += 1
        counted[1] += equals_brute_force(crowd, demand)
        nothing_is_missed(crowd, demand)

    each()
    print(f"{counted[0]} demands, {counted[1]} relaxations, all equal to brute force")
    assert counted[0] >= CAMPAIGN


@pytest.fixture(scope="module")
def few(vocabulary: Vocabulary) -> Engine:
    """Six students who differ in one thing each."""

    def student(key: str, grade: str = "焊工四级", skill: int = 2, **more: object) -> Profile:
        base = Profile(
            key,
            education="高职专科",
            major="智能焊接技术",
            skills=(SkillClaim("氩弧焊", skill),),
            certificates=(CertificateClaim(grade),),
        )
        return replace(base, **more)  # type: ignore[arg-type]

    crowd = [
        student("fits"),
        student("grade1", "焊工五级"),
        student("grade2", "焊工五级"),
        student("skill", skill=1),
        student("rung", education="中职"),
        student("major", major="模具设计与制造"),
        student("silent", certificates=None),
        student("away", "焊工五级", intent=Intent.STUDY),
    ]
    return Engine(vocabulary, reference_on=TODAY).fit([], crowd)


ASKED = Demand(
    "D",
    "氩弧焊工",
    start_on=START,
    requirements=(
        must(Kind.CERTIFICATE, "焊工四级", exclude_unknown=True),
        must(Kind.SKILL, "氩弧焊", 2),
        must(Kind.EDUCATION, "大专"),
        must(Kind.MAJOR, "智能焊接技术"),
    ),
)


def test_each_kind_of_change_is_proposed_with_its_count(few: Engine) -> None:
    found = {(change.change, change.label_zh): change.gain for change in few.relaxations(ASKED, n=100)}
    assert found["level", "接受五级（焊工四级）"] == 2
    assert found["level", "接受1级（氩弧焊 2级）"] == 1
    assert found["education", "接受中职（大专及以上）"] == 1
    assert found["unknown", "接受待核实（焊工四级）"] == 1
    assert found["major", "接受模具设计与制造专业"] == 1
    assert found["drop", "不再要求焊工四级"] == 3
    assert len(found) == 9


def test_the_order_is_by_gain_and_then_by_smallness(few: Engine) -> None:
    found = few.relaxations(ASKED, n=4)
    assert [change.change for change in found] == ["drop", "level", "level", "unknown"]
    assert [change.gain for change in found] == [3, 2, 1, 1]


def test_the_texts_in_both_languages(few: Engine) -> None:
    change = next(change for change in few.relaxations(ASKED) if change.label_zh.startswith("接受五级"))
    assert change.text("zh") == "接受五级（焊工四级）：+2"
    assert change.text("en").startswith("accept 五级") and change.text("en").endswith(": +2")
    assert change.as_dict()["gain"] == 2 and change.as_dict()["text_zh"] == change.text("zh")


def test_nothing_to_relax_gives_nothing(few: Engine) -> None:
    assert few.relaxations(Demand("D", "焊工", start_on=START)) == ()


def test_a_certificate_without_a_rung_below_can_only_be_dropped(few: Engine) -> None:
    asked = replace(ASKED, requirements=(must(Kind.CERTIFICATE, "会计初级职称"),))
    assert {change.change for change in few.relaxations(asked, n=100)} == {"drop"}


@pytest.mark.parametrize(
    "label", ["低压电工证", "特种作业操作证", "焊工证", "叉车证", "C1驾照", "UT二级", "健康证", "起重司索作业证"]
)
def test_a_permit_that_the_law_asks_for_is_never_dropped(label: str, few: Engine) -> None:
    """Only what is not yet verified may be accepted: a person then checks the paper."""
    strict = replace(ASKED, requirements=(must(Kind.CERTIFICATE, label, exclude_unknown=True),))
    assert {change.change for change in few.relaxations(strict, n=100)} <= {"unknown"}
    assert few.relaxations(replace(ASKED, requirements=(must(Kind.LICENCE, "驾照"),)), n=100) == ()


def test_a_permit_beside_an_alternative_that_is_none_may_be_dropped(few: Engine) -> None:
    either = (must(Kind.CERTIFICATE, "低压电工证", any_of="a"), must(Kind.CERTIFICATE, "会计初级职称", any_of="a"))
    assert {change.change for change in few.relaxations(replace(ASKED, requirements=either), n=100)} == {"drop"}


DEMANDS = "岗位编号,岗位名称,必备技能,到岗日期\nD1,氩弧焊工（限男）,氩弧焊:2,2027-07-01\n"
STUDENTS = "学号,技能,就业意向\nS1,氩弧焊:3,求职\nS2,氩弧焊:1,求职\n"


def test_match_prints_relaxations_where_the_list_is_short_and_warns_of_wording(tmp_path: Path) -> None:
    tables = [tmp_path / "demands.csv", tmp_path / "students.csv"]
    for table, text in zip(tables, (DEMANDS, STUDENTS), strict=True):
        table.write_text(text, encoding="utf-8")

    def run(*more: str) -> Result:
        return CliRunner().invoke(app, ["match", *map(str, tables), *more])

    short = run("-k", "5")
    assert "放宽条件可增加：接受1级（氩弧焊 2级）：+1" in short.stdout
    assert short.stderr.count("限男") == 1 and "不得发布" in short.stderr
    assert "放宽" not in run("-k", "1").stdout
    assert "More students with softer conditions: accept level 1" in run("-k", "1", "--relax", "--lang", "en").stdout
    (listed,) = json.loads(run("-k", "5", "--json").stdout)["lists"]
    assert [change["gain"] for change in listed["relaxations"]] == [1, 1]
    assert json.loads(run("-k", "1", "--json").stdout)["lists"][0]["relaxations"] == []
