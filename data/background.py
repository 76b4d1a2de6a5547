"""Write background.csv.gz: in how many of 10,000 texts a term occurs, from our own vocabulary and sample only.

    python data/background.py

Half of the share comes from the vocabulary (one text per concept: all its labels), half from the distinct titles and
texts of data/sample. Terms below LEAST per 10,000 are left out. No ranking task, release or judged pair is read, so
that measures on them stay honest.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from matching.domain import Kind
from matching.vectorize.terms import CONCEPT, mask_protected, protected_pattern, terms
from matching.vocabulary import Vocabulary

FOLDER = Path(__file__).parent
LEAST = 10


def vocabulary_texts(vocabulary: Vocabulary) -> list[str]:
    """Give one text per concept: its names and other forms, one a line."""
    return [
        "\n".join((concept.zh, concept.en, *concept.forms_zh, *concept.forms_en))
        for concept in vocabulary.concepts.values()
    ]


def sample_texts() -> list[str]:
    """Give the distinct free texts of the sample: titles with descriptions, and what students write."""
    texts: dict[str, None] = {}
    for file, columns in (("demands.csv", ("岗位名称", "岗位描述")), ("students.csv", ("自我描述",))):
        with open(FOLDER / "sample" / file, encoding="utf-8-sig", newline="") as table:
            for row in csv.DictReader(table):
                texts["\n".join(row[column] for column in columns)] = None
    return [text for text in texts if text.strip()]


def shares(texts: Iterable[str], vocabulary: Vocabulary) -> dict[str, float]:
    """Count the share of texts that hold a term or mention a skill."""
    pattern = protected_pattern()
    counts: Counter[str] = Counter()
    size = 0
    for text in texts:
        clean = mask_protected(text, pattern)
        mentions = vocabulary.recognise(clean, (Kind.SKILL,))
        counts.update({*terms(clean), *(CONCEPT + concept for mention in mentions for concept in mention.concepts)})
        size += 1
    return {term: count / size for term, count in counts.items()}


def main() -> None:
    """Write the table beside this file; the same input gives the same bytes."""
    vocabulary = Vocabulary.load()
    of_labels = shares(vocabulary_texts(vocabulary), vocabulary)
    of_sample = shares(sample_texts(), vocabulary)
    rows = {
        term: round(10_000 * (of_labels.get(term, 0.0) + of_sample.get(term, 0.0)) / 2)
        for term in of_labels.keys() | of_sample.keys()
    }
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("term", "per_10k"))
    writer.writerows((term, share) for term, share in sorted(rows.items()) if share >= LEAST)
    (FOLDER / "background.csv.gz").write_bytes(gzip.compress(text.getvalue().encode("utf-8"), mtime=0))


if __name__ == "__main__":
    main()
