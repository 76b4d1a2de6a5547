"""The vectorizer keeps scikit-learn's contract and its statistics stay frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from matching import Demand, Profile, SkillClaim, Vocabulary
from matching.errors import NotFitted, RecordError
from matching.score import VALUE_ONE
from matching.vectorize import Scoring, Vectorizer
from tests.conftest import TODAY


def make(vocabulary: Vocabulary) -> Vectorizer:
    return Vectorizer(vocabulary, reference_on=TODAY)


def test_it_keeps_the_estimator_contract(vocabulary: Vocabulary, sample_profiles: list[Profile]) -> None:
    vectorizer = make(vocabulary)
    with pytest.raises(NotFittedError):
        vectorizer.transform(sample_profiles[:2])
    with pytest.raises(NotFitted):
        vectorizer.get_feature_names_out()
    with pytest.raises(NotFittedError):
        check_is_fitted(vectorizer)
    values = vectorizer.fit_transform(sample_profiles[:50])
    check_is_fitted(vectorizer)
    names = vectorizer.get_feature_names_out()
    assert values.shape == (50, len(names)) and values.dtype == np.int64
    assert values.min() >= 0 and values.max() <= VALUE_ONE
    other = clone(vectorizer)
    assert not hasattr(other, "feature_names_") and other.get_params() == vectorizer.get_params()
    assert (other.fit(sample_profiles[:50]).transform(sample_profiles[:50]) != values).nnz == 0
    assert other.set_params(scoring=Scoring(shrinkage=1.0)).get_params()["scoring"].shrinkage == 1.0
    with pytest.raises(RecordError):
        other.set_params(shrinkage=1.0)


def test_fit_again_and_in_another_order_is_equal(vocabulary: Vocabulary, sample_profiles: list[Profile]) -> None:
    some = sample_profiles[:40]
    first, second = make(vocabulary).fit(some), make(vocabulary).fit(some[::-1])
    assert first.version() == second.version()
    assert first.feature_names_ == second.feature_names_
    assert (first.transform(some) != second.transform(some)).nnz == 0
    assert first.fit(some).version() == second.version()


def test_growing_adds_columns_and_changes_no_statistics(
    vocabulary: Vocabulary, sample_profiles: list[Profile], sample_demands: list[Demand]
) -> None:
    vectorizer = make(vocabulary).fit(sample_profiles[:40])
    version, query = vectorizer.version(), vectorizer.query(sample_demands[0])
    width = vectorizer.width_
    vectorizer.vector(replace(sample_profiles[0], text="磁悬浮列车运维", skills=(SkillClaim("磁悬浮"),)))
    assert len(vectorizer.feature_names_) > width and vectorizer.version() == version
    assert vectorizer.feature_names_[:width] == make(vocabulary).fit(sample_profiles[:40]).feature_names_
    assert vectorizer.transform(sample_profiles[:2]).shape == (2, width)
    assert len(vectorizer.get_feature_names_out()) == width
    assert vectorizer.query(sample_demands[0]).weights.tolist() == query.weights.tolist()


def test_planned_skills_and_expiry_are_changes_on_their_days(vocabulary: Vocabulary) -> None:
    planned = Profile("p", skills=(SkillClaim("二保焊", 2, "course", date(2027, 3, 1)),))
    vectorizer = make(vocabulary).fit([planned])
    vector = vectorizer.vector(planned)
    column = vectorizer.feature_names_.index("skill:weld.mag>=2")
    entries = [
        (int(d), int(v)) for f, v, d in zip(vector.features, vector.values, vector.days, strict=True) if f == column
    ]
    assert entries == [(date(2027, 3, 1).toordinal(), VALUE_ONE)]
    assert vectorizer.transform([planned])[[0], [column]].sum() == 0


def test_demands_are_not_transformed(vocabulary: Vocabulary, sample_demands: list[Demand]) -> None:
    vectorizer = make(vocabulary).fit(sample_demands[:3])
    with pytest.raises(RecordError, match=r"records\[0\]"):
        vectorizer.transform(sample_demands[:1])  # type: ignore[arg-type]


def test_without_parameters_it_uses_the_shipped_vocabulary(sample_profiles: list[Profile]) -> None:
    assert Vectorizer().fit(sample_profiles[:3]).transform(sample_profiles[:3]).nnz > 0
