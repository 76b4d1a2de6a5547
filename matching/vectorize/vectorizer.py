"""Both sides into one feature space: a profile becomes integer values, a demand a `Query` of integer weights.

The score of a pair is an inner product: sum over the query's groups of (weight of the part) x max over the group's
rows of (row . values). A group is one requirement; its rows are alternatives. What the parts mean:

- skills, certificates: thermometer levels. A requirement of level L puts weight on the features `>=1 .. >=L`, a profile
  of level l has the features `>=1 .. >=l`, so that what is asked counts and excess does not. Credit for related skills
  is in the profile's values, once, as its best relation. A part is sum(w*v) / (sum(w) + shrinkage): demands that ask
  little don't win.
- major, education, occupation: the best of the alternatives.
- text: cosine of the free texts, cosine of their latent topics, likeness of their whole meaning where there is an
  encoder, and the share of the demand's terms that the labels of a profile's skills cover.

What a profile will have or lose on a day (planned skills, certificates that expire) is a change of value from that day
on; a query with a start day takes the changes up to it. What a major lets expect is kept once per major, the profile's
own vector holds the difference.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.domain import Demand, Profile
from matching.errors import NotFitted, Problem, RecordError
from matching.score import VALUE_ONE
from matching.vectorize import terms as texts
from matching.vectorize.claims import Claims, major_of
from matching.vectorize.columns import Columns
from matching.vectorize.dense import TOGETHER, Collected, Dense, Encoder
from matching.vectorize.features import TEXT, Group, Row, Scoring, field_groups
from matching.vectorize.latent import Latent, Sample
from matching.vectorize.vectors import Numbers, Query, Vector, integer
from matching.vectorize.wording import Wording
from matching.vocabulary.load import data_folder, digest

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from matching.vocabulary import Vocabulary

Record = TypeVar("Record", Demand, Profile)
Made = TypeVar("Made", Vector, Query)
QUERIES_REMEMBERED = 1_000
TERMS_REMEMBERED = 100_000


class Vectorizer:
    """Learn the statistics of both sides (`fit`), then turn profiles into values and demands into weights.

    Follows scikit-learn's contract (`fit`, `transform`, `get_feature_names_out`, `get_params`, `set_params`, `clone`),
    but does not import it, so that opening a saved engine stays quick.

    Parameters
    ----------
    vocabulary : Vocabulary, labels and texts are read with it
    scoring : Scoring, the numbers behind the field parts
    reference_on : date, "now": what was available before it counts as held; None = the day of `fit`
    encoder : Encoder, a sentence model for whole meanings; None = none

    Attributes learned by fit: `document_frequency_` (term -> records that contain it), `size_` (records), `reference_`
    (day number), `feature_names_` (column order), `width_` (columns at `fit`), `latent_` (topics of the collection's
    texts, None for few texts), `dense_` (the encoder with the collection's mean, None without one). Later vectors may
    add columns, the statistics never change.
    """

    _queries: dict[str, tuple[Demand, Query]]
    _worth: Callable[[str], float]

    def __init__(
        self,
        vocabulary: Vocabulary | None = None,
        scoring: Scoring | None = None,
        reference_on: date | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.scoring = scoring
        self.reference_on = reference_on
        self.encoder = encoder

    # -- scikit-learn's contract

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give the constructor's parameters by name."""
        return {name: getattr(self, name) for name in ("vocabulary", "scoring", "reference_on", "encoder")}

    def set_params(self, **params: Any) -> Self:
        """Change parameters by name; an unknown name is an error."""
        for name, value in params.items():
            if name not in self.get_params():
                raise RecordError(Problem("parameter", "no such parameter", "没有这个参数", name, field="set_params"))
            setattr(self, name, value)
        return self

    def __sklearn_clone__(self) -> Self:
        """Make an unfitted copy that shares vocabulary and encoder: a model is neither copied nor changed."""
        return type(self)(**self.get_params())

    def fit(self, records: Iterable[Demand | Profile], y: object = None) -> Self:
        """Count in how many records (both sides together) each term occurs, and fix the columns.

        records : demands and profiles in any order; the result does not depend on it.
        """
        self._prepare()
        frequency: Counter[str] = Counter()
        texts_seen, whole_texts = Sample(), Collected()
        names: set[str] = set()
        majors: set[str] = set()
        size = 0
        for record in records:
            size += 1
            if self.encoder is not None:
                whole_texts.add(self._wording.whole(record))
            if isinstance(record, Demand):
                linked_demand = self.vocabulary_.link_demand(record)
                said = self._wording.of_demand(linked_demand)
                names.update(f for g in self._fields(linked_demand) for row in g.rows for f in row.weights)
            else:
                linked = self.vocabulary_.link_profile(record)
                said = self._wording.of_profile(linked)
                for span in self._claims.spans(linked):
                    names.update(span.gains)
                majors.add(major_of(linked))
            frequency.update(said.keys())
            texts_seen.add(said)
        self.document_frequency_: Mapping[str, int] = dict(sorted(frequency.items()))
        self.size_ = size
        self.latent_ = Latent.learn([texts.weights(said, self._worth) for said in texts_seen.chosen()])
        self.dense_ = None if self.encoder is None else Dense.learn(self.encoder, whole_texts.chosen())
        names.update(f"text:{term}" for term in (*frequency, *(() if self.dense_ is None else self.dense_.names)))
        names.update(feature for major in majors for feature in self._claims.expected(major))
        self.feature_names_: list[str] = sorted(names)
        self._columns = Columns(self.feature_names_)
        self.width_ = len(self.feature_names_)
        return self

    def transform(self, records: Sequence[Profile]) -> csr_array:
        """Give the values of profiles as held now: a sparse int64 matrix, profiles x features, VALUE_ONE = 1.

        What is expected from the major is included. Demands have alternatives and are read with `query`.
        """
        from scipy.sparse import csr_array

        self._require_fitted()
        rows = []
        self._ahead([record for record in records if isinstance(record, Profile)])
        for position, record in enumerate(records):
            if not isinstance(record, Profile):
                field = f"records[{position}]"
                raise RecordError(
                    Problem("type", "only profiles; use query for demands", "这里只接受学生画像", field=field)
                )
            held: Counter[int] = Counter()
            vector = self.vector(record)
            base = self.base(vector.base)
            for features, values in ((vector.features[vector.days == 0], vector.values[vector.days == 0]), base):
                held.update(dict(zip(features.tolist(), values.tolist(), strict=True)))
            rows.append(held)
        kept = [[column for column in sorted(row) if column < self.width_] for row in rows]
        indptr = np.cumsum([0, *(len(columns) for columns in kept)])
        data = [row[column] for row, columns in zip(rows, kept, strict=True) for column in columns]
        indices = np.array([column for columns in kept for column in columns], dtype=np.int64)
        return csr_array((np.array(data, dtype=np.int64), indices, indptr), shape=(len(rows), self.width_))

    def fit_transform(self, records: Sequence[Profile], y: object = None) -> csr_array:
        """Fit on profiles, then give their values."""
        return self.fit(records).transform(records)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Name the columns of `transform`: those that `fit` saw."""
        self._require_fitted()
        return np.array(self.feature_names_[: self.width_], dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Describe the transformer to scikit-learn."""
        from sklearn.utils import Tags, TargetTags, TransformerTags

        return Tags(None, TargetTags(required=False), TransformerTags())

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn whether `fit` was called."""
        return hasattr(self, "feature_names_")

    # -- the engine's door

    def vectors(self, profiles: Sequence[Profile]) -> list[Vector]:
        """Turn many profiles into values; an encoder reads their texts in batches."""
        return self._each(profiles, self.vector)

    def queries(self, demands: Sequence[Demand]) -> list[Query]:
        """Turn many demands into queries; an encoder reads their texts in batches."""
        return self._each(demands, self.query)

    def vector(self, profile: Profile) -> Vector:
        """Turn a profile into values over what its major lets expect; features that are new get new columns."""
        self._require_fitted()
        linked = self.vocabulary_.link_profile(profile)
        changes = self._claims.changes(linked, self.reference_)
        unit = texts.weights(self._wording.of_profile(linked), self._worth)
        said = {**unit, **self._topics(unit), **self._whole(profile)}
        entries = [*changes, *((f"text:{term}", 0, integer(weight, VALUE_ONE)) for term, weight in said.items())]
        features = np.array([self._columns[name] for name, _, _ in entries], dtype=np.int64)
        days = np.array([day for _, day, _ in entries], dtype=np.int64)
        values = np.array([value for _, _, value in entries], dtype=np.int64)
        order = np.lexsort((days, features))
        return Vector(features[order], values[order], days[order], major_of(linked))

    def base(self, major: str) -> tuple[Numbers, Numbers]:
        """Give what a major lets expect.

        Feature numbers and integer values (its columns are added where they are new).
        """
        expected = self._claims.expected(major)
        columns = [self._columns[feature] for feature in expected]
        return np.array(columns, dtype=np.int64), np.array(list(expected.values()), dtype=np.int64)

    def query(self, demand: Demand) -> Query:
        """Turn a demand into rows of weights; features that are new get new columns, so that it never grows stale."""
        self._require_fitted()
        known = self._queries.get(demand.id)
        if known is not None and known[0] is demand:
            return known[1]
        linked = self.vocabulary_.link_demand(demand)
        groups = [*self._fields(linked), *self._text_groups(linked)]
        query = Query.of(groups, self.day(linked), self.scoring_, self._columns.__getitem__)
        if len(self._queries) >= QUERIES_REMEMBERED:
            self._queries.clear()
        self._queries[demand.id] = (demand, query)
        return query

    def day(self, demand: Demand) -> int:
        """Give the day number on which a demand is judged: its start, but never before the reference day."""
        return self.reference_ if demand.start_on is None else max(self.reference_, demand.start_on.toordinal())

    def idf(self, term: str) -> float:
        """Give the frozen inverse document frequency of a term, blended with the shipped background."""
        return self._worth(term)

    def own_words(self, record: Demand | Profile) -> str:
        """Give the words of a record that count, in normal form: without protected words and what the text denies."""
        return self._wording.own(record)

    def version(self) -> str:
        """Give a short hash of all that vectors depend on beside the code: equal versions give equal vectors."""
        data = data_folder()
        tables = digest(
            [data / "background.csv.gz", data / "lexicon.csv", *data.glob("protected*.csv"), *data.glob("text/*.csv")]
        )
        blocks, background = sorted(texts.BLOCK_WEIGHTS.items()), texts.BACKGROUND_RECORDS
        numbers = (blocks, background, texts.TITLE_WEIGHT, texts.RAREST_SHARE, texts.COMMON_WORTH)
        frozen = (sorted(self.document_frequency_.items()), self.size_, self.reference_, self.scoring_)
        latent = None if self.latent_ is None else self.latent_.fingerprint()
        dense = None if self.dense_ is None else (self.dense_.encoder.name, self.dense_.fingerprint())
        everything = repr((frozen, numbers, tables, self.vocabulary_.version, latent, dense))
        return hashlib.sha256(everything.encode("utf-8")).hexdigest()[:12]

    def restore(
        self,
        frequency: Mapping[str, int],
        size: int,
        names: list[str],
        width: int,
        latent: Latent | None,
        dense: Dense | None,
    ) -> None:
        """Take up saved statistics and columns instead of learning them; `version` tells whether they still apply."""
        self._prepare()
        self.latent_, self.dense_ = latent, dense
        self.document_frequency_, self.size_, self.feature_names_, self.width_ = frequency, size, names, width
        self._columns = Columns(names)

    # -- inside

    def _prepare(self) -> None:
        if self.vocabulary is None:
            from matching.vocabulary import Vocabulary as Shipped

            self.vocabulary_: Vocabulary = Shipped.load()
        else:
            self.vocabulary_ = self.vocabulary
        self.scoring_ = self.scoring or Scoring()
        self.reference_ = (self.reference_on or date.today()).toordinal()
        self._queries = {}
        self._wording = Wording(self.vocabulary_)
        self._claims = Claims(self.vocabulary_, self.scoring_, self._wording)
        self._worth = lru_cache(maxsize=TERMS_REMEMBERED)(
            lambda term: texts.idf(self.document_frequency_.get(term, 0), self.size_, term)
        )

    def _require_fitted(self) -> None:
        if not hasattr(self, "feature_names_"):
            raise _not_fitted()

    def _fields(self, demand: Demand) -> list[Group]:
        return field_groups(demand, self._wording.skills_named(demand), self.vocabulary_, self.scoring_)

    def _text_groups(self, demand: Demand) -> list[Group]:
        """Make the one group of the text part: cosine with the free text, and coverage by the labels of skills."""
        unit = texts.weights(self._wording.of_demand(demand), self._worth)
        if not unit:
            return []
        share, topics, whole = self.scoring_.label_share, self._topics(unit), self._whole(demand)
        latent = self.scoring_.latent_share if topics else 0.0
        dense = self.scoring_.dense_share if whole else 0.0
        rest = (1.0 - share) * (1.0 - dense)
        weights = {f"text:{term}": rest * (1.0 - latent) * weight for term, weight in unit.items()}
        weights.update({f"text:{topic}": rest * latent * weight for topic, weight in topics.items()})
        weights.update({f"text:{side}": (1.0 - share) * dense * weight for side, weight in whole.items()})
        weights.update({f"label:{term}": share * weight * weight for term, weight in unit.items()})
        return [Group("text", 1.0, (Row(weights),), (TEXT,))]

    def _topics(self, unit: Mapping[str, float]) -> Mapping[str, float]:
        return {} if self.latent_ is None else self.latent_.topics(unit)

    def _whole(self, record: Demand | Profile) -> Mapping[str, float]:
        return {} if self.dense_ is None else self.dense_.features(self._wording.whole(record))

    def _each(self, records: Sequence[Record], make: Callable[[Record], Made]) -> list[Made]:
        """Make something of each record, batch by batch, so that an encoder can read ahead."""
        self._require_fitted()
        made: list[Made] = []
        for start in range(0, len(records), TOGETHER):
            batch = records[start : start + TOGETHER]
            self._ahead(batch)
            made.extend(map(make, batch))
        return made

    def _ahead(self, records: Sequence[Demand | Profile]) -> None:
        """Have the encoder read the texts of many records at once; without one nothing happens."""
        if self.dense_ is not None:
            self.dense_.read(self._wording.whole(record) for record in records)


def _not_fitted() -> NotFitted:
    """Make the error that is both ours and scikit-learn's NotFittedError, without importing it before it is needed."""
    from sklearn.exceptions import NotFittedError

    class VectorizerNotFitted(NotFitted, NotFittedError):  # type: ignore[misc]
        """Asked before `fit`."""

    return VectorizerNotFitted("call fit before asking the vectorizer", "请先调用 fit 再使用向量器")
