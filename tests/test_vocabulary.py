"""Tests of the vocabulary: loading, labels, relations, checks."""

import pytest

from matching.domain import Kind
from matching.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


def test_the_shipped_tables_have_no_problem(vocabulary: Vocabulary) -> None:
    assert [problem.text() for problem in vocabulary.check()] == []


@pytest.mark.parametrize(
    ("kind", "label", "concept"),
    [
        (Kind.SKILL, "氩弧焊", "weld.gtaw"),
        (Kind.SKILL, "TIG Welding", "weld.gtaw"),
        (Kind.SKILL, "S7-1200编程", "plc.s7_1200"),
        (Kind.SKILL, "焊接识图", "cad.read"),
        (Kind.MAJOR, "24智能焊接技术1班", "major:460110"),
        (Kind.EDUCATION, "大专及以上", "edu:高职专科"),
        (Kind.REGION, "济南市长清区大学城", "region:370113"),
    ],
)
def test_labels_stand_for_concepts(vocabulary: Vocabulary, kind: Kind, label: str, concept: str) -> None:
    assert concept in vocabulary.resolve(kind, label).concepts
