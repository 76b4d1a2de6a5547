"""Both sides into one feature space: `Vectorizer` turns profiles into values and demands into queries of weights.

`features` says what a requirement asks, `claims` what a claim gives, `terms`, `lexicon` and `wording` what a text says,
`latent` what it is about, `dense` what it means to a sentence model where there is one; `vectorizer` learns the
statistics and makes the integers, `postings` arranges them by feature, `frozen` keeps the statistics as files.
"""

from matching.vectorize.dense import Dense, Encoder, load_encoder
from matching.vectorize.features import IMPLIED, OCCUPATION, TEXT, Group, Scoring
from matching.vectorize.frozen import read_frozen, write_frozen
from matching.vectorize.latent import Latent
from matching.vectorize.lexicon import shipped_lexicon
from matching.vectorize.postings import Postings
from matching.vectorize.vectorizer import Vectorizer
from matching.vectorize.vectors import Query, Vector

__all__ = [
    "IMPLIED",
    "OCCUPATION",
    "TEXT",
    "Dense",
    "Encoder",
    "Group",
    "Latent",
    "Postings",
    "Query",
    "Scoring",
    "Vector",
    "Vectorizer",
    "load_encoder",
    "read_frozen",
    "shipped_lexicon",
    "write_frozen",
]
