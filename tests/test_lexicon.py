"""The work lexicon finds meanings in both languages, and latent topics are the same in any order."""

from __future__ import annotations

import csv
import math
import random
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from matching.domain import Kind
from matching.errors import VocabularyError
from matching.vectorize.latent import LEAST_TEXTS, MOST, Latent, Sample
from matching.vectorize.lexicon import COLUMNS, Lexicon, shipped_lexicon
from matching.vectorize.terms import MEANING, TOPIC, mask_protected, normalise, protected_pattern
from matching.vocabulary import Vocabulary, data_folder


@pytest.fixture
def small(tmp_path: Path) -> Lexicon:
    path = tmp_path / "lexicon.csv"
    rows = [
        ("general", "检修;维修", "repair;fix"),
        ("quality", "质量控制", "quality control"),
        ("general", "质量", "quality"),
        ("electrical", "电阻", "resistance"),
        ("general", "阻力", "resistance"),
    ]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *((*row, "no") for row in rows)])
    return Lexicon(path)


def test_words_of_one_meaning_meet_across_languages(small: Lexicon) -> None:
    assert small.meanings("设备检修") == small.meanings("repaired machines") == {f"{MEANING}0": 1.0}


def test_the_longest_word_wins_and_its_field_counts(small: Lexicon) -> None:
    assert (
        small.meanings("质量控制") == small.meanings("quality control") == {f"{MEANING}1": 1.0, f"{TOPIC}quality": 1.0}
    )
    assert small.meanings("质量") == {f"{MEANING}2": 1.0}


def test_a_word_of_two_meanings_counts_half_for_each(small: Lexicon) -> None:
    assert small.meanings("resistance") == {f"{MEANING}3": 0.5, f"{TOPIC}electrical": 0.5, f"{MEANING}4": 0.5}


@pytest.mark.parametrize("between", ["、", "。", "\n", "/", ", ", "检验", "·"])
def test_no_phrase_crosses_a_sign_or_another_script(small: Lexicon, between: str) -> None:
    assert f"{MEANING}1" not in small.meanings(f"quality{between}control")
    assert f"{MEANING}1" in small.meanings("quality of the control")


def test_spans_are_those_of_the_words(small: Lexicon) -> None:
    text = "会维修; quality control"
    assert {text[named.start : named.end] for named in small.named(text)} == {"维修", "quality control"}


@pytest.mark.parametrize("cells", [("a", "b", "c", "d"), ("topic", "zh", "en")])
def test_a_table_with_other_columns_is_named(tmp_path: Path, cells: tuple[str, ...]) -> None:
    path = tmp_path / "lexicon.csv"
    path.write_text(",".join(cells) + "\n", encoding="utf-8")
    with pytest.raises(VocabularyError) as caught:
        Lexicon(path)
    assert caught.value.problems[0].file == "lexicon.csv" and caught.value.problems[0].row == 1


def test_no_word_of_the_lexicon_is_protected() -> None:
    pattern = protected_pattern()
    with (data_folder() / "lexicon.csv").open(encoding="utf-8", newline="") as stream:
        words = {word for row in csv.DictReader(stream) for word in f"{row['zh']};{row['en']}".split(";") if word}
    assert len(words) > 30_000
    assert [word for word in words if mask_protected(word, pattern) != normalise(word)] == []


def test_a_long_text_of_stop_words_takes_no_time() -> None:
    started = time.process_time()
    shipped_lexicon().meanings("weld" + " the" * 20_000 + " weld" * 5_000)
    assert time.process_time() - started < 20


def texts(count: int) -> list[dict[str, float]]:
    draw = random.Random(7)
    found = []
    for number in range(count):
        words = {f"word:{(number % 5) * 40 + draw.randrange(40)}": draw.random() + 0.1 for _ in range(12)}
        length = math.sqrt(sum(value * value for value in words.values()))
        found.append({word: value / length for word, value in words.items()})
    return found


def test_few_texts_have_no_topics() -> None:
    assert Latent.learn(texts(LEAST_TEXTS - 1)) is None


def test_topics_are_the_same_in_any_order_and_of_length_one() -> None:
    some = texts(400)
    first = Latent.learn(some)
    random.Random(1).shuffle(some)
    second = Latent.learn([dict(reversed(text.items())) for text in some])
    assert first is not None and second is not None
    assert first.terms == second.terms and np.array_equal(first.shares, second.shares)
    assert first.fingerprint() == second.fingerprint() != Latent(first.terms[::-1], first.shares).fingerprint()
    for text in some[:50]:
        values = first.topics(text).values()
        assert 0 < len(values) <= MOST and min(values) > 0.0
        assert 0.99 < sum(value * value for value in values) <= 1.0


def test_texts_on_the_same_things_are_nearer() -> None:
    some = texts(400)
    latent = Latent.learn(some)
    assert latent is not None

    def near(one: int, other: int) -> float:
        first, second = latent.topics(some[one]), latent.topics(some[other])
        return sum(value * second.get(topic, 0.0) for topic, value in first.items())

    same = sum(near(number, number + 5) for number in range(100)) / 100
    different = sum(near(number, number + 1) for number in range(100)) / 100
    assert same > 3 * different
    assert latent.topics({"word:unseen": 1.0}) == {}


def test_the_sample_of_texts_does_not_depend_on_their_order() -> None:
    chosen = []
    for turned in (False, True):
        sample = Sample()
        for text in reversed(texts(50)) if turned else texts(50):
            sample.add(text)
        chosen.append(sorted(str(sorted(text.items())) for text in sample.chosen()))
    assert chosen[0] == chosen[1]


def test_threads_may_share_a_fresh_vocabulary() -> None:
    """Patterns settle at their first match; no thread may see one half settled."""
    sentences = ["熟练氩弧焊和PLC编程，会UG，持焊工证", "数控车床、钳工、看图纸，英语四级"] * 20
    expected = [str(Vocabulary.load().recognise(text)) for text in sentences[:2]] * 20
    wrong: list[str] = []
    for _ in range(3):
        fresh = Vocabulary.load()
        fresh.recognise("", (Kind.SKILL,))

        def work(vocabulary: Vocabulary = fresh) -> None:
            wrong.extend(t for t, e in zip(sentences, expected, strict=True) if str(vocabulary.recognise(t)) != e)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
