"""The engine's door: fit on demands and profiles, rank either side for the other, explain, change, save and open.

    engine = Engine().fit(demands, profiles)
    found = engine.match("D001", k=20)                    # profiles for a demand: a MatchList
    print(engine.explain("D001", found.ids[0]).text("zh"))

`fit` learns the statistics and freezes them; `upsert` and `remove` use them and show in the next answer; a refit is an
explicit act. Nothing here knows a name, a contact or a protected attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

import numpy as np

from matching.domain import Demand, Profile
from matching.errors import NotFitted, Problem, RecordError, UnknownId
from matching.explain import Explanation, explain
from matching.index import DemandIndex, Hits, LocalIndex, ShardedIndex, best
from matching.records import check, unique
from matching.relaxations import Relaxation, reach, relaxations
from matching.rules import VERDICTS, Facts, Filter, filter_of
from matching.score import (
    PARTS,
    RERANKED,
    WEIGHT_ONE,
    Integers,
    MatchList,
    Weights,
    removals,
)
from matching.vectorize import Encoder, Scoring, Vector, Vectorizer
from matching.vocabulary import Vocabulary
from matching.wishes import backward_score, reciprocal

Order = Literal["forward", "reciprocal"]
Direction = Literal["demands", "profiles"]
DELTA_MOST = 2000


class Engine:
    """Match demands and profiles; see the module's example.

    Parameters
    ----------
    vocabulary : Vocabulary; None loads the shipped one
    weights : Weights, how much each part counts where a call does not say
    scoring : Scoring, the numbers inside the parts
    reference_on : date that counts as today; None = the day of `fit`
    shards : int, into how many blocks the profiles are split (answers never depend on it)
    encoder : Encoder, a sentence model (`load_encoder`) that adds whole meanings to the text part; None = none
    """

    _blocks: list[LocalIndex]
    _delta: LocalIndex | None
    _demand_side: DemandIndex | None

    def __init__(
        self,
        vocabulary: Vocabulary | None = None,
        weights: Weights | None = None,
        scoring: Scoring | None = None,
        reference_on: date | None = None,
        shards: int = 1,
        encoder: Encoder | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.weights = weights
        self.scoring = scoring
        self.reference_on = reference_on
        self.shards = shards
        self.encoder = encoder

    def fit(self, demands: Iterable[Demand], profiles: Iterable[Profile]) -> Self:
        """Learn the statistics of both sides, freeze them and hold the records.

        Raises RecordError where an id stands twice on one side.
        """
        if self.shards < 1:
            raise RecordError(Problem("shards", "must be at least 1", "至少为1", str(self.shards), field="shards"))
        asked, offered = unique(demands, "demand"), unique(profiles, "profile")
        self.vocabulary_ = self.vocabulary or Vocabulary.load()
        self.vectorizer_ = Vectorizer(self.vocabulary_, self.scoring, self.reference_on, self.encoder)
        self.vectorizer_.fit([*asked.values(), *offered.values()])
        self.demands_: MutableMapping[str, Demand] = {
            key: self.vocabulary_.link_demand(demand) for key, demand in asked.items()
        }
        self.profiles_: MutableMapping[str, Profile] = {
            key: self.vocabulary_.link_profile(profile) for key, profile in offered.items()
        }
        self.change_ = 0
        keys = list(self.profiles_)
        bounds = [round(len(keys) * part / self.shards) for part in range(self.shards + 1)]
        self._start([self._block(keys[low:high]) for low, high in pairwise(bounds)])
        return self

    # -- asking

    def match(
        self, demand: Demand | str, k: int = 20, *, weights: Weights | None = None, order: Order = "forward"
    ) -> MatchList:
        """Rank profiles for a demand (held or given), best k first.

        weights : what the caller prefers; None = the engine's. order : `reciprocal` re-ranks the best 1,000 by the
        harmonic mean of the score and of how far the demand fulfils the student's wishes.
        """
        linked = self._demand(demand)
        blocks = self._all_blocks()
        query, conditions = (
            self.vectorizer_.query(linked),
            filter_of(linked, self.vocabulary_, self.vectorizer_.day(linked)),
        )
        applied = self._weights(weights)
        depth = max(k, RERANKED) if order == "reciprocal" else k
        hits = ShardedIndex(blocks).search(query, applied, conditions, depth)
        backward = None
        if order == "reciprocal":
            marks = [backward_score(linked, self.profiles_[key]) for key in hits.ids]
            hits, backward = _rerank(hits, marks, k)
        filters = [conditions] * max(1, len(hits.ids))
        return self._listed(linked.id, "demand", hits, filters, weights, order, backward)

    def match_profile(
        self, profile: Profile | str, k: int = 20, *, weights: Weights | None = None, order: Order = "forward"
    ) -> MatchList:
        """Rank the held demands for a profile (held or given), best k first; same scores as in `match`."""
        linked = self._profile(profile)
        index = self._demands_index()
        vector = self.vectorizer_.vector(linked)
        features, values = self.vectorizer_.base(vector.base)
        base = dict(zip(features.tolist(), values.tolist(), strict=True))
        facts = Facts.build([linked], self.vocabulary_)
        depth = max(k, RERANKED) if order == "reciprocal" else k
        hits = index.search(vector, base, facts, self._weights(weights), depth)
        backward = None
        if order == "reciprocal":
            marks = [backward_score(self.demands_[key], linked) for key in hits.ids]
            hits, backward = _rerank(hits, marks, k)
        filters = [index.filters[key] for key in hits.ids]
        return self._listed(linked.id, "profile", hits, filters, weights, order, backward)

    def match_all(
        self,
        k: int = 20,
        *,
        direction: Direction = "demands",
        weights: Weights | None = None,
        order: Order = "forward",
    ) -> Iterator[MatchList]:
        """Answer for every held demand (`demands`: profiles are ranked) or every held profile, in their order."""
        self._require_fitted()
        if direction == "demands":
            for key in self.demands_:
                yield self.match(key, k, weights=weights, order=order)
        else:
            for key in self.profiles_:
                yield self.match_profile(key, k, weights=weights, order=order)

    def explain(self, demand: Demand | str, profile: Profile | str, *, weights: Weights | None = None) -> Explanation:
        """Take one pair apart: parts that sum to the score, what is there, to come, expected or missing."""
        asked, offered, frozen = self._demand(demand), self._profile(profile), self.vectorizer_
        query, vector = frozen.query(asked), frozen.vector(offered)
        return explain(
            asked,
            offered,
            query,
            vector,
            frozen,
            filter_of(asked, self.vocabulary_, frozen.day(asked)),
            self._weights(weights),
        )

    def relaxations(self, demand: Demand | str, n: int = 5) -> tuple[Relaxation, ...]:
        """Give the n single changes of a must that would bring most students into the list, with exact counts."""
        linked, blocks = self._demand(demand), [(block.facts, block.live) for block in self._all_blocks()]
        return relaxations(linked, self.vocabulary_, self.vectorizer_.day(linked), blocks, n)

    def reach(self, demand: Demand | str) -> int:
        """Count the students that a demand (held or given) lets into its list, ranked or unscored, without ranking."""
        linked, blocks = self._demand(demand), [(block.facts, block.live) for block in self._all_blocks()]
        return reach(linked, self.vocabulary_, self.vectorizer_.day(linked), blocks)

    # -- changing

    def upsert(self, profiles: Iterable[Profile] = (), demands: Iterable[Demand] = ()) -> None:
        """Add or replace records; the next answer shows them. The statistics stay as `fit` froze them."""
        self._require_fitted()
        offered, asked = unique(profiles, "profile"), unique(demands, "demand")
        linked = [self.vocabulary_.link_profile(profile) for profile in offered.values()]
        for profile, vector in zip(linked, self.vectorizer_.vectors(linked), strict=True):
            self._drop(profile.id)
            self.profiles_[profile.id] = profile
            self._fresh[profile.id] = vector
            self._delta = None
            self.change_ += 1
        for key, demand in asked.items():
            self.demands_[key] = self.vocabulary_.link_demand(demand)
            self._demand_side = None
            self.change_ += 1
        if len(self._fresh) > DELTA_MOST:
            self.compact()

    def remove(self, profiles: Iterable[str] = (), demands: Iterable[str] = ()) -> None:
        """Take records out; an id that is not held raises UnknownId and nothing is changed."""
        self._require_fitted()
        gone_profiles, gone_demands = list(profiles), list(demands)
        for kind, keys, held in (("profile", gone_profiles, self.profiles_), ("demand", gone_demands, self.demands_)):
            for key in keys:
                if key not in held:
                    raise UnknownId(kind, key)
        for key in dict.fromkeys(gone_profiles):
            self._drop(key)
            del self.profiles_[key]
            self.change_ += 1
        for key in dict.fromkeys(gone_demands):
            del self.demands_[key]
            self._demand_side = None
            self.change_ += 1

    def compact(self) -> None:
        """Put blocks and changes into one block without what was removed; answers stay the same."""
        blocks = [block for block in self._all_blocks() if block.live.any()]
        keys = [key for block in blocks for key in block.ids[block.live].tolist()]
        facts = Facts.build([self.profiles_[key] for key in keys], self.vocabulary_)
        self._start([LocalIndex.merged(blocks, facts) if blocks else self._block([])])

    # -- keeping

    def save(self, folder: str | Path) -> None:
        """Write the engine into a folder as plain arrays, records and settings, never a pickle.

        An older state stays whole and in force until the new one is. An engine that was opened from this folder goes on
        with the new state.
        """
        from matching.saved import write

        self._require_fitted()
        self.compact()
        parts = write(Path(folder), self, self._blocks[0])
        if parts is not None:
            self.demands_, self.profiles_ = parts.demands, parts.profiles
            self._start([parts.block])

    @classmethod
    def open(
        cls,
        folder: str | Path,
        vocabulary: Vocabulary | None = None,
        weights: Weights | None = None,
        encoder: Encoder | None = None,
    ) -> Self:
        """Open a saved engine with its arrays memory-mapped and the settings it had; `weights` None keeps its own.

        Raises IndexDamaged where it is incomplete or of another version, RecordError where `encoder` is not the one
        that it was fitted with.
        """
        from matching.saved import read

        parts = read(Path(folder), vocabulary or Vocabulary.load(), encoder)
        known = parts.vectorizer.vocabulary_
        engine = cls(known, weights or parts.weights, parts.scoring, parts.reference_on, parts.shards, encoder)
        engine.vocabulary_, engine.vectorizer_ = known, parts.vectorizer
        engine.demands_, engine.profiles_, engine.change_ = parts.demands, parts.profiles, parts.change
        engine._start([parts.block])
        return engine

    # -- inside

    def _start(self, blocks: list[LocalIndex]) -> None:
        self._blocks = blocks
        self._statistics = self.vectorizer_.version()
        self._places = {
            key: (number, row) for number, block in enumerate(blocks) for row, key in enumerate(block.ids.tolist())
        }
        self._fresh: dict[str, Vector] = {}
        self._delta = None
        self._demand_side = None

    def _block(self, keys: Sequence[str]) -> LocalIndex:
        vectors = self.vectorizer_.vectors([self.profiles_[key] for key in keys])
        return self._arranged(dict(zip(keys, vectors, strict=True)))

    def _arranged(self, held: Mapping[str, Vector]) -> LocalIndex:
        vectors = list(held.values())
        profiles = [self.profiles_[key] for key in held]
        bases = {base: self.vectorizer_.base(base) for base in sorted({vector.base for vector in vectors})}
        return LocalIndex.build(list(held), vectors, bases, Facts.build(profiles, self.vocabulary_))

    def _all_blocks(self) -> tuple[LocalIndex, ...]:
        if self._fresh and self._delta is None:
            self._delta = self._arranged(self._fresh)
        return (*self._blocks, self._delta) if self._fresh and self._delta is not None else tuple(self._blocks)

    def _demands_index(self) -> DemandIndex:
        if self._demand_side is None:
            self._all_blocks()
            demands = list(self.demands_.values())
            self._demand_side = DemandIndex.build(
                list(self.demands_),
                self.vectorizer_.queries(demands),
                [filter_of(demand, self.vocabulary_, self.vectorizer_.day(demand)) for demand in demands],
            )
        return self._demand_side

    def _drop(self, key: str) -> None:
        """Take a profile out of the blocks and the delta, where it is there."""
        if key in self._fresh:
            del self._fresh[key]
            self._delta = None
        elif key in self._places:
            block, row = self._places.pop(key)
            self._blocks[block].live[row] = False

    def _demand(self, demand: Demand | str) -> Demand:
        self._require_fitted()
        if isinstance(demand, Demand):
            return self.vocabulary_.link_demand(check(demand, "demand"))
        if demand not in self.demands_:
            raise UnknownId("demand", demand)
        return self.demands_[demand]

    def _profile(self, profile: Profile | str) -> Profile:
        self._require_fitted()
        if isinstance(profile, Profile):
            return self.vocabulary_.link_profile(check(profile, "profile"))
        if profile not in self.profiles_:
            raise UnknownId("profile", profile)
        return self.profiles_[profile]

    def _weights(self, preferred: Weights | None) -> Integers:
        return (preferred or self.weights or Weights()).integers()

    def _require_fitted(self) -> None:
        if not hasattr(self, "vectorizer_"):
            raise NotFitted("call fit or open before asking the engine", "请先调用 fit 或 open")

    def _listed(
        self,
        asked: str,
        direction: str,
        hits: Hits,
        filters: Sequence[Filter],
        preferred: Weights | None,
        order: str,
        backward: Integers | None,
    ) -> MatchList:
        applied, own = self._weights(preferred), preferred or self.weights
        shown = {
            "suggested": asdict(Weights()),
            "preferred": {} if own is None else asdict(own),
            "applied": {part: int(w) / WEIGHT_ONE for part, w in zip(PARTS, applied, strict=True)},
        }
        return MatchList(
            asked=asked,
            direction=direction,
            ids=hits.ids,
            scores=hits.scores,
            parts=hits.parts,
            verdicts=tuple(tuple(VERDICTS[code] for code in row) for row in hits.verdicts),
            confidence=hits.confidence,
            rules=tuple(tuple(rule.key for rule in f.rules) for f in filters[: len(hits.ids)]),
            removed=removals(hits.removed, {r.key: (r.label_zh, r.label_en) for f in filters[:1] for r in f.rules}),
            unscored=hits.unscored,
            considered=hits.considered,
            order=order,
            backward=backward,
            weights=shown,
            versions=self.versions(),
        )

    def versions(self) -> Mapping[str, str]:
        """Name the vocabulary, the frozen statistics and the number of changes since `fit`."""
        return {
            "vocabulary": self.vocabulary_.version,
            "statistics": self._statistics,
            "change": str(self.change_),
        }


def _rerank(hits: Hits, marks: Sequence[int], k: int) -> tuple[Hits, Integers]:
    """Order hits by the harmonic mean of both directions; the forward scores and parts stay as they are."""
    both = np.array(
        [reciprocal(int(score), mark) for score, mark in zip(hits.scores, marks, strict=True)], dtype=np.int64
    )
    order = best(both, hits.ids, k)
    chosen = replace(
        hits,
        ids=tuple(hits.ids[position] for position in order.tolist()),
        scores=hits.scores[order],
        parts=hits.parts[order],
        confidence=hits.confidence[order],
        verdicts=[hits.verdicts[position] for position in order.tolist()],
    )
    return chosen, np.array(marks, dtype=np.int64)[order]
