"""Ranking quality against the published floors: the campaign runs every task, the judged pairs run always."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from matching import Engine, Vocabulary
from matching.evaluate import JudgedCase, Task, evaluate_task, judge

SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared benchmark files are not beside the checkout")
COUNTS_AS_EQUAL = 0.003

# The best lexical baseline (MRR, nDCG@10) of each task, plain and transposed, as the benchmark's own page gives them.
FLOORS = {
    ("csco-one-task-to-demand", False): (0.667, 0.536),
    ("csco-profile-to-demand", False): (0.808, 0.654),
    ("csco-tasks-to-definition", False): (0.818, 0.613),
    ("esco-reworded-skills-to-occupation", False): (0.334, 0.302),
    ("esco-skills-to-occupation", False): (0.349, 0.315),
    ("onet-profile-to-demand", False): (0.715, 0.604),
    ("onet-tasks-to-description", False): (0.614, 0.476),
    ("onet-tools-to-demand", False): (0.218, 0.186),
    ("csco-one-task-to-demand", True): (0.676, 0.564),
    ("csco-profile-to-demand", True): (0.813, 0.691),
    ("csco-tasks-to-definition", True): (0.814, 0.649),
    ("esco-reworded-skills-to-occupation", True): (0.545, 0.503),
    ("esco-skills-to-occupation", True): (0.575, 0.530),
    ("onet-profile-to-demand", True): (0.798, 0.730),
    ("onet-tasks-to-description", True): (0.742, 0.656),
    ("onet-tools-to-demand", True): (0.290, 0.293),
}
MELO_FLOOR = 0.255


@needs_shared
@pytest.mark.campaign
@pytest.mark.parametrize(("name", "transpose"), FLOORS)
def test_no_task_falls_below_the_best_lexical_baseline(name: str, transpose: bool) -> None:
    evaluation = evaluate_task(Task.load(SHARED / "benchmarks" / name, transpose), Engine)
    print(json.dumps(evaluation.table()))
    means, (mrr, ndcg) = evaluation.means(), FLOORS[name, transpose]
    assert means["MRR"] >= mrr - COUNTS_AS_EQUAL
    assert means["nDCG@10"] >= ndcg - COUNTS_AS_EQUAL


@needs_shared
@pytest.mark.campaign
def test_melo_reaches_its_floor() -> None:
    evaluation = evaluate_task(Task.load(SHARED / "benchmarks" / "melo-usa-en"), Engine)
    print(json.dumps(evaluation.table()))
    assert evaluation.means()["MAP"] >= MELO_FLOOR


@needs_shared
def test_judged_pairs_are_ordered_as_people_order_them() -> None:
    vocabulary = Vocabulary.load()
    cases = JudgedCase.load(SHARED / "judged" / "dev.jsonl", vocabulary)
    table = judge(cases, Engine(vocabulary, reference_on=date(2026, 11, 24)))
    for aspect, (right, total) in table.aspects.items():
        print(f"{aspect:24} {right} / {total}")
    assert table.right >= 0.85 * table.total
    ties = table.aspects["protected_tie"]
    assert ties[0] == ties[1]
