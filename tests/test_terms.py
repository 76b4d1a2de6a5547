"""Terms, protected words and the unit vectors of the text part."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.vectorize.terms import (
    BLOCK_WEIGHTS,
    COMMON_WORTH,
    CONCEPT,
    GRAM,
    HAN,
    STOP_WORDS,
    WORD,
    background,
    idf,
    mask_protected,
    normalise,
    protected_pattern,
    stem,
    terms,
    weights,
)

PROTECTED = (
    "男",
    "女",
    "汉族",
    "满族",
    "中共党员",
    "党员",
    "共青团员",
    "群众",
    "未婚",
    "female",
    "Ｍａｌｅ",
    "25岁",
    "身高175cm",
)
mixed = st.text(alphabet="氩弧焊工机床会看图 ,。;TIGplcweldingS7-1200+#/\nＡé")
frequencies = st.dictionaries(
    st.builds(lambda block, name: block + name, st.sampled_from(sorted(BLOCK_WEIGHTS)), st.text("ab氩弧:", min_size=1)),
    st.floats(1.0, 50.0),
    max_size=30,
)


def masked_terms(text: str) -> dict[str, int]:
    """Count the terms of a text after masking."""
    return terms(mask_protected(text, protected_pattern()))


def test_terms_of_mixed_text() -> None:
    assert terms("氩弧焊 TIG，氩弧") == {
        f"{HAN}氩": 2,
        f"{HAN}弧": 2,
        f"{HAN}焊": 1,
        f"{HAN}氩弧": 2,
        f"{HAN}弧焊": 1,
        f"{WORD}tig": 1,
        f"{GRAM}^tig": 1,
        f"{GRAM}tig$": 1,
    }
    assert terms("Ｃ＋＋ and C#, c") == {
        f"{WORD}c++": 1,
        f"{GRAM}^c++": 1,
        f"{GRAM}c++$": 1,
        f"{WORD}c#": 1,
        f"{GRAM}^c#$": 1,
        f"{WORD}c": 1,
    }
    assert terms("") == terms("，。 -- _") == terms("the of and") == {}


def test_pairs_do_not_cross_a_break_and_full_width_is_folded() -> None:
    assert f"{HAN}焊工" not in terms("焊，工")
    assert f"{HAN}焊工" not in terms("焊PLC工")
    assert terms("ＰＬＣ编程") == terms("plc编程")
    assert normalise("ＡＢＣ，Straße") == "abc,strasse"


@pytest.mark.parametrize(
    "family",
    [
        ("weld", "welds", "welded", "welding"),
        ("machine", "machines", "machined", "machining"),
        ("technology", "technologies"),
        ("glass", "glasses"),
        ("management", "manager", "managing"),
        ("fitted", "fitting"),
        ("assembly", "assemblies"),
    ],
)
def test_forms_of_a_word_share_a_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


def test_short_and_foreign_words_keep_their_form() -> None:
    for word in ("plc", "cnc", "bus", "s7", "fanuc", "gas", "1200s", "éclairs", "c++", "analysis"):
        assert stem(word) == word


@given(mixed)
def test_terms_are_counted_and_named_by_block(text: str) -> None:
    counted = terms(text)
    assert all(count >= 1 and name.startswith((HAN, WORD, GRAM)) for name, count in counted.items())
    assert counted == terms(normalise(text))
    assert not any(name.removeprefix(WORD) in STOP_WORDS for name in counted if name.startswith(WORD) and len(name) < 8)


@settings(deadline=None)
@given(mixed, mixed, st.sampled_from(PROTECTED), st.sampled_from("，。,;\n"))
def test_a_protected_word_as_a_clause_of_its_own_changes_nothing(before: str, after: str, word: str, mark: str) -> None:
    assert masked_terms(f"{before}{mark}{word}{mark}{after}") == masked_terms(f"{before}{mark}{after}")


def test_protected_words_never_become_terms() -> None:
    assert masked_terms("男，氩弧焊") == masked_terms("女，氩弧焊") == masked_terms("氩弧焊")
    assert masked_terms("性别：男。首检") == masked_terms("性别：女。首检") == masked_terms("首检")
    assert masked_terms("预备党员，藏族，会修") == masked_terms("群众，汉族，会修")
    assert masked_terms("Female welder, 21 years old") == masked_terms("male welder")
    assert masked_terms("formal female-machining") == masked_terms("formal machining")
    assert "male" in mask_protected("female-x emale", protected_pattern())


@given(frequencies)
def test_weights_are_a_unit_vector_without_regard_to_order(found: dict[str, float]) -> None:
    def worth(term: str) -> float:
        return 1.0 + len(term)

    vector = weights(found, worth)
    assert vector.keys() == found.keys()
    assert all(0.0 < value <= 1.0 for value in vector.values())
    total = math.fsum(value * value for value in vector.values())
    assert total <= 1.0
    assert not found or total == pytest.approx(1.0)
    assert vector == weights(dict(reversed(found.items())), worth)


def test_blocks_weigh_as_published() -> None:
    vector = weights({f"{HAN}焊": 1, f"{GRAM}^tig": 1, f"{CONCEPT}weld.gtaw": 1, f"{WORD}tig": math.e}, lambda _: 1.0)
    base = vector[f"{HAN}焊"]
    assert vector[f"{GRAM}^tig"] == pytest.approx(base * BLOCK_WEIGHTS[GRAM])
    assert vector[f"{CONCEPT}weld.gtaw"] == pytest.approx(base * BLOCK_WEIGHTS[CONCEPT])
    assert vector[f"{WORD}tig"] == pytest.approx(2 * base)


@given(st.integers(0, 1000), st.integers(0, 1000), st.sampled_from(["han:的", "han:焊", "word:never-seen"]))
def test_rarer_terms_are_worth_more(records: int, frequency: int, term: str) -> None:
    held = min(frequency, records)
    assert idf(held, records, term) >= COMMON_WORTH
    assert held == records or idf(held, records, term) > idf(held + 1, records, term)


def test_the_background_steadies_small_collections_and_fades() -> None:
    assert idf(0, 0, f"{HAN}的") < idf(0, 0, f"{HAN}氩弧") < idf(0, 0, f"{HAN}从未见过")
    assert idf(500_000, 1_000_000, f"{HAN}的") == pytest.approx(idf(500_000, 1_000_000, f"{HAN}从未见过"), abs=1e-3)
    assert all(0.0 < share <= 1.0 for share in background().values())


@pytest.mark.slow
def test_terms_are_fast_enough_for_a_roster() -> None:
    text = "二保焊焊过角焊缝和对接，飞溅控制得还可以，会用FANUC机器人示教"
    started = time.perf_counter()
    for _ in range(2000):
        terms(text)
    assert 2000 / (time.perf_counter() - started) > 4000
