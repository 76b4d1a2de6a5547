"""Turn mixed Chinese and English text into terms, and terms into unit vectors whose inner product is the text part.

The score of two texts is the cosine of their vectors, the same in both directions. A vectorizer combines it like this,
with the counts of `fit` frozen (a title counts TITLE_WEIGHT times, concepts that the vocabulary recognises are terms):

    clean = mask_protected(profile.text, protected_pattern())
    frequencies = dict(terms(clean))
    for concept in concepts_in(clean):                       # ids such as weld.gtaw
        frequencies[CONCEPT + concept] = frequencies.get(CONCEPT + concept, 0) + 1
    frequencies |= shipped_lexicon().meanings(clean)         # MEANING and TOPIC, each word shared among its meanings
    vector = weights(frequencies, lambda term: idf(document_frequency.get(term, 0), records, term))

`document_frequency[term]` counts the records, demands and profiles together, whose frequencies hold the term. The
constants were chosen on the *tune* folds of the ranking tasks; docs/decisions has the measurements.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import add

from matching.vocabulary.load import data_folder
from matching.vocabulary.protected import BREAK as BREAK
from matching.vocabulary.protected import HAN_RANGE
from matching.vocabulary.protected import mask_label as mask_label
from matching.vocabulary.protected import mask_protected as mask_protected
from matching.vocabulary.protected import normalise as normalise
from matching.vocabulary.protected import protected_pattern as protected_pattern

HAN = "han:"
"""Single Chinese characters and pairs of neighbours: `han:氩`, `han:氩弧`."""
WORD = "word:"
"""Words of other scripts without English function words, suffixes taken off: `word:weld`."""
GRAM = "gram:"
"""Four neighbouring characters inside such a word, ^ and $ at its ends: `gram:^wel`."""
CONCEPT = "concept:"
"""Concepts of the vocabulary that were recognised in the text: `concept:weld.gtaw`."""

MEANING = "meaning:"
"""Meanings by the row of the work lexicon that holds them, whatever the words and the language: `meaning:120`."""
TOPIC = "topic:"
"""Fields of work that such words belong to: `topic:welding`."""

BLOCK_WEIGHTS: Mapping[str, float] = {HAN: 1.0, WORD: 1.0, GRAM: 0.5, CONCEPT: 0.7, MEANING: 0.7, TOPIC: 1.5}
TITLE_WEIGHT = 2.5
RAREST_SHARE = 0.5
"""Added to a document frequency, so that a term nobody has is worth something finite."""
COMMON_WORTH = 0.7
"""What a term that stands in every text is still worth, in units of idf."""
BACKGROUND_RECORDS = 100
"""How many records the shipped background counts for beside a collection's own."""

GRAM_LENGTH = 4

_HAN_RUN = re.compile(f"[{HAN_RANGE}]+")
_WORD = re.compile(rf"[^\W_{HAN_RANGE}]+[+#]*")
_VOWEL = re.compile("[aeiouy]")

