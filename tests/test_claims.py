"""What claims change from day to day adds up to the best that holds on each day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import CertificateClaim, Profile, SkillClaim, Vocabulary
from matching.score import VALUE_ONE
from matching.vectorize import Scoring
from matching.vectorize.claims import Claims, major_of
from matching.vectorize.features import refused_skills
from matching.vectorize.wording import Wording
from tests.conftest import TODAY
from tests.drawn import profiles

NOW = TODAY.toordinal()
LATER = (NOW, NOW + 1, date(2027, 3, 1).toordinal(), date(2027, 3, 2).toordinal(), date(2029, 1, 1).toordinal())


@pytest.fixture(scope="module")
def claims(vocabulary: Vocabulary) -> Claims:
    return Claims(vocabulary, Scoring(), Wording(vocabulary))


def on_day(changes: list[tuple[str, int, int]], day: int) -> dict[str, int]:
    """Add up the changes to a day."""
    total: dict[str, int] = {}
    for feature, first, change in changes:
        if first <= day:
            total[feature] = total.get(feature, 0) + change
    return total


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(profile=profiles(), refuse=st.booleans(), day=st.sampled_from(LATER))
def test_changes_add_up_to_the_best_of_the_day(
    claims: Claims, vocabulary: Vocabulary, profile: Profile, refuse: bool, day: int
) -> None:
    refusals = (SkillClaim("氩弧焊", 0), SkillClaim("PLC", 0)) if refuse else ()
    linked = vocabulary.link_profile(replace(profile, skills=(*profile.skills, *refusals)))
    expected, refused = claims.expected(major_of(linked)), refused_skills(linked)
    values = dict(expected)
    for span in claims.spans(linked):
        if span.first <= day <= span.last:
            for feature, value in span.gains.items():
                values[feature] = max(value, values.get(feature, 0))
    for feature in values:
        if feature.removeprefix("skill:").rpartition(">=")[0] in refused and feature.startswith("skill:"):
            values[feature] = 0
    gained = on_day(claims.changes(linked, NOW), day)
    assert {f: expected.get(f, 0) + gained.get(f, 0) for f in values} == values
    assert not any(change for feature, change in gained.items() if feature not in values)


def test_a_certificate_that_runs_out_gives_back_what_it_gave(claims: Claims, vocabulary: Vocabulary) -> None:
    until = date(2027, 3, 1)
    linked = vocabulary.link_profile(Profile("p", certificates=(CertificateClaim("叉车证", valid_until=until),)))
    changes = claims.changes(linked, NOW)
    assert {day for _, day, _ in changes} == {0, until.toordinal() + 1}
    assert on_day(changes, until.toordinal()) and not any(on_day(changes, until.toordinal() + 1).values())
    assert claims.changes(linked, until.toordinal() + 1) == []


def test_levels_are_steps_and_related_skills_earn_a_share(claims: Claims, vocabulary: Vocabulary) -> None:
    linked = vocabulary.link_profile(Profile("p", skills=(SkillClaim("氩弧焊", 2),)))
    held = on_day(claims.changes(linked, NOW), 0)
    assert held["skill:weld.gtaw>=1"] == held["skill:weld.gtaw>=2"] == VALUE_ONE and "skill:weld.gtaw>=3" not in held
    assert any(0 < value < VALUE_ONE for feature, value in held.items() if feature.startswith("skill:"))
