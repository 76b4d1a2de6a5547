"""A saved engine: it opens as what was saved, goes on after saves, survives crashes and says what is damaged."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matching import Engine, Profile, Vocabulary, Weights, saved
from matching.errors import IndexDamaged
from matching.records import to_values
from matching.saved import SavedRecords
from matching.vectorize import Scoring, terms, vectorizer
from matching.vocabulary import data_folder
from tests.test_engine import asks, fitted, offers

LINE_BREAK = "★\n★"
CHILD = """
import sys
from matching import Engine, Profile, SkillClaim
engine = Engine.open(sys.argv[1])
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    engine.upsert(profiles=[Profile("a", skills=(SkillClaim("车工", 1 + number % 5),))])
    engine.save(sys.argv[1])
"""


@pytest.fixture
def small(vocabulary: Vocabulary) -> Engine:
    return fitted(vocabulary, [asks("d", "车工"), asks("e", "氩弧焊")], [offers("a", "车工"), offers("b", "氩弧焊")])


def answers(engine: Engine) -> list[dict[str, object]]:
    return [found.as_dict() for found in engine.match_all(5)]


def states(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("state-*"))


def test_a_saved_engine_opens_equal_and_can_change(
    sample_engine: Engine, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    demands, profiles = list(sample_engine.demands_.values())[:8], list(sample_engine.profiles_.values())[:80]
    engine = fitted(vocabulary, demands, profiles)
    engine.save(tmp_path)
    opened = Engine.open(tmp_path, vocabulary)
    assert answers(opened) == answers(engine)
    assert isinstance(opened._blocks[0].postings.rows, np.memmap)
    for one in (engine, opened):
        one.upsert(profiles=[replace(profiles[0], text="新写的一段")])
        one.remove(profiles=[profiles[1].id])
    assert answers(opened) == answers(engine)
    opened.save(tmp_path)
    again = Engine.open(tmp_path, vocabulary)
    assert answers(again) == answers(opened) == answers(engine)
    assert list(again.profiles_) == list(opened.profiles_) == list(engine.profiles_)


def test_an_engine_goes_on_after_saving_into_its_own_folder(
    small: Engine, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    small.save(tmp_path)
    early, opened = Engine.open(tmp_path, vocabulary), Engine.open(tmp_path, vocabulary)
    for number in range(1, 4):
        opened.upsert(profiles=[offers(f"new{number}", "车工")])
        opened.save(tmp_path)
        assert states(tmp_path) == [f"state-{number}", f"state-{number + 1}"]
        assert isinstance(opened.profiles_, SavedRecords) and not opened.profiles_._kept
        assert isinstance(opened._blocks[0].postings.rows, np.memmap)
        assert opened.match("d", order="reciprocal").considered == 2 + number
        assert opened.explain("d", f"new{number}").score == opened.match("d").scores[0]
    assert early.explain("d", "a").text("zh") and early.match("d", order="reciprocal").considered == 2
    early.save(tmp_path)
    assert Engine.open(tmp_path, vocabulary).match("d").considered == 2


def test_saving_elsewhere_leaves_an_engine_with_its_own_folder(
    small: Engine, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    small.save(tmp_path / "own")
    opened = Engine.open(tmp_path / "own", vocabulary)
    opened.save(tmp_path / "copy")
    assert isinstance(opened.profiles_, SavedRecords) and opened.profiles_.comes_from(tmp_path / "own")
    assert answers(Engine.open(tmp_path / "copy", vocabulary)) == answers(opened)


def test_ids_are_counted_and_found_without_reading_records(
    small: Engine, vocabulary: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.save(tmp_path)
    opened = Engine.open(tmp_path, vocabulary)
    with monkeypatch.context() as patched:
        patched.setattr(saved, "restore", lambda *_: pytest.fail("a record was read"))
        assert "a" in opened.profiles_ and "d" in opened.demands_ and "x" not in opened.profiles_
        assert (len(opened.profiles_), list(opened.profiles_)) == (2, ["a", "b"])
        opened.remove(profiles=["a"])
        assert "a" not in opened.profiles_ and len(opened.profiles_) == 1
    with pytest.raises(KeyError):
        opened.profiles_["a"]
    assert opened.demands_["d"] is opened.demands_["d"]


def test_threads_read_the_records_they_ask_for(sample_engine: Engine, vocabulary: Vocabulary, tmp_path: Path) -> None:
    fitted(vocabulary, [], list(sample_engine.profiles_.values())[:60]).save(tmp_path)
    opened, wrong = Engine.open(tmp_path, vocabulary), []

    def look() -> None:
        wrong.extend(key for key in opened.profiles_ if opened.profiles_[key] != sample_engine.profiles_[key])

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_any_label_survives(vocabulary: Vocabulary, tmp_path: Path) -> None:
    labels = (LINE_BREAK, "★\r\u2028★", '"★"', "★\\n", "车工")
    profiles = [offers(f"p{number}\n", label, text=label) for number, label in enumerate(labels)]
    engine = fitted(vocabulary, [asks(label, label) for label in labels], profiles)
    engine.save(tmp_path)
    opened = Engine.open(tmp_path, vocabulary)
    assert opened.vectorizer_.feature_names_ == engine.vectorizer_.feature_names_
    assert opened.vectorizer_.document_frequency_ == engine.vectorizer_.document_frequency_
    assert answers(opened) == answers(engine)


def test_an_empty_engine_opens(vocabulary: Vocabulary, tmp_path: Path) -> None:
    fitted(vocabulary, [], []).save(tmp_path)
    opened = Engine.open(tmp_path, vocabulary)
    assert opened.match(asks("d", "车工")).ids == () and len(opened.profiles_) == 0


def test_settings_are_saved_with_the_engine(vocabulary: Vocabulary, tmp_path: Path) -> None:
    chosen, scoring = Weights(skills=0.1, text=0.9), Scoring(shrinkage=0.7)
    crowd = [offers("a", "车工", text="氩弧焊"), offers("b", "氩弧焊")]
    engine = Engine(vocabulary, chosen, scoring, shards=2).fit([asks("d", "氩弧焊", text="氩弧焊")], crowd)
    engine.save(tmp_path)
    opened = Engine.open(tmp_path, vocabulary)
    assert answers(opened) == answers(engine)
    assert (opened.weights, opened.scoring, opened.reference_on, opened.shards) == (chosen, scoring, None, 2)
    assert opened.vectorizer_.reference_ == engine.vectorizer_.reference_
    assert Engine.open(tmp_path, vocabulary, Weights()).weights == Weights()


def test_other_statistics_are_refused(
    small: Engine, vocabulary: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.save(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(terms, "COMMON_WORTH", 0.9)
        with pytest.raises(IndexDamaged, match="statistics"):
            Engine.open(tmp_path, vocabulary)
    shipped = tmp_path / "shipped"
    shutil.copytree(data_folder(), shipped, ignore=shutil.ignore_patterns("sample", "vocabulary"))
    monkeypatch.setattr(vectorizer, "data_folder", lambda: shipped)
    for name in ("background.csv.gz", "protected_words.csv", "text/cues.csv"):
        whole = (shipped / name).read_bytes()
        (shipped / name).write_bytes(whole + b"\n")
        with pytest.raises(IndexDamaged, match="statistics"):
            Engine.open(tmp_path, vocabulary)
        (shipped / name).write_bytes(whole)
    assert answers(Engine.open(tmp_path, vocabulary)) == answers(small)


def test_a_damaged_state_is_named(small: Engine, vocabulary: Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="no saved engine"):
        Engine.open(tmp_path, vocabulary)
    small.save(tmp_path)
    (state,) = tmp_path.glob("state-*")
    for name, wrong in (("postings_rows.npy", b""), ("features.json", b"[")):
        whole = (state / name).read_bytes()
        (state / name).write_bytes(whole[:-1])
        with pytest.raises(IndexDamaged, match=name):
            Engine.open(tmp_path, vocabulary)
        (state / name).write_bytes((wrong + b"?" * len(whole))[: len(whole)])
        with pytest.raises(IndexDamaged, match="can't be read"):
            Engine.open(tmp_path, vocabulary)
        (state / name).write_bytes(whole)
    assert answers(Engine.open(tmp_path, vocabulary)) == answers(small)
    with pytest.raises(IndexDamaged, match="vocabulary"):
        Engine.open(tmp_path, vocabulary.merged([], "other"))
    manifest = json.loads((state / "manifest.json").read_text(encoding="utf-8"))
    for change, message in (({"format": 1}, "format 1"), ({"settings": None}, "can't be read")):
        (state / "manifest.json").write_text(json.dumps({**manifest, **change}), encoding="utf-8")
        with pytest.raises(IndexDamaged, match=message):
            Engine.open(tmp_path, vocabulary)
    (tmp_path / "CURRENT").write_text("../elsewhere", encoding="utf-8")
    with pytest.raises(IndexDamaged, match="no saved engine"):
        Engine.open(tmp_path, vocabulary)


def test_a_record_that_cannot_be_read_is_named(small: Engine, vocabulary: Vocabulary, tmp_path: Path) -> None:
    small.save(tmp_path)
    (state,) = tmp_path.glob("state-*")
    for side in ("profiles", "demands"):
        path = state / f"{side}.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + b"?" * (len(lines[1]) - 1) + b"\n")
        with pytest.raises(IndexDamaged, match=rf"{side}\.jsonl, line 2"):
            Engine.open(tmp_path, vocabulary).explain("d" if side == "profiles" else "e", "b")
        path.write_bytes(lines[0] + lines[1].replace(b'"b"' if side == "profiles" else b'"e"', b'"z"'))
        with pytest.raises(IndexDamaged, match=r"line 2: holds 'z' instead"):
            Engine.open(tmp_path, vocabulary).explain("d" if side == "profiles" else "e", "b")
        path.write_bytes(b"".join(lines))


def test_a_record_that_breaks_a_rule_is_named(tmp_path: Path) -> None:
    values = to_values(offers("b", "焊"))
    values["skills"][0]["label"] = "焊" * 300
    path = tmp_path / "profiles.jsonl"
    path.write_text(json.dumps(values), encoding="utf-8")
    starts = np.array([0, path.stat().st_size])
    records = SavedRecords(Profile, path, ["b"], starts, lambda record: record, False)
    with pytest.raises(IndexDamaged, match=r"profiles\.jsonl, line 1: no valid record"):
        records["b"]


@pytest.mark.parametrize("moment", ["_write_records", "_arrays", "_settle", "_replace", "_delete"])
def test_a_crash_while_saving_leaves_the_older_state(
    small: Engine, vocabulary: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    small.save(tmp_path)
    before, kept = answers(small), states(tmp_path)
    small.upsert(profiles=[offers("c", "车工")])

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    for _ in range(2):
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(saved, moment, crash)
            small.save(tmp_path)
        assert answers(Engine.open(tmp_path, vocabulary)) == before
    small.save(tmp_path)
    assert answers(Engine.open(tmp_path, vocabulary)) == answers(small)
    assert len(states(tmp_path)) == 2 and kept[0] in states(tmp_path)
    assert all((tmp_path / state / "manifest.json").exists() for state in states(tmp_path))


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("delay", [0.02, 0.11])
def test_a_killed_writer_leaves_a_whole_state(
    small: Engine, vocabulary: Vocabulary, tmp_path: Path, delay: float
) -> None:
    small.save(tmp_path)
    command = [sys.executable, "-c", CHILD, str(tmp_path), "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
    opened = Engine.open(tmp_path, vocabulary)
    assert opened.match("d").considered == 2 and opened.explain("d", "a").text("en")
    opened.save(tmp_path)
    assert len(states(tmp_path)) == 2
    assert answers(Engine.open(tmp_path, vocabulary)) == answers(opened)


def test_writers_at_the_same_time_end_whole(vocabulary: Vocabulary, tmp_path: Path) -> None:
    engines = [fitted(vocabulary, [asks("d", "车工")], [offers(name, "车工")]) for name in "abc"]
    seen: list[tuple[str, ...]] = []

    def save(engine: Engine) -> None:
        for _ in range(5):
            engine.save(tmp_path)
            seen.append(Engine.open(tmp_path, vocabulary).match("d").ids)

    threads = [threading.Thread(target=save, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 15 and set(seen) <= {("a",), ("b",), ("c",)}
    assert len(states(tmp_path)) == 2
