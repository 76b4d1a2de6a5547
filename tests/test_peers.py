"""Peers rank as published and tie in order; the campaigns set ours beside them and take the engine apart.

`pytest -m campaign tests/test_peers.py` measures everything again and writes docs/campaigns/quality.json and
ablation.json and the tables of docs/quality.md. DUIKOU_DENSE_MODEL names the folder of a sentence-transformers model
for the English tasks; without it that column is left out.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from typer.testing import CliRunner

from matching import Engine, Vocabulary
from matching.cli import app
from matching.errors import RecordError
from matching.evaluate import (
    MAP,
    MEASURES,
    OURS,
    Dense,
    Evaluation,
    Peer,
    Task,
    against,
    lexical_peers,
    measure,
    rank,
)
from matching.vectorize import Scoring, load_encoder
from matching.vectorize import terms as texts
from matching.vocabulary.release import import_release
from tests.quality_page import ABLATION, MORE, PAGE, QUALITY, WHOLE, read_rows, with_tables, write_rows
from tests.test_evaluate import write_task
from tests.test_quality import FLOORS, SHARED, needs_shared

TASKS = tuple(dict.fromkeys(name for name, _ in FLOORS))
MELO = "melo-usa-en"
ABLATED = (
    *("csco-profile-to-demand", "esco-skills-to-occupation"),
    *("onet-profile-to-demand", "onet-tasks-to-description"),
)
WORD, CHAR, BM25 = "word TF-IDF", "char TF-IDF", "BM25"
CLOSE = 0.005
LESS_CLOSE = {("onet-tasks-to-description", True, CHAR): 0.007}
QUICK = ("csco-tasks-to-definition", "onet-tasks-to-description")

# What the benchmark's own page gives for word TF-IDF, character TF-IDF and BM25: MRR, nDCG@10 each.
PUBLISHED = {
    ("csco-one-task-to-demand", False): (0.667, 0.536, 0.653, 0.527, 0.644, 0.523),
    ("csco-profile-to-demand", False): (0.808, 0.654, 0.797, 0.650, 0.793, 0.648),
    ("csco-tasks-to-definition", False): (0.818, 0.613, 0.814, 0.609, 0.808, 0.608),
    ("esco-reworded-skills-to-occupation", False): (0.304, 0.282, 0.334, 0.302, 0.234, 0.229),
    ("esco-skills-to-occupation", False): (0.322, 0.297, 0.349, 0.315, 0.249, 0.246),
    ("onet-profile-to-demand", False): (0.715, 0.604, 0.702, 0.599, 0.664, 0.580),
    ("onet-tasks-to-description", False): (0.583, 0.468, 0.614, 0.476, 0.539, 0.426),
    ("onet-tools-to-demand", False): (0.209, 0.186, 0.218, 0.182, 0.186, 0.163),
    ("csco-one-task-to-demand", True): (0.670, 0.559, 0.659, 0.551, 0.676, 0.564),
    ("csco-profile-to-demand", True): (0.813, 0.691, 0.804, 0.687, 0.813, 0.687),
    ("csco-tasks-to-definition", True): (0.814, 0.649, 0.810, 0.648, 0.812, 0.647),
    ("esco-reworded-skills-to-occupation", True): (0.483, 0.452, 0.545, 0.503, 0.375, 0.355),
    ("esco-skills-to-occupation", True): (0.539, 0.497, 0.575, 0.530, 0.401, 0.374),
    ("onet-profile-to-demand", True): (0.798, 0.730, 0.789, 0.722, 0.781, 0.713),
    ("onet-tasks-to-description", True): (0.709, 0.637, 0.742, 0.656, 0.681, 0.599),
    ("onet-tools-to-demand", True): (0.290, 0.293, 0.271, 0.274, 0.106, 0.104),
}


@needs_shared
@pytest.mark.parametrize(
    ("name", "transpose"),
    [pytest.param(*one, marks=() if one[0] in QUICK else pytest.mark.campaign) for one in PUBLISHED],
)
def test_peers_rank_as_published(name: str, transpose: bool) -> None:
    """BM25 on English is better than published, for ours drops stop words and the published one did not."""
    pytest.importorskip("bm25s")
    task, published = Task.load(SHARED / "benchmarks" / name, transpose), iter(PUBLISHED[name, transpose])
    for peer, ranks in lexical_peers().items():
        means = measure(rank(task, ranks), task.judgements, MEASURES).means()
        close = LESS_CLOSE.get((name, transpose, peer), CLOSE)
        for one, figure in zip(MEASURES[:2], published, strict=False):
            assert means[one] >= figure - close, (peer, str(one), means[one], figure)
            if peer != BM25 or name.startswith("csco"):
                assert means[one] <= figure + close, (peer, str(one), means[one], figure)


def fitted(folder: Path, transpose: bool = False) -> tuple[Task, Evaluation]:
    """Load a task and rank it with the engine."""
    task = Task.load(folder, transpose)
    return task, evaluated(task, Engine().fit(task.demands, task.profiles))


def evaluated(task: Task, engine: Engine) -> Evaluation:
    """Rank with an engine that holds the task's records already: both directions share one fit."""
    run = task.run(engine)
    return Evaluation(task.name, task.transpose, run, measure(run, task.judgements, MEASURES))


