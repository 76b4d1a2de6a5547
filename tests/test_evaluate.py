"""Measures agree with ir_measures, tasks and judged cases load as their READMEs say, wrong lines are named."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.domain import Demand, Intent, Kind, Link, Profile, Verdict
from matching.errors import RecordError
from matching.evaluate import (
    MAP,
    MRR,
    JudgedCase,
    Task,
    compare,
    evaluate_task,
    fold,
    judge,
    measure,
    nDCG,
    parse,
    planned_is_certificate,
)

DOCUMENTS = [f"d{number}" for number in range(12)]
QUERIES = [f"q{number}" for number in range(6)]

judgements_of = st.dictionaries(
    st.sampled_from(QUERIES),
    st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 3), min_size=1),
    min_size=1,
)
runs_of = st.dictionaries(st.sampled_from(QUERIES), st.lists(st.sampled_from(DOCUMENTS), unique=True), min_size=1)


def theirs(run: dict, judgements: dict, wanted: list) -> dict:
    """Ask ir_measures; scores fall with the rank."""
    scored = {query: {key: float(-rank) for rank, key in enumerate(ranked)} for query, ranked in run.items()}
    values: dict = {}
    for one in ir_measures.iter_calc(wanted, judgements, scored):
        values.setdefault(str(one.measure), {})[one.query_id] = one.value
    return values


@given(judgements_of, runs_of)
@settings(max_examples=150, deadline=None)
def test_measures_agree_with_ir_measures(judgements: dict, run: dict) -> None:
    measured = measure(run, judgements, [nDCG @ 10, nDCG @ 3, nDCG, MRR, MAP, MAP @ 5])
    reference = theirs(
        run, judgements, [ir_measures.parse_measure(name) for name in ("nDCG@10", "nDCG@3", "nDCG", "AP")]
    )
    reference |= {"AP@5": theirs(run, judgements, [ir_measures.AP @ 5])["AP@5"]}
    best = {
        query: {key: int(grade == max(grades.values()) > 0) for key, grade in grades.items()}
        for query, grades in judgements.items()
    }
    reference |= theirs(run, best, [ir_measures.RR])
    for ours, name in (
        (nDCG @ 10, "nDCG@10"),
        (nDCG @ 3, "nDCG@3"),
        (nDCG, "nDCG"),
        (MRR, "RR"),
        (MAP, "AP"),
        (MAP @ 5, "AP@5"),
    ):
        assert set(measured.values[ours]) == set(judgements)
        for query, value in measured.values[ours].items():
            assert value == pytest.approx(reference[name].get(query, 0.0), abs=1e-6), (str(ours), query)
            assert 0.0 <= value <= 1.0 + 1e-12


def test_measures_are_values_with_names() -> None:
    assert parse("nDCG@10") == nDCG @ 10
    assert parse(" MAP ") == MAP
    assert str(nDCG @ 10) == "nDCG@10"
    assert len({nDCG @ 10, parse("nDCG@10"), MRR}) == 2
    for wrong in ("ndcg@10", "nDCG@", "nDCG@0", "nDCG@x", "P@5", "", "MRR@-1"):
        with pytest.raises(RecordError, match="is no measure"):
            parse(wrong)
    with pytest.raises(RecordError):
        nDCG @ 0


def test_a_known_value_by_hand() -> None:
    grades = {"a": 3, "b": 1, "c": 0}
    assert (nDCG @ 10).value(["b", "a"], grades) == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))
    assert MRR.value(["b", "a"], grades) == 0.5
    assert MAP.value(["c", "b"], grades) == 0.25
    assert (nDCG @ 10).value(["a"], {"a": 0}) == MRR.value([], {}) == MAP.value(["a"], {"a": 0}) == 0.0


def test_means_fold_and_a_document_ranked_twice() -> None:
    judgements = {query: {"d1": 3} for query in QUERIES}
    measured = measure({"q0": ["d1"], "other": ["d1"]}, judgements, [MRR])
    assert measured.means()[MRR] == pytest.approx(1 / 6)
    assert measured.means(["q0"])[MRR] == 1.0
    assert measured.means([])[MRR] == 0.0
    assert {fold(str(number)) for number in range(40)} == {"tune", "report"}
    share = sum(fold(str(number)) == "report" for number in range(4000)) / 4000
    assert share == pytest.approx(5 / 16, abs=0.03)
    with pytest.raises(RecordError, match="twice"):
        measure({"q0": ["d1", "d1"]}, judgements, [MRR])


def test_bootstrap_tells_a_difference_from_chance_and_repeats() -> None:
    judgements = {str(number): {"a": 1, "b": 0} for number in range(60)}
    good = {query: ["a", "b"] for query in judgements}
    mixed = {query: (["a", "b"] if int(query) % 3 else ["b", "a"]) for query in judgements}
    better = compare(good, mixed, judgements, MRR, resamples=2000, seed=7)
    assert better == compare(good, mixed, judgements, MRR, resamples=2000, seed=7)
    assert better.difference == pytest.approx(1 / 6)
    assert 0 < better.low < better.difference < better.high
    assert better.p < 0.01
    assert better.queries == 60
    worse = compare(mixed, good, judgements, MRR, resamples=2000, seed=7)
    assert worse.difference == -better.difference
    assert worse.p == better.p
    same = compare(good, good, judgements, MRR, resamples=200)
    assert (same.difference, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)
    assert compare({}, {}, {}, MRR).p == 1.0


# --- tasks


@dataclass
class Overlap:
    """A stand-in engine: ranks by the number of shared characters, ties by id; negative marks leave the list."""

    demands: dict = field(default_factory=dict)
    profiles: dict = field(default_factory=dict)

    def fit(self, demands: Iterable[Demand], profiles: Iterable[Profile]) -> Overlap:
        self.demands = {one.id: f"{one.title} {one.text}" for one in demands}
        self.profiles = {one.id: one.text for one in profiles}
        return self

    def match(self, demand: str, k: int = 20) -> Listing:
        return Listing.of(self.demands[demand], self.profiles, k)

    def match_profile(self, profile: str, k: int = 20) -> Listing:
        return Listing.of(self.profiles[profile], self.demands, k)


@dataclass
class Listing:
    ids: list
    scores: list
    verdicts: list

    @classmethod
    def of(cls, text: str, others: dict, k: int) -> Listing:
        scores = {key: len(set(text) & set(other)) for key, other in others.items() if "left" not in other}
        ids = sorted(scores, key=lambda key: (-scores[key], key))[:k]
        return cls(ids, [scores[key] for key in ids], [(Verdict.MET,)] * len(ids))


def write_task(
    folder: Path, documents: list | None = None, queries: list | None = None, grades: list | None = None
) -> Path:
    """Write a task of three documents and two queries, or the given lines of it."""
    folder.mkdir(exist_ok=True)
    documents = documents or [
        {"id": "X", "title": "abc", "text": "", "items": []},
        {"id": "A", "title": "abc", "text": "d", "items": ["e", "f"]},
        {"id": "B", "title": "xyz", "text": "", "items": []},
    ]
    queries = queries or [{"id": "A", "items": ["abc", "def"]}, {"id": "q2", "items": ["xyz"]}]
    grades = grades or ["A\tA\t3", "A\tX\t1", "q2\tB\t3", "q2\tX\t1"]
    for name, lines in (("documents.jsonl", documents), ("queries.jsonl", queries)):
        content = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
        (folder / name).write_text(content + "\n", encoding="utf-8")
    (folder / "qrels.tsv").write_text("\n".join(["query\tdocument\tgrade", *grades]) + "\n", encoding="utf-8")
    return folder


def test_a_task_becomes_records_and_ranks_in_both_directions(tmp_path: Path) -> None:
    folder = write_task(tmp_path / "small")
    plain = Task.load(folder)
    assert [one.id for one in plain.demands] == ["d0", "d1", "d2"]
    assert plain.demands[1].title == "abc"
    assert plain.demands[1].text == "d\ne\nf"
    assert plain.profiles[0].text == "abc\ndef"
    evaluation = evaluate_task(plain, Overlap)
    assert evaluation.run == {"A": ["A", "X", "B"], "q2": ["B", "X", "A"]}
    assert evaluation.means() == {"MRR": 1.0, "nDCG@10": 1.0, "MAP": 1.0}
    assert [row["fold"] for row in evaluation.table()] == ["all", "tune", "report"]
    assert evaluation.table()[0]["queries"] == 2
    turned = Task.load(str(folder), transpose=True)
    assert turned.judgements == {"A": {"A": 3}, "B": {"q2": 3}}
    assert evaluate_task(turned, Overlap, k=1).run == {"A": ["A"], "B": ["q2"]}
    with pytest.raises(RecordError, match="is no fold"):
        evaluation.means("dev")


def test_ids_by_position_keep_the_order_of_the_files(tmp_path: Path) -> None:
    documents = [{"id": f"{99 - number}", "title": "same"} for number in range(12)]
    folder = write_task(tmp_path / "ties", documents, [{"id": "q", "items": ["same"]}], ["q\t90\t3"])
    run = evaluate_task(Task.load(folder), Overlap).run
    assert run["q"] == [one["id"] for one in documents]


def test_a_repeated_document_is_ranked_under_its_row(tmp_path: Path) -> None:
    documents = [{"id": "A", "title": "abc"}, {"id": "A", "title": "ab"}]
    folder = write_task(tmp_path / "twice", documents, grades=["A\tA\t3"])
    assert evaluate_task(Task.load(folder), Overlap).run == {"A": ["A", "A#2"]}


@pytest.mark.parametrize(
    ("name", "lines", "row", "value"),
    [
        ("documents", ['{"id": "A"}', "{broken"], 2, "{broken"),
        ("documents", ['["A"]'], 1, '["A"]'),
        ("documents", ['{"title": "no id"}'], 1, "null"),
        ("queries", ['{"id": "A"}', "", '{"id": "A"}'], 3, "A"),
        ("documents", ['{"id": "A", "title": 5}'], 1, "5"),
        ("queries", ['{"id": "A", "items": "abc"}'], 1, "abc"),
        ("queries", ['{"id": "A", "items": [1]}'], 1, "[1]"),
        ("queries", ["[" * 100_000], 1, "[["),
        ("grades", ["A\tA"], 2, "A\tA"),
        ("grades", ["A\tA\tthree"], 2, "three"),
        ("grades", ["A\tA\t-1"], 2, "-1"),
        ("grades", ["A\tA\t3", "A\tA\t3"], 3, "A"),
        ("grades", ["A\tnowhere\t3"], 2, "nowhere"),
        ("grades", ["nobody\tA\t3"], 2, "nobody"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, name: str, lines: list, row: int, value: str) -> None:
    folder = write_task(tmp_path / "broken", **{name: lines})
    with pytest.raises(RecordError) as caught:
        Task.load(folder)
    problem = caught.value.problems[0]
    assert problem.row == row
    assert (problem.value or "").startswith(value)
    assert ("qrels.tsv" if name == "grades" else f"{name}.jsonl") in problem.text()
    assert problem.text("zh") != problem.text("en")


def test_a_missing_file_a_wrong_encoding_and_no_judgement_are_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="can't be read"):
        Task.load(tmp_path / "nowhere")
    folder = write_task(tmp_path / "gbk")
    (folder / "documents.jsonl").write_bytes('{"id": "A", "title": "焊工"}'.encode("gbk"))
    with pytest.raises(RecordError, match="not UTF-8"):
        Task.load(folder)
    with pytest.raises(RecordError, match="no query to measure"):
        Task.load(write_task(tmp_path / "ones", grades=["A\tA\t1"]), transpose=True)


# --- judged pairs


class Words:
    """A stand-in vocabulary: a label is a certificate when it has 证 or 级 in it."""

    def resolve(self, kind: Kind, label: str) -> Link:
        return Link((label,), open=not (kind is Kind.CERTIFICATE and ("证" in label or "级" in label)))


def case(**changes: object) -> dict:
    """Give one judged case as the files hold it."""
    demand = {
        "title": "焊工",
        "text": "氩弧焊",
        "requirements": [{"kind": "certificate", "label": "焊工", "level": "四级", "importance": "must"}],
    }
    better = {
        "education": "高职专科",
        "skills": [{"label": "氩弧焊", "level": 3, "source": "course"}],
        "certificates": [],
        "text": "氩弧焊工",
    }
    base = {
        "id": "p1",
        "aspect": "a",
        "demand": demand | {"start_on": "2027-07-01", "place": "济南市"},
        "better": better,
        "worse": {"text": "会计"},
    }
    return base | changes


def load_cases(folder: Path, *cases: dict) -> tuple[JudgedCase, ...]:
    """Write cases into a file and load it."""
    file = folder / "cases.jsonl"
    file.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in cases), encoding="utf-8")
    return JudgedCase.load(file, Words())


def test_a_case_becomes_records(tmp_path: Path) -> None:
    planned = [{"label": "焊工四级", "available_on": "2027-06-01"}, {"label": "Vue", "available_on": "2027-05-01"}]
    (loaded,) = load_cases(tmp_path, case(worse={"text": "", "planned": planned, "intent": "upgrade"}))
    assert isinstance(loaded.asker, Demand)
    assert loaded.asker.requirements[0].level == 2
    assert loaded.asker.places == ("济南市",)
    assert isinstance(loaded.better, Profile)
    assert loaded.better.certificates == ()
    assert isinstance(loaded.worse, Profile)
    assert str(loaded.worse.all_certificates[0].issued_on) == "2027-06-01"
    assert [one.label for one in loaded.worse.skills] == ["Vue"]
    assert loaded.worse.intent is Intent.STUDY
    assert planned_is_certificate(Words(), "叉车证N1")


def test_judging_counts_per_aspect(tmp_path: Path) -> None:
    left = {"text": "氩弧焊工 left"}
    cases = load_cases(
        tmp_path,
        case(id="higher"),
        case(id="lower", better={"text": "会计"}, worse={"text": "氩弧焊工"}),
        case(id="removed", worse=left, aspect="b"),
        case(id="both", better=left, worse=left, aspect="b"),
        case(id="tie", worse={"text": "氩弧焊工"}, tie=True, aspect="c"),
        case(id="equal", worse={"text": "氩弧焊工"}, aspect="c"),
        case(
            id="turned",
            direction="profile",
            profile={"text": "焊工"},
            better={"title": "焊工"},
            worse={"title": "会计"},
        ),
    )
    table = judge(cases, Overlap())
    assert table.aspects == {"a": (2, 3), "b": (1, 2), "c": (1, 2)}
    assert table.wrong == ("lower", "both", "equal")
    assert (table.right, table.total) == (4, 7)
    assert table.as_dict()["aspects"] == {
        "a": {"right": 2, "total": 3},
        "b": {"right": 1, "total": 2},
        "c": {"right": 1, "total": 2},
    }


def test_a_tie_needs_the_same_verdicts(tmp_path: Path) -> None:
    (tied,) = load_cases(tmp_path, case(tie=True))
    both = [tied.better.id, tied.worse.id]
    assert tied.right(Listing(both, np.array([5, 5]), [(Verdict.MET,), (Verdict.MET,)]))
    assert not tied.right(Listing(both, np.array([5, 5]), [(Verdict.MET,), (Verdict.UNKNOWN,)]))
    assert not tied.right(Listing(both[:1], np.array([5]), [()]))


@pytest.mark.parametrize(
    ("changes", "place", "value"),
    [
        ({"aspect": None}, "aspect", "None"),
        ({"direction": "sideways"}, "direction", "sideways"),
        ({"better": 5}, "better", "5"),
        ({"worse": {"intent": "sleep"}}, "intent", "sleep"),
        ({"worse": {"skills": [{"label": "x", "level": "九级"}]}}, "level", "九级"),
        ({"worse": {"skills": "x"}}, "skills", "x"),
        ({"worse": {"graduates_on": "2027-13-01"}}, "graduates_on", "2027-13-01"),
        ({"demand": {"title": "x", "requirements": [{"kind": "wish", "label": "x"}]}}, "kind", "wish"),
    ],
)
def test_a_wrong_case_is_named(tmp_path: Path, changes: dict, place: str, value: str) -> None:
    with pytest.raises(RecordError) as caught:
        load_cases(tmp_path, case(), case(**changes))
    problem = caught.value.problems[0]
    assert (problem.row, problem.field, problem.value) == (2, place, value)
