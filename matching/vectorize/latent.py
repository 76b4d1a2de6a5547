"""Latent topics: what terms occur together in a collection, learned once at `fit` and then frozen.

Latent semantic analysis: the term vectors of the collection's texts are decomposed (SVD), the axes rotated (varimax)
until each is carried by few terms, and turned to their positive side. A text's topics are its terms' shares in them,
the largest MOST of them, as a vector of length 1 without negative values, so that they are features like any other and
add to a score, never take away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

LATENT = "latent:"
"""Latent topics by number: `latent:7`."""
TOPICS = 100
MOST = 20
LEAST_TEXTS = 200
"""Texts that a collection needs for topics of its own; smaller ones have none."""
MOST_TEXTS = 10_000
"""Texts that are learned from at most."""
LEAST_OCCURRENCES = 2
DECIMALS = 6
ROTATIONS, STRONGEST_TERMS = 20, 2_000

Reals = NDArray[np.float64]


class Latent:
    """The topics of a collection: for each known term (sorted) its share in each topic, terms x topics."""

    def __init__(self, terms: Sequence[str], shares: NDArray[np.float32]) -> None:
        self.terms = tuple(terms)
        self.shares = shares
        self._rows = {term: row for row, term in enumerate(self.terms)}

    @classmethod
    def learn(cls, texts: Sequence[Mapping[str, float]]) -> Self | None:
        """Learn from unit vectors of terms; None where there are fewer than LEAST_TEXTS.

        The order of the texts does not matter. Needs scikit-learn, which only `fit` imports. One thread computes, so
        that sums are added in one order.
        """
        filled = sorted(sorted(text.items()) for text in texts if text)
        if len(filled) < LEAST_TEXTS:
            return None
        from scipy.sparse import csr_matrix
        from sklearn.utils.extmath import randomized_svd
        from threadpoolctl import threadpool_limits

        seen: dict[str, int] = {}
        for text in filled:
            for term, _ in text:
                seen[term] = seen.get(term, 0) + 1
        terms = sorted(term for term, count in seen.items() if count >= LEAST_OCCURRENCES)
        rows = {term: row for row, term in enumerate(terms)}
        kept = [[(rows[term], value) for term, value in text if term in rows] for text in filled]
        starts = np.cumsum([0, *(len(text) for text in kept)])
        columns = np.array([column for text in kept for column, _ in text], dtype=np.int32)
        values = np.array([value for text in kept for _, value in text])
        table = csr_matrix((values, columns, starts), shape=(len(kept), len(terms)))
        count = min(TOPICS, min(table.shape) - 1)
        if count < 1:
            return None
        with threadpool_limits(1):
            axes = np.asarray(randomized_svd(table, count, random_state=0)[2]).T
            strongest = np.sort(np.argsort(-np.square(axes).sum(axis=1), kind="stable")[:STRONGEST_TERMS])
            turned = axes @ _varimax(axes[strongest])
        turned *= np.where((turned**3).sum(axis=0) < 0.0, -1.0, 1.0)
        return cls(terms, np.round(turned, DECIMALS).astype(np.float32))

    def fingerprint(self) -> str:
        """Give a hash of all that a text's topics depend on."""
        terms = "\n".join(self.terms).encode("utf-8", "surrogatepass")
        return sha256(b"%d\n%s\n%s" % (MOST, terms, self.shares.tobytes())).hexdigest()

    def topics(self, unit: Mapping[str, float]) -> dict[str, float]:
        """Give the topics of a text: `latent:n` -> value in (0, 1], at most MOST, of length 1; {} where it has none."""
        rows = sorted((row, weight) for term, weight in unit.items() if (row := self._rows.get(term)) is not None)
        if not rows:
            return {}
        weights = np.array([weight for _, weight in rows])
        shares = weights @ self.shares[[row for row, _ in rows]]
        best = np.sort(np.argsort(-shares, kind="stable")[:MOST])
        values = np.maximum(shares[best], 0.0)
        length = float(np.sqrt(np.square(values).sum())) * (1.0 + 1e-12)
        if length <= 0.0:
            return {}
        return {f"{LATENT}{topic}": float(value) / length for topic, value in zip(best, values, strict=True) if value}


class Sample:
    """Keeps the texts that topics are learned from: all of a small collection, MOST_TEXTS by hash of a large one."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, dict[str, float]]] = []

    def add(self, said: dict[str, float]) -> None:
        """Take a text's terms with their frequencies into account; the order of the texts does not matter."""
        if not said:
            return
        self._kept.append((crc32(repr(sorted(said.items())).encode("utf-8", "surrogatepass")), said))
        if len(self._kept) > 2 * MOST_TEXTS:
            self._cut()

    def chosen(self) -> list[dict[str, float]]:
        """Give the chosen texts."""
        self._cut()
        return [said for _, said in self._kept]

    def _cut(self) -> None:
        self._kept.sort(key=itemgetter(0))
        if len(self._kept) > MOST_TEXTS and self._kept[MOST_TEXTS - 1][0] == self._kept[MOST_TEXTS][0]:
            self._kept.sort(key=lambda one: (one[0], sorted(one[1].items())))
        del self._kept[MOST_TEXTS:]


def _varimax(axes: Reals) -> Reals:
    """Find the rotation after which each axis is carried by few terms (Kaiser's varimax criterion)."""
    rotation: Reals = np.eye(axes.shape[1])
    reached = 0.0
    for _ in range(ROTATIONS):
        turned = axes @ rotation
        gradient = axes.T @ (turned * turned * turned - turned @ np.diag(np.square(turned).sum(axis=0)) / len(axes))
        left, sizes, right = np.linalg.svd(gradient)
        rotation = left @ right
        if sizes.sum() < reached * (1.0 + 1e-5):
            break
        reached = float(sizes.sum())
    return rotation