@pytest.mark.parametrize("peer", [WORD, CHAR, BM25])
def test_ties_and_texts_without_words_keep_the_order_of_the_files(tmp_path: Path, peer: str) -> None:
    pytest.importorskip("bm25s")
    documents: list[Any] = [{"id": f"{99 - number}", "title": "焊工 weld"} for number in range(12)]
    queries = [{"id": "q", "items": ["焊工 weld"]}, {"id": "none", "items": ["?"]}]
    task = Task.load(write_task(tmp_path / "ties", documents, queries, ["q\t90\t3", "none\t90\t3"]))
    in_order = [one["id"] for one in documents]
    assert rank(task, lexical_peers()[peer]) == {"q": in_order, "none": in_order}
    blank = Task.load(write_task(tmp_path / "blank", [{"id": "A"}, {"id": "B"}], grades=["A\tB\t3"]))
    assert rank(blank, lexical_peers()[peer]) == {"A": ["A", "B"]}


@pytest.mark.parametrize("peer", [WORD, CHAR, BM25])
def test_both_directions_and_languages_are_ranked(tmp_path: Path, peer: str) -> None:
    pytest.importorskip("bm25s")
    documents = [{"id": "1", "title": "会计"}, {"id": "2", "title": "焊工"}, {"id": "3", "title": "nursing"}]
    queries = [{"id": "a", "items": ["氩弧焊工"]}, {"id": "b", "items": ["Nursing of the old"]}]
    folder = write_task(tmp_path / "two", documents, queries, ["a\t2\t3", "b\t3\t3"])
    plain = rank(Task.load(folder), lexical_peers()[peer])
    turned = rank(Task.load(folder, transpose=True), lexical_peers()[peer])
    assert (plain["a"][0], plain["b"][0]) == ("2", "3")
    assert (turned["2"][0], turned["3"][0]) == ("a", "b")


def test_gains_are_ours_minus_the_peers(tmp_path: Path) -> None:
    documents = [{"id": "1", "title": "会计"}, {"id": "2", "title": "焊工"}]
    queries = [{"id": str(number), "items": ["焊工"]} for number in range(8)]
    task, evaluation = fitted(write_task(tmp_path / "t", documents, queries, [f"{n}\t2\t3" for n in range(8)]))

    def in_order(offered: Sequence[str], asked: Sequence[str]) -> Iterator[Any]:
        assert (offered[1], asked[0]) == ("焊工", "焊工")
        yield from (np.zeros(len(offered)) for _ in asked)

    ours, theirs = against(task, evaluation, {"none": in_order}, folds=["all"], resamples=100)
    assert (ours.ranker, ours.means["MRR"], dict(ours.gains)) == (OURS, 1.0, {})
    gain = theirs.as_dict()["gains"]["MRR"]
    assert (theirs.means["MRR"], gain["difference"], gain["low"], gain["high"]) == (0.5, 0.5, 0.5, 0.5)
    folds = against(task, evaluation, {"none": in_order}, resamples=100)
    assert [(one.fold, one.ranker) for one in folds[2:]] == [
        *(("tune", OURS), ("tune", "none")),
        *(("report", OURS), ("report", "none")),
    ]
    assert folds[0].queries == folds[2].queries + folds[4].queries == 8


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    for ask in (lexical_peers, lambda: Dense(tmp_path)):
        with pytest.raises(RecordError, match="pip install") as caught:
            ask()
        assert "未安装" in caught.value.text("zh")
    task = write_task(tmp_path / "small")
    result = CliRunner().invoke(app, ["evaluate", str(task), "--peers"])
    assert isinstance(result.exception, RecordError)
    assert not result.stdout