_STOP_TEXT = """
a about above across after again against all almost along already also although always am among an and another any
anyone anything are around as at be became because become becomes been before behind being below between beyond both
but by can cannot could did do does done down during each either else enough etc even ever every everyone everything
few for former from further had has have having he hence her here hers herself him himself his how however i if in
into is it its itself just last least less made many may me might mine more moreover most mostly much must my myself
neither never no nobody none nor not nothing now of off often on once one only onto or other others otherwise our ours
ourselves out over own per perhaps please rather re s same seem seems several she should since so some someone
something sometimes still such than that the their theirs them themselves then there therefore these they this those
through throughout thus to together too toward towards under until up upon us very via was we well were what whatever
when where whereas wherever whether which while who whoever whole whom whose why will with within without would yet
you your yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_TEXT.split())
_PLURALS = ("sses", "shes", "ches", "xes", "zes")
_NO_PLURALS = ("ss", "us", "is")
_ENDINGS = (
    *("ational", "ation", "ator", "ement", "ment", "ion", "or", "er"),
    *("ance", "ence", "ive", "abl", "al", "iti"),
)


def terms(text: str) -> dict[str, int]:
    """Count the terms of a text: Chinese characters and pairs, words, and the grams of words.

    Pairs and grams never cross punctuation, a space or another script. Names carry their block: HAN, WORD or GRAM.
    """
    clean = normalise(text)
    han: list[str] = []
    for run in _HAN_RUN.findall(clean):
        han += run
        han += map(add, run, run[1:])
    counts = {HAN + name: count for name, count in Counter(han).items()}
    for word, count in Counter(_WORD.findall(clean)).items():
        for name in _word_terms(word):
            counts[name] = counts.get(name, 0) + count
    return counts


@lru_cache(maxsize=100_000)
def _word_terms(word: str) -> tuple[str, ...]:
    if word in STOP_WORDS:
        return ()
    marked = f"^{word}$"
    grams = (marked[start : start + GRAM_LENGTH] for start in range(len(marked) - GRAM_LENGTH + 1))
    return (WORD + stem(word), *(GRAM + gram for gram in grams))


def stem(word: str) -> str:
    """Take plural, -ing, -ed and common noun and adjective endings off an English word: welders, welding give weld.

    Works on case-folded words; what has other characters than a-z or at most three letters stays as it is. The
    result need not be a word, it only has to be the same for forms that belong together.
    """
    if len(word) <= 3 or not (word.isascii() and word.isalpha()):
        return word
    root = _without_e(_without_participle(_without_plural(word)))
    if len(root) >= 7:
        for ending in _ENDINGS:
            if root.endswith(ending) and len(root) - len(ending) >= 4:
                return root[: -len(ending)]
    return root


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(_PLURALS):
        return word[:-2]
    if word.endswith("s") and not word.endswith(_NO_PLURALS):
        return word[:-1]
    return word


def _without_participle(word: str) -> str:
    if len(word) <= 5:
        return word
    for ending in ("ing", "ed"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= 3 and _VOWEL.search(root):
            doubled = len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz"
            return root[:-1] if doubled else root
    return word


def _without_e(word: str) -> str:
    root = word[:-1] if len(word) > 4 and word.endswith("e") else word
    return root[:-1] + "i" if len(root) > 4 and root.endswith("y") else root


def idf(frequency: int, records: int, term: str) -> float:
    """Tell what a term is worth when `frequency` of `records` texts hold it: much when rare, at least COMMON_WORTH.

    ln((1 + N) / (F + RAREST_SHARE)) + COMMON_WORTH, where N and F are the collection's numbers plus
    BACKGROUND_RECORDS texts of the shipped background, of which the term has its usual share. The background steadies
    collections of a few records and fades as they grow.
    """
    share = background().get(term, 0.0)
    total = records + BACKGROUND_RECORDS
    return math.log((1 + total) / (frequency + BACKGROUND_RECORDS * share + RAREST_SHARE)) + COMMON_WORTH


@lru_cache(maxsize=1)
def background() -> Mapping[str, float]:
    """Give the share of texts, in (0, 1], that hold a term, from the shipped table; rare terms are not in it."""
    packed = (data_folder() / "background.csv.gz").read_bytes()
    rows = csv.reader(io.StringIO(gzip.decompress(packed).decode("utf-8")))
    next(rows)
    return {term: int(per_10k) / 10_000 for term, per_10k in rows}


def weights(frequencies: Mapping[str, float], idf_of: Callable[[str], float]) -> dict[str, float]:
    """Turn term frequencies into a vector of length 1 (empty where there are no terms); all values lie in (0, 1].

    A term's weight is its block's weight x idf x (1 + ln frequency), or x the frequency itself where that is below 1 (a
    word of several meanings); then all are divided by the root of their sum of squares. Frequencies are above 0; a
    demand's are TITLE_WEIGHT x the title's plus the text's. The sum of squares never exceeds 1, and the order of the
    terms does not matter.
    """
    raw = {
        term: BLOCK_WEIGHTS[term[: term.index(":") + 1]]
        * (1.0 + math.log(frequency) if frequency >= 1.0 else frequency)
        * idf_of(term)
        for term, frequency in frequencies.items()
    }
    length = math.sqrt(math.fsum(value * value for value in raw.values())) * (1.0 + 1e-12)
    return {term: value / length for term, value in raw.items()}