class Encoder:
    """A stand-in for sentence_transformers: a text's vector tells which of three letters it holds."""

    encoded = 0

    def __init__(self, model: str, **_: object) -> None:
        self.max_seq_length = 0

    def encode(self, texts: Sequence[str], **options: object) -> Any:
        assert self.max_seq_length == 128
        Encoder.encoded += len(texts)
        vectors = np.array([[float(letter in text) for letter in "abc"] for text in texts], dtype=np.float32)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def test_a_dense_model_is_a_peer_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = type("Package", (), {"SentenceTransformer": Encoder})
    monkeypatch.setitem(sys.modules, "sentence_transformers", stand_in)
    documents, queries = [{"id": "1", "title": "a"}, {"id": "2", "title": "b"}], [{"id": "q", "items": ["b", "b"]}]
    folder = write_task(tmp_path / "dense", documents, queries, ["q\t2\t3"])
    with pytest.raises(RecordError, match="no folder with a model"):
        Dense(tmp_path / "nowhere")
    peer = Dense(tmp_path)
    assert rank(Task.load(folder), peer) == {"q": ["2", "1"]}
    assert rank(Task.load(folder, transpose=True), peer) == {"2": ["q"]}
    assert Encoder.encoded == 3
    pytest.importorskip("bm25s")
    asked = ["evaluate", str(folder), "--peers", "--dense-model", str(tmp_path)]
    shown = CliRunner().invoke(app, asked)
    assert shown.exit_code == 0, shown.output
    assert all(name in shown.output for name in (WORD, CHAR, BM25, OURS))
    found = json.loads(CliRunner().invoke(app, [*asked, "--json", "--fold", "tune"]).stdout)
    assert [one["ranker"] for one in found["peers"]] == [OURS, WORD, CHAR, BM25, tmp_path.name]
    assert {one["fold"] for one in found["peers"]} == {"tune"}
    refused = CliRunner().invoke(app, ["evaluate", "pairs.jsonl", "--peers"])
    assert isinstance(refused.exception, RecordError)


def test_the_page_shows_the_figures_of_the_campaign() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert with_tables(text) == text


# --- campaigns


@pytest.fixture(scope="session")
def dense() -> Mapping[str, Peer]:
    """Give the encoder as a peer, once; nothing where no folder is named."""
    model = os.environ.get("DUIKOU_DENSE_MODEL")
    return {} if not model else {"MiniLM": Dense(model)}


@needs_shared
@pytest.mark.campaign
@pytest.mark.parametrize("name", TASKS)
def test_campaign_ours_beside_peers(name: str, vocabulary: Vocabulary, dense: Mapping[str, Peer]) -> None:
    """Rank a task in both directions and put its figures in the place of the old ones."""
    peers, engine, standings = {**lexical_peers(), **({} if name.startswith("csco") else dense)}, None, []
    for transpose in (False, True):
        task = Task.load(SHARED / "benchmarks" / name, transpose)
        engine = engine or Engine(vocabulary).fit(task.demands, task.profiles)
        standings += against(task, evaluated(task, engine), peers)
    keep(QUALITY, [one.as_dict() for one in standings], "task", (*TASKS, MELO))


@needs_shared
@pytest.mark.campaign
def test_campaign_melo_beside_peers(vocabulary: Vocabulary) -> None:
    task = Task.load(SHARED / "benchmarks" / MELO)
    evaluation = evaluated(task, Engine(vocabulary).fit(task.demands, task.profiles))
    standings = against(task, evaluation, lexical_peers(), [MAP])
    keep(QUALITY, [one.as_dict() for one in standings], "task", (*TASKS, MELO))


@pytest.fixture(scope="session")
def additions(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Callable[[], Engine]]:
    """Give what may be added to the engine as shipped: both releases imported, an encoder where one is named."""
    releases = []
    for kind, folder in (("esco", "esco-1.1.1"), ("onet", "onet-27.0")):
        releases.append(tmp_path_factory.mktemp(kind))
        import_release(kind, SHARED / "reference" / folder, releases[-1])
    imported = Vocabulary.load(releases=releases)
    found: dict[str, Callable[[], Engine]] = {"with ESCO and O*NET imported": lambda: Engine(imported)}
    model = os.environ.get("DUIKOU_DENSE_MODEL")
    if model:
        encoder = load_encoder(model)
        found["with MiniLM fused"] = lambda: Engine(encoder=encoder)
    return found


@needs_shared
@pytest.mark.campaign
@pytest.mark.parametrize("name", (*TASKS, MELO))
def test_campaign_ours_with_more(name: str, additions: Mapping[str, Callable[[], Engine]]) -> None:
    """Rank a task in both directions with what may be added; the rest is the one default configuration."""
    rows: list[dict[str, Any]] = []
    for added, fresh in additions.items():
        if name.startswith("csco") and "MiniLM" in added:
            continue
        engine = None
        for transpose in (False, True)[: 1 if name == MELO else 2]:
            task = Task.load(SHARED / "benchmarks" / name, transpose)
            engine = engine or fresh().fit(task.demands, task.profiles)
            rows += [{"name": added, **row} for row in evaluated(task, engine).table()]
    old = [row for row in read_rows(MORE) if row["task"] != name]
    order = (*TASKS, MELO)
    write_rows(MORE, sorted([*old, *rows], key=lambda row: order.index(row["task"])))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


BLOCKS = texts.BLOCK_WEIGHTS
NEARLY_NOTHING = 1e-9
VARIANTS: Mapping[str, tuple[Mapping[str, float], float, Scoring]] = {
    WHOLE: ({}, texts.TITLE_WEIGHT, Scoring()),
    "without meanings": ({texts.MEANING: NEARLY_NOTHING}, texts.TITLE_WEIGHT, Scoring()),
    "without topics": ({texts.TOPIC: NEARLY_NOTHING}, texts.TITLE_WEIGHT, Scoring()),
    "without latent topics": ({}, texts.TITLE_WEIGHT, Scoring(latent_share=0.0)),
    "without concepts": ({texts.CONCEPT: NEARLY_NOTHING}, texts.TITLE_WEIGHT, Scoring()),
    "without title weight": ({}, 1.0, Scoring()),
    "without all of these": (
        {texts.MEANING: NEARLY_NOTHING, texts.TOPIC: NEARLY_NOTHING, texts.CONCEPT: NEARLY_NOTHING},
        1.0,
        Scoring(latent_share=0.0),
    ),
}
"""Name -> block weights that change, the title's weight, the scoring."""


@needs_shared
@pytest.mark.campaign
@pytest.mark.parametrize("name", VARIANTS)
def test_campaign_what_each_idea_is_worth(name: str, vocabulary: Vocabulary) -> None:
    """Take an idea out of the engine and put its figures, of both folds, in the place of the old ones."""
    (blocks, title, scoring), rows = VARIANTS[name], []
    with patch.object(texts, "BLOCK_WEIGHTS", {**BLOCKS, **blocks}), patch.object(texts, "TITLE_WEIGHT", title):
        for task_name in ABLATED:
            engine = None
            for transpose in (False, True):
                task = Task.load(SHARED / "benchmarks" / task_name, transpose)
                engine = engine or Engine(vocabulary, scoring=scoring).fit(task.demands, task.profiles)
                table = [row for row in evaluated(task, engine).table() if row["fold"] != "all"]
                rows += [{"name": name, **{key: row[key] for key in row if key != "MAP"}} for row in table]
    keep(ABLATION, rows, "name", tuple(VARIANTS))


def keep(path: Path, rows: Sequence[Mapping[str, Any]], key: str, order: Sequence[str]) -> None:
    """Write rows over the old ones of the same key, all in one order; bring the tables of the page up to them."""
    new = {row[key] for row in rows}
    old = [row for row in read_rows(path) if row[key] not in new and row[key] in order]
    write_rows(path, sorted([*old, *rows], key=lambda row: order.index(row[key])))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
